"""Echo requests from any POSIX shell with fping or ping: of a router's VRFs, or of a host."""

import shlex
from collections.abc import Iterator, Sequence

from egovnet.templates.model.probe import PacketsNotSentError, Probe

#: Requests under way at once from one node; an emulated router has little more to give.
PARALLEL = 8
#: Seconds to wait for an echo reply.
WAIT = 1.5
#: ... and for one that must not come: the refusal is usually there at once.
SHORT_WAIT = 1
#: ... of an fping, which has both kinds: a process costs a small router more than packets do.
_FPING_WAIT = 1.2
#: Milliseconds between two echo requests of one fping.
_INTERVAL_MS = 2
_END = "end-of-probes"
_HERE = "END-OF-TARGETS"
_GROUP, _STATUS = "group", "status"
#: What fping ends with when it sent, whoever answered.
_SENT = ("0", "1")


def probe_script(probes: Sequence[Probe], parallel: int = PARALLEL) -> str:
    """POSIX shell text that prints which probes were answered.

    Where the node has fping, one process sends all of a VRF; else there is a ping for each probe,
    with at most `parallel` expected answers waited for at once; silence costs a node nothing, so
    what must stay unanswered goes out more at a time. The last line says how many were sent;
    without it the result is worth nothing.
    """
    lines = ["if command -v fping >/dev/null; then", *_with_fping(probes), "else"]
    lines += [*_with_ping(probes, parallel), "fi", f"echo {_END} {len(probes)}"]
    return "\n".join(lines) + "\n"


def _by_vrf(probes: Sequence[Probe]) -> dict[str | None, list[int]]:
    groups: dict[str | None, list[int]] = {}
    for number, probe in enumerate(probes):
        groups.setdefault(probe.vrf, []).append(number)
    return groups


def _with_fping(probes: Sequence[Probe]) -> Iterator[str]:
    """All VRFs at once, then for each "group N", the addresses that answered, "status N"."""
    groups = _by_vrf(probes)
    if len(groups) == 1:
        ((vrf, numbers),) = groups.items()
        yield from _fping(vrf, [probes[n].target for n in numbers], f"echo {_GROUP} 0", "2>&1")
        return
    yield "d=$(mktemp -d)"
    for group, (vrf, numbers) in enumerate(groups.items()):
        yield "{"
        yield from _fping(vrf, [probes[n].target for n in numbers], ":", "2>&1")
        yield f'}} >"$d/{group}" &'
    yield "wait"
    for group in range(len(groups)):
        # the shell's own: a cat is a process
        yield f"echo {_GROUP} {group}"
        yield f'while read -r line; do echo "$line"; done <"$d/{group}"'
    yield 'rm -r "$d"'


def _fping(vrf: str | None, targets: Sequence[str], before: str, errors: str) -> Iterator[str]:
    yield before
    # From a VRF that is not there nothing can be sent, and nothing is answered.
    if vrf:
        yield f"if [ -e {shlex.quote(f'/sys/class/net/{vrf}')} ]; then"
    bind = f" -I {shlex.quote(vrf)}" if vrf else ""
    wait = int(1000 * _FPING_WAIT)
    yield f"fping -a -r 0 -i {_INTERVAL_MS} -t {wait}{bind} {errors} <<'{_HERE}'"
    yield from targets
    yield _HERE
    # Silence of a tool that could not send would read as separation.
    yield f"echo {_STATUS} $?"
    if vrf:
        yield "fi"


def _with_ping(probes: Sequence[Probe], parallel: int) -> Iterator[str]:
    # Silence of a tool that is not there would read as separation.
    yield "command -v ping >/dev/null || { echo 'there is no ping'; exit 0; }"
    for function, seconds in (("e", WAIT), ("n", SHORT_WAIT)):
        ping = f'ping -n -q -c 1 -W {seconds} $2 "$3"'
        yield f'{function}() {{ {ping} >/dev/null 2>&1 && echo "$1"; }}'
    numbered = list(enumerate(probes))
    for function, expected, width in (("e", True, parallel), ("n", False, 4 * parallel)):
        chosen = [(number, probe) for number, probe in numbered if probe.expected is expected]
        for position, (number, probe) in enumerate(chosen):
            bind = f"'-I {probe.vrf}'" if probe.vrf else "''"
            yield f"{function} {number} {bind} {shlex.quote(probe.target)} &"
            if position % width == width - 1:
                yield "wait"
        yield "wait"


def read_answers(output: str, probes: Sequence[Probe]) -> list[bool]:
    """Whether each probe was answered, in order.

    Raises:
        PacketsNotSentError: the script's last line is missing, or a tool could not send.
    """
    words = [line.strip() for line in output.splitlines() if line.strip()]
    if not words or words[-1] != f"{_END} {len(probes)}":
        raise PacketsNotSentError(
            f"only part of {len(probes)} probes was sent: {words[-1] if words else 'no output'!r}"
        )
    groups = list(_by_vrf(probes).values())
    answered: set[int] = set()
    at: dict[str, list[int]] = {}
    last = ""
    for word in words[:-1]:
        kind, _, value = word.partition(" ")
        if kind == _GROUP and value.isdigit():
            at = {}
            for number in groups[int(value)] if int(value) < len(groups) else ():
                at.setdefault(probes[number].target, []).append(number)
        elif kind == _STATUS and value not in _SENT:
            raise PacketsNotSentError(f"fping: {last}")
        elif word in at:
            answered.update(at[word])
        elif word.isdigit():
            answered.add(int(word))
        last = word
    return [number in answered for number in range(len(probes))]
