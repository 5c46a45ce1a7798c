"""The catalogue: whole, in plain sentences, and no finding is made without it."""

from pathlib import Path
from string import Formatter

import pytest

import egovnet.isolation.properties
from egovnet.isolation.catalogue_page import catalogue_page
from egovnet.isolation.evaluation import PUSH_PROPERTIES
from egovnet.isolation.model.catalogue import CATALOGUE, UnknownFindingClassError
from egovnet.isolation.model.classes import p1, p4
from egovnet.isolation.model.definitions import DEFINITIONS
from egovnet.isolation.model.finding import Finding, finding
from egovnet.isolation.model.finding_class import FindingClass, Severity

PAGE = Path(__file__).parents[3] / "docs" / "proof.md"


def test_a_finding_of_an_unknown_class_cannot_be_made() -> None:
    with pytest.raises(UnknownFindingClassError, match="P1 made-up"):
        Finding("P1 made-up", Severity.LEAK, "pe1", "", "")
    stray = FindingClass("P1 stray", {Severity.RISK: "always"}, "", "", "", "", "")
    with pytest.raises(UnknownFindingClassError, match="P1 stray"):
        finding(stray, "pe1")


def test_a_severity_that_its_class_never_has_cannot_be_given() -> None:
    with pytest.raises(UnknownFindingClassError, match="hygiene 'P1 zone-leak'"):
        Finding("P1 zone-leak", Severity.HYGIENE, "pe1", "", "")


def test_a_severity_must_be_given_where_the_class_has_several() -> None:
    with pytest.raises(ValueError, match="unpack"):
        finding(p1.FOREIGN_TARGET, "pe1")


def test_a_sentence_lacks_none_of_its_words() -> None:
    with pytest.raises(KeyError, match="route_target"):
        finding(p1.BY_KIND["zone-leak"], "pe1")


def test_ids_begin_with_a_property_that_is_evaluated_or_are_about_coverage() -> None:
    assert {one.proves for one in CATALOGUE.values()} == {*PUSH_PROPERTIES, "coverage"}
    assert all(key == one.id for key, one in CATALOGUE.items())
    assert p4.BY_PROTOCOL["ldp"].elsewhere is CATALOGUE["P4 ldp"]


@pytest.mark.parametrize("one", CATALOGUE.values(), ids=lambda one: one.id)
def test_it_says_what_why_and_what_to_do_in_sentences(one: FindingClass) -> None:
    assert one.severities
    assert one.title[0].isupper()
    assert not one.title.endswith(".")
    for text in (one.meaning, one.why, one.remedy):
        assert text[0].isupper()
        assert text.endswith(".")
        assert "  " not in text
    assert all(name is None or name for _, name, _, _ in Formatter().parse(one.sentence))


def test_properties_are_the_files_of_the_folder() -> None:
    folder = Path(egovnet.isolation.properties.__path__[0])
    named = {file.stem.partition("_")[0].upper() for file in folder.glob("p*_*.py")}
    assert named == set(PUSH_PROPERTIES)


def test_every_property_is_defined_in_sentences() -> None:
    assert list(DEFINITIONS) == [*PUSH_PROPERTIES, "coverage"]
    for one in DEFINITIONS.values():
        for text in (one.says, one.why, one.keep):
            assert text[0].isupper()
            assert text.endswith(".")


def test_the_page_of_the_catalogue_is_current() -> None:
    """`python -m egovnet.isolation.catalogue_page > docs/proof.md`."""
    assert PAGE.read_text(encoding="utf-8") == catalogue_page()
