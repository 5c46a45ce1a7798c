"""The drift job on real routers: things done by hand are found, classified and restored.

The network is provisioned here. Tests run in order.
"""

import fnmatch
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.verify.control_plane import expected_routes
from egovnet.templates.frr.state.brief_state import brief_script, read_brief, split_brief
from tests.playbooks.conftest import Workplace
from tests.playbooks.without_memory import without_memory

pytestmark = pytest.mark.lab("drift")

_REMEDIATED = ("leak", "service", "policy")


@dataclass(frozen=True)
class ByHand:
    """What somebody does on a router, and what the drift run must report of it."""

    name: str
    node: str
    #: vtysh lines in configuration mode, or a shell line when it begins with "$ ".
    does: tuple[str, ...]
    klass: str
    #: Pattern of the subject.
    subject: str
    kind: str = "configuration"
    #: Whether `--remediate` restores it; else `undo` does.
    remediable: bool = True
    undo: tuple[str, ...] = ()


def _vrf(name: str, *lines: str, family: str = "ipv4") -> tuple[str, ...]:
    return (f"router bgp 65000 vrf {name}", f"address-family {family} unicast", *lines)


CONFIGURED = (
    ByHand(
        "an import target of the other zone",
        "sh-pe1",
        _vrf("e-public", "rt vpn import 65000:2001 65000:1005"),
        "leak",
        "VRF e-public ipv4",
    ),
    ByHand(
        "a VRF nobody knows takes the government's routes",
        "gz-pe1",
        (
            "router bgp 65000 vrf rogue",
            "address-family ipv4 unicast",
            "rd vpn export 65000:99",
            "rt vpn import 65000:1005",
            "import vpn",
        ),
        "leak",
        "VRF rogue ipv4",
        undo=("no router bgp 65000 vrf rogue",),
    ),
    ByHand(
        "a customer chooses its targets",
        "gd-pe1",
        ("route-map gov-guangdong_main-ipv4 permit 10", "no set extcommunity none"),
        "leak",
        "policy gov-guangdong_main",
    ),
    ByHand(
        "a static whose next hop is in the other zone",
        "sh-pe1",
        ("vrf i-government", "ip route 10.2.99.0/24 10.200.0.50 nexthop-vrf e-public"),
        "leak",
        "VRF i-government static routes",
    ),
    ByHand(
        "another limit of prefixes",
        "gz-pe1",
        _vrf("e-public", "neighbor 10.200.0.46 maximum-prefix 5000"),
        "policy",
        "BGP session 10.200.0.46 in VRF e-public",
    ),
    ByHand(
        "a password",
        "bj-pe1",
        ("router bgp 65000 vrf i-party", "neighbor 10.200.0.30 password hush-hush-42"),
        "unmanaged",  # a key that egovnet did not set is kept until somebody says otherwise
        "key of BGP session 10.200.0.30 in VRF i-party",
        remediable=False,
        undo=("router bgp 65000 vrf i-party", "no neighbor 10.200.0.30 password"),
    ),
    ByHand(
        "a static route is gone",
        "sc-pe1",
        ("vrf e-taxation", "no ip route 10.2.22.0/24 10.200.0.58"),
        "service",
        "VRF e-taxation static routes",
    ),
    ByHand(
        "another route distinguisher",
        "bj-pe1",
        _vrf("i-government", "rd vpn export 10.255.0.3:77"),
        "service",
        "VRF i-government ipv4",
    ),
    ByHand(
        "another metric on a circuit",
        "bj-p1",
        ("interface eth1", "isis metric 50"),
        "service",
        "interface eth1",
    ),
    ByHand(
        "LDP leaves a circuit",
        "bj-p2",
        ("mpls ldp", "address-family ipv4", "no interface eth1"),
        "service",
        "LDP",
    ),
    ByHand(
        "a session with a reflector is shut down",
        "gd-pe1",
        ("router bgp 65000", "neighbor 10.255.0.2 shutdown"),
        "service",
        "BGP session 10.255.0.2",
    ),
    ByHand(
        "words about a neighbour",
        "gd-pe1",
        ("router bgp 65000 vrf i-party", "neighbor 10.200.0.34 description call Wang first"),
        "cosmetic",
        "BGP session 10.200.0.34 in VRF i-party",
        remediable=False,
        undo=(
            "router bgp 65000 vrf i-party",
            "neighbor 10.200.0.34 description site party-guangdong/main",
        ),
    ),
    ByHand(
        "lines of another system",
        "sc-pe1",
        ("ip route 198.51.100.0/24 Null0",),
        "unmanaged",
        "ip route 198.51.100.0/24",
        remediable=False,
        undo=("no ip route 198.51.100.0/24 Null0",),
    ),
)

#: zebra's links and addresses come to two of its threads: where that of the addresses runs first,
#: it does not know the link yet and drops them. Its priority makes that certain.
_MISSED = (
    "$ z=$(cat /run/frr/zebra.pid); "
    "t=$(basename $(dirname $(grep -lx zebra_dplane /proc/$z/task/*/comm))); "
    "chrt -r -p 1 $t; kill -STOP $z; ip link del eth4.100; ifreload -a; kill -CONT $z; sleep 1; "
    "chrt -o -p 0 $t"
)

IN_LINUX = (
    # before the next of this router, which this would undo
    ByHand(
        "a port is made again while zebra stands still, which misses its addresses",
        "gd-pe1",
        (_MISSED,),
        "service",
        "Linux interface eth4.100",
        "state",
    ),
    ByHand(
        "a site's port in the default table",
        "sh-pe1",
        ("$ ip link set eth3.101 nomaster",),
        "leak",
        "Linux interface eth3.101",
        "state",
    ),
    ByHand(
        "a customer's port takes in labels",
        "gz-pe1",
        ("$ sysctl -qw net.mpls.conf.eth3.input=1",),
        "leak",
        # zebra hears of it and writes it down
        "interface eth3",
    ),
    ByHand(
        "an address is gone",
        "bj-pe1",
        ("$ ip address del 10.200.0.29/30 dev $(ip -br -4 addr | grep 10.200.0.29 | cut -d@ -f1)",),
        "service",
        "Linux interface eth*",
        "state",
    ),
    ByHand(
        "a circuit with another MTU",
        "gd-pe1",
        ("$ ip link set eth2 mtu 1500",),
        "service",
        "Linux interface eth2",
        "state",
    ),
    ByHand(
        "a VRF without its last resort",
        "sc-pe1",
        ("$ ip -4 route del unreachable default metric 4278198272 vrf i-party",),
        "leak",
        "unreachable default i-party ipv4",
        "state",
        remediable=False,
        undo=("$ ip -4 route add unreachable default metric 4278198272 vrf i-party",),
    ),
    ByHand(
        "a stale route of the other zone",
        "gz-pe1",
        ("$ ip route add 10.1.77.0/24 via 10.200.0.46 vrf e-public",),
        "leak",
        "no stray routes e-public ipv4",
        "state",
        remediable=False,
        undo=("$ ip route del 10.1.77.0/24 via 10.200.0.46 vrf e-public",),
    ),
)


@dataclass(frozen=True)
class StateByHand:
    """What no text shows afterwards, and what the proof and drift must say of it."""

    node: str
    does: str
    undo: str
    #: Class of the proof's finding.
    finding: str
    #: Pattern of drift's subject.
    subject: str
    #: What the finding quotes.
    quote: str


STATE = (
    StateByHand(
        "bj-pe1",
        "ip rule add iif eth3.100 lookup 1005 pref 500",
        "ip rule del pref 500",
        "P3 policy-route",
        "running state: ip rule 500: *",
        "from all iif eth3.100 lookup 1005",
    ),
    StateByHand(
        "sh-pe1",
        "ip link set eth3.101 nomaster",
        "ip link set eth3.101 master i-government",
        "P2 access-in-no-vrf",
        "Linux interface eth3.101",
        "eth3.101 is in no VRF; its text says VRF i-government",
    ),
    StateByHand(
        "gz-pe1",
        "ip route add 10.2.99.0/24 via 10.200.0.46 dev eth4.100 table 1002",
        "ip route del 10.2.99.0/24 table 1002",
        "P3 static-route",
        "no stray routes i-court-1 ipv4",
        "10.2.99.0/24 via 10.200.0.46 dev eth4.100 table 1002",
    ),
    StateByHand(
        "gd-pe1",
        "ip -f mpls route add 500 dev i-party",
        "ip -f mpls route del 500",
        "P3 labelled-way",
        "running state: label 500 dev i-party",
        "label 500 dev i-party",
    ),
    StateByHand(
        "sc-pe1",
        "ip link del eth3.100 && ip link add link eth3 name eth3.100 type vlan id 199 && "
        "ip link set eth3.100 master i-party && ip link set eth3.100 up && "
        "ip addr add 10.200.0.37/30 dev eth3.100 && ip addr add fde9:fa::25/126 dev eth3.100",
        "ip link del eth3.100; ifreload -a",
        "P2 unknown-interface",
        "Linux interface eth3.100",
        "eth3.100 is VLAN 199 on eth3; its text says VLAN 100 on eth3",
    ),
)


def _start(daemon: str) -> tuple[str, ...]:
    """Start it with what the router starts with: lines of another system are there as well."""
    again = "vtysh -c 'configure terminal' -c 'no ip route 198.51.100.0/24 Null0' || true"
    return (f"$ /usr/lib/frr/{daemon} -d -A 127.0.0.1; sleep 2; vtysh -b; {again}",)


DAEMONS = (
    ByHand(
        "LDP's daemon is dead",
        "bj-p1",
        ("$ kill -9 $(cat /run/frr/ldpd.pid)",),
        "service",
        "LDP session *",
        "state",
        remediable=False,
        undo=_start("ldpd"),
    ),
    ByHand(
        "BGP's daemon is dead",
        "sc-pe1",
        ("$ kill -9 $(cat /run/frr/bgpd.pid)",),
        "service",
        "daemon bgpd",
        "state",
        remediable=False,
        undo=_start("bgpd"),
    ),
)


def _do(lab: Workplace, node: str, lines: tuple[str, ...]) -> None:
    if lines[0].startswith("$ "):
        command = lines[0][2:]
    else:
        command = "vtysh -c 'configure terminal'" + "".join(f" -c '{line}'" for line in lines)
    done = lab.on(node, command)
    assert done.exit == 0, f"{node}: {command}: {done.out}{done.err}"


def _drift(lab: Workplace, *words: str) -> tuple[int, dict[str, Any]]:
    ran = lab.run("drift", "--json", *words)
    assert ran.exit in (0, 3, 4, 5), ran.err
    assert "hush" not in ran.out + ran.err
    return ran.exit, ran.json


def _of_hand(report: dict[str, Any], hand: ByHand) -> list[dict[str, Any]]:
    return [
        d
        for d in report["differences"]
        if d["device"] == hand.node
        and d["kind"] == hand.kind
        and fnmatch.fnmatchcase(d["subject"], hand.subject)
    ]


def _reported(report: dict[str, Any]) -> list[tuple[str, ...]]:
    keys = ("device", "class", "kind", "subject", "message", "not_remediated", "status")
    return [tuple(str(d[key]) for key in keys) for d in report["differences"]]


@pytest.fixture(scope="module")
def provisioned(lab: Workplace) -> Workplace:
    applied = lab.run("apply", "--json", "--yes")
    if applied.exit == 4:  # as in test_lab_story: a daemon of FRR 8.4 missed something
        applied = lab.run("apply", "--json", "--yes")
    assert applied.exit == 0, applied.out + applied.err
    return lab


def test_adopt_makes_a_lost_journal_know_what_runs(
    provisioned: Workplace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    provisioned.copy("base", "less")
    provisioned.edit("less", "sites/beijing.yaml", lambda sites: sites.pop("party-beijing"))
    name = Workspace(provisioned.inventory("base")).network.backbone.name
    state = provisioned.root / "state" / name
    monkeypatch.setenv("EGOVNET_JOURNAL", f"sqlite:///{tmp_path / 'another.db'}")
    lost = provisioned.run("drift", "--json", inventory="less")
    assert lost.exit == 4, lost.out
    assert "egovnet adopt records what runs" in lost.err
    with without_memory(state, tmp_path):
        plan = provisioned.run("plan", "--json", inventory="less")
        assert (plan.exit, plan.json["proof"]["proved"]) == (3, True), plan.out
        code, report = _drift_of(provisioned, "less", "--remediate", "service", "--share", "100")
        assert (code, report["classes"]["leak"]) == (3, 0), _reported(report)
        assert report["remediation"]["devices"] == []
        assert any("egovnet adopt" in note for note in report["notes"])
        adopted = provisioned.run("adopt", "--json", "--yes")
        assert (adopted.exit, adopted.json["change"]) == (0, 1), adopted.out + adopted.err
        assert adopted.json["differences"] == []
        assert len(adopted.json["devices"]) == 7
        code, report = _drift_of(provisioned, "less")
        assert (code, report["classes"]["leak"]) == (3, 0), _reported(report)


@pytest.fixture
def by_hand(provisioned: Workplace, request: pytest.FixtureRequest) -> list[ByHand]:
    """The hands of a group, whose work is done; what egovnet does not restore is undone."""
    hands: tuple[ByHand, ...] = request.param
    for hand in hands:
        _do(provisioned, hand.node, hand.does)

    def undo() -> None:
        for hand in hands:
            if hand.undo:
                _do(provisioned, hand.node, hand.undo)

    request.addfinalizer(undo)
    return list(hands)


def _clean(lab: Workplace, seconds: float = 60.0) -> None:
    """The network converges until a run reports nothing.

    zebra 8.4 may miss the addresses of a link that was made again under its old name: then a run
    names them, and restores that.
    """
    deadline = time.monotonic() + seconds
    while (report := _drift(lab))[0] != 0:
        assert time.monotonic() < deadline, _reported(report[1])
        if missed := [one for one in _reported(report[1]) if "zebra does not know" in one[4]]:
            assert {(klass, kind) for _, klass, kind, *_ in missed} == {("service", "state")}
            _, done = _drift(lab, "--remediate", "service", "--share", "100")
            remediation = done["remediation"]
            assert set(remediation["devices"]) == {device for device, *_ in missed}, remediation
        time.sleep(3)


def test_a_clean_network_reports_nothing_every_time(provisioned: Workplace) -> None:
    _clean(provisioned)
    for number in range(5):
        code, report = _drift(provisioned, *(("--whole",) if number % 3 == 0 else ()))
        assert (code, report["differences"], report["unreachable"]) == (0, [], {}), _reported(
            report
        )
        assert report["proved"]
        assert all(row["state"]["LDP sessions"] for row in report["devices"])
        before = {row["device"] for row in report["devices"] if row["unchanged"]}
        assert len(before) == (0 if number % 3 == 0 else len(report["devices"])), before


def test_the_kernel_s_digest_of_the_routes_is_the_intended_one(provisioned: Workplace) -> None:
    """Else every router would be asked for its routes one by one."""
    workspace = Workspace(provisioned.inventory("base"))
    meant = expected_routes(workspace.network, workspace.allocation)
    for name in ("bj-pe1", "gz-pe1", "bj-p1"):
        device = workspace.devices[name]
        told = split_brief(provisioned.on(name, brief_script(device)).out)
        routes = {vrf.name: meant[name, vrf.name].may for vrf in device.vrfs}
        assert told.said is not None
        state = read_brief(device, told.said, routes, None)
        assert state is not None, told.said[-3000:]
        assert state.unread == {}


def test_what_only_the_state_shows_is_found_by_the_proof_and_by_drift(
    provisioned: Workplace,
) -> None:
    """Texts are as intended: rules, links, routes, labels and VLANs are not."""
    _clean(provisioned)
    proved = provisioned.run("prove", "--running", "--json")
    assert (proved.exit, proved.json["findings"]) == (0, []), proved.out
    try:
        for hand in STATE:
            _do(provisioned, hand.node, (f"$ {hand.does}",))
        time.sleep(1)
        proved = provisioned.run("prove", "--running", "--json")
        code, report = _drift(provisioned)
    finally:
        for hand in STATE:
            _do(provisioned, hand.node, (f"$ {hand.undo}",))
    assert (proved.exit, code) == (4, 4)
    told = [
        (f["class"], f["device"], [hop["quote"] for hop in f["path"]])
        for f in proved.json["findings"]
    ]
    leaks = {(d["device"], d["subject"]) for d in report["differences"] if d["class"] == "leak"}
    for hand in STATE:
        assert any(
            (klass, device) == (hand.finding, hand.node) and any(hand.quote in q for q in quotes)
            for klass, device, quotes in told
        ), (hand, told)
        assert any(
            device == hand.node and fnmatch.fnmatchcase(subject, hand.subject)
            for device, subject in leaks
        ), (hand, leaks)
    assert not [d for d in report["differences"] if d["kind"] == "configuration"]
    _clean(provisioned, 120)
    assert provisioned.run("prove", "--running").exit == 0


def _check_found(lab: Workplace, hands: list[ByHand], seconds: float = 90.0) -> dict[str, Any]:
    """The report of the first run in which all is found: daemons take a while to see it."""
    deadline = time.monotonic() + seconds
    while True:
        time.sleep(3)
        _, report = _drift(lab)
        wrong = []
        for hand in hands:
            said = _of_hand(report, hand)
            if not said or {d["class"] for d in said} != {hand.klass}:
                wrong.append((hand.name, [(d["class"], d["subject"], d["message"]) for d in said]))
        if not wrong:
            return report
        assert time.monotonic() < deadline, (wrong, _reported(report))


@pytest.mark.parametrize(
    "by_hand", [CONFIGURED, IN_LINUX], indirect=True, ids=["configured", "in-linux"]
)
def test_what_hands_did_is_found_in_its_class_and_remediated(
    provisioned: Workplace, by_hand: list[ByHand]
) -> None:
    found = _check_found(provisioned, by_hand)
    leaks = [d for d in found["differences"] if d["class"] == "leak"]
    assert leaks
    words = [word for klass in _REMEDIATED for word in ("--remediate", klass)]
    _, done = _drift(provisioned, *words, "--share", "100", "--ticket", "DRIFT-1")
    remediation = done["remediation"]
    assert remediation["result"] == "done", remediation
    wrong = []
    for hand in by_hand:
        ended = {(d["remediated"], d["not_remediated"]) for d in _of_hand(done, hand)}
        if ended != {(hand.remediable, "")}:
            wrong.append((hand.name, ended))
    assert not wrong, (wrong, remediation, _reported(done))
    _, after = _drift(provisioned)
    for hand in by_hand:
        assert bool(_of_hand(after, hand)) is not hand.remediable, (hand.name, _reported(after))


def test_after_a_run_by_hand_the_network_is_as_it_was(provisioned: Workplace) -> None:
    _clean(provisioned)
    assert provisioned.run("plan").exit == 0


@pytest.mark.parametrize("by_hand", [DAEMONS], indirect=True, ids=["daemons"])
def test_a_dead_daemon_is_named_and_nothing_is_pushed_at_it(
    provisioned: Workplace, by_hand: list[ByHand]
) -> None:
    found = _check_found(provisioned, by_hand)
    of_bgp = [d for d in found["differences"] if d["device"] == "sc-pe1"]
    assert not [d for d in of_bgp if d["kind"] == "configuration"], _reported(found)
    _, report = _drift(provisioned, "--remediate", "service", "--share", "100")
    assert report["remediation"]["devices"] == [], report["remediation"]


def test_the_daemons_come_back(provisioned: Workplace) -> None:
    _clean(provisioned, 120)
    assert provisioned.run("verify").exit == 0


def test_a_run_changes_no_more_than_its_share(provisioned: Workplace) -> None:
    hands = ("sh-pe1", "gd-pe1", "sc-pe1")
    for node in hands:
        _do(provisioned, node, ("interface eth1", "isis metric 40"))
    try:
        # what earlier runs restored is counted: 5 of 7 routers are used up
        _, report = _drift(provisioned, "--remediate", "service", "--share", "1")
        assert report["remediation"]["limit"] == 1
        assert report["remediation"]["devices"] == []
        assert sorted(report["remediation"]["left"]) == sorted(hands)
        assert "used up" in report["remediation"]["left"]["sh-pe1"]
    finally:
        for node in hands:
            _do(provisioned, node, ("interface eth1", "no isis metric"))


def test_what_was_not_applied_yet_is_not_deployed_by_drift(provisioned: Workplace) -> None:
    code, report = _drift_of(provisioned, "next", "--remediate", "service", "--share", "100")
    assert code == 3
    assert report["remediation"]["devices"] == []
    assert "not applied yet" in report["remediation"]["left"]["sh-pe1"]


def _drift_of(lab: Workplace, inventory: str, *words: str) -> tuple[int, dict[str, Any]]:
    ran = lab.run("drift", "--json", *words, inventory=inventory)
    return ran.exit, ran.json


def test_a_router_that_is_down_is_a_row_with_its_last_known_state(
    provisioned: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EGOVNET_CONNECT_TIMEOUT", "8")
    provisioned.on("gz-pe1", "pkill -STOP -x sshd || true")
    try:
        code, report = _drift(provisioned, "--timeout", "15")
        assert code == 5, _reported(report)
        (row,) = [row for row in report["devices"] if row["unreachable"]]
        assert row["device"] == "gz-pe1"
        assert row["last_known"]["state"]["BGP sessions"] > 0
        assert row["last_known"]["age"] > 0
    finally:
        provisioned.on("gz-pe1", "pkill -CONT -x sshd || true")
