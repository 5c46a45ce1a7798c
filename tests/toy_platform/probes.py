"""Echo requests from a toy's VRFs: `ping VRF TARGET` a line, answered by numbers of lines."""

from collections.abc import Sequence

from egovnet.templates.model.probe import PacketsNotSentError, Probe

_END = "sent"


def probe_script(probes: Sequence[Probe], parallel: int = 8) -> str:
    """A command a probe; a toy sends them all at once."""
    del parallel
    return "".join(f"ping {probe.vrf or 'master'} {probe.target}\n" for probe in probes)


def read_answers(output: str, probes: Sequence[Probe]) -> list[bool]:
    """Whether each probe was answered. Raises PacketsNotSentError where the end is missing."""
    *numbers, end = output.splitlines() or [""]
    if end != f"{_END} {len(probes)}":
        raise PacketsNotSentError(f"only part of {len(probes)} probes was sent")
    answered = set(map(int, numbers))
    return [number in answered for number in range(len(probes))]
