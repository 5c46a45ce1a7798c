"""The connection: how it is opened, and what is said where it is not."""

import ast
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import paramiko
import pytest
from napalm.base.exceptions import (
    CommandErrorException,
    ConnectAuthError,
    ConnectionException,
)
from netmiko.linux import LinuxSSH

from egovnet.lab.emulated.process import EmulatedRouters
from napalm_frr import FRRDriver
from napalm_frr.errors import HostKeyError
from tests.loopback import loopback_network

ROOT = Path(__file__).parents[3]
TEXT = (
    "r1\n# This file describes the network interfaces\n# ports.conf --\nfrr version 8.4.4\n"
    "frr defaults traditional\nhostname r1\nservice integrated-vtysh-config\n!\n"
)


@pytest.fixture(scope="module")
def routers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmulatedRouters]:
    place = tmp_path_factory.mktemp("one-router")
    with EmulatedRouters({"r1": TEXT}, place, network=loopback_network()) as found:
        yield found


def driver(routers: EmulatedRouters, host: str = "", user: str = "root", **more: Any) -> FRRDriver:  # noqa: ANN401 -- optional arguments
    arguments = {**routers.optional_args("r1"), **more}
    return FRRDriver(host or routers.addresses["r1"][0], user, "s3cret", 10, arguments)


def line_of(routers: EmulatedRouters, key: paramiko.PKey) -> str:
    host, port = routers.addresses["r1"]
    return f"[{host}]:{port} {key.get_name()} {key.get_base64()}\n"


def test_commands_run_without_a_shell(routers: EmulatedRouters) -> None:
    with driver(routers) as router:
        assert router.running_text() == TEXT
        assert router._session._netmiko is None
        transport = router._session._client.get_transport()
        assert transport.remote_cipher.endswith("-gcm@openssh.com")


def test_a_router_that_prints_without_end(
    routers: EmulatedRouters, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("napalm_frr.ssh.session._MOST", len(TEXT) - 1)
    with driver(routers) as router:
        with pytest.raises(CommandErrorException, match=r": more than 0 MB came$"):
            router.running_text()
        monkeypatch.setattr("napalm_frr.ssh.session._MOST", 1_000_000)
        assert router.running_text() == TEXT, "and the session goes on"


def test_netmiko_gets_the_connection_that_is_open(routers: EmulatedRouters) -> None:
    with driver(routers) as router:
        client = router._session._client
        shared = router.device
        assert isinstance(shared, LinuxSSH)
        assert router.device is shared
        assert shared.remote_conn_pre is client
        assert shared.is_alive()
        assert shared.find_prompt().endswith("#")
        assert router.is_alive() == {"is_alive": True}
    assert router.device is None
    assert router.is_alive() == {"is_alive": False}


def test_a_host_that_is_not_known(routers: EmulatedRouters, tmp_path: Path) -> None:
    empty = tmp_path / "known_hosts"
    empty.write_text("")
    with pytest.raises(HostKeyError, match="its host key is not among the known hosts"):
        driver(routers, known_hosts=str(empty)).open()


def test_a_host_that_is_another(routers: EmulatedRouters, tmp_path: Path) -> None:
    other = tmp_path / "known_hosts"
    names = (routers.directory / "known_hosts").read_text().split()
    kind = next(word for word in names if word.startswith(("ssh-", "ecdsa-")))
    made = {"ssh-rsa": lambda: paramiko.RSAKey.generate(2048)}
    key = made.get(kind, paramiko.ECDSAKey.generate)()
    other.write_text(line_of(routers, key))
    with pytest.raises(HostKeyError, match="its host key is not"):
        driver(routers, known_hosts=str(other)).open()


def test_a_login_that_is_refused_says_no_secret(routers: EmulatedRouters, tmp_path: Path) -> None:
    stranger = tmp_path / "id"
    paramiko.ECDSAKey.generate().write_private_key_file(str(stranger))
    with pytest.raises(ConnectAuthError, match="refused user 'root'") as refused:
        driver(routers, key_file=str(stranger)).open()
    assert "s3cret" not in str(refused.value)
    assert refused.value.__cause__ is None


def test_a_port_that_nobody_serves(routers: EmulatedRouters) -> None:
    with pytest.raises(ConnectionException, match=r"127\.\S+: no connection: "):
        driver(routers, port=9).open()


def test_a_name_without_an_address(routers: EmulatedRouters) -> None:
    with pytest.raises(
        ConnectionException, match=r"no-such-host\.invalid: the name has no address"
    ):
        driver(routers, host="no-such-host.invalid").open()


def test_openssh_configuration_says_where_a_host_is(
    routers: EmulatedRouters, tmp_path: Path
) -> None:
    host, port = routers.addresses["r1"]
    file = tmp_path / "config"
    file.write_text(f"Host pe-of-mine\n  HostName {host}\n  Port {port}\n  User root\n")
    found = driver(routers, "pe-of-mine", user="", port=22, ssh_config_file=str(file))
    with found as router:
        assert router.running_text() == TEXT
    absent = driver(routers, ssh_config_file=str(tmp_path / "gone"))
    with absent as router:
        assert router.is_alive() == {"is_alive": True}


def test_nothing_private_of_paramiko_or_netmiko_is_used() -> None:
    """Neither inherited from nor reached into: only modules of ours have names with one `_`."""
    for file in sorted((ROOT / "napalm_frr" / "ssh").glob("*.py")):
        tree = ast.parse(file.read_text())
        bases = {
            ast.unparse(b) for c in ast.walk(tree) if isinstance(c, ast.ClassDef) for b in c.bases
        }
        assert bases <= {"paramiko.SSHException", "paramiko.MissingHostKeyPolicy"}, file.name
        reached = {
            ast.unparse(node)
            for node in ast.walk(tree)
            if isinstance(node, ast.Attribute)
            and node.attr.startswith("_")
            and not node.attr.startswith("__")
            and ast.unparse(node.value) != "self"
        }
        assert not reached, file.name


def test_a_session_with_a_router_that_stands_still(routers: EmulatedRouters) -> None:
    with driver(routers) as router:
        assert router.answers_within(10)
        os.kill(routers.pid, signal.SIGSTOP)
        try:
            begun = time.monotonic()
            assert not router.answers_within(0.5)
            assert time.monotonic() - begun < 5
        finally:
            os.kill(routers.pid, signal.SIGCONT)
        assert router.answers_within(10)
        router._session._client.close()
        assert not router.answers_within(10)
    assert not router.answers_within(10)
