"""What accesses may send: of filtered VPNs, as the registers have it, and at borders as agreed."""

from dataclasses import dataclass

from egovnet.inventory.model import IPNetwork
from egovnet.isolation.algebra.packet_sets import PacketSet
from egovnet.isolation.algebra.prefix_sets import family_of
from egovnet.isolation.model.platform_edge import DeclaredFlow, error_packets
from egovnet.templates.model.device import AddressFamily, IPAddress
from egovnet.templates.model.packet_filter import PacketRule


@dataclass(frozen=True, slots=True)
class FilteredAccess:
    """An access of an enforced VPN. `opens`: connections that the site may open; `answers`: those
    that it may answer; each with the site's own part of the prefixes. `ends`: its customer's
    router and the PE, an address of each family for both."""

    name: str
    opens: tuple[DeclaredFlow, ...] = ()
    answers: tuple[DeclaredFlow, ...] = ()
    ends: tuple[tuple[IPAddress, IPAddress], ...] = ()
    #: At a border: (sources, targets) between which everything passes, whoever opened it: the other
    #: direction may take another border, where this router sees none of it.
    between: tuple[tuple[tuple[IPNetwork, ...], tuple[IPNetwork, ...]], ...] = ()

    def declared(self, family: AddressFamily) -> PacketSet:
        """What its customer may send by the registers."""
        opened = [flow.opening(family) for flow in self.opens]
        answered = [flow.answers(family) for flow in self.answers]
        errors = [
            error_packets(family, self.opens, reply=False),
            error_packets(family, self.answers, reply=True),
        ]
        return PacketSet.union(family, opened + answered + errors + self._freely(family))

    def _freely(self, family: AddressFamily) -> list[PacketSet]:
        found = []
        for pair in self.between:
            sources, targets = (tuple(p for p in end if family_of(p) == family) for end in pair)
            if sources and targets:
                rule = PacketRule("accept", family=family, sources=sources, targets=targets)
                found.append(PacketSet.of(family, rule))
        return found
