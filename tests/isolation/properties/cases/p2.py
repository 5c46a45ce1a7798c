"""Attachments in the wrong VRF, or in none."""

from ipaddress import IPv4Interface

from egovnet.templates.model.facts import InterfaceFacts
from tests.isolation.networks import Facts, add_interface, edit_interface
from tests.isolation.properties.case import HYGIENE, RISK, Case, moved, with_vrf, without_interface


def _bridged(facts: Facts) -> None:
    for name in ("eth3.102", "eth4.100"):
        edit_interface(facts, "bj-pe1", name, vrf=None)
    bridge = InterfaceFacts("br0", "i-party", members=("eth3.102", "eth4.100"), line=40)
    add_interface(facts, "bj-pe1", bridge)


def _vrf_of_daemon_only(facts: Facts) -> None:
    """`vrf i-party` in frr.conf, `iface i-party` without a table in Linux."""
    with_vrf("bj-pe1", "i-party", table=None)(facts)
    add_interface(facts, "bj-pe1", InterfaceFacts("i-party"))


def _alone_in_anothers(facts: Facts) -> None:
    """The only access in another VPN's VRF."""
    without_interface("bj-pe1", "eth4.100")(facts)
    moved("bj-pe1", "eth3.102", "e-public")(facts)


CASES = [
    Case(
        "interface in no VRF",
        moved("bj-pe1", "eth3.102", None),
        "P2 access-in-no-vrf",
        "bj-pe1",
        path=("holds party-beijing/main at eth3.102", "looks its packets up in the backbone's"),
    ),
    Case(
        "interface in a VRF that is not defined",
        moved("bj-pe1", "eth3.102", "i-partty"),
        "P2 access-in-no-vrf",
        "bj-pe1",
    ),
    Case(
        "interface in another VRF",
        moved("bj-pe1", "eth3.102", "e-public"),
        "P2 two-domains-in-one-vrf",
        "bj-pe1",
        path=("holds party-beijing/main at eth3.102", "holds public-beijing/main at eth4.100"),
    ),
    Case(
        "a VLAN of nobody in the right VRF",
        lambda f: edit_interface(f, "bj-pe1", "eth3.102", vlan=777),
        "P2 unknown-interface",
        "bj-pe1",
        RISK,
    ),
    Case(
        "a circuit in a customer's VRF",
        moved("bj-pe1", "eth1", "i-party"),
        "P2 two-domains-in-one-vrf",
        "bj-pe1",
    ),
    Case("two customers on a bridge", _bridged, "P2 two-domains-in-one-vrf", "bj-pe1"),
    Case(
        "a VRF that Linux does not make",
        _vrf_of_daemon_only,
        "P2 access-in-no-vrf",
        "bj-pe1",
    ),
    Case(
        "an access alone in another VPN's VRF",
        _alone_in_anothers,
        "P2 wrong-vrf",
        "bj-pe1",
        path=("holds party-beijing/main", "has the route target 65000:2001 of public"),
    ),
    Case(
        "an address on a port that carries VLANs",
        lambda f: edit_interface(f, "bj-pe1", "eth3", addresses=(IPv4Interface("192.0.2.1/30"),)),
        "P2 address-without-tag",
        "bj-pe1",
        RISK,
        ("has 192.0.2.1/30 on eth3",),
    ),
    Case(
        "a port of nobody without an address, which is up",
        lambda f: add_interface(f, "bj-pe1", InterfaceFacts("eth9")),
        "P2 unknown-interface",
        "bj-pe1",
        RISK,
        ("has eth9",),
    ),
    Case(
        "a port of nobody without an address, which nothing sets up",
        lambda f: add_interface(f, "bj-pe1", InterfaceFacts("eth9", brought_up=False)),
        "P2 unknown-interface",
        "bj-pe1",
        HYGIENE,
        ("has eth9",),
    ),
    Case(
        "an access that is gone",
        without_interface("bj-pe1", "eth3.102"),
        "P2 access-missing",
        "bj-pe1",
        HYGIENE,
    ),
]
