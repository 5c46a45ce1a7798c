"""How little is loaded before a verb begins: `--help` and `validate` start in a blink."""

import json
import os
import resource
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import click
import pytest

from egovnet.playbooks.cli import commands
from egovnet.playbooks.cli.lazy_group import LazyGroup
from egovnet.playbooks.cli.main import main

_MODULES = """
import json, sys
from egovnet.playbooks.cli.main import main
try:
    main({arguments!r}, prog_name="egovnet")
finally:
    json.dump(sorted(sys.modules), sys.stderr)
"""
#: What talks to devices, databases and brokers, and what draws.
HEAVY = ("napalm", "nornir", "netmiko", "paramiko", "asyncssh", "sqlalchemy", "celery", "dulwich")
HEAVIER = (*HEAVY, "rich", "pydantic", "jinja2", "yaml", "cryptography", "email")
DEVICES = ("egovnet.lab.emulated", "egovnet.playbooks.verbs.demo", "egovnet.isolation.prove")


def loaded(arguments: Sequence[str], state: Path) -> frozenset[str]:
    """Every module of a process that ran the verb, and the packages that they are in."""
    done = subprocess.run(
        [sys.executable, "-c", _MODULES.format(arguments=list(arguments))],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "EGOVNET_STATE": str(state)},
    )
    modules = json.loads(done.stderr)
    return frozenset(name[:end] for name in modules for end in _ends(name))


def _ends(name: str) -> list[int]:
    return [place for place, c in enumerate(name) if c == "."] + [len(name)]


@pytest.mark.parametrize("option", ["--version", "--help"])
def test_help_loads_the_command_line_and_nothing_else(option: str, tmp_path: Path) -> None:
    modules = loaded([option], tmp_path)
    # importlib.metadata reads the version's file as a mail's head
    heavy = {"email"} if option == "--version" else set()
    assert modules & {*HEAVIER, *DEVICES} <= heavy
    assert len(modules) < 400, "click itself and Python are some 230"


@pytest.mark.parametrize("verb", [["plan"], ["drift"], ["lab", "up"]])
def test_a_verb_s_help_loads_no_device_and_no_database(verb: list[str], tmp_path: Path) -> None:
    # it does load the inventory's model, which knows the tiers
    assert not loaded([*verb, "--help"], tmp_path) & {*HEAVY, *DEVICES}


def test_validate_loads_no_device_and_no_database(tmp_path: Path) -> None:
    modules = loaded(["validate"], tmp_path)
    assert not modules & {*HEAVY, *DEVICES}
    assert "egovnet.inventory.load" in modules, "and the test does look at the right process"


def cpu_seconds(command: Sequence[str], times: int = 3) -> float:
    """User and system seconds of whole processes, the least of a few runs."""
    found = []
    for _ in range(times):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        found.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(found)


def test_start_is_within_a_few_times_an_empty_click_program() -> None:
    """A ratio: processors differ. Measured: 1.7 times, where it was 35."""
    egovnet = str(Path(sys.executable).parent / "egovnet")
    bare = cpu_seconds([sys.executable, "-c", "import click"])
    assert cpu_seconds([egovnet, "--help"]) < 4 * bare
    assert cpu_seconds([egovnet, "--version"]) < 4 * bare


def test_a_verb_is_a_file_of_the_folder() -> None:
    names = main.list_commands(click.Context(main))
    files = {path.stem for path in Path(commands.__path__[0]).iterdir()} - {
        "__init__",
        "__pycache__",
    }
    assert set(names) == files


def test_a_module_without_its_command_is_named() -> None:
    group = LazyGroup("cli", folder=sys.modules["egovnet.playbooks.cli"])
    with pytest.raises(AttributeError, match="lazy_choice"):
        group.get_command(click.Context(group), "lazy-choice")
    assert group.get_command(click.Context(group), "nothing") is None
