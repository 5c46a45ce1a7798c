"""The plan of addresses: aggregates that fit their pools, pools that are apart, AS numbers."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from ipaddress import IPv4Network, IPv6Network

from egovnet.inventory.errors import Location, Problem, Report
from egovnet.inventory.model import (
    TIER_ORDER,
    AddressPlan,
    IPNetwork,
    Network,
    NumberRange,
    Tier,
    ZoneName,
)
from egovnet.inventory.model.as_numbers import MAX_ASN, reserved_asn
from egovnet.inventory.model.partial import as_far_as_known
from egovnet.inventory.model.site_pools import is_for


def check(network: Network, report: Report) -> Iterator[Problem]:
    """Yield every problem of the plan."""
    yield from as_far_as_known(_aggregates(network, report))
    yield from as_far_as_known(_site_aggregates(network, report))
    yield from as_far_as_known(_overlaps(network, report))
    yield from as_far_as_known(_empty(network, report))
    yield from as_far_as_known(_of_others(network, report))
    yield from as_far_as_known(_asn_pools(network, report))
    yield from as_far_as_known(_asns(network, report))


def _aggregates(network: Network, report: Report) -> Iterator[Problem]:
    pools = network.backbone.pools
    for pool, lengths in network.backbone.aggregates.items():
        prefix = getattr(pools, pool.replace("-", "_"))
        if prefix is None:
            yield report(
                "network",
                ("aggregates", pool),
                f"aggregates of pool {pool}, which there is none of",
                "leave them out, or add the pool",
            )
            continue
        of_tier = {tier: lengths[tier] for tier in TIER_ORDER if tier in lengths}
        yield from _lengths(
            prefix, pool.length, of_tier, partial(_place, ("aggregates", pool), ()), report
        )


def _site_aggregates(network: Network, report: Report) -> Iterator[Problem]:
    for name, pool in network.backbone.site_pools.items():
        for prefix, family, numbered in (
            (pool.ipv4, "ipv4", pool.sites.ipv4),
            (pool.ipv6, "ipv6", pool.sites.ipv6),
        ):
            lengths = {
                tier: length
                for tier in TIER_ORDER
                if tier in pool.aggregates
                and (length := getattr(pool.aggregates[tier], family)) is not None
            }
            at: Location = ("site-pools", name)
            if prefix is not None and prefix.prefixlen > numbered:
                yield report(
                    "network",
                    (*at, family),
                    f"{prefix} is smaller than the /{numbered} that a site gets",
                    f"widen it, or let sites.{family} be {prefix.prefixlen} or more",
                )
            elif prefix is not None:
                where = partial(_place, (*at, "aggregates"), (family,))
                yield from _lengths(prefix, numbered, lengths, where, report)


def _place(above: Location, below: Location, tier: Tier) -> Location:
    return (*above, tier, *below)


def _lengths(
    prefix: IPNetwork,
    numbered: int,
    lengths: Mapping[Tier, int],
    at: Callable[[Tier], Location],
    report: Report,
) -> Iterator[Problem]:
    widest = prefix.prefixlen
    above = f"the pool {prefix}"
    for tier, length in lengths.items():
        here = at(tier)
        if length < widest:
            found = f"a /{length} for each region of tier {tier} is larger than {above}"
            yield report("network", here, found, f"write {widest} or more")
            continue
        if length > numbered:
            found = f"a /{length} holds none of the /{numbered} that are numbered"
            yield report("network", here, found, f"write {numbered} or less")
            continue
        widest, above = length, f"the /{length} of a region of tier {tier}"


def _overlaps(network: Network, report: Report) -> Iterator[Problem]:
    """Pools for sites are apart from each other, from the backbone's and from management."""
    backbone = network.backbone
    own: list[tuple[IPNetwork, str, Location | None]] = []
    for name, pool in backbone.site_pools.items():
        for family in ("ipv4", "ipv6"):
            prefix = getattr(pool, family)
            if prefix is not None:
                own.append((prefix, f"site pool {name}", ("site-pools", name, family)))
    others: list[tuple[IPNetwork, str, Location | None]] = [
        (value, f"pool {field.replace('_', '-')}", None)
        for field in type(backbone.pools).model_fields
        if isinstance(value := getattr(backbone.pools, field), IPv4Network | IPv6Network)
    ]
    others.append((backbone.management.prefix, "the management prefix", None))
    seen = others
    for prefix, what, at in own:
        for other, whose, _ in seen:
            if prefix.version == other.version and prefix.overlaps(other):
                assert at is not None  # noqa: S101 -- of every pool for sites
                yield report(
                    "network", at, f"{prefix} overlaps {other} of {whose}", "use a free prefix"
                )
                break
        seen = [*seen, (prefix, what, at)]


def _empty(network: Network, report: Report) -> Iterator[Problem]:
    for name, pool in network.backbone.site_pools.items():
        if pool.ipv4 is None and pool.ipv6 is None:
            found = f"site pool {name} has no addresses"
            yield report("network", ("site-pools", name), found, "add ipv4, ipv6 or both")
        if pool.agency is not None and pool.zone is ZoneName.INTRANET:
            agency = network.agencies.get(pool.agency)
            if agency is not None and agency.kind == "department":
                yield report(
                    "network",
                    ("site-pools", name, "agency"),
                    f"{pool.agency} is a department: it has no VPN in the intranet",
                    "name one of the six systems, or let the zone be extranet",
                )


def _of_others(network: Network, report: Report) -> Iterator[Problem]:
    """A site's prefix is in no pool of another zone or agency."""
    pools = list(network.backbone.site_pools.items())
    for name in network.written_sites if pools else ():
        yield from as_far_as_known(_of_site(network, name, report))


def _of_site(network: Network, name: str, report: Report) -> Iterator[Problem]:
    site = network.written_sites[name]
    vpn = network.vpns.get(site.vpn)
    if vpn is None or vpn.address_plan is not AddressPlan.SHARED:
        return
    for index, prefix in enumerate(site.prefixes):
        for pool_name, pool in network.backbone.site_pools.items():
            own = pool.ipv4 if prefix.version == 4 else pool.ipv6
            if own is None or not prefix.overlaps(own):
                continue
            if site.region in network.regions and is_for(pool, network, vpn, site.region):
                continue
            whose = f"agency {pool.agency}, {pool.zone}" if pool.agency else f"the {pool.zone}"
            limits = [*pool.tiers, *pool.regions]
            if limits:
                whose += f", {' and '.join(map(str, limits))}"
            yield report(
                "sites",
                (name, "prefixes", index),
                f"{prefix} is of site pool {pool_name} {own} ({whose})",
                f"propose one of the site's own pool: egovnet allocate site {name} "
                f"--vpn {site.vpn} --region {site.region}",
            )


def _asn_pools(network: Network, report: Report) -> Iterator[Problem]:
    pools = network.backbone.pools
    seen: list[tuple[str, NumberRange]] = [("pool site-asn", pools.site_asn)]
    asn = network.backbone.asn
    for tier, limits in pools.region_asn.items():
        at: Location = ("pools", "region-asn", tier)
        reserved = reserved_asn(limits.first, limits.last)
        overlap = next(
            (what for what, o in seen if o.first <= limits.last and limits.first <= o.last), None
        )
        if limits.last > MAX_ASN:
            found = f"region-asn.{tier} ends at {limits.last}"
            remedy = f"AS numbers end at {MAX_ASN} (RFC 6793, RFC 7300)"
            yield report("network", (*at, "last"), found, remedy)
        elif reserved is not None:
            found = f"region-asn.{tier} holds AS {reserved}"
            yield report("network", at, found, "let it begin after, or end before")
        elif limits.first <= asn <= limits.last:
            found = f"region-asn.{tier} holds the backbone's own AS {asn}"
            yield report("network", at, found, "move it")
        elif overlap is not None:
            found = f"region-asn.{tier} {limits.first}-{limits.last} overlaps {overlap}"
            yield report("network", at, found, "move it: each AS number means one network")
        seen.append((f"region-asn.{tier}", limits))


def _asns(network: Network, report: Report) -> Iterator[Problem]:
    seen: dict[int, str] = {network.backbone.asn: "the backbone"}
    for name in network.regions:
        yield from as_far_as_known(_asn_of(network, name, seen, report))


def _asn_of(network: Network, name: str, seen: dict[int, str], report: Report) -> Iterator[Problem]:
    pools, region = network.backbone.pools, network.regions[name]
    if region.asn is None:
        return
    limits = pools.region_asn.get(region.tier)
    if region.asn in seen:
        found = f"AS {region.asn} is that of {seen[region.asn]}"
        yield report("regions", (name, "asn"), found, "give each network its own")
    elif limits is not None and not limits.first <= region.asn <= limits.last:
        found = (
            f"AS {region.asn} is outside the plan: {limits.first}-{limits.last} for regions "
            f"of tier {region.tier}"
        )
        remedy = "use one of these, or correct pools.region-asn in network.yaml"
        yield report("regions", (name, "asn"), found, remedy)
    elif pools.site_asn.first <= region.asn <= pools.site_asn.last:
        found = f"AS {region.asn} is of pool site-asn"
        yield report("regions", (name, "asn"), found, "use one outside of it")
    seen[region.asn] = f"region {name}"
