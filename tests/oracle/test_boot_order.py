"""A file is read from top to bottom: a router that starts from its text has what the text says.

isisd 8.4.4 refuses a metric above 63, and all IS-IS lines of that interface with it, as long as
there is no `router isis`; and FRR prints interfaces first.
"""

import re
import subprocess
from pathlib import Path

import pytest

import napalm_frr.change
from napalm_frr.text.device_text import split
from napalm_frr.text.frr_tree import parse, same
from tests.isolation.mutants.reference import reference
from tests.oracle.frr_daemons import FrrDaemons, Run

pytestmark = pytest.mark.lab

_AGENT = Path(napalm_frr.change.__path__[0]) / "router_agent_change.sh"


def _frr() -> str:
    """FRR's part of a backbone router with one circuit of metric 100."""
    text, count = re.subn(
        "isis metric 5\n", "isis metric 100\n", reference().texts["bj-p1"], count=1
    )
    assert count == 1
    return split(text).frr


def _circuit(run: Run) -> list[str]:
    return parse(run.running)[("interface eth1",)]


def test_a_rendered_text_is_taken_whole_when_a_router_starts() -> None:
    text = _frr()
    with FrrDaemons() as daemons:
        run = daemons.read(text)
        assert "Configuration failed" not in run.said
        assert _circuit(run) == parse(text)[("interface eth1",)]


def test_what_a_change_leaves_to_start_from_is_taken_whole(tmp_path: Path) -> None:
    """The agent keeps what FRR prints, which FRR itself would not take again."""
    with FrrDaemons() as daemons:
        before = daemons.read(_frr())
        assert "Configuration failed" in daemons.read(before.running).said
        printed = tmp_path / "printed"
        printed.write_text(before.running, encoding="utf-8")
        kept = subprocess.run(
            ["bash", "-c", f". {_AGENT}; isis_first {printed}"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        assert same(parse(kept), parse(before.running))
        after = daemons.read(kept)
        assert "Configuration failed" not in after.said
        assert same(parse(after.running), parse(before.running))
