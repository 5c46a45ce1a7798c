"""S14: the register of applications. Packets: tests/playbooks/test_platform_live.py."""

from pathlib import Path

from tests.application_register import APPLICATIONS
from tests.mission.texts import change, proved, rendered
from tests.playbooks.console import copy_of_reference, edit, egovnet


def test_only_declared_applications_pass_into_sites(tmp_path: Path) -> None:
    inventory = copy_of_reference(tmp_path / "net")
    with (inventory / "applications.yaml").open("a", encoding="utf-8") as register:
        register.write(APPLICATIONS)
    edit(
        inventory / "vpns.yaml",
        "owner: taxation, part: department, level: 2}",
        "owner: taxation, part: department, level: 2, filtering: enforced}",
    )
    shown = egovnet("application", "show", "filing", "--inventory", inventory, state=tmp_path)
    assert shown.code == 0, shown.stderr
    assert "tcp 443, 8000-8010" in shown.stdout

    configs = rendered(inventory, tmp_path / "configs", tmp_path)
    texts = {path.stem: path.read_text(encoding="utf-8") for path in configs.glob("*.cfg")}
    filtered = {name for name, text in texts.items() if '"application:filing"' in text}
    assert filtered == {"gd-pe1", "sc-pe1"}
    assert proved(inventory, tmp_path, "--configs", configs).json["proved"] is True

    change(configs / "gd-pe1.cfg", lambda text: text.replace("dport { 443,", "dport { 22, 443,"))
    leak = proved(inventory, tmp_path, "--configs", configs)
    assert leak.code == 4
    assert "port 22" in str(leak.json["findings"])
