"""Nornir over the devices of a workspace, and its sessions closed at the end."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from nornir.core import Nornir
from nornir.core.plugins.connections import ConnectionPlugin, ConnectionPluginRegister
from nornir.core.plugins.runners import RunnerPlugin
from nornir.plugins.runners import ThreadedRunner

from egovnet.inventory.model import Network
from egovnet.playbooks.core.runner_names import CELERY
from egovnet.playbooks.core.workspace import Workspace
from egovnet.tasks.credentials import Credentials, find_credentials
from egovnet.tasks.keys.keyring import NO_KEYS, open_keyring
from egovnet.tasks.napalm_errors import napalm_errors
from egovnet.tasks.nornir_inventory import EgovnetInventory
from egovnet.tasks.runners.plugin import celery_runner

if TYPE_CHECKING:
    from egovnet.tasks.runners.wire.task_form import TaskList


@contextmanager
def connected(workspace: Workspace, names: Iterable[str] | None = None) -> Iterator[Nornir]:
    """Nornir over the named devices (default: the chosen ones); sessions are kept until the end,
    or until that of `sessions_kept`.

    Raises:
        CredentialsError: it is this process that logs in, and there are none.
        BrokerError, KeyFileError, TrustedKeysError: it is not, and workers cannot be reached.
    """
    kept = workspace.kept
    wanted = set(workspace.chosen if names is None else names)
    if kept.wanted and kept.nornir is None:
        kept.nornir = open_nornir(workspace, workspace.network.routers)
    if kept.nornir is not None and wanted <= kept.nornir.inventory.hosts.keys():
        of_all = kept.nornir.with_runner(ThreadedRunner(workspace.width(len(wanted))))
        yield of_all.filter(filter_func=lambda host: host.name in wanted)
        return
    nornir = open_nornir(workspace, wanted)
    try:
        yield nornir
    finally:
        nornir.close_connections(on_good=True, on_failed=True)


@contextmanager
def sessions_kept(workspace: Workspace) -> Iterator[None]:
    """The stages within find the sessions of those before them open.

    A session may be dead by then: whoever begins a stage asks with `tasks.device.answering`.
    """
    kept = workspace.kept
    if kept.wanted or workspace.runner == CELERY:  # workers have sessions of their own
        yield
        return
    kept.wanted = True
    try:
        yield
    finally:
        kept.wanted = False
        if kept.nornir is not None:
            kept.nornir.close_connections(on_good=True, on_failed=True)
            kept.nornir = None


def open_nornir(
    workspace: Workspace, names: Iterable[str] | None = None, tasks: "TaskList | None" = None
) -> Nornir:
    """Nornir as `connected` gives it, for those who close it, or never end.

    `tasks` are those that workers are asked for, where they are others than `tasks`' own.

    Raises:
        CredentialsError: it is this process that logs in, and there are none.
        KeyStoreError: there is a store of keys, and it cannot be opened here.
        BrokerError, KeyFileError, TrustedKeysError: it is not, and workers cannot be reached.
    """
    wanted = set(workspace.chosen if names is None else names)
    # not InitNornir: it looks through all installed distributions for plugins, three times a call
    ConnectionPluginRegister.register("napalm", _napalm_plugin())
    name = workspace.network.backbone.name
    runner: RunnerPlugin
    if workspace.runner == CELERY:
        regions = below_each(workspace.on_disk.network)
        runner = celery_runner(name, workspace.checkout, regions, tasks)
        # Workers have their own, and need not know ours.
        credentials, keys = Credentials(username=""), NO_KEYS
    else:
        runner = ThreadedRunner(workspace.width(len(wanted)))
        credentials = find_credentials(name)
        keys = open_keyring(workspace.directory, name)
    inventory = EgovnetInventory(
        str(workspace.directory), workspace.network, workspace.allocation, credentials, keys
    )
    nornir = Nornir(inventory.load(), runner=runner)
    return nornir.filter(filter_func=lambda host: host.name in wanted)


def below_each(network: Network) -> dict[str, frozenset[str]]:
    """Region -> itself and all below it."""
    found: dict[str, set[str]] = {region: {region} for region in network.regions}
    for region, entry in network.regions.items():
        above = entry.parent
        while above is not None:
            found[above].add(region)
            above = network.regions[above].parent
    return {region: frozenset(below) for region, below in found.items()}


def _napalm_plugin() -> type[ConnectionPlugin]:
    """Nornir's way to NAPALM, without NAPALM's own drivers."""
    napalm_errors()  # first: what follows would bring them in
    from nornir_napalm.plugins.connections import Napalm  # noqa: PLC0415 -- only after the above

    return Napalm
