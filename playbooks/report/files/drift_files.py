"""The files of a night: a page, JSON, JUnit, Markdown and metrics; each old or new, never half."""

import json
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from egovnet.inventory.model import Network
from egovnet.playbooks.core.selection import UsageError
from egovnet.playbooks.report.files.drift_junit import drift_junit
from egovnet.playbooks.report.files.drift_markdown import drift_markdown
from egovnet.playbooks.report.files.drift_metrics import drift_metrics
from egovnet.playbooks.report.html.drift_page import drift_page
from egovnet.playbooks.results.drift_report import Night


def write_drift_reports(night: Night, network: Network, directory: Path) -> list[Path]:
    """Write `directory`/drift.{html,json,xml,md,prom} and return their paths.

    All are written beside their places first, and then each takes its place at once: a reader, or
    a collector of metrics, never sees a part of one.

    Raises:
        UsageError: a file cannot be written; says which, and why.
    """
    texts = {
        "drift.html": drift_page(night, network),
        "drift.json": json.dumps(night.data(), indent=2, default=str) + "\n",
        "drift.xml": drift_junit(night),
        "drift.md": drift_markdown(night),
        "drift.prom": drift_metrics(night, network),
    }
    _make(directory)
    # a collector reads *.prom: the name beside has another ending
    beside = {directory / name: directory / f".{name}.{os.getpid()}.partial" for name in texts}
    path = directory
    try:
        for path, partial in beside.items():
            with partial.open("w", encoding="utf-8") as file:
                file.write(texts[path.name])
                file.flush()
                os.fsync(file.fileno())
        for path, partial in beside.items():
            partial.replace(path)
    except OSError as error:
        raise UsageError(f"{path}: the report cannot be written: {error.strerror}") from error
    finally:
        _remove(beside.values())
    return list(beside)


def _make(directory: Path) -> None:
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{directory}: cannot be made: {error.strerror}") from error


def _remove(partials: Iterable[Path]) -> None:
    """What is left when a file could not be written."""
    for partial in partials:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
