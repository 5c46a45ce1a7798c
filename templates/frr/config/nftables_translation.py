"""Source translation of nftables: `masquerade` and `snat`, by the way out and where packets come
from.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from egovnet.templates.frr.config.draft import Unclear
from egovnet.templates.frr.config.nftables_rule import RuleDraft, read_rule
from egovnet.templates.frr.config.nftables_sets import NamedSet
from egovnet.templates.frr.config.nftables_values import read_prefixes
from egovnet.templates.model.device import IPAddress
from egovnet.templates.model.packet_filter import SourceTranslation


def read_translation(
    line: str, sets: Mapping[str, NamedSet], number: int
) -> Iterator[SourceTranslation]:
    """A rule of the chain that translates, one for each way out. Raises Unclear, ValueError."""
    draft = read_rule(line, sets, translates=True)
    word, target = draft.verdict or ("", "")
    if word not in ("masquerade", "snat"):
        raise Unclear("only masquerade and snat have a meaning here")
    said = replace(draft, ways_out=None, sources=None, family=None, verdict=None, name="")
    if said != RuleDraft() or draft.ways_out is None or (draft.family and not draft.sources):
        raise Unclear("only the way out and where packets come from have a meaning here")
    pool = _pool(target) if word == "snat" else None
    if pool is not None and not draft.sources:
        raise Unclear("a pool for whatever leaves")
    if pool is not None and {one.version for one in draft.sources or ()} != {pool[0].version}:
        raise Unclear("a pool of another family than what is translated to it")
    for interface in draft.ways_out:
        yield SourceTranslation(interface, draft.sources or (), pool, draft.name, number)


def _pool(text: str) -> tuple[IPAddress, IPAddress]:
    found = tuple(read_prefixes(text, "ipv6" if ":" in text else "ipv4"))
    if not found:
        raise Unclear("a range that is none")
    return found[0].network_address, found[-1].broadcast_address
