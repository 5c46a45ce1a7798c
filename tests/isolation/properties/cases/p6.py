"""Customers and management."""

from egovnet.templates.model.facts import BgpInstance
from tests.isolation.networks import edit_device
from tests.isolation.properties.case import RISK, Case, moved

CASES = [
    Case(
        "a customer in management",
        moved("bj-pe1", "eth3.102", "mgmt"),
        "P6 customer-in-management",
        "bj-pe1",
    ),
    Case(
        "management at a customer",
        moved("bj-pe1", "eth0", "i-party"),
        "P6 customer-in-management",
        "bj-pe1",
    ),
    Case(
        "management in no VRF", moved("bj-pe1", "eth0", None), "P6 management-in-no-vrf", "bj-pe1"
    ),
    Case(
        "management that speaks BGP",
        lambda f: edit_device(
            f, "bj-pe1", bgp={**f["bj-pe1"].bgp, "mgmt": BgpInstance("mgmt", 65000)}
        ),
        "P6 management-in-bgp",
        "bj-pe1",
        RISK,
        ("speaks BGP",),
    ),
]
