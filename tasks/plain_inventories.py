"""The routers as files of other tools: Nornir's SimpleInventory, and Ansible's inventory.

Data to be written as YAML or JSON. Nobody's credentials are in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from egovnet.inventory.allocation.allocate import Allocation
    from egovnet.inventory.model import Network, Router

#: Netmiko's name of a router's shell, as it has none for FRR.
NETMIKO_PLATFORM = "linux"


def groups_of(router: Router) -> list[str]:
    """The groups of a router in Nornir: its platform, tier, region and roles."""
    roles = sorted(role.value for role in router.roles)
    return list(dict.fromkeys([router.platform, router.tier.value, router.region, *roles]))


def nornir_files(network: Network, allocation: Allocation) -> dict[str, dict[str, Any]]:
    """SimpleInventory's files by name. A filter finds in them what it finds in egovnet's own
    inventory plugin: the groups and the data are the same.
    """
    options = {"netmiko": {"platform": NETMIKO_PLATFORM}}
    hosts = {
        name: {
            "hostname": router.hostname,
            "port": router.port,
            "platform": router.platform,
            "groups": groups_of(router),
            "data": data_of(name, router, allocation),
            "connection_options": options,
        }
        for name, router in network.routers.items()
    }
    groups = {group for router in network.routers.values() for group in groups_of(router)}
    return {
        "hosts.yaml": hosts,
        "groups.yaml": {name: {} for name in sorted(groups)},
        # of nothing at all SimpleInventory warns
        "defaults.yaml": {"data": {}},
    }


def data_of(name: str, router: Router, allocation: Allocation) -> dict[str, Any]:
    """What tasks are told of a router."""
    # a firewall has none: its number is its router id alone
    loopbacks = () if router.attachment is not None else allocation.loopbacks(name)
    return {
        "region": router.region,
        "tier": router.tier.value,
        "roles": sorted(role.value for role in router.roles),
        "management": str(router.management),
        **{f"loopback-ipv{a.version}": str(a) for a in loopbacks},
    }


def ansible_inventory(network: Network, allocation: Allocation) -> dict[str, Any]:
    """What Ansible's `yaml` inventory plugin reads, which takes JSON too.

    Groups are `platform_`, `tier_`, `region_` and `role_` and the name: of a tier and a region one
    may have the other's name. A hyphen is `_` in names of groups and of variables, where Ansible
    takes none.
    """
    hosts = {
        name: {
            "ansible_host": router.hostname,
            "ansible_port": router.port,
            "egovnet_platform": router.platform,
            **{
                f"egovnet_{key.replace('-', '_')}": value
                for key, value in data_of(name, router, allocation).items()
            },
        }
        for name, router in network.routers.items()
    }
    members: dict[str, dict[str, Any]] = {}
    for name, router in network.routers.items():
        for group in _ansible_groups(router):
            members.setdefault(group, {"hosts": {}})["hosts"][name] = None
    return {"all": {"hosts": hosts, "children": dict(sorted(members.items()))}}


def _ansible_groups(router: Router) -> Iterator[str]:
    kinds = {"platform": router.platform, "tier": router.tier.value, "region": router.region}
    pairs = [*kinds.items(), *(("role", role.value) for role in router.roles)]
    for kind, name in pairs:
        yield f"{kind}_{name.replace('-', '_')}"
