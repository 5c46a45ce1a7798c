"""Sessions of the backbone's own, with keys and without."""

from dataclasses import replace

from egovnet.inventory.model.keys import KeyPurpose, KeyReference
from egovnet.isolation.model.expectation import Expectation
from egovnet.templates.model.facts import SessionKey
from tests.isolation.networks import edit_device
from tests.isolation.properties.case import RISK, Case

PLACE = (KeyPurpose.HELLO, "eth1")
OTHER = SessionKey(KeyPurpose.BGP, "10.200.0.2 in VRF i-party", KeyReference("bgp/a+b", 1), 7)


def asked(expectation: Expectation) -> Expectation:
    """A policy that asks for a key of one circuit."""
    return replace(expectation, session_keys={"bj-pe1": {PLACE: "isis/bj-pe1--bj-p1"}})


CASES = [
    Case(
        "a circuit without a key",
        lambda _: None,
        "P4 session-without-key",
        "bj-pe1",
        RISK,
        ("speaks IS-IS on eth1 without a key",),
        expect=asked,
    ),
    Case(
        "a customer's session with a key of the backbone's",
        lambda f: edit_device(f, "bj-pe1", session_keys={(OTHER.purpose, OTHER.at): OTHER}),
        "P4 key-of-another-session",
        "bj-pe1",
        RISK,
        ("gives BGP with 10.200.0.2 in VRF i-party the key bgp/a+b",),
    ),
    Case(
        "a circuit with the key of another",
        lambda f: edit_device(
            f,
            "bj-pe1",
            session_keys={
                PLACE: SessionKey(KeyPurpose.HELLO, "eth1", KeyReference("isis/elsewhere", 1))
            },
        ),
        "P4 key-of-another-session",
        "bj-pe1",
        RISK,
        expect=asked,
    ),
]
