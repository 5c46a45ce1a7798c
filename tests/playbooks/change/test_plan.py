"""The plan file: what is applied is what was reviewed."""

import json
import os
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egovnet.playbooks.change.plan import DevicePlan, Plan, plan_outcome, read_plan, write_plan
from egovnet.playbooks.change.plan_form import with_checksum
from egovnet.playbooks.change.words import Words
from egovnet.playbooks.core.selection import UsageError
from egovnet.playbooks.results.affected import Affected, Interruption
from egovnet.playbooks.results.zone_change import ZoneChange
from egovnet.tasks.dry_run import text_hash
from egovnet.templates.model.interruption import InterruptionClass
from tests import strategies  # noqa: F401 -- its Hypothesis profile
from tests.hypothesis_profiles import examples

_NAMES = st.from_regex(r"[a-z][a-z0-9-]{0,8}", fullmatch=True)
_TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


@st.composite
def device_plans(draw: st.DrawFn) -> DevicePlan:
    before = draw(_TEXTS)
    return DevicePlan(text_hash(before), before, draw(_TEXTS), draw(_TEXTS.filter(bool)))


@st.composite
def interruptions(draw: st.DrawFn) -> Interruption:
    names = [tuple(draw(st.lists(_NAMES, max_size=2))) for _ in range(3)]
    seconds = draw(st.none() | st.floats(0, 100))
    return Interruption(draw(st.sampled_from(InterruptionClass)), *names, seconds)


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    names = _NAMES
    return Plan(
        network=draw(_NAMES),
        created=draw(_TEXTS),
        author=draw(_TEXTS),
        devices=draw(st.dictionaries(names, device_plans(), max_size=4)),
        unchanged=draw(st.dictionaries(names, _TEXTS, max_size=3)),
        unreachable=draw(st.dictionaries(names, _TEXTS, max_size=3)),
        affected=Affected(
            tuple(draw(st.lists(_NAMES))),
            tuple(draw(st.lists(_NAMES))),
            tuple(draw(st.lists(interruptions(), max_size=2))),
        ),
        kind=draw(st.sampled_from(["apply", "rollback"])),
        undoes=draw(st.none() | st.integers(1)),
        zone_changes=tuple(
            draw(st.lists(st.builds(ZoneChange, *[_NAMES] * 6), max_size=2)),
        ),
        words=Words(tuple(draw(st.lists(_NAMES, max_size=2))), draw(st.booleans())),
    )


@given(plan=plans())
def test_writing_then_reading_is_the_identity(plan: Plan) -> None:
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "p.json"
        write_plan(plan, path)
        again = read_plan(path)
    assert again == plan
    assert again.hash == plan.hash


@given(plan=plans(), data=st.data())
def test_the_hash_is_of_all_that_decides_what_apply_does(plan: Plan, data: st.DataObject) -> None:
    assert replace(plan, created="later", author="somebody else").hash == plan.hash
    assert replace(plan, devices=dict(reversed(plan.devices.items()))).hash == plan.hash
    assert replace(plan, network=plan.network + "x").hash != plan.hash
    assert replace(plan, undoes=(plan.undoes or 0) + 1).hash != plan.hash
    assert replace(plan, unreachable=plan.unreachable | {"new": ""}).hash != plan.hash
    assert replace(plan, unchanged=plan.unchanged | {"new": ""}).hash != plan.hash
    assert replace(plan, affected=replace(plan.affected, vpns=(*plan.affected.vpns, "x"))).hash != (
        plan.hash
    )
    assert replace(plan, words=Words(("x", *plan.words.zone_change))).hash != plan.hash
    assert replace(plan, zone_changes=(*plan.zone_changes, ZoneChange(*"abcdef"))).hash != (
        plan.hash
    )
    if plan.devices:
        name = data.draw(st.sampled_from(sorted(plan.devices)))
        field = data.draw(st.sampled_from(["running_hash", "intended", "diff"]))
        entry = plan.devices[name]
        changed = replace(entry, **{field: getattr(entry, field) + "x"})
        assert replace(plan, devices=plan.devices | {name: changed}).hash != plan.hash
        left = {n: e for n, e in plan.devices.items() if n != name}
        assert replace(plan, devices=left).hash != plan.hash


def example() -> Plan:
    before = "hostname pe1\n"
    return Plan(
        network="net",
        created="2025-01-01T00:00:00+00:00",
        author="li wei",
        devices={"pe1": DevicePlan(text_hash(before), before, "hostname pe1\n!\n", "+ !")},
        unchanged={"pe2": text_hash("x")},
        unreachable={"pe3": "ConnectTimeoutError: pe3: no answer"},
        affected=Affected(("tax",)),
    )


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("devices", "pe1", "intended"), "hostname pe1\n! and more\n"),
        (("devices", "pe1", "before"), "hostname other\n"),
        (("devices", "pe1", "running_hash"), text_hash("other")),
        (("devices", "pe1", "diff"), ""),
        (("devices",), {}),
        (("unreachable",), {}),
        (("unchanged",), {}),
        (("affected",), {"vpns": [], "sites": []}),
        (("network",), "other"),
        (("kind",), "rollback"),
        (("undoes",), 1),
        (("hash",), "0" * 64),
    ],
    ids=lambda value: ".".join(value) if isinstance(value, tuple) else "",
)
def test_an_altered_plan_is_refused(place: tuple[str, ...], value: object, tmp_path: Path) -> None:
    path = tmp_path / "p.json"
    write_plan(example(), path)
    body = json.loads(path.read_text())
    at = body
    for key in place[:-1]:
        at = at[key]
    assert at[place[-1]] != value
    at[place[-1]] = value
    path.write_text(json.dumps(body))
    with pytest.raises(UsageError, match=r"was altered after it was planned; plan again"):
        read_plan(path)


@given(data=st.data())
@examples(100)
def test_a_key_that_stands_twice_is_refused(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A person reads the first, a program the last: every sum holds."""
    path = tmp_path_factory.getbasetemp() / "twice.plan"
    path.unlink(missing_ok=True)
    write_plan(example(), path)
    lines = path.read_text().split("\n")
    keyed = [number for number, line in enumerate(lines) if line.lstrip().startswith('"')]
    keyed = [number for number in keyed if ": " in lines[number]]
    number = data.draw(st.sampled_from(keyed))
    key = lines[number].split(":")[0]
    value = data.draw(st.sampled_from(['""', "[]", "{}", "null", '"- nothing"']))
    lines.insert(number, f"{key}: {value},")
    path.write_text("\n".join(lines))
    assert json.loads(path.read_text()) is not None
    with pytest.raises(UsageError, match=r"has a key twice, or was altered after"):
        read_plan(path)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
def test_a_number_that_is_none_is_refused(number: str, tmp_path: Path) -> None:
    path = tmp_path / "p.json"
    write_plan(example(), path)
    path.write_text(path.read_text().replace('"undoes": null', f'"undoes": {number}'))
    with pytest.raises(UsageError, match=r"was altered after it was planned"):
        read_plan(path)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)


def parts(data: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:  # noqa: ANN401 -- JSON is any
    """Where there is a value, in a mapping or list of mappings and lists."""
    for key, value in data.items() if isinstance(data, dict) else enumerate(data):
        yield (*at, key)
        if isinstance(value, dict | list):
            yield from parts(value, (*at, key))


def replaced(data: st.DataObject, body: dict[str, Any]) -> None:
    """Another value at one place of a plan file, or one more or less."""
    place = data.draw(st.sampled_from([*parts(body)]))
    holder: Any = body
    for key in place[:-1]:
        holder = holder[key]
    before, how = holder[place[-1]], data.draw(st.sampled_from(["value", "gone", "more"]))
    if how == "gone":
        del holder[place[-1]]
    elif how == "more" and isinstance(holder, dict):
        holder["more"] = data.draw(_JSON)
    elif how == "more":
        holder.append(data.draw(_JSON))
    else:
        holder[place[-1]] = data.draw(_JSON.filter(lambda v: json.dumps(v) != json.dumps(before)))


@given(data=st.data())
@examples(300)
def test_a_plan_with_anything_replaced_is_a_refusal(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "replaced.plan"
    path.unlink(missing_ok=True)
    write_plan(example(), path)
    body = json.loads(path.read_text())
    replaced(data, body)
    path.write_text(json.dumps(body))
    with pytest.raises(UsageError, match=r"is not a plan|was altered after|another version"):
        read_plan(path)


@given(data=st.data())
@examples(300)
def test_a_plan_hashed_anew_has_the_types_of_one_or_is_refused(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "forged.plan"
    path.unlink(missing_ok=True)
    write_plan(example(), path)
    body = json.loads(path.read_text())
    replaced(data, body)
    path.write_text(json.dumps(with_checksum(body)))
    try:
        plan = read_plan(path)
    except UsageError:
        return
    # whatever it says, it is shown and written as any plan is
    json.dumps(plan.result().to_dict())
    path.unlink()
    write_plan(plan, path)
    assert read_plan(path) == plan


def test_waves_are_of_the_plans_own_routers(tmp_path: Path) -> None:
    path, plan = tmp_path / "p.plan", example()
    for waves in ({"a": []}, {"a": [*plan.devices, "pe9"]}, {"a": [*plan.devices, *plan.devices]}):
        write_plan(replace(plan, waves=waves), path)
        with pytest.raises(UsageError, match="was altered after it was planned"):
            read_plan(path)


@given(octets=st.binary(max_size=40) | st.builds(lambda j: json.dumps(j).encode(), _JSON))
def test_garbage_is_no_plan(octets: bytes) -> None:
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "p.json"
        path.write_bytes(octets)
        with pytest.raises(UsageError, match=r"is not a plan file; make one with: egovnet plan -o"):
            read_plan(path)


def test_another_version_s_plan_says_so(tmp_path: Path) -> None:
    path = tmp_path / "p.json"
    write_plan(example(), path)
    body = json.loads(path.read_text()) | {"format": 0}
    path.write_text(json.dumps(body))
    with pytest.raises(UsageError, match=r"another version of egovnet; plan again"):
        read_plan(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"nowhere\.json: cannot be read: No such file"):
        read_plan(tmp_path / "nowhere.json")


def test_only_its_owner_reads_a_plan_and_the_old_one_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "p.json"
    write_plan(replace(example(), created="long ago"), path)
    path.chmod(0o644)
    write_plan(example(), path)
    assert read_plan(path) == example()
    assert path.stat().st_mode & 0o777 == 0o600
    assert [entry.name for entry in tmp_path.iterdir()] == ["p.json"]


def test_a_plan_that_cannot_be_written_leaves_the_old_one(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"cannot be written: there is no directory"):
        write_plan(example(), tmp_path / "missing" / "p.json")
    (tmp_path / "p.json").mkdir()
    with pytest.raises(UsageError, match=r"p\.json: the plan cannot be written"):
        write_plan(example(), tmp_path / "p.json")


def test_the_same_diff_is_shown_once_for_all_its_devices() -> None:
    plan = example()
    same = replace(plan, devices=dict.fromkeys(("pe1", "pe4", "pe5"), plan.devices["pe1"]))
    (change,) = same.result().to_dict()["changes"]
    assert change == {"devices": ["pe1", "pe4", "pe5"], "diff": "+ !", "added": 1, "removed": 0}


@pytest.mark.parametrize(
    ("devices", "unreachable", "code"),
    [(False, False, 0), (True, False, 3), (False, True, 5), (True, True, 5)],
)
def test_exit_code_of_a_plan(devices: bool, unreachable: bool, code: int) -> None:
    plan = example()
    plan = plan if devices else replace(plan, devices={})
    plan = plan if unreachable else replace(plan, unreachable={})
    assert plan_outcome(plan).exit == code


def test_new_numbers_in_the_lock_file_are_told() -> None:
    assert "plan.lock.yaml" in plan_outcome(example(), lock_written=True).notes[0]
    assert plan_outcome(example()).notes == ()


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 100_000, "9" * 10_000, "\x00", "NaN"])
def test_a_text_that_hurts_its_reader_is_no_plan(text: str, tmp_path: Path) -> None:
    path = tmp_path / "p.plan"
    path.write_text(text)
    with pytest.raises(UsageError, match=r"is not a plan file"):
        read_plan(path)


def test_what_is_no_file_is_no_plan(tmp_path: Path) -> None:
    path = tmp_path / "p.plan"
    os.mkfifo(path)
    for odd in (path, Path("/dev/zero"), tmp_path):
        with pytest.raises(UsageError, match="cannot be read: "):
            read_plan(odd)


def test_a_plan_file_that_was_left_open_is_closed_on_sight(tmp_path: Path) -> None:
    path = tmp_path / "p.plan"
    write_plan(example(), path)
    path.chmod(0o644)
    read_plan(path)
    assert path.stat().st_mode & 0o777 == 0o600
