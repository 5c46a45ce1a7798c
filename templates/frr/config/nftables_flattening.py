"""Chains that jump to each other, as one list of rules: the first that holds decides.

A rule of a chain that is jumped to holds where it and the jump hold. So its conditions are those of
both; where no packet meets both, it is not there.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import product
from typing import Literal, TypeVar

from egovnet.inventory.model import IPNetwork
from egovnet.templates.frr.config.draft import Unclear
from egovnet.templates.frr.config.nftables_rule import GOES_ON, RuleDraft, Verdict, read_rule
from egovnet.templates.model.canonical_filter import canonical_rule
from egovnet.templates.model.device import AddressFamily
from egovnet.templates.model.packet_filter import (
    FilterPlace,
    PacketDirection,
    PacketRule,
    PortRanges,
)

#: (line, its text, what it says).
Rule = tuple[int, str, RuleDraft]
#: As in the kernel (NFT_JUMP_STACK_SIZE).
_DEEPEST = 16
#: More rules a chain than this are not spelled out.
_MOST_RULES = 200_000
_CIRCLE = "chains that lead back to themselves"
_NO_REJECT = "the kernel refuses a reject there, and the filter with it"
_T = TypeVar("_T")
_ANYTHING = PacketRule("drop")
_INVALID = frozenset(("invalid",))
_DIRECTIONS: dict[tuple[frozenset[str] | None, tuple[str, ...] | None], PacketDirection | None] = {
    (frozenset(("new", "established")), ("original",)): "open",
    (frozenset(("established",)), ("reply",)): "reply",
    (frozenset(("related",)), ("original",)): "open-error",
    (frozenset(("related",)), ("reply",)): "reply-error",
    (None, None): None,
}


class Flattening:
    """The chains of a table."""

    def __init__(self) -> None:
        self.chains: dict[str, list[Rule]] = {}
        #: Chains that keep a packet's flow, and what they do then.
        self.recording: dict[str, Literal["accept", "drop"]] = {}
        #: Chains that packets come to.
        self.reached: set[str] = set()
        #: Line -> (chain, its text, why it has no meaning).
        self.problems: dict[int, tuple[str, str, str]] = {}
        self._made = 0
        self._place: FilterPlace = "forward"
        self._policy: Literal["accept", "drop"] = "drop"

    def rules(
        self, base: str, policy: Literal["accept", "drop"], place: FilterPlace
    ) -> Iterator[PacketRule]:
        """The rules of a base chain in order, `policy` being what becomes of other packets; what
        has no meaning is in `problems`."""
        self._made = 0
        self._place = place
        self._policy = policy
        yield from self._of_chain(base, _ANYTHING, ())

    def check_targets(self, bases: Mapping[str, FilterPlace]) -> None:
        """Note what the kernel refuses, and the filter with it, of chains that jump to others.

        It looks at all rules, whether a packet meets their conditions or not. `bases` are base
        chains, with their places. Linear in the rules for each base chain.
        """
        for name, rules in self.chains.items():
            for number, text, draft in rules:
                for target in _targets(draft):
                    if target in bases:
                        self._note(number, name, text, "the kernel refuses jumps to base chains")
                    elif target not in self.chains and target not in self.recording:
                        self._note(number, name, text, f"the chain {target} is not known")
        for base, place in bases.items():
            self._check_from(base, place)

    def _check_from(self, base: str, place: FilterPlace) -> None:
        """The chains that rules of a base chain lead to, however deep each may be come to."""
        deepest = {base: 0}
        left = [base]
        while left:
            name = left.pop()
            for number, text, draft in self.chains.get(name, ()):
                if draft.rejects and place == "departure":
                    self._note(number, name, text, _NO_REJECT)
                for target in _targets(draft):
                    depth = deepest[name] + 1
                    if depth >= _DEEPEST:
                        # of a circle one line is enough
                        if not any(why == _CIRCLE for *_, why in self.problems.values()):
                            self._note(number, name, text, _CIRCLE)
                    elif deepest.get(target, -1) < depth and target in self.chains:
                        deepest[target] = depth
                        left.append(target)

    def _note(self, number: int, name: str, text: str, why: str) -> None:
        self.problems.setdefault(number, (name, text, why))

    def _of_chain(
        self, name: str, where: PacketRule, around: tuple[str, ...]
    ) -> Iterator[PacketRule]:
        self.reached.add(name)
        for number, text, draft in self.chains[name]:
            try:
                yield from self._of_rule(draft, where, number, (*around, name))
            except (Unclear, ValueError) as error:
                self._note(number, name, text, str(error))

    def _of_rule(
        self, draft: RuleDraft, where: PacketRule, number: int, around: tuple[str, ...]
    ) -> Iterator[PacketRule]:
        if draft.states is not None and self._place == "entry":
            raise Unclear("packets are of no known connection there")
        if draft.states == _INVALID and draft.verdict == ("drop", ""):
            return  # of no connection: what is let through besides is less, and never more
        if draft.rejects and self._place == "departure":
            raise Unclear(_NO_REJECT)
        for condition in conditions(draft):
            verdict = draft.verdict or draft.verdicts[condition.in_interface or ""]
            self._made += 1
            if self._made > _MOST_RULES:
                raise Unclear("more rules than are spelled out")
            both = conjunction(where, condition)
            if both is not None:
                both = replace(both, name=draft.name, line=number)
            yield from self._decided(verdict, both, around)

    def _decided(
        self, verdict: Verdict, both: PacketRule | None, around: tuple[str, ...]
    ) -> Iterator[PacketRule]:
        word, target = verdict
        if verdict == GOES_ON:
            return
        if word in ("accept", "drop"):
            if both is not None:
                yield replace(both, action="accept" if word == "accept" else "drop")
            return
        if target in self.recording:
            self.reached.add(target)
            if both is not None:
                yield replace(both, action=self.recording[target], recorded=True)
            return
        if target not in self.chains:
            raise Unclear(f"the chain {target} is not known")
        if target in around or len(around) >= _DEEPEST:
            raise Unclear(_CIRCLE)
        ends = word == "goto" and not self._decides(target)
        if ends and len(around) > 1:
            raise Unclear("packets do not come back from there, and nothing is decided there")
        if both is not None:
            yield from self._of_chain(target, both, around)
            if ends:  # they come back to nobody: the base chain's policy decides
                yield replace(both, action=self._policy)

    def _decides(self, name: str) -> bool:
        """Whether every packet that comes to a chain is decided about in it."""
        rules = self.chains[name]
        return (
            bool(rules)
            and rules[-1][2].verdict != GOES_ON
            and rules[-1][2] == RuleDraft(verdict=rules[-1][2].verdict, name=rules[-1][2].name)
        )


def _targets(draft: RuleDraft) -> list[str]:
    """The chains that a rule leads to."""
    verdicts = [draft.verdict] if draft.verdict else draft.verdicts.values()
    return [target for word, target in verdicts if word in ("jump", "goto")]


def is_understood(line: str) -> bool:
    """Whether a line is a rule whose meaning the facts hold, wherever it stands."""
    try:
        return bool(list(conditions(read_rule(line, {}))))
    except (Unclear, ValueError):
        return False


def conditions(draft: RuleDraft) -> Iterator[PacketRule]:
    """What a rule compares, as rules that have one interface and one protocol each.

    Raises Unclear, ValueError where it has no meaning here.
    """
    direction = _direction(draft)
    for interface, way_out, protocol in product(
        draft.interfaces or (None,), draft.ways_out or (None,), draft.protocols or (None,)
    ):
        family: AddressFamily | None = draft.family
        if protocol in ("icmp", "icmpv6") and family != ("ipv4" if protocol == "icmp" else "ipv6"):
            raise Unclear(f"{protocol} in packets of both families, or of the other one")
        transport: Literal["tcp", "udp", "icmp"] | None = None
        if protocol is not None:
            transport = "tcp" if protocol == "tcp" else "udp" if protocol == "udp" else "icmp"
        yield canonical_rule(
            PacketRule(
                "drop",
                interface,
                way_out,
                family,
                draft.sources or (),
                draft.targets or (),
                transport,
                draft.source_ports or (),
                draft.target_ports or (),
                draft.types or (),
                direction,
            )
        )


def _direction(draft: RuleDraft) -> PacketDirection | None:
    said = draft.states, draft.directions
    if said in _DIRECTIONS:
        return _DIRECTIONS[said]
    if draft.directions is None and "established" in (draft.states or ()):
        raise Unclear("it holds for all that is established, whoever opened it")
    raise Unclear("these states and directions together have no meaning here")


def conjunction(a: PacketRule, b: PacketRule) -> PacketRule | None:
    """The packets of both; None where there are none."""
    try:
        return replace(
            a,
            in_interface=_same(a.in_interface, b.in_interface),
            out_interface=_same(a.out_interface, b.out_interface),
            family=_same(a.family, b.family),
            sources=_common_prefixes(a.sources, b.sources),
            targets=_common_prefixes(a.targets, b.targets),
            protocol=_same(a.protocol, b.protocol),
            source_ports=_common_ports(a.source_ports, b.source_ports),
            target_ports=_common_ports(a.target_ports, b.target_ports),
            icmp_types=_common_types(a.icmp_types, b.icmp_types),
            direction=_same(a.direction, b.direction),
        )
    except _NeverError:
        return None


class _NeverError(Exception):
    """No packet meets both conditions."""


def _same(a: _T | None, b: _T | None) -> _T | None:
    if a is not None and b is not None and a != b:
        raise _NeverError
    return b if a is None else a


def _common_prefixes(a: tuple[IPNetwork, ...], b: tuple[IPNetwork, ...]) -> tuple[IPNetwork, ...]:
    if not a or not b:
        return a or b
    if a[0].version != b[0].version:
        raise _NeverError
    found = tuple(
        one if one.prefixlen >= other.prefixlen else other
        for one in a
        for other in b
        if one.overlaps(other)
    )
    if not found:
        raise _NeverError
    return found


def _common_ports(a: PortRanges, b: PortRanges) -> PortRanges:
    if not a or not b:
        return a or b
    found = tuple(
        (max(low, first), min(high, last))
        for low, high in a
        for first, last in b
        if max(low, first) <= min(high, last)
    )
    if not found:
        raise _NeverError
    return found


def _common_types(a: tuple[int, ...], b: tuple[int, ...]) -> tuple[int, ...]:
    if not a or not b:
        return a or b
    found = tuple(number for number in a if number in b)
    if not found:
        raise _NeverError
    return found
