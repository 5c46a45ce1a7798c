"""Every file of a drift run says when, by whom, with what and of what it was made."""

import json
from dataclasses import replace

import pytest

from egovnet.playbooks.report.files.drift_files import drift_files
from tests.playbooks.drift_reports import CLEAN, MADE

FILES = drift_files(CLEAN)


@pytest.mark.parametrize("file", FILES)
def test_each_file_names_digests_author_and_version(file: str) -> None:
    for value in (MADE.short_inventory, MADE.short_texts, MADE.author, MADE.version):
        assert value in FILES[file]
    assert json.loads(FILES["drift.json"])["made"] == MADE.to_dict()


def test_without_them_the_files_are_whole() -> None:
    files = drift_files(replace(CLEAN, made=None))
    assert files.keys() == FILES.keys()
    assert "li wei" not in "".join(files.values())
