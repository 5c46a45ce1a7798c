"""S4: the interconnection platform. Packets pass it in tests/playbooks/test_platform_live.py."""

from pathlib import Path

from tests.mission.texts import change, proved, rendered
from tests.playbooks.console import copy_of_reference


def test_agencies_meet_at_firewalls_by_declared_rules_only(tmp_path: Path) -> None:
    inventory = copy_of_reference(tmp_path / "net")
    configs = rendered(inventory, tmp_path / "configs", tmp_path)
    firewall = (configs / "bj-fw1.cfg").read_text(encoding="utf-8")
    rules = [line for line in firewall.splitlines() if " accept comment " in line]
    named = {line.rsplit('"', 2)[1] for line in rules if "exchange:" in line}
    assert named == {"exchange:party-portal", "exchange:court-files"}
    for path in configs.glob("*-pe1.cfg"):
        assert "import vrf" not in path.read_text(encoding="utf-8")
    assert proved(inventory, tmp_path, "--configs", configs).json["proved"] is True


def test_a_partner_s_partner_is_not_reached(tmp_path: Path) -> None:
    """The party and the court both talk with the government, and never through it."""
    inventory = copy_of_reference(tmp_path / "net")
    configs = rendered(inventory, tmp_path / "configs", tmp_path)
    change(configs / "bj-fw1.cfg", _party_to_court)
    leak = proved(inventory, tmp_path, "--configs", configs)
    assert leak.code == 4
    found = str(leak.json["findings"])
    assert "party" in found and "court" in found and "bj-fw1" in found


def _party_to_court(text: str) -> str:
    """A rule more, by which the party's packets pass to a court's server."""
    chain = "\tchain forward-eth1.102 {\n"  # what comes from the party
    rule = '\t\toifname "eth1.100" ip saddr 10.1.10.0/24 ip daddr 10.1.30.0/28 accept\n'
    return text.replace(chain, chain + rule)
