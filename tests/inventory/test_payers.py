"""Who pays: sums by payer are the total, on random inventories; the rule by examples."""

from collections import defaultdict
from datetime import date
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from egovnet.inventory.model import Network, Region, Tier
from egovnet.inventory.payers import Funded, Payers, split
from egovnet.inventory.registers.funding import Costs, Funding, FundingDecision, Payer, money
from egovnet.playbooks.verbs.funding_report import currency_sums, payer_sums
from tests.strategies import networks

DAY = date(2026, 11, 30)
#: Two branches down to the counties, and a region whose centre is unknown.
TREE = {
    "centre": ("centre", None),
    "east": ("province", "centre"),
    "east-city": ("prefecture", "east"),
    "east-county": ("county", "east-city"),
    "west": ("province", "centre"),
    "west-city": ("prefecture", "west"),
    "lone": ("prefecture", None),
}
REGIONS = {n: Region(name=n, tier=tier, parent=parent) for n, (tier, parent) in TREE.items()}
AMOUNTS = st.builds(
    lambda cents, currency: f"{cents // 100}.{cents % 100:02} {currency}",
    st.integers(0, 10**9),
    st.sampled_from(["CNY", "USD"]),
)
BY_TIER = st.dictionaries(st.sampled_from(Tier), AMOUNTS)


@st.composite
def placed(draw: st.DrawFn) -> Network:
    """A network whose routers are anywhere in the tree."""
    network = draw(networks(max_vpns=0))
    routers = {
        name: router.model_copy(
            update={
                "region": (region := draw(st.sampled_from(list(TREE)))),
                "tier": Tier(TREE[region][0]),
            }
        )
        for name, router in network.routers.items()
    }
    return network.model_copy(update={"regions": REGIONS, "routers": routers})


@st.composite
def fundings(draw: st.DrawFn, network: Network) -> Funding:
    regions = draw(st.lists(st.sampled_from(list(TREE)), unique=True))
    payers = {f"of-{region}": Payer(name=region, region=region) for region in regions}
    payers |= {"loan": Payer(name="Loan"), "fund": Payer(name="Fund")}
    things = [*network.circuits, *network.routers]
    decisions = {}
    for number, name in enumerate(draw(st.lists(st.sampled_from(things), unique=True))):
        percent = draw(st.integers(0, 99))
        first, second = draw(
            st.lists(st.sampled_from(list(payers)), min_size=2, max_size=2, unique=True)
        )
        who = {"shares": {first: percent, second: 100 - percent}} if percent else {"payer": first}
        decisions[f"d{number}"] = FundingDecision.model_validate(
            {
                "circuits" if name in network.circuits else "devices": [name],
                "document": "a paper",
                "approved-by": "Li Na",
                "approved-on": "2026-01-01",
                "reason": "because",
                "valid-from": "2026-01-01",
                "valid-until": draw(st.sampled_from(["2026-06-30", "2027-12-31"])),
                **who,
            }
        )
    costs = Costs(
        circuits=draw(BY_TIER),
        devices=draw(BY_TIER),
        named=draw(st.dictionaries(st.sampled_from(things), AMOUNTS, max_size=3)),
    )
    return Funding(payers=payers, costs=costs, decisions=decisions)


@st.composite
def both(draw: st.DrawFn) -> tuple[Network, Funding]:
    network = draw(placed())
    return network, draw(fundings(network))


def cost(network: Network, funding: Funding, one: Funded) -> str | None:
    by_tier = funding.costs.circuits if one.kind == "circuit" else funding.costs.devices
    return funding.costs.named.get(one.name) or by_tier.get(one.tier)


@given(both())
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_sums_by_payer_are_the_total(made: tuple[Network, Funding]) -> None:
    network, funding = made
    funded = list(Payers(funding, network, DAY).all())
    assert sorted((one.kind, one.name) for one in funded) == sorted(
        [*(("circuit", n) for n in network.circuits), *(("device", n) for n in network.routers)]
    )
    total: defaultdict[str, Decimal] = defaultdict(Decimal)
    for one in funded:
        written = cost(network, funding, one)
        assert (one.amount is None) == (written is None)
        if written is not None:
            amount, currency = money(written)
            total[currency] += amount
            assert not one.shares or sum(s.amount for s in one.shares if s.amount) == amount
        assert sum(share.percent for share in one.shares) in (0, 100)
    sums = {one.currency: one for one in currency_sums(funded)}
    assert {currency: Decimal(one.total) for currency, one in sums.items()} == total
    paid: defaultdict[str, Decimal] = defaultdict(Decimal)
    for row in payer_sums(funding, funded):
        paid[row.currency] += Decimal(row.amount)
    for currency, one in sums.items():
        assert paid[currency] == Decimal(one.assigned)
        assert Decimal(one.assigned) + Decimal(one.unassigned) == Decimal(one.total)


def chain(region: str) -> list[str]:
    above = TREE[region][1]
    return [region, *(chain(above) if above else [])]


@given(both())
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_the_rule_is_as_the_paper_says(made: tuple[Network, Funding]) -> None:
    """The centre pays down to the provinces; below, the nearest region with a payer does."""
    network, funding = made
    whose = {payer.region: name for name, payer in funding.payers.items() if payer.region}
    for one in Payers(funding.model_copy(update={"decisions": {}}), network, DAY).all():
        if one.kind == "device":
            regions = [network.routers[one.name].region]
        else:
            circuit = network.circuits[one.name]
            ends = [network.routers[end.router] for end in (circuit.a, circuit.b)]
            low = max(ends, key=lambda router: list(Tier).index(router.tier))
            regions = [router.region for router in ends if router.tier is low.tier]
        if one.tier in (Tier.CENTRE, Tier.PROVINCE):
            expected = whose.get("centre") if "centre" in chain(regions[0]) else None
        else:
            common = [r for r in chain(regions[0]) if all(r in chain(other) for other in regions)]
            below = [region for region in common if TREE[region][0] != "centre"]
            expected = next((whose[region] for region in below if region in whose), None)
        assert [share.payer for share in one.shares] == ([expected] if expected else []), one


@given(
    st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 99), min_size=1, max_size=5),
    st.integers(0, 10**9),
)
def test_shares_are_whole_hundredths_of_all(weights: dict[str, int], cents: int) -> None:
    weights = dict(weights)
    whole = sum(weights.values())
    percents = {name: weight * 100 // whole for name, weight in weights.items()}
    percents[next(iter(percents))] += 100 - sum(percents.values())
    amount = Decimal(cents) / 100
    shares = list(split(percents, amount))
    assert sum(share.amount for share in shares if share.amount is not None) == amount
    for share in shares:
        assert share.amount is not None
        assert share.amount == share.amount.quantize(Decimal("0.01"))
        assert abs(share.amount - amount * share.percent / 100) <= Decimal("0.05")
