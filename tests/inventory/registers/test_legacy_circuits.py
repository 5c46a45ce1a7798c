"""`legacy-circuits.yaml`: what it may say, and every mistake of it at once."""

from datetime import date
from pathlib import Path

import pytest

from egovnet.inventory.errors import InventoryError
from egovnet.inventory.load import load
from egovnet.inventory.registers import all_registers, read_registers, register_warnings
from egovnet.inventory.registers.legacy_circuits import FILE, REGISTER, LegacyCircuits
from tests.inventories import BACKBONE
from tests.legacy_lines import GOOD


def read(directory: Path, text: str) -> LegacyCircuits:
    (directory / FILE).write_text(text, encoding="utf-8")
    return REGISTER.read(directory, load(BACKBONE))


def problems(directory: Path, text: str) -> list[str]:
    with pytest.raises(InventoryError) as error:
        read(directory, text)
    return [str(p).removeprefix(f"{directory}/") for p in error.value.problems]


def test_it_is_found_and_read(tmp_path: Path) -> None:
    assert REGISTER in all_registers()
    value = read(tmp_path, GOOD)
    assert read_registers(tmp_path, load(BACKBONE))["legacy circuits"] == value
    assert value.at_ports() == {
        ("bj-pe1", "eth7"): "beijing-sichuan",
        ("sc-pe1", "eth7"): "beijing-sichuan",
    }
    assert value.circuits["beijing-sichuan"].between_routers


def test_without_the_file_there_is_none(tmp_path: Path) -> None:
    assert REGISTER.read(tmp_path, load(BACKBONE)) == LegacyCircuits()


@pytest.mark.parametrize(
    ("old", "new", "where", "words"),
    [
        ("bj-pe1", "bj-pe9", "10: circuits.beijing-sichuan.a.router", "no router 'bj-pe9'"),
        ("tax-sichuan}", "tax-nowhere}", "circuits.taxation.a.site", "no site 'tax-nowhere'"),
        ("owner: taxation", "owner: tax", "circuits.taxation.owner", "no agency 'tax'"),
        ("by: Li Na\n    approved-on: 2026-03-02", "by: Li Ma\n    approved-on: 2026-03-02",
         "circuits.beijing-sichuan.approved-by", "Li Ma is none of the approvers"),
        ("valid-until: 2099-03-31", "valid-until: 2026-03-31", "valid-until", "before it begins"),
        ("approved-on: 2026-03-02", "approved-on: 2026-05-02", "approved-on", "after it begins"),
        ("approved-on: 2026-03-02", "approved-on: 2098-03-02", "approved-on", "which is to come"),
        ("laid-on: 2019-06-01", "laid-on: 2026-06-01", "laid-on", "nobody lays a line"),
        ("bj-pe1, port: eth7", "bj-pe1, port: eth1", "a.port", "is taken by circuit"),
        ("bj-pe1, port: eth7", "bj-pe1, port: eth3", "a.port", "is taken by access"),
        ("bj-pe1, port: eth7", "bj-pe1, port: eth0", "a.port", "is taken by management"),
        ("bj-pe1, port: eth7", "bj-pe1", "a.port", "a router without a port"),
        ("bj-pe1, port: eth7", "bj-pe1, port: eth7, place: here", "a", "router and place"),
        ("{router: bj-pe1, port: eth7}", "{}", "a", "no router, no site and no place"),
        ("{router: bj-pe1, port: eth7}", "{site: tax-sichuan}", "a.site", "an access of the site"),
        ("bj-pe1, port: eth7", "sc-pe1, port: eth7", "b", "both ends are sc-pe1 eth7"),
        ("bj-pe1, port: eth7", "sc-pe1, port: eth8", "b.router", "both ends on one router"),
        ("tax-guangdong}", "party-beijing}", "b.site", "joins VPN taxation and VPN party"),
        ("owner: taxation", "owner: party", "a.site", "tax-sichuan is a site of taxation"),
        ("capacity: 100", "capacity: 0", "capacity", "too small"),
        ("    capacity: 100\n", "", "capacity", "is missing"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_place(
    old: str, new: str, where: str, words: str, tmp_path: Path
) -> None:
    assert old in GOOD
    found = problems(tmp_path, GOOD.replace(old, new, 1))
    assert any(where in one and words in one for one in found), found
    assert all(one.startswith(f"{FILE}:") for one in found)


def test_all_of_it_at_once(tmp_path: Path) -> None:
    text = GOOD
    for old, new in (
        ("bj-pe1, port: eth7", "bj-pe1, port: eth1"),
        ("sc-pe1, port", "sc-pe9, port"),
        ("by: Li Na", "by: Nobody"),
        ("until: 2099-03-31", "until: 2026-03-01"),
        ("tax-guangdong", "tax-gone"),
    ):
        text = text.replace(old, new, 1)
    found = problems(tmp_path, text)
    assert len(found) == 5, found
    circuit = next(iter(load(BACKBONE).circuits))
    found = problems(tmp_path, text.replace("  taxation:", f"  {circuit}:"))
    assert any("is a circuit of the backbone" in one for one in found)


def test_a_line_that_ends_is_warned_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read(tmp_path, GOOD.replace("2099-03-31", "2026-12-31", 1).replace("2099", "2027"))

    def codes(day: date) -> list[tuple[str, int]]:
        monkeypatch.setattr("egovnet.inventory.registers.legacy_circuits.today", lambda: day)
        found = register_warnings(tmp_path, load(BACKBONE))
        return [(one.code.removeprefix("legacy-circuit-"), one.line) for one in found]

    lines = GOOD.splitlines()
    last = [n for n, line in enumerate(lines, 1) if "valid-until" in line]
    first = [n for n, line in enumerate(lines, 1) if "valid-from" in line]
    assert codes(date(2026, 10, 2)) == []
    assert codes(date(2026, 10, 3)) == [("ends-soon", last[0])]
    assert codes(date(2027, 1, 1)) == [("expired", last[0]), ("ends-soon", last[1])]
    assert codes(date(2026, 3, 31)) == [("not-yet-valid", n) for n in first]
