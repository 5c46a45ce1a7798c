"""`rollout.yaml` of an inventory: implementation plans of regions, with the days that they promise.

```yaml
plans:
  guangdong-2027:          # by a name of your own
    region: guangdong      # its plan: for all sites in it and below it
    document: Guangdong e-government office [2026] 31
    approved-by: Zhang Wei
    approved-on: 2026-03-02
    target: 2027-12-31     # the last day by which all of these sites are in service
    tiers: {prefecture: 2027-06-30}
    vpns: {taxation: 2027-03-31}
    sites: {tax-guangzhou: 2026-12-31}
```

A region without a plan has that of the region above it. In a plan, what it says of a site goes
before what it says of its VPN, that before its tier, and that before `target`; where a plan says
nothing of a site, the one above does.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Annotated

from pydantic import Field, model_validator

from egovnet.inventory.errors import Problem
from egovnet.inventory.model import Closed, Name, Network, Tier, VpnId
from egovnet.inventory.model.annotations import about
from egovnet.inventory.model.primitives import RegionName, refusal
from egovnet.inventory.model.shown import did_you_mean
from egovnet.inventory.model.sites import Site
from egovnet.inventory.model.validity import ApprovedBy, ApprovedOn, Day, Stated
from egovnet.inventory.register import Register
from egovnet.inventory.source.closed_file import problem_at
from egovnet.inventory.source.yaml_source import Document

FILE = "rollout.yaml"


class ImplementationPlan(Closed):
    """What a region promises: by which day its sites are in service."""

    region: Annotated[
        RegionName, about("Region whose plan it is, with all that is below it.", "guangdong")
    ]
    document: Annotated[
        Stated, about("The paper that it stands in.", "Guangdong e-government office [2026] 31")
    ]
    approved_by: ApprovedBy
    approved_on: ApprovedOn
    target: Annotated[
        Day | None,
        about("The last day by which all sites are in service.", date(2027, 12, 31)),
    ] = None
    tiers: Annotated[
        dict[Tier, Day],
        about("The same, of sites in regions of a tier.", {"prefecture": date(2027, 6, 30)}),
    ] = Field(default_factory=dict)
    vpns: Annotated[
        dict[VpnId, Day], about("The same, of sites of a VPN.", {"taxation": date(2027, 3, 31)})
    ] = Field(default_factory=dict)
    sites: Annotated[
        dict[Name, Day], about("The same, of a site.", {"tax-guangzhou": date(2026, 12, 31)})
    ] = Field(default_factory=dict)

    def target_of(self, name: str, site: Site, tier: Tier) -> date | None:
        """The day that it promises of a site in a region of `tier`; None: it says nothing of it."""
        return (
            self.sites.get(name) or self.vpns.get(site.vpn) or self.tiers.get(tier) or self.target
        )

    @model_validator(mode="after")
    def _promises_something(self) -> "ImplementationPlan":
        if self.target is None and not (self.tiers or self.vpns or self.sites):
            raise refusal("no day", "say target, or days of tiers, vpns or sites", "target")
        return self


class Rollout(Closed):
    """All implementation plans; without the file, none."""

    plans: Annotated[
        dict[Name, ImplementationPlan],
        about(
            "Implementation plans, by a name of your own.",
            {
                "guangdong-2027": {
                    "region": "guangdong",
                    "document": "Guangdong e-government office [2026] 31",
                    "approved-by": "Zhang Wei",
                    "approved-on": date(2026, 3, 2),
                    "target": date(2027, 12, 31),
                }
            },
        ),
    ] = Field(default_factory=dict)


@dataclass(frozen=True)
class Target:
    """A day that a plan promises."""

    day: date
    plan: str


@dataclass(frozen=True)
class Targets:
    """What the plans promise of each site of a network."""

    rollout: Rollout
    network: Network

    @cached_property
    def _by_region(self) -> dict[str, str]:
        return {plan.region: name for name, plan in self.rollout.plans.items()}

    def of(self, name: str, site: Site) -> Target | None:
        """The day by which a site is to be in service: by the plan of the nearest region that says
        something of it; None: no plan does."""
        tier = self.network.regions[site.region].tier
        seen: set[str] = set()
        region: str | None = site.region
        while region is not None and region not in seen:
            seen.add(region)
            plan = self._by_region.get(region)
            if plan is not None:
                day = self.rollout.plans[plan].target_of(name, site, tier)
                if day is not None:
                    return Target(day, plan)
            region = self.network.regions[region].parent
        return None


def _cross_checks(rollout: Rollout, document: Document, network: Network) -> Iterator[Problem]:
    sites = network.sites
    whose: dict[str, str] = {}
    for name, plan in rollout.plans.items():
        place = ("plans", name)
        region = plan.region
        known = network.is_complete("regions")
        if region in whose:
            found = f"region {region} has a plan already: {whose[region]}"
            remedy = "say in one plan what both do"
            yield problem_at(document, (*place, "region"), found, remedy)
        whose.setdefault(region, name)
        for vpn in plan.vpns if network.is_complete("vpns") else ():
            if vpn not in network.vpns:
                found = f"no VPN {vpn} in the inventory"
                remedy = f"{did_you_mean(vpn, network.vpns)}name one of vpns.yaml"
                yield problem_at(document, (*place, "vpns", vpn), found, remedy)
        within = network.regions_within(region) if region in network.regions else frozenset()
        for site in plan.sites if network.is_complete("sites") else ():
            if site not in sites:
                found = f"no site {site} in the inventory"
                remedy = f"{did_you_mean(site, sites)}name one of sites/*.yaml"
            elif region in network.regions and known and sites[site].region not in within:
                found = f"site {site} is in region {sites[site].region}, not in {region} or below"
                remedy = "say it in the plan of its own region, or of one above it"
            else:
                continue
            yield problem_at(document, (*place, "sites", site), found, remedy)
        yield from _before_it_was_approved(plan, document, place)


def _before_it_was_approved(
    plan: ImplementationPlan, document: Document, place: tuple[str, str]
) -> Iterator[Problem]:
    days: list[tuple[str, str | None, date | None]] = [("target", None, plan.target)]
    days += [("tiers", tier.value, day) for tier, day in plan.tiers.items()]
    days += [("vpns", vpn, day) for vpn, day in plan.vpns.items()]
    days += [("sites", site, day) for site, day in plan.sites.items()]
    for key, of, day in days:
        if day is not None and day < plan.approved_on:
            where = (*place, key) if of is None else (*place, key, of)
            found = f"{day} is before the day on which the plan was approved, {plan.approved_on}"
            yield problem_at(document, where, found, "write a day that was to come then")


REGISTER = Register(name="rollout", file=FILE, model=Rollout, cross_checks=_cross_checks)
