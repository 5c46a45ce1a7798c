"""Stores of keys: sealed to their recipients, whole or not at all, and no message says a value."""

import os
import stat
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from egovnet.inventory.model.keys import KeyReference
from egovnet.tasks.keys.age_file import AgeFile
from egovnet.tasks.keys.environment import VARIABLE, EnvironmentStore
from egovnet.tasks.keys.errors import KeyStoreError
from egovnet.tasks.keys.key_store import from_json, to_json
from egovnet.tasks.keys.key_value import is_value, new_value
from egovnet.tasks.keys.keyring import NO_KEYS, key_store, open_keyring
from tests.tasks.keys.stores import ONE, TWO, VALUES, begun


def test_what_was_added_is_read_and_the_file_says_none_of_it(tmp_path: Path) -> None:
    store = begun(tmp_path)
    assert store.read() == {}
    store.add({ONE: VALUES[ONE]})
    store.add(VALUES)
    assert store.read() == VALUES
    sealed = (tmp_path / "keys.age").read_text()
    assert not any(word in sealed for word in (*VALUES.values(), "isis", "ldp"))
    identity = tmp_path / "identity"
    assert stat.S_IMODE(identity.stat().st_mode) == 0o600
    assert store.own_recipients() == store.recipients()


def test_another_value_of_a_key_is_refused(tmp_path: Path) -> None:
    store = begun(tmp_path)
    store.add(VALUES)
    with pytest.raises(KeyStoreError, match="another value") as refused:
        store.add({ONE: new_value(), KeyReference("bgp/a+b", 1): new_value()})
    assert VALUES[ONE] not in str(refused.value)
    assert store.read() == VALUES


def test_only_recipients_open_it(tmp_path: Path) -> None:
    store = begun(tmp_path)
    other = AgeFile(tmp_path, tmp_path / "other")
    public = other.new_identity()
    store.add(VALUES)
    with pytest.raises(KeyStoreError, match="does not open it"):
        other.read()
    recipients = tmp_path / "keys.recipients"
    recipients.write_text(f"{recipients.read_text()}{public} \n")
    store.add({})
    assert other.read() == VALUES
    recipients.write_text(f"# {store.recipients()[0]}\n{public}\n")
    other.add({})
    with pytest.raises(KeyStoreError, match="does not open it"):
        store.read()


def test_an_ssh_key_opens_it(tmp_path: Path) -> None:
    file = tmp_path / "id"
    subprocess.run(
        ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", file], check=True, timeout=30
    )
    public = file.with_suffix(".pub").read_text().strip()
    store = AgeFile(tmp_path, file)
    store.begin([public])
    store.add(VALUES)
    assert store.read() == VALUES


def test_what_cannot_be_used_is_said(tmp_path: Path) -> None:
    with pytest.raises(KeyStoreError, match="keys init"):
        AgeFile(tmp_path, tmp_path / "identity").read()
    with pytest.raises(KeyStoreError, match="nobody opens"):
        AgeFile(tmp_path, tmp_path / "identity").begin([])
    with pytest.raises(KeyStoreError, match="is no recipient"):
        AgeFile(tmp_path, tmp_path / "identity").begin(["age1nobody"])
    store = begun(tmp_path)
    with pytest.raises(KeyStoreError, match="there already"):
        store.begin(store.recipients())
    store.identity.chmod(0o644)
    with pytest.raises(KeyStoreError, match="others can use it"):
        store.read()
    with pytest.raises(KeyStoreError, match="EGOVNET_KEY_IDENTITY"):
        replace(store, identity=tmp_path / "nowhere").read()
    (tmp_path / "empty").write_text("# nothing\n")
    (tmp_path / "empty").chmod(0o600)
    with pytest.raises(KeyStoreError, match="no private key"):
        replace(store, identity=tmp_path / "empty").read()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"version": 2, "values": {}}',
        '{"version": 1, "values": {"isis/a": "x"}}',
        f'{{"version": 1, "values": {{"{ONE}": "hunter2"}}}}',
        f'{{"version": 1, "values": {{"x{ONE}": "{VALUES[ONE]}"}}}}',
        f'{{"version": 1, "values": {{"{ONE}": "{VALUES[ONE]}", "{TWO}": "{VALUES[ONE]}"}}}}',
    ],
)
def test_what_egovnet_does_not_write_is_refused(text: str) -> None:
    with pytest.raises(KeyStoreError) as refused:
        from_json(text, "there")
    assert "hunter2" not in str(refused.value)
    assert VALUES[ONE] not in str(refused.value)


def test_the_environment_is_read_and_never_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    assert key_store(tmp_path, "net") is None
    assert open_keyring(tmp_path, "net") is NO_KEYS
    monkeypatch.setenv(VARIABLE, to_json(VALUES))
    store = key_store(tmp_path, "net")
    assert isinstance(store, EnvironmentStore)
    assert store.read() == VALUES
    assert not any(value in repr(store) for value in VALUES.values())
    with pytest.raises(KeyStoreError, match="only read"):
        store.add({})
    assert os.environ[VARIABLE] == to_json(VALUES)


def test_values_are_of_one_form_and_differ() -> None:
    made = {new_value() for _ in range(50)}
    assert len(made) == 50
    assert all(is_value(value) and len(value) == 43 for value in made)
