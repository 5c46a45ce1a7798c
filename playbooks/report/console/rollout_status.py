"""What `rollout status` prints: regions, then sites that are late or were begun."""

from collections.abc import Iterator

from rich.console import Console
from rich.text import Text

from egovnet.playbooks.report.console.tables import print_table
from egovnet.playbooks.report.text import rollout_words as words
from egovnet.playbooks.results.rollout import RolloutStatus, SiteProgress

#: Sites that are listed; all are in JSON.
_MOST = 40


def print_result(console: Console, status: RolloutStatus) -> None:
    """Print it."""
    print_table(
        console,
        ["region", "tier", "sites", "in service", "provisioned", "planned", "overdue"],
        (
            (
                region.name,
                region.tier,
                f"{region.counts.sites:,}",
                f"{region.counts.in_service:,}",
                f"{region.counts.provisioned:,}",
                f"{region.counts.planned:,}",
                f"{region.counts.overdue:,}",
            )
            for region in status.regions
        ),
    )
    rows = words.to_do(status)
    if rows:
        console.print()
        print_table(
            console,
            ["site", "region", "VPN", "state", "target", ""],
            map(tuple, map(_cells, rows[:_MOST])),
        )
    if len(rows) > _MOST:
        console.print(Text(f"... and {len(rows) - _MOST:,} more: --json has all"))
    console.print(Text(words.total(status)))


def _cells(row: SiteProgress) -> Iterator[str]:
    yield from (row.site, row.region, row.vpn, words.state(row))
    yield row.target or "no plan says"
    yield "OVERDUE" if row.overdue else ""
