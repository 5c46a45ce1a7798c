"""`verify`: the network as it is now, evaluated; the journal keeps what came of it."""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from egovnet.playbooks.archive.journal_check import (
    JournalAlteredError,
    require_whole_journal_if_any,
)
from egovnet.playbooks.core.lost_lock import require_numbers
from egovnet.playbooks.core.progress import Progress
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.journal.database import is_begun
from egovnet.playbooks.journal.errors import JournalError
from egovnet.playbooks.journal.journal import author
from egovnet.playbooks.journal.records import DONE, FINDINGS, REMEDIATE, VERIFY_ALONE
from egovnet.playbooks.results.outcome import Outcome
from egovnet.playbooks.results.verification import Verification
from egovnet.playbooks.verify.defaults import DEFAULT_CONVERGE
from egovnet.playbooks.verify.packet_source import PacketSource
from egovnet.playbooks.verify.verify import Verifier
from egovnet.playbooks.verify.verifying import Verifying


def verify(
    workspace: Workspace,
    progress: Progress,
    converge: int = DEFAULT_CONVERGE,
    sources: Sequence[PacketSource] = (),
    packetless: Mapping[str, str] = MappingProxyType({}),
) -> Outcome[Verification]:
    """Verify the chosen devices. Exit 0, 4 or 5.

    `packetless` are routers that no packet is sent from or seen on, and why.
    """
    require_numbers(workspace)
    how = Verifying(converge, sources, packetless)
    try:
        found = Verifier(workspace, progress, how).verify()
    finally:
        progress.finish()
    return Outcome("verify", found, found.exit, tuple(_kept(workspace, found)))


def _kept(workspace: Workspace, found: Verification) -> Iterator[str]:
    """Write it to the newest change that the network runs; why it could not be, as a note."""
    try:
        require_whole_journal_if_any(workspace)
        changes = workspace.journal.changes() if is_begun(workspace.state) else []
        done = [c.id for c in changes if c.state == DONE and c.kind != REMEDIATE]
        if done:
            phase = "done" if found.passed else "failed"
            workspace.journal.step(done[-1], VERIFY_ALONE, "*", phase, _detail(workspace, found))
    except (JournalError, JournalAlteredError) as error:
        yield f"the journal does not have this verification: {error}"


def _detail(workspace: Workspace, found: Verification) -> dict[str, Any]:
    chosen = workspace.chosen
    everything = len(chosen) == len(workspace.network.routers)
    return {
        "by": author(),
        "routers": "all" if everything else list(chosen),
        "unreachable": sorted(found.unreachable),
        "findings": [finding.to_dict() for finding in found.findings[:FINDINGS]],
        **found.seen.to_dict(),
    }
