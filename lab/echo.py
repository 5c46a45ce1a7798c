"""Echo requests from the lab's hosts, which are Linux, as its FRR routers are."""

from collections.abc import Sequence

from egovnet.templates.model.probe import Probe
from egovnet.templates.registry import platform

_LINUX = "frr"


def probe_script(probes: Sequence[Probe], parallel: int) -> str:
    """Shell text that sends `probes` from a host, `parallel` at once where there is no fping."""
    return platform(_LINUX).probe_script(probes, parallel)


def read_answers(output: str, probes: Sequence[Probe]) -> list[bool]:
    """Whether each probe was answered, in order.

    Raises:
        PacketsNotSentError: the script did not come to its end.
    """
    return platform(_LINUX).read_answers(output, probes)
