"""Source translation of nftables: `masquerade`, by the way out and where packets come from."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from egovnet.templates.frr.config.draft import Unclear
from egovnet.templates.frr.config.nftables_rule import RuleDraft, read_rule
from egovnet.templates.model.packet_filter import SourceTranslation


def read_translation(
    line: str, sets: Mapping[str, tuple[str, ...]], number: int
) -> Iterator[SourceTranslation]:
    """A rule of the chain that translates, one for each way out. Raises Unclear, ValueError."""
    draft = read_rule(line, sets, translates=True)
    if draft.verdict != ("masquerade", ""):
        raise Unclear("only masquerade has a meaning here")
    said = replace(draft, ways_out=None, sources=None, family=None, verdict=None, name="")
    if said != RuleDraft() or draft.ways_out is None or (draft.family and not draft.sources):
        raise Unclear("only the way out and where packets come from have a meaning here")
    for interface in draft.ways_out:
        yield SourceTranslation(interface, draft.sources or (), draft.name, number)
