"""How a network is verified."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.verify.defaults import DEFAULT_CONVERGE
from egovnet.playbooks.verify.packet_source import PacketSource
from egovnet.playbooks.verify.probe_plan import Former


@dataclass(frozen=True)
class Verifying:
    """How a network is verified, by itself or at a change's end."""

    #: Seconds that routing may take to converge.
    converge: int = DEFAULT_CONVERGE
    #: Who sends packets beside the PEs' VRFs.
    sources: Sequence[PacketSource] = ()
    #: Routers that no packet is sent from or seen on, and why: who runs them says so. What that
    #: would show is reported as not possible, and the control plane decides.
    packetless: Mapping[str, str] = field(default_factory=dict)
    #: Sites that need not be reached.
    excused: frozenset[str] = frozenset()
    #: The network that is to be there after a change; None: the one that the plan is made from.
    network: Workspace | None = None
    #: The network that was there before: what it had and is there no longer must be silent. None:
    #: what the journal knows of it.
    former: Former | None = None


AS_USUAL = Verifying()
