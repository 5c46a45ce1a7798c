"""What `recover --watch` prints: a line an event, on standard output, as it comes."""

import json
import sys

from egovnet.playbooks.results.watch import WatchEvent
from egovnet.playbooks.results.without_secrets import without_secrets


def print_event(event: WatchEvent, *, as_json: bool) -> None:
    """Print one line."""
    shown = without_secrets(event)
    if as_json:
        line = json.dumps(shown.to_dict(), ensure_ascii=False)
    else:
        line = f"{shown.at} {shown.event}: {shown.words}"
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
