"""Address plans: no prefix overlaps another of its plan, nor one of the backbone's.

All VPNs share one plan, but for those with plans of their own, which may overlap any other VPN's.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network

from egovnet.inventory.errors import Location, Problem, Report
from egovnet.inventory.model import AddressPlan, IPNetwork, Network, Router, Site, Vpn
from egovnet.inventory.model.partial import as_far_as_known


@dataclass(frozen=True, slots=True)
class _Claim:
    """A prefix that someone uses, and where that is written."""

    prefix: IPNetwork
    owner: str
    #: Of a site's: the VPN that it announces the prefix in.
    vpn: str
    section: str
    location: Location

    def is_the_same(self, other: "_Claim") -> bool:
        """Whether it is what a site announces in two VPNs."""
        return self.section == "sites" and self.owner == other.owner and self.vpn != other.vpn

    @property
    def whose(self) -> str:
        """Who has it, in words."""
        return f"site {self.owner}" if self.section == "sites" else self.owner


#: The plan of all VPNs that have none of their own.
_SHARED = ""
_FREE = "one address plan: use a free prefix"


def check(network: Network, report: Report) -> Iterator[Problem]:
    """Yield every prefix that overlaps another one of its plan. Sorts each plan once."""
    plans: dict[str, list[_Claim]] = {_SHARED: []}
    plan_of = {
        name: plan
        for name, vpn in network.vpns.items()
        for plan in as_far_as_known(_plan_of(name, vpn))
    }
    # of a VPN that is not known, where each that is shares the plan
    usual = _SHARED if set(plan_of.values()) <= {_SHARED} else None
    for name, site in network.sites.items():
        for vpn, claim in as_far_as_known(_claims_of(name, site)):
            plan = plan_of.get(vpn, usual)
            if plan is not None:
                plans.setdefault(plan, []).append(claim)
    for vpn, claim in as_far_as_known(_border_claims(network)):
        plan = plan_of.get(vpn, usual)
        if plan is not None:
            plans.setdefault(plan, []).append(claim)
    pools = list(_pools(network))
    shared = [*plans.pop(_SHARED), *pools, *_loopbacks(network)]
    yield from _of_plan(shared, _FREE, report)
    for vpn, claims in plans.items():
        yield from _of_plan([*claims, *pools], f"use one that is free in VPN {vpn}", report)


def _plan_of(name: str, vpn: Vpn) -> Iterator[str]:
    yield name if vpn.address_plan is AddressPlan.OWN else _SHARED


def _claims_of(name: str, site: Site) -> Iterator[tuple[str, _Claim]]:
    """Prefixes of a site, each with the VPN that it is in."""
    for index, prefix in enumerate(site.prefixes):
        yield site.vpn, _Claim(prefix, name, site.vpn, "sites", (name, "prefixes", index))
    for key, each in site.attachments.items():
        for index, prefix in enumerate(each.prefixes):
            at = (name, "attachments", key, "prefixes", index)
            yield each.vpn, _Claim(prefix, name, each.vpn, "sites", at)


def _border_claims(network: Network) -> Iterator[tuple[str, _Claim]]:
    """What neighbours may announce, and links that they allocated, each with the VPN that it is in.

    What one neighbour may announce in one VPN at several borders is claimed once.
    """
    theirs: dict[tuple[str, str, int], list[_Claim]] = {}
    for name, border in network.borders.items():
        for key, each in border.vpns.items():
            for index, prefix in enumerate(each.accepts):
                at: Location = (name, "vpns", key, "accepts", index)
                claim = _Claim(prefix, f"neighbour {border.neighbor}", each.vpn, "borders", at)
                of = border.neighbor, each.vpn, prefix.version
                theirs.setdefault(of, []).append(claim)
            for index, link in enumerate(each.links):
                at = (name, "vpns", key, "links", index)
                yield each.vpn, _Claim(link, f"a link of border {name}", each.vpn, "borders", at)
    for (_, vpn, _), claims in theirs.items():
        last = -1
        for claim in sorted(
            claims, key=lambda c: (int(c.prefix.network_address), c.prefix.prefixlen)
        ):
            if int(claim.prefix.broadcast_address) > last:
                last = int(claim.prefix.broadcast_address)
                yield vpn, claim


def _pools(network: Network) -> Iterator[_Claim]:
    backbone = network.backbone
    for field in type(backbone.pools).model_fields:
        pool = getattr(backbone.pools, field)
        if isinstance(pool, IPv4Network | IPv6Network):
            name = field.replace("_", "-")
            yield _Claim(pool, f"pool {name}", "", "network", ("pools", name))
    at = ("management", "prefix")
    yield _Claim(backbone.management.prefix, "the management prefix", "", "network", at)


def _loopbacks(network: Network) -> Iterator[_Claim]:
    backbone = network.backbone
    links: set[IPNetwork] = set()
    for name, router in network.routers.items():
        for field, address, pool in (
            ("loopback-ipv4", router.loopback_ipv4, backbone.pools.loopback_ipv4),
            ("loopback-ipv6", router.loopback_ipv6, backbone.pools.loopback_ipv6),
        ):
            if address is not None and (pool is None or address not in pool):
                at = (name, "data", field)
                yield _Claim(ip_network(address), f"router {name}", "", "hosts", at)
        yield from as_far_as_known(_uplink_claims(name, router, links))


def _uplink_claims(name: str, router: Router, links: set[IPNetwork]) -> Iterator[_Claim]:
    """What a gateway has of the Internet: its link, which is not among `links`, and the pool that
    is not its own address.
    """
    uplink = router.uplink
    if uplink is None:
        return
    for index, address in enumerate(uplink.addresses):
        at: Location = (name, "uplink", "addresses", index)
        if address.network not in links:
            yield _Claim(address.network, f"the uplink of {name}", "", "routers", at)
        links.add(address.network)
    own = [address.network for address in uplink.addresses]
    for index, prefix in enumerate(uplink.pool):
        if not any(p.version == prefix.version and p.overlaps(prefix) for p in own):
            at = (name, "uplink", "pool", index)
            yield _Claim(prefix, f"the pool of {name}", "", "routers", at)


def _of_plan(claims: list[_Claim], remedy: str, report: Report) -> Iterator[Problem]:
    for family in (IPv4Network, IPv6Network):
        yield from _overlaps([c for c in claims if isinstance(c.prefix, family)], remedy, report)


def _overlaps(claims: list[_Claim], remedy: str, report: Report) -> Iterator[Problem]:
    ordered = sorted(
        claims,
        key=lambda c: (int(c.prefix.network_address), c.prefix.prefixlen, c.section == "sites"),
    )
    widest: _Claim | None = None
    #: (site, VPN) -> the last one that is in no other of the same.
    of_vpn: dict[tuple[str, str], _Claim] = {}
    for claim in ordered:
        own = of_vpn.get((claim.owner, claim.vpn))
        if own is None or claim.prefix.network_address > own.prefix.broadcast_address:  # type: ignore[operator] # one family
            of_vpn[claim.owner, claim.vpn], own = claim, None
        if widest is None or claim.prefix.network_address > widest.prefix.broadcast_address:  # type: ignore[operator] # one family
            widest = claim
            continue
        # Sorted prefixes nest or are apart. Said where it is easiest to change: at the site.
        mine, other = (claim, widest)
        if mine.section != "sites" and other.section == "sites":
            mine, other = other, mine
        if mine.is_the_same(other):
            if own is None:
                continue
            other = own
        yield report(
            mine.section,
            mine.location,
            f"{mine.prefix} overlaps {other.prefix} of {other.whose}",
            remedy if mine.section == "sites" else "move one",
        )
