"""What the proof cannot vouch for."""

from dataclasses import replace

from egovnet.templates.model.facts import NotUnderstood
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
        "a text without its host's interfaces",
        lambda f: edit_device(f, "bj-pe1", ports_known=False),
        "ports not known",
        "bj-pe1",
        RISK,
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
