"""Who pays for each circuit and device of a network on a day: by a decision, or by the rule.

Pure. Amounts are decimals; a share is rounded down to the hundredth, and what that leaves goes to
the largest share, so that shares are the whole.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_FLOOR, Decimal
from functools import cached_property

from egovnet.inventory.model import TIER_ORDER, Circuit, Network, Router, Tier
from egovnet.inventory.registers.funding import Funding, money

CIRCUIT, DEVICE = "circuit", "device"
_CENT = Decimal("0.01")
#: Tiers that the centre pays for: the backbone from the centre to the provinces.
_CENTRES = (Tier.CENTRE, Tier.PROVINCE)


@dataclass(frozen=True, slots=True)
class Share:
    """What one payer pays of a thing; `amount` None: nobody said what it costs."""

    payer: str
    percent: int
    amount: Decimal | None


@dataclass(frozen=True, slots=True)
class Funded:
    """A circuit or a device, and who pays for it."""

    #: "circuit" or "device".
    kind: str
    name: str
    #: The region and the tier that it is counted to: of a circuit, those of its lower end.
    region: str
    tier: Tier
    amount: Decimal | None
    #: "" where the amount is not known.
    currency: str
    #: Empty: nobody is known to pay.
    shares: tuple[Share, ...]
    #: The rule, or why no rule gives a payer.
    why: str
    #: The decision's name; None: by rule.
    decision: str | None


@dataclass(frozen=True)
class Payers:
    """The rule and the decisions of a network on a day."""

    funding: Funding
    network: Network
    day: date

    def all(self) -> Iterator[Funded]:
        """Every circuit and every device, in the inventory's order."""
        for name, circuit in self.network.circuits.items():
            lower = self._lower(circuit)
            tier, region = lower.tier, lower.region
            cost = self.funding.costs.circuits.get(tier)
            yield self._funded(CIRCUIT, name, (region, tier), cost, self._of_circuit(circuit))
        for name, router in self.network.routers.items():
            cost = self.funding.costs.devices.get(router.tier)
            place = (router.region, router.tier)
            yield self._funded(DEVICE, name, place, cost, self._of_device(router))

    def _funded(
        self,
        kind: str,
        name: str,
        place: tuple[str, Tier],
        cost: str | None,
        rule: tuple[str | None, str],
    ) -> Funded:
        cost = self.funding.costs.named.get(name, cost)
        amount, currency = (None, "") if cost is None else money(cost)
        payer, why = rule
        percents: Mapping[str, int] = {} if payer is None else {payer: 100}
        decision = self._decision(kind, name)
        if decision is not None:
            entry = self.funding.decisions[decision]
            percents, why = entry.by_payer, f"decision {decision}: {entry.document}"
        return Funded(
            kind=kind,
            name=name,
            region=place[0],
            tier=place[1],
            amount=amount,
            currency=currency,
            shares=tuple(split(percents, amount)),
            why=why,
            decision=decision,
        )

    def _decision(self, kind: str, name: str) -> str | None:
        entries = self.funding.decisions.items()
        return next((d for d, entry in entries if entry.covers(kind, name, self.day)), None)

    def _lower(self, circuit: Circuit) -> Router:
        """The end of the lower tier; the first of two of one tier."""
        ends = [self.network.routers[end.router] for end in (circuit.a, circuit.b)]
        return max(ends, key=lambda router: TIER_ORDER.index(router.tier))

    def _of_circuit(self, circuit: Circuit) -> tuple[str | None, str]:
        """(payer, why) by rule."""
        ends = [self.network.routers[end.router] for end in (circuit.a, circuit.b)]
        lower = self._lower(circuit)
        if lower.tier in _CENTRES:
            return self._centre(lower.region, "between the centre and the provinces")
        if all(router.tier is lower.tier for router in ends):
            region = self._common(ends[0].region, ends[1].region)
            if region is None:
                return None, "between regions that no region below the centre is above"
            return self._regional(region)
        return self._regional(lower.region)

    def _of_device(self, router: Router) -> tuple[str | None, str]:
        if router.tier in _CENTRES:
            return self._centre(router.region, f"a device of the backbone at the {router.tier}")
        return self._regional(router.region)

    def _centre(self, region: str, what: str) -> tuple[str | None, str]:
        centre = self._centre_above(region)
        if centre is None:
            return None, f"{what}, and no region of the centre is above {region}"
        payer = self._by_region.get(centre)
        why = f"{what}: the centre" if payer else f"{what}, and the centre ({centre}) has no payer"
        return payer, why

    def _regional(self, region: str) -> tuple[str | None, str]:
        for here in self._upwards(region):
            if self.network.regions[here].tier is Tier.CENTRE:
                break
            if here in self._by_region:
                return self._by_region[here], f"below the provinces: region {here}"
        return None, f"below the provinces, and neither {region} nor a region above has a payer"

    @cached_property
    def _by_region(self) -> dict[str, str]:
        return {
            payer.region: name
            for name, payer in self.funding.payers.items()
            if payer.region is not None
        }

    def _upwards(self, region: str) -> Iterator[str]:
        here: str | None = region
        while here is not None:
            yield here
            here = self.network.regions[here].parent

    def _centre_above(self, region: str) -> str | None:
        regions = self.network.regions
        above = self._upwards(region)
        return next((name for name in above if regions[name].tier is Tier.CENTRE), None)

    def _common(self, one: str, other: str) -> str | None:
        """The nearest region that both are in, below the centre; None: there is none."""
        above = set(self._upwards(one))
        for region in self._upwards(other):
            if self.network.regions[region].tier is Tier.CENTRE:
                return None
            if region in above:
                return region
        return None


def split(percents: Mapping[str, int], amount: Decimal | None) -> Iterator[Share]:
    """An amount by payers, in whole hundredths that add up to it."""
    if amount is None:
        for payer, percent in percents.items():
            yield Share(payer, percent, None)
        return
    parts = {
        payer: (amount * percent / 100).quantize(_CENT, ROUND_FLOOR)
        for payer, percent in percents.items()
    }
    if parts:
        largest = max(percents, key=lambda payer: percents[payer])
        parts[largest] += amount - sum(parts.values())
    for payer, percent in percents.items():
        yield Share(payer, percent, parts[payer])
