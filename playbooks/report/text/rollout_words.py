"""Sentences about a rollout, as the terminal and the page have them."""

from egovnet.playbooks.results.rollout import RolloutStatus, SiteProgress


def state(row: SiteProgress) -> str:
    """How far a site has come, in words."""
    if row.state == "planned":
        return "planned" if row.intended == "planned" else "planned; not applied yet"
    if row.state == "in-service":
        return "in service" if row.verified else "in service, not seen to answer"
    words = "provisioned, waits for the customer"
    return words if row.verified else f"{words}; not verified"


def to_do(status: RolloutStatus) -> list[SiteProgress]:
    """Sites that are not in service: overdue ones first, by their days, then those without one."""
    rows = [row for row in status.sites if not row.in_service]
    return sorted(rows, key=lambda row: (row.target is None, row.target or "", row.site))


def total(status: RolloutStatus) -> str:
    """The whole in a sentence."""
    counts = status.counts
    return (
        f"{status.day}: {counts.in_service:,} of {counts.sites:,} sites in service, "
        f"{counts.provisioned:,} provisioned, {counts.planned:,} planned; "
        f"{counts.overdue:,} overdue, {counts.without_day:,} in no plan"
    )
