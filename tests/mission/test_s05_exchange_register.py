"""S5: the register of exchanges, from an entry to its end; in the lab: `egovnet demo`, 13 to 15."""

from pathlib import Path

from tests.mission.texts import proved, rendered
from tests.playbooks.console import copy_of_reference, edit, egovnet

_APPROVED = "  approved-by: Zhou Min\n  approved-on: 2025-03-10\n"


def test_an_exchange_nobody_approved_is_refused(tmp_path: Path) -> None:
    inventory = copy_of_reference(tmp_path / "net")
    edit(inventory / "exchanges.yaml", _APPROVED, "")
    ran = egovnet("plan", "--inventory", inventory, state=tmp_path)
    assert ran.code == 2
    assert "exchanges.yaml" in ran.stderr and "court-files: lacks approved-by" in ran.stderr


def test_an_exchange_that_ended_is_a_leak_where_it_passes(tmp_path: Path) -> None:
    inventory = copy_of_reference(tmp_path / "net")
    still = rendered(inventory, tmp_path / "still", tmp_path)
    entries = inventory / "exchanges.yaml"
    head, entry, rest = entries.read_text(encoding="utf-8").partition("court-files:")
    ended = rest.replace("valid-until: 2049-03-31", "valid-until: 2025-12-31", 1)
    entries.write_text(head + entry + ended, encoding="utf-8")

    listed = egovnet("exchange", "list", "--json", "--inventory", inventory, state=tmp_path)
    states = {one["name"]: one["state"] for one in listed.json["exchanges"]}
    assert states == {"party-portal": "in force", "court-files": "expired"}

    leak = proved(inventory, tmp_path, "--configs", still)
    assert leak.code == 4
    assert {finding["class"] for finding in leak.json["findings"]} >= {"P9 undeclared-flow"}

    gone = rendered(inventory, tmp_path / "gone", tmp_path)
    assert "exchange:court-files" not in (gone / "bj-fw1.cfg").read_text(encoding="utf-8")
    assert proved(inventory, tmp_path, "--configs", gone).json["proved"] is True
