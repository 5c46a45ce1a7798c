"""Who had a public address and port: what gateways record, what is kept of it, and what is told."""

import json
from datetime import UTC, date, datetime
from ipaddress import ip_address
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egovnet.playbooks.core.selection import UsageError
from egovnet.playbooks.results.translations import CollectedGateway, CollectedTranslations
from egovnet.playbooks.verbs.translation_files import TranslationFiles
from egovnet.playbooks.verbs.translations import merged
from egovnet.templates.frr.state.recorded_flows import read_translations
from egovnet.templates.model.recorded_flow import FlowsNotReadError
from egovnet.templates.model.recorded_translation import RecordedTranslation
from tests.gateway_network import gateway_network
from tests.hypothesis_profiles import examples
from tests.playbooks.console import Ran, all_down, egovnet, logged_in
from tests.playbooks.test_json_shapes import check

PUBLIC, PORT = "203.0.113.65", 40001
#: 2026-11-30, 10:00 UTC.
TEN = int(datetime(2026, 11, 30, 10, tzinfo=UTC).timestamp())


def listing(**sets: dict[tuple[object, ...], int]) -> str:
    """What nft prints: set -> element -> seconds that it is still held, of a day."""
    return json.dumps(
        {
            "nftables": [
                {"metainfo": {"json_schema_version": 1}},
                *(
                    {
                        "set": {
                            "name": name,
                            "timeout": 86400,
                            "elem": [
                                {"elem": {"val": {"concat": list(key)}, "expires": left}}
                                for key, left in elements.items()
                            ],
                        }
                    }
                    for name, elements in sets.items()
                ),
            ]
        }
    )


def record(source: str, first: int, last: int, port: int = PORT) -> RecordedTranslation:
    return RecordedTranslation(
        ip_address(PUBLIC), port, "tcp", ip_address(source), TEN + first, TEN + last
    )


def test_ages_are_what_the_time_limit_has_lost() -> None:
    key = (PUBLIC, PORT, "tcp", "10.9.1.10")
    answer = listing(begun4={key: 86400 - 600}, seen4={key: 86400 - 20}, flows4={})
    assert read_translations(answer, TEN) == (record("10.9.1.10", -600, -20),)


def test_what_is_no_listing_is_refused() -> None:
    for answer in ("", "{}", listing(seen4={(PUBLIC, PORT): 5})):
        with pytest.raises(FlowsNotReadError):
            read_translations(answer, TEN)


@pytest.fixture
def files(tmp_path: Path) -> TranslationFiles:
    return TranslationFiles(tmp_path / "translations")


def test_a_record_is_written_again_when_it_moved(files: TranslationFiles) -> None:
    still, moved = record("10.9.1.10", -600, -500), record("10.9.1.11", -600, -100, PORT + 1)
    assert files.keep(TEN, {"bj-gw1": [still, moved]}) == {"bj-gw1": 2}
    later = record("10.9.1.11", -600, 50, PORT + 1)
    assert files.keep(TEN + 60, {"bj-gw1": [still, later]}) == {"bj-gw1": 1}
    assert files.collected() == {"bj-gw1": TEN + 60}
    assert len(list(files.of(PUBLIC, PORT, datetime.fromtimestamp(TEN, UTC)))) == 1


@pytest.mark.parametrize(
    "text", ["", "[1", "[]", "null", '{"bj-gw1": null}', '{"bj-gw1": "x"}', "[" * 100_000, "\udcff"]
)
def test_what_was_noted_and_is_damaged_is_named(files: TranslationFiles, text: str) -> None:
    files.keep(TEN, {"bj-gw1": [record("10.9.1.10", 0, 20)]})
    noted = files.directory / "collected.json"
    noted.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(UsageError, match=r"collected\.json: "):
        files.keep(TEN + 60, {"bj-gw1": []})


@pytest.mark.parametrize("rest", ["}", '"more": 1}', '"gateway": [}'])
def test_a_damaged_line_is_named_by_its_number(files: TranslationFiles, rest: str) -> None:
    files.keep(TEN, {"bj-gw1": [record("10.9.1.10", 0, 20)]})
    (kept,) = files.directory.glob("*.jsonl")
    with kept.open("a") as file:
        file.write(f'{{"address": "{PUBLIC}", "port": {PORT}, {rest}\n')
    with pytest.raises(UsageError, match=r"\.jsonl:2: is not what egovnet writes"):
        list(files.of(PUBLIC, PORT, datetime.fromtimestamp(TEN, UTC)))


def test_files_are_private_and_old_ones_go(files: TranslationFiles) -> None:
    for days in range(3):
        files.keep(TEN + days * 86400, {"bj-gw1": [record("10.9.1.10", 0, days * 86400)]})
    assert {path.stat().st_mode & 0o077 for path in files.directory.glob("*.jsonl")} == {0}
    assert files.remove_before(date(2026, 12, 2)) == ("2026-11-30.jsonl", "2026-12-01.jsonl")
    assert [path.name for path in files.directory.glob("*.jsonl")] == ["2026-12-02.jsonl"]


#: (seconds since the last packet, which of three hosts sends it from the port).
_PACKETS = st.lists(st.tuples(st.integers(1, 4000), st.sampled_from([10, 11, 12])), max_size=20)
_HELD = 7200


@given(packets=_PACKETS)
@examples(40)
def test_whoever_sent_at_a_time_is_named(
    tmp_path_factory: pytest.TempPathFactory, packets: list[tuple[int, int]]
) -> None:
    """A gateway by hand, and half-hourly collections: what is added ends two hours later, what is
    updated two hours after the last packet."""
    files = TranslationFiles(tmp_path_factory.mktemp("kept"))
    begun: dict[int, int] = {}
    seen: dict[int, int] = {}
    now, sent = TEN, []
    for pause, host in [*packets, (1800, 0)]:
        for moment in range(now + 1, now + pause + 1):
            if moment % 1800 == 0:
                held = {h: last for h, last in seen.items() if moment - last < _HELD}
                since = {h: begun[h] if moment - begun[h] < _HELD else held[h] for h in held}
                read = [record(f"10.9.1.{h}", since[h] - TEN, held[h] - TEN) for h in held]
                files.keep(moment, {"bj-gw1": read})
        now += pause
        if host:
            if now - begun.get(host, 0) >= _HELD:
                begun[host] = now
            seen[host] = now
            sent.append((now, f"10.9.1.{host}"))
    for moment, source in sent:
        found = merged(files.of(PUBLIC, PORT, datetime.fromtimestamp(moment, UTC)))
        assert source in {one.source for one in found if one.first <= moment <= one.last}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return gateway_network(tmp_path_factory.mktemp("gateways") / "network")


def kept(root: Path, state: Path) -> TranslationFiles:
    """Where the verbs find what was collected."""
    ran = egovnet(
        "translation", "collect", "-l", "bj-p1", "--json", "--inventory", root, state=state
    )
    assert ran.code == 0, ran.stderr
    return TranslationFiles(Path(ran.json["directory"]))


def test_who_names_source_site_and_gateway(root: Path, tmp_path: Path) -> None:
    files = kept(root, tmp_path)
    files.keep(TEN + 600, {"bj-gw1": [record("10.9.1.10", 60, 180), record("10.9.2.7", 300, 400)]})

    def asked(at: str, end: str = f"{PUBLIC}:{PORT}") -> Ran:
        words = ("translation", "who", end, "--at", at, "--json", "--inventory", root)
        return egovnet(*words, state=tmp_path)

    ran = asked("2026-11-30T18:02:00+08:00")
    check("translation who", ran.json, asked("2026-11-30T10:04").json)
    (holder,) = ran.json["holders"]
    assert (holder["source"], holder["site"], holder["gateway"]) == (
        *("10.9.1.10", "net-shanghai", "bj-gw1"),
    )
    assert ran.stderr == ""
    between = asked("2026-11-30T10:04")
    assert between.json["holders"] == []
    assert [one["source"] for one in between.json["near"]] == ["10.9.1.10", "10.9.2.7"]
    assert "bj-gw1 was not read since then" in asked("2026-11-30T10:30").stderr
    assert "is of no gateway's pool" in asked("2026-11-30T10:30", "192.0.2.1:80").stderr
    assert asked("2026-11-30", "[2400:9:8::10]:443").json["own_site"] == "net-beijing"


@pytest.mark.parametrize(
    ("end", "at", "said"),
    [
        ("203.0.113.65", "2026-11-30T10:00", "not an address with a port"),
        ("203.0.113.65:70000", "2026-11-30T10:00", "not an address with a port"),
        ("2001:db8::1:80", "2026-11-30T10:00", "not an address with a port"),
        ("[203.0.113]:80", "2026-11-30T10:00", "not an address with a port"),
        ("203.0.113.65:80", "ten o'clock", "is not a time"),
    ],
)
def test_what_is_no_question_is_refused(
    root: Path, tmp_path: Path, end: str, at: str, said: str
) -> None:
    ran = egovnet("translation", "who", end, "--at", at, "--inventory", root, state=tmp_path)
    assert ran.code == 2
    assert said in ran.stderr


def test_a_gateway_that_does_not_answer_is_named(tmp_path: Path) -> None:
    own = gateway_network(tmp_path / "network")
    all_down(own)
    ran = egovnet(
        *("translation", "collect", "--json", "--inventory", own),
        state=tmp_path / "state",
        env=logged_in(tmp_path),
    )
    assert ran.code == 5
    assert ran.json["unreachable"].keys() == {"bj-gw1"}
    collected = CollectedTranslations(
        (CollectedGateway("bj-gw1", 2, 1, full=False),),
        "d",
        ("2026-01-01.jsonl",),
        {"sh-gw1": "no"},
    )
    check("translation collect", collected.to_dict())
