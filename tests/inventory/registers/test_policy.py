"""`policy.yaml`: what it may say."""

from pathlib import Path

import pytest

from egovnet.inventory.errors import InventoryError
from egovnet.inventory.load import load
from egovnet.inventory.registers import all_registers
from egovnet.inventory.registers.policy import REGISTER, Policy
from tests.inventories import BACKBONE

GOOD = """\
people:
  li: {name: Li Na, codeowner: "@li"}
  wang: {name: Wang Wei}
  noc: {name: Controller, machine: true}
scopes:
  party:
    agencies: [party]
    plan: [li]
    approve: [li, wang]
    apply: [noc]
amend: [li, wang]
"""


def read(directory: Path, text: str) -> Policy:
    (directory / "policy.yaml").write_text(text, encoding="utf-8")
    return REGISTER.read(directory, load(BACKBONE))


def test_it_is_found_and_read(tmp_path: Path) -> None:
    assert REGISTER in all_registers()
    assert read(tmp_path, GOOD).scopes["party"].persons == 1
    assert REGISTER.read(tmp_path / "elsewhere", load(BACKBONE)) == Policy()


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("agencies: [party]", "agencies: [partie]", "policy.yaml:7: scopes.party.agencies.0"),
        ("plan: [li]", "plan: [lee]", "policy.yaml:8: scopes.party.plan.0: 'lee' is none of"),
        ("plan: [li]", "plan: [noc]", "scopes.party.plan.0: noc, which is a machine"),
        ("plan: [li]", "plan: []", "policy.yaml:8: scopes.party.plan"),
        ("approve: [li, wang]", "approve: [li]", "li alone, who alone plans it"),
        ("approve: [li, wang]", "approve: [wang, wang]", "approve.1: wang twice"),
        ("agencies: [party]", "kinds: [cable]", "policy.yaml:7: scopes.party.kinds.0"),
        ("agencies: [party]", "agencies: [party]\n    kinds: [circuit]", "of no agency"),
        ("apply: [noc]", "apply: [noc]\n    persons: 3", "3 must approve, and 2 may"),
        ("amend: [li, wang]", "amend: [li]", "policy.yaml:11: amend: 1 of those"),
        ("apply: [noc]", "apply: [noc]\n    owner: li", "policy.yaml:11: scopes.party.owner"),
    ],
)
def test_a_wrong_file_is_told_with_its_place(
    old: str, new: str, words: str, tmp_path: Path
) -> None:
    assert old in GOOD
    with pytest.raises(InventoryError) as caught:
        read(tmp_path, GOOD.replace(old, new))
    assert words in str(caught.value)


def test_a_policy_of_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InventoryError, match="a policy without scopes"):
        read(tmp_path, "people: {}\n")


def test_who_approved_an_entry_is_of_the_policy(tmp_path: Path) -> None:
    """Of any file, those to come as well; by what people call them."""
    (tmp_path / "legacy-circuits.yaml").write_text(
        "circuits:\n  one: {approved-by: Li Na}\n  two:\n    approved-by: Controller\n"
    )
    (tmp_path / "of-tomorrow.yaml").write_text("a:\n  - {b: {approved-by: Wang Way}}\n")
    read(tmp_path, GOOD)
    found = list(REGISTER.warnings(tmp_path, load(BACKBONE)))
    assert {warning.code for warning in found} == {"approver-not-in-policy"}
    assert [(Path(one.file).name, one.line, one.found) for one in found] == [
        ("legacy-circuits.yaml", 4, "Controller approves nothing, by policy.yaml"),
        ("of-tomorrow.yaml", 2, "Wang Way approves nothing, by policy.yaml"),
    ]
    assert "did you mean 'Wang Wei'?" in found[1].remedy
