"""Rollouts as their page shows them: none, a network, a nation, names from a hostile hand."""

from datetime import date, timedelta

from egovnet.playbooks.results.provenance import Provenance
from egovnet.playbooks.results.rollout import (
    BurnUpPoint,
    RegionProgress,
    RolloutCounts,
    RolloutStatus,
    SiteProgress,
)

_MADE = Provenance("2026-11-30T08:00:00+00:00", "li", "0.1")
_STATES = ("in-service", "waiting-for-customer", "planned")


def _site(number: int, name: str = "tax-{}") -> SiteProgress:
    state = _STATES[number % 3]
    return SiteProgress(
        site=name.format(number),
        region=f"county-{number % 31}",
        tier="county",
        vpn="taxation",
        state=state,
        verified=number % 5 != 0 and state != "planned",
        intended=state,
        target=None if number % 7 == 0 else f"2026-{number % 12 + 1:02}-15",
        plan=None if number % 7 == 0 else "a-plan",
        overdue=number % 4 == 1,
        change=None if state == "planned" else number,
        since=None,
    )


def rollout(
    sites: int, regions: int, *, name: str = "Province {}", site: str = "tax-{}"
) -> RolloutStatus:
    rows = tuple(_site(number, site) for number in range(sites))
    each = sites // max(1, regions)
    part = RolloutCounts(each, each // 2, each // 4, each - each // 2 - each // 4, each // 8, 1)
    served = sum(row.in_service for row in rows)
    begun = sum(row.provisioned for row in rows) - served
    start = date(2026, 1, 1)
    return RolloutStatus(
        network="reference",
        day="2026-11-30",
        counts=RolloutCounts(sites, served, begun, sites - served - begun, sites // 4, sites // 7),
        regions=tuple(
            RegionProgress(f"region-{n}", name.format(n), "province", "centre", part)
            for n in range(regions if each else 0)
        ),
        sites=rows,
        burn_up=(
            *(
                BurnUpPoint(
                    (start + timedelta(days=30 * n)).isoformat(),
                    sites * n // 20,
                    sites * n // 30,
                    sites * n // 40,
                )
                for n in range(11)
            ),
            BurnUpPoint("2026-11-30", sites // 2, sites // 3, sites // 4),
            BurnUpPoint("2028-12-31", sites, None, None),
        ),
        made=_MADE,
    )


EMPTY = rollout(0, 0)
SMALL = rollout(15, 3)
NATION = rollout(3600, 31)
HOSTILE = rollout(
    9, 3, name="<script>alert(1)</script>" + "x" * 200 + "{}", site="</table><b>\x1b[31m{}"
)
