"""Sites of the interconnection platform: what exchanges in force come to on a day."""

from datetime import date
from ipaddress import ip_network

import pytest

from egovnet.inventory.allocation.allocate import allocate
from egovnet.inventory.load import load
from egovnet.inventory.model import (
    Application,
    ExchangeEnd,
    Network,
    PlatformSite,
    RouterState,
    SiteRole,
)
from egovnet.inventory.with_platform import exchanges_in_force, registers_day, with_platform
from egovnet.templates.intend.build_firewalls import build_firewalls
from tests.platform_network import platform_network

DAY = date(2026, 11, 29)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Network:
    return load(platform_network(tmp_path_factory.mktemp("platform") / "network"))


def partners(network: Network, vpn: str) -> set[str]:
    return {str(prefix) for prefix in network.sites[f"exchange-{vpn}"].prefixes}


def test_each_vpn_has_what_its_exchanges_allow(written: Network) -> None:
    network = with_platform(written, DAY)
    assert partners(network, "party") == {"10.1.20.0/25", "fde9:1:20::/65"}
    assert partners(network, "court") == {"10.1.20.0/24", "fde9:1:20::/64"}
    assert partners(network, "government") == {
        "10.1.10.0/24",
        "10.1.11.0/24",
        "10.1.30.16/28",
        "fde9:1:10::/64",
        "fde9:1:30::10/124",
    }
    assert network.written_sites.keys() == written.sites.keys()


def test_the_first_firewall_is_preferred_in_every_vpn(written: Network) -> None:
    network = with_platform(written, DAY)
    made = [site for site in network.sites.values() if isinstance(site, PlatformSite)]
    assert len(made) == 3
    for site in made:
        accesses = site.site_network_accesses
        assert {n: a.access_priority for n, a in accesses.items()} == {"bj-fw1": 200, "sh-fw1": 100}
        assert {n: (a.pe, a.port) for n, a in accesses.items()} == {
            "bj-fw1": ("bj-pe1", "eth5"),
            "sh-fw1": ("sh-pe1", "eth5"),
        }
    assert network.sites["exchange-court"].site_role is SiteRole.HUB


@pytest.mark.parametrize(
    ("day", "in_force"),
    [
        (date(2026, 3, 31), False),
        (date(2026, 4, 1), True),
        (date(2099, 3, 31), True),
        (date(2099, 4, 1), False),
    ],
)
def test_an_exchange_holds_from_its_first_day_to_its_last(
    written: Network, day: date, in_force: bool
) -> None:
    network = with_platform(written, day)
    assert ("exchange-party" in network.sites) is in_force
    assert bool(list(exchanges_in_force(network))) is in_force


@pytest.mark.parametrize(
    ("day", "since"),
    [
        (date(2026, 3, 31), None),
        (date(2026, 4, 1), date(2026, 4, 1)),
        (date(2026, 11, 29), date(2026, 4, 1)),
        (date(2099, 3, 31), date(2026, 4, 1)),
        (date(2099, 4, 1), date(2099, 4, 1)),
        (date(2100, 1, 1), date(2099, 4, 1)),
    ],
)
def test_the_day_turns_when_something_comes_or_goes(
    written: Network, day: date, since: date | None
) -> None:
    assert registers_day(with_platform(written, day)) == since
    assert registers_day(written) is None


def test_numbers_stay_when_exchanges_come_and_go(written: Network) -> None:
    """One that ends retires its numbers, and gets them again; those of others never move."""
    full = with_platform(written, DAY)
    first = allocate(full)
    fewer = written.model_copy(
        update={"exchanges": {"court-files": written.exchanges["court-files"]}}
    )
    without = allocate(with_platform(fewer, DAY), first.lock)
    for access in ("exchange-court/bj-fw1", "exchange-court/sh-fw1"):
        assert without.vlan[access] == first.vlan[access]
        assert without.access_links(access) == first.access_links(access)
    assert without.platform_asn == first.platform_asn
    again = allocate(full, without.lock)
    assert (again.vlan, again.access4, again.vrf_number) == (
        first.vlan,
        first.access4,
        first.vrf_number,
    )


def test_the_servers_of_an_application_take_part(written: Network) -> None:
    files = Application(
        name="Files",
        owner="court",
        vpn="court",
        level=2,
        servers=(ip_network("10.1.30.64/27"),),
        protocol="tcp",
        ports=(8443, "9000-9010"),
    )
    end = ExchangeEnd(agency="court", vpn="court", application="files")
    exchange = written.exchanges["court-files"].model_copy(update={"target": end})
    update = {"exchanges": {"one": exchange}, "applications": {"files": files}}
    network = with_platform(written.model_copy(update=update), DAY)
    assert partners(network, "government") == {"10.1.30.64/27"}
    assert partners(network, "court") == {"10.1.20.0/24"}
    assert network.exchanges["one"].target.prefixes == files.servers


def test_what_another_prefix_says_is_not_said_twice(written: Network) -> None:
    wide = written.exchanges["court-files"].model_copy(
        update={
            "source": written.exchanges["court-files"].source.model_copy(
                update={"prefixes": (ip_network("10.1.20.0/25"), ip_network("10.1.20.0/24"))}
            )
        }
    )
    network = with_platform(written.model_copy(update={"exchanges": {"one": wide}}), DAY)
    assert partners(network, "court") == {"10.1.20.0/24"}
    assert partners(network, "government") == {"10.1.30.16/28"}


def test_a_firewall_that_leaves_joins_nobody_and_goes_last(written: Network) -> None:
    leaving = written.routers["bj-fw1"].model_copy(update={"state": RouterState.LEAVING})
    routers = {**written.routers, "bj-fw1": leaving}
    network = with_platform(written.model_copy(update={"routers": routers}), DAY)
    for site in network.sites.values():
        if isinstance(site, PlatformSite):
            assert list(site.site_network_accesses) == ["sh-fw1"]
            assert site.site_network_accesses["sh-fw1"].access_priority == 200
    device = build_firewalls(network, allocate(network))["bj-fw1"]
    assert device.drained
    assert not device.interfaces
    assert device.firewall is not None
    assert not device.firewall.peers
