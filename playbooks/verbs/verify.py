"""`verify`: the network as it is now, evaluated."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

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
    packetless: Mapping[str, str] = MappingProxyType({}),
) -> Outcome[Verification]:
    """Verify the chosen devices. Exit 0, 4 or 5.

    `packetless` are routers that no packet is sent from or seen on, and why.
    """
    require_lock(workspace)
    how = Verifying(converge, sources, packetless)
    try:
        found = Verifier(workspace, progress, how).verify()
    finally:
        progress.finish()
    return Outcome("verify", found, found.exit)
