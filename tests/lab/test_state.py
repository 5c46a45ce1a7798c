import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from egovnet.lab.access import make_access
from egovnet.lab.errors import LabBusyError, LabDiffersError, LabNotRunningError, ToolMissingError
from egovnet.lab.guest import memory_needed
from egovnet.lab.microvm import MicroVm
from egovnet.lab.state import (
    LabState,
    NodeState,
    end_process,
    find_marked,
    is_ours,
    locked,
    read_state,
    write_state,
)

MARKER = "egovnet-0123456789abcdef"


def sleeper(marker: str = MARKER) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)", marker])


def ignore(_: str) -> None:
    """Progress nobody listens to."""


def test_a_process_is_ours_only_with_our_marker_on_its_command_line() -> None:
    process = sleeper()
    try:
        assert is_ours(process.pid, MARKER)
        assert not is_ours(process.pid, "egovnet-another")
        assert not is_ours(process.pid, "")
        assert find_marked(MARKER) == [process.pid]
    finally:
        end_process(process.pid, MARKER)
    assert process.poll() is not None or not is_ours(process.pid, MARKER)


def test_a_stale_process_number_is_never_ended(tmp_path: Path) -> None:
    bystander = sleeper("somebody-else")
    try:
        write_state(
            tmp_path,
            LabState(
                backend="microvm",
                topology="t",
                digest="d",
                pid=bystander.pid,
                marker=MARKER,
                nodes=(NodeState(name="r1", kind="router", ready=True),),
            ),
        )
        lab = MicroVm(tmp_path)
        state = lab.status()
        assert not state.running
        assert not state.ready
        assert not state.nodes[0].ready
        lab.down()
        assert bystander.poll() is None
        assert read_state(tmp_path) is None
    finally:
        bystander.kill()
        bystander.wait()


def test_down_finds_the_machine_of_an_up_that_died_before_it_wrote_the_number(
    tmp_path: Path,
) -> None:
    machine = sleeper()
    write_state(tmp_path, LabState(backend="microvm", topology="t", digest="d", marker=MARKER))
    for name in ("initrd", "id_ed25519", "known_hosts", "credentials.yaml"):
        (tmp_path / name).write_text("left over")
    MicroVm(tmp_path).down()
    machine.wait(timeout=5)
    assert [path.name for path in tmp_path.iterdir()] == ["lock"]


def test_down_of_no_lab_and_twice_is_fine(tmp_path: Path) -> None:
    MicroVm(tmp_path / "new").down()
    MicroVm(tmp_path / "new").down()
    assert MicroVm(tmp_path / "new").status() == LabState(backend="microvm")


def test_who_opens_a_lab_twice_logs_in_once_until_it_is_down(tmp_path: Path) -> None:
    ours, other = tmp_path / "ours", tmp_path / "other"
    for number, directory in enumerate((ours, other)):
        directory.mkdir()
        state = LabState(backend="microvm", topology="t", digest="d", marker=f"{MARKER}{number}")
        write_state(directory, state.model_copy(update={"control": ("127.0.0.9", 2222)}))
    channel, of_other = MicroVm(ours)._channel(), MicroVm(other)._channel()
    assert MicroVm(ours)._channel() is channel is not of_other
    MicroVm(ours).down()
    with pytest.raises(LabNotRunningError):
        MicroVm(ours)._channel()
    write_state(ours, state.model_copy(update={"control": ("127.0.0.9", 2222)}))
    assert MicroVm(ours)._channel() is not channel
    assert MicroVm(other)._channel() is of_other
    for directory in (ours, other):
        MicroVm(directory).down()


def test_a_state_file_that_is_garbage_counts_as_none(tmp_path: Path) -> None:
    (tmp_path / "state.json").write_text("{ not json")
    assert read_state(tmp_path) is None


def test_another_topology_is_refused_with_the_way_out(
    backbone: Callable[..., Any], tmp_path: Path
) -> None:
    machine = sleeper()
    try:
        write_state(
            tmp_path,
            LabState(backend="microvm", topology="old", digest="d", pid=machine.pid, marker=MARKER),
        )
        with pytest.raises(LabDiffersError, match=r"lab old runs.*lab down"):
            MicroVm(tmp_path).up(backbone().topology(), progress=ignore)
        assert machine.poll() is None
    finally:
        machine.kill()
        machine.wait()


def test_two_verbs_at_once_are_refused(backbone: Callable[..., Any], tmp_path: Path) -> None:
    with locked(tmp_path), pytest.raises(LabBusyError, match=str(os.getpid())):
        MicroVm(tmp_path).up(backbone().topology(), progress=ignore)


def test_exec_without_a_lab_says_how_to_start_one(tmp_path: Path) -> None:
    with pytest.raises(LabNotRunningError, match="start one with: egovnet lab up"):
        MicroVm(tmp_path).exec("r1", "true")


def test_a_missing_qemu_names_the_line_that_installs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from egovnet.lab.qemu import find_qemu  # noqa: PLC0415 - only this test looks for QEMU

    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ToolMissingError, match=r"apt-get install .*qemu-system-x86"):
        find_qemu()


def test_keys_and_credentials_are_private_and_fit_together(
    backbone: Callable[..., Any], tmp_path: Path
) -> None:
    topology = backbone(edges=2).topology()
    access = make_access(topology, tmp_path, ("127.20.21.2", 2222))
    for name in ("id_ed25519", "known_hosts", "credentials.yaml"):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600
    assert set(access.host_keys) == {"pe1", "pe2", "control"}
    assert "[127.20.21.11]:2222 ssh-ed25519 " in (tmp_path / "known_hosts").read_text()
    assert access.password in (tmp_path / "credentials.yaml").read_text()
    assert make_access(topology, tmp_path, None).password != access.password


def test_memory_grows_with_the_routers_only(backbone: Callable[..., Any]) -> None:
    small = memory_needed(backbone(edges=2).topology())
    large = memory_needed(backbone(edges=20).topology())
    assert small <= 1024 < large < 2048
