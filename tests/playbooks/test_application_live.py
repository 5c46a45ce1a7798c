"""From open to enforced on real routers: undeclared flows are recorded, drafted, and then pass.

What nobody sent while it was observed is dropped afterwards.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from egovnet.lab.connections import ConnectionAttempt, SeenConnection
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.verbs.lab_backends import backend
from tests.loopback import loopback_network
from tests.playbooks.console import Ran, copy_of_reference, edit, egovnet

pytestmark = pytest.mark.lab("applications")

OBSERVED = "zone: extranet, owner: taxation, filtering: observed"
SICHUAN, GUANGDONG = "tax-sichuan-host", "tax-guangdong-host"
#: Sent while it is observed: a server's port in either family, and an echo request.
USED = (
    ConnectionAttempt(SICHUAN, "10.2.22.10", GUANGDONG, "10.2.21.10", "tcp", 443),
    ConnectionAttempt(SICHUAN, "fde9:2:22::a", GUANGDONG, "fde9:2:21::a", "tcp", 443),
    ConnectionAttempt(SICHUAN, "10.2.22.10", GUANGDONG, "10.2.21.10", "udp", 53),
    ConnectionAttempt(SICHUAN, "10.2.22.10", GUANGDONG, "10.2.21.10", "icmp", None),
)
#: Never sent before.
OTHERS = (
    ConnectionAttempt(SICHUAN, "10.2.22.10", GUANGDONG, "10.2.21.10", "tcp", 22, expected=False),
    ConnectionAttempt(GUANGDONG, "10.2.21.10", SICHUAN, "10.2.22.10", "tcp", 443, expected=False),
)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    root = tmp_path_factory.mktemp("applications")
    inventory = copy_of_reference(root / "inventory")
    edit(inventory / "vpns.yaml", "zone: extranet, owner: taxation", OBSERVED)
    hosts = inventory / "hosts.yaml"
    addresses = loopback_network().removesuffix("0.0/16") + "0."
    hosts.write_text(hosts.read_text(encoding="utf-8").replace("127.20.20.", addresses))
    try:
        run(inventory, "lab", "up", "--provisioned", "--timeout", "400")
        yield inventory
    finally:
        run(inventory, "lab", "down")


def run(inventory: Path, *words: str | Path, code: int = 0) -> Ran:
    state = inventory.parent / "state"
    ran = egovnet(*words, state=state, env={"EGOVNET_INVENTORY": str(inventory)})
    assert ran.code == code, f"{words}\n{ran.stdout}\n{ran.stderr}"
    return ran


def tried(inventory: Path, attempts: tuple[ConnectionAttempt, ...]) -> list[SeenConnection]:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("EGOVNET_STATE", str(inventory.parent / "state"))
        return backend(Workspace(inventory)).try_connections(attempts)


def test_a_vpn_goes_from_observed_to_enforced_without_an_outage(place: Path) -> None:
    run(place, "verify", "--json")
    assert tried(place, USED) == [SeenConnection.ANSWERED] * len(USED)
    draft = place.parent / "draft.yaml"
    found = run(place, "application", "observed", "--draft", draft, "--json").json
    seen = {(f["source"], f["target"], f["protocol"], f["port"]) for f in found["flows"]}
    for one in USED:
        assert (one.source_address, one.target_address, one.protocol, one.port) in seen
    assert not [f for f in found["flows"] if f["port"] not in (443, 53, None)], "an answer is none"
    (place / "applications.yaml").write_text(draft.read_text(encoding="utf-8"), encoding="utf-8")
    edit(place / "vpns.yaml", "filtering: observed", "filtering: enforced")
    assert run(place, "apply", "--yes", "--json").json["result"] == "done"
    assert tried(place, USED) == [SeenConnection.ANSWERED] * len(USED)
    assert tried(place, OTHERS) == [SeenConnection.NOTHING] * len(OTHERS)
