"""The proof's reference page, made from what the proof itself uses.

`python -m egovnet.isolation.catalogue_page > docs/proof.md` writes it anew; a test compares.
"""

import sys
from collections.abc import Iterator
from importlib import import_module

from egovnet.isolation import properties
from egovnet.isolation.assumptions import ASSUMPTIONS
from egovnet.isolation.evaluation import PROPERTY_MODULES
from egovnet.isolation.model.catalogue import CATALOGUE
from egovnet.isolation.model.cause import REMEDIES
from egovnet.isolation.model.definitions import (
    AT_ITS_WORST,
    DEFINITIONS,
    NOT_COVERED,
    Definition,
)
from egovnet.isolation.model.finding_class import FindingClass
from egovnet.templates.model.text_reading import TextReading
from egovnet.templates.registry import names, platform


def catalogue_page() -> str:
    """Properties, assumptions, what is not covered, versions, every class, in Markdown."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield "# What the proof evaluates, and what it can find"
    yield ""
    yield "Made by `python -m egovnet.isolation.catalogue_page`; do not edit."
    yield ""
    yield (
        'A proof is "proved" where every property holds under the assumptions that are printed '
        "with it. A leak (a path that must not be) or a risk (no path was found, and what would "
        "rule it out is missing or not understood) denies the proof, unless its class says that it "
        "does not; hygiene does not. Findings "
        "of one cause are reported as one, with the others as its symptoms; paths between the "
        "two zones come first, then between agencies, then what is wrong at one place."
    )
    yield ""
    yield "## Properties"
    for definition in DEFINITIONS.values():
        yield ""
        yield from _property(definition)
    yield ""
    yield "## Assumptions"
    yield ""
    yield "A verdict has those that apply to its network, each with the properties that lean on it."
    yield ""
    yield "| assumption | properties | applies when | how to see that it holds |"
    yield "|---|---|---|---|"
    for assumption in ASSUMPTIONS:
        leaning = ", ".join(assumption.properties)
        row = (assumption.sentence, leaning, assumption.applies, assumption.check)
        yield f"| {' | '.join(row)} |"
    yield ""
    yield "Where the proof does not know, it takes the worst for granted:"
    yield ""
    yield from (f"- {sentence}" for sentence in AT_ITS_WORST)
    yield ""
    yield "## What is not covered"
    yield ""
    yield from (f"- **{title}.** {sentence}" for title, sentence in NOT_COVERED)
    yield ""
    yield from _versions()
    yield "## Causes"
    yield ""
    yield (
        "Findings that go away by one change are told as one: the finding that looks at the cause "
        "itself, where it is to be changed, and the others as symptoms. What counts as one change:"
    )
    yield ""
    yield "| cause | what to do |"
    yield "|---|---|"
    yield from (f"| {kind.value} | {remedy} |" for kind, remedy in REMEDIES.items())
    yield ""
    yield "## Classes of findings"
    for one in CATALOGUE.values():
        yield ""
        yield from _class(one)
    yield from _harmless()


def _versions() -> Iterator[str]:
    """The releases whose texts are read, and in what each differs."""
    yield "## Versions"
    yield ""
    yield (
        "A text of a version that is not here is refused by name (`unknown version`). Each rule "
        "was tried on that version's own daemons; the tests that keep it are named."
    )
    yield ""
    yield "| version | differs from the first | tests |"
    yield "|---|---|---|"
    for reading in _readings():
        for release in reading.releases():
            yield f"| **{release.name}** | tried on {release.tried_on} | |"
            for rule in release.differs:
                kept = ", ".join(f"`{name}`" for name in rule.evidence)
                yield f"| | {rule.sentence} | {kept} |"
    yield ""


def _harmless() -> Iterator[str]:
    """The lines that change nothing that is asked about."""
    yield ""
    yield "## Lines that are harmless"
    yield ""
    yield (
        "A line is a fact, or of one of these forms, or it is not understood and denies the "
        "proof. Capitals and numbers in parentheses stand for a value."
    )
    for reading in _readings():
        for lines in reading.harmless():
            yield ""
            yield f"### {lines.part}"
            yield ""
            yield f"Evidence: {lines.evidence}."
            yield ""
            yield "```text"
            yield from lines.forms
            yield "```"


def _readings() -> list[TextReading]:
    platforms = map(platform, names())
    return [one.text_reading for one in platforms if one.text_reading is not None]


def _property(one: Definition) -> Iterator[str]:
    name = f"{one.id}: {one.title}" if one.id.startswith("P") else f"Coverage: {one.title}"
    yield f"### {name}"
    yield ""
    yield one.says
    yield ""
    yield f"- Why it matters: {one.why}"
    yield f"- How it is kept: {one.keep}"
    classes = [f"`{klass.id}`" for klass in CATALOGUE.values() if klass.proves == one.id]
    yield f"- Denied by: {', '.join(classes)}"
    for module in PROPERTY_MODULES:
        if module.partition("_")[0] == one.id.lower():
            doc = import_module(f"{properties.__name__}.{module}").__doc__ or ""
            how = " ".join(doc.partition("\n\n")[0].split())
            yield f"- Evaluated in `isolation/properties/{module}.py`: {how}"


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
