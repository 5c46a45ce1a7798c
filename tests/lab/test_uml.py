"""The kernel of User Mode Linux: fetched by whoever runs the tests, started without root's help."""

import subprocess
from pathlib import Path

import pytest

from egovnet.lab.appliance import default_cache
from egovnet.lab.debian_packages import AptWorkspace
from egovnet.lab.errors import ApplianceError
from egovnet.lab.uml_kernel import ensure_uml_kernel


@pytest.mark.lab
def test_the_kernel_starts_with_the_library_beside_it() -> None:
    kernel = ensure_uml_kernel(default_cache(), progress=print)
    done = subprocess.run(
        [kernel.program, "--version"],
        cwd=kernel.directory,
        env={"LD_LIBRARY_PATH": str(kernel.directory / "lib")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert kernel.version.startswith(done.stdout.strip().rpartition(".")[0])


@pytest.mark.lab
def test_the_hosts_repositories_are_read_whichever_way_they_are_written(tmp_path: Path) -> None:
    apt = AptWorkspace(tmp_path, already_provided=(), progress=print)
    assert any(
        repository.component == "main" and repository.uri.startswith("http")
        for repository in apt.repositories()
    )


def test_a_kernel_that_cannot_be_had_is_not_asked_for_again_the_same_day(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))  # no apt-get
    said: list[str] = []
    with pytest.raises(ApplianceError, match=r"apt-get is not installed.*backend microvm"):
        ensure_uml_kernel(tmp_path, progress=said.append)
    assert said == ["fetching the kernel of User Mode Linux (once)"]
    with pytest.raises(ApplianceError, match=r"apt-get is not installed.*remove .*refused"):
        ensure_uml_kernel(tmp_path, progress=said.append)
    assert len(said) == 1
