"""docs/inventory.md is made of the models: a field more, and the page is another."""

from pathlib import Path

from egovnet.inventory.authoring.file_kinds import file_kinds
from egovnet.inventory.authoring.manual import page, values_of
from egovnet.inventory.model import Backbone, SiteNetworkAccess
from egovnet.inventory.model.shapes import fields_of, models_below
from egovnet.inventory.warnings import codes

PAGE = Path(__file__).parents[2] / "docs" / "inventory.md"


def test_the_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), (
        "write it anew: python -m egovnet.inventory.authoring.manual > docs/inventory.md"
    )


def test_it_has_every_field_and_every_warning() -> None:
    told = page()
    for kind in file_kinds():
        for model in models_below(kind.shape):
            for field in fields_of(model).values():
                assert f"`{field.key}`" in told
                assert field.description in told
    assert all(f"| `{code}` |" in told for code in codes())


def test_values_are_told_in_words_with_their_unit() -> None:
    assert values_of(fields_of(Backbone)["circuit-mtu"]) == "1508 to 9216 (bytes)"
    access = fields_of(SiteNetworkAccess)
    assert values_of(access["vlan"]) == "1 to 4094 or `untagged` (VLAN id)"
    assert values_of(access["routing-protocol"]) == "`static`, `bgp`"
    assert values_of(access["pe"]) == "name of a router"
