"""Zones of any network are zones by BIND's own checker, and a view knows its own VPN's only."""

import subprocess
from datetime import date
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egovnet.inventory.allocation.allocate import allocate
from egovnet.inventory.model import Network
from egovnet.inventory.model.address_plan import ZoneDomain
from egovnet.templates.domains.server_files import server_files
from egovnet.templates.domains.zones import View, cuts, reverse_name, views
from tests.hypothesis_profiles import examples
from tests.strategies import networks

DAY = date(2026, 11, 30)


def with_servers(network: Network) -> Network:
    """Every VPN that has a site has a name server in it, the last address of its first prefix."""
    vpns = dict(network.vpns)
    for site in network.written_sites.values():
        servers = tuple(prefix[-1] for prefix in site.prefixes[:2])
        vpns[site.vpn] = vpns[site.vpn].model_copy(update={"name_servers": servers})
    domains = {zone: ZoneDomain(domain=f"{zone}.example") for zone in network.backbone.zones}
    backbone = network.backbone.model_copy(update={"domains": domains})
    return network.model_copy(update={"backbone": backbone, "vpns": vpns})


def checked(view: View, directory: Path) -> None:
    for name, text in server_files(view, {}, DAY).items():
        if not name.endswith(".zone"):
            continue
        path = directory / name
        path.write_text(text)
        strict = ["-k", "fail", "-n", "fail", "-m", "fail", "-r", "fail", "-i", "local"]
        argv = ["named-checkzone", *strict, name.removesuffix(".zone"), str(path)]
        done = subprocess.run(argv, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + text


@given(networks(max_edges=2, max_vpns=3, max_sites=2))
@examples(10)
def test_every_zone_passes_named_checkzone(
    tmp_path_factory: pytest.TempPathFactory, network: Network
) -> None:
    served = with_servers(network)
    for view in views(served, allocate(served)):
        checked(view, tmp_path_factory.mktemp("zones"))


@given(networks(max_edges=3, max_vpns=4, max_sites=3))
@examples(40)
def test_a_view_has_every_address_of_its_vpn_and_no_others(network: Network) -> None:
    served = with_servers(network)
    allocation = allocate(served)
    for view in views(served, allocation):
        own = {
            f"{name}/{access}"
            for name, site in served.written_sites.items()
            if site.vpn == view.vpn
            for access in site.site_network_accesses
        }
        links = [link for access in own for link in allocation.access_links(access)]
        prefixes = [
            p for s in served.written_sites.values() if s.vpn == view.vpn for p in s.prefixes
        ]
        forward = next(zone for zone in view.zones if not zone.name.endswith(".arpa"))
        there = set()
        for record in forward.records:
            address = ip_address(record.value)
            there.add(address)
            assert record.owner.endswith(f".{view.agency}.{view.zone}.example")
            assert any(address.version == p.version and address in p for p in (*links, *prefixes))
        # each address leads back to a name that leads to it
        pairs = {(r.owner, ip_address(r.value)) for r in forward.records}
        back = [r for zone in view.zones if zone.name.endswith(".arpa") for r in zone.records]
        pointers = {address.reverse_pointer: address for address in there}
        assert {r.owner for r in back} == pointers.keys()
        assert all((r.value, pointers[r.owner]) in pairs for r in back)


@given(
    st.one_of(
        st.tuples(st.just(4), st.integers(0, 2**32 - 1), st.integers(8, 32)),
        st.tuples(st.just(6), st.integers(0, 2**128 - 1), st.integers(44, 128)),
    )
)
def test_reverse_zones_hold_the_whole_prefix(drawn: tuple[int, int, int]) -> None:
    version, number, length = drawn
    address = ip_address(number.to_bytes(4 if version == 4 else 16))
    prefix = ip_network(f"{address}/{length}", strict=False)
    zones = {reverse_name(cut) for cut in cuts(prefix)}
    assert len(zones) <= 2 ** (7 if version == 4 else 3)
    for one in (prefix[0], prefix[-1]):
        assert sum(one.reverse_pointer.endswith(f".{zone}") for zone in zones) == 1


@pytest.mark.parametrize(
    ("prefix", "names"),
    [
        ("10.1.20.0/24", ["20.1.10.in-addr.arpa"]),
        ("10.1.20.0/23", ["20.1.10.in-addr.arpa", "21.1.10.in-addr.arpa"]),
        ("10.0.0.0/15", ["0.10.in-addr.arpa", "1.10.in-addr.arpa"]),
        ("10.200.0.4/30", ["0.200.10.in-addr.arpa"]),
        ("fde9:1::/32", ["1.0.0.0.9.e.d.f.ip6.arpa"]),
        ("fde9:fa::4/126", ["0.0.0.0.0.0.0.0.a.f.0.0.9.e.d.f.ip6.arpa"]),
    ],
)
def test_names_of_reverse_zones(prefix: str, names: list[str]) -> None:
    assert [reverse_name(cut) for cut in cuts(ip_network(prefix))] == names
