"""setup-host: a Python that is too old, or none, is said before anything is installed."""

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OLD = """#!/bin/sh
if [ "$1" = --version ]; then echo Python 3.9.2; else exit 1; fi
"""


@pytest.mark.parametrize(
    ("name", "told"),
    [
        (
            "old",
            "is Python 3.9.2, and Python 3.11 or later is needed; name one: make setup PYTHON=",
        ),
        ("none", "none here; Python 3.11 or later is needed"),
    ],
)
def test_a_python_that_will_not_do_is_named(name: str, told: str, tmp_path: Path) -> None:
    (tmp_path / "old").write_text(OLD)
    (tmp_path / "old").chmod(0o755)
    done = subprocess.run(
        ["make", ".venv/.ready", f"PYTHON={tmp_path / name}", "-f", ROOT / "Makefile"],
        cwd=_copy(tmp_path / "clone"),
        env={**os.environ, "MAKEFLAGS": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert told in done.stderr
    assert not (tmp_path / "clone" / ".venv").exists()


def _copy(clone: Path) -> Path:
    """What make looks at before it makes an environment."""
    for name in ("setup-host", "requirements.lock", "pyproject.toml"):
        (clone / name).parent.mkdir(parents=True, exist_ok=True)
        (clone / name).symlink_to(ROOT / name)
    (clone / "packaging").symlink_to(ROOT / "packaging")
    return clone
