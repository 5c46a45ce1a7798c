"""The files of a drift run, as texts: a page, JSON, JUnit, Markdown and metrics."""

import json

from egovnet.playbooks.report.files.drift_junit import drift_junit
from egovnet.playbooks.report.files.drift_markdown import drift_markdown
from egovnet.playbooks.report.files.drift_metrics import drift_metrics
from egovnet.playbooks.report.html.drift_page import drift_page
from egovnet.playbooks.results.drift_report import DriftReport


def drift_files(report: DriftReport) -> dict[str, str]:
    """Name -> text of drift.{html,json,xml,md,prom}."""
    return {
        "drift.html": drift_page(report),
        "drift.json": json.dumps(report.to_dict(), indent=2, default=str) + "\n",
        "drift.xml": drift_junit(report),
        "drift.md": drift_markdown(report),
        "drift.prom": drift_metrics(report),
    }
