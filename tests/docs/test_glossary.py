"""The glossary has the words that an inventory is written in."""

import re

from egovnet.inventory.model import Role
from egovnet.inventory.model.annotations import NOUNS, PLATFORMS
from egovnet.inventory.model.vpns import Filtering
from tests.docs.blocks import ROOT

TEXT = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
TERMS = [term.lower() for term in re.findall(r"^\*\*(.+?)\*\*", TEXT, re.MULTILINE)]


def test_every_kind_of_entry_is_explained() -> None:
    words = {part for term in TERMS for part in re.split(r"[ ,()]+", term)}
    # a group is Nornir's; a rule is explained with its level; a router by what it does
    nouns = {noun.lower().split()[0] for noun in NOUNS.values()} - {"group", "router"}
    assert nouns - {NOUNS[PLATFORMS]} <= words
    assert "interconnection platform" in TERMS


def test_values_that_decide_what_passes_are_explained() -> None:
    for value in (*Filtering, Role.FIREWALL, "in force", "declared"):
        assert f"*{value}*" in TEXT or str(value) in TERMS, value


def test_terms_are_in_their_order() -> None:
    plain = [re.sub(r"[^a-z0-9 ]", "", term) for term in TERMS]
    assert plain == sorted(plain)
