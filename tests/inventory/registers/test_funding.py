"""`funding.yaml`: what it may say, and everything that is wrong with one at once."""

from pathlib import Path

import pytest

import egovnet.inventory.reference
from egovnet.inventory.errors import InventoryError
from egovnet.inventory.load import load
from egovnet.inventory.registers.funding import REGISTER, Funding

REFERENCE = Path(egovnet.inventory.reference.__path__[0])
DECISION = """\
    document: a paper
    approved-by: Li Na
    approved-on: 2026-01-05
    reason: because
    valid-from: 2026-02-01
    valid-until: 2030-12-31
"""
BAD = f"""\
payers:
  central: {{name: Central budget, region: beijing}}
  other: {{name: Another budget, region: beijing}}
  moon: {{name: The moon, region: moon}}
costs:
  named: {{nothing: 1.00 CNY}}
decisions:
  one:
    devices: ["sc-*", "x-*"]
    payer: centrall
{DECISION}  two:
    devices: [sc-pe1]
    shares: {{central: 60, nobody: 40}}
{DECISION.replace("2026-02-01", "2025-02-01")}\
"""


def problems(directory: Path, text: str) -> list[str]:
    (directory / "funding.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(InventoryError) as error:
        REGISTER.read(directory, load(REFERENCE))
    return [str(problem).removeprefix(f"{directory}/") for problem in error.value.problems]


def test_all_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    found = [line.split(" -> ")[0] for line in problems(tmp_path, BAD)]
    assert sorted(found) == sorted(
        [
            "funding.yaml:3: payers.other.region: region beijing has a payer already: central",
            "funding.yaml:4: payers.moon.region: no region 'moon'",
            "funding.yaml:6: costs.named.nothing: no circuit and no device nothing in the "
            "inventory",
            "funding.yaml:9: decisions.one.devices.1: 'x-*' is none of the inventory's devices",
            "funding.yaml:10: decisions.one.payer: no payer centrall",
            "funding.yaml:19: decisions.two.shares.nobody: no payer nobody",
            "funding.yaml:22: decisions.two.approved-on: approved on 2026-01-05, after it begins "
            "on 2025-02-01",
            "funding.yaml:18: decisions.two.devices: device sc-pe1 is decided by one at the same "
            "time",
        ]
    )


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ("    payer: central\n    shares: {central: 100}\n", "too large"),
        ("    payer: central\n    shares: {central: 99}\n", "a payer beside shares"),
        ("    shares: {central: 60, loan: 30}\n", "shares of 90 percent together"),
        ("", "no payer"),
    ],
)
def test_a_decision_says_who_pays_all(wrong: str, words: str, tmp_path: Path) -> None:
    text = "payers: {central: {name: a}, loan: {name: b}}\ndecisions:\n  one:\n"
    found = problems(tmp_path, f"{text}    devices: [sc-pe1]\n{wrong}{DECISION}")
    assert any(words in line for line in found), found


@pytest.mark.parametrize(
    "amount", ["12", "12.5 CNY", "1,000.00 CNY", "12.00", "-1.00 CNY", "1e3 CNY"]
)
def test_an_amount_is_a_decimal_with_its_currency(amount: str, tmp_path: Path) -> None:
    (line,) = problems(tmp_path, f"costs: {{devices: {{centre: '{amount}'}}}}\n")
    assert line.startswith("funding.yaml:1: costs.devices.centre: ")
    assert "480000.00 CNY" in line


def test_without_the_file_nobody_is_known_to_pay(tmp_path: Path) -> None:
    assert REGISTER.read(tmp_path, load(REFERENCE)) == Funding()
