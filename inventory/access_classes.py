"""What access classes join, in one table, and what a site is attached to by them.

An attachment is what one access has in one further VPN: a VRF, a VLAN of the access's port, link
addresses, and the prefixes that the site announces there.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from egovnet.inventory.model import ExtranetPart, IPNetwork, Network, Site, SiteNetworkAccess
from egovnet.inventory.model.access_classes import AccessClass
from egovnet.inventory.model.partial import as_far_as_known

_STANDARD = "DB34/T 3607-2020"


@dataclass(frozen=True, slots=True)
class ClassRule:
    """What one class joins. Each joins the public zone."""

    title: str
    #: The least and the most departments' networks.
    departments: tuple[int, int]
    #: Whether it joins the shared Internet exit; None: where the site says so.
    shared_exit: bool | None
    #: Whether the site has an Internet line of its own; None: where the site says so.
    own_exit: bool | None
    source: str

    def joins(self, part: ExtranetPart | None) -> bool:
        """Whether an access of the class may join a VPN of that part."""
        match part:
            case ExtranetPart.PUBLIC:
                return True
            case ExtranetPart.DEPARTMENT:
                return self.departments[1] > 0
            case ExtranetPart.INTERNET:
                return self.shared_exit is not False
            case None:
                return False


_CAMPUS = f"{_STANDARD}; several departments behind one access, as egovnet reads it"
#: No port has more VLANs.
_MANY = 4094
RULES: Mapping[AccessClass, ClassRule] = {
    AccessClass.A: ClassRule("public", (0, 0), False, False, _STANDARD),
    AccessClass.B: ClassRule("public, shared exit", (0, 0), True, False, _STANDARD),
    AccessClass.C: ClassRule("public, own exit", (0, 0), False, True, _STANDARD),
    AccessClass.D: ClassRule("public, private, shared exit", (1, 1), True, False, _STANDARD),
    AccessClass.E: ClassRule("public, private, own exit", (1, 1), False, True, _STANDARD),
    AccessClass.F: ClassRule("campus", (2, _MANY), None, None, _CAMPUS),
}


def vpns_of_part(network: Network, part: ExtranetPart) -> tuple[str, ...]:
    """VPNs of one part of the extranet, in the inventory's order."""
    return tuple(name for name, vpn in network.vpns.items() if vpn.part is part)


def part_of(network: Network, vpn: str) -> ExtranetPart | None:
    """Which part of the extranet a VPN is; None: none, or there is no such VPN."""
    return network.vpns[vpn].part if vpn in network.vpns else None


def shared_exits(network: Network) -> tuple[str, ...] | None:
    """VPNs that are Internet zones, for those who ask for many sites; None: not all are known."""
    known = as_far_as_known(vpns_of_part(network, ExtranetPart.INTERNET) for _ in range(1))
    return next(known, None)


def attachments(
    network: Network,
    site: Site,
    access: SiteNetworkAccess,
    exits: tuple[str, ...] | None = None,
) -> dict[str, tuple[IPNetwork, ...]]:
    """VPN -> what the site announces there by one access, beside the site's own VPN.

    Towards a shared exit that the site does not name it has what it has in the public zone.
    """
    if access.access_class is None:
        return {}
    rule = RULES[access.access_class]
    found = {
        each.vpn: each.prefixes
        for each in site.attachments.values()
        if rule.joins(part_of(network, each.vpn))
    }
    if not rule.shared_exit:
        return found
    if exits is None:
        exits = vpns_of_part(network, ExtranetPart.INTERNET)
    if len(exits) == 1 and exits[0] not in found:
        found[exits[0]] = public_prefixes(network, site)
    return found


def public_prefixes(network: Network, site: Site) -> tuple[IPNetwork, ...]:
    """What a site announces in the public zone."""
    if part_of(network, site.vpn) is ExtranetPart.PUBLIC:
        return site.prefixes
    return tuple(
        prefix
        for each in site.attachments.values()
        if part_of(network, each.vpn) is ExtranetPart.PUBLIC
        for prefix in each.prefixes
    )


def joined(
    network: Network, site: Site, exits: tuple[str, ...] | None = None
) -> dict[str, tuple[IPNetwork, ...]]:
    """VPN -> what a site announces there: its own VPN, and those of all its accesses."""
    found = {site.vpn: site.prefixes}
    for access in site.site_network_accesses.values():
        found |= attachments(network, site, access, exits)
    return found


def classes_of(site: Site) -> Iterator[tuple[str, SiteNetworkAccess, AccessClass]]:
    """(name, access, class) of each access that has one."""
    for name, access in site.site_network_accesses.items():
        if access.access_class is not None:
            yield name, access, access.access_class
