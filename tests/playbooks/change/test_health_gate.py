"""The gate between waves blames a push for what it broke, and for nothing else."""

import pytest

from egovnet.playbooks.change.health_gate import worse
from egovnet.playbooks.verify.control_plane import Check

UP = Check("BGP session", "pe1", "10.255.0.1", True)
DOWN = Check("BGP session", "pe1", "10.255.0.1", False, "session is not established")


def strays(*prefixes: str) -> Check:
    message = f"VRF i-party ipv4: routes that are not its VPN's: {', '.join(prefixes)}"
    return Check("no stray routes", "pe1", "i-party ipv4", not prefixes, message, "leak")


@pytest.mark.parametrize(
    ("before", "now", "blamed"),
    [
        (UP, UP, False),
        (UP, DOWN, True),
        (DOWN, DOWN, False),  # it was down before
        (None, DOWN, False),  # what is new comes up in the verification's time
        (strays(), strays("10.2.0.0/24"), True),
        (None, strays("10.2.0.0/24"), True),
        # a site that goes with a later wave is a stray to the new text from the beginning
        (strays("10.1.5.0/24"), strays("10.1.5.0/24"), False),
        (strays("10.1.5.0/24", "10.1.6.0/24"), strays("10.1.6.0/24"), False),
        (strays("10.1.5.0/24", "10.1.6.0/24", "10.1.7.0/24"), strays("10.1.5.0/24"), False),
        (strays("10.1.5.0/24"), strays("10.1.5.0/24", "10.2.0.0/24"), True),
    ],
)
def test_what_is_blamed(before: Check | None, now: Check, blamed: bool) -> None:
    known = {} if before is None else {before.key: before}
    assert worse(known, [now]) == ([now] if blamed else [])
