"""What `evidence` prints: what is in the bundle, and what the auditor needs besides."""

from rich.console import Console
from rich.text import Text

from egovnet.playbooks.results.evidence import Evidence


def print_result(console: Console, evidence: Evidence) -> None:
    """Print the counts, and the keys that an auditor should hear of by another way."""
    since = f" since {evidence.since}" if evidence.since else ""
    console.print(Text(f"evidence of {evidence.network}{since}"), style="bold")
    console.print(
        Text(
            f"{evidence.changes} changes, {evidence.statements} statements of persons, "
            f"{evidence.drift_runs} drift runs, {evidence.signatures} signatures"
        )
    )
    if evidence.withheld:
        console.print(Text(f"{evidence.withheld} steps quote a key: their hashes alone are in it"))
    for fingerprint, name in evidence.controllers.items():
        console.print(Text(f"signed with {fingerprint} ({name})"))
    console.print(Text(f"SHA-256 {evidence.sha256}"))
    console.print(Text("tell the auditor these keys by another way; then: sh check.sh"))
