"""What the accesses of filtered VPNs may send, as applications and exchanges have it."""

from dataclasses import dataclass

from egovnet.isolation.algebra.packet_sets import PacketSet
from egovnet.isolation.model.platform_edge import DeclaredFlow, error_packets
from egovnet.templates.model.device import AddressFamily, IPAddress


@dataclass(frozen=True, slots=True)
class FilteredAccess:
    """An access of an enforced VPN. `opens`: connections that the site may open; `answers`: those
    that it may answer; each with the site's own part of the prefixes. `ends`: its customer's
    router and the PE, an address of each family for both."""

    name: str
    opens: tuple[DeclaredFlow, ...] = ()
    answers: tuple[DeclaredFlow, ...] = ()
    ends: tuple[tuple[IPAddress, IPAddress], ...] = ()

    def declared(self, family: AddressFamily) -> PacketSet:
        """What its customer may send by the registers."""
        opened = [flow.opening(family) for flow in self.opens]
        answered = [flow.answers(family) for flow in self.answers]
        errors = [
            error_packets(family, self.opens, reply=False),
            error_packets(family, self.answers, reply=True),
        ]
        return PacketSet.union(family, opened + answered + errors)
