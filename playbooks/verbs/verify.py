"""`verify`: the network as it is now, evaluated."""

from collections.abc import Sequence

from egovnet.playbooks.core.lost_lock import require_lock
from egovnet.playbooks.core.progress import Progress
from egovnet.playbooks.core.workspace import Workspace
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
) -> Outcome[Verification]:
    """Verify the chosen devices. Exit 0, 4 or 5."""
    require_lock(workspace)
    try:
        found = Verifier(workspace, progress, Verifying(converge, sources)).verify()
    finally:
        progress.finish()
    return Outcome("verify", found, found.exit)
