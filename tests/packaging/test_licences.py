"""What is installed may be used beside our licence, and the check does see one that may not."""

import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
PIP_LICENSES = Path(sys.executable).with_name("pip-licenses")


def licences(*words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [PIP_LICENSES, *words], cwd=ROOT, capture_output=True, text=True, check=False
    )


def test_all_that_is_installed_has_an_allowed_licence() -> None:
    done = licences()
    assert done.returncode == 0, done.stderr
    listed = {line.split()[0].lower() for line in done.stdout.splitlines()[1:]}
    assert {"paramiko", "click", "sqlalchemy", "properdocs"} <= listed


def test_a_licence_that_is_not_allowed_is_named() -> None:
    done = licences("--allow-only", "MIT")
    assert done.returncode == 1
    assert "not in allow-only licenses" in done.stderr


def test_both_distributions_name_the_licence_that_is_there() -> None:
    assert (
        "Apache License\n                           Version 2.0" in (ROOT / "LICENSE").read_text()
    )
    for place in (ROOT, ROOT / "packaging" / "napalm-frr"):
        project = tomllib.loads((place / "pyproject.toml").read_text())["project"]
        assert project["license"] == "Apache-2.0"
        assert (place / "LICENSE").read_text() == (ROOT / "LICENSE").read_text()
