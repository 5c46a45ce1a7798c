"""Nornir over the devices of a workspace, and its sessions closed at the end."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from nornir import InitNornir
from nornir.core import Nornir
from nornir.core.plugins.inventory import InventoryPluginRegister
from nornir.core.plugins.runners import RunnersPluginRegister

from egovnet.playbooks.core.runner_names import CELERY
from egovnet.playbooks.core.workspace import Workspace
from egovnet.tasks.credentials import Credentials, find_credentials
from egovnet.tasks.napalm_errors import napalm_errors
from egovnet.tasks.nornir_inventory import EgovnetInventory
from egovnet.tasks.runners.plugin import celery_runner


@contextmanager
def connected(workspace: Workspace, names: Iterable[str] | None = None) -> Iterator[Nornir]:
    """Nornir over the named devices (default: the chosen ones); sessions are kept until the end.

    Raises:
        CredentialsError: it is this process that logs in, and there are none.
        BrokerError, SealingKeyError: it is not, and the broker cannot be used.
    """
    nornir = open_nornir(workspace, names)
    try:
        yield nornir
    finally:
        nornir.close_connections(on_good=True, on_failed=True)


def open_nornir(workspace: Workspace, names: Iterable[str] | None = None) -> Nornir:
    """Nornir as `connected` gives it, for those who close it, or never end.

    Raises:
        CredentialsError: it is this process that logs in, and there are none.
        BrokerError, SealingKeyError: it is not, and the broker cannot be used.
    """
    wanted = set(workspace.chosen if names is None else names)
    InventoryPluginRegister.register("EgovnetInventory", EgovnetInventory)
    name = workspace.network.backbone.name
    if workspace.runner == CELERY:
        # Nornir calls a plugin, be it a class or not.
        RunnersPluginRegister.register(CELERY, celery_runner)  # type: ignore[arg-type]
        options: dict[str, object] = {"network": name, "checkout": workspace.checkout}
        # Workers have their own, and need not know ours.
        credentials = Credentials(username="")
    else:
        options = {"num_workers": workspace.workers}
        credentials = find_credentials(name)
    napalm_errors()  # first: a plugin that Nornir loads would bring in all of its drivers
    nornir = InitNornir(
        inventory={
            "plugin": "EgovnetInventory",
            "options": {
                "directory": str(workspace.directory),
                "network": workspace.network,
                "allocation": workspace.allocation,
                "credentials": credentials,
            },
        },
        runner={"plugin": workspace.runner, "options": options},
        logging={"enabled": False},
    )
    return nornir.filter(filter_func=lambda host: host.name in wanted)
