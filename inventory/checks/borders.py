"""Borders: a PE's port of its own, one VPN on either side, zones kept, numbers from one side."""

from collections.abc import Iterable, Iterator

from egovnet.inventory.errors import Problem, Report
from egovnet.inventory.model import (
    Border,
    BorderVpn,
    ExtranetPart,
    Filtering,
    Network,
    Numbering,
    Role,
    SiteRole,
    Topology,
)
from egovnet.inventory.model.partial import as_far_as_known
from egovnet.inventory.model.platform_sites import border_site
from egovnet.inventory.model.within import is_within

#: The longest prefixes of a link, by IP version, that have a first and a second host address.
LONGEST_LINK = {4: 30, 6: 126}


def check(network: Network, report: Report) -> Iterator[Problem]:
    """Yield every problem of borders. Linear in them, and in the places that may have their ports.

    That prefixes overlap is `prefixes`' to say.
    """
    if not network.borders:
        return
    for name, border in network.borders.items():
        yield from as_far_as_known(_router(network, name, border, report))
        yield from as_far_as_known(_as_number(network, name, border, report))
        for key, crossing in as_far_as_known(_crossings(border)):
            for found in (_zone, _part, _role, _families, _links, _once, _both_ways):
                yield from as_far_as_known(found(network, (name, key), crossing, report))
            yield from as_far_as_known(_numbers((name, key), border, crossing, report))
            yield from as_far_as_known(_aggregates(network, (name, key), crossing, report))
        yield from as_far_as_known(_vlans(name, border, report))
    yield from as_far_as_known(_ports(network, report))
    yield from as_far_as_known(_neighbors(network, report))
    yield from as_far_as_known(_other_ends(network, report))
    yield from as_far_as_known(_one_to_one(network, report))
    yield from as_far_as_known(_names(network, report))


def _crossings(border: Border) -> Iterator[tuple[str, BorderVpn]]:
    yield from border.vpns.items()


def _router(network: Network, name: str, border: Border, report: Report) -> Iterator[Problem]:
    router = network.routers.get(border.router)
    if router is None:
        return
    if Role.PE not in router.roles:
        roles = ", ".join(sorted(router.roles))
        found = f"{border.router} is not a PE (roles: {roles})"
        yield report("borders", (name, "router"), found, "name a PE: each VPN has a VRF there")
    if router.leaving:
        found = f"{border.router} is leaving"
        yield report("borders", (name, "router"), found, "move the border to another PE")


def _as_number(network: Network, name: str, border: Border, report: Report) -> Iterator[Problem]:
    asn, at = border.neighbor_asn, (name, "neighbor-asn")
    pool = network.backbone.pools.site_asn
    if asn == network.backbone.asn:
        yield report(
            "borders", at, f"AS {asn} is the own backbone", "write the neighbour's AS number"
        )
    elif pool.first <= asn <= pool.last:
        found = f"AS {asn} is in the pool site-asn, {pool.first} to {pool.last}"
        yield report("borders", at, found, "write the neighbour's AS number, or move the pool")
    for site, entry in network.sites.items():
        if entry.asn == asn:
            found = f"AS {asn} is that of site {site}"
            yield report("borders", at, found, "write the neighbour's AS number")


def _zone(
    network: Network, at: tuple[str, str], crossing: BorderVpn, report: Report
) -> Iterator[Problem]:
    vpn = network.vpns.get(crossing.vpn)
    if vpn is not None and vpn.zone != crossing.neighbor_zone:
        yield report(
            "borders",
            (at[0], "vpns", at[1], "neighbor-zone"),
            f"{crossing.neighbor_zone}, and VPN {crossing.vpn} is of the {vpn.zone}",
            "let VPNs of one zone meet: the two zones never do, at no border either",
        )


def _part(
    network: Network, at: tuple[str, str], crossing: BorderVpn, report: Report
) -> Iterator[Problem]:
    vpn = network.vpns.get(crossing.vpn)
    where = (at[0], "vpns", at[1], "vpn")
    if vpn is not None and vpn.part is ExtranetPart.INTERNET:
        found = f"{crossing.vpn} is an Internet zone"
        remedy = "leave it out: each network has an Internet exit of its own"
        yield report("borders", where, found, remedy)
    if vpn is not None and vpn.filtering is Filtering.ENFORCED:
        found = f"VPN {crossing.vpn} is enforced, and no register declares what the neighbour opens"
        remedy = "let the VPN be observed or open, or leave it out"
        yield report("borders", where, found, remedy)


def _role(
    network: Network, at: tuple[str, str], crossing: BorderVpn, report: Report
) -> Iterator[Problem]:
    vpn = network.vpns.get(crossing.vpn)
    if vpn is None:
        return
    meshed = vpn.vpn_service_topology is Topology.ANY_TO_ANY
    if meshed != (crossing.site_role is SiteRole.ANY_TO_ANY):
        yield report(
            "borders",
            (at[0], "vpns", at[1], "site-role"),
            f"{crossing.site_role} in VPN {crossing.vpn}, which is {vpn.vpn_service_topology}",
            f"use {'any-to-any-role' if meshed else 'hub-role or spoke-role'}",
        )


def _families(
    network: Network, at: tuple[str, str], crossing: BorderVpn, report: Report
) -> Iterator[Problem]:
    own = network.backbone.pools.versions
    for key, prefixes in (
        ("accepts", crossing.accepts),
        ("announces", crossing.announces),
        ("links", crossing.links),
    ):
        for index, prefix in enumerate(prefixes):
            if prefix.version not in own:
                yield report(
                    "borders",
                    (at[0], "vpns", at[1], key, index),
                    f"{prefix} is of IPv6, and the network has no pools of it",
                    "leave it out",
                )
    lacking = own - {link.version for link in crossing.links}
    if crossing.links and lacking:
        found = f"no link of {_listed(lacking)}, which the network has"
        remedy = "write the one that the neighbour allocated"
        yield report("borders", (at[0], "vpns", at[1], "links"), found, remedy)


def _links(
    _network: Network, at: tuple[str, str], crossing: BorderVpn, report: Report
) -> Iterator[Problem]:
    """A link has a host address for either side, and there is one of a family."""
    where = (at[0], "vpns", at[1], "links")
    seen: set[int] = set()
    for index, link in enumerate(crossing.links):
        longest = LONGEST_LINK[link.version]
        if link.prefixlen > longest:
            found = f"{link} has no two host addresses"
            yield report("borders", (*where, index), found, f"use a /{longest} or shorter")
        if link.version in seen:
            found = f"{link} is the second link of IPv{link.version}"
            yield report("borders", (*where, index), found, "name one of each family")
        seen.add(link.version)


def _once(
    _network: Network, at: tuple[str, str], crossing: BorderVpn, report: Report
) -> Iterator[Problem]:
    """A prefix is listed once: its parts are let through with it."""
    for key, prefixes in (("accepts", crossing.accepts), ("announces", crossing.announces)):
        ordered = sorted(
            enumerate(prefixes),
            key=lambda each: (each[1].version, int(each[1].network_address), each[1].prefixlen),
        )
        widest = ordered[0][1]
        for index, prefix in ordered[1:]:
            if prefix.version == widest.version and prefix.overlaps(widest):
                found = f"{prefix} is in {widest}, which is listed"
                where = (at[0], "vpns", at[1], key, index)
                yield report("borders", where, found, "leave it out")
            else:
                widest = prefix


def _both_ways(
    _network: Network, at: tuple[str, str], crossing: BorderVpn, report: Report
) -> Iterator[Problem]:
    """Packets come back, and nothing is announced to where it is from."""
    where = (at[0], "vpns", at[1], "announces")
    told = {prefix.version for prefix in crossing.announces}
    if told != crossing.versions:
        found = f"announces {_listed(told)}, and accepts {_listed(crossing.versions)}"
        remedy = "let both be of the same families: else no packet of the other comes back"
        yield report("borders", where, found, remedy)
    for index, prefix in enumerate(crossing.announces):
        same = (p for p in crossing.accepts if p.version == prefix.version)
        if (other := next((p for p in same if p.overlaps(prefix)), None)) is not None:
            found = f"{prefix} overlaps {other}, which is accepted"
            remedy = "let each prefix be on one side: it would be announced to where it is from"
            yield report("borders", (*where, index), found, remedy)


def _aggregates(
    network: Network, at: tuple[str, str], crossing: BorderVpn, report: Report
) -> Iterator[Problem]:
    """An aggregate discards what no more specific route takes: it is wider than any prefix of the
    VPN's sites, and nothing of it is another neighbour's."""
    if not crossing.aggregate:
        return
    held = [
        (prefix, f"site {name}")
        for name, site in network.sites.items()
        if site.vpn == crossing.vpn
        for prefix in site.prefixes
    ]
    theirs = [
        (prefix, f"{border.neighbor} at border {name}")
        for name, border in network.borders.items()
        for each in border.vpns.values()
        if each is not crossing and each.vpn == crossing.vpn
        for prefix in each.accepts
    ]
    for index, prefix in enumerate(crossing.announces):
        where = (at[0], "vpns", at[1], "announces", index)
        for other, whose in held:
            if is_within(prefix, other):
                found = f"the aggregate {prefix} is within {other} of {whose}: it would discard "
                found += "packets to it"
                yield report("borders", where, found, "announce a wider prefix, or no aggregate")
        for other, whose in theirs:
            if prefix.version == other.version and prefix.overlaps(other):
                found = f"the aggregate {prefix} overlaps {other} of {whose}"
                remedy = "announce prefixes of the own sites alone, or no aggregate"
                yield report("borders", where, found, remedy)


def _listed(versions: Iterable[int]) -> str:
    return " and ".join(f"IPv{version}" for version in sorted(versions))


def _numbers(
    at: tuple[str, str], border: Border, crossing: BorderVpn, report: Report
) -> Iterator[Problem]:
    """VLAN and links are written by the side that did not allocate them."""
    given = (("vlan", crossing.vlan is not None), ("links", bool(crossing.links)))
    for key, is_given in given:
        if is_given and border.numbering is Numbering.OURS:
            yield report(
                "borders",
                (at[0], "vpns", at[1], key),
                f"{key} with numbering ours",
                "leave it out: it is allocated, and kept in plan.lock.yaml",
            )
    lacking = [key for key, is_given in given if not is_given]
    if lacking and border.numbering is Numbering.THEIRS:
        yield report(
            "borders",
            (at[0], "vpns", at[1]),
            f"no {' and no '.join(lacking)} with numbering theirs",
            "write what the neighbour allocated",
        )


def _vlans(name: str, border: Border, report: Report) -> Iterator[Problem]:
    holders: dict[int, str] = {}
    for key, crossing in border.vpns.items():
        if crossing.vlan is None:
            continue
        if crossing.vlan in holders:
            at = (name, "vpns", key, "vlan")
            found = f"VLAN {crossing.vlan} is that of {holders[crossing.vlan]}"
            yield report("borders", at, found, "give each VPN its own")
        holders.setdefault(crossing.vlan, key)


def _ports(network: Network, report: Report) -> Iterator[Problem]:
    holders: dict[tuple[str, str], str] = {}
    for name, circuit in network.circuits.items():
        for end in (circuit.a, circuit.b):
            holders.setdefault((end.router, end.port), f"circuit {name}")
    for name, site in network.sites.items():
        for access in site.site_network_accesses.values():
            holders.setdefault((access.pe, access.port), f"site {name}")
    for name, router in network.routers.items():
        if router.attachment is not None:
            place = router.attachment.pe, router.attachment.pe_port
            holders.setdefault(place, f"host {name}")
    for name, border in network.borders.items():
        place = border.router, border.port
        if place in holders:
            yield report(
                "borders",
                (name, "port"),
                f"{border.router} {border.port} is taken by {holders[place]}",
                "use a port that nothing else uses",
            )
        holders.setdefault(place, f"border {name}")


def _neighbors(network: Network, report: Report) -> Iterator[Problem]:
    """A neighbour has one AS number, and no other neighbour has it."""
    asn_of: dict[str, tuple[int, str]] = {}
    name_of: dict[int, tuple[str, str]] = {}
    for name, border in network.borders.items():
        asn, first = asn_of.setdefault(border.neighbor, (border.neighbor_asn, name))
        if asn != border.neighbor_asn:
            found = f"{border.neighbor} is AS {asn} at border {first}"
            remedy = "write one AS number for one neighbour"
            yield report("borders", (name, "neighbor-asn"), found, remedy)
        other, first = name_of.setdefault(border.neighbor_asn, (border.neighbor, name))
        if other != border.neighbor:
            found = f"AS {border.neighbor_asn} is {other} at border {first}"
            yield report("borders", (name, "neighbor"), found, "call one AS by one name")


def _other_ends(network: Network, report: Report) -> Iterator[Problem]:
    """A port of the neighbour's ends one border."""
    holders: dict[tuple[str, str, str], str] = {}
    for name, border in network.borders.items():
        place = border.neighbor, border.neighbor_router, border.neighbor_port
        if place in holders:
            found = f"{border.neighbor_router} {border.neighbor_port} of {border.neighbor} is that "
            found += f"of border {holders[place]}"
            yield report("borders", (name, "neighbor-port"), found, "write the port of this one")
        holders.setdefault(place, name)


def _one_to_one(network: Network, report: Report) -> Iterator[Problem]:
    """A VPN meets one of a neighbour's, and that one meets no other: else two VPNs of either side
    would be one through the other side.
    """
    theirs: dict[tuple[str, str], tuple[str, str]] = {}
    ours: dict[tuple[str, str], tuple[str, str]] = {}
    for name, border in network.borders.items():
        seen: set[str] = set()
        for key, each in border.vpns.items():
            at = (name, "vpns", key, "neighbor-vpn")
            met, first = theirs.setdefault((border.neighbor, each.vpn), (each.neighbor_vpn, name))
            if each.vpn in seen and met == each.neighbor_vpn:
                found = f"VPN {each.vpn} crosses twice"
                yield report("borders", (name, "vpns", key, "vpn"), found, "leave one out")
            elif met != each.neighbor_vpn:
                found = f"VPN {each.vpn} meets {met} of {border.neighbor} at border {first}"
                remedy = "let it meet one: two of theirs would reach each other through it"
                yield report("borders", at, found, remedy)
            seen.add(each.vpn)
            own, first = ours.setdefault((border.neighbor, each.neighbor_vpn), (each.vpn, name))
            if own != each.vpn:
                found = (
                    f"{each.neighbor_vpn} of {border.neighbor} meets VPN {own} at border {first}"
                )
                remedy = "let one VPN meet it: two of yours would reach each other through it"
                yield report("borders", at, found, remedy)


def _names(network: Network, report: Report) -> Iterator[Problem]:
    for name, border in network.borders.items():
        for key, each in border.vpns.items():
            if border_site(name, each.vpn) in network.sites:
                found = f"site {border_site(name, each.vpn)} has the name of its other side"
                remedy = "give the site or the border another name"
                yield report("borders", (name, "vpns", key), found, remedy)
