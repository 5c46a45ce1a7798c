"""Internet gateways: of an Internet zone, with a provider's link and a pool of their own."""

from collections.abc import Iterator
from ipaddress import ip_network
from itertools import pairwise

from egovnet.inventory.access_classes import joined, shared_exits
from egovnet.inventory.errors import Location, Problem, Report
from egovnet.inventory.model import (
    ExtranetPart,
    Filtering,
    IPNetwork,
    Network,
    Role,
    Topology,
    Uplink,
    Vpn,
)
from egovnet.inventory.model.partial import as_far_as_known
from egovnet.inventory.model.platform_sites import GATEWAYS, gateway_site
from egovnet.inventory.model.usable_addresses import is_unique_local


def check(network: Network, report: Report) -> Iterator[Problem]:
    """Yield every problem of gateways, and of Internet zones."""
    for name in network.routers:
        yield from as_far_as_known(_zone_of(network, name, report))
        yield from as_far_as_known(_link(network, name, report))
        yield from as_far_as_known(_ports(network, name, report))
    for name, vpn in network.vpns.items():
        yield from as_far_as_known(_zone(name, vpn, report))
    yield from as_far_as_known(_addresses(network, report))
    yield from as_far_as_known(_exits(network, report))
    yield from as_far_as_known(_families(network, report))
    yield from as_far_as_known(_translated(network, report))
    yield from as_far_as_known(_names(network, report))


def _zone_of(network: Network, name: str, report: Report) -> Iterator[Problem]:
    uplink = network.routers[name].uplink
    vpn = network.vpns.get(uplink.vpn) if uplink is not None else None
    if uplink is None or vpn is None or vpn.part is ExtranetPart.INTERNET:
        return
    what = f"of the {vpn.zone}" if vpn.part is None else f"of the part {vpn.part}"
    yield report(
        "routers",
        (name, "uplink", "vpn"),
        f"{uplink.vpn} is not an Internet zone but {what}",
        "name a VPN that has part: internet",
    )


def _link(network: Network, name: str, report: Report) -> Iterator[Problem]:
    """The provider's link: one address and one next hop in it, of each family."""
    uplink = network.routers[name].uplink
    if uplink is None:
        return
    for index, address in enumerate(uplink.addresses):
        at = (name, "uplink", "addresses", index)
        if any(one.version == address.version for one in uplink.addresses[:index]):
            found = f"{address} is its second address of IPv{address.version}"
            yield report("routers", at, found, "leave one of them out")
        elif uplink.next_hop(address.version) is None:
            found = f"{address} has no next hop of IPv{address.version}"
            yield report("routers", at, found, "add the provider's address to next-hops")
        if address.version == 4 and not uplink.pool_of(4):
            found = f"{address} is of IPv4, and the pool has no address of it to translate to"
            yield report("routers", at, found, "add one to pool, such as the address itself")
    for index, hop in enumerate(uplink.next_hops):
        at = (name, "uplink", "next-hops", index)
        own = uplink.address(hop.version)
        if any(one.version == hop.version for one in uplink.next_hops[:index]):
            found = f"{hop} is its second next hop of IPv{hop.version}"
            yield report("routers", at, found, "leave one of them out")
        elif own is None:
            found = f"{hop} is of IPv{hop.version}, and it has no address of it"
            yield report("routers", at, found, "add its address on the link to addresses")
        elif hop == own.ip:
            yield report("routers", at, f"{hop} is its own address", "write the provider's")
        elif hop not in own.network:
            found = f"{hop} is outside its link {own.network}"
            yield report("routers", at, found, f"write the provider's address in {own.network}")
    yield from _pool(name, uplink, report)


def _pool(name: str, uplink: Uplink, report: Report) -> Iterator[Problem]:
    for index, prefix in enumerate(uplink.pool):
        at = (name, "uplink", "pool", index)
        own = uplink.address(prefix.version)
        if own is None:
            found = f"{prefix} is of IPv{prefix.version}, and it has no address of it"
            yield report("routers", at, found, "leave it out, or add its address to addresses")
        elif prefix.overlaps(own.network) and prefix != ip_network(own.ip):
            found = f"{prefix} is of its link {own.network}, where nobody answers for it"
            remedy = f"use addresses that the provider routes to {own.ip}, or that address itself"
            yield report("routers", at, found, remedy)

    for version in (4, 6):
        pool = uplink.pool_of(version)
        for one, following in pairwise(pool):
            if int(following.network_address) > int(one.broadcast_address) + 1:
                found = f"{one} and {following} leave addresses out between them"
                remedy = "use addresses that follow each other: sources are translated to one range"
                at = (name, "uplink", "pool", uplink.pool.index(following))
                yield report("routers", at, found, remedy)


def _addresses(network: Network, report: Report) -> Iterator[Problem]:
    """Two gateways may share a provider's link, and have addresses of their own on it."""
    seen: dict[object, str] = {}
    for name, router in network.routers.items():
        for index, address in enumerate(router.uplink.addresses if router.uplink else ()):
            if address.ip in seen:
                at = (name, "uplink", "addresses", index)
                found = f"duplicate address {address.ip}, {seen[address.ip]} has it too"
                yield report("routers", at, found, "give each gateway its own")
            seen.setdefault(address.ip, name)


def _ports(network: Network, name: str, report: Report) -> Iterator[Problem]:
    uplink, attachment = network.routers[name].uplink, network.routers[name].attachment
    if uplink is None:
        return
    at: Location = (name, "uplink", "port")
    if attachment is not None and uplink.port == attachment.port:
        found = f"{uplink.port} is its port towards {attachment.pe}"
        yield report("routers", at, found, "name another port")


def _zone(name: str, vpn: Vpn, report: Report) -> Iterator[Problem]:
    if vpn.part is not ExtranetPart.INTERNET:
        return
    if vpn.vpn_service_topology is Topology.HUB_SPOKE:
        yield report(
            "vpns",
            (name, "vpn-service-topology"),
            "spokes of an Internet zone would reach each other by the default route",
            "leave it out: any-to-any is what it is",
        )
    if vpn.filtering is not Filtering.OPEN:
        yield report(
            "vpns",
            (name, "filtering"),
            f"{vpn.filtering}, and nobody declares what the Internet has",
            "leave it out: what may leave, the gateway filters",
        )


def _exits(network: Network, report: Report) -> Iterator[Problem]:
    """An Internet zone has a gateway that stays."""
    if not network.is_complete("hosts"):
        return
    written = {router.uplink.vpn for router in network.routers.values() if router.uplink}
    if not written <= network.vpns.keys():
        return  # one of them is called otherwise than it was meant
    staying = {
        router.uplink.vpn
        for router in network.routers.values()
        if router.uplink and router.attachment and not router.leaving
        if (pe := network.routers.get(router.attachment.pe)) is None or not pe.leaving
    }
    for name, vpn in network.vpns.items():
        if vpn.part is ExtranetPart.INTERNET and name not in staying:
            yield report(
                "vpns",
                (name, "part"),
                "an Internet zone whose gateways are all leaving"
                if name in written
                else "an Internet zone without a gateway",
                "add a host to hosts.yaml with roles: [gateway], its attachment and its uplink",
            )


def _families(network: Network, report: Report) -> Iterator[Problem]:
    """Gateways of one zone lead the same families out: else one stands in for the other in part."""
    first: dict[str, tuple[str, tuple[int, ...]]] = {}
    for name, router in network.routers.items():
        if router.uplink is None:
            continue
        zone, versions = router.uplink.vpn, router.uplink.versions
        known = first.setdefault(zone, (name, versions))
        if versions and known[1] and versions != known[1]:
            found = f"leads {_listed(versions)} out, and {known[0]} of the same zone "
            found += f"{_listed(known[1])}"
            remedy = "give both the same families: one stands in for the other"
            yield report("routers", (name, "uplink", "addresses"), found, remedy)


def _listed(versions: tuple[int, ...]) -> str:
    return " and ".join(f"IPv{version}" for version in versions)


def _translated(network: Network, report: Report) -> Iterator[Problem]:
    """Unique local addresses leave translated: RFC 4193 section 4.1."""
    for name, router in network.routers.items():
        uplink = router.uplink
        if uplink is None or 6 not in uplink.versions or uplink.pool_of(6):
            continue
        local = next(filter(_is_local, _prefixes(network, uplink.vpn)), None)
        if local is not None:
            found = f"sites of {uplink.vpn} have unique local addresses, such as {local}, "
            found += "and the pool has no IPv6 to translate them to"
            remedy = "add a prefix of IPv6 to it"
            yield report("routers", (name, "uplink", "pool"), found, remedy)


def _prefixes(network: Network, vpn: str) -> Iterator[IPNetwork]:
    """What sites announce in a VPN, by their access classes too."""
    exits = shared_exits(network)
    for site in network.sites.values():
        yield from as_far_as_known(p for p in joined(network, site, exits).get(vpn, ()))


def _is_local(prefix: IPNetwork) -> bool:
    return prefix.version == 6 and is_unique_local(prefix)


def _names(network: Network, report: Report) -> Iterator[Problem]:
    """The zones' sites at their gateways have names, and so has the AS number of those."""
    if not network.with_role(Role.GATEWAY):
        return
    taken = {gateway_site(vpn): f"site of VPN {vpn} at its gateways" for vpn in network.vpns}
    taken[GATEWAYS] = "AS number of Internet gateways in plan.lock.yaml"
    for name in sorted(network.sites.keys() & taken.keys()):
        found = f"is the name of the {taken[name]}"
        yield report("sites", (name,), found, "give the site another name")
