"""What changes its zone between what the network runs and what it is to be.

The two networks must never meet, and the proof holds texts against the inventory as it is: what
the inventory itself gives from one zone to the other is proved as any other change. So it is found
here: everything that is held on both sides, by its name, place or number, in another zone.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from egovnet.inventory.allocation.allocate import Allocation
from egovnet.inventory.model import AddressPlan, DerivedSite, Network, Site
from egovnet.playbooks.results.zone_change import ZoneChange
from egovnet.templates.model.parts import Part, PartKind, Parts
from egovnet.templates.registry import platform

_SITE = re.compile(r"\bsite ([^\s/]+)/")
#: What tells the VRFs of a VPN's spokes apart.
_NUMBER = re.compile(r"-\d+$")


@dataclass(frozen=True, slots=True)
class Holder:
    """Who has a thing: a VPN of a zone, and a site where it is one's."""

    vpn: str
    zone: str
    site: str = ""


#: (kind, subject) -> its holder.
Holdings = Mapping[tuple[str, str], Holder]
_Held = Iterator[tuple[str, str, Holder]]


def zone_changes(former: Holdings, now: Holdings) -> tuple[ZoneChange, ...]:
    """Everything that both have, of different zones; what follows from a VPN or site that moves
    is told by it."""
    moved = {
        key: (former[key], holder)
        for key, holder in now.items()
        if key in former and former[key].zone != holder.zone
    }
    vpns = {subject for kind, subject in moved if kind == "vpn"}
    sites = {subject for kind, subject in moved if kind == "site"}
    found = []
    for (kind, subject), (old, new) in moved.items():
        if kind != "vpn" and old.vpn == new.vpn and new.vpn in vpns:
            continue
        if kind not in ("vpn", "site") and old.site and old.site == new.site and new.site in sites:
            continue
        found.append(
            ZoneChange(new.vpn, kind, subject, _said(kind, subject, old, new), old.zone, new.zone)
        )
    return tuple(sorted(found))


def _said(kind: str, subject: str, old: Holder, new: Holder) -> str:
    way = f"from the {old.zone} to the {new.zone}"
    if kind == "vpn":
        return f"VPN {subject} moves {way}"
    if kind == "site":
        return f"site {subject} moves {way}: from VPN {old.vpn} to VPN {new.vpn}"
    if kind == "agency":
        return f"agency {subject} moves {way}, with VPN {new.vpn}"
    owner = f"VPN {old.vpn}" + (f", site {old.site}" if old.site else "")
    taker = f"VPN {new.vpn}" + (f", site {new.site}" if new.site else "")
    return f"{_KINDS[kind]} {subject} goes {way}: from {owner} to {taker}"


_KINDS = {
    "port": "port",
    "vrf-name": "VRF",
    "route-target": "route target",
    "vrf-number": "the number of a VRF,",
    "access-prefix": "the addresses of an access,",
    "site-prefix": "prefix",
}


# -- by inventories --------------------------------------------------------------------------------


def held_by_inventory(network: Network, allocation: Allocation) -> Holdings:
    """Everything that an inventory gives to a VPN. Linear in it."""
    return {(kind, subject): holder for kind, subject, holder in _held(network, allocation)}


def _held(network: Network, allocation: Allocation) -> _Held:
    vpns = {name: Holder(name, vpn.zone.value) for name, vpn in network.vpns.items()}
    for name, holder in vpns.items():
        yield "vpn", name, holder
    yield from _agencies(network, vpns)
    for label, number in allocation.route_target.items():
        yield "route-target", f"{network.backbone.asn}:{number}", vpns[label.split("/")[0]]
    for key, vrf in allocation.vrf_name.items():
        yield "vrf-name", f"{key.pe} {vrf}", vpns[key.vpn]
        yield "vrf-number", f"{key.pe} {allocation.vrf_number[key]}", vpns[key.vpn]
    ports: dict[str, set[Holder]] = {}
    for name, site in network.sites.items():
        holder = Holder(site.vpn, vpns[site.vpn].zone, name)
        yield "site", name, holder
        for prefix in site.prefixes if _of_the_plan(network, site) else ():
            yield "site-prefix", str(prefix), holder
        for access_name, access in site.site_network_accesses.items():
            label = f"{name}/{access_name}"
            port = f"{access.pe} {access.port}"
            vlan = allocation.vlan[label]
            yield "port", f"{port} {_tag(vlan)}", holder
            ports.setdefault(port, set()).add(holder)
            for network_ in allocation.access_links(label):
                yield "access-prefix", str(network_), holder
    for port, holders in ports.items():
        # one that several zones share is no zone's; each of its VLANs is
        if len({holder.zone for holder in holders}) == 1:
            yield "port", port, min(holders, key=lambda holder: (holder.vpn, holder.site))


def _of_the_plan(network: Network, site: Site) -> bool:
    """Whether its prefixes are the nation's, so that each has one holder: behind the platform they
    are other VPNs', and those of a VPN with a plan of its own may be others' as well."""
    own = network.vpns[site.vpn].address_plan is AddressPlan.OWN
    return not own and not isinstance(site, DerivedSite)


def _tag(vlan: int | None) -> str:
    return "without a tag" if vlan is None else f"VLAN {vlan}"


def _agencies(network: Network, vpns: Mapping[str, Holder]) -> _Held:
    """An agency whose VPNs are all of one zone."""
    owned: dict[str, list[Holder]] = {}
    for name, vpn in network.vpns.items():
        owned.setdefault(vpn.owner, []).append(vpns[name])
    for agency, holders in owned.items():
        if len({holder.zone for holder in holders}) == 1:
            yield "agency", agency, min(holders, key=lambda holder: holder.vpn)


# -- by texts, where nobody knows what the network was made from ----------------------------------


def held_by_texts(devices: Mapping[str, Parts], network: Network) -> Holdings:
    """What texts give to VRFs, whose zones their names say. What both zones have is neither's."""
    prefixes = {f"{zone.vrf_prefix}-": name.value for name, zone in network.backbone.zones.items()}
    found: dict[tuple[str, str], Holder | None] = {}
    for device, parts in devices.items():
        for kind, subject, holder in _in_text(device, parts, prefixes, network):
            known = found.setdefault((kind, subject), holder)
            if known is not None and known.zone != holder.zone:
                found[kind, subject] = None
    return {key: holder for key, holder in found.items() if holder is not None}


def _in_text(device: str, parts: Parts, prefixes: Mapping[str, str], network: Network) -> _Held:
    for part, statements in parts.items():
        zone = next((zone for prefix, zone in prefixes.items() if part.vrf.startswith(prefix)), "")
        if not zone:
            continue
        holder = Holder(_NUMBER.sub("", part.vrf.split("-", 1)[1]), zone)
        yield "vpn", holder.vpn, holder
        for statement in statements:
            *before, last = statement.split()
            if part.kind is PartKind.TABLE and last.isdigit():
                yield "vrf-number", f"{device} {last}", holder
            elif part.kind is PartKind.TARGETS and "export" in before:
                yield "route-target", last, holder
            elif part.kind is PartKind.MEMBERS:
                words = parts.get(Part(PartKind.WORDS, name=statement), ())
                sites = [site for text in words for site in _SITE.findall(text)]
                own = Holder(holder.vpn, zone, sites[0] if sites else "")
                port = platform(network.routers[device].platform).capabilities.port_of(statement)
                for name in {statement, port}:
                    yield "port", f"{device} {name}", own
                if sites:
                    yield "site", sites[0], own
