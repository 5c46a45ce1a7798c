"""Sentences about a plan, as the terminal, the page and the merge request have them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from egovnet.playbooks.report.text.folded_diffs import without_addresses
from egovnet.playbooks.results.affected import Interruption
from egovnet.playbooks.results.leaving import DRAINED, EMPTIED, GONE, LeavingRouter
from egovnet.playbooks.results.listed import first_of
from egovnet.playbooks.results.plan import PlanResult
from egovnet.playbooks.results.plan_summary import Gains
from egovnet.playbooks.results.verdict import counted

#: Names of a list that are spelled out where not all are asked for.
MOST_NAMES = 8
#: Kinds of lines that are named where not all are asked for.
_MOST_KINDS = 6
LOST = "LOST"
_HOW = {
    DRAINED: "is drained and emptied by this plan, and may leave the inventory then",
    EMPTIED: "was emptied, and leaves the network: nobody looks at it any more",
    GONE: "is said not to exist any more: what it runs is left as it is",
}


def listed(names: Sequence[str], *, whole: bool = False) -> str:
    """Names, the first few of many."""
    return first_of(names, len(names) if whole else MOST_NAMES)


def gains(of: Gains, *, whole: bool = False) -> Iterator[tuple[str, str]]:
    """("gained", "2: a, b") and so on, the lost first, and all of these by name."""
    for word, names in ((LOST, of.lost), ("gained", of.gained), ("changed", of.changed)):
        if names:
            yield word, f"{len(names):,}: {listed(names, whole=whole or word == LOST)}"


def moves(plan: PlanResult, *, whole: bool = False) -> str:
    """Services that go from one state to another, such as "a/main: planned -> in-service"."""
    return listed([move.words for move in plan.moves], whole=whole)


def lines(plan: PlanResult) -> tuple[int, int]:
    """Lines added and removed, over all routers."""
    added = sum(change.added * len(change.devices) for change in plan.changes)
    removed = sum(change.removed * len(change.devices) for change in plan.changes)
    return added, removed


def kinds(plan: PlanResult, *, whole: bool = False) -> str:
    """What the lines are about, such as "port +12 -3, policy +4"."""
    named = plan.summary.kinds if whole else plan.summary.kinds[:_MOST_KINDS]
    words = [
        kind.kind
        + (f" +{kind.added:,}" if kind.added else "")
        + (f" -{kind.removed:,}" if kind.removed else "")
        for kind in named
    ]
    left = len(plan.summary.kinds) - len(named)
    return ", ".join([*words, *([f"{counted(left, 'kind')} more"] if left else [])])


def leaving(one: LeavingRouter) -> str:
    """What becomes of a router on its way out."""
    sites = f"; sites that were joined to it: {', '.join(one.sites)}" if one.sites else ""
    return f"{one.router}: {_HOW.get(one.how, one.how)}{sites}"


def interruption(
    one: Interruption, *, whole: bool = False, most: int | None = None
) -> tuple[str, str]:
    """(why, who and for how long); `most` are the sites that are named, instead of a few."""
    where = f" ({listed(one.devices, whole=whole)})" if one.devices else ""
    sites = listed(one.sites, whole=whole) if most is None else first_of(one.sites, most)
    return f"{one.klass.what}{where}", _lost(one, sites)


def nobody(plan: PlanResult) -> str:
    """Whom a plan interrupts that interrupts nobody: what it takes away is no interruption."""
    lost = (plan.summary.routers.lost, plan.summary.sites.lost, plan.summary.vpns.lost)
    return "nobody but what is lost" if any(lost) else "nobody"


def cause(one: Interruption) -> str:
    """Why, and for how long: of a site that is told by itself."""
    return f"{one.klass.what}, {_seconds(one.seconds)}"


def _lost(one: Interruption, named: str) -> str:
    if not one.sites:
        return "no site's way leads there; what stands by for a failure is gone meanwhile"
    vpns = f"{len(one.vpns)} VPNs" if len(one.vpns) > 1 else f"VPN {one.vpns[0]}"
    sites = counted(len(one.sites), "site")
    return f"{sites} of {vpns}, {_seconds(one.seconds)}: {named}"


def _seconds(seconds: float | None) -> str:
    if seconds is None:
        return "for how long was not measured"
    return f"about {seconds:g} s" if seconds else "no packet lost when it was measured"


def key_lines(keys: Mapping[str, Sequence[str]], *, whole: bool = False) -> Iterator[str]:
    """Lines with keys, by router; those that are the same but for addresses are one, with its
    routers, where not all are asked for."""
    alike: dict[str, list[tuple[str, str]]] = {}
    for name in sorted(keys):
        for line in keys[name]:
            alike.setdefault(line if whole else without_addresses(line), []).append((name, line))
    for found in alike.values():
        others = {line for _, line in found[1:]} - {found[0][1]}
        besides = f" and {counted(len(found) - 1, 'line')} like it" if others else ""
        names = list(dict.fromkeys(name for name, _ in found))
        yield f"{listed(names, whole=whole)}: {found[0][1]}{besides}"


def total(plan: PlanResult) -> str:
    """How many routers change."""
    changed = sum(len(change.devices) for change in plan.changes)
    return (
        f"{changed:,} to change, {len(plan.unchanged):,} as intended, "
        f"{len(plan.unreachable):,} not planned"
    )


def causes(reasons: Iterable[tuple[str, str]]) -> Iterator[tuple[str, list[str]]]:
    """(why, devices) of (device, why): each reason once, that of most devices first."""
    found: dict[str, list[str]] = {}
    for device, why in reasons:
        found.setdefault(why, []).append(device)
    yield from sorted(found.items(), key=lambda item: -len(item[1]))
