"""Containerfile and lab/Containerfile: what they name is there. No engine is needed for it."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from tests.packaging.container_file import Stage, stages

ROOT = Path(__file__).parents[2]
FILES = {"Containerfile": ROOT, "lab/Containerfile": ROOT / "lab"}
STAGES = {name: stages(ROOT / name) for name in FILES}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
#: Commands that Debian's base image has, and the shell's own.
IN_THE_BASE = {"apt-get", "chmod", "mkdir", "printf", "rm", "useradd"}
#: What those of a package bring.
BROUGHT = {"python3-venv": "python3"}


def named(name: str) -> Stage:
    return next(stage for stage in STAGES["Containerfile"] if stage.name == name)


def tracked() -> set[str]:
    """Every file of the repository, and every directory with one."""
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    return {str(path) for file in listed for path in (Path(file), *Path(file).parents)}


@pytest.mark.parametrize("name", FILES)
def test_every_stage_stands_on_debian_or_one_above(name: str) -> None:
    known = {"debian:12"}
    for stage in STAGES[name]:
        assert stage.base in known
        assert {source for source, _, _ in stage.copied if source} <= known
        known.add(stage.name)


@pytest.mark.parametrize("name", FILES)
def test_what_is_copied_is_in_the_repository(name: str) -> None:
    own = FILES[name].relative_to(ROOT)
    there = tracked()
    for stage in STAGES[name]:
        for source, paths, _ in stage.copied:
            for path in paths if source is None else ():
                assert (own / path).as_posix() in there, path


def test_all_that_is_installed_is_copied_before() -> None:
    """Also what the packages of src lead to: a room more is a line more."""
    build = named("build")
    copied = {path.rstrip("/") for _, paths, _ in build.copied for path in paths}
    rooms = {
        path.readlink().parts[2] for path in (ROOT / "src/egovnet").iterdir() if path.is_symlink()
    }
    assert rooms
    assert rooms | {"napalm_frr", "src", "packaging", "pyproject.toml"} <= copied
    readme, licences = PROJECT["project"]["readme"], PROJECT["project"]["license-files"]
    assert {readme, *licences} <= copied
    (lock,) = re.findall(r"-r (\S+)", " ".join(build.commands))
    assert lock in copied


@pytest.mark.parametrize("name", FILES)
def test_commands_are_the_base_s_or_of_a_package_above(name: str) -> None:
    for stage in STAGES[name]:
        have = set(IN_THE_BASE)
        for command in stage.commands:
            first = command.split()[0]
            if first == ".venv/bin/python":
                first = "python3" if any("-m venv .venv" in c for c in stage.commands) else first
            assert first in have, f"{stage.name}: {command}"
            if command.startswith("apt-get install"):
                have |= {BROUGHT.get(package, package) for package in stage.packages}
        for text in stage.of("RUN"):
            done = subprocess.run(["sh", "-n"], input=text, text=True, check=False)
            assert done.returncode == 0, text


def test_every_package_is_debian_s() -> None:
    """setup-host has installed them here; those of the lab's are held by test_containerlab_file."""
    packages = {package for stage in STAGES["Containerfile"] for package in stage.packages}
    assert {"python3", "git"} <= packages
    done = subprocess.run(
        ["dpkg-query", "-W", *sorted(packages)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_what_egovnet_needs_of_a_machine_is_in_the_images() -> None:
    """setup-host has the list, each with the command that it is for."""
    script = (ROOT / "setup-host").read_text(encoding="utf-8").partition("cluster=")[0]
    needed = set(re.findall(r'missing="\$missing ([\w-]+)"', script))
    assert "openssh-client" in needed
    assert needed - {"python3-venv"} <= {*named("controller").packages, *named("lab").packages}
    assert "python3-venv" in named("build").packages


def test_the_images_start_the_installed_program() -> None:
    controller = named("controller")
    ((_, (made,), place),) = controller.copied
    assert made == place == f"{named('build').of('WORKDIR')[0]}/.venv"
    assert controller.environment["PATH"].split(":")[0] == f"{place}/bin"
    assert controller.words("ENTRYPOINT")[0] in PROJECT["project"]["scripts"]
    assert controller.environment["EGOVNET_STATE"] == controller.of("VOLUME")[0]
    assert controller.of("USER")[-1] == named("lab").of("USER")[-1] != "0"
    assert STAGES["Containerfile"][-1].base == "controller", "without a target it is the controller"
