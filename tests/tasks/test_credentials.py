"""Where credentials come from, and that no secret of theirs is ever said."""

import os
from pathlib import Path

import platformdirs
import pytest

from egovnet.tasks.credentials import (
    Credentials,
    CredentialsError,
    find_credentials,
    state_directory,
)

SECRET = "correct-horse-battery"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own: neither the user's files nor environment are looked at."""
    for name in ("USERNAME", "PASSWORD", "SSH_KEY", "KNOWN_HOSTS", "SUDO", "CREDENTIALS", "STATE"):
        monkeypatch.delenv(f"EGOVNET_{name}", raising=False)
    for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o600)
    return path


def config_file(text: str) -> Path:
    place = Path(platformdirs.user_config_dir("egovnet")) / "net" / "credentials.yaml"
    return write(place, text)


def lab_file(text: str) -> Path:
    return write(state_directory("net") / "lab" / "credentials.yaml", text)


# -- order -----------------------------------------------------------------------------------


def test_the_first_source_that_is_there_is_used_whole(home: Path) -> None:
    lab_file(f"username: of-lab\npassword: {SECRET}")
    assert find_credentials("net").username == "of-lab"
    config_file("username: of-config\nssh-key: /keys/config")
    assert find_credentials("net") == Credentials("of-config", key_file="/keys/config")
    named = write(home / "named.yaml", "username: of-named")
    env = {"EGOVNET_CREDENTIALS": str(named), "EGOVNET_PASSWORD": "not of this source"}
    assert find_credentials("net", env) == Credentials("of-named")
    env |= {"EGOVNET_USERNAME": "of-env", "EGOVNET_PASSWORD": SECRET}
    assert find_credentials("net", env) == Credentials("of-env", SECRET)


def test_everything_may_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (
        ("USERNAME", "li"),
        ("PASSWORD", SECRET),
        ("SSH_KEY", "/k"),
        ("KNOWN_HOSTS", "/h"),
        ("SUDO", "1"),
    ):  # fmt: skip -- a table
        monkeypatch.setenv(f"EGOVNET_{name}", value)
    assert find_credentials("net") == Credentials("li", SECRET, "/k", "/h", sudo=True)


OFF, ON = ("", "0", "false", "no", "off", "No", "FALSE"), ("1", "true", "yes", "on", "True")


@pytest.mark.parametrize(
    ("given", "sudo"), [*((word, False) for word in OFF), *((word, True) for word in ON)]
)
def test_sudo_is_off_unless_it_is_on(given: str, sudo: bool) -> None:
    found = find_credentials("net", {"EGOVNET_USERNAME": "li", "EGOVNET_SUDO": given})
    assert found.sudo is sudo


@pytest.mark.parametrize("given", ["2", "none", "n", " ", "-", "sudo", "\uff10", "0x0", "null"])
def test_a_word_that_is_neither_on_nor_off_is_refused(given: str) -> None:
    with pytest.raises(CredentialsError, match="EGOVNET_SUDO: is neither true nor false"):
        find_credentials("net", {"EGOVNET_USERNAME": "li", "EGOVNET_SUDO": given})


def test_everything_may_come_from_a_file(home: Path) -> None:
    path = write(
        home / "c.yaml",
        f"username: li\npassword: {SECRET}\nssh-key: /k\nknown-hosts: /h\nsudo: true\n",
    )
    found = find_credentials("net", {"EGOVNET_CREDENTIALS": str(path)})
    assert found == Credentials("li", SECRET, "/k", "/h", sudo=True)


def test_a_password_of_digits_is_what_is_written(home: Path) -> None:
    path = write(home / "c.yaml", "username: li\npassword: 012:34_5\n")
    found = find_credentials("net", {"EGOVNET_CREDENTIALS": str(path)})
    assert found.password == "012:34_5"


def test_each_network_has_its_own() -> None:
    lab_file("username: li")
    with pytest.raises(CredentialsError):
        find_credentials("other")


def test_the_state_directory_may_be_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert state_directory("net") == Path(platformdirs.user_state_dir("egovnet")) / "net"
    monkeypatch.setenv("EGOVNET_STATE", str(tmp_path / "elsewhere"))
    assert state_directory("net") == tmp_path / "elsewhere" / "net"


# -- errors ----------------------------------------------------------------------------------


def test_none_at_all_names_every_place() -> None:
    with pytest.raises(CredentialsError) as caught:
        find_credentials("net")
    for words in (
        "network net",
        "EGOVNET_USERNAME",
        "EGOVNET_PASSWORD",
        "EGOVNET_SSH_KEY",
        "EGOVNET_CREDENTIALS",
        str(Path(platformdirs.user_config_dir("egovnet"))),
        "lab up",
    ):  # fmt: skip -- a list
        assert words in str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (f"username: [\n password: {SECRET}", "is not YAML; correct it"),
        (f"password: {SECRET}\nusername: a\n b: : c\n", "is not YAML; correct it"),
        (f"password: {SECRET}", "has no username; add one"),
        (f"username: 12\npassword: {SECRET}", "has no username; add one"),
        (f"- {SECRET}", "has no username; add one"),
        (SECRET, "has no username; add one"),
        ("", "has no username; add one"),
        (
            f"username: li\npasswort: {SECRET}",
            "unknown key passwort; did you mean 'password'? use addresses, known-hosts, password, "
            "revoked-keys, ssh-key, sudo, username",
        ),
        (f"usernam: li\npassword: {SECRET}", "unknown key usernam; did you mean 'username'? use "),
        (f"username: li\n7: {SECRET}\nx: y", "unknown key 7, x; use "),
        (f"username: li\npassword: [{SECRET}]", "password: is not text"),
        (f"username: li\nssh-key: {{a: {SECRET}}}", "ssh-key: is not text"),
        ("username: li\npassword: 1.50", "password: is not text; quote it"),
        ("username: li\npassword: yes", "password: is not text; quote it"),
        ("username: li\naddresses: {r1: [a, true]}", "addresses: r1: write [address, port]"),
        ("username: li\naddresses: {r1: [a, 37:57]}", "addresses: r1: write [address, port]"),
        (f"username: {'[' * 100_000}{SECRET}", "is not YAML; correct it"),
        (f"username: li\nusername: {SECRET}", "is not YAML; correct it"),
        (f"username: li\nsudo: {SECRET}", "sudo: is not true or false"),
        (f"username: li\naddresses: {SECRET}", "addresses: is not a mapping; write router: "),
        (f"username: li\naddresses: {{r1: {SECRET}}}", "addresses: r1: write [address, port]"),
    ],
)  # fmt: skip -- a table
def test_a_file_that_cannot_be_used_is_named_and_not_quoted(
    text: str, message: str, home: Path
) -> None:
    path = write(home / "c.yaml", text)
    with pytest.raises(CredentialsError) as caught:
        find_credentials("net", {"EGOVNET_CREDENTIALS": str(path)})
    assert str(caught.value).startswith(f"{path}: {message}")
    assert SECRET not in str(caught.value)


def test_a_file_may_say_where_routers_are_reached(home: Path) -> None:
    path = write(home / "c.yaml", "username: li\naddresses: {r1: [127.21.20.11, 2222]}\n")
    found = find_credentials("net", {"EGOVNET_CREDENTIALS": str(path)})
    assert found.addresses == {"r1": ("127.21.20.11", 2222)}


def test_a_file_that_is_not_there(home: Path) -> None:
    with pytest.raises(CredentialsError, match=r"gone\.yaml: cannot be read: No such file"):
        find_credentials("net", {"EGOVNET_CREDENTIALS": str(home / "gone.yaml")})


def test_a_file_that_is_a_directory_or_no_text(home: Path) -> None:
    with pytest.raises(CredentialsError, match="cannot be read: Is a directory"):
        find_credentials("net", {"EGOVNET_CREDENTIALS": str(home)})
    write(home / "c.yaml", "").write_bytes(b"\xff\xfe\x00" + SECRET.encode())
    with pytest.raises(CredentialsError, match="is not YAML") as caught:
        find_credentials("net", {"EGOVNET_CREDENTIALS": str(home / "c.yaml")})
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o601, 0o777])
def test_a_file_that_others_can_use_is_refused(mode: int, home: Path) -> None:
    path = write(home / "c.yaml", f"username: li\npassword: {SECRET}")
    path.chmod(mode)
    with pytest.raises(CredentialsError, match=f"mode {mode:04o}.*chmod 600") as caught:
        find_credentials("net", {"EGOVNET_CREDENTIALS": str(path)})
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("source", ["environment", "file"])
def test_a_key_that_others_can_use_is_refused(source: str, home: Path) -> None:
    key = write(home / "id", "a key")
    named = write(home / "c.yaml", f"username: li\nssh-key: {key}")
    env = {
        "environment": {"EGOVNET_USERNAME": "li", "EGOVNET_SSH_KEY": str(key)},
        "file": {"EGOVNET_CREDENTIALS": str(named)},
    }[source]
    assert find_credentials("net", env).key_file == str(key)
    key.chmod(0o644)
    with pytest.raises(CredentialsError, match="id: others can use it too"):
        find_credentials("net", env)


@pytest.mark.parametrize("what", ["EGOVNET_CREDENTIALS", "EGOVNET_SSH_KEY", "EGOVNET_KNOWN_HOSTS"])
@pytest.mark.parametrize("kind", ["pipe", "device", "huge"])
def test_no_file_of_another_kind_is_waited_for(what: str, kind: str, home: Path) -> None:
    path = home / "odd"
    match kind:
        case "pipe":
            os.mkfifo(path, 0o600)
        case "device":
            path.symlink_to("/dev/zero")
        case _:
            with path.open("wb") as file:
                file.truncate(200 << 20)
            path.chmod(0o600)
    env = {"EGOVNET_USERNAME": "li"} if what != "EGOVNET_CREDENTIALS" else {}
    with pytest.raises(CredentialsError, match=r"a named pipe|a device|larger than 64 MB"):
        find_credentials("net", {**env, what: str(path)})


def test_no_secret_in_a_representation() -> None:
    assert SECRET not in repr(Credentials("li", SECRET))
