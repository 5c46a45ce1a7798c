"""Prefixes of sites: proposed out of a region's aggregate, never twice, and never moved."""

from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_network
from itertools import pairwise
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from egovnet.inventory.allocation.pool import Values
from egovnet.inventory.allocation.site_prefixes import keep_site_prefixes, proposal, site_plans
from egovnet.inventory.model import Backbone, Network, Region, Site, Vpn
from tests.strategies import BACKBONE

REGIONS = {
    "centre": Region(name="Centre", tier="centre"),
    **{f"p{n}": Region(name=f"P{n}", tier="province", parent="centre") for n in range(1, 6)},
    **{
        f"p{n}c{m}": Region(name=f"C{n}{m}", tier="prefecture", parent=f"p{n}")
        for n in range(1, 6)
        for m in range(1, 3)
    },
}
POOLS = {
    "party": {
        "zone": "intranet",
        "agency": "party",
        "ipv4": "10.16.0.0/14",
        "ipv6": "fde9:10::/32",
        "aggregates": {"province": {"ipv4": 18, "ipv6": 40}, "prefecture": {"ipv4": 20}},
    },
    "cities": {
        "zone": "intranet",
        "tiers": ["prefecture"],
        "ipv4": "10.20.0.0/16",
        "sites": {"ipv4": 26},
        "aggregates": {"prefecture": {"ipv4": 20}},
    },
    "all": {"zone": "intranet", "ipv4": "10.24.0.0/16"},
}
VPNS = {
    name: Vpn.model_validate({"name": name, "zone": "intranet", "owner": name})
    for name in ("party", "court")
}
BACKBONE_WITH_POOLS = Backbone.model_validate(BACKBONE | {"site-pools": POOLS})


@dataclass
class Plan:
    """An inventory's sites, and the lock file's part about them."""

    sites: dict[str, Site] = field(default_factory=dict)
    pools: dict[str, Values] = field(default_factory=dict)
    retired: dict[str, Values] = field(default_factory=dict)

    @property
    def network(self) -> Network:
        return Network.model_construct(
            backbone=BACKBONE_WITH_POOLS,
            regions=REGIONS,
            agencies={},
            routers={},
            circuits={},
            vpns=VPNS,
            sites=self.sites,
            exchanges={},
            applications={},
            levels={},
            day=None,
        )

    def add(self, name: str, vpn: str, region: str) -> list[IPv4Network | IPv6Network]:
        """Propose, keep and write a site, as `allocate site` and `add site` do."""
        network = self.network
        found: list[IPv4Network | IPv6Network] = []
        for fitting in proposal(site_plans(network), VPNS[vpn], region).values():
            plan = fitting[0]
            prefix = plan.free_again(self.retired.get(plan.pool, {}).get(name))
            if prefix is None:
                prefix, blocks, _ = plan.propose(region, self.pools, self.retired)
                assert prefix is not None
                self.pools[f"aggregate/{plan.pool}"] = blocks
            found.append(prefix)
        self.sites = {
            **self.sites,
            name: Site.model_construct(vpn=vpn, region=region, prefixes=tuple(found)),
        }
        self.keep()
        return found

    def remove(self, name: str) -> None:
        self.sites = {each: site for each, site in self.sites.items() if each != name}
        self.keep()

    def keep(self) -> None:
        for kept in keep_site_prefixes(self.network, self.pools, self.retired):
            self.pools[kept.pool], self.retired[kept.pool] = kept.values, kept.retired
            self.pools[kept.aggregate_pool] = kept.aggregates

    def in_order(self) -> None:
        """No two of those that are and those that were have an address in common."""
        held = [
            ip_network(str(value))
            for section in (self.pools, self.retired)
            for pool, values in section.items()
            if pool.startswith("site-")
            for value in values.values()
        ]
        spans = sorted((p.version, int(p[0]), int(p[-1])) for p in held)
        for one, other in pairwise(spans):
            assert one[0] != other[0] or one[2] < other[1]
        for name, site in self.sites.items():
            for prefix in site.prefixes:
                pool = next(p for p, v in self.pools.items() if v.get(name) == str(prefix))
                blocks = self.pools[f"aggregate/{pool}"]
                line = [site.region, REGIONS[site.region].parent or "", "centre"]
                own = next((blocks[region] for region in line if region in blocks), None)
                assert own is None or prefix.subnet_of(ip_network(str(own)))  # type: ignore[arg-type] # one family


@settings(max_examples=2, deadline=None)
@given(st.integers(0, 2**32))
def test_a_thousand_sites_come_and_go(seed: int) -> None:
    chance, plan = Random(seed), Plan()  # noqa: S311 -- no secret
    ever: dict[str, list[IPv4Network | IPv6Network]] = {}
    where: dict[str, tuple[str, str]] = {}
    for step in range(1000):
        name = f"s{chance.randrange(60)}"
        if name in plan.sites:
            plan.remove(name)
        else:
            vpn, region = where.setdefault(
                name, (chance.choice(["party", "court"]), chance.choice(sorted(REGIONS)))
            )
            found = plan.add(name, vpn, region)
            assert ever.setdefault(name, found) == found, "it was renumbered"
        if step % 50 == 0:
            plan.in_order()
    plan.in_order()
