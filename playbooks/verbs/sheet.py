"""`sheet`: the hand-over of a site to its own people, by what was allocated."""

from collections.abc import Iterator, Sequence

from egovnet.inventory.access_classes import RULES
from egovnet.inventory.model import Network, PartSite, Site, SiteNetworkAccess
from egovnet.inventory.model.part_sites import written_name
from egovnet.playbooks.core.lost_lock import require_numbers
from egovnet.playbooks.core.provenance import provenance
from egovnet.playbooks.core.selection import UsageError
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.results.outcome import Outcome
from egovnet.playbooks.results.site_sheet import SheetAccess, SheetLink, SiteSheet
from egovnet.playbooks.verbs.register_entries import require_entry
from egovnet.templates.customer_routers.examples import (
    CustomerEnd,
    CustomerLink,
    example,
    vendors,
)
from egovnet.templates.intend.access_ends import access_addresses

#: Payload of a customer's packet: the PE's ports have Ethernet's own MTU (IEEE 802.3).
CUSTOMER_MTU = 1500


def sheet(workspace: Workspace, site: str, routers: Sequence[str] = ()) -> Outcome[SiteSheet]:
    """The sheet of `site`, with examples for `routers` (default: every vendor).

    Raises:
        UsageError: no such site, or no example for a vendor.
        InventoryError: the numbers of the network were lost.
    """
    require_numbers(workspace)
    network = workspace.network.numbered
    # of a site of the platform nobody is to be told: its far end is a firewall of this network
    require_entry("site", site, network.written_sites)
    unknown = [name for name in routers if name not in vendors()]
    if unknown:
        raise UsageError(f"--router {unknown[0]}: there is an example for {', '.join(vendors())}")
    entry = network.sites[site]
    vpn = network.vpns[entry.vpn]
    made = SiteSheet(
        network=network.backbone.name,
        site=site,
        description=entry.description,
        region=network.regions[entry.region].name,
        vpn=vpn.name,
        agency=network.agencies[vpn.owner].name,
        zone=vpn.zone.value,
        contact=network.backbone.contact,
        accesses=tuple(
            _access(workspace, customer_end(workspace, each, name), access, routers or vendors())
            for each, own in _in_all_vpns(network, site)
            for name, access in own.site_network_accesses.items()
        ),
        made=provenance(workspace),
    )
    return Outcome("sheet", made)


def _in_all_vpns(network: Network, site: str) -> Iterator[tuple[str, Site]]:
    """A site in its own VPN, and in those that its access classes join."""
    yield site, network.sites[site]
    for name, entry in network.sites.items():
        if isinstance(entry, PartSite) and entry.of == site:
            yield name, entry


def customer_end(workspace: Workspace, site: str, name: str) -> CustomerEnd:
    """What the customer's router of an access is to be told."""
    network, allocation = workspace.network.numbered, workspace.allocation
    entry = network.sites[site]
    access, label = entry.site_network_accesses[name], f"{site}/{name}"
    ends = access_addresses(allocation, label)
    first = access_addresses(allocation, f"{site}/{next(iter(entry.site_network_accesses))}")
    bgp = access.routing_protocol == "bgp"
    return CustomerEnd(
        site=site,
        access=name,
        vlan=allocation.vlan[label],
        mtu=CUSTOMER_MTU,
        bgp=bgp,
        asn=allocation.site_asn[site] if bgp else None,
        provider_asn=network.backbone.asn,
        router_id=next((str(own.ip) for own in first.ce if own.version == 4), ""),
        links=tuple(
            CustomerLink(
                own,
                theirs.ip,
                tuple(prefix for prefix in entry.prefixes if prefix.version == own.version),
            )
            for theirs, own in zip(ends.pe, ends.ce, strict=True)
            # a customer has no addresses of a family that its network does not have
            if own.version in entry.versions
        ),
        rank=list(entry.site_network_accesses).index(name),
        ttl_security=access.ttl_security,
    )


def _access(
    workspace: Workspace, end: CustomerEnd, access: SiteNetworkAccess, routers: Sequence[str]
) -> SheetAccess:
    network = workspace.network.numbered
    entry = network.sites[end.site]
    vpn = network.vpns[entry.vpn]
    written = network.sites[written_name(end.site, entry)].site_network_accesses[end.access]
    own = written.access_class
    rule = RULES[own] if own is not None else None
    return SheetAccess(
        name=end.access,
        vpn=vpn.name,
        part=vpn.part.value if vpn.part is not None else None,
        access_class=own.value if own is not None else None,
        class_title=rule.title if rule is not None else "",
        own_exit=written.internet_line or ("" if rule is not None and rule.own_exit else None),
        router=access.pe,
        port=access.port,
        vlan=end.vlan,
        mtu=end.mtu,
        routing=access.routing_protocol,
        your_asn=end.asn,
        our_asn=end.provider_asn,
        maximum_prefix=access.maximum_prefix if end.bgp else None,
        priority=access.access_priority if end.bgp else None,
        ttl_security=access.ttl_security,
        state=entry.state_of(end.access).value,
        links=tuple(
            SheetLink(
                f"IPv{link.version}",
                str(link.own),
                str(link.provider),
                tuple(map(str, link.prefixes)),
            )
            for link in end.links
        ),
        examples=tuple(example(vendor, end) for vendor in routers),
    )
