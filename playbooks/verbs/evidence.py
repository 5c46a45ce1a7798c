"""`evidence`: what the journal has since a time, as a bundle that an auditor checks by himself."""

import hashlib
from datetime import UTC, datetime
from pathlib import Path

from egovnet.playbooks.archive import bundle_check
from egovnet.playbooks.archive.catch_up import sign_missing
from egovnet.playbooks.archive.evidence_bundle import evidence_bundle, packed
from egovnet.playbooks.archive.journal_check import JournalAlteredError, check_journal
from egovnet.playbooks.core.output_file import Holds, check_output, write_output
from egovnet.playbooks.core.selection import UsageError
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.results.evidence import Evidence
from egovnet.playbooks.results.outcome import Outcome
from egovnet.playbooks.signatures.controller_key import ControllerKey


def evidence(workspace: Workspace, output: Path, since: str | None = None) -> Outcome[Evidence]:
    """Write the bundle to `output`: a zip where it is named so, else a tar.

    Raises:
        UsageError: `since` is no time, or the file cannot be written.
        JournalAlteredError: the journal is not as it was written: it is evidence of nothing else.
        SigningError: the bundle cannot be signed.
    """
    moment = None if since is None else _moment(since)
    check_output(output, Holds.EVIDENCE, what="the bundle ")
    journal = workspace.journal
    notes = sign_missing(workspace)
    checked = check_journal(workspace)
    if checked.listed:
        raise JournalAlteredError(checked.listed)
    if checked.older:
        notes = (*notes, f"{checked.older} changes are older than signatures, and are not signed")
    bundle = evidence_bundle(workspace, moment)
    content = packed(bundle.files, as_zip=output.suffix == ".zip")
    write_output(output, content, Holds.EVIDENCE, what="the bundle ")
    parts = bundle.parts
    signers = (journal.key or ControllerKey(workspace.state)).controllers().signers
    result = Evidence(
        network=journal.network,
        journal=journal.name,
        since=parts["marks"]["since"],
        changes=len(parts["changes"]),
        steps=len(parts["steps"]),
        withheld=sum(bool(step.get("withheld")) for step in parts["steps"]),
        statements=len(list(bundle_check.approvals(parts["steps"]))),
        drift_runs=len(parts["runs"]),
        signatures=len(parts["signatures"]),
        controllers={signer.key.fingerprint: signer.principals for signer in signers},
        sha256=hashlib.sha256(content).hexdigest(),
    )
    return Outcome("evidence", result, notes=notes, written=(str(output),))


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(
            f"--since {text}: is not a time; write 2026-11-30 or 2026-11-30T08:00+08:00"
        ) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
