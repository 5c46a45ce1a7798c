"""A rollout as one self-contained HTML page: by region, over time, and what is still to do.

Of bounded size: what is left out is counted, and is in `rollout status --json`.
"""

from egovnet.playbooks.report.html.page import environment
from egovnet.playbooks.report.html.rollout_charts import burn_up_chart, region_chart
from egovnet.playbooks.report.text import rollout_words as words
from egovnet.playbooks.results.rollout import RolloutStatus

#: Rows of each table.
MOST_REGIONS, MOST_SITES = 400, 300


def rollout_page(status: RolloutStatus) -> str:
    """The whole page."""
    rows = words.to_do(status)
    counts = status.counts
    done = counts.sites > 0 and counts.in_service == counts.sites
    return (
        environment()
        .get_template("rollout_page.html.j2")
        .render(
            status=status,
            title=f"{status.network}: rollout of {status.day}",
            made=status.made,
            answer="Everything is in service"
            if done
            else f"{counts.overdue:,} overdue"
            if counts.overdue
            else "Nothing is overdue",
            tone="no" if counts.overdue else "yes",
            by_region=region_chart(status),
            by_region_narrow=region_chart(status, narrow=True),
            burn_up=burn_up_chart(status),
            burn_up_narrow=burn_up_chart(status, narrow=True),
            regions=status.regions[:MOST_REGIONS],
            regions_left=max(0, len(status.regions) - MOST_REGIONS),
            rows=[(row, words.state(row)) for row in rows[:MOST_SITES]],
            rows_left=max(0, len(rows) - MOST_SITES),
        )
    )
