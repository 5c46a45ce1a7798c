"""`report funding`: who pays for each circuit and device, and sums that agree."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from egovnet.inventory.model import TIER_ORDER, Network
from egovnet.inventory.payers import CIRCUIT, Funded, Payers
from egovnet.inventory.registers.funding import REGISTER, Funding
from egovnet.inventory.today import today
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.results.funding_report import (
    CurrencySum,
    FundedItem,
    FundedShare,
    FundingReport,
    PayerSum,
)
from egovnet.playbooks.results.outcome import Outcome
from egovnet.playbooks.verbs.how_to_begin import how_to_begin

_NOTHING = Decimal("0.00")


def report_funding(workspace: Workspace, day: date | None = None) -> Outcome[FundingReport]:
    """Every circuit and device on `day` (default: today), with its payers.

    Raises:
        InventoryError: with everything that is wrong with the inventory or with funding.yaml.
    """
    network, now = workspace.network, day or today()
    funding = REGISTER.read(workspace.directory, network)
    funded = list(Payers(funding, network, now).all())
    report = FundingReport(
        network.backbone.name,
        now.isoformat(),
        payer_sums(funding, funded),
        currency_sums(funded),
        tuple(map(_item, funded)),
    )
    says = "who pays for circuits and devices, and what they cost"
    notes = how_to_begin(workspace.directory, REGISTER, says, _example(network))
    return Outcome("funding_report", report, notes=notes)


def _example(network: Network) -> dict[str, Any]:
    """A payer for each region of the two highest tiers that there are, two at most."""
    by_tier = sorted(network.regions.items(), key=lambda item: TIER_ORDER.index(item[1].tier))
    tiers = [router.tier for router in network.routers.values()]
    paid = [tier.value for tier in TIER_ORDER if tier in tiers]
    return {
        "payers": {
            name: {"name": f"Budget of {region.name}", "region": name}
            for name, region in by_tier[:2]
        },
        "costs": {
            "circuits": dict.fromkeys(paid, "480000.00 CNY"),
            "devices": dict.fromkeys(paid, "90000.00 CNY"),
        },
    }


def payer_sums(funding: Funding, funded: Iterable[Funded]) -> tuple[PayerSum, ...]:
    """What each payer pays, a row for each currency; who pays nothing has a row without one."""
    sums: dict[tuple[str, str], Decimal] = {}
    things: dict[tuple[str, str], list[str]] = {}
    for one in funded:
        for share in one.shares:
            key = (share.payer, one.currency)
            sums[key] = sums.get(key, _NOTHING) + (share.amount or _NOTHING)
            things.setdefault(key, []).append(one.kind)
    rows = []
    for payer, entry in funding.payers.items():
        mine = sorted(currency for who, currency in sums if who == payer) or [""]
        for currency in mine:
            kinds = things.get((payer, currency), [])
            circuits = kinds.count(CIRCUIT)
            amount = sums.get((payer, currency), _NOTHING)
            rows.append(
                PayerSum(
                    payer, entry.name, currency, f"{amount:.2f}", circuits, len(kinds) - circuits
                )
            )
    return tuple(rows)


def currency_sums(funded: Iterable[Funded]) -> tuple[CurrencySum, ...]:
    """All amounts that are known, by currency: those that somebody pays, and the others."""
    assigned: dict[str, Decimal] = {}
    unassigned: dict[str, Decimal] = {}
    for one in funded:
        if one.amount is not None:
            part = assigned if one.shares else unassigned
            part[one.currency] = part.get(one.currency, _NOTHING) + one.amount
    return tuple(
        CurrencySum(
            currency,
            f"{assigned.get(currency, _NOTHING) + unassigned.get(currency, _NOTHING):.2f}",
            f"{assigned.get(currency, _NOTHING):.2f}",
            f"{unassigned.get(currency, _NOTHING):.2f}",
        )
        for currency in sorted(assigned.keys() | unassigned.keys())
    )


def _item(one: Funded) -> FundedItem:
    return FundedItem(
        kind=one.kind,
        name=one.name,
        region=one.region,
        tier=one.tier.value,
        amount=_text(one.amount),
        currency=one.currency,
        shares=tuple(FundedShare(s.payer, s.percent, _text(s.amount)) for s in one.shares),
        why=one.why,
        decision=one.decision,
    )


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:.2f}"
