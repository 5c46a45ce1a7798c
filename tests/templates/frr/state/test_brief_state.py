"""A brief answer: what the router digests of it, and when nothing but the digest is sent."""

import hashlib
import json
import re
import subprocess
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egovnet.templates.frr.state.brief_state import (
    READ_LINE,
    UNREAD_LINE,
    brief_script,
    split_brief,
)
from egovnet.templates.frr.state.state_reader import read_state
from egovnet.templates.model.state import BriefAnswer
from tests import strategies  # noqa: F401 -- its Hypothesis profile
from tests.templates.frr.state.test_state_reader import GZ_PE1, PE

SEEN = "5" * 64


def as_frr_prints(recorded: str) -> str:
    """The recording with its JSON over many lines, as FRRouting has it."""
    lines = []
    for line in recorded.splitlines():
        is_json = line.startswith("{")
        lines.append(
            json.dumps(json.loads(line), indent=2, separators=(",", ":")) if is_json else line
        )
    return "\n".join(lines) + "\n"


#: Tables of routes are not asked for.
BRIEF = re.sub(r"^\S+# show ip(v6)? route .*?(?=^\S+# show)", "", PE, flags=re.M | re.S)
PRETTY = as_frr_prints(BRIEF)
STATE = read_state(GZ_PE1, PRETTY)
PLAIN = [n for n, line in enumerate(PRETTY.splitlines()) if re.search(UNREAD_LINE, line)]


def read_of(text: str) -> str:
    """The lines that the router digests."""
    return "".join(
        line
        for line in text.splitlines(keepends=True)
        if not re.search(UNREAD_LINE, line) or re.search(READ_LINE, line)
    )


def test_the_recording_says_the_same_over_many_lines() -> None:
    assert read_state(GZ_PE1, BRIEF) == STATE
    assert set(STATE.unread) == {"ipv4", "ipv6"}
    assert len(PLAIN) > 200, "there is much that is not read"


def test_the_router_s_awk_leaves_out_the_same_lines() -> None:
    command = re.search(r"awk '(.* \{ next \} 1)' \| sha256sum", brief_script(GZ_PE1))
    assert command is not None
    done = subprocess.run(
        ["awk", command[1]], input=PRETTY, capture_output=True, text=True, check=True
    )
    assert done.stdout == read_of(PRETTY)
    assert len(done.stdout) < len(PRETTY) * 0.8


def test_times_and_counters_are_not_read() -> None:
    later = re.sub(
        r'("(?:peerUptime\w*|msgRcvd|msgSent|epoch|upTime)":)[^,\n]+', r"\g<1>77", PRETTY
    )
    later = re.sub(r'("string":)"[A-Z][a-z]{2} [A-Z][^"]*"', r'\g<1>"Sat Nov 28"', later)
    assert later != PRETTY
    assert read_of(later) == read_of(PRETTY)


@given(st.data())
def test_what_the_router_does_not_digest_nobody_reads(data: st.DataObject) -> None:
    lines = PRETTY.splitlines()
    number = data.draw(st.sampled_from(PLAIN))
    name, _, value = lines[number].partition(":")
    other = data.draw(st.sampled_from(['"Up"', '"Established"', '"RT:1:1"', "true", "false", "0"]))
    lines[number] = f"{name}:{other}{',' if value.endswith(',') else ''}"
    changed = "\n".join(lines) + "\n"
    if read_of(changed) == read_of(PRETTY):
        assert read_state(GZ_PE1, changed) == STATE


@given(st.data())
def test_a_line_more_or_less_is_read_or_nobody_s(data: st.DataObject) -> None:
    lines = PRETTY.splitlines()
    number = data.draw(st.integers(0, len(lines) - 1))
    del lines[number]
    changed = "\n".join(lines) + "\n"
    if read_of(changed) == read_of(PRETTY):
        assert re.search(UNREAD_LINE, PRETTY.splitlines()[number])


def run(said: str, seen: str) -> str:
    """What the script prints, by a real shell, where a router would say this."""
    script = brief_script(GZ_PE1, seen)
    asked = script[script.index("said=$(\n") + 8 : script.index("\n)\nseen=")]
    script = script.replace(asked, "cat <<'EOF'\n" + said + "EOF")
    return subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True).stdout


def test_only_the_digest_is_sent_where_it_is_the_one_that_was_seen() -> None:
    digest = hashlib.sha256(read_of(PRETTY).encode()).hexdigest()
    assert split_brief(run(PRETTY, "")) == BriefAnswer(digest, PRETTY)
    assert split_brief(run(PRETTY, SEEN), SEEN) == BriefAnswer(digest, PRETTY)
    assert split_brief(run(PRETTY, digest), digest) == BriefAnswer(digest, None)
    down = PRETTY.replace('"state":"Established"', '"state":"Active"', 1)
    assert split_brief(run(down, digest), digest).said == down


@pytest.mark.parametrize(
    "output",
    ["", "%%state  -\n", f"%%state {SEEN}", "sh: sha256sum: not found\n%%state \n", "Killed\n"],
)
def test_an_answer_without_a_digest_is_never_what_was_seen(output: str) -> None:
    assert split_brief(output, SEEN) == BriefAnswer("", output)


def test_another_s_digest_without_an_answer_is_an_answer_that_says_nothing() -> None:
    answer = split_brief(f"%%state {SEEN}  -\n", "6" * 64)
    assert answer == BriefAnswer(SEEN, "")
    assert set(read_state(GZ_PE1, "").unread) >= {"isis", "ldp", "bgp", "end"}


def test_digests_differ_where_answers_do() -> None:
    parts = PRETTY.splitlines(keepends=True)
    kept = [n for n in range(len(parts)) if n not in set(PLAIN)]
    shorter = ["".join(parts[:n]) for n in kept[:: len(kept) // 20]]
    assert all(read_of(one) != read_of(other) for one, other in pairwise(shorter))
