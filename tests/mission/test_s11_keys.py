"""S11: every neighbour of the backbone is authenticated, by a key that nobody has seen.

Rotation without a lost packet, and who is kept out: tests/playbooks/test_key_rotation_live.py.
Customers' packets are not encrypted by this.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from egovnet.inventory.model.keys import references_in
from egovnet.tasks.keys.age_file import AgeFile
from tests.mission.texts import change, proved, rendered
from tests.playbooks.console import copy_of_backbone, egovnet

POLICY = {"isis": "hmac-md5", "ldp": "tcp-md5", "bgp": "tcp-md5"}


@pytest.fixture(scope="module")
def inventory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The reference backbone with a policy, and values in a store beside it."""
    root = tmp_path_factory.mktemp("keys")
    inventory = copy_of_backbone(root / "network")
    path = inventory / "network.yaml"
    data = yaml.safe_load(path.read_text()) | {"authentication": POLICY}
    path.write_text(yaml.safe_dump(data, sort_keys=False))
    env = {"EGOVNET_KEY_IDENTITY": str(root / "identity")}
    for words in (("init",), ("generate", "--yes")):
        ran = egovnet("keys", *words, "--inventory", inventory, state=root / "state", env=env)
        assert ran.code == 0, ran.stderr
    return inventory


@pytest.fixture(scope="module")
def texts(inventory: Path) -> Path:
    return rendered(inventory, inventory.parent / "texts", inventory.parent / "state")


def speakers(text: str) -> Iterator[tuple[str, bool]]:
    """(who is spoken to, whether there is a key) of each session of the backbone's own."""
    for port, body in re.findall(r"^interface (eth\d+)\n(.*?)^exit$", text, re.M | re.S):
        if " ip router isis " in body:
            yield f"IS-IS on {port}", " isis password md5 <egovnet:isis/" in body
    own = re.search(r"^router bgp \d+\n(.*?)^exit$", text, re.M | re.S)
    for peer in re.findall(r"^ neighbor (\S+) remote-as", own[1] if own else "", re.M):
        yield f"BGP with {peer}", f" neighbor {peer} password <egovnet:bgp/" in text


def test_every_session_of_the_backbone_has_a_key(texts: Path) -> None:
    found = [
        (path.stem, *speaker)
        for path in sorted(texts.glob("*.cfg"))
        for speaker in speakers(path.read_text())
    ]
    assert {who.split()[0] for _, who, _ in found} == {"IS-IS", "BGP"}
    assert [(router, who) for router, who, keyed in found if not keyed] == []


def test_a_key_is_at_the_two_ends_of_its_session_alone(texts: Path) -> None:
    ends: dict[str, set[str]] = {}
    for path in texts.glob("*.cfg"):
        for reference in references_in(path.read_text()):
            ends.setdefault(reference.name, set()).add(path.stem)
    pairs = {name: routers for name, routers in ends.items() if not name.startswith("isis-domain/")}
    assert {name.partition("/")[0] for name in pairs} == {"isis", "ldp", "bgp"}
    assert {len(routers) for routers in pairs.values()} == {2}
    assert all(set(re.split(r"\+|--", name.partition("/")[2])) >= routers
               for name, routers in pairs.items() if "/" in name and "+" in name)  # fmt: skip


def test_no_file_of_the_inventory_or_text_has_a_value(inventory: Path, texts: Path) -> None:
    values = AgeFile(inventory, inventory.parent / "identity").read().values()
    assert len(values) > 20
    files = [path for path in inventory.parent.rglob("*") if path.is_file()]
    assert {"keys.age", "keys.yaml", "bj-p1.cfg"} <= {path.name for path in files}
    for path in files:
        content = path.read_bytes()
        assert not any(value.encode() in content for value in values), path


def test_a_session_without_its_key_is_not_proved(inventory: Path, texts: Path) -> None:
    state = inventory.parent / "state"
    assert proved(inventory, state, "--configs", texts).code == 0
    path = texts / "bj-p1.cfg"
    before = path.read_text()
    lines = re.compile(r"^ isis password md5 .*\n", re.M)
    change(path, lambda text: lines.sub("", text, count=1))
    denied = proved(inventory, state, "--configs", texts)
    path.write_text(before)
    assert denied.code != 0
    (found,) = json.loads(denied.stdout)["findings"]
    assert (found["class"], found["device"]) == ("P4 session-without-key", "bj-p1")
