"""EGOVNET_STATE names what can be no directory: said in words, whatever is wrong with it."""

import os
from pathlib import Path

import pytest

from tests.inventories import BACKBONE
from tests.playbooks.console import egovnet


@pytest.mark.parametrize("kind", ["file", "below a file", "loop", "too long", "pipe"])
@pytest.mark.parametrize("verb", [("history",), ("lab", "status")])
def test_a_state_directory_that_is_none_is_named(
    verb: tuple[str, ...], kind: str, tmp_path: Path
) -> None:
    state = tmp_path / "state"
    match kind:
        case "file":
            state.write_text("")
        case "below a file":
            state.write_text("")
            state /= "deeper"
        case "loop":
            state.symlink_to(state)
        case "too long":
            state /= "x" * 300
        case "pipe":
            os.mkfifo(state)
    ran = egovnet(*verb, "--inventory", BACKBONE, state=state, env={})
    assert "Traceback" not in ran.stderr
    if ran.code == 0:
        assert ran.stdout == "no lab is running\n"  # there is nothing at all of that name
    else:
        assert ran.code in (1, 5)
        assert f"error: {state}" in ran.stderr
