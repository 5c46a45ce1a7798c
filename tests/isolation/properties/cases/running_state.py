"""What routers do besides their texts: as `egovnet.isolation.running` puts it into the facts."""

from collections.abc import Callable
from dataclasses import replace

from egovnet.templates.model.facts import StateNote
from tests.isolation.networks import Facts
from tests.isolation.properties.case import HYGIENE, RISK, Case


def _noted(note: StateNote) -> Callable[[Facts], None]:
    def change(facts: Facts) -> None:
        facts["bj-pe1"] = replace(facts["bj-pe1"], state_notes=(note,), state_read=True)

    return change


CASES = [
    Case(
        "a rule whose conditions nobody understands",
        _noted(StateNote("ip rule 7: from all goto 9 (ipv4)", 400, followed=False)),
        "state not in text",
        "bj-pe1",
        RISK,
    ),
    Case(
        "a port that is not there",
        _noted(StateNote("eth3.102 is not there", 400)),
        "state not in text",
        "bj-pe1",
        HYGIENE,
    ),
    Case(
        "a rule that discards a VRF's packets",
        _noted(StateNote("ip rule 500: from all iif eth3.100 7", 400, ends="VRF i-court")),
        "state discards",
        "bj-pe1",
        HYGIENE,
    ),
    Case(
        "a router that does not show its labels",
        _noted(StateNote("show running labels: no answer", 400, followed=False, unread=True)),
        "state not read",
        "bj-pe1",
        RISK,
    ),
]
