"""The lock file is old or new, never half; what egovnet did not write is refused with its line."""

from pathlib import Path

import pytest

from egovnet.inventory.allocation.allocate import Lock
from egovnet.inventory.allocation.lock_file import LOCK_FILE, lock_text, read_lock, write_lock
from egovnet.inventory.errors import InventoryError

LOCK = Lock(
    pools={"vrf/pe1": {"party": 1001, "court/site-10": 1003, "court/site-2": 1002}, "empty": {}},
    retired={"loopback-ipv4": {"old-pe": "10.255.0.9"}},
)


def test_the_text_is_sorted_naturally_and_leaves_empty_pools_out() -> None:
    assert lock_text(LOCK) == (
        "# What egovnet allocated. Written by egovnet, kept under version control;"
        " to renumber one\n# thing, remove its line."
        " Numbers under `retired` are not used again while they stand here.\n"
        "pools:\n"
        "  vrf/pe1:\n"
        "    court/site-2: 1002\n"
        "    court/site-10: 1003\n"
        "    party: 1001\n"
        "retired:\n"
        "  loopback-ipv4:\n"
        "    old-pe: 10.255.0.9\n"
    )


def test_no_file_yet_is_an_empty_lock(tmp_path: Path) -> None:
    assert read_lock(tmp_path) == Lock()


@pytest.mark.parametrize("text", ["", "# only a comment\n", "pools:\n", "pools: {}\nretired: {}\n"])
def test_an_empty_file_is_an_empty_lock(tmp_path: Path, text: str) -> None:
    (tmp_path / LOCK_FILE).write_text(text)
    assert read_lock(tmp_path) == Lock()


def test_unchanged_text_is_not_rewritten(tmp_path: Path) -> None:
    assert write_lock(tmp_path, LOCK)
    before = (tmp_path / LOCK_FILE).stat()
    assert not write_lock(tmp_path, LOCK)
    after = (tmp_path / LOCK_FILE).stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


def test_writing_replaces_the_file_as_a_whole(tmp_path: Path) -> None:
    write_lock(tmp_path, Lock())
    with (tmp_path / LOCK_FILE).open() as reader_of_the_old:
        assert write_lock(tmp_path, LOCK)
        assert reader_of_the_old.read() == lock_text(Lock())
    assert (tmp_path / LOCK_FILE).read_text() == lock_text(LOCK)
    assert [path.name for path in tmp_path.iterdir()] == [LOCK_FILE]


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_lock(tmp_path, LOCK)

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(InventoryError) as caught:
        write_lock(tmp_path, Lock())
    assert str(caught.value) == (
        f"{tmp_path}/plan.lock.yaml: cannot be written: No space left on device -> check rights"
    )
    assert (tmp_path / LOCK_FILE).read_text() == lock_text(LOCK)
    assert [path.name for path in tmp_path.iterdir()] == [LOCK_FILE]


def test_a_directory_in_its_place_is_an_error(tmp_path: Path) -> None:
    (tmp_path / LOCK_FILE).mkdir()
    for attempt in (lambda: read_lock(tmp_path), lambda: write_lock(tmp_path, LOCK)):
        with pytest.raises(InventoryError, match=r"plan\.lock\.yaml: cannot be"):
            attempt()
    assert [path.name for path in tmp_path.iterdir()] == [LOCK_FILE]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- a\n", ":1: not a mapping"),
        ("pools:\n  vlan: [1]\n", ":2: pools.vlan: is not a mapping of names to values"),
        ("pools:\n  vlan: {a: [1]}\n", ":2: pools.vlan: is not a mapping of names to values"),
        ("pools:\n  vlan: {a: yes}\n", ":2: pools.vlan: is not a mapping of names to values"),
        ("pools: {}\nplan: {}\n", ":2: plan: is not a mapping called pools or retired"),
        ("pools:\n  vlan:\n    a: 1\n    a: 2\n", ":4: pools.vlan.a: given twice, first in line 3"),
        ("pools:\n  vlan: {\n", ":3: not YAML"),
        ("pools:\n<<<<<<< HEAD\n  vlan: {}\n", ":2: not YAML: a merge of Git"),
    ],
)
def test_a_broken_lock_file_is_refused_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / LOCK_FILE).write_text(text)
    with pytest.raises(InventoryError) as caught:
        read_lock(tmp_path)
    assert str(caught.value).startswith(f"{tmp_path}/plan.lock.yaml{said}")
