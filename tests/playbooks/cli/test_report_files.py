"""Files of `--report`: each old or new, never half."""

import json
import os
import stat
import threading
from pathlib import Path

import pytest

from egovnet.playbooks.cli.report_files import write_files
from egovnet.playbooks.core.selection import UsageError
from egovnet.playbooks.report.files.drift_files import drift_files
from egovnet.playbooks.report.files.drift_metrics import drift_metrics
from tests.playbooks.drift_reports import (
    CLEAN,
    LEAKING,
)

NAMES = ["drift.html", "drift.json", "drift.md", "drift.prom", "drift.xml"]


def test_the_files_are_written_and_nothing_is_left_beside(tmp_path: Path) -> None:
    directory = tmp_path / "a" / "b"
    for report in (CLEAN, LEAKING):
        written = write_files(directory, drift_files(report))
        assert sorted(path.name for path in written) == NAMES
        assert sorted(path.name for path in directory.iterdir()) == NAMES
        assert json.loads((directory / "drift.json").read_text()) == json.loads(
            json.dumps(report.to_dict())
        )
        assert "</html>" in (directory / "drift.html").read_text(encoding="utf-8")
    mask = os.umask(0o22)
    os.umask(mask)
    mode = stat.S_IMODE((directory / "drift.prom").stat().st_mode)
    assert mode == 0o666 & ~mask  # a collector of another user reads it


def test_a_reader_never_sees_half(tmp_path: Path) -> None:
    write_files(tmp_path, drift_files(LEAKING))
    seen: set[str] = set()
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            seen.add((tmp_path / "drift.prom").read_text(encoding="utf-8"))

    reader = threading.Thread(target=read)
    reader.start()
    try:
        for report in (CLEAN, LEAKING) * 15:
            write_files(tmp_path, drift_files(report))
    finally:
        done.set()
        reader.join()
    assert seen == {drift_metrics(report) for report in (CLEAN, LEAKING)}


def test_what_cannot_be_written_is_named_and_the_old_is_kept(tmp_path: Path) -> None:
    write_files(tmp_path, drift_files(CLEAN))
    (tmp_path / "drift.md").unlink()
    (tmp_path / "drift.md").mkdir()
    with pytest.raises(UsageError, match=r"drift\.md: the report cannot be written: Is a dir"):
        write_files(tmp_path, drift_files(LEAKING))
    assert sorted(path.name for path in tmp_path.iterdir()) == NAMES
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(UsageError, match=r"file: cannot be made: File exists"):
        write_files(file, drift_files(CLEAN))
    with pytest.raises(UsageError, match=r"file/in: cannot be made: Not a directory"):
        write_files(file / "in", drift_files(CLEAN))
