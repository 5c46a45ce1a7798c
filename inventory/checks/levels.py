"""Levels of protection: what rules refuse; see `egovnet.inventory.level_rules`."""

from collections.abc import Iterator

from egovnet.inventory.errors import Problem, Report
from egovnet.inventory.level_algorithms import UsedAlgorithm, algorithms_of_vpns
from egovnet.inventory.level_rules import judge_levels, level_rules
from egovnet.inventory.model import Network
from egovnet.inventory.model.levels import LevelRequirement, LevelRule


def check(network: Network, report: Report) -> Iterator[Problem]:
    """Yield everything of a level that does not have what a rule asks for and refuses without."""
    if not network.is_complete("levels"):
        return
    rules = {n: rule for n, rule in level_rules(network).items() if rule.otherwise == "refuse"}
    for name, rule in rules.items():
        if rule.requires is LevelRequirement.ALGORITHMS:
            yield from _algorithms(network, name, rule, report)
    for judged in judge_levels(network):
        asking = rules.get(judged.rule)
        if judged.met is not False or asking is None:
            continue
        if asking.requires is not LevelRequirement.ALGORITHMS:
            found = f"level {judged.level} asks for {asking.requires.value}"
            source = f"({asking.source})"
            yield report(
                judged.section,
                judged.location,
                f"{found} {source}: {judged.why}",
                judged.remedy,
            )


def _algorithms(network: Network, name: str, rule: LevelRule, report: Report) -> Iterator[Problem]:
    """Where the algorithm stands, once for all VPNs that depend on it."""
    outside: dict[UsedAlgorithm, list[str]] = {}
    for vpn, used in algorithms_of_vpns(network, rule.from_level).items():
        for each in used:
            if not each.is_allowed(rule):
                outside.setdefault(each, []).append(vpn)
    for each, vpns in outside.items():
        allowed = ", ".join(rule.allowed.lists[each.use])
        yield report(
            each.section,
            each.location,
            f"{each} is not among those that level {rule.from_level} asks for ({rule.source}): "
            f"{allowed}; of it depends {', '.join(vpns)}",
            f"use one of them, let the VPN be of a lower level, or change {name} in levels.yaml",
        )
