"""Encrypted VPNs: what leaves a PE in clear."""

from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network

from egovnet.isolation.model.expectation import Expectation
from egovnet.isolation.model.from_encryption import EncryptedVpns
from egovnet.templates.model.device import EncryptedSide, IpsecProposals, Tunnel
from egovnet.templates.model.facts import ClearGre, InterfaceFacts, StaticFacts, TunnelEnds
from tests.isolation.networks import add_interface, edit_device
from tests.isolation.properties.case import LEAK, RISK, Case

OWN, OTHER = IPv4Address("10.255.0.3"), IPv4Address("10.255.0.7")
HOP, OTHER_HOP = IPv4Address("10.250.0.1"), IPv4Address("10.250.0.2")


def encrypted(expectation: Expectation) -> Expectation:
    """The party's VPN is encrypted, and one of its PEs has a tunnel to another."""
    tunnel = Tunnel("gre2", "pe2", OTHER, (OTHER_HOP,))
    proposals = IpsecProposals("aes256gcm16-prfsha384-ecp256", "aes256gcm16-ecp256-esn")
    side = EncryptedSide(OWN, (tunnel,), (IPv4Network("10.250.0.0/20"),), 1504, proposals)
    vpns = EncryptedVpns(frozenset({"party"}), {"bj-pe1": side}, {"bj-pe1": (HOP,)})
    return replace(expectation, encrypted=vpns)


CASES = [
    Case(
        "an encrypted VPN that is exported with the loopback",
        lambda _: None,
        "P9 clear-export",
        "bj-pe1",
        RISK,
        ("exports routes with the next hop of its loopback",),
        expect=encrypted,
    ),
    Case(
        "an encrypted VPN that takes any next hop",
        lambda _: None,
        "P9 clear-import",
        "bj-pe1",
        RISK,
        ("takes routes with any next hop",),
        expect=encrypted,
    ),
    Case(
        "a route to an encrypted next hop by a circuit",
        lambda f: edit_device(
            f,
            "bj-pe1",
            statics=(
                *f["bj-pe1"].statics,
                StaticFacts(None, IPv4Network("10.250.0.2/32"), IPv4Address("10.254.0.1")),
            ),
        ),
        "P9 clear-next-hop",
        "bj-pe1",
        RISK,
        ("has a route to 10.250.0.2/32 by 10.254.0.1",),
        expect=encrypted,
    ),
    Case(
        "GRE that is not blocked",
        lambda _: None,
        "P9 tunnel-in-clear",
        "bj-pe1",
        RISK,
        ("lets GRE from 10.255.0.3 pass",),
        expect=encrypted,
    ),
    Case(
        "GRE that the kernel does not block",
        lambda f: edit_device(f, "bj-pe1", clear_gre=(ClearGre("from", OWN, "no policy", True),)),
        "P9 runs-in-clear",
        "bj-pe1",
        LEAK,
        ("lets GRE from 10.255.0.3 pass in clear",),
        expect=encrypted,
    ),
    Case(
        "GRE that the kernel does not block once IKE ends",
        lambda f: edit_device(f, "bj-pe1", clear_gre=(ClearGre("to", OWN, "no policy", False),)),
        "P9 runs-in-clear",
        "bj-pe1",
        RISK,
        ("lets GRE to 10.255.0.3 pass in clear",),
        expect=encrypted,
    ),
    Case(
        "a tunnel of nobody's",
        lambda f: add_interface(
            f, "bj-pe1", InterfaceFacts("gre7", tunnel=TunnelEnds(OWN, OTHER), line=7)
        ),
        "P9 unknown-tunnel",
        "bj-pe1",
        RISK,
        ("has the tunnel gre7",),
    ),
    Case(
        "an encrypted VPN without its tunnel",
        lambda _: None,
        "P9 encrypted-way-missing",
        "bj-pe1",
        RISK,
        ("lacks the tunnel with 10.255.0.7",),
        expect=encrypted,
    ),
]
