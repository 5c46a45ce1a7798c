"""A correctly configured emulated network looks healthy to verification, and each fault looks wrong
where it is, and nowhere else."""

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from egovnet.lab.errors import NodeError
from tests.extranet_network import extranet_network
from tests.generated import nation, write
from tests.inventories import BACKBONE
from tests.lab.emulated.networks import EmulatedNetwork, Key, emulated, move
from tests.loopback import loopback_network
from tests.platform_network import platform_network

NETWORK, OTHER_NETWORK, THIRD_NETWORK = (loopback_network() for _ in range(3))
VICTIM = "gd-pe1"
FAMILIES = ("ipv4", "ipv6")


@pytest.fixture(scope="module")
def booted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmulatedNetwork]:
    root = tmp_path_factory.mktemp("e")
    ignored = shutil.ignore_patterns("*.py", "__pycache__")
    shutil.copytree(BACKBONE, root / "inventory", ignore=ignored)
    hosts = yaml.safe_load((root / "inventory/hosts.yaml").read_text())
    move(hosts, NETWORK)
    (root / "inventory/hosts.yaml").write_text(yaml.safe_dump(hosts, sort_keys=False))
    with emulated(root, root / "inventory", NETWORK) as network:
        yield network


@pytest.fixture
def reference(booted: EmulatedNetwork) -> EmulatedNetwork:
    booted.reset()
    return booted


def both(*keys: Key) -> set[Key]:
    """Checks of tables, in both families."""
    return {(k, d, f"{subject} {family}") for k, d, subject in keys for family in FAMILIES}


@pytest.fixture(scope="module")
def apart(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmulatedNetwork]:
    """With a firewall of the platform, and with an Internet gateway, behind PEs."""
    root = tmp_path_factory.mktemp("f")
    extranet_network(root / "inventory", platform_network)
    hosts = yaml.safe_load((root / "inventory/hosts.yaml").read_text())
    move(hosts, THIRD_NETWORK)
    (root / "inventory/hosts.yaml").write_text(yaml.safe_dump(hosts, sort_keys=False))
    with emulated(root, root / "inventory", THIRD_NETWORK) as network:
        yield network


def test_firewalls_and_gateways_have_sessions_with_their_pes(apart: EmulatedNetwork) -> None:
    checks = apart.checks()
    assert {"bj-fw1", "sh-fw1", "bj-gw1"} <= {check.device for check in checks}
    assert [check.message for check in checks if not check.passed] == []


def test_the_reference_network_is_healthy(reference: EmulatedNetwork) -> None:
    checks = reference.checks()
    assert {check.kind for check in checks} == {
        "IS-IS adjacency", "LDP session", "BGP session", "CE session", "route targets",
        "VRF routes", "no stray routes", "unreachable default",
        "BFD session", "addresses",
    }  # fmt: skip
    assert [check for check in checks if not check.passed] == []


def test_a_generated_network_is_healthy_and_its_groups_keep_apart(tmp_path: Path) -> None:
    sections = nation(6, 10, group=3)
    move(sections["hosts"], OTHER_NETWORK)
    inventory = write(sections, tmp_path / "inventory")
    with emulated(tmp_path, inventory, OTHER_NETWORK) as network:
        assert network.wrong() == set()
        state = network.states(["pe1"])["pe1"]
        # three sites with a link each, and no site of the other region
        assert len(state.routes["i-vpn1v1", "ipv4"]) == 6
        assert all(not prefix.startswith("10.0.2.") for prefix in state.routes["i-vpn1v1", "ipv4"])


# -- what happens to a network ---------------------------------------------------------------

PARTY = ("router bgp 65000 vrf i-party", "address-family ipv4 unicast")
#: What the others lack when the victim's only party site is gone.
PARTY_GONE: tuple[Key, ...] = (
    ("VRF routes", "bj-pe1", "i-party"),
    ("VRF routes", "sc-pe1", "i-party"),
)


def test_a_backbone_session_is_down_on_both_sides_and_takes_no_route(
    reference: EmulatedNetwork,
) -> None:
    reference.lab.break_session("gz-pe1", "default", "10.255.0.1")
    assert reference.wrong() == {
        ("BGP session", "gz-pe1", "10.255.0.1"),
        ("BGP session", "bj-p1", "10.255.0.5"),
    }
    reference.lab.heal(["gz-pe1"])
    assert reference.wrong() == set()


def test_a_router_that_boots_is_waited_for(reference: EmulatedNetwork) -> None:
    reference.lab.restart(VICTIM, down=2.0)
    assert ("asked", VICTIM) in {key[:2] for key in reference.wrong()}
    assert reference.wrong_after(30.0, 0.1) == set()


def test_without_both_reflectors_a_family_s_routes_are_gone(reference: EmulatedNetwork) -> None:
    for reflector in ("10.255.0.1", "10.255.0.2"):
        reference.lab.break_session(VICTIM, "default", reflector)
    wrong = reference.wrong()
    assert {key for key in wrong if key[0] == "BGP session"} == {
        ("BGP session", VICTIM, "10.255.0.1"), ("BGP session", VICTIM, "10.255.0.2"),
        ("BGP session", "bj-p1", "10.255.0.4"), ("BGP session", "bj-p2", "10.255.0.4"),
    }  # fmt: skip
    assert {key[1:] for key in wrong if key[0] == "VRF routes"} == {
        (VICTIM, "i-party ipv4"), (VICTIM, "i-government ipv4"), (VICTIM, "e-taxation ipv4"),
        ("bj-pe1", "i-party ipv4"), ("sc-pe1", "i-party ipv4"), ("sc-pe1", "e-taxation ipv4"),
    }  # fmt: skip
    assert len(wrong) == 10


def test_a_customer_s_session_is_down_and_its_routes_are_nowhere(
    reference: EmulatedNetwork,
) -> None:
    reference.lab.break_session(VICTIM, "i-party", "10.200.0.34")
    assert reference.wrong() == {
        ("CE session", VICTIM, "i-party 10.200.0.34"),
        ("VRF routes", VICTIM, "i-party ipv4"),
        *(key for key in both(*PARTY_GONE) if key[2].endswith("4")),
    }


def test_a_stale_route_is_stray_there_only(reference: EmulatedNetwork) -> None:
    reference.lab.keep_route(VICTIM, "i-party", "10.9.9.0/24")
    assert reference.wrong() == {("no stray routes", VICTIM, "i-party ipv4")}
    reference.reset()
    assert reference.wrong() == set()


def test_bgpd_is_dead(reference: EmulatedNetwork) -> None:
    reference.lab.kill_daemon(VICTIM, "bgpd")
    wrong = reference.wrong()
    assert ("daemon", VICTIM, "bgpd") in wrong
    assert {key for key in wrong if key[1] != VICTIM} == {
        *(("BGP session", p, a) for p in ("bj-p1", "bj-p2") for a in ("10.255.0.4", "fde9:ff::4")),
        *both(*PARTY_GONE, ("VRF routes", "sc-pe1", "e-taxation")),
    }
    said = reference.lab.control.do(
        "exec", name=VICTIM, line="vtysh -c 'show isis neighbor json' -c 'show bgp vrfs json'"
    )
    assert (said["stderr"], said["code"]) == ("bgpd is not running\n", 1)
    assert '"eth1"' in said["stdout"]
    running = reference.lab.control.do("exec", name=VICTIM, line="vtysh -c 'show running-config'")
    assert not set(running["stdout"].split()) & {"bgp", "extcommunity", "local-preference"}
    assert "route-map to-ce permit 10\nexit\n!\n" in running["stdout"]
    reference.lab.heal()
    assert reference.wrong() == set()


def test_ldpd_is_dead(reference: EmulatedNetwork) -> None:
    reference.lab.kill_daemon(VICTIM, "ldpd")
    wrong = reference.wrong()
    assert not {key for key in wrong if key[1] == VICTIM and key[0] == "IS-IS adjacency"}
    assert {key for key in wrong if key[1] != VICTIM} == {
        ("LDP session", other, VICTIM) for other in ("bj-p1", "bj-p2", "gz-pe1")
    }
    running = reference.lab.control.do("exec", name=VICTIM, line="vtysh -c 'show running-config'")
    assert "mpls ldp" not in running["stdout"]
    assert "mpls enable" in running["stdout"], "that is zebra's"


def test_isisd_is_dead(reference: EmulatedNetwork) -> None:
    reference.lab.kill_daemon(VICTIM, "isisd")
    wrong = reference.wrong()
    assert {key for key in wrong if key[1] != VICTIM} == {
        ("IS-IS adjacency", "bj-p1", "eth3"),
        ("IS-IS adjacency", "bj-p2", "eth3"),
        ("IS-IS adjacency", "gz-pe1", "eth1"),
        *(("LDP session", other, VICTIM) for other in ("bj-p1", "bj-p2", "gz-pe1")),
        *(("BGP session", p, a) for p in ("bj-p1", "bj-p2") for a in ("10.255.0.4", "fde9:ff::4")),
        *both(*PARTY_GONE, ("VRF routes", "sc-pe1", "e-taxation")),
    }
    running = reference.lab.control.do("exec", name=VICTIM, line="vtysh -c 'show running-config'")
    assert "isis" not in running["stdout"]


def test_bfdd_is_dead(reference: EmulatedNetwork) -> None:
    """Named on the router itself; IS-IS and BGP go on without it."""
    reference.lab.kill_daemon(VICTIM, "bfdd")
    wrong = reference.wrong()
    assert {key for key in wrong if key[1] != VICTIM} == {
        ("BFD session", "bj-p1", "eth3"),
        ("BFD session", "bj-p2", "eth3"),
        ("BFD session", "gz-pe1", "eth1"),
    }
    assert ("daemon", VICTIM, "bfdd") in wrong
    running = reference.lab.control.do("exec", name=VICTIM, line="vtysh -c 'show running-config'")
    assert "profile circuit\n" in running["stdout"], "of the ports"
    assert "transmit-interval" not in running["stdout"]


def test_a_router_without_power_is_missed_by_its_neighbours(reference: EmulatedNetwork) -> None:
    reference.lab.restart("sh-pe1", down=1.5)
    states = reference.states(["bj-p1", "bj-pe1", "sc-pe1"])
    assert ("default", "10.255.0.7") not in states["bj-p1"].bgp
    assert "10.255.0.7" not in states["bj-p1"].ldp
    assert not any("10.1.22.0/24" in routes for routes in states["bj-pe1"].routes.values())
    time.sleep(1.6)
    assert reference.wrong() == set()


def test_orders_that_cannot_be(reference: EmulatedNetwork) -> None:
    with pytest.raises(NodeError, match=r"no neighbour 10\.9\.9\.9 in VRF default"):
        reference.lab.break_session(VICTIM, "default", "10.9.9.9")
    with pytest.raises(NodeError, match="no VRF i-nobody"):
        reference.lab.keep_route(VICTIM, "i-nobody", "10.9.9.0/24")
    with pytest.raises(NodeError, match="'zebra' is not one of bgpd, isisd, ldpd, bfdd"):
        reference.lab.kill_daemon(VICTIM, "zebra")
    with pytest.raises(NodeError, match='Cannot find device "eth77"'):
        reference.lab.by_hand(VICTIM, "ip link set eth77 nomaster")


# -- by hand, in Linux -----------------------------------------------------------------------


def test_a_circuit_is_down(reference: EmulatedNetwork) -> None:
    reference.lab.by_hand(VICTIM, "ip link set eth1 down")
    assert reference.wrong() == {
        ("IS-IS adjacency", VICTIM, "eth1"),
        ("IS-IS adjacency", "bj-p1", "eth3"),
        ("LDP session", VICTIM, "bj-p1"),
        ("LDP session", "bj-p1", VICTIM),
    }, "BGP goes the other way round"
    reference.lab.by_hand(VICTIM, "ip link set eth1 up")
    assert reference.wrong() == set()


def test_an_address_is_gone(reference: EmulatedNetwork) -> None:
    reference.lab.by_hand(VICTIM, "ip address delete fde9:fa::21/126 dev eth4.101")
    assert reference.wrong() == {
        ("addresses", VICTIM, "eth4.101"),
        ("CE session", VICTIM, "i-party fde9:fa::22"),
        ("VRF routes", VICTIM, "i-party ipv6"),
        *(key for key in both(*PARTY_GONE) if key[2].endswith("6")),
    }


def test_a_binding_is_gone(reference: EmulatedNetwork) -> None:
    reference.lab.by_hand(VICTIM, "ip link set eth4.101 nomaster")
    assert reference.wrong() == {
        ("CE session", VICTIM, "i-party 10.200.0.34"),
        ("CE session", VICTIM, "i-party fde9:fa::22"),
        *both(("VRF routes", VICTIM, "i-party"), *PARTY_GONE),
    }


def test_the_last_resort_is_gone(reference: EmulatedNetwork) -> None:
    reference.lab.by_hand(VICTIM, "ip -6 route delete unreachable default vrf i-party")
    assert reference.wrong() == {("unreachable default", VICTIM, "i-party ipv6")}


# -- configured wrongly ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "elsewhere"),
    [
        ("rt vpn import 65000:9999", {("VRF routes", VICTIM, "i-party ipv4")}),
        (
            "rt vpn export 65000:9999",
            {key for key in both(*PARTY_GONE) if key[2].endswith("4")},
        ),
        ("rt vpn import 65000:1006 65000:1005", {("no stray routes", VICTIM, "i-party ipv4")}),
        (
            "rt vpn export 65000:1006 65000:1005",
            {
                ("no stray routes", name, "i-government ipv4")
                for name in (VICTIM, "bj-pe1", "gz-pe1", "sh-pe1")
            },
        ),
    ],
)
def test_wrong_targets_are_routes_too_few_or_too_many(
    reference: EmulatedNetwork, line: str, elsewhere: set[Key]
) -> None:
    reference.lab.configure(VICTIM, *PARTY, line)
    assert reference.wrong() == {("route targets", VICTIM, "i-party ipv4"), *elsewhere}
    reference.lab.configure(VICTIM, *PARTY, "rt vpn both 65000:1006")
    assert reference.wrong() == set()


def test_a_neighbour_with_the_wrong_number(reference: EmulatedNetwork) -> None:
    reference.lab.configure("bj-p1", "router bgp 65000", "neighbor 10.255.0.4 remote-as 65001")
    assert reference.wrong() == {
        ("BGP session", "bj-p1", "10.255.0.4"),
        ("BGP session", VICTIM, "10.255.0.1"),
    }


def test_a_loopback_outside_isis_takes_what_stands_on_it(reference: EmulatedNetwork) -> None:
    reference.lab.configure("sh-pe1", "interface lo", "no ipv6 router isis backbone")
    assert {key[:2] for key in reference.wrong()} == {
        ("BGP session", "sh-pe1"), ("BGP session", "bj-p1"), ("BGP session", "bj-p2"),
        *(("VRF routes", name) for name in ("sh-pe1", "bj-pe1", "gd-pe1", "gz-pe1")),
    }  # fmt: skip
