"""Nornir over the devices of a workspace, and its sessions closed at the end."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from nornir.core import Nornir
from nornir.core.plugins.connections import ConnectionPlugin, ConnectionPluginRegister
from nornir.core.plugins.runners import RunnerPlugin
from nornir.plugins.runners import ThreadedRunner

from egovnet.playbooks.core.runner_names import CELERY
from egovnet.playbooks.core.workspace import Workspace
from egovnet.tasks.credentials import Credentials, find_credentials
from egovnet.tasks.napalm_errors import napalm_errors
from egovnet.tasks.nornir_inventory import EgovnetInventory
from egovnet.tasks.runners.plugin import celery_runner


@contextmanager
def connected(workspace: Workspace, names: Iterable[str] | None = None) -> Iterator[Nornir]:
    """Nornir over the named devices (default: the chosen ones); sessions are kept until the end,
    or until that of `sessions_kept`.

    Raises:
        CredentialsError: it is this process that logs in, and there are none.
        BrokerError, SealingKeyError: it is not, and the broker cannot be used.
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


def open_nornir(workspace: Workspace, names: Iterable[str] | None = None) -> Nornir:
    """Nornir as `connected` gives it, for those who close it, or never end.

    Raises:
        CredentialsError: it is this process that logs in, and there are none.
        BrokerError, SealingKeyError: it is not, and the broker cannot be used.
    """
    wanted = set(workspace.chosen if names is None else names)
    # not InitNornir: it looks through all installed distributions for plugins, three times a call
    ConnectionPluginRegister.register("napalm", _napalm_plugin())
    name = workspace.network.backbone.name
    runner: RunnerPlugin
    if workspace.runner == CELERY:
        runner = celery_runner(name, workspace.checkout)
        # Workers have their own, and need not know ours.
        credentials = Credentials(username="")
    else:
        runner = ThreadedRunner(workspace.width(len(wanted)))
        credentials = find_credentials(name)
    inventory = EgovnetInventory(
        str(workspace.directory), workspace.network, workspace.allocation, credentials
    )
    nornir = Nornir(inventory.load(), runner=runner)
    return nornir.filter(filter_func=lambda host: host.name in wanted)


def _napalm_plugin() -> type[ConnectionPlugin]:
    """Nornir's way to NAPALM, without NAPALM's own drivers."""
    napalm_errors()  # first: what follows would bring them in
    from nornir_napalm.plugins.connections import Napalm  # noqa: PLC0415 -- only after the above

    return Napalm
