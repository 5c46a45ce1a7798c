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
#: Milliseconds between two echo requests of one fping.
_INTERVAL_MS = 2
_END = "end-of-probes"
_HERE = "END-OF-TARGETS"


def probe_script(probes: Sequence[Probe], parallel: int = PARALLEL) -> str:
    """POSIX shell text that prints the number of each probe that was answered.

    Where the node has fping, one process sends all of a VRF; else there is a ping for each probe,
    with at most `parallel` expected answers waited for at once; silence costs a node nothing, so
    what must stay unanswered goes out more at a time. The last line says how many were sent;
    without it the result is worth nothing.
    """
    lines = ["if command -v fping >/dev/null; then", *_with_fping(probes), "else"]
    lines += [*_with_ping(probes, parallel), "fi", f"echo {_END} {len(probes)}"]
    return "\n".join(lines) + "\n"


def _with_fping(probes: Sequence[Probe]) -> Iterator[str]:
    groups: dict[tuple[str | None, bool], list[int]] = {}
    for number, probe in enumerate(probes):
        groups.setdefault((probe.vrf, probe.expected), []).append(number)
    # a process costs a small router more than the packets do: one for each group
    yield f"""d=$(mktemp -d)
set --
cat >"$d/targets" <<'{_HERE}'"""
    for group, numbers in enumerate(groups.values()):
        yield from (f"{group} {number} {probes[number].target}" for number in numbers)
    yield _HERE
    for group, ((vrf, expected), numbers) in enumerate(groups.items()):
        wait = int(1000 * (WAIT if expected else SHORT_WAIT))
        # From a VRF that is not there nothing can be sent, and nothing is answered.
        if vrf:
            yield f"if [ -e {shlex.quote(f'/sys/class/net/{vrf}')} ]; then"
        bind = f" -I {shlex.quote(vrf)}" if vrf else ""
        yield (
            f"fping -a -r 0 -i {_INTERVAL_MS} -t {wait}{bind} "
            f""">"$d/{group}" 2>"$d/err.{group}" <<'{_HERE}' &"""
        )
        yield from (probes[number].target for number in numbers)
        yield _HERE
        yield f'set -- "$@" "$!:{group}"'
        if vrf:
            yield "fi"
    # Silence of a tool that could not send would read as separation.
    yield """for sent; do
shift
wait "${sent%:*}"
if [ $? -ge 2 ]; then read -r why <"$d/err.${sent#*:}"; echo "fping: $why"; rm -r "$d"; exit 0; fi
set -- "$@" "$d/${sent#*:}"
done"""
    yield _NUMBERS
    yield 'rm -r "$d"'


#: Answered addresses, in files named by their groups -> the numbers of their probes.
_NUMBERS = r"""awk '{ group = FILENAME; sub(".*/", "", group) }
group == "targets" { n[$1 " " $3] = n[$1 " " $3] $2 "\n"; next }
{ printf "%s", n[group " " $1]; n[group " " $1] = "" }' "$d/targets" "$@" ||
{ rm -r "$d"; exit 0; }"""


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
        PacketsNotSentError: the script's last line is missing.
    """
    words = [line.strip() for line in output.splitlines() if line.strip()]
    if not words or words[-1] != f"{_END} {len(probes)}":
        raise PacketsNotSentError(
            f"only part of {len(probes)} probes was sent: {words[-1] if words else 'no output'!r}"
        )
    answered = {int(word) for word in words[:-1] if word.isdigit()}
    return [number in answered for number in range(len(probes))]
