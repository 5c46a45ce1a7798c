"""The proof's reference page, made from what the proof itself uses.

`python -m egovnet.isolation.catalogue_page > docs/proof.md` writes it anew; a test compares.
"""

import sys
from collections.abc import Iterator
from importlib import import_module

from egovnet.isolation import properties
from egovnet.isolation.evaluation import ASSUMPTIONS, PROPERTY_MODULES
from egovnet.isolation.model.catalogue import CATALOGUE
from egovnet.isolation.model.finding_class import FindingClass


def catalogue_page() -> str:
    """Properties, assumptions and every class of findings, in Markdown."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield "# What the proof evaluates, and what it can find"
    yield ""
    yield "Made by `python -m egovnet.isolation.catalogue_page`; do not edit."
    yield ""
    yield "## Properties"
    yield ""
    for name in PROPERTY_MODULES:
        first = (import_module(f"{properties.__name__}.{name}").__doc__ or "").partition("\n\n")[0]
        yield f"- {' '.join(first.split())} (`isolation/properties/{name}.py`)"
    yield ""
    yield "## Assumptions"
    yield ""
    yield from (f"- {sentence}" for sentence in ASSUMPTIONS)
    yield ""
    yield "## Classes of findings"
    yield ""
    yield (
        "A leak (a path that must not be) or a risk (no path was found, and what would rule it out "
        "is missing or not understood) denies the proof; hygiene does not."
    )
    for one in CATALOGUE.values():
        yield ""
        yield from _class(one)


def _class(one: FindingClass) -> Iterator[str]:
    yield f"### {one.id}"
    yield ""
    yield f"**{one.title}.** {one.meaning}"
    yield ""
    rules = (f"{s}, {when}" if when != "always" else str(s) for s, when in one.severities.items())
    yield f"- Severity: {'; '.join(rules)}"
    yield f"- Why it matters: {one.why}"
    yield f"- What to do: {one.remedy}"
    yield f"- Message: `{one.sentence}`"


if __name__ == "__main__":
    sys.stdout.write(catalogue_page())
