"""Write the files of `--report DIR`: each is old or new, never half."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from egovnet.playbooks.core.output_file import (
    PUBLIC,
    PUBLIC_DIRECTORY,
    make_directory,
    write_outputs,
)

if TYPE_CHECKING:
    from egovnet.playbooks.results.change_report import ChangeReport
    from egovnet.playbooks.results.outcome import AnyOutcome


def write_files(directory: Path, texts: Mapping[str, str]) -> list[Path]:
    """Write `texts` (name -> text) into `directory`, which is made, and return their paths.

    All are written beside their places first, and then each takes its place at once: a reader, or
    a collector of metrics, never sees a part of one. Reports hold no secret, and others read them.

    Raises:
        UsageError: a file cannot be written; names the file and the reason.
    """
    make_directory(directory, mode=PUBLIC_DIRECTORY, what="; the report cannot be written")
    paths = {directory / name: text for name, text in texts.items()}
    write_outputs(paths, mode=PUBLIC, what="the report ")
    return list(paths)


def with_files(outcome: "AnyOutcome", directory: Path, texts: Mapping[str, str]) -> "AnyOutcome":
    """The outcome of a verb whose report was written: it says where.

    Raises:
        UsageError: as `write_files`.
    """
    return replace(outcome, written=tuple(map(str, write_files(directory, texts))))


def write_change_report(directory: Path, report: "ChangeReport") -> tuple[str, ...]:
    """Write the report of a change without the keys that its differences may hold; its paths.

    Raises:
        UsageError: a file cannot be written; names the file and the reason.
    """
    from egovnet.playbooks.report.files.change_files import change_files
    from egovnet.playbooks.results.without_secrets import without_secrets

    return tuple(map(str, write_files(directory, change_files(without_secrets(report)))))
