"""Whose key exchange a change concerns is said with the plan: no transaction brings its files."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from egovnet.playbooks.change.apply import apply
from egovnet.playbooks.change.ike_changes import other_connections
from egovnet.playbooks.core.progress import Silent
from egovnet.playbooks.core.workspace import Workspace
from tests.playbooks.console import egovnet
from tests.playbooks.memory_routers import MemoryRouters
from tests.small_encryption import small_encryption

Data = dict[str, Any]
BOTH = ("bj-pe1", "sh-pe1")


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A network with an encrypted VPN at two PEs, applied."""
    monkeypatch.setenv("EGOVNET_STATE", str(tmp_path / "state"))
    monkeypatch.delenv("EGOVNET_JOURNAL", raising=False)
    found, routers = small_encryption(tmp_path / "network"), MemoryRouters(trusting=True)
    routers.take_part(monkeypatch)
    routers.boot(Workspace(found))
    assert other_connections(Workspace(found)) == (), "nobody knows what was before"
    assert apply(Workspace(found), Silent(), yes=True).data["result"] == "done"
    return found


def edit(root: Path, file: str, change: Callable[[Data], object]) -> None:
    path = root / file
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    change(data)
    path.write_text(yaml.safe_dump(data, sort_keys=False), encoding="utf-8")


@pytest.mark.parametrize(
    ("file", "change", "concerned"),
    [
        ("sites/all.yaml", lambda sites: sites.pop("party-shanghai"), BOTH),
        ("sites/all.yaml", lambda sites: sites.pop("public-shanghai"), ()),
        ("vpns.yaml", lambda vpns: vpns["party"].update(encryption="none", level=2), BOTH),
        ("vpns.yaml", lambda vpns: vpns["public"].update(encryption="pe-to-pe"), ()),
        ("network.yaml", lambda net: net.update(ipsec={"esp": "aes256gcm16-ecp384-esn"}), BOTH),
        ("network.yaml", lambda net: net.update(ipsec={"esp": "aes256gcm16-ecp256-esn"}), ()),
    ],
    ids=["a peer leaves", "of a VPN in clear", "all in clear", "another VPN too", "another "
         "algorithm", "the same, said"],
)  # fmt: skip
def test_whose_connections_change(
    root: Path, file: str, change: Callable[[Data], object], concerned: tuple[str, ...]
) -> None:
    edit(root, file, change)
    assert other_connections(Workspace(root)) == concerned
    shown = egovnet(
        "plan", "--inventory", root, state=root.parent / "state", env={"EGOVNET_USERNAME": "li"}
    )
    said = [line for line in (shown.stdout + shown.stderr).splitlines() if "IKE" in line]
    assert bool(said) is bool(concerned), shown.stdout + shown.stderr
    for name in concerned:
        assert "identity script -l bj-pe1 -l sh-pe1" in " ".join(said), name
