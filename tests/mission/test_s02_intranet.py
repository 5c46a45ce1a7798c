"""S2: the government intranet. Packets of it are sent in tests/playbooks/test_lab_story.py."""

import re
from pathlib import Path

from tests.mission.texts import change, proved, rendered
from tests.playbooks.console import copy_of_reference, egovnet

_SITES = """\
npc-beijing:
  description: Standing Committee, Beijing
  region: beijing
  vpn: congress
  prefixes: [10.1.40.0/24, "fde9:1:40::/64"]
  site-network-accesses:
    main: {pe: bj-pe1, port: eth3, routing-protocol: bgp}
npc-sichuan:
  description: Provincial congress, Chengdu
  region: sichuan
  vpn: congress
  prefixes: [10.1.41.0/24, "fde9:1:41::/64"]
  site-network-accesses:
    main: {pe: sc-pe1, port: eth5, routing-protocol: bgp}
"""


def test_an_agency_s_sites_have_a_vpn_of_their_own(tmp_path: Path) -> None:
    inventory = copy_of_reference(tmp_path / "net")
    (inventory / "sites" / "congress.yaml").write_text(_SITES, encoding="utf-8")
    configs = rendered(inventory, tmp_path / "configs", tmp_path)
    holding = {path.stem for path in configs.glob("*.cfg") if "vrf i-congress" in path.read_text()}
    assert holding == {"bj-pe1", "sc-pe1"}
    assert proved(inventory, tmp_path).json["proved"] is True

    sheet = egovnet("sheet", "npc-sichuan", "--inventory", inventory, state=tmp_path)
    assert "General Office of the NPC Standing Committee, in the intranet" in sheet.stdout

    target = _target(configs / "bj-pe1.cfg", "i-congress")
    change(
        configs / "sh-pe1.cfg",
        lambda text: text.replace("rt vpn both 65000:2001", f"rt vpn both 65000:2001 {target}"),
    )
    leak = proved(inventory, tmp_path, "--configs", configs)
    assert leak.code == 4
    assert "public" in str(leak.json["findings"]) and "congress" in str(leak.json["findings"])


def _target(path: Path, vrf: str) -> str:
    """The route target of a VRF, out of its instance of BGP."""
    found = re.search(
        rf"^router bgp \d+ vrf {vrf}$.*?rt vpn both (\S+)", path.read_text(), re.M | re.S
    )
    assert found is not None
    return found[1]
