"""Where credentials come from: the environment or a file outside the inventory, never its YAML.

Looked for in this order, and the first that is there is used whole:

1. EGOVNET_USERNAME with EGOVNET_PASSWORD and/or EGOVNET_SSH_KEY (and EGOVNET_KNOWN_HOSTS);
2. the YAML file that EGOVNET_CREDENTIALS names;
3. `credentials.yaml` in the network's configuration directory;
4. `lab/credentials.yaml` in the network's state directory, written by `egovnet lab up`.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import platformdirs
import yaml

from egovnet.inventory.errors import EgovnetError

_KEYS = {"username", "password", "ssh-key", "known-hosts", "sudo", "addresses"}


class CredentialsError(EgovnetError):
    """No credentials, or a credentials file that cannot be used (exit code 2)."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """How to log in. Host keys are pinned by `known_hosts`; without it nothing is pushed."""

    username: str
    password: str = field(default="", repr=False)
    key_file: str | None = None
    known_hosts: str | None = None
    sudo: bool = False
    #: Router to where it is reached, in place of the inventory's: a lab that had to move away.
    addresses: Mapping[str, tuple[str, int]] = field(default_factory=dict)


def state_directory(network: str) -> Path:
    """Where the journal, plans and labs of `network` are kept (EGOVNET_STATE overrides)."""
    root = os.environ.get("EGOVNET_STATE") or platformdirs.user_state_dir("egovnet")
    return Path(root) / network


def find_credentials(network: str, environment: Mapping[str, str] | None = None) -> Credentials:
    """The credentials for `network`.

    Raises:
        CredentialsError: none are set, or the file is unreadable or malformed. The message
            never holds a value of the file.
    """
    env = os.environ if environment is None else environment
    if username := env.get("EGOVNET_USERNAME"):
        return Credentials(
            username=username,
            password=env.get("EGOVNET_PASSWORD", ""),
            key_file=env.get("EGOVNET_SSH_KEY") or None,
            known_hosts=env.get("EGOVNET_KNOWN_HOSTS") or None,
            sudo=env.get("EGOVNET_SUDO", "") not in ("", "0", "false"),
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


def _read(path: Path) -> Credentials:
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise CredentialsError(f"{path}: cannot be read: {error.strerror}") from error
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        # The parser's own message quotes the text, which may be a password.
        raise CredentialsError(f"{path}: is not YAML; correct it") from error.with_traceback(None)
    if not isinstance(data, dict) or not isinstance(data.get("username"), str):
        raise CredentialsError(f"{path}: has no username; add one")
    if unknown := sorted(str(key) for key in data.keys() - _KEYS):
        raise CredentialsError(
            f"{path}: unknown key {', '.join(unknown)}; use {', '.join(sorted(_KEYS))}"
        )
    if not isinstance(data.get("sudo", False), bool):
        raise CredentialsError(f"{path}: sudo: is not true or false; write one of them")

    def text(key: str) -> str | None:
        value = data.get(key)
        if isinstance(value, dict | list):
            raise CredentialsError(f"{path}: {key}: is not text; quote it")
        return None if value is None else str(value)

    return Credentials(
        username=data["username"],
        password=text("password") or "",
        key_file=text("ssh-key"),
        known_hosts=text("known-hosts"),
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
            case [str(host), int(port)]:
                addresses[str(router)] = (host, port)
            case _:
                raise CredentialsError(f"{path}: addresses: {router}: write [address, port]")
    return addresses
