"""What the proof cannot vouch for."""

from dataclasses import replace

from egovnet.templates.model.facts import BgpInstance, NotModelled, NotUnderstood, Stated
from tests.isolation.networks import edit_device
from tests.isolation.properties.case import RISK, Case

CASES = [
    Case(
        "a line that is not understood",
        lambda f: edit_device(
            f,
            "bj-pe1",
            not_understood=(NotUnderstood(12, "frobnicate vrf e-public", ("router bgp 65000",)),),
        ),
        "not understood",
        "bj-pe1",
        RISK,
        ("frobnicate vrf e-public",),
    ),
    Case(
        "a line that the router does not take",
        lambda f: edit_device(
            f,
            "bj-pe1",
            not_taken=(NotUnderstood(12, "router pim", (), "FRR 8.4 has no such command here"),),
        ),
        "not taken",
        "bj-pe1",
        RISK,
        ("router pim",),
    ),
    Case(
        "EVPN in a VRF",
        lambda f: edit_device(
            f,
            "bj-pe1",
            not_modelled=(NotModelled("EVPN", "carries routes of VRF e-public", "e-public", 12),),
        ),
        "not modelled",
        "bj-pe1",
        RISK,
        ("has EVPN, which carries routes of VRF e-public",),
    ),
    Case(
        "a text without its host's interfaces",
        lambda f: edit_device(f, "bj-pe1", ports_known=False),
        "ports not known",
        "bj-pe1",
        RISK,
    ),
    Case(
        "a text of another version",
        lambda f: edit_device(f, "bj-pe1", unknown_version=Stated("FRR 10.1.2", 3, "FRR 8.4")),
        "unknown version",
        "bj-pe1",
        RISK,
        ("is of FRR 10.1.2",),
    ),
    Case(
        "a VRF that only the routing daemon names",
        lambda f: edit_device(f, "bj-pe1", bgp={**f["bj-pe1"].bgp, "x": BgpInstance("x", 65000)}),
        "vrf not made",
        "bj-pe1",
        RISK,
        ("VRF x on bj-pe1 is named",),
    ),
    Case(
        "a router without a text",
        lambda f: f.pop("sc-pe1"),
        "missing device",
        "sc-pe1",
        RISK,
    ),
    Case(
        "a router of nobody",
        lambda f: f.update({"stranger": replace(f["bj-p1"], name="stranger")}),
        "unknown device",
        "stranger",
        RISK,
    ),
]
