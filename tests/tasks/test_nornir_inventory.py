"""The Nornir inventory plugin: what InitNornir gives, and what plain Nornir reads of the files."""

from pathlib import Path

import pytest
from nornir import InitNornir
from nornir.core import Nornir
from nornir.core.filter import F
from nornir.core.plugins.inventory import InventoryPluginRegister

from egovnet.playbooks.core.workspace import REFERENCE, Workspace
from egovnet.tasks.credentials import CredentialsError
from egovnet.tasks.nornir_inventory import ConnectTimeoutError, EgovnetInventory, connect_timeout

SECRET = "correct-horse-battery"


@pytest.fixture(autouse=True)
def _credentials(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EGOVNET_STATE", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("EGOVNET_USERNAME", "li")
    monkeypatch.setenv("EGOVNET_PASSWORD", SECRET)
    monkeypatch.setenv("EGOVNET_KNOWN_HOSTS", "/known")
    for name in ("SSH_KEY", "SUDO", "CONNECT_TIMEOUT"):
        monkeypatch.delenv(f"EGOVNET_{name}", raising=False)


def of_reference() -> Nornir:
    InventoryPluginRegister.auto_register()
    return InitNornir(
        inventory={"plugin": "EgovnetInventory", "options": {"directory": str(REFERENCE)}},
        logging={"enabled": False},
    )


def test_the_plugin_is_installed_under_its_name() -> None:
    InventoryPluginRegister.auto_register()
    assert InventoryPluginRegister.get_plugin("EgovnetInventory") is EgovnetInventory


def test_hosts_are_the_inventory_s_routers_with_their_data() -> None:
    network = Workspace(REFERENCE).network
    hosts = of_reference().inventory.hosts
    assert list(hosts) == list(network.routers)
    host = hosts["bj-pe1"]
    assert (host.hostname, host.port, host.platform) == ("127.20.20.21", 2222, "frr")
    assert (host.username, host.password) == ("li", SECRET)
    assert host.data == {
        "region": "beijing",
        "tier": "centre",
        "roles": ["pe", "platform"],
        "management": "172.20.20.21/24",
        "loopback-ipv4": "10.255.0.3",
        "loopback-ipv6": "fde9:ff::3",
    }


def test_groups_are_platform_tier_region_and_roles() -> None:
    nornir = of_reference()

    def members(group: str) -> set[str]:
        return {host.name for host in nornir.inventory.children_of_group(group)}

    assert members("frr") == set(nornir.inventory.hosts)
    assert members("province") == {"gd-pe1", "sh-pe1", "sh-fw1", "sc-pe1"}
    assert members("guangzhou") == {"gz-pe1"}
    assert members("rr") == {"bj-p1", "bj-p2"}
    assert set(nornir.filter(F(region="guangzhou")).inventory.hosts) == {"gz-pe1"}


def test_connections_pin_the_host_key_and_give_up_in_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("EGOVNET_CONNECT_TIMEOUT", "7")
    host = of_reference().inventory.hosts["gz-pe1"]
    napalm = host.get_connection_parameters("napalm").extras
    assert napalm is not None
    optional = napalm["optional_args"]
    assert optional["ssh_strict"] is True
    assert optional["known_hosts"] == "/known"
    assert optional["device_name"] == "gz-pe1"
    assert [optional[f"{kind}_timeout"] for kind in ("conn", "auth", "banner")] == [7, 7, 7]
    netmiko = host.get_connection_parameters("netmiko")
    assert netmiko.platform == "linux"
    assert netmiko.extras is not None
    assert netmiko.extras["ssh_strict"] is True
    assert netmiko.extras["alt_key_file"] == "/known"
    assert netmiko.extras["conn_timeout"] == 7


@pytest.mark.parametrize("given", ["soon", "0", "601", "-1", "1.5", "²"])
def test_a_timeout_that_is_none_is_refused(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EGOVNET_CONNECT_TIMEOUT", given)
    with pytest.raises(ConnectTimeoutError, match=r"EGOVNET_CONNECT_TIMEOUT: .*use 1 to 600"):
        connect_timeout()


def test_without_credentials_there_is_no_nornir(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EGOVNET_USERNAME")
    with pytest.raises(CredentialsError):
        of_reference()


def test_no_password_in_what_nornir_shows_of_itself() -> None:
    nornir = of_reference()
    host = nornir.inventory.hosts["gz-pe1"]
    assert SECRET not in repr(host) + str(host) + repr(nornir.inventory.groups)


def test_plain_nornir_reads_the_same_hosts_from_the_files() -> None:
    plain = InitNornir(
        inventory={
            "plugin": "SimpleInventory",
            "options": {
                "host_file": str(REFERENCE / "hosts.yaml"),
                "group_file": str(REFERENCE / "groups.yaml"),
                "defaults_file": str(REFERENCE / "defaults.yaml"),
            },
        },
        logging={"enabled": False},
    ).inventory.hosts
    ours = of_reference().inventory.hosts
    assert plain.keys() == ours.keys()
    for name, host in plain.items():
        assert (host.hostname, host.port, host.platform) == (
            ours[name].hostname,
            ours[name].port,
            ours[name].platform,
        )  # fmt: skip -- one comparison
        assert host["region"] == ours[name]["region"]
        assert host["tier"] == ours[name]["tier"]
        assert host.username is None
        assert host.password is None
