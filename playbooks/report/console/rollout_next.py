"""What `rollout next` prints: the wave's sites, then the plan as `plan` prints it."""

from rich.console import Console
from rich.text import Text

from egovnet.playbooks.report.console.plan import print_result as print_plan
from egovnet.playbooks.report.console.tables import print_table
from egovnet.playbooks.results.rollout import ProposedSite, RolloutNext
from egovnet.playbooks.results.verdict import counted


def print_result(console: Console, found: RolloutNext) -> None:
    """Print it."""
    if not found.sites:
        console.print(Text("nothing is planned that is not provisioned"))
        return
    print_table(
        console,
        ["site", "region", "VPN", "routers", "target", ""],
        (
            (one.site, one.region, one.vpn, ", ".join(one.routers), one.target or "none", _why(one))
            for one in found.sites
        ),
    )
    console.print(
        Text(
            f"{counted(len(found.sites), 'site')} in this wave, {found.left:,} left for later ones"
        )
    )
    if found.plan is not None:
        console.print()
        print_plan(console, found.plan)


def _why(one: ProposedSite) -> str:
    if one.begun:
        return "begun"
    return "OVERDUE" if one.overdue else ""
