"""Assumptions in JSON: sentences, as ever, and beside them the properties that lean on each."""

from collections.abc import Iterable, Mapping
from typing import Any

from egovnet.isolation.model.assumption import Assumption

__all__ = ["Assumption", "assumptions_from", "assumptions_to"]


def assumptions_to(assumptions: Iterable[Assumption]) -> dict[str, Any]:
    """`assumptions` and `assumed` in JSON."""
    each = tuple(assumptions)
    return {
        "assumptions": [one.sentence for one in each],
        "assumed": [
            {"id": one.id, "sentence": one.sentence, "properties": list(one.properties)}
            for one in each
        ],
    }


def assumptions_from(data: Mapping[str, Any]) -> tuple[Assumption, ...]:
    """`assumptions_to` read back, also what an earlier version wrote."""
    if "assumed" not in data:
        return tuple(Assumption("", sentence) for sentence in data["assumptions"])
    return tuple(
        Assumption(one["id"], one["sentence"], tuple(one["properties"])) for one in data["assumed"]
    )


def in_words(one: Assumption) -> str:
    """With the properties that lean on it, such as "(P1 to P10)"."""
    numbers = [int(name[1:]) for name in one.properties if name[1:].isdigit()]
    if len(numbers) > 2 and numbers == list(range(numbers[0], numbers[-1] + 1)):
        return f"{one.sentence} (P{numbers[0]} to P{numbers[-1]})"
    return f"{one.sentence} ({', '.join(one.properties)})" if one.properties else one.sentence
