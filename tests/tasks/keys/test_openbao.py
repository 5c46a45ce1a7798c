"""Values in a real server of OpenBao: all of them or none, and every refusal has its words."""

import logging
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from egovnet.inventory.model.keys import KeyReference
from egovnet.tasks.keys.age_file import AgeFile
from egovnet.tasks.keys.errors import KeyStoreError
from egovnet.tasks.keys.key_value import new_value
from egovnet.tasks.keys.keyring import key_store, open_keyring
from egovnet.tasks.keys.openbao_server import BaoServer
from egovnet.tasks.keys.openbao_store import BaoPlace, OpenBaoStore
from tests.inventories import BACKBONE
from tests.playbooks.console import egovnet
from tests.tasks.keys.bao import Bao, bao_server
from tests.tasks.keys.stores import ONE, TWO, VALUES

RULES = 'path "secret/data/egovnet/*" { capabilities = ["create", "read", "update"] }'


@pytest.fixture(scope="module")
def bao() -> Iterator[Bao]:
    with bao_server() as server:
        yield server


@pytest.fixture(scope="module")
def token(bao: Bao) -> str:
    return bao.token(RULES)


@pytest.fixture
def place(bao: Bao, tmp_path: Path) -> BaoPlace:
    path = "egovnet/" + tmp_path.name.replace(".", "-")
    return BaoPlace(path, "secret", bao.address, bao.authority.read_text())


@pytest.fixture
def store(
    place: BaoPlace, token: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> OpenBaoStore:
    for name in ("BAO_TOKEN", "BAO_ADDR", "BAO_CACERT", "EGOVNET_KEY_VALUES"):
        monkeypatch.delenv(name, raising=False)
    file = tmp_path / "token"
    file.write_text(f"{token}\n")
    file.chmod(0o600)
    monkeypatch.setenv("EGOVNET_KEY_IDENTITY", str(file))
    store = OpenBaoStore(tmp_path, "net", file)
    assert store.begin(place) == 0
    return store


def test_what_was_added_is_read_by_whoever_has_a_token(
    store: OpenBaoStore, token: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    assert store.read() == {}
    store.add({ONE: VALUES[ONE]})
    store.add(VALUES)
    store.add({})
    assert store.read() == VALUES
    found = key_store(store.directory, "net")
    assert isinstance(found, OpenBaoStore)
    assert open_keyring(store.directory, "net").reveal(str(TWO)) == VALUES[TWO]
    said = caplog.text + store.path.read_text() + repr(store) + store.name
    assert not any(secret in said for secret in (token, *VALUES.values()))


def test_another_value_of_a_key_is_refused(store: OpenBaoStore) -> None:
    store.add(VALUES)
    with pytest.raises(KeyStoreError, match="another value") as refused:
        store.add({ONE: new_value(), KeyReference("bgp/a+b", 1): new_value()})
    assert VALUES[ONE] not in str(refused.value)
    assert store.read() == VALUES


def test_two_who_write_at_once_lose_nothing(
    store: OpenBaoStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another writes between this one's reading and its own writing of `head`."""
    others = [{KeyReference(f"bgp/a+{n}", 1): new_value()} for n in "bcd"]
    write, waiting = BaoServer.write, list(others)

    def late(self: BaoServer, path: str, data: dict[str, str], after: int) -> None:
        if path.endswith("/head") and waiting:
            store.add(waiting.pop())
        write(self, path, data, after)

    monkeypatch.setattr(BaoServer, "write", late)
    store.add(VALUES)
    expected = dict(VALUES)
    for other in others:
        expected |= other
    assert store.read() == expected


def test_an_end_before_the_last_write_leaves_what_was(
    store: OpenBaoStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.add({ONE: VALUES[ONE]})
    write = BaoServer.write

    def ended(self: BaoServer, path: str, data: dict[str, str], after: int) -> None:
        if path.endswith("/head"):
            raise KeyboardInterrupt
        write(self, path, data, after)

    with monkeypatch.context() as patched:
        patched.setattr(BaoServer, "write", ended)
        with pytest.raises(KeyboardInterrupt):
            store.add(VALUES)
    assert store.read() == {ONE: VALUES[ONE]}
    store.add(VALUES)
    assert store.read() == VALUES


def test_a_nation_s_keys_go_in_at_once(store: OpenBaoStore) -> None:
    many = {KeyReference(f"isis/{'c' * 60}{n}", 1): new_value() for n in range(4500)}
    store.add(many)
    assert store.read() == many


def test_a_place_is_of_one_network(store: OpenBaoStore, place: BaoPlace, tmp_path: Path) -> None:
    store.add(VALUES)
    again = OpenBaoStore(tmp_path / "clone", "net", store.token_file)
    again.directory.mkdir()
    assert again.begin(place) == len(VALUES)
    assert again.read() == VALUES
    other = replace(store, network="another")
    for refused in (other.read, lambda: other.add(VALUES), lambda: other.begin(place)):
        with pytest.raises(KeyStoreError, match="is not of network another"):
            refused()
    AgeFile(tmp_path / "clone", tmp_path / "own").new_identity()
    with pytest.raises(KeyStoreError, match=r"keys\.openbao: is there already"):
        AgeFile(tmp_path / "clone", tmp_path / "own").begin(["age1x"])
    (tmp_path / "clone" / "keys.age").touch()
    with pytest.raises(KeyStoreError, match=r"has keys\.age and keys\.openbao"):
        key_store(tmp_path / "clone", "net")


def test_a_server_that_cannot_be_used_is_said(
    store: OpenBaoStore, bao: Bao, token: str, place: BaoPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.add(VALUES)

    def said() -> str:
        with pytest.raises(KeyStoreError) as refused:
            store.read()
        text = str(refused.value)
        assert not any(secret in text for secret in (token, bao.root, *VALUES.values()))
        return text

    def names(**fields: str) -> None:
        data = {"address": place.address, "path": place.path, "ca": place.authority} | fields
        store.path.write_text(yaml.safe_dump(data))

    with bao.sealed():
        assert "does not serve (" in (text := said())
        assert "sealed" in text
    with monkeypatch.context() as other:
        other.setenv("BAO_TOKEN", bao.token('path "secret/data/x" { capabilities = ["read"] }'))
        assert "/head: is refused (1 error occurred: * permission denied); log in" in said()
        other.setenv("BAO_TOKEN", "s.nobody")
        assert "permission denied" in said()
        other.setenv("BAO_TOKEN", "s.no\nbody")
        assert "BAO_TOKEN: is no token" in said()
    store.token_file.chmod(0o640)
    assert "others can use it" in said()
    store.token_file.chmod(0o600)
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        names(address=f"https://127.0.0.1:{nobody.getsockname()[1]}")
        assert "cannot be reached: Connection refused" in said()
    names(ca="")
    assert "does not prove who it is" in said()
    names(ca="nothing")
    assert "is no certificate" in said()
    names(address=bao.address.replace("https", "http"))
    assert "does not answer as OpenBao does (400)" in said()
    names(address="http://bao.example:8200")
    assert "write https://" in said()
    names(address="https://me:secret@bao.example")
    assert "write https://" in (text := said())
    assert "secret@" not in text
    names(mount="nowhere")
    with monkeypatch.context() as other:
        other.setenv("BAO_TOKEN", bao.root)
        assert "has no KV engine of version 2 at nowhere/" in said()
    names(path="egovnet/else")
    assert "has nothing of egovnet's" in said()
    names(path="../sys")
    assert "path: write words" in said()
    store.path.write_text("tokn: s.secret\n")
    assert "tokn: is not known; path: is missing" in (text := said())
    assert "s.secret" not in text
    names()
    assert store.read() == VALUES
    store.token_file.unlink()
    assert "EGOVNET_KEY_IDENTITY" in said()


def test_what_somebody_else_wrote_or_deleted_is_said(
    store: OpenBaoStore, bao: Bao, place: BaoPlace
) -> None:
    store.add(VALUES)
    head = f"secret/data/{place.path}/head"
    name = bao.ask("GET", head)["data"]["data"]["batches"]
    batch = f"secret/data/{place.path}/{name}"
    whole = bao.ask("GET", batch)["data"]["data"]
    for spoilt in ({"values": "{}"}, {"values": ["x"]}, {}):
        bao.ask("POST", batch, {"data": spoilt})
        with pytest.raises(KeyStoreError, match="is not what egovnet writes"):
            store.read()
    bao.ask("DELETE", batch)
    with pytest.raises(KeyStoreError, match="was deleted; bring it back"):
        store.read()
    bao.ask("POST", batch, {"data": whole})
    assert store.read() == VALUES
    bao.ask("DELETE", head)
    with pytest.raises(KeyStoreError, match="was deleted; bring it back"):
        store.add(VALUES)


def test_an_engine_of_version_1_is_refused(store: OpenBaoStore, bao: Bao, place: BaoPlace) -> None:
    bao.ask("POST", "sys/mounts/old", {"type": "kv", "options": {"version": "1"}})
    store.token_file.write_text(bao.root)
    other = replace(store, directory=store.directory / "other")
    other.directory.mkdir()
    with pytest.raises(KeyStoreError, match="KV engine of version 2"):
        other.begin(replace(place, mount="old"))
    assert not other.path.exists()


def test_the_verbs_serve_a_server_s_values(
    store: OpenBaoStore, place: BaoPlace, bao: Bao, tmp_path: Path
) -> None:
    inventory = tmp_path / "network"
    inventory.mkdir()
    for file in BACKBONE.rglob("*.yaml"):
        copy = inventory / file.relative_to(BACKBONE)
        copy.parent.mkdir(exist_ok=True)
        copy.write_text(file.read_text())
    about = yaml.safe_load((inventory / "network.yaml").read_text())
    about["authentication"] = {"ldp": "tcp-md5"}
    (inventory / "network.yaml").write_text(yaml.safe_dump(about, sort_keys=False))
    env = {"EGOVNET_KEY_IDENTITY": str(store.token_file), "BAO_ADDR": bao.address}
    env["BAO_CACERT"] = str(bao.authority)

    def run(*words: str) -> tuple[int, str]:
        options = ("--inventory", str(inventory))
        ran = egovnet(*words, *options, state=tmp_path / "state", env=env)
        return ran.code, ran.stdout + ran.stderr

    path = f"{place.path}/verbs"
    assert run("keys", "init", "--address", bao.address)[0] == 2
    assert run("keys", "init", "--openbao", path, "--recipient", "age1x")[0] == 2
    code, begun = run("keys", "init", "--openbao", path)
    assert code == 0, begun
    code, made = run("keys", "generate", "--yes")
    assert code == 0, made
    code, listed = run("keys", "list")
    code, found = run("validate")
    assert code == 0, found
    values = OpenBaoStore(inventory, about["name"], store.token_file)
    with pytest.MonkeyPatch.context() as patched:
        for name in ("BAO_ADDR", "BAO_CACERT"):
            patched.setenv(name, env[name])
        kept = values.read()
    assert kept
    assert len(kept) == made.count("<egovnet:ldp/")
    said = begun + made + listed + (inventory / "keys.yaml").read_text()
    assert not any(value in said for value in kept.values())
