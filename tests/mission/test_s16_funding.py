"""S16: funding is split between centre and regions: each circuit and router has a payer.

From `funding.yaml` beside the reference network to the table, the CSV and the page that the people
of a finance department read.
"""

import csv
import io
from decimal import Decimal
from pathlib import Path

import pytest

from tests.playbooks.console import Ran, copy_of_backbone, egovnet
from tests.playbooks.test_json_shapes import check

FUNDING = """\
payers:
  central: {name: Central budget, region: beijing}
  guangdong: {name: Guangdong finance department, region: guangdong}
  loan: {name: Loan of the development bank}
costs:
  circuits: {province: 480000.00 CNY, prefecture: 60000.50 CNY}
  devices: {centre: 250000.00 CNY, province: 90000.00 CNY, prefecture: 30000.00 CNY}
decisions:
  west-subsidy:
    devices: [sc-pe1]
    shares: {central: 33, loan: 67}
    document: Development and Reform Commission [2026] 118
    approved-by: Li Na
    approved-on: 2026-03-02
    reason: subsidy for the western provinces
    valid-from: 2026-04-01
    valid-until: 2048-12-31
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    made = copy_of_backbone(tmp_path / "network")
    (made / "funding.yaml").write_text(FUNDING, encoding="utf-8")
    return made


def report(root: Path, *words: str | Path) -> Ran:
    return egovnet("report", "funding", *words, "--inventory", root, state=root.parent / "state")


def test_each_circuit_and_router_has_a_payer(root: Path) -> None:
    ran = report(root, "--json")
    assert ran.code == 0
    check("report funding", ran.json)
    items = {(item["kind"], item["name"]): item for item in ran.json["items"]}
    paid = {key: [s["payer"] for s in item["shares"]] for key, item in items.items()}
    for (kind, name), who in paid.items():
        if name.startswith("gz-") and kind == "device":
            assert who == ["guangdong"], name
        elif name == "sc-pe1":
            assert who == ["central", "loan"]
        elif items[kind, name]["tier"] in ("centre", "province"):
            assert who == ["central"], name
    assert items["device", "sc-pe1"]["shares"][0]["amount"] == "29700.00"
    assert "[2026] 118" in items["device", "sc-pe1"]["why"]
    (total,) = ran.json["sums"]
    assert sum(Decimal(payer["amount"]) for payer in ran.json["payers"]) == Decimal(
        total["assigned"]
    )


def test_what_nobody_pays_is_shown(root: Path) -> None:
    path = root / "funding.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(", region: guangdong", ""), encoding="utf-8")
    ran = report(root)
    assert ran.code == 0
    assert "UNASSIGNED: " in ran.stdout
    assert "neither guangzhou nor a region above has a payer" in " ".join(ran.stdout.split())
    (total,) = report(root, "--json").json["sums"]
    assert Decimal(total["unassigned"]) > 0
    assert Decimal(total["assigned"]) + Decimal(total["unassigned"]) == Decimal(total["total"])


def test_the_files_add_up_too(root: Path, tmp_path: Path) -> None:
    ran = report(root, "--report", tmp_path / "out")
    assert ran.code == 0
    rows = list(csv.DictReader(io.StringIO((tmp_path / "out/funding.csv").read_text("utf-8"))))
    (total,) = report(root, "--json").json["sums"]
    assert sum(Decimal(row["amount"]) for row in rows if row["amount"]) == Decimal(total["total"])
    page = (tmp_path / "out/funding.html").read_text(encoding="utf-8")
    assert f"{total['total']} CNY in all" in page
    assert "Guangdong finance department" in page


def test_a_payer_that_does_not_exist_is_bad_input(root: Path) -> None:
    path = root / "funding.yaml"
    text = path.read_text(encoding="utf-8").replace("loan: 67", "bank: 67")
    path.write_text(text, encoding="utf-8")
    for words in (("report", "funding"), ("validate",)):
        ran = egovnet(*words, "--inventory", root, state=root.parent / "state")
        assert ran.code == 2
        assert "funding.yaml:11: decisions.west-subsidy.shares.bank: no payer bank" in ran.stderr
