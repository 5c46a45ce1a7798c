"""The address plan: no prefix overlaps another, in any zone."""

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network

from egovnet.inventory.errors import Location, Problem, Report
from egovnet.inventory.model import IPNetwork, Network


@dataclass(frozen=True, slots=True)
class _Claim:
    """A prefix that someone uses, and where that is written."""

    prefix: IPNetwork
    owner: str
    section: str
    location: Location


def check(network: Network, report: Report) -> Iterator[Problem]:
    """One address plan for the whole nation: no prefix overlaps another, in any zone."""
    claims = [
        _Claim(prefix, f"site {name}", "sites", (name, "prefixes", index))
        for name, site in network.sites.items()
        for index, prefix in enumerate(site.prefixes)
    ]
    claims += _backbone_claims(network)
    for family in (IPv4Network, IPv6Network):
        yield from _overlaps([c for c in claims if isinstance(c.prefix, family)], report)


def _backbone_claims(network: Network) -> Iterator[_Claim]:
    backbone = network.backbone
    for field in type(backbone.pools).model_fields:
        pool = getattr(backbone.pools, field)
        if isinstance(pool, IPv4Network | IPv6Network):
            name = field.replace("_", "-")
            yield _Claim(pool, f"pool {name}", "network", ("pools", name))
    yield _Claim(
        backbone.management.prefix, "the management prefix", "network", ("management", "prefix")
    )
    for name, router in network.routers.items():
        for field, address, pool in (
            ("loopback-ipv4", router.loopback_ipv4, backbone.pools.loopback_ipv4),
            ("loopback-ipv6", router.loopback_ipv6, backbone.pools.loopback_ipv6),
        ):
            if address is not None and (pool is None or address not in pool):
                yield _Claim(ip_network(address), f"router {name}", "hosts", (name, "data", field))


def _overlaps(claims: list[_Claim], report: Report) -> Iterator[Problem]:
    ordered = sorted(
        claims,
        key=lambda c: (int(c.prefix.network_address), c.prefix.prefixlen, c.section == "sites"),
    )
    widest: _Claim | None = None
    for claim in ordered:
        if widest is None or claim.prefix.network_address > widest.prefix.broadcast_address:  # type: ignore[operator] # one family
            widest = claim
            continue
        # Sorted prefixes nest or are apart. Said where it is easiest to change: at the site.
        mine, other = (claim, widest)
        if mine.section != "sites" and other.section == "sites":
            mine, other = other, mine
        yield report(
            mine.section,
            mine.location,
            f"{mine.prefix} overlaps {other.prefix} of {other.owner}",
            "one address plan: use a free prefix" if mine.section == "sites" else "move one",
        )
