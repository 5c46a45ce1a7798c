"""What the agent takes for a packet filter: tables, and nothing that reads a file."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from napalm_frr.change.agent import _bundle, parse_answer
from napalm_frr.errors import DeviceTextError
from napalm_frr.text import filter_text
from tests.hypothesis_profiles import examples
from tests.napalm_frr.change.test_agent_input import NONCE, run

GOOD = """\
table inet egovnet {
\tchain local {
\t\ttype filter hook input priority filter; policy drop;
\t\tiifname vmap { "lo" : accept } comment "include x; define {"
\t}
}
"""
#: What reads another file, is a command beside tables, or goes on where nobody looks.
EVIL = (
    'include "/etc/shadow"', 'include"/etc/shadow"', "accept; include x", "define a = 1",
    "accept $a", "accept \\", 'accept comment "half', "}\n}\n}", "}\n}\nflush ruleset",
    "}\n}\ndelete table inet x", "}\n}\nlist ruleset", "}\n}\ninclude /etc/passwd",
    "}\n}\ntable inet a { include x }", "\x1b[2J", "}\n}\n! sh -c id",
)  # fmt: skip


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("agent")


def taken(text: str, here: Path) -> tuple[bool, str]:
    """Whether the agent takes it, and what it answers."""
    bundle = _bundle(NONCE, {"new.filter": text})
    code, said = run("unpack", NONCE, f"{here}/into", "new.filter", stdin=bundle, here=here)
    for path in (here / "into").iterdir():
        path.unlink()
    return code == 0, said


def test_a_ruleset_is_taken(here: Path) -> None:
    assert taken(GOOD, here) == (True, "")
    filter_text.check(GOOD)


@pytest.mark.parametrize("evil", EVIL)
def test_what_is_more_than_a_ruleset_is_refused(evil: str, here: Path) -> None:
    lines = GOOD.splitlines(keepends=True)
    well, said = taken("".join([*lines[:3], f"\t\t{evil}\n", *lines[3:]]), here)
    assert not well
    answer = parse_answer(said)
    assert answer is not None
    assert answer.fields["file"] == "new.filter"
    assert int(answer.fields["line"]) >= 4


@examples(60)
@given(
    st.lists(
        st.one_of(
            st.sampled_from(GOOD.splitlines()),
            st.sampled_from(EVIL),
            st.text(st.characters(codec="ascii", exclude_characters="\n"), max_size=12),
        ),
        max_size=8,
    )
)
def test_the_agent_is_as_strict_as_the_driver(here: Path, lines: list[str]) -> None:
    text = "".join(f"{line}\n" for line in lines).replace("\0", "")
    well, _ = taken(text, here)
    try:
        filter_text.check(text)
    except DeviceTextError as error:
        # a block that has no end is nft's to refuse
        assert not well or "has no '}'" in str(error)
