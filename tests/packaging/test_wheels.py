"""Both wheels, installed into a fresh environment beside somebody else's Nornir project.

Nothing is downloaded: the fresh environments find the dependencies of the running one.
"""

import shutil
import subprocess
import sys
import venv
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import distribution
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ("inventory", "templates", "isolation", "tasks", "playbooks", "lab")
_BUILD = ("pyproject.toml", "README.md", "src", "packaging", "napalm_frr", *FOLDERS)
#: One of each that egovnet depends on, directly or not: where they are, the others are too.
_DEPENDENCIES = ("napalm", "nornir", "nornir-napalm", "pydantic", "celery", "setuptools")


@dataclass(frozen=True)
class Environment:
    """A fresh environment with what was installed into it."""

    root: Path

    @property
    def site(self) -> Path:
        return next(self.root.glob("lib/python*/site-packages"))

    def run(self, *words: str | Path, cwd: Path, ok: bool = True) -> str:
        """A program of the environment, started where none of our tree is on its path."""
        program, *arguments = words
        done = subprocess.run(
            [self.root / "bin" / program, *arguments],
            cwd=cwd,
            env={"PATH": "/usr/bin:/bin", "HOME": str(self.root), "EGOVNET_STATE": str(self.root)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0 or not ok, done.stdout + done.stderr
        return done.stdout + done.stderr

    def python(self, code: str, cwd: Path) -> str:
        return self.run("python", "-c", code, cwd=cwd).strip()


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Both, by the name of their distribution; built of a copy, so that the tree stays clean."""
    tree, out = tmp_path_factory.mktemp("tree"), tmp_path_factory.mktemp("wheels")
    left_out = shutil.ignore_patterns("__pycache__", "*.egg-info", "build")
    for name in _BUILD:
        place = ROOT / name
        if place.is_dir():
            shutil.copytree(place, tree / name, symlinks=True, ignore=left_out)
        else:
            shutil.copy(place, tree / name)
    words = ["wheel", "--quiet", "--no-deps", "--no-index", "--no-build-isolation", "-w", str(out)]
    sources = [str(tree), str(tree / "packaging" / "napalm-frr")]
    subprocess.run([sys.executable, "-m", "pip", *words, *sources], cwd=out, check=True)
    return {file.name.split("-")[0]: file for file in out.glob("*.whl")}


def environment(root: Path, *wheels: Path) -> Environment:
    venv.create(root, with_pip=False, symlinks=True)
    found = Environment(root)
    places = {str(distribution(name).locate_file("")) for name in _DEPENDENCIES}
    (found.site / "dependencies.pth").write_text("".join(f"{place}\n" for place in sorted(places)))
    python = str(root / "bin" / "python")
    words = [
        "--python",
        python,
        "install",
        "--quiet",
        "--no-deps",
        "--no-index",
        "--ignore-installed",
    ]
    subprocess.run([sys.executable, "-m", "pip", *words, *wheels], check=True)
    return found


@pytest.fixture(scope="module")
def both(wheels: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Environment:
    root = tmp_path_factory.mktemp("both") / "venv"
    return environment(root, wheels["egovnet"], wheels["napalm_frr"])


def _contents(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return {name for name in archive.namelist() if ".dist-info/" not in name}


def _files(folder: str) -> Iterator[str]:
    for file in (ROOT / folder).rglob("*"):
        if file.is_file() and file.suffix != ".pyc":
            yield file.relative_to(ROOT).as_posix()


def test_a_wheel_has_its_one_package_and_every_file_of_it(wheels: dict[str, Path]) -> None:
    has = _contents(wheels["egovnet"])
    ours = {f"egovnet/{file}" for folder in FOLDERS for file in _files(folder)}
    assert has == ours | {"egovnet/__init__.py", "egovnet/py.typed"}
    assert _contents(wheels["napalm_frr"]) == set(_files("napalm_frr"))


def test_nothing_of_a_common_name_is_installed(both: Environment) -> None:
    top = {path.name for path in both.site.iterdir() if "dist-info" not in path.name}
    assert top == {"egovnet", "napalm_frr", "dependencies.pth"}


def test_it_is_the_installed_one_that_runs(both: Environment, tmp_path: Path) -> None:
    code = "import egovnet.tasks, napalm_frr; print(egovnet.tasks.__file__, napalm_frr.__file__)"
    for file in both.python(code, tmp_path).split():
        assert Path(file).is_relative_to(both.site)


def test_the_command_line_works(both: Environment, tmp_path: Path) -> None:
    assert both.run("egovnet", "--version", cwd=tmp_path).startswith("egovnet")
    both.run("egovnet", "validate", cwd=tmp_path)
    both.run("egovnet", "render", "--output", tmp_path / "texts", cwd=tmp_path)
    assert "router bgp" in (tmp_path / "texts" / "bj-pe1.cfg").read_text()


_PROJECT = """
from nornir import InitNornir
from nornir.core.task import Result
from tasks import greet

nornir = InitNornir(
    inventory={"plugin": "SimpleInventory", "options": {"host_file": "hosts.yaml"}},
    logging={"enabled": False},
)
print(nornir.run(greet)["r1"][0].result)
"""
_TASK = """
from nornir.core.task import Result

def greet(task):
    return Result(host=task.host, result=f"hello from {task.host.name}")
"""


@pytest.mark.parametrize("where", ["tasks.py", "tasks/__init__.py"])
def test_a_project_with_tasks_of_its_own_is_left_alone(
    both: Environment, tmp_path: Path, where: str
) -> None:
    (tmp_path / "hosts.yaml").write_text("r1:\n  hostname: 192.0.2.1\n")
    (tmp_path / where).parent.mkdir(exist_ok=True)
    (tmp_path / where).write_text(_TASK)
    (tmp_path / "main.py").write_text(_PROJECT)
    assert both.run("python", "main.py", cwd=tmp_path).strip() == "hello from r1"


_PLUGIN = """
from nornir import InitNornir
nornir = InitNornir(
    inventory={"plugin": "EgovnetInventory", "options": {"directory": "network"}},
    runner={"plugin": "threaded"}, logging={"enabled": False},
)
print(*sorted(nornir.inventory.hosts))
"""


def test_that_project_may_use_our_inventory(both: Environment, tmp_path: Path) -> None:
    both.run("egovnet", "init", "--like", "reference", tmp_path / "network", cwd=tmp_path)
    (tmp_path / "tasks.py").write_text(_TASK)
    (tmp_path / "main.py").write_text(
        f"import os, tasks\nos.environ['EGOVNET_USERNAME'] = 'u'\n{_PLUGIN}"
    )
    hosts = both.run("python", "main.py", cwd=tmp_path).split()
    assert "bj-pe1" in hosts


def test_the_driver_alone(wheels: dict[str, Path], tmp_path: Path) -> None:
    alone = environment(tmp_path / "venv", wheels["napalm_frr"])
    code = (
        "import importlib.util, napalm; driver = napalm.get_network_driver('frr')\n"
        "from napalm_frr.change.agent import _program\n"
        "print(driver.__module__, len(_program()[0]) > 1000, importlib.util.find_spec('egovnet'))"
    )
    assert alone.python(code, tmp_path) == "napalm_frr.driver True None"


def test_the_driver_asks_for_no_more_than_it_imports(wheels: dict[str, Path]) -> None:
    with zipfile.ZipFile(wheels["napalm_frr"]) as archive:
        name = next(file for file in archive.namelist() if file.endswith("METADATA"))
        metadata = archive.read(name).decode()
    needed = {
        line.split()[1].split(">")[0] for line in metadata.splitlines() if "Requires-Dist" in line
    }
    imported = {
        line.split()[1].split(".")[0]
        for file in (ROOT / "napalm_frr").rglob("*.py")
        for line in file.read_text().splitlines()
        if line.startswith(("import ", "from "))
    }
    assert needed == imported - set(sys.stdlib_module_names) - {"napalm_frr"}
