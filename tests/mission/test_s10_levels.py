"""S10: security by level. Its filters and packets: tests/playbooks/test_platform_live.py."""

from pathlib import Path

from tests.playbooks.console import copy_of_reference, edit, egovnet


def test_a_level_above_its_network_s_is_refused(tmp_path: Path) -> None:
    inventory = copy_of_reference(tmp_path / "net")
    met = egovnet("report", "levels", "--inventory", inventory, state=tmp_path)
    assert met.code == 0 and "GB/T 22240-2020" in met.stdout

    edit(inventory / "applications.yaml", "level: 2", "level: 3")
    ran = egovnet("validate", "--inventory", inventory, state=tmp_path)
    assert ran.code == 2
    assert "applications.yaml:" in ran.stderr and "portal.level" in ran.stderr
    assert "3" in ran.stderr and "government" in ran.stderr
