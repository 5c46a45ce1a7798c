"""`drift.yaml`: what it may say."""

from pathlib import Path

import pytest

import egovnet.inventory.reference
from egovnet.inventory.errors import InventoryError
from egovnet.inventory.load import load
from egovnet.inventory.registers import all_registers, read_registers
from egovnet.inventory.registers.drift_rules import REGISTER, DriftRules

REFERENCE = Path(egovnet.inventory.reference.__path__[0])
GOOD = """\
grace: {service: 30}
share: 10
acknowledged:
  snmp:
    devices: ["sh-*"]
    class: unmanaged
    subject: "snmp-server*"
    approved-by: Li Na
    reason: until it is in the inventory
    expires: 2026-11-24
"""


def read(directory: Path, text: str) -> DriftRules:
    (directory / "drift.yaml").write_text(text, encoding="utf-8")
    return REGISTER.read(directory, load(REFERENCE))


def test_it_is_found_and_read_with_every_register(tmp_path: Path) -> None:
    assert REGISTER in all_registers()
    (tmp_path / "drift.yaml").write_text(GOOD, encoding="utf-8")
    values = read_registers(tmp_path, load(REFERENCE))
    assert values["drift rules"] == read(tmp_path, GOOD)


@pytest.mark.parametrize(
    ("text", "where", "words"),
    [
        ("grace: {leak: 5}\n", "drift.yaml:1: grace.leak", "a leak counts"),
        ("grace: {service: soon}\n", "drift.yaml:1: grace.service", "whole number"),
        ("share: 101\n", "drift.yaml:1: share", "too large"),
        ("shares: 1\n", "drift.yaml:1: shares", "unknown key"),
        ("grace: [1]\n", "drift.yaml:1: grace", "mapping"),
        (GOOD.replace("unmanaged", "leak"), "acknowledged.snmp.class", "must go"),
        (
            GOOD.replace("sh-*", "nowhere-*"),
            "drift.yaml:5: acknowledged.snmp.devices.0",
            "not a router",
        ),
        (GOOD.replace("    expires: 2026-11-24\n", ""), "acknowledged.snmp.expires", "is missing"),
        (GOOD.replace("2026-11-24", "soon"), "drift.yaml:10: acknowledged.snmp.expires", "date"),
        (GOOD.replace("Li Na", '""'), "drift.yaml:8: acknowledged.snmp.approved-by", ""),
    ],
)
def test_a_wrong_file_is_told_with_its_place(
    text: str, where: str, words: str, tmp_path: Path
) -> None:
    with pytest.raises(InventoryError) as error:
        read(tmp_path, text)
    assert where in str(error.value)
    assert words in str(error.value)
