"""`add`: an entry in a person's file, numbered and validated; a mistake leaves all as it was."""

import os
import pty
import select
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from egovnet.inventory.allocation.lock_file import read_lock
from egovnet.inventory.authoring.additions import PARTS, entry_kinds
from egovnet.inventory.authoring.schemas import first_line
from egovnet.inventory.errors import ProblemsError
from egovnet.inventory.model.annotations import PLATFORMS
from egovnet.inventory.model.shapes import fields_of, models_below, place_at
from egovnet.inventory.registers import read_registers
from egovnet.inventory.source.sections import OPTIONAL_FILES
from egovnet.playbooks.core.selection import UsageError
from egovnet.playbooks.core.workspace import REFERENCE, Workspace
from egovnet.playbooks.results.added_entry import AddedEntry
from egovnet.playbooks.verbs.add import add
from egovnet.playbooks.verbs.add_request import Question, Request
from egovnet.playbooks.verbs.init import init
from egovnet.templates.intend.read_inventory import read_inventory
from tests.hypothesis_profiles import examples
from tests.playbooks.console import contents, copy_of_backbone, edit, egovnet

NONE_YET = "# None yet.\n{}\n"
SITE = {
    "region": "north",
    "vpn": "office",
    "prefixes": ["10.1.9.0/24,fd00:1:9::/64"],
    "pe": "pe2",
    "port": "eth3",
    "routing-protocol": "bgp",
}
ROUTER = {
    "hostname": "127.20.20.23",
    "region": "north",
    "roles": ["pe"],
    "management": "172.20.20.23/24",
}
CIRCUIT = {"a-router": "p1", "a-port": "eth9", "b-router": "p2", "b-port": "eth9"}
APPLICATION = {
    "name": "Papers",
    "owner": "government",
    "vpn": "office",
    "level": "2",
    "servers": ["10.1.2.16/28"],
    "protocol": "tcp",
    "ports": ["443", "8000-8010"],
    "users-regions": ["north"],
}
EXCHANGE = {
    "from-agency": "party",
    "from-vpn": "party",
    "from-prefixes": ["10.1.8.0/25"],
    "to-agency": "government",
    "to-vpn": "office",
    "to-prefixes": ["10.1.1.0/25,10.1.2.0/24"],
    "protocol": "tcp",
    "ports": ["443,8000-8010"],
    "level": "2",
    "owner": "government",
    "approved-by": "Li Na",
    "approved-on": "2026-03-02",
    "reason": "documents",
    "valid-from": "2026-04-01",
    "valid-until": "2099-03-31",
}
#: What an exchange needs: a second agency of the intranet, and a firewall.
BEFORE_AN_EXCHANGE = [
    Request("agency", "party", given={"name": "Party", "kind": "system"}),
    Request("vpn", "party", given={"name": "Party", "zone": "intranet", "owner": "party"}),
    Request("site", "party-north", given={**SITE, "vpn": "party", "prefixes": ["10.1.8.0/24"]}),
    Request(
        "router",
        "fw1",
        given={
            **ROUTER,
            "roles": ["firewall"],
            "attachment-pe": "pe2",
            "attachment-pe-port": "eth6",
            "attachment-port": "eth1",
        },
    ),
]
RULE = {
    "requires": "two-accesses",
    "from-level": "2",
    "otherwise": "report",
    "source": "the office",
}
BORDER = {
    "option": "A",
    "neighbor": "guangdong",
    "neighbor-asn": "64844",
    "neighbor-router": "gd-asbr1",
    "neighbor-port": "eth5",
    "router": "pe1",
    "port": "eth9",
    "numbering": "ours",
    "vpn": "services",
    "neighbor-vpn": "gdservices",
    "neighbor-zone": "extranet",
    "accepts": ["10.42.0.0/16"],
    "announces": ["10.2.0.0/16"],
}
CROSSING = {
    "vpn": "office",
    "neighbor-vpn": "gdoffice",
    "neighbor-zone": "intranet",
    "accepts": ["10.41.0.0/16"],
    "announces": ["10.1.0.0/16"],
}
LINE = {
    "owner": "government",
    "a-site": "office-north",
    "b-place": "hall of the county",
    "capacity": "100",
    "laid-on": "2019-06-01",
    "approved-by": "Li Na",
    "approved-on": "2026-03-02",
    "reason": "until it moves",
    "valid-from": "2026-04-01",
    "valid-until": "2099-03-31",
}
#: What is there before one of a kind.
BEFORE = {
    "exchange": BEFORE_AN_EXCHANGE,
    "border-vpn": [Request("border", "guangdong-1", given=BORDER)],
}
VPN = {"name": "Tax", "zone": "extranet"}
ACCESS = {"pe": "pe1", "port": "eth3", "routing-protocol": "bgp"}
#: A request for each kind, its file, and the pools that it takes numbers from.
REQUESTS: list[tuple[Request, str, set[str]]] = [
    (
        Request("region", "west", given={"name": "West", "tier": "province", "parent": "centre"}),
        "regions.yaml",
        set(),
    ),
    (Request("router", "pe3", given=ROUTER), "hosts.yaml", {"loopback-ipv4", "loopback-ipv6"}),
    (Request("circuit", None, given=CIRCUIT), "circuits.yaml", {"circuit-ipv4", "circuit-ipv6"}),
    (Request("agency", "tax", given={"name": "Tax", "kind": "department"}), "agencies.yaml", set()),
    (
        Request("vpn", "tax", given={**VPN, "owner": "services"}),
        "vpns.yaml",
        {"route-target/extranet"},
    ),
    (
        Request("site", "tax-north", given=SITE),
        "sites/north.yaml",
        {"access-ipv4", "access-ipv6", "site-asn", "vlan/pe2/eth3"},
    ),
    (Request("application", "papers", given=APPLICATION), "applications.yaml", set()),
    (
        Request("exchange", "papers", given=EXCHANGE),
        "exchanges.yaml",
        {"access-ipv4", "access-ipv6", "vlan/pe2/eth6"},
    ),
    (Request("level-rule", "own", given=RULE), "levels.yaml", set()),
    (
        Request("border", "guangdong-1", given=BORDER),
        "borders.yaml",
        {"access-ipv4", "access-ipv6", "vlan/pe1/eth9"},
    ),
    (
        Request("border-vpn", "office", "guangdong-1", CROSSING),
        "borders.yaml",
        {"access-ipv4", "access-ipv6", "vlan/pe1/eth9"},
    ),
    (Request("legacy-circuit", "line", given=LINE), "legacy-circuits.yaml", set()),
    (
        Request("access", "second", "office-north", ACCESS),
        "sites/north.yaml",
        {"access-ipv4", "access-ipv6", "vlan/pe1/eth3"},
    ),
]
KINDS = [request.kind for request, _, _ in REQUESTS]


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("EGOVNET_STATE", str(tmp_path / "state"))
    init(tmp_path / "network", "skeleton")
    for section in OPTIONAL_FILES:
        (tmp_path / "network" / f"{section}.yaml").write_text(NONE_YET)
    (tmp_path / "network" / "legacy-circuits.yaml").write_text("approvers: [Li Na]\n")
    return tmp_path / "network"


def added(root: Path, request: Request) -> AddedEntry:
    return add(Workspace(root), request).result


def without(text: str, entry: AddedEntry) -> str:
    """The text without the lines of the entry, and a blank line above it."""
    lines = text.splitlines(keepends=True)
    first, last = entry.line - 1, entry.line - 1 + len(entry.text.splitlines())
    assert "".join(lines[first:last]) == f"{entry.text}\n"
    return "".join([*lines[:first], *lines[last:]])


@pytest.mark.parametrize(("request_", "file", "pools"), REQUESTS, ids=KINDS)
def test_an_entry_is_written_numbered_and_valid(
    request_: Request, file: str, pools: set[str], root: Path
) -> None:
    if request_.kind == "exchange":
        edit(
            root / "hosts.yaml",
            "region: north\n    roles: [pe]",
            "region: north\n    roles: [pe, platform]",
        )
    for needed in BEFORE.get(request_.kind, ()):
        added(root, needed)
    Workspace(root).on_disk.keep_allocation()
    before, numbers = (root / file).read_text(), read_lock(root).pools
    entry = added(root, request_)
    assert entry.file == str(root / file)
    after = (root / file).read_text()
    nothing = "" if before != NONE_YET else "{}\n"  # what the file says without the entry
    assert (without(after, entry) + nothing).rstrip("\n") == before.rstrip("\n")
    lock = read_lock(root).pools
    assert {number.pool for number in entry.allocated} == pools
    for number in entry.allocated:
        assert lock[number.pool][number.name] == number.value
        assert number.name not in numbers.get(number.pool, {})
    kept = {pool: values.keys() & numbers.get(pool, {}).keys() for pool, values in lock.items()}
    assert all(lock[pool][name] == numbers[pool][name] for pool in kept for name in kept[pool])
    read_registers(root, read_inventory(root)[0])
    (root / file).write_text(without(after, entry) + nothing)
    read_inventory(root)


def test_every_kind_has_a_request_here_and_every_field_an_option() -> None:
    assert set(KINDS) == set(entry_kinds())
    for kind in entry_kinds().values():
        if kind.parts is not None or kind.name == "site":
            continue
        keys = {option.field.key for option in kind.options}
        place = place_at(_shape(kind.section), (*kind.within, "an entry"))
        for model in models_below(place.shape):
            wanted = {f.key for f in fields_of(model).values() if f.shape.model is None}
            assert wanted - keys - {"connection_options", *(parts.key for parts in PARTS)} == set()


def _shape(section: str) -> Any:  # noqa: ANN401 -- a Shape
    from egovnet.inventory.authoring.file_kinds import file_kinds  # noqa: PLC0415

    return next(kind.shape for kind in file_kinds() if kind.name == section)


def test_what_a_router_lacks_is_taken_from_its_like(root: Path) -> None:
    entry = added(root, REQUESTS[1][0])
    assert yaml.safe_load(entry.text)["pe3"]["groups"] == ["lab", "province"]
    router = read_inventory(root)[0].routers["pe3"]
    assert (router.tier, router.port) == ("province", 2222)
    text = (root / "hosts.yaml").read_text()
    (root / "hosts.yaml").write_text(text.replace("groups: [lab", "groups: [centre, lab"))


SITES = st.fixed_dictionaries(
    {
        "region": st.sampled_from(["guangdong", "shanghai", "guangzhou", "beijing"]),
        "vpn": st.sampled_from(["party", "government", "public", "congress", "taxation"]),
        "pe": st.sampled_from(["bj-pe1", "gd-pe1", "sh-pe1", "gz-pe1", "sc-pe1"]),
        "port": st.sampled_from(["eth6", "eth7"]),
        "routing-protocol": st.sampled_from(["bgp", "static"]),
    },
    optional={"description": st.text("ab '\"#:\u4e2d", min_size=1, max_size=12)},
)


@given(st.lists(SITES, min_size=1, max_size=3), st.data())
@examples(15)
def test_drawn_sites_keep_every_line_and_comment(
    sites: list[dict[str, str]], data: st.DataObject
) -> None:
    with tempfile.TemporaryDirectory() as directory, pytest.MonkeyPatch.context() as patch:
        patch.setenv("EGOVNET_STATE", f"{directory}/state")
        root = copy_of_backbone(Path(directory) / "network")
        for path in root.glob("sites/*.yaml"):
            if data.draw(st.booleans()):
                path.write_text(f"# above\n\n{path.read_text()}\n# below\n")
        for number, site in enumerate(sites):
            before = contents(root)
            prefixes = [f"10.77.{number}.0/24"]
            request = Request("site", f"new-{number}", given={**site, "prefixes": prefixes})
            entry = added(root, request)
            file = Path(entry.file).relative_to(root).as_posix()
            old, new = before.get(file, b"").decode(), Path(entry.file).read_text()
            assert without(new, entry).rstrip("\n") == old.rstrip("\n")
            changed = {
                name for name, octets in contents(root).items() if before.get(name) != octets
            }
            assert changed <= {file, "plan.lock.yaml"}
            assert f"new-{number}" in read_inventory(root)[0].sites


def test_a_site_of_a_new_region_has_a_file_of_its_own(root: Path) -> None:
    added(root, REQUESTS[0][0])
    entry = added(root, Request("site", "tax-west", given={**SITE, "region": "west"}))
    assert entry.file == str(root / "sites" / "west.yaml")
    text = (root / "sites" / "west.yaml").read_text()
    assert text.startswith(f"{first_line('sites/west.yaml')}\ntax-west:\n")
    named = Request(
        "site", "b", given={**SITE, "prefixes": ["10.1.8.0/24"]}, file="sites/more.yaml"
    )
    assert added(root, named).file == str(root / "sites" / "more.yaml")
    with pytest.raises(UsageError, match="not a file of sites"):
        added(root, Request("site", "c", given=SITE, file="../elsewhere.yaml"))


MISTAKES: list[tuple[Request, list[str]]] = [
    (
        Request("site", "tax", given={**SITE, "region": "nrth", "pe": "pe9", "port": "e 3"}),
        ["--pe: no router 'pe9'", "--port: 'e 3' does not fit", "--region: no region 'nrth'"],
    ),
    (
        Request("site", "tax", given={**SITE, "prefixes": ["10.1.1.0/24"]}),
        ["--prefixes: 10.1.1.0/24 overlaps 10.1.1.0/24 of site office-centre"],
    ),
    (Request("site", "Tax", given=SITE), ["NAME: 'Tax' does not fit"]),
    (Request("access", "main", "office-north", ACCESS), ["'main' already -> take another name"]),
    (Request("agency", "services", given={"name": "x", "kind": "system"}), ["already"]),
    (
        Request("circuit", None, given={**CIRCUIT, "metric": "cheap"}),
        ["--metric: 'cheap' is not a whole number"],
    ),
    (
        Request("exchange", "papers", given={**EXCHANGE, "valid-until": "2026-13-01"}),
        [
            "--valid-until: '2026-13-01' is not a date -> write one such as 2027-01-31",
            "--from-agency: no agency 'party'",
            "NAME: no firewall by which it could pass",
        ],
    ),
    (
        Request(
            "router",
            "fw1",
            given={
                "region": "centre",
                "roles": ["firewall"],
                "hostname": "127.20.20.31",
                "management": "172.20.20.31/24",
            },
        ),
        ["--attachment-pe, --attachment-pe-port, --attachment-port: a firewall that stands"],
    ),
    (
        Request("border", "gd", given={**BORDER, "neighbor-zone": "intranet", "port": "eth1"}),
        ["--neighbor-zone: intranet, and VPN services is of the extranet", "--port: pe1 eth1 is"],
    ),
    (
        Request("legacy-circuit", "line", given={"owner": "government", "a-router": "pe1"}),
        [
            "--b-site or --b-router with --b-port or --b-place: is missing",
            "add one: End b is one of site, router, place",
            "--approved-by: is missing",
        ],
    ),
    (
        Request("legacy-circuit", "line", given={**LINE, "a-port": "eth8", "approved-by": "Li Ma"}),
        ["--a-port: a port without a router", "--approved-by: Li Ma is none of the approvers"],
    ),
    (
        Request("vpn", "averylongname", given={**VPN, "owner": "services"}),
        ["NAME: 'averylongname' does not fit"],
    ),
    (
        Request("site", None),
        [
            "NAME: is missing",
            "--region: is missing -> add it: Region that it is in; one of centre, north",
            "--routing-protocol: is missing",
            "one of static, bgp",
        ],
    ),
    (  # what is missing and what is wrong are told at once
        Request("router", "PE9", given={"region": "nord", "management": "172.20.20.13"}),
        [
            "--hostname: is missing",
            "--management: '172.20.20.13' is not an IPv4 address with its length",
            "--region: no region 'nord' -> did you mean 'north'?",
            "NAME: 'PE9' does not fit",
        ],
    ),
    (
        Request("router", "pe9", given={"region": "north"}),
        ["--roles: is missing", "; some of p, rr, pe, platform, firewall, gateway"],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("request_", "told"), MISTAKES)
def test_a_mistake_is_told_by_its_option_and_nothing_is_written(
    request_: Request, told: list[str], root: Path
) -> None:
    before = contents(root)
    with pytest.raises(ProblemsError) as caught:
        added(root, request_)
    words = str(caught.value)
    assert all(part in words for part in told), words
    assert caught.value.exit_code == 2
    assert contents(root) == before


def test_a_mistake_that_was_there_is_told_where_it_stands(root: Path) -> None:
    text = (root / "vpns.yaml").read_text()
    (root / "vpns.yaml").write_text(text.replace("owner: services", "owner: service"))
    before = contents(root)
    with pytest.raises(ProblemsError, match=r"vpns.yaml:\d+: services.owner: no agency 'service'"):
        added(root, REQUESTS[3][0])
    assert contents(root) == before


def test_the_reference_inventory_is_not_written_to() -> None:
    with pytest.raises(UsageError, match="egovnet init DIR"):
        added(REFERENCE, REQUESTS[3][0])


# -- files -----------------------------------------------------------------------------------


def test_a_file_keeps_its_mode_and_owner(root: Path) -> None:
    path = root / "agencies.yaml"
    path.chmod(0o640)
    if os.geteuid() == 0:
        os.chown(path, 12345, 23456)
    before = path.stat()
    added(root, REQUESTS[3][0])
    after = path.stat()
    assert (after.st_mode, after.st_uid, after.st_gid) == (
        before.st_mode,
        before.st_uid,
        before.st_gid,
    )
    assert after.st_ino != before.st_ino, "old or new: never written over"
    assert [p.name for p in root.iterdir() if p.name.startswith(".")] == [".schemas"]


def test_a_link_is_followed_within_and_not_outside(root: Path, tmp_path: Path) -> None:
    (root / "sites" / "kept.yaml").write_text((root / "agencies.yaml").read_text())
    (root / "sites" / "kept.yaml").rename(root / ".kept")
    (root / "agencies.yaml").unlink()
    (root / "agencies.yaml").symlink_to(".kept")
    added(root, REQUESTS[3][0])
    assert (root / "agencies.yaml").is_symlink()
    assert "tax:" in (root / ".kept").read_text()
    outside = tmp_path / "outside.yaml"
    outside.write_text((root / "vpns.yaml").read_text())
    (root / "vpns.yaml").unlink()
    (root / "vpns.yaml").symlink_to(outside)
    before = outside.read_text()
    with pytest.raises(ProblemsError, match="leads outside the inventory"):
        added(root, REQUESTS[4][0])
    assert outside.read_text() == before


def test_a_failed_write_of_the_lock_takes_the_entry_back(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = contents(root)

    def full(*_: object) -> bool:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("egovnet.playbooks.core.intended.write_lock", full)
    with pytest.raises(OSError, match="No space"):
        added(root, REQUESTS[5][0])
    assert contents(root) == before


def test_several_at_once_are_all_there_or_told_to_try_again(root: Path) -> None:
    command = Path(sys.executable).parent / "egovnet"
    environment = {**os.environ, "EGOVNET_INVENTORY": str(root)}
    Workspace(root).on_disk.keep_allocation()
    running = [
        subprocess.Popen(
            [command, "add", "agency", f"office{n}", "--name", "x", "--kind", "system"],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for n in range(4)
    ]
    ended = [(process.communicate(), process.returncode) for process in running]
    agencies = yaml.safe_load((root / "agencies.yaml").read_text())
    for number, ((_, words), code) in enumerate(ended):
        assert (f"office{number}" in agencies) == (code == 0)
        assert code == 0 or "was changed while it was worked on -> try again" in words
    assert any(code == 0 for _, code in ended)
    read_inventory(root)


# -- people ----------------------------------------------------------------------------------


def test_what_is_missing_is_asked_for_until_it_fits(root: Path) -> None:
    said = "Tax services tax nrth north office 10.9.9.0/33 10.9.9.0/24 pe2 eth3 ospf bgp"
    answers = iter(said.split())
    asked: list[Question] = []

    def ask(question: Question) -> str:
        asked.append(question)
        return next(answers)

    (root / "sites" / "north.yaml").write_text(
        (root / "sites" / "north.yaml").read_text().replace("services-north", "services")
    )
    outcome = add(Workspace(root), Request("site", None), ask)
    assert outcome.result.name == "tax"
    wrong = [question.wrong for question in asked if question.wrong]
    assert "'Tax' does not fit -> write a lower-case letter" in wrong[0]
    assert wrong[1] == "'services' is taken -> take another name"
    assert "no region 'nrth' -> did you mean 'north'?" in wrong[2]
    assert "not an IPv4 or IPv6 prefix" in wrong[3]
    assert "use 'static' or 'bgp'" in wrong[4] or "write" in wrong[4]
    assert not [word for word in wrong if "pydantic" in word or "^" in word]


def test_a_router_takes_its_port_at_once(root: Path) -> None:
    answers = iter(["pe1:eth 9", "pe1:eth9", "p1", "eth9"])
    asked: list[Question] = []

    def ask(question: Question) -> str:
        asked.append(question)
        return next(answers)

    outcome = add(Workspace(root), Request("circuit", None), ask)
    assert [question.option for question in asked] == ["a-router", "a-router", "b-router", "b-port"]
    assert asked[0].words.endswith("with its port at once: p1:eth1")
    assert "'eth 9' does not fit" in asked[1].wrong
    entry = yaml.safe_load(outcome.result.text)["pe1--p1-2"]
    assert entry["a"] == {"router": "pe1", "port": "eth9"}


def test_an_option_takes_a_router_with_its_port(root: Path) -> None:
    given = {key: value for key, value in SITE.items() if key != "port"} | {"pe": "pe2:eth3"}
    entry = yaml.safe_load(added(root, Request("site", "tax", given=given)).text)["tax"]
    access = entry["site-network-accesses"]["main"]
    assert (access["pe"], access["port"]) == ("pe2", "eth3")


def test_only_routers_that_fit_are_offered(root: Path) -> None:
    answers = iter(["p1", "pe2:eth3"])
    asked: list[Question] = []

    def ask(question: Question) -> str:
        asked.append(question)
        return next(answers)

    given = {key: value for key, value in SITE.items() if key not in ("pe", "port")}
    add(Workspace(root), Request("site", "tax", given=given), ask)
    assert "one of pe1, pe2;" in asked[0].words
    assert asked[1].wrong == "p1 is not a PE (roles: p, rr) -> use pe1, pe2"


def test_an_end_of_a_line_is_chosen_and_then_said(root: Path) -> None:
    answers = iter(["bridge", "router", "pe1", "eth8"])
    asked: list[Question] = []

    def ask(question: Question) -> str:
        asked.append(question)
        return next(answers)

    given = {key: value for key, value in LINE.items() if key != "a-site"}
    outcome = add(Workspace(root), Request("legacy-circuit", "line", given=given), ask)
    assert yaml.safe_load(outcome.result.text)["circuits"]["line"]["a"] == {
        "router": "pe1",
        "port": "eth8",
    }
    assert [question.wrong for question in asked if question.wrong] == [
        "'bridge' is none of site, router, place"
    ]


#: What is said first, and what a refusal of the whole entry then asks for: (option, answer).
REFUSED: list[tuple[Request, list[tuple[str, str]], str]] = [
    (
        Request(
            "application",
            "papers",
            given={key: APPLICATION[key] for key in APPLICATION if key != "ports"},
        ),
        [("ports", "443,8000-8010")],
        "ports: [443, 8000-8010]",
    ),
    (
        Request("router", "fw1", given={**ROUTER, "region": "centre", "roles": ["firewall"]}),
        [("attachment-pe", "pe1"), ("attachment-pe-port", "eth1"), ("attachment-port", "eth1"),
         ("attachment-pe-port", "eth9")],
        "pe-port: eth9",
    ),
    (
        Request("site", "tax", given={**SITE, "prefixes": ["10.1.1.0/25"], "maximum-prefix": "5",
                                      "routing-protocol": "static"}),
        [("prefixes", "10.1.9.0/24"), ("maximum-prefix", "")],
        "prefixes: [10.1.9.0/24]",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("request_", "told", "written"), REFUSED)
def test_what_the_whole_entry_lacks_is_asked_for_too(
    request_: Request, told: list[tuple[str, str]], written: str, root: Path
) -> None:
    answers = iter(told)
    asked: list[Question] = []

    def ask(question: Question) -> str:
        option, answer = next(answers)
        assert question.option == option, question
        asked.append(question)
        return answer

    if request_.kind == "router":
        edit(root / "hosts.yaml", "roles: [pe]", "roles: [pe, platform]")
    outcome = add(Workspace(root), request_, ask)
    assert next(answers, None) is None
    assert asked[0].wrong
    assert written in outcome.result.text
    assert "maximum-prefix" not in outcome.result.text
    names = [question.option for question in asked]
    assert [question.new for question in asked] == [
        not question.wrong or question.option not in names[:place]
        for place, question in enumerate(asked)
    ]


def test_what_no_answer_can_mend_is_not_asked_for(root: Path) -> None:
    def ask(question: Question) -> str:
        raise AssertionError(question)

    with pytest.raises(ProblemsError, match="no firewall by which it could pass"):
        add(Workspace(root), Request("exchange", "papers", given=EXCHANGE), ask)


def test_who_may_approve_is_written_by_a_person(root: Path) -> None:
    (root / "legacy-circuits.yaml").unlink()
    wanted = r"write approvers: \[Li Na\] into legacy-circuits.yaml if that person may"
    with pytest.raises(ProblemsError, match=wanted):
        added(root, Request("legacy-circuit", "line", given=LINE))
    assert not (root / "legacy-circuits.yaml").exists()


def read_until(terminal: int, word: str, seen: str) -> str:
    end = time.monotonic() + 20
    while not seen.rstrip(" ").endswith(word):
        assert time.monotonic() < end, seen
        if select.select([terminal], [], [], 1)[0]:
            seen += os.read(terminal, 4096).decode()
    return seen


def lines_of(terminal: int) -> Iterator[str]:
    while True:
        try:
            part = os.read(terminal, 4096).decode()
        except OSError:  # the other end is closed
            return
        yield part


def test_a_terminal_asks_and_a_pipe_does_not(root: Path) -> None:
    command = Path(sys.executable).parent / "egovnet"
    environment = {**os.environ, "EGOVNET_INVENTORY": str(root), "TERM": "dumb"}
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [command, "add", "agency"], stdin=theirs, stdout=theirs, stderr=theirs, env=environment
    )
    os.close(theirs)
    seen = ""
    for word, answer in (("name:", "tax"), ("name:", "Tax offices"), ("kind:", "department")):
        seen = read_until(ours, word, seen)
        os.write(ours, f"{answer}\n".encode())
        seen += "\n"
    seen += "".join(lines_of(ours))
    os.close(ours)
    assert process.wait(20) == 0, seen
    assert "one of system, department" in " ".join(seen.split())
    assert yaml.safe_load((root / "agencies.yaml").read_text())["tax"]["name"] == "Tax offices"
    ran = egovnet("add", "agency", "--inventory", root, "--json", state=root.parent / "state")
    assert (ran.code, ran.json["valid"]) == (2, False)
    fields = [problem["field"] for problem in ran.json["problems"]]
    assert fields == ["--kind", "--name", "NAME"]


def test_the_command_line_takes_every_option_and_tells_what_was_done(root: Path) -> None:
    state = root.parent / "state"
    for kind in entry_kinds().values():
        shown = egovnet("add", kind.name, "--help", state=state)
        assert shown.code == 0
        for option in kind.options:
            assert f"--{option.name} " in shown.stdout
            known = option.shape.names not in (None, PLATFORMS)
            assert known or "`" not in shown.stdout
    ran = egovnet("add", "circuit", "--a", "p1:eth9", "--b", "p2:eth9", "--metric", "7",
                  "--inventory", root, "--json", state=state)  # fmt: skip
    assert ran.code == 0, ran.stderr
    assert ran.json["name"] == "p1--p2-2"


def test_an_end_without_a_port_is_one_mistake_each(root: Path) -> None:
    line = ("add", "circuit", "--a", "p1/eth8", "--b", "p2", "--inventory", root)
    ran = egovnet(*line, state=root.parent)
    assert ran.code == 2
    assert ran.stderr.splitlines() == [
        f"error: add circuit: {end} is not a router and port -> write ROUTER:PORT, such as pe1:eth1"
        for end in ("--a: 'p1/eth8'", "--b: 'p2'")
    ]


def test_a_second_link_between_two_routers_has_a_number(root: Path) -> None:
    assert added(root, REQUESTS[2][0]).name == "p1--p2-2"
    again = {**CIRCUIT, "a-port": "eth10", "b-port": "eth10"}
    assert added(root, Request("circuit", None, given=again)).name == "p1--p2-3"
