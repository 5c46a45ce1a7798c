import os
import stat
from pathlib import Path

import pytest

from egovnet.lab.access import Access
from egovnet.lab.snapshots import KEPT_SNAPSHOTS, Snapshots, snapshot_key

ACCESS = Access("password", "ssh-ed25519 AAAA egovnet-lab\n", {"r1": "key"}, "client key")


def keep(snapshots: Snapshots, key: str, tmp_path: Path) -> None:
    memory = tmp_path / "memory"
    memory.write_bytes(b"memory of " + key.encode())
    snapshots.keep(key, memory=memory, console="said\n", access=ACCESS, routers={"r1": "digest"})
    assert not memory.exists()


def test_what_was_kept_is_found_whole_and_is_its_owners_alone(tmp_path: Path) -> None:
    snapshots = Snapshots(tmp_path)
    assert snapshots.find("one") is None
    keep(snapshots, "one", tmp_path)
    found = snapshots.find("one")
    assert found is not None
    assert found.memory.read_bytes() == b"memory of one"
    assert (found.console, found.access, found.routers) == ("said\n", ACCESS, {"r1": "digest"})
    for directory in (found.directory, found.directory.parent):
        assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    for file in found.directory.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    found.forget()
    assert snapshots.find("one") is None


def test_a_memory_that_was_altered_or_cut_is_not_whole(tmp_path: Path) -> None:
    snapshots = Snapshots(tmp_path)
    keep(snapshots, "one", tmp_path)
    found = snapshots.find("one")
    assert found is not None and found.memory_is_whole()
    kept = found.memory.read_bytes()
    for other in (kept[:-1], b"M" + kept[1:], b""):
        found.memory.write_bytes(other)
        assert not found.memory_is_whole()
    found.memory.write_bytes(kept)
    (found.directory / "memory.sha256").unlink()
    assert not found.memory_is_whole()


def test_the_longest_unused_go_first(tmp_path: Path) -> None:
    snapshots = Snapshots(tmp_path)
    for number in range(KEPT_SNAPSHOTS):
        keep(snapshots, f"s{number}", tmp_path)
        os.utime(tmp_path / "snapshots" / f"s{number}", (number, number))
    assert snapshots.find("s0") is not None  # used now
    keep(snapshots, "new", tmp_path)
    left = sorted(path.name for path in (tmp_path / "snapshots").iterdir())
    assert left == ["new", "s0", *(f"s{number}" for number in range(2, KEPT_SNAPSHOTS))]


@pytest.mark.parametrize("other", [["a", "bc"], ["ab"], ["ab", "c", ""]])
def test_keys_differ_where_any_part_does(other: list[str]) -> None:
    assert snapshot_key(["ab", "c"]) != snapshot_key(other)
