"""Records of translated sources in nftables: dynamic sets, and the chain that fills them."""

import re
from collections.abc import Iterable, Mapping

from egovnet.templates.frr.config.draft import Unclear
from egovnet.templates.frr.config.nftables_values import read_prefixes
from egovnet.templates.frr.packet_filter_words import (
    KEEPS_TRANSLATION,
    TRANSLATION_SETS,
    translation_set,
)
from egovnet.templates.model.packet_filter import RecordedTranslations, SourceTranslation

_DURATION = re.compile(r"(?:([0-9]+)d)?(?:([0-9]+)h)?", re.ASCII)
_KEEPS = re.compile(r'oifname "([^"]+)" (ip6?) saddr (\S+) (meta .*)')
_Lines = list[tuple[int, str]]


def read_records(
    sets: Mapping[str, _Lines], chain: _Lines, translations: Iterable[SourceTranslation]
) -> RecordedTranslations:
    """What is recorded of `translations`; `chain` is without its first line.

    Raises Unclear, ValueError where it is not all of them, in sets of one kind.
    """
    due = {
        (one.out_interface, *one.pool, name)
        for one in translations
        if one.pool
        for name in TRANSLATION_SETS
        if name.endswith(str(one.pool[0].version))
    }
    found = set()
    for _, line in chain:
        said = _KEEPS.fullmatch(line)
        name = next(
            (name for name, words in KEEPS_TRANSLATION.items() if said and words == said[4]), ""
        )
        if said is None or name not in sets:
            raise Unclear("it keeps what has no meaning here")
        prefixes = list(read_prefixes(said[3], "ipv4" if said[2] == "ip" else "ipv6"))
        ends = prefixes[0].network_address, prefixes[-1].broadcast_address
        found.add((said[1], *ends, name))
    if not due.issubset(found):
        raise Unclear("it does not keep all that is translated")
    kinds = {_kind(name, [text for _, text in lines]) for name, lines in sets.items()}
    if len(kinds) != 1:
        raise Unclear("sets of different kinds")
    return kinds.pop()


def _kind(name: str, lines: list[str]) -> RecordedTranslations:
    words = dict(line.partition(" ")[::2] for line in lines)
    lasts = _DURATION.fullmatch(words.get("timeout", ""))
    size = words.get("size", "")
    if not (size.isdecimal() and size.isascii() and lasts and lasts[0]):
        raise Unclear("not a set of translations")
    kind = RecordedTranslations(int(size), int(lasts[1] or 0) * 24 + int(lasts[2] or 0))
    held = [line for line in lines if not line.startswith("elements = ")]
    if tuple(held) != translation_set(name, kind.most, kind.hours):
        raise Unclear("not a set of translations")
    return kind
