"""A party's private key, and the file of everybody's public ones."""

import errno
import os
from pathlib import Path

import pytest

from egovnet.inventory.errors import EgovnetError, InventoryError
from egovnet.tasks.runners.wire.identity import Identity
from egovnet.tasks.runners.wire.key_pair import (
    KeyFileError,
    KeyPair,
    PublicKey,
    read_key_pair,
    write_new_key,
)
from egovnet.tasks.runners.wire.trusted_keys import (
    FreshKeys,
    TrustedKeysError,
    read_trusted_keys,
)

REGIONS = {"beijing": {"beijing", "guangdong"}, "guangdong": {"guangdong"}}
CENTRE, WORKER, OTHER = (KeyPair.new() for _ in range(3))


def written(path: Path, text: str = "") -> Path:
    path.write_text(
        text
        or f"controllers:\n  centre: {CENTRE.public}\n"
        f"workers:\n  gd-1:\n    key: {WORKER.public}\n    regions: [guangdong]\n"
    )
    path.chmod(0o644)
    return path


# -- a private key -------------------------------------------------------------------------------


def test_a_new_key_is_its_owner_s_alone(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        public = write_new_key(tmp_path / "key")
    finally:
        os.umask(before)
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600
    assert read_key_pair(tmp_path / "key").public == public
    assert write_new_key(tmp_path / "other") != public


def test_a_key_is_never_written_over(tmp_path: Path) -> None:
    write_new_key(tmp_path / "key")
    before = (tmp_path / "key").read_bytes()
    (tmp_path / "link").symlink_to("nowhere")
    for name in ("key", "link"):
        with pytest.raises(KeyFileError, match="is there already; a key is never written over"):
            write_new_key(tmp_path / name)
    assert (tmp_path / "key").read_bytes() == before
    with pytest.raises(KeyFileError, match="cannot be written: No such file"):
        write_new_key(tmp_path / "no" / "key")


def test_half_a_key_is_not_left_on_a_full_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), descriptor)

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(KeyFileError, match="cannot be written: No space left"):
        write_new_key(tmp_path / "key")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_a_key_that_others_can_use_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "key"
    write_new_key(path)
    path.chmod(mode)
    with pytest.raises(KeyFileError, match=rf"others can use it too \(mode {mode:04o}\)"):
        read_key_pair(path)


@pytest.mark.parametrize("what", ["empty", "half", "twice", "other way round", "octets", "text"])
def test_a_file_that_is_no_key(tmp_path: Path, what: str) -> None:
    path = tmp_path / "key"
    write_new_key(path)
    text = path.read_text()
    first, second = (
        part + "-----END PRIVATE KEY-----\n"
        for part in text.split("-----END PRIVATE KEY-----\n")[:2]
    )
    path.write_bytes(
        {
            "empty": b"",
            "half": first.encode(),
            "twice": (first + first).encode(),
            "other way round": (second + first).encode(),
            "octets": b"\xff\x00" * 50,
            "text": b"hunter2-is-my-password",
        }[what]
    )
    with pytest.raises(KeyFileError, match="is not a private key of egovnet's; make one") as error:
        read_key_pair(path)
    assert "hunter2" not in str(error.value)


def test_a_key_that_is_not_there_or_no_file(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError, match="cannot be read: No such file"):
        read_key_pair(tmp_path / "key")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(KeyFileError, match="it is a named pipe"):
        read_key_pair(tmp_path / "pipe")


def test_a_private_key_shows_nothing_of_itself() -> None:
    assert "Ed25519" not in repr(CENTRE)
    assert repr(CENTRE) == "KeyPair()"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "egovnet-public-1:",
        "egovnet-public-2:" + "A" * 88,
        "egovnet-public-1:" + "A" * 86,
        "ssh-ed25519 AAAA",
    ],
)
def test_a_text_that_is_no_public_key(text: str) -> None:
    with pytest.raises(ValueError, match="egovnet-public-1:"):
        PublicKey.from_text(text)


def test_a_public_key_is_its_text() -> None:
    assert PublicKey.from_text(str(CENTRE.public)) == CENTRE.public
    assert CENTRE.public.name != WORKER.public.name


# -- public keys ---------------------------------------------------------------------------------


def test_a_worker_answers_for_its_region_and_those_below(tmp_path: Path) -> None:
    path = written(tmp_path / "keys.yaml")
    keys = read_trusted_keys(path, REGIONS)
    assert keys.workers[WORKER.public.name].regions == {"guangdong"}
    assert keys.workers_of("beijing") == []
    written(path, path.read_text().replace("[guangdong]", "[beijing]"))
    assert read_trusted_keys(path, REGIONS).workers_of("guangdong")[0].name == "gd-1"


@pytest.mark.parametrize(
    ("old", "new", "line", "found"),
    [
        ("[guangdong]", "[guangdon]", 6, "no region 'guangdon'"),
        ("[guangdong]", "[]", 6, "regions"),
        (str(WORKER.public), str(CENTRE.public), 5, "is the key of centre as well"),
        (str(WORKER.public), "ssh-ed25519 AAAA", 5, "is not a public key"),
        ("gd-1:", "GD 1:", 4, "GD 1"),
        ("workers:", "worker:", 3, "unknown"),
        ("    regions: [guangdong]\n", "", 4, "regions"),
        ("    regions:", "    root: true\n    regions:", 6, "root"),
    ],
)
def test_each_mistake_in_the_file_has_its_line(
    tmp_path: Path, old: str, new: str, line: int, found: str
) -> None:
    path = written(tmp_path / "keys.yaml")
    written(path, path.read_text().replace(old, new))
    with pytest.raises(InventoryError) as error:
        read_trusted_keys(path, REGIONS)
    problems = [p for p in error.value.problems if found in f"{p.field} {p.found}"]
    assert [problem.line for problem in problems] == [line], str(error.value)


@pytest.mark.parametrize("mode", [0o664, 0o646, 0o666])
def test_public_keys_that_others_can_change(tmp_path: Path, mode: int) -> None:
    path = written(tmp_path / "keys.yaml")
    path.chmod(mode)
    with pytest.raises(TrustedKeysError, match=rf"others can write it \(mode {mode:04o}"):
        read_trusted_keys(path, REGIONS)


def test_who_is_taken_out_of_the_file_is_out(tmp_path: Path) -> None:
    path = written(tmp_path / "keys.yaml")
    fresh = FreshKeys(path, REGIONS)
    assert fresh.now() is fresh.now(), "read once"
    assert fresh.now().workers.keys() == {WORKER.public.name}
    written(path, f"controllers:\n  centre: {CENTRE.public}\nworkers: {{}}\n")
    assert fresh.now().workers.keys() == set()
    written(path, "controllers: [")
    for _ in range(2):
        with pytest.raises(InventoryError):
            fresh.now()
    path.unlink()
    with pytest.raises(InventoryError, match="is missing"):
        fresh.now()
    written(path)
    assert fresh.now().workers.keys() == {WORKER.public.name}


def test_our_own_key_must_be_in_it(tmp_path: Path) -> None:
    keys = read_trusted_keys(written(tmp_path / "keys.yaml"), REGIONS)
    keys.check_controller(CENTRE)
    keys.check_worker(WORKER, ["guangdong"])
    with pytest.raises(TrustedKeysError, match=r"not this controller's key; add .* egovnet-pub"):
        keys.check_controller(WORKER)
    with pytest.raises(TrustedKeysError, match=r"has not this worker's key; add .* egovnet-pub"):
        keys.check_worker(OTHER, ["guangdong"])
    with pytest.raises(TrustedKeysError, match="gd-1: regions: has not beijing; add it"):
        keys.check_worker(WORKER, ["beijing", "guangdong"])


# -- the environment -----------------------------------------------------------------------------


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in ("EGOVNET_PRIVATE_KEY", "EGOVNET_PUBLIC_KEYS", "EGOVNET_BROKER_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return monkeypatch


def test_the_old_shared_key_says_what_it_is_called_now(environment: pytest.MonkeyPatch) -> None:
    secret = "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3I="
    environment.setenv("EGOVNET_BROKER_KEY", secret)
    with pytest.raises(KeyFileError) as error:
        Identity.from_environment("reference", REGIONS)
    said = str(error.value)
    assert said.startswith("EGOVNET_BROKER_KEY: is no longer used")
    for word in ("egovnet worker --new-key", "EGOVNET_PRIVATE_KEY", "EGOVNET_PUBLIC_KEYS"):
        assert word in said
    assert secret not in said


def test_keys_are_found_where_the_network_s_files_are(
    environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    directory = tmp_path / "config" / "egovnet" / "reference"
    directory.mkdir(parents=True)
    with pytest.raises(KeyFileError, match=r"^EGOVNET_PRIVATE_KEY: is not set, and there is no"):
        Identity.from_environment("reference", REGIONS)
    public = write_new_key(directory / "private-key")
    with pytest.raises(TrustedKeysError, match=r"^EGOVNET_PUBLIC_KEYS: is not set, and there is"):
        Identity.from_environment("reference", REGIONS)
    written(directory / "public-keys.yaml")
    assert Identity.from_environment("reference", REGIONS).own.public == public
    environment.setenv("EGOVNET_PRIVATE_KEY", str(tmp_path / "none"))
    with pytest.raises(EgovnetError, match="the private key cannot be read: No such file"):
        Identity.from_environment("reference", REGIONS)
