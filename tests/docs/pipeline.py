"""The template repository's pipeline, a job at a time as a runner does it; and a GitLab."""

import shutil
import threading
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import yaml

from tests.docs.blocks import ROOT

TEMPLATE = ROOT / "docs" / "province"
#: Before pytest: the plugin by its module, also where what is installed is of before it.
PLUGGED_IN = "PYTEST_DISABLE_PLUGIN_AUTOLOAD=1 PYTEST_PLUGINS=egovnet.playbooks.lab_tests.plugin"
#: Keys of the pipeline that are no jobs.
_NO_JOBS = ("stages", "default")


def jobs() -> dict[str, dict[str, Any]]:
    """Every job by its name."""
    pipeline = yaml.safe_load((TEMPLATE / ".gitlab-ci.yml").read_text(encoding="utf-8"))
    return {
        name: job
        for name, job in pipeline.items()
        if name not in _NO_JOBS and not name.startswith(".")
    }


def script(name: str) -> str:
    """What a runner gives to a shell: the lines, and the first that fails ends it."""
    return "\n".join(["set -e", *jobs()[name]["script"]])


@contextmanager
def gitlab() -> Iterator[tuple[dict[str, str], list[tuple[str, str, str]]]]:
    """(variables of a pipeline, (path, token, comment) of each comment that came)."""
    heard: list[tuple[str, str, str]] = []

    class Api(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            given = self.rfile.read(int(self.headers["Content-Length"])).decode()
            body = urllib.parse.parse_qs(given)["body"][0]
            heard.append((self.path, self.headers["PRIVATE-TOKEN"], body))
            self.send_response(201)
            self.end_headers()

        def log_message(self, *_words: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Api) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        variables = {
            "CI_API_V4_URL": f"http://127.0.0.1:{server.server_port}/api/v4",
            "CI_PROJECT_ID": "7",
            "CI_MERGE_REQUEST_IID": "3",
            "COMMENT_TOKEN": "made-up",
        }
        try:
            yield variables, heard
        finally:
            server.shutdown()


def copy_of(directory: Path) -> Path:
    """The template where it is used; its inventory is put there by who uses it."""
    return Path(shutil.copytree(TEMPLATE, directory))
