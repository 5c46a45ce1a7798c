"""Echo requests that are sent from a device, vendor-neutral."""

from dataclasses import dataclass


class PacketsNotSentError(RuntimeError):
    """What sends packets did not come to its end, so that silence would prove nothing."""


@dataclass(frozen=True, slots=True)
class Probe:
    """One echo request: from a VRF (None: where the script runs) to an address."""

    vrf: str | None
    target: str
    #: Whether an answer is expected; if not, it is waited for briefly.
    expected: bool = True
