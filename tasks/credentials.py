"""Where credentials come from: the environment or a file outside the inventory, never its YAML.

Looked for in this order, and the first that is there is used whole:

1. EGOVNET_USERNAME with EGOVNET_PASSWORD and/or EGOVNET_SSH_KEY (and EGOVNET_KNOWN_HOSTS,
   EGOVNET_REVOKED_KEYS);
2. the YAML file that EGOVNET_CREDENTIALS names;
3. `credentials.yaml` in the network's configuration directory;
4. `lab/credentials.yaml` in the network's state directory, written by `egovnet lab up`.
"""

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import platformdirs
import yaml

from egovnet.inventory.errors import EgovnetError, InventoryError
from egovnet.inventory.source.regular_file import read_regular
from egovnet.inventory.source.yaml_source import unquoted_data

#: Bytes: known hosts of a nation are a megabyte.
_MOST = 64 * 1024 * 1024
_KEYS = {"username", "password", "ssh-key", "known-hosts", "revoked-keys", "sudo", "addresses"}
#: What is revoked, where it is beside the known hosts and nobody named another file.
_REVOKED_BESIDE = "revoked_keys"


class CredentialsError(EgovnetError):
    """No credentials, or a credentials file that cannot be used (exit code 2)."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """How to log in. Host keys are pinned by `known_hosts`, or it names the authorities whose
    certificates say which host is which; without it nothing is pushed."""

    username: str
    password: str = field(default="", repr=False)
    key_file: str | None = None
    known_hosts: str | None = None
    #: Host keys and certificates that are not believed any more: a KRL, or a key a line.
    revoked_keys: str | None = None
    sudo: bool = False
    #: Router to where it is reached, in place of the inventory's: a lab that had to move away.
    addresses: Mapping[str, tuple[str, int]] = field(default_factory=dict)


def state_directory(network: str) -> Path:
    """Where the journal, plans and labs of `network` are kept (EGOVNET_STATE overrides)."""
    root = os.environ.get("EGOVNET_STATE") or platformdirs.user_state_dir("egovnet")
    return Path(root) / network


def check_private(path: Path) -> None:
    """Refuse a file with a secret that others can read, as ssh does.

    ssh looks at its user's own files only: another's, such as a service manager's, may be open to
    a group on purpose. What everybody can read is refused whoever owns it.

    Raises:
        CredentialsError: its group or others can read or write it.
        OSError: it is not there.
    """
    found = path.stat()
    barred = 0o077 if found.st_uid == os.getuid() else 0o007
    if found.st_mode & barred:
        mode = stat.S_IMODE(found.st_mode)
        raise CredentialsError(
            f"{path}: others can use it too (mode {mode:04o}); run: chmod 600 {path}"
        )


def _checked(credentials: Credentials) -> Credentials:
    """The same, after a look at the files that they name, and with what is revoked beside them.

    A key or known hosts that are not there are the connection's to complain of.
    """
    if credentials.known_hosts and credentials.revoked_keys is None:
        beside = Path(credentials.known_hosts).parent / _REVOKED_BESIDE
        if beside.exists():
            credentials = replace(credentials, revoked_keys=str(beside))
    for name, file in (("ssh-key", credentials.key_file), ("known-hosts", credentials.known_hosts)):
        path = Path(file or "")
        if not file or not path.exists():
            continue
        try:
            read_regular(path, _MOST)
            if name == "ssh-key":
                check_private(path)
        except OSError as error:
            raise CredentialsError(f"{path}: {name}: cannot be read: {error.strerror}") from error
    return credentials


def find_credentials(network: str, environment: Mapping[str, str] | None = None) -> Credentials:
    """The credentials for `network`.

    Raises:
        CredentialsError: none are set, or a file is unreadable, malformed or open to others. The
            message never holds a value of the file.
    """
    return _checked(_found(network, os.environ if environment is None else environment))


def _found(network: str, env: Mapping[str, str]) -> Credentials:
    if username := env.get("EGOVNET_USERNAME"):
        return Credentials(
            username=username,
            password=env.get("EGOVNET_PASSWORD", ""),
            key_file=env.get("EGOVNET_SSH_KEY") or None,
            known_hosts=env.get("EGOVNET_KNOWN_HOSTS") or None,
            revoked_keys=env.get("EGOVNET_REVOKED_KEYS") or None,
            sudo=_switch(env.get("EGOVNET_SUDO", "")),
        )
    if named := env.get("EGOVNET_CREDENTIALS"):
        return _read(Path(named))
    config = Path(platformdirs.user_config_dir("egovnet")) / network / "credentials.yaml"
    lab = state_directory(network) / "lab" / "credentials.yaml"
    for path in (config, lab):
        if path.exists():
            return _read(path)
    raise CredentialsError(
        f"no credentials for network {network}: set EGOVNET_USERNAME and EGOVNET_PASSWORD or "
        f"EGOVNET_SSH_KEY, or name a file with EGOVNET_CREDENTIALS, or write {config}; "
        "for the virtual network, run: egovnet lab up"
    )


def _switch(word: str) -> bool:
    """Whether EGOVNET_SUDO is on: a word that is neither on nor off grants no rights."""
    if word.lower() in ("", "0", "false", "no", "off"):
        return False
    if word.lower() in ("1", "true", "yes", "on"):
        return True
    raise CredentialsError("EGOVNET_SUDO: is neither true nor false; set it to 1, or not at all")


def _read(path: Path) -> Credentials:
    try:
        content = read_regular(path, _MOST)
        check_private(path)
        data = unquoted_data(content.decode("utf-8"))
    except OSError as error:
        raise CredentialsError(f"{path}: cannot be read: {error.strerror}") from error
    except (UnicodeDecodeError, InventoryError, yaml.YAMLError):
        # The parser's own message quotes the text, which may be a password.
        raise CredentialsError(f"{path}: is not YAML; correct it") from None
    if isinstance(data, dict) and (unknown := sorted(str(key) for key in data.keys() - _KEYS)):
        # the models cost every start, and this is for those who err
        from egovnet.inventory.model.shown import did_you_mean  # noqa: PLC0415

        meant = did_you_mean(unknown[0], _KEYS - data.keys()) if len(unknown) == 1 else ""
        raise CredentialsError(
            f"{path}: unknown key {', '.join(unknown)}; {meant}use {', '.join(sorted(_KEYS))}"
        )
    if not isinstance(data, dict) or not isinstance(data.get("username"), str):
        raise CredentialsError(f"{path}: has no username; add one")
    if not isinstance(data.get("sudo", False), bool):
        raise CredentialsError(f"{path}: sudo: is not true or false; write one of them")

    def text(key: str) -> str | None:
        value = data.get(key)
        # 0123 and yes are other values to YAML than what stands there
        if value is not None and not isinstance(value, str):
            raise CredentialsError(f"{path}: {key}: is not text; quote it")
        return value

    return Credentials(
        username=data["username"],
        password=text("password") or "",
        key_file=text("ssh-key"),
        known_hosts=text("known-hosts"),
        revoked_keys=text("revoked-keys"),
        sudo=bool(data.get("sudo", False)),
        addresses=_addresses(path, data.get("addresses", {})),
    )


def _addresses(path: Path, written: object) -> dict[str, tuple[str, int]]:
    if not isinstance(written, dict):
        raise CredentialsError(
            f"{path}: addresses: is not a mapping; write router: [address, port]"
        )
    addresses: dict[str, tuple[str, int]] = {}
    for router, value in written.items():
        match value:
            case [str(host), int(port)] if type(port) is int and 1 <= port <= 65535:
                addresses[str(router)] = (host, port)
            case _:
                raise CredentialsError(f"{path}: addresses: {router}: write [address, port]")
    return addresses
