"""The probe script, run by a real shell; only `ping` and `fping` themselves are stood in for.

The machine that runs these tests may have neither, and none lets 192.0.2.0/24 (RFC 5737) tell a
lost packet from a slow one; the lab's tests send real packets. The stand-ins say what the tools
say, and keep a log of how they were called.
"""

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egovnet.templates.frr.probes.echo import probe_script, read_answers
from egovnet.templates.model.probe import PacketsNotSentError, Probe
from tests import strategies  # noqa: F401 -- its Hypothesis profile

_PING = """#!/bin/sh
echo "begin $*" >>"$LOG"
for target; do :; done
case $target in
127.* | ::1) got=1 ;;
*) got=0; sleep 0.2 ;;
esac
echo "PING $target ($target) 56(84) bytes of data."
echo
echo "--- $target ping statistics ---"
echo "1 packets transmitted, $got received, $((100 - 100 * got))% packet loss, time 0ms"
echo "end $*" >>"$LOG"
[ "$got" -gt 0 ]
"""

_FPING = """#!/bin/sh
echo "begin $*" >>"$LOG"
while read -r target; do
  case $target in
  127.* | ::1) echo "$target" ;;
  192.* | 2001:*) : ;;
  *) echo "$target: Name or service not known" >&2; exit 2 ;;
  esac
done
echo "end $*" >>"$LOG"
exit 1
"""
_TOOLS = {"ping": _PING, "fping": _FPING}


def run(
    directory: Path, probes: Sequence[Probe], parallel: int = 8, tool: str = "ping"
) -> tuple[list[bool], list[str]]:
    """(answers, log of the tool) of the script for `probes`, where only that tool is there."""
    own = directory / tool
    own.write_text(_TOOLS[tool])
    own.chmod(0o755)
    for name in ("sh", "sleep", "cat", "cut", "awk", "head", "rm", "mktemp"):
        if not (link := directory / name).exists():
            link.symlink_to(shutil.which(name) or "")
    log = directory / "log"
    log.touch()
    completed = subprocess.run(
        [directory / "sh", "-s"],
        input=probe_script(probes, parallel),
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
        env={"PATH": str(directory), "LOG": str(log)},
    )
    return read_answers(completed.stdout, probes), log.read_text().splitlines()


def most_at_once(log: list[str]) -> int:
    running = most = 0
    for line in log:
        running += 1 if line.startswith("begin") else -1
        most = max(most, running)
    return most


HERE, NOWHERE = "127.0.0.1", "192.0.2.1"


@pytest.mark.parametrize("tool", _TOOLS)
def test_answers_come_back_in_the_order_of_the_probes(tool: str, tmp_path: Path) -> None:
    targets = [HERE, NOWHERE, "127.0.0.2", "192.0.2.2", HERE, "::1", "2001:db8::1"]
    probes = [Probe(None, target) for target in targets]
    answers, _ = run(tmp_path, probes, tool=tool)
    assert answers == [True, False, True, False, True, True, False]


def test_silence_that_is_meant_is_waited_for_more_briefly(tmp_path: Path) -> None:
    probes = [Probe(None, HERE), Probe(None, "127.0.0.2", expected=False)]
    answers, log = run(tmp_path, probes)
    # An answer where none may be is an answer all the same.
    assert answers == [True, True]
    waits = {
        line.split()[-1]: float(line.split(" -W ")[1].split()[0])
        for line in log
        if line.startswith("begin")
    }
    assert waits["127.0.0.2"] < waits[HERE]


def test_probes_leave_from_their_vrf(tmp_path: Path) -> None:
    _, log = run(tmp_path, [Probe("i-party", HERE), Probe(None, HERE)])
    calls = sorted(line for line in log if line.startswith("begin"))
    assert ["-I i-party" in call for call in calls] == [True, False]
    assert all(call.endswith(f" {HERE}") for call in calls)


@pytest.mark.parametrize(("expected", "most"), [(True, 3), (False, 12)])
def test_a_node_sends_few_at_once(expected: bool, most: int, tmp_path: Path) -> None:
    probes = [Probe(None, NOWHERE, expected) for _ in range(26)]
    answers, log = run(tmp_path, probes, parallel=3)
    assert answers == [False] * 26
    assert 1 < most_at_once(log) <= most


@pytest.mark.parametrize("tool", _TOOLS)
def test_no_probes_is_a_whole_answer(tool: str, tmp_path: Path) -> None:
    assert run(tmp_path, [], tool=tool) == ([], [])


def test_one_fping_sends_all_of_a_vrf(tmp_path: Path) -> None:
    probes = [Probe("lo", HERE), Probe("lo", "127.0.0.2"), Probe("lo", NOWHERE, expected=False)]
    answers, log = run(tmp_path, probes, tool="fping")
    assert answers == [True, True, False]
    calls = sorted(line for line in log if line.startswith("begin"))
    assert len(calls) == 1
    assert "-I lo" in calls[0]


def test_the_vrfs_of_a_router_are_told_apart(tmp_path: Path) -> None:
    probes = [Probe("lo", HERE), Probe(None, NOWHERE), Probe(None, HERE), Probe("lo", NOWHERE)]
    probes += [Probe("i-nowhere", HERE), Probe(None, "127.0.0.3", expected=False)]
    answers, log = run(tmp_path, probes, tool="fping")
    assert answers == [True, False, True, False, False, True]
    assert len([line for line in log if line.startswith("begin")]) == 2


def test_nothing_is_sent_from_a_vrf_that_is_not_there(tmp_path: Path) -> None:
    answers, log = run(tmp_path, [Probe("i-nowhere", HERE), Probe(None, HERE)], tool="fping")
    assert answers == [False, True]
    assert len([line for line in log if line.startswith("begin")]) == 1


def test_an_fping_that_could_not_send_proves_nothing(tmp_path: Path) -> None:
    with pytest.raises(PacketsNotSentError, match="fping: x: Name or service not known"):
        run(tmp_path, [Probe(None, "x", expected=False), Probe(None, HERE)], tool="fping")


def test_a_target_is_an_argument_and_never_a_command(tmp_path: Path) -> None:
    answers, _ = run(tmp_path, [Probe(None, f"x; touch {tmp_path}/owned #")])
    assert answers == [False]
    assert not (tmp_path / "owned").exists()


def test_a_killed_script_proves_nothing(tmp_path: Path) -> None:
    probes = [Probe(None, HERE), Probe(None, NOWHERE)]
    script = probe_script(probes).replace("wait\n", "kill -9 $$\n")
    completed = subprocess.run(
        ["sh", "-s"], input=script, capture_output=True, text=True, check=False, cwd=tmp_path
    )
    with pytest.raises(PacketsNotSentError, match="only part of 2 probes was sent"):
        read_answers(completed.stdout, probes)


@given(answered=st.lists(st.booleans(), min_size=1, max_size=30), data=st.data())
def test_any_whole_output_is_read_and_any_cut_one_is_refused(
    answered: list[bool], data: st.DataObject
) -> None:
    probes = [Probe(None, HERE) for _ in answered]
    numbers = data.draw(st.permutations([n for n, yes in enumerate(answered) if yes]))
    output = "".join(f"{number}\n" for number in numbers) + f"end-of-probes {len(probes)}\n"
    assert read_answers(output, probes) == answered
    assert read_answers(output.replace("\n", "\r\n"), probes) == answered
    cut = output[: data.draw(st.integers(0, len(output) - 2))]
    with pytest.raises(PacketsNotSentError):
        read_answers(cut, probes)


def test_the_end_of_another_script_is_not_this_one_s() -> None:
    with pytest.raises(PacketsNotSentError, match="end-of-probes 3"):
        read_answers("0\nend-of-probes 3\n", [Probe(None, HERE)])
