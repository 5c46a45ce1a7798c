"""Files that many connections need: as paramiko reads them, and read once."""

from pathlib import Path

import paramiko
import pytest

from napalm_frr.ssh.known_hosts import known_hosts, private_key

KEYS = [paramiko.ECDSAKey.generate() for _ in range(3)]


def _line(names: str, key: paramiko.PKey) -> str:
    return f"{names} {key.get_name()} {key.get_base64()}"


@pytest.fixture
def hosts(tmp_path: Path) -> Path:
    file = tmp_path / "known_hosts"
    lines = [
        "# of the lab",
        _line("pe1,10.0.0.1", KEYS[0]),
        "",
        "pe9 ssh-ed25519 that-is-no-key!",
        _line(paramiko.HostKeys.hash_host("pe2"), KEYS[1]),
        _line("[10.0.0.3]:2222", KEYS[2]),
    ]
    file.write_text("\n".join(lines), encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("pe1", KEYS[0]),
        ("10.0.0.1", KEYS[0]),
        ("pe2", KEYS[1]),
        ("[10.0.0.3]:2222", KEYS[2]),
        ("10.0.0.3", None),
        ("pe9", None),
        ("pe", None),
    ],
)
def test_a_host_has_the_keys_of_its_names(
    hosts: Path, name: str, key: paramiko.PKey | None
) -> None:
    assert known_hosts(str(hosts)).keys_of(name) == ([] if key is None else [key])


def test_a_changed_file_is_read_again(hosts: Path) -> None:
    assert known_hosts(str(hosts)).keys_of("pe1")
    hosts.write_text(_line("pe3", KEYS[0]), encoding="utf-8")
    assert not known_hosts(str(hosts)).keys_of("pe1")
    hosts.unlink()
    assert not known_hosts(str(hosts)).keys_of("pe3")


def test_a_key_file_is_read_once_and_what_is_none_is_left_to_paramiko(tmp_path: Path) -> None:
    file = tmp_path / "id"
    KEYS[0].write_private_key_file(str(file))
    key = private_key(str(file))
    assert key == KEYS[0]
    assert private_key(str(file)) is key
    KEYS[1].write_private_key_file(str(file), password="a word")
    assert private_key(str(file)) is None
    file.write_text("no key", encoding="utf-8")
    assert private_key(str(file)) is None
    assert private_key(str(tmp_path / "gone")) is None
    assert private_key([str(file)]) is None
