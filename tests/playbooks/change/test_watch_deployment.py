"""docs/recover-deployment, tried as far as it can be without a systemd that runs it."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from egovnet.playbooks.cli.commands.recover import recover
from egovnet.playbooks.results.watch import Happening
from tests.playbooks.console import egovnet

ROOT = Path(__file__).parents[3]
DEPLOYMENT = ROOT / "docs" / "recover-deployment"
UNIT = "egovnet-recover.service"
INSTALLED = "/opt/egovnet/.venv/bin/egovnet"


def text(name: str) -> str:
    return (DEPLOYMENT / name).read_text(encoding="utf-8")


def setting(key: str) -> list[str]:
    return re.findall(rf"^{key}=(.*)$", text(UNIT), re.MULTILINE)


def analyze(*words: str | Path) -> "subprocess.CompletedProcess[str]":
    tool = shutil.which("systemd-analyze")
    if tool is None:
        pytest.fail("no systemd-analyze on this machine: run ./setup-host --tests")
    return subprocess.run([tool, *words], capture_output=True, text=True, check=False)


@pytest.fixture
def unit(tmp_path: Path) -> Path:
    """The unit, with this machine's egovnet."""
    path = tmp_path / UNIT
    command = str(Path(sys.executable).with_name("egovnet"))
    path.write_text(text(UNIT).replace(INSTALLED, command), encoding="utf-8")
    return path


def test_systemd_takes_the_unit(unit: Path) -> None:
    done = analyze("verify", "--man=no", unit)
    assert done.returncode == 0, done.stderr
    # what it does not know it ignores, and says so
    assert not [line for line in done.stderr.splitlines() if "egovnet-recover" in line]


def test_the_service_may_do_little(unit: Path) -> None:
    # in tenths; an unhardened unit has 96
    done = analyze("security", "--offline=true", "--threshold=25", "--no-pager", unit)
    assert done.returncode == 0, done.stdout


def test_its_command_is_one_that_watches(tmp_path: Path) -> None:
    (line,) = setting("ExecStart")
    program, verb, *words = shlex.split(line)
    assert (program, verb) == (INSTALLED, "recover")
    options = {option for parameter in recover.params for option in parameter.opts}
    assert {word for word in words if word.startswith("-")} <= options
    assert "--watch" in words
    # and it begins: the inventory of the unit is not on this machine
    ran = egovnet("recover", *words, state=tmp_path)
    assert (ran.code, "no such inventory directory" in ran.stderr) == (2, True)


def test_it_is_started_again_but_for_what_a_person_must_mend() -> None:
    assert setting("Restart") == ["always"]
    readme = text("README.md")
    rows = re.findall(r"^\| (\d) \| .* \| (.*) \|$", readme, re.MULTILINE)
    failed = [code for code, row in rows if "**failed**" in row]
    assert setting("RestartPreventExitStatus") == [" ".join(failed)] == ["2 4"]


def test_it_has_the_time_to_finish_a_change() -> None:
    (longest,) = setting("TimeoutStopSec")
    assert analyze("timespan", longest).returncode == 0
    assert longest == "10min"
    assert setting("KillMode") == ["mixed"], "not the sessions of a recovery"


def test_the_readme_tells_of_every_event() -> None:
    told = re.findall(r"`([a-z ]+)`", "".join(re.findall(r"^\| `.*$", text("README.md"), re.M)))
    assert {str(event) for event in Happening} <= set(told)


def test_the_variables_are_those_that_egovnet_reads() -> None:
    sources = "".join(
        path.read_text(encoding="utf-8")
        for room in ("tasks", "playbooks")
        for path in (ROOT / room).rglob("*.py")
    )
    named = {
        name
        for file in DEPLOYMENT.iterdir()
        for name in re.findall(r"\bEGOVNET_[A-Z_]+", file.read_text(encoding="utf-8"))
    }
    assert named <= set(re.findall(r"\bEGOVNET_[A-Z_]+", sources))
