"""`report levels`: what levels of protection ask for, and what there is of it."""

from egovnet.inventory.level_rules import judge_levels, level_rules
from egovnet.inventory.model.annotations import NOUNS
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.results.level_report import LevelEntry, LevelReport, LevelRow
from egovnet.playbooks.results.outcome import Outcome


def report_levels(workspace: Workspace) -> Outcome[LevelReport]:
    """Every rule for every level that an entry has."""
    network = workspace.network
    rules = level_rules(network)
    found: dict[tuple[int, str], list[LevelEntry]] = {}
    for each in judge_levels(network):
        entry = LevelEntry(NOUNS[each.section], each.name, each.met, each.why)
        found.setdefault((each.level, each.rule), []).append(entry)
    order = list(rules)
    rows = tuple(
        LevelRow(
            level,
            name,
            rules[name].requires.value,
            rules[name].otherwise,
            rules[name].source,
            tuple(found[level, name]),
        )
        for level, name in sorted(found, key=lambda key: (key[0], order.index(key[1])))
    )
    without = tuple(name for name, vpn in network.vpns.items() if vpn.level is None)
    return Outcome("level_report", LevelReport(rows, without))
