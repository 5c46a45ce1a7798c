"""Where credentials come from, and that no secret of theirs is ever said."""

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


@pytest.mark.parametrize(("given", "sudo"), [("", False), ("0", False), ("false", False)])
def test_sudo_is_off_unless_it_is_on(given: str, sudo: bool) -> None:
    found = find_credentials("net", {"EGOVNET_USERNAME": "li", "EGOVNET_SUDO": given})
    assert found.sudo is sudo


def test_everything_may_come_from_a_file(home: Path) -> None:
    path = write(
        home / "c.yaml",
        f"username: li\npassword: {SECRET}\nssh-key: /k\nknown-hosts: /h\nsudo: true\n",
    )
    found = find_credentials("net", {"EGOVNET_CREDENTIALS": str(path)})
    assert found == Credentials("li", SECRET, "/k", "/h", sudo=True)


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
            "unknown key passwort; use addresses, known-hosts, password, ssh-key, sudo, username",
        ),
        (f"username: li\n7: {SECRET}\nx: y", "unknown key 7, x; use "),
        (f"username: li\npassword: [{SECRET}]", "password: is not text"),
        (f"username: li\nssh-key: {{a: {SECRET}}}", "ssh-key: is not text"),
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
    (home / "c.yaml").write_bytes(b"\xff\xfe\x00" + SECRET.encode())
    with pytest.raises(CredentialsError, match="is not YAML") as caught:
        find_credentials("net", {"EGOVNET_CREDENTIALS": str(home / "c.yaml")})
    assert SECRET not in str(caught.value)


def test_no_secret_in_a_representation() -> None:
    assert SECRET not in repr(Credentials("li", SECRET))
