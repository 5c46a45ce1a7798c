"""The `egovnet` command as a user runs it: `command` in a process of its own, `egovnet` in ours.

Both see the same command line, files and environment; a process costs a second on a slow machine.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import platformdirs
import yaml
from click.testing import CliRunner

from egovnet.playbooks.cli.main import main
from egovnet.playbooks.core.workspace import REFERENCE
from tests.inventories import BACKBONE

_EGOVNET = Path(sys.executable).parent / "egovnet"
#: A password that no output may hold.
SECRET = "correct-horse-battery"
#: For a lab: the appliance that is built already, and not one of the test's own.
BUILT_APPLIANCE = {"XDG_CACHE_HOME": platformdirs.user_cache_dir()}


@dataclass(frozen=True)
class Ran:
    """What a user saw, and the exit code."""

    stdout: str
    stderr: str
    code: int

    @property
    def json(self) -> Any:  # noqa: ANN401 -- JSON is any
        """The one object on stdout."""
        return json.loads(self.stdout)

    @property
    def own_json(self) -> Any:  # noqa: ANN401 -- JSON is any
        """The verb's own keys of it: without what was written and what comes next."""
        return {key: value for key, value in self.json.items() if key not in ("written", "next")}


def _environment(state: Path, env: Mapping[str, str] | None) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(state / "home"),
        "EGOVNET_STATE": str(state),
        "EGOVNET_AUTHOR": "tester",
        **(env or {}),
    }


def egovnet(*arguments: str | Path, state: Path, env: Mapping[str, str] | None = None) -> Ran:
    """Run the command within this process; of the environment only PATH and what is given."""
    result = CliRunner().invoke(
        main,
        [str(argument) for argument in arguments],
        prog_name="egovnet",
        env={**dict.fromkeys(os.environ), **_environment(state, env)},
    )
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Ran(result.stdout, result.stderr, result.exit_code)


def command(*arguments: str | Path, state: Path, env: Mapping[str, str] | None = None) -> Ran:
    """Run the console script; of the environment only PATH and what is given."""
    completed = subprocess.run(
        [_EGOVNET, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        stdin=subprocess.DEVNULL,
        env=_environment(state, env),
    )
    return Ran(completed.stdout, completed.stderr, completed.returncode)


def copy_of_reference(directory: Path) -> Path:
    """The reference inventory, to be changed."""
    return Path(
        shutil.copytree(REFERENCE, directory, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    )


def slower_bfd(inventory: Path, interval: int = 1000) -> None:
    """BFD with a packet a second instead of five, for labs whose matter is another.

    Three quarters of what such a lab does while nothing happens are these packets.
    """
    with (inventory / "network.yaml").open("a", encoding="utf-8") as file:
        timers = f"{{interval: {interval}}}"
        file.write(f"\nbfd:\n  circuits: {timers}\n  accesses: {timers}\n")


def copy_of_backbone(directory: Path) -> Path:
    """The reference inventory without its platform, to be changed."""
    return Path(shutil.copytree(BACKBONE, directory))


def edit(path: Path, old: str, new: str) -> None:
    """Change one place of a file."""
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{path.name} holds no {old!r}: mend the test"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def reach_at(inventory: Path, places: Mapping[str, tuple[str, int]]) -> list[str]:
    """Make routers be reached at other addresses and ports; returns all routers' names."""
    path = inventory / "hosts.yaml"
    hosts = yaml.safe_load(path.read_text(encoding="utf-8"))
    for name, (address, port) in places.items():
        hosts[name] |= {"hostname": address, "port": port}
    path.write_text(yaml.safe_dump(hosts, sort_keys=False), encoding="utf-8")
    return list(hosts)


def all_down(inventory: Path) -> list[str]:
    """Make every router one where nothing listens; returns their names."""
    hosts = yaml.safe_load((inventory / "hosts.yaml").read_text(encoding="utf-8"))
    return reach_at(
        inventory, {name: (f"127.20.30.{n}", 1) for n, name in enumerate(hosts, start=1)}
    )


def logged_in(state: Path) -> dict[str, str]:
    """Credentials by environment, as for real routers."""
    known_hosts = state / "known_hosts"
    state.mkdir(parents=True, exist_ok=True)
    known_hosts.touch()
    return {
        "EGOVNET_USERNAME": "root",
        "EGOVNET_PASSWORD": SECRET,
        "EGOVNET_KNOWN_HOSTS": str(known_hosts),
        "EGOVNET_CONNECT_TIMEOUT": "3",
    }


def contents(root: Path) -> dict[str, bytes]:
    """Every file under `root`, to see that nothing was written."""
    return {
        str(path.relative_to(root)): path.read_bytes() if path.is_file() else b""
        for path in sorted(root.rglob("*"))
    }
