"""What a start does not load: each of these costs every command of egovnet's."""

import subprocess
import sys

import pytest

import napalm_frr


def loaded(code: str) -> set[str]:
    """Modules of a fresh interpreter after running `code`."""
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys\nprint(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.split())


_ALL_TASKS = """
import importlib, pkgutil, egovnet.tasks
for found in pkgutil.walk_packages(egovnet.tasks.__path__, "egovnet.tasks."):
    if ".celery" not in found.name:
        importlib.import_module(found.name)
"""


def test_tasks_load_no_driver_and_no_broker() -> None:
    modules = loaded(_ALL_TASKS)
    assert "egovnet.tasks.commit" in modules
    heavy = {"celery", "asyncssh", "napalm", "napalm_frr", "netmiko", "paramiko", "redis"}
    assert not modules & heavy


def test_our_plugins_cost_other_projects_little() -> None:
    code = """
from importlib.metadata import entry_points
for group in ("nornir.plugins.inventory", "nornir.plugins.runners"):
    for found in entry_points(group=group):
        if found.value.startswith("egovnet."):
            print(found.load().__name__)
"""
    modules = loaded(code)
    assert {"EgovnetInventory", "celery_runner"} <= modules
    assert not modules & {"pydantic", "jinja2", "celery", "egovnet.inventory.model"}


_ERRORS = "from egovnet.tasks.napalm_errors import napalm_errors\nnapalm_errors()\n"
# not "jnpr": its own .pth file makes that name at every start of the interpreter
_OTHERS = {
    "pyeapi",
    "jnpr.junos",
    "ncclient",
    "napalm.eos.eos",
    "napalm.ios.ios",
    "napalm.junos.junos",
}


def test_a_session_loads_none_of_napalms_own_drivers() -> None:
    code = f"{_ERRORS}import napalm\nassert napalm.get_network_driver('frr').platform == 'frr'"
    modules = loaded(code)
    assert "napalm_frr.driver" in modules
    assert not modules & _OTHERS


def test_napalms_own_drivers_are_there_when_they_are_asked_for() -> None:
    code = f"{_ERRORS}import napalm\nprint(napalm.get_network_driver('eos').__name__)"
    modules = loaded(code)
    assert {"EOSDriver", "pyeapi"} <= modules


def test_napalm_loaded_before_is_left_as_it_is() -> None:
    assert loaded(f"import napalm\n{_ERRORS}") >= _OTHERS


def test_a_lab_is_booted_without_a_session_to_it() -> None:
    code = """
import egovnet.lab.uml, egovnet.lab.microvm, napalm_frr
from egovnet.lab.guest_payload import agent_digest
assert agent_digest()
"""
    modules = loaded(code)
    assert "napalm_frr.change.installation" in modules
    assert not modules & {"napalm", "netmiko", "paramiko", "napalm_frr.driver"}


def test_the_driver_is_found_by_its_package() -> None:
    code = "import napalm_frr\nprint(napalm_frr.FRRDriver, napalm_frr.CommitStage)"
    assert "napalm_frr.driver" in loaded(code)
    assert "FRRDriver" in dir(napalm_frr)
    with pytest.raises(AttributeError, match="no attribute 'Other'"):
        _ = napalm_frr.Other  # type: ignore[attr-defined]
