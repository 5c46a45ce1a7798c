"""nftables' ruleset, as `nft -s list ruleset` prints it, to a PacketFilter.

Read is the one table that egovnet writes, its base chains at three hooks and the chains that they
jump to. A verdict ends a base chain; a drop is final. So whatever else decides about packets (other
tables, other hooks, other priorities, flow tables) is reported line by line, and never passed over.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Literal

from egovnet.templates.frr.config.draft import BLANK, FACT, HARMLESS, Unclear
from egovnet.templates.frr.config.nftables_accepting import only_accepts
from egovnet.templates.frr.config.nftables_flattening import Flattening, Rule
from egovnet.templates.frr.config.nftables_others import read_others
from egovnet.templates.frr.config.nftables_records import read_records
from egovnet.templates.frr.config.nftables_rule import read_rule
from egovnet.templates.frr.config.nftables_sets import NamedSet, read_set
from egovnet.templates.frr.config.nftables_spelling import as_printed
from egovnet.templates.frr.config.nftables_translation import read_translation
from egovnet.templates.frr.config.nftables_values import is_name
from egovnet.templates.frr.config.nftables_zones import read_zones
from egovnet.templates.frr.packet_filter_words import (
    BASE_CHAINS,
    FILTER_MARK,
    FLOW_SETS,
    RECORDING,
    TABLE,
    TRANSLATE_BASE,
    TRANSLATED,
    TRANSLATED_BASE,
    TRANSLATION_SETS,
    ZONE_CHAINS,
)
from egovnet.templates.model.canonical_filter import canonical
from egovnet.templates.model.facts import NotModelled, NotUnderstood
from egovnet.templates.model.packet_filter import (
    ConnectionZone,
    FilterChain,
    FilterPlace,
    PacketFilter,
    RecordedTranslations,
    SourceTranslation,
)

Action = Literal["accept", "drop"]
_Line = tuple[int, str]
_Sets = dict[str, NamedSet]
_OTHER_TABLE = "another table than egovnet's own decides about packets, too"
_OWN = re.compile(r"\s*(?:\w+\s+)?table\s+{}\s+{}\b".format(*TABLE.split()))
#: What a set of flows may be otherwise.
_OF_FLOWS = re.compile(
    r"size [1-9][0-9]{0,8}|(?:timeout|gc-interval) (?:[0-9]+[dhms])+|elements = \{.*\}", re.ASCII
)
_NAMED_PRIORITY = {"priority 0;": "priority filter;", "priority 100;": "priority srcnat;"}


@dataclass(slots=True, eq=False)
class _Block:
    """A block in braces: its header, the lines in it, and the blocks in it."""

    header: str
    line: int
    lines: list[_Line] = field(default_factory=list)
    blocks: list["_Block"] = field(default_factory=list)

    def all_lines(self) -> Iterator[tuple[int, str]]:
        """Everything in it, its own header first."""
        yield self.line, f"{self.header} {{"
        yield from self.lines
        for block in self.blocks:
            yield from block.all_lines()


@dataclass(slots=True, eq=False)
class FilterDraft:
    """The packet filter of a text being read. `packet_filter` is None where there is no table."""

    packet_filter: PacketFilter | None = None
    not_understood: list[NotUnderstood] = field(default_factory=list)
    counts: list[int] = field(default_factory=lambda: [0, 0, 0])
    not_modelled: tuple[NotModelled, ...] = ()


@dataclass(slots=True, eq=False)
class _TableDraft:
    """Sets and chains of a table by name. `flows`: sets that flows are kept in."""

    sets: _Sets = field(default_factory=dict)
    flows: set[str] = field(default_factory=set)
    #: Of translated sources.
    records: dict[str, _Block] = field(default_factory=dict)
    chains: dict[str, _Block] = field(default_factory=dict)


def read_nftables(lines: list[str], first: int) -> FilterDraft:
    """The filter of a part's `lines`; `first` is the number of the first of them. Linear."""
    return _Reader().read(lines, first)


class _Reader:
    def __init__(self) -> None:
        self._problems: dict[int, NotUnderstood] = {}
        #: What each line is that is not blank.
        self._kinds: dict[int, int] = {}

    def read(self, lines: list[str], first: int) -> FilterDraft:
        draft = FilterDraft()
        if not any(_OWN.match(line) for line in lines):
            return _of_others(lines, first)
        top = self._blocks(lines, first, draft)
        tables = [block for block in top.blocks if block.header == f"table {TABLE}"]
        for block in top.blocks:
            if block not in tables[:1] and not self._only_accepts(block, top):
                self._refuse(block, (), _OTHER_TABLE)
        for number, text in top.lines:
            self._report(number, text, (), "not in the reader's grammar")
        if tables:
            draft.packet_filter = canonical(self._table(tables[0]))
        draft.not_understood = [self._problems[number] for number in sorted(self._problems)]
        for number, kind in self._kinds.items():
            if number not in self._problems:
                draft.counts[kind] += 1
        return draft

    def _only_accepts(self, block: _Block, top: _Block) -> bool:
        """Whether another table decides about no packet; its lines are harmless then."""
        once = sum(other.header == block.header for other in top.blocks) == 1
        flat = not any(inner.blocks for inner in block.blocks)
        inner = [(each.header, each.lines) for each in block.blocks]
        if not (once and flat and only_accepts(block.header, block.lines, inner)):
            return False
        for number in (block.line, *(number for number, _ in block.all_lines())):
            self._kinds[number] = HARMLESS
        return True

    def _blocks(self, lines: list[str], first: int, draft: FilterDraft) -> _Block:
        """The lines as blocks in blocks."""
        top = _Block("", 0)
        stack = [top]
        broken = False
        numbered, silent = as_printed(lines, first)
        for number, _ in silent:
            self._kinds[number] = HARMLESS
        for number, line in numbered:
            text = " ".join(line.split())
            if not text or text == FILTER_MARK or text.startswith("#"):
                draft.counts[BLANK] += 1
                continue
            self._kinds[number] = FACT
            lines_of = stack[-1].lines
            if broken:
                # of a set's values, which nft breaks into several lines
                self._kinds[number] = HARMLESS
                lines_of[-1] = (lines_of[-1][0], f"{lines_of[-1][1]} {text}")
                broken = not text.endswith("}")
            elif text.startswith("elements = {"):
                lines_of.append((number, text))
                broken = not text.endswith("}")
            elif text == "}" and len(stack) > 1:
                stack.pop()
                draft.counts[BLANK] += 1
                del self._kinds[number]
            elif text.endswith(" {"):
                block = _Block(text.removesuffix(" {"), number)
                stack[-1].blocks.append(block)
                stack.append(block)
            else:
                lines_of.append((number, text))
        for block in stack[1:]:
            self._report(block.line, f"{block.header} {{", (), "its closing brace is missing")
        return top

    # -- the table ---------------------------------------------------------------------------------

    def _table(self, table: _Block) -> PacketFilter:
        context = (table.header,)
        for number, text in table.lines:
            self._report(number, text, context, "not in the reader's grammar")
        parts = _TableDraft()
        for block in table.blocks:
            for inner in block.blocks:
                self._refuse(inner, (*context, block.header), "a rule in several lines is not read")
            self._part(block, parts, context)
        keeping = parts.chains.get(TRANSLATED)
        if keeping and keeping.lines[:1] and keeping.lines[0][1] == TRANSLATED_BASE:
            del parts.chains[TRANSLATED]
        else:
            keeping = None
        found = self._chains(parts, context)
        return replace(
            found, recorded_translations=self._records(parts.records, keeping, found, context)
        )

    def _part(self, block: _Block, parts: _TableDraft, context: tuple[str, ...]) -> None:
        """A set or chain of the table."""
        word, _, name = block.header.partition(" ")
        if not is_name(name):
            self._refuse(block, context, "no name that nft takes")
        elif word == "set" and name in (parts.sets.keys() | parts.flows | parts.records.keys()):
            self._refuse(block, context, "a set that is said twice")
        elif word == "set" and name in FLOW_SETS:
            if self._flow_set(block, context, FLOW_SETS[name]):
                parts.flows.add(name)
        elif word == "set" and name in TRANSLATION_SETS and name not in parts.records:
            parts.records[name] = block
        elif word == "set":
            try:
                parts.sets[name] = read_set(block.lines)
            except (Unclear, ValueError) as error:
                self._refuse(block, context, str(error))
        elif word == "chain" and name not in parts.chains:
            parts.chains[name] = block
        else:
            self._refuse(block, context, "not in the reader's grammar")

    def _records(
        self,
        sets: dict[str, _Block],
        chain: _Block | None,
        found: PacketFilter,
        context: tuple[str, ...],
    ) -> RecordedTranslations | None:
        if chain is None and not sets:
            return None
        try:
            if chain is None:
                raise Unclear("nothing is kept there")
            return read_records(
                {name: block.lines for name, block in sets.items()},
                chain.lines[1:],
                found.translations,
            )
        except (Unclear, ValueError) as error:
            for block in (*sets.values(), *([chain] if chain else ())):
                self._refuse(block, context, str(error))
        return None

    def _chains(self, parts: _TableDraft, context: tuple[str, ...]) -> PacketFilter:
        bases: dict[FilterPlace, tuple[_Block, Action]] = {}
        flattening = Flattening()
        translations: list[SourceTranslation] = []
        translated = False
        for name, block in parts.chains.items():
            inside = (*context, block.header)
            if not block.lines or not block.lines[0][1].startswith("type "):
                action = _records(block)
                if action is not None and parts.flows.issuperset(FLOW_SETS):
                    flattening.recording[name] = action
                elif action is not None:
                    self._refuse(block, context, "a set that it keeps flows in is missing")
                else:
                    flattening.chains[name] = self._rules(block.lines, parts.sets, inside)
                continue
            number, text = block.lines[0]
            place, policy = _base(text)
            if ZONE_CHAINS.get(name) == text:
                continue
            if place == "translate" and not translated and policy == "accept":
                translated = True
                translations = self._translations(block.lines[1:], parts.sets, inside)
            elif place in BASE_CHAINS and place not in bases and policy is not None:
                bases[place] = block, policy
                flattening.chains[name] = self._rules(block.lines[1:], parts.sets, inside)
            else:
                why = "a second chain there" if place in bases else "at this place nothing is read"
                self._refuse(block, context, why)
                self._report(number, text, inside, why)
        found = tuple(
            FilterChain(
                place,
                policy,
                tuple(flattening.rules(block.header.partition(" ")[2], policy, place)),
                block.line,
            )
            for place, (block, policy) in bases.items()
        )
        flattening.check_targets(
            {block.header.partition(" ")[2]: place for place, (block, _) in bases.items()}
        )
        self._flattened(flattening, found, parts, context)
        return PacketFilter(found, tuple(translations), self._all_zones(parts.chains, context))

    def _flattened(
        self,
        flattening: Flattening,
        found: tuple[FilterChain, ...],
        parts: _TableDraft,
        context: tuple[str, ...],
    ) -> None:
        """Report what has no meaning in the chains that were found."""
        for number, (name, text, why) in flattening.problems.items():
            self._report(number, text, (*context, f"chain {name}"), why)
        for rule in (rule for one in found if one.place == "entry" for rule in one.rules):
            if rule.direction is not None:
                why = "packets are of no known connection there"
                self._report(rule.line, "ct", (*context, "chain entry"), why)
        # the kernel never comes to what nothing jumps to
        for name in flattening.chains.keys() | flattening.recording.keys():
            if name not in flattening.reached:
                for number, _ in parts.chains[name].all_lines():
                    self._kinds[number] = HARMLESS

    def _all_zones(
        self, chains: dict[str, _Block], context: tuple[str, ...]
    ) -> tuple[ConnectionZone, ...]:
        """Zones are said where packets come in and where they leave, in both the same."""
        blocks = [
            block
            for name, block in chains.items()
            if block.lines and ZONE_CHAINS.get(name) == block.lines[0][1]
        ]
        found = [
            self._zones(block.header.partition(" ")[2], block.lines[1:], (*context, block.header))
            for block in blocks
        ]
        if found and (len(found) != len(ZONE_CHAINS) or found[0] != found[1]):
            for block in blocks:
                self._refuse(block, context, "zones of incoming and of outgoing packets differ")
            return ()
        return found[0] if found else ()

    def _rules(
        self,
        lines: list[_Line],
        sets: _Sets,
        inside: tuple[str, ...],
    ) -> list[Rule]:
        found: list[Rule] = []
        for number, text in lines:
            try:
                found.append((number, text, read_rule(text, sets)))
            except (Unclear, ValueError) as error:
                self._report(number, text, inside, str(error))
        return found

    def _translations(
        self,
        lines: list[_Line],
        sets: _Sets,
        inside: tuple[str, ...],
    ) -> list[SourceTranslation]:
        found: list[SourceTranslation] = []
        for number, text in lines:
            try:
                found += read_translation(text, sets, number)
            except (Unclear, ValueError) as error:
                self._report(number, text, inside, str(error))
        return found

    def _zones(
        self, chain: str, lines: list[_Line], inside: tuple[str, ...]
    ) -> tuple[ConnectionZone, ...]:
        found: tuple[ConnectionZone, ...] = ()
        for number, text in lines:
            try:
                if found:
                    raise Unclear("zones are said twice: the first that holds stays")
                found = read_zones(chain, text, number)
            except Unclear as error:
                self._report(number, text, inside, str(error))
        return found

    def _flow_set(self, block: _Block, context: tuple[str, ...], known: tuple[str, ...]) -> bool:
        """Whether a set is one that flows are kept in. It decides nothing about a packet."""
        lines = [text for _, text in block.lines]
        for number, text in block.lines:
            if _OF_FLOWS.fullmatch(text):
                self._kinds[number] = HARMLESS
            elif text not in known:
                self._report(number, text, (*context, block.header), "not a set of flows")
        if set(known[:1]).issubset(lines) and "flags dynamic,timeout" in lines:
            return True
        self._refuse(block, context, "not a set of flows")
        return False

    # -- problems ----------------------------------------------------------------------------------

    def _report(self, number: int, text: str, context: tuple[str, ...], why: str) -> None:
        self._problems.setdefault(number, NotUnderstood(number, text, context, why))

    def _refuse(self, block: _Block, context: tuple[str, ...], why: str) -> None:
        """Report a block with all that is in it."""
        self._report(block.line, f"{block.header} {{", context, why)
        inside = (*context, block.header)
        for number, text in block.all_lines():
            self._report(number, text, inside, why)


def _of_others(lines: list[str], first: int) -> FilterDraft:
    """A ruleset without egovnet's table: nothing that it decides is followed."""
    others = read_others(lines, first)
    draft = FilterDraft(None, others.not_understood, not_modelled=others.not_modelled())
    blank = sum(not text or text.startswith("#") for text in (line.strip() for line in lines))
    odd = len({problem.line for problem in others.not_understood})
    draft.counts[BLANK], draft.counts[FACT] = blank, len(lines) - blank - odd
    return draft


def _records(block: _Block) -> Action | None:
    """What a chain does that keeps flows and does nothing else before it decides."""
    lines = tuple(text for _, text in block.lines)
    if lines == (*RECORDING, "accept"):
        return "accept"
    return "drop" if lines == (*RECORDING, "drop") else None


def _base(text: str) -> tuple[str, Action | None]:
    """(place, policy) of a base chain; "" where it stands at no place that is read."""
    for number, name in _NAMED_PRIORITY.items():
        text = text.replace(number, name)
    head, _, last = text.partition(" policy ")
    policy: Action | None = {"accept;": "accept", "drop;": "drop"}.get(last)  # type: ignore[assignment] # of two literals
    if text == TRANSLATE_BASE:
        return "translate", policy
    return next((place for place, known in BASE_CHAINS.items() if known == head), ""), policy
