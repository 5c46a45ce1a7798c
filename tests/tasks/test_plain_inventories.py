"""Files for plain Nornir and for Ansible: the same routers, found by the same filters."""

import json
import tomllib
from importlib import import_module
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from nornir import InitNornir
from nornir.core import Nornir
from nornir.core.filter import F
from nornir.core.inventory import Inventory
from nornir.core.plugins.inventory import TransformFunctionRegister
from nornir_netmiko.tasks import netmiko_send_command

from egovnet.inventory.allocation.allocate import allocate
from egovnet.inventory.model import Network
from egovnet.lab.emulated.process import EmulatedRouters
from egovnet.playbooks.core.workspace import REFERENCE, Workspace
from egovnet.tasks.credentials import Credentials
from egovnet.tasks.nornir_groups import egovnet_groups
from egovnet.tasks.nornir_inventory import EgovnetInventory
from egovnet.tasks.plain_inventories import ansible_inventory, nornir_files
from tests.loopback import loopback_network
from tests.playbooks.console import egovnet
from tests.strategies import networks

REPOSITORY = Path(__file__).parents[2]
WORKSPACE = Workspace(REFERENCE)
NETWORK, ALLOCATION = WORKSPACE.network, WORKSPACE.allocation
FILTERS = {
    "role": F(groups__contains="pe"),
    "region": F(groups__contains="beijing"),
    "both": F(groups__contains="pe") & F(groups__contains="province"),
    "data": F(region="guangzhou"),
    "list": F(roles__contains="rr"),
    "platform": F(platform="frr"),
}


#: What has to be named where an inventory's own files are read.
GROUPS = "EgovnetGroups"
POINTS = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]["entry-points"]


def plain(directory: Path, transform: str = "") -> Nornir:
    return InitNornir(
        inventory={
            "transform_function": transform,
            "plugin": "SimpleInventory",
            "options": {
                "host_file": str(directory / "hosts.yaml"),
                "group_file": str(directory / "groups.yaml"),
                "defaults_file": str(directory / "defaults.yaml"),
            },
        },
        logging={"enabled": False},
    )


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("export")
    ran = egovnet("export", "nornir", "-o", root / "nornir", state=root / "state")
    assert (ran.code, ran.stderr) == (0, "")
    return root / "nornir"


def test_an_export_says_all_of_it_plainly(exported: Path) -> None:
    texts = {path.name: path.read_text(encoding="utf-8") for path in exported.iterdir()}
    assert set(texts) == {"hosts.yaml", "groups.yaml", "defaults.yaml"}
    assert not [name for name, text in texts.items() if "&id" in text or "*id" in text]
    assert texts["defaults.yaml"] == "data: {}\n"  # SimpleInventory warns of an empty one


def ours() -> Inventory:
    return EgovnetInventory(str(REFERENCE), NETWORK, ALLOCATION, Credentials("root")).load()


@pytest.mark.parametrize("name", FILTERS)
def test_a_filter_finds_the_same_in_plain_nornir(name: str, exported: Path) -> None:
    found = plain(exported).filter(FILTERS[name]).inventory.hosts
    expected = ours().filter(FILTERS[name]).hosts
    assert list(found) == list(expected)
    assert found
    assert all(found[host].data == expected[host].data for host in found)


def test_the_transform_function_is_installed_under_its_name() -> None:
    room, name = POINTS["nornir.plugins.transform_function"][GROUPS].split(":")
    assert getattr(import_module(room), name) is egovnet_groups


@pytest.mark.parametrize("name", FILTERS)
def test_a_filter_finds_the_same_in_the_inventory_s_own_files(name: str) -> None:
    TransformFunctionRegister.register(GROUPS, egovnet_groups)
    nornir = plain(REFERENCE, GROUPS)
    found, expected = nornir.filter(FILTERS[name]), ours().filter(FILTERS[name])
    assert list(found.inventory.hosts) == list(expected.hosts)
    members = {host.name for host in nornir.inventory.children_of_group("rr")}
    assert members == {host.name for host in ours().children_of_group("rr")}


def test_plain_nornir_asks_routers_by_netmiko(exported: Path, tmp_path: Path) -> None:
    name = "gz-pe1"
    texts = {name: WORKSPACE.intended()[name]}
    ports = {name: tuple(f"eth{number}" for number in range(6))}
    with EmulatedRouters(texts, tmp_path, network=loopback_network(), ports=ports) as routers:
        credentials = yaml.safe_load((tmp_path / "credentials.yaml").read_text(encoding="utf-8"))
        one = plain(exported).filter(name=name)
        host = one.inventory.hosts[name]
        host.hostname, host.port = routers.addresses[name]
        host.username = "root"
        extras = {"use_keys": True, "key_file": credentials["ssh-key"]}
        host.connection_options["netmiko"].extras = extras
        answer = one.run(netmiko_send_command, command_string="hostname")[name]
        one.close_connections()
    assert not answer.failed, answer[0].exception
    assert answer[0].result.strip() == name


@given(networks())
def test_ansible_has_every_router_in_its_groups(network: Network) -> None:
    document = ansible_inventory(network, allocate(network))["all"]
    assert document["hosts"].keys() == network.routers.keys()
    for name, router in network.routers.items():
        groups = {g for g, body in document["children"].items() if name in body["hosts"]}
        roles = {f"role_{role}" for role in router.roles}
        assert groups == {
            f"platform_{router.platform}",
            f"tier_{router.tier}",
            f"region_{router.region}".replace("-", "_"),
            *roles,
        }
    assert json.loads(json.dumps(document)) == document


@given(networks())
def test_every_group_of_a_host_is_in_groups_yaml(network: Network) -> None:
    files = nornir_files(network, allocate(network))
    named = {group for host in files["hosts.yaml"].values() for group in host["groups"]}
    assert named == files["groups.yaml"].keys()


@given(st.sampled_from(sorted(NETWORK.routers)))
def test_nobody_s_credentials_are_written(name: str) -> None:
    host = nornir_files(NETWORK, ALLOCATION)["hosts.yaml"][name]
    assert not {"username", "password"} & host.keys()
