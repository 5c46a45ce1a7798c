"""The files of `plan --report` and `show --report`: a page, Markdown, JUnit, and the object."""

import json

from egovnet.playbooks.report.files.change_junit import change_junit
from egovnet.playbooks.report.files.change_markdown import change_markdown
from egovnet.playbooks.report.html.change_page import change_page
from egovnet.playbooks.results.change_report import ChangeReport


def change_files(report: ChangeReport) -> dict[str, str]:
    """Name -> text of change.{html,md,xml,json}."""
    return {
        "change.html": change_page(report),
        "change.md": change_markdown(report),
        "change.xml": change_junit(report),
        "change.json": json.dumps(report.to_dict(), indent=2, default=str) + "\n",
    }
