"""Levels of protection: what rules refuse; see `egovnet.inventory.level_rules`."""

from collections.abc import Iterator

from egovnet.inventory.errors import Problem, Report
from egovnet.inventory.level_rules import judge_levels, level_rules
from egovnet.inventory.model import Network


def check(network: Network, report: Report) -> Iterator[Problem]:
    """Yield everything of a level that does not have what a rule asks for and refuses without."""
    if not network.is_complete("levels"):
        return
    rules = level_rules(network)
    for judged in judge_levels(network):
        if judged.met is False and rules[judged.rule].otherwise == "refuse":
            found = f"level {judged.level} asks for {rules[judged.rule].requires.value}"
            source = f"({rules[judged.rule].source})"
            yield report(
                judged.section,
                judged.location,
                f"{found} {source}: {judged.why}",
                judged.remedy,
            )
