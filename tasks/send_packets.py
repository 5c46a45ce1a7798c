"""Send echo requests from a PE's VRFs, or make the script that does so from any shell."""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass

from nornir.core.task import Result, Task

from tasks.device import driver

#: Requests under way at once from one node; an emulated router has little more to give.
PARALLEL = 8
#: Seconds to wait for an echo reply.
WAIT = 2
#: ... and for one that must not come: the refusal is usually there at once.
SHORT_WAIT = 1
_END = "end-of-probes"
#: Probes in one script: a command over SSH may hold 128 KiB.
_BATCH = 1000


class PacketsNotSentError(RuntimeError):
    """The script did not come to its end, so that silence would prove nothing."""


@dataclass(frozen=True, slots=True)
class Probe:
    """One echo request: from a VRF (None: where the script runs) to an address."""

    vrf: str | None
    target: str
    #: Whether an answer is expected; if not, it is waited for briefly.
    expected: bool = True


def probe_script(probes: Sequence[Probe], parallel: int = PARALLEL) -> str:
    """POSIX shell text that prints the number of each probe that was answered.

    At most `parallel` expected answers are waited for at once; silence costs a node nothing, so
    what must stay unanswered goes out more at a time. The last line says how many were sent;
    without it the result is worth nothing.
    """
    lines = [
        # Silence of a tool that is not there would read as separation.
        "command -v ping >/dev/null || { echo 'there is no ping'; exit 0; }",
        f'e() {{ ping -n -q -c 1 -W {WAIT} $2 "$3" >/dev/null 2>&1 && echo "$1"; }}',
        f'n() {{ ping -n -q -c 1 -W {SHORT_WAIT} $2 "$3" >/dev/null 2>&1 && echo "$1"; }}',
    ]
    numbered = list(enumerate(probes))
    for function, expected, width in (("e", True, parallel), ("n", False, 4 * parallel)):
        chosen = [(number, probe) for number, probe in numbered if probe.expected is expected]
        for position, (number, probe) in enumerate(chosen):
            bind = f"'-I {probe.vrf}'" if probe.vrf else "''"
            lines.append(f"{function} {number} {bind} {shlex.quote(probe.target)} &")
            if position % width == width - 1:
                lines.append("wait")
        lines.append("wait")
    lines.append(f"echo {_END} {len(probes)}")
    return "\n".join(lines) + "\n"


def read_answers(output: str, probes: Sequence[Probe]) -> list[bool]:
    """Whether each probe was answered, in order.

    Raises:
        PacketsNotSentError: the script's last line is missing.
    """
    words = [line.strip() for line in output.splitlines() if line.strip()]
    if not words or words[-1] != f"{_END} {len(probes)}":
        raise PacketsNotSentError(
            f"only part of {len(probes)} probes was sent: {words[-1] if words else 'no output'!r}"
        )
    answered = {int(word) for word in words[:-1] if word.isdigit()}
    return [number in answered for number in range(len(probes))]


def send_packets(task: Task, probes: Sequence[Probe]) -> Result:
    """Send `probes` from the device. Result: list[bool], one for each probe."""
    answers: list[bool] = []
    for start in range(0, len(probes), _BATCH):
        batch = probes[start : start + _BATCH]
        answers += read_answers(driver(task).linux(probe_script(batch)), batch)
    return Result(host=task.host, result=answers)
