"""Labels, LDP and IGP where customers are."""

from egovnet.templates.model.facts import IgpInstance, InterfaceFacts
from tests.isolation.networks import add_interface, edit_device, edit_interface
from tests.isolation.properties.case import RISK, Case

CASES = [
    Case(
        "an IGP wherever there is an address",
        lambda f: edit_device(
            f, "bj-pe1", igps=(IgpInstance("ospf", None, everywhere=True, line=3),)
        ),
        "P4 igp-everywhere",
        "bj-pe1",
        RISK,
        ("speaks ospf at any port",),
    ),
    Case(
        "OSPF of a VRF that is not there",
        lambda f: edit_interface(f, "bj-pe1", "eth3.100", vrf="gone", vrf_igp=frozenset({"ipv4"})),
        "P4 igp-at-customer",
        "bj-pe1",
    ),
    Case(
        "labels on a customer's port",
        lambda f: edit_interface(f, "bj-pe1", "eth3.102", mpls=True, mpls_line=9),
        "P4 mpls-at-customer",
        "bj-pe1",
        path=("holds ", "takes labels on eth3.102"),
    ),
    Case(
        "labels on the port below",
        lambda f: edit_interface(f, "bj-pe1", "eth3", mpls=True),
        "P4 mpls-at-customer",
        "bj-pe1",
    ),
    Case(
        "LDP on a customer's port",
        lambda f: edit_interface(f, "bj-pe1", "eth4.100", ldp=frozenset({"ipv4"})),
        "P4 ldp-at-customer",
        "bj-pe1",
    ),
    Case(
        "IGP on a customer's port",
        lambda f: edit_interface(f, "bj-pe1", "eth4", igp=frozenset({"ipv4"})),
        "P4 igp-at-customer",
        "bj-pe1",
    ),
    Case(
        "labels on a port of nobody",
        lambda f: add_interface(f, "bj-pe1", InterfaceFacts("eth9", mpls=True)),
        "P4 mpls",
        "bj-pe1",
        RISK,
        ("takes labels on eth9",),
    ),
    Case(
        "LDP on a port of nobody",
        lambda f: add_interface(f, "bj-pe1", InterfaceFacts("eth9", ldp=frozenset({"ipv4"}))),
        "P4 ldp",
        "bj-pe1",
        RISK,
        ("takes LDP on eth9",),
    ),
    Case(
        "IGP on a port of nobody",
        lambda f: add_interface(f, "bj-pe1", InterfaceFacts("eth9", igp=frozenset({"ipv4"}))),
        "P4 igp",
        "bj-pe1",
        RISK,
        ("takes IGP on eth9",),
    ),
    Case(
        "IGP (passive) on a port of nobody",
        lambda f: add_interface(
            f, "bj-pe1", InterfaceFacts("eth9", igp=frozenset({"ipv4"}), igp_passive=True)
        ),
        "P4 igp-passive",
        "bj-pe1",
        RISK,
        ("takes IGP (passive) on eth9",),
    ),
    Case(
        "a customer's port announced in the IGP",
        lambda f: edit_interface(
            f, "bj-pe1", "eth3.102", igp=frozenset({"ipv4"}), igp_passive=True
        ),
        "P4 igp-passive-at-customer",
        "bj-pe1",
        RISK,
        ("holds party-beijing/main", "takes IGP (passive) on eth3.102"),
    ),
]
