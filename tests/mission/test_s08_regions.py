"""S8: regions join horizontally among their own networks, and vertically with the level above.

A prefecture's new site gets addresses of its region and is joined at the prefecture's edge; once
applied, its province and the centre have the route, in its own VPN and in no other.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest

from egovnet.lab.emulated.process import EmulatedRouters
from egovnet.playbooks.core.workspace import Workspace
from tests.inventories import BACKBONE
from tests.loopback import loopback_network
from tests.playbooks.console import Ran, egovnet
from tests.playbooks.emulated_workspace import applied_before, emulated_workspace

PLAN = """\
site-pools:
  government:
    zone: intranet
    agency: government
    ipv4: 10.32.0.0/13
    ipv6: fde9:20::/32
    aggregates: {province: {ipv4: 18, ipv6: 40}, prefecture: {ipv4: 22, ipv6: 48}}
"""


@dataclass(frozen=True)
class Place:
    """Emulated routers, and the command on their inventory."""

    workspace: Workspace
    routers: EmulatedRouters
    state: Path

    def run(self, *words: str | Path, code: int = 0) -> Ran:
        env = {"EGOVNET_CREDENTIALS": str(self.routers.directory / "credentials.yaml")}
        where = ("--inventory", self.workspace.directory)
        ran = egovnet(*words, *where, state=self.state, env=env)
        assert ran.code == code, ran.stdout + ran.stderr
        return ran

    def site(self, name: str, region: str, pe: str, port: str) -> list[str]:
        """A site of the government with prefixes of the plan; returns those."""
        about = ("--vpn", "government", "--region", region)
        kept = self.run("allocate", "site", name, *about, "--yes", "--json").json
        prefixes = [number["value"] for number in kept["numbers"]]
        words = [word for prefix in prefixes for word in ("--prefixes", prefix)]
        at = ("--pe", pe, "--port", port, "--routing-protocol", "static")
        at += ("--state", "waiting-for-customer")
        self.run("add", "site", name, *about, *words, *at)
        return prefixes

    def routes(self, router: str) -> dict[str, set[str]]:
        """VRF -> prefixes that the router has routes to, of IPv4."""
        line = "vtysh -c 'show ip route vrf all json'"
        done = self.routers.control.do("exec", name=router, line=line, seconds=60)
        decoder, text, found = json.JSONDecoder(), done["stdout"].strip(), {}
        while text:
            document, end = decoder.raw_decode(text)
            found.update(_prefixes(document))
            text = text[end:].strip()
        return found


def _prefixes(document: dict[str, Any]) -> dict[str, set[str]]:
    by_vrf: dict[str, set[str]] = {}
    for prefix, routes in document.items():
        for route in routes if isinstance(routes, list) else ():
            by_vrf.setdefault(route["vrfName"], set()).add(prefix)
    return by_vrf


@pytest.fixture
def place(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Place]:
    tmp_path = tmp_path_factory.mktemp("s8")
    texts = Workspace(BACKBONE).intended()
    with EmulatedRouters(texts, tmp_path / "lab", network=loopback_network()) as routers:
        workspace = emulated_workspace(routers, tmp_path, monkeypatch)
        with (workspace.directory / "network.yaml").open("a") as file:
            file.write(PLAN)
        applied_before(Workspace(workspace.directory))
        yield Place(workspace, routers, tmp_path / "state")


def test_a_prefectures_site_is_reached_across_and_above(place: Place) -> None:
    foshan = place.site("gov-panyu", "guangzhou", "gz-pe1", "eth3")
    zhuhai = place.site("gov-zhuhai", "guangdong", "gd-pe1", "eth4")
    chengdu = place.site("gov-chengdu", "sichuan", "sc-pe1", "eth3")
    # the province's sites, its prefecture's among them, are one prefix to everybody else
    guangdong, sichuan = ip_network("10.32.0.0/18"), ip_network("10.32.64.0/18")
    assert all(ip_network(each[0]).subnet_of(guangdong) for each in (foshan, zhuhai))
    assert ip_network(chengdu[0]).subnet_of(sichuan)
    assert ip_network(foshan[0]).subnet_of(ip_network("10.32.0.0/22"))
    assert not ip_network(zhuhai[0]).subnet_of(ip_network("10.32.0.0/22"))
    applied = place.run("apply", "--yes", "--json")
    assert applied.json["result"] == "done"
    # horizontally: the prefecture's edge and the province's; vertically: the centre's
    wanted = {foshan[0], zhuhai[0], chengdu[0]}
    for router in ("gz-pe1", "gd-pe1", "bj-pe1", "sh-pe1"):
        routes = place.routes(router)
        assert wanted <= routes["i-government"], router
        for vrf, prefixes in routes.items():
            assert vrf == "i-government" or not wanted & prefixes, (router, vrf)
    assert place.run("prove", "--running", "--json").json["proved"]
    sheet = place.run("sheet", "gov-panyu").stdout
    assert foshan[0] in sheet
    report = place.run("report", "addresses", "--json").json
    rows = {(row["pool"], row["region"]): row for row in report["pools"]}
    assert rows["site-ipv4/government", "guangdong"]["in_use"] == 2
    assert rows["site-ipv4/government", "guangzhou"]["in_use"] == 1
