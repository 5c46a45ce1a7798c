"""Both wheels, installed into a fresh environment beside somebody else's Nornir project.

They are made as for a release: of a source distribution, and that of a clone with a tag.
Nothing is downloaded: the fresh environments find the dependencies of the running one.
"""

import re
import shutil
import subprocess
import sys
import tarfile
import venv
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import distribution
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ("inventory", "templates", "isolation", "tasks", "playbooks", "lab")
_BUILD = ("pyproject.toml", "README.md", "LICENSE", "src", "packaging", "napalm_frr", *FOLDERS)
#: One of each that egovnet depends on, directly or not: where they are, the others are too.
_DEPENDENCIES = ("napalm", "nornir", "nornir-napalm", "pydantic", "celery", "pytest", "setuptools")


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


#: The tag of the clone that is built.
VERSION = "9.8.7"


def _git(tree: Path, *words: str) -> None:
    who = (
        "-c",
        "user.name=Test",
        "-c",
        "user.email=test@example.org",
        "-c",
        "commit.gpgsign=false",
    )
    subprocess.run(["git", *who, *words], cwd=tree, check=True, capture_output=True)


def _build(place: Path, what: str, out: Path) -> None:
    """What a front end of PEP 517 asks for, in the running environment."""
    code = f"from setuptools import build_meta; build_meta.build_{what}({str(out)!r})"
    subprocess.run([sys.executable, "-c", code], cwd=place, check=True, capture_output=True)


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tree as a clone of a repository whose last commit has a tag; ours stays clean."""
    tree = tmp_path_factory.mktemp("tree")
    left_out = shutil.ignore_patterns("__pycache__", "*.egg-info", "build")
    for name in _BUILD:
        place = ROOT / name
        if place.is_dir():
            shutil.copytree(place, tree / name, symlinks=True, ignore=left_out)
        else:
            shutil.copy(place, tree / name)
    _git(tree, "init", "--quiet")
    _git(tree, "add", "--all")
    _git(tree, "commit", "--quiet", "--message", "as it is")
    _git(tree, "tag", f"v{VERSION}")
    return tree


@pytest.fixture(scope="module")
def sources(clone: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Both source distributions, unpacked where no Git is."""
    out = tmp_path_factory.mktemp("sources")
    for place in (clone, clone / "packaging" / "napalm-frr"):
        _build(place, "sdist", out)
    for archive in out.glob("*.tar.gz"):
        with tarfile.open(archive) as tar:
            tar.extractall(out, filter="data")
    return [path for path in out.iterdir() if path.is_dir()]


@pytest.fixture(scope="module")
def wheels(sources: list[Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Both, by the name of their distribution."""
    out = tmp_path_factory.mktemp("wheels")
    for place in sources:
        _build(place, "wheel", out)
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
        "--no-compile",  # of the thousand modules few are loaded
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


def test_the_tag_is_the_version_and_the_licence_is_there(wheels: dict[str, Path]) -> None:
    for wheel in wheels.values():
        assert wheel.name.split("-")[1] == VERSION
        with zipfile.ZipFile(wheel) as archive:
            names = {name.rpartition("/")[2]: name for name in archive.namelist()}
            licence = archive.read(names["LICENSE"]).decode()
            metadata = archive.read(names["METADATA"]).decode()
        assert licence == (ROOT / "LICENSE").read_text()
        assert "License-Expression: Apache-2.0" in metadata


def test_without_a_tag_the_version_names_the_commit(clone: Path, tmp_path: Path) -> None:
    bare = tmp_path / "clone"
    _git(clone, "clone", "--quiet", "--no-tags", str(clone), str(bare))
    assert re.fullmatch(r"0\.1\.0\.dev\d+\+g[0-9a-f]+", _version(bare))
    assert _version(bare / "packaging" / "napalm-frr") == _version(bare)
    _git(bare, "tag", "v1.2.3")
    assert _version(bare) == "1.2.3"
    shutil.rmtree(bare / ".git")
    assert _version(bare) == "0.1.0.dev0", "a tree that is no clone"


def _version(place: Path) -> str:
    words = [sys.executable, "-m", "setuptools_scm"]
    done = subprocess.run(words, cwd=place, capture_output=True, text=True, check=True)
    return done.stdout.split()[-1]


def test_nothing_of_a_common_name_is_installed(both: Environment) -> None:
    top = {path.name for path in both.site.iterdir() if "dist-info" not in path.name}
    assert top == {"egovnet", "napalm_frr", "dependencies.pth"}


def test_it_is_the_installed_one_that_runs(both: Environment, tmp_path: Path) -> None:
    code = "import egovnet.tasks, napalm_frr; print(egovnet.tasks.__file__, napalm_frr.__file__)"
    for file in both.python(code, tmp_path).split():
        assert Path(file).is_relative_to(both.site)


def test_the_command_line_works(both: Environment, tmp_path: Path) -> None:
    assert both.run("egovnet", "--version", cwd=tmp_path).startswith(f"egovnet, version {VERSION}")
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


_FOREIGN_TESTS = """
import sys
import pytest

@pytest.fixture
def lab(): return "their own"

def test_their_fixture(lab): assert lab == "their own"
def test_nothing_is_loaded():
    assert not [name for name in sys.modules if name.startswith(("nornir", "pydantic", "yaml"))]
def test_no_fixture_of_ours(matrix): pass
"""


def test_their_tests_do_not_notice_our_plugin(both: Environment, tmp_path: Path) -> None:
    """In every environment that has egovnet, pytest loads it."""
    (tmp_path / "test_theirs.py").write_text(_FOREIGN_TESTS)
    pytest_ = ("python", "-m", "pytest", "-p", "no:cacheprovider", "--strict-markers", "-q")
    told = both.run(*pytest_, "-k", "not of_ours", cwd=tmp_path)
    assert "2 passed" in told
    assert "egovnet:" not in told
    assert "fixture 'matrix' not found" in both.run(*pytest_, cwd=tmp_path, ok=False)
    assert "--egovnet-inventory" in both.run(*pytest_, "--help", cwd=tmp_path)


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
        "from napalm_frr.change.installation import program\n"
        "print(driver.__module__, len(program()) > 50000, importlib.util.find_spec('egovnet'))"
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
