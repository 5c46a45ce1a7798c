"""Nornir inventory plugin `EgovnetInventory`: a cross-checked inventory, served to Nornir.

Use it as `InitNornir(inventory={"plugin": "EgovnetInventory", "options": {"directory": DIR}})`.
Plain Nornir tools may read the directory's hosts.yaml, groups.yaml and defaults.yaml instead.

Every InitNornir loads every plugin that is installed, other people's projects too: what reads an
inventory is imported when one is read.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nornir.core.inventory import (
    ConnectionOptions,
    Defaults,
    Group,
    Groups,
    Host,
    Hosts,
    Inventory,
    ParentGroups,
)

from egovnet.inventory.errors import EgovnetError
from egovnet.tasks.credentials import Credentials, find_credentials
from egovnet.tasks.plain_inventories import NETMIKO_PLATFORM, data_of, groups_of

if TYPE_CHECKING:
    from egovnet.inventory.allocation.allocate import Allocation
    from egovnet.inventory.model import Network
    from egovnet.tasks.keys.keyring import Keyring

#: Seconds until an unanswered TCP connection or login is given up (EGOVNET_CONNECT_TIMEOUT).
CONNECT_TIMEOUT = 20
#: Seconds that one command on a device may take; an emulated router is slow, not dead.
COMMAND_TIMEOUT = 90


class ConnectTimeoutError(EgovnetError):
    """EGOVNET_CONNECT_TIMEOUT is not a number of seconds (exit code 2)."""


def connect_timeout() -> int:
    """Seconds that a device may take to answer: EGOVNET_CONNECT_TIMEOUT, else CONNECT_TIMEOUT.

    Raises:
        ConnectTimeoutError: it is not a whole number from 1 to 600.
    """
    given = os.environ.get("EGOVNET_CONNECT_TIMEOUT", "")
    if not given:
        return CONNECT_TIMEOUT
    if not (given.isascii() and given.isdecimal()) or not 1 <= int(given) <= 600:
        raise ConnectTimeoutError(
            f"EGOVNET_CONNECT_TIMEOUT: {given!r} is not a number of seconds; use 1 to 600"
        )
    return int(given)


class EgovnetInventory:
    """Reads `directory` (or takes a network already read) and finds its credentials."""

    def __init__(
        self,
        directory: str,
        network: Network | None = None,
        allocation: Allocation | None = None,
        credentials: Credentials | None = None,
        keys: Keyring | None = None,
    ) -> None:
        from egovnet.inventory.allocation.allocate import allocate  # noqa: PLC0415 -- see above
        from egovnet.inventory.allocation.lock_file import read_lock  # noqa: PLC0415 -- see above
        from egovnet.tasks.keys.keyring import open_keyring  # noqa: PLC0415 -- see above
        from egovnet.templates.intend.read_inventory import (  # noqa: PLC0415 -- see above
            read_inventory,
        )

        path = Path(directory)
        self.network = network or read_inventory(path)[0]
        self.allocation = allocation or allocate(self.network, read_lock(path))
        self.credentials = credentials or find_credentials(self.network.backbone.name)
        self.keys = open_keyring(path, self.network.backbone.name) if keys is None else keys

    def load(self) -> Inventory:
        """Hosts with their region, tier, roles and loopbacks; groups by tier, region, role."""
        from egovnet.inventory.session_keys import keys_by_router  # noqa: PLC0415 -- see above
        from egovnet.tasks.keys.on_hosts import keys_option  # noqa: PLC0415 -- see above

        groups = Groups()
        own = keys_by_router(self.network) if self.keys else {}

        def group(name: str) -> Group:
            return groups.setdefault(name, Group(name=name))

        hosts = Hosts()
        for name, router in self.network.routers.items():
            host, port = self.credentials.addresses.get(name, (router.hostname, router.port))
            hosts[name] = Host(
                name=name,
                hostname=host,
                port=port,
                username=self.credentials.username,
                password=self.credentials.password,
                platform=router.platform,
                groups=ParentGroups([group(member) for member in groups_of(router)]),
                data=data_of(name, router, self.allocation),
                connection_options={
                    **_connection_options(name, self.credentials),
                    **keys_option(self.keys.only(own.get(name, ()))),
                },
            )
        return Inventory(hosts=hosts, groups=groups, defaults=Defaults())


def _connection_options(name: str, credentials: Credentials) -> dict[str, ConnectionOptions]:
    seconds = connect_timeout()
    optional: dict[str, Any] = {
        "device_name": name,
        "conn_timeout": seconds,
        "auth_timeout": seconds,
        "banner_timeout": seconds,
        "ssh_strict": True,
        "known_hosts": credentials.known_hosts,
        # whatever address it is reached at, its certificate has to name this router
        "host_key_alias": name,
        "revoked_host_keys": credentials.revoked_keys,
        "key_file": credentials.key_file,
        "sudo": credentials.sudo,
    }
    netmiko: dict[str, Any] = {
        "ssh_strict": True,
        "system_host_keys": credentials.known_hosts is None,
        "alt_host_keys": credentials.known_hosts is not None,
        "alt_key_file": credentials.known_hosts or "",
        "use_keys": credentials.key_file is not None,
        "key_file": credentials.key_file,
        "conn_timeout": seconds,
    }
    return {
        "napalm": ConnectionOptions(extras={"timeout": COMMAND_TIMEOUT, "optional_args": optional}),
        "netmiko": ConnectionOptions(platform=NETMIKO_PLATFORM, extras=netmiko),
    }
