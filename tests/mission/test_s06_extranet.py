"""S6: the government extranet's parts. Packets pass in tests/playbooks/test_extranet_live.py."""

from pathlib import Path

from tests.extranet_network import extranet_network
from tests.mission.texts import change, proved, rendered
from tests.playbooks.console import egovnet


def test_public_departments_and_internet_stay_apart(tmp_path: Path) -> None:
    inventory = extranet_network(tmp_path / "net")
    report = egovnet("report", "extranet", "--inventory", inventory, state=tmp_path)
    assert report.code == 0, report.stderr
    for part in ("public", "department", "internet"):
        assert f"\n{part} " in report.stdout
    configs = rendered(inventory, tmp_path / "configs", tmp_path)
    assert proved(inventory, tmp_path, "--configs", configs).json["proved"] is True

    # a typing error that gives a department the Internet's default route
    internet = _target(configs, "e-internet")
    health = _target(configs, "e-health")
    pe = next(p for p in sorted(configs.glob("*.cfg")) if f"vpn both {health}" in p.read_text())
    change(pe, lambda text: text.replace(f"both {health}", f"both {health} {internet}"))
    leak = proved(inventory, tmp_path, "--configs", configs)
    assert leak.code == 4
    assert "health" in str(leak.json["findings"])


def _target(configs: Path, vrf: str) -> str:
    """The route target that a VRF exports."""
    for path in sorted(configs.glob("*.cfg")):
        _, found, instance = path.read_text(encoding="utf-8").partition(f" vrf {vrf}\n bgp router")
        if found:
            line = next(line for line in instance.splitlines() if line.startswith("  rt vpn "))
            return line.split()[-1]
    raise AssertionError(f"nobody has VRF {vrf}")
