"""Put a Markdown file on the merge request of this pipeline, as a comment: comment.py FILE."""

import os
import sys
import urllib.parse
import urllib.request
from pathlib import Path

#: GitLab takes a million characters.
MOST = 900_000


def main(file: str) -> None:
    text = Path(file).read_text(encoding="utf-8")
    if len(text) > MOST:
        text = text[:MOST] + "\n\n... the rest is in the job's artifacts\n"
    project, number = os.environ["CI_PROJECT_ID"], os.environ["CI_MERGE_REQUEST_IID"]
    request = urllib.request.Request(
        f"{os.environ['CI_API_V4_URL']}/projects/{project}/merge_requests/{number}/notes",
        urllib.parse.urlencode({"body": text}).encode(),
        {"PRIVATE-TOKEN": os.environ["COMMENT_TOKEN"]},
    )
    urllib.request.urlopen(request, timeout=30)


main(*sys.argv[1:])
