"""Stores that are sealed with SM2, SM3 and SM4: opened by their recipients alone, and unaltered."""

import json
import stat
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from egovnet.tasks.keys.age_file import AgeFile
from egovnet.tasks.keys.errors import KeyStoreError
from egovnet.tasks.keys.keyring import key_store, open_keyring
from egovnet.tasks.keys.sm_file import PREFIX, SmFile, _octets
from tests.tasks.keys.stores import ONE, VALUES, begun


def begun_sm(directory: Path) -> SmFile:
    directory.mkdir(exist_ok=True)
    store = SmFile(directory, directory / "identity")
    store.begin([store.new_identity()])
    return store


def test_what_was_added_is_read_and_the_file_says_none_of_it(tmp_path: Path) -> None:
    store = begun_sm(tmp_path)
    assert store.read() == {}
    store.add({ONE: VALUES[ONE]})
    store.add(VALUES)
    assert store.read() == VALUES
    sealed = (tmp_path / "keys.sm").read_text()
    assert not any(word in sealed for word in (*VALUES.values(), "isis", "ldp"))
    assert stat.S_IMODE(store.identity.stat().st_mode) == 0o600
    assert store.own_recipients() == store.recipients()


def test_another_program_opens_it_by_what_the_module_says(tmp_path: Path) -> None:
    """With openssl and the primitives alone: the form is as documented, and needs no egovnet."""
    store = begun_sm(tmp_path)
    store.add(VALUES)
    said = json.loads(store.path.read_text())
    master = subprocess.run(
        ["openssl", "pkeyutl", "-decrypt", "-inkey", store.identity],
        input=_octets(said["keys"][0]),
        capture_output=True,
        check=True,
        timeout=30,
    ).stdout
    nonce = _octets(said["nonce"])
    keys = HKDF(hashes.SM3(), 48, nonce, said["format"].encode()).derive(master)
    plain = Cipher(algorithms.SM4(keys[:16]), modes.CTR(nonce)).decryptor()
    assert json.loads(plain.update(_octets(said["sealed"])))["values"][str(ONE)] == VALUES[ONE]
    check = HMAC(keys[16:], hashes.SM3())
    told = {name: value for name, value in said.items() if name != "check"}
    check.update(json.dumps(told, sort_keys=True, separators=(",", ":")).encode())
    check.verify(_octets(said["check"]))


def test_nothing_is_sealed_twice_by_one_key(tmp_path: Path) -> None:
    store = begun_sm(tmp_path)
    seen = []
    for _ in range(2):
        store.add({})
        said = json.loads(store.path.read_text())
        seen.append((said["keys"][0], said["nonce"], said["sealed"]))
    assert all(one != other for one, other in zip(*seen, strict=True))


def test_only_recipients_open_it(tmp_path: Path) -> None:
    store = begun_sm(tmp_path)
    other = SmFile(tmp_path, tmp_path / "other")
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


@pytest.mark.parametrize("part", ["keys", "nonce", "sealed", "check", "format"])
def test_whatever_is_altered_is_refused(tmp_path: Path, part: str) -> None:
    store = begun_sm(tmp_path)
    store.add(VALUES)
    said = json.loads(store.path.read_text())
    if part == "keys":  # a recipient more, whom nobody added
        said["keys"].append(said["keys"][0])
    elif part == "format":
        said["format"] = "egovnet-sm-2"
    else:
        said[part] = ("B" if said[part][0] == "A" else "A") + said[part][1:]
    store.path.write_text(json.dumps(said))
    with pytest.raises(KeyStoreError, match=r"was altered|not what egovnet writes") as refused:
        store.read()
    assert not any(value in str(refused.value) for value in VALUES.values())


@pytest.mark.parametrize("text", ["", "[]", "{}", "1", "null", '{"check": 1}', "\0"])
def test_what_egovnet_does_not_write_is_refused(tmp_path: Path, text: str) -> None:
    store = begun_sm(tmp_path)
    store.path.write_text(text)
    with pytest.raises(KeyStoreError, match="not what egovnet writes"):
        store.read()


def test_what_cannot_be_used_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = SmFile(tmp_path, tmp_path / "identity")
    for line in ("age1nobody", f"{PREFIX}!", f"{PREFIX}AAAA"):
        with pytest.raises(KeyStoreError, match="is no recipient"):
            store.begin([line])
    with pytest.raises(KeyStoreError, match="nobody opens"):
        store.begin([])
    begun_sm(tmp_path)
    with pytest.raises(KeyStoreError, match="there already"):
        store.begin(store.recipients())
    other = tmp_path / "other"
    AgeFile(tmp_path, other).new_identity()
    with pytest.raises(KeyStoreError, match="no private key of SM2"):
        replace(store, identity=other).read()
    p256 = ["openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"]
    other.write_bytes(subprocess.run(p256, capture_output=True, check=True, timeout=30).stdout)
    with pytest.raises(KeyStoreError, match="no private key of SM2"):
        replace(store, identity=other).read()
    store.identity.chmod(0o644)
    with pytest.raises(KeyStoreError, match="others can use it"):
        store.read()
    store.identity.chmod(0o600)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(KeyStoreError, match="openssl: cannot be run"):
        store.read()


def test_an_inventory_has_a_store_of_one_kind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = begun_sm(tmp_path / "one")
    store.add(VALUES)
    monkeypatch.setenv("EGOVNET_KEY_IDENTITY", str(store.identity))
    found = key_store(store.directory, "net")
    assert isinstance(found, SmFile)
    assert open_keyring(store.directory, "net").reveal(str(ONE)) == VALUES[ONE]
    with pytest.raises(KeyStoreError, match=r"keys\.sm: is there already"):
        AgeFile(store.directory, store.identity).begin(["age1x"])
    age = begun(tmp_path / "two")
    (store.directory / "keys.age").write_bytes(age.path.read_bytes())
    with pytest.raises(KeyStoreError, match=r"has keys\.age and keys\.sm"):
        key_store(store.directory, "net")
