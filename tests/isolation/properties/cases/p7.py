"""Default routes."""

from ipaddress import IPv4Address

from egovnet.templates.model.facts import IgpInstance, StaticFacts
from tests.isolation.networks import edit_device, edit_family, edit_sessions, edit_vrf
from tests.isolation.properties.case import DEFAULT, RISK, Case, with_static

CASES = [
    Case(
        "a static default",
        with_static("bj-pe1", StaticFacts("i-party", DEFAULT, next_hop=IPv4Address("10.200.0.30"))),
        "P7 default-route",
        "bj-pe1",
        RISK,
    ),
    Case(
        "a default originated to a customer",
        lambda f: edit_sessions(f, "bj-pe1", "i-party", default_originate=True),
        "P7 default-route",
        "bj-pe1",
        RISK,
    ),
    Case(
        "a default route by OSPF",
        lambda f: edit_device(
            f, "bj-pe1", igps=(IgpInstance("ospf", None, defaults=frozenset({"ipv4"})),)
        ),
        "P7 default-route",
        "bj-pe1",
        RISK,
        ("announces a default route by ospf",),
    ),
    Case(
        "a discarding default that is redistributed",
        lambda f: edit_vrf(f, "bj-pe1", "i-party", closed_by_static=frozenset({"ipv4"})),
        "P7 default-route",
        "bj-pe1",
        RISK,
        ("announces a default route to its VPN",),
    ),
    Case(
        "a default network",
        lambda f: edit_family(f, "bj-pe1", "i-party", ("ipv4",), networks={DEFAULT: None}),
        "P7 default-route",
        "bj-pe1",
        RISK,
    ),
]
