"""The driver's class: connection, and what verification needs beyond NAPALM's interface."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import Any

from napalm.base.base import NetworkDriver
from napalm.base.exceptions import (
    CommandErrorException,
)

from napalm_frr.change.agent import Agent, Rights
from napalm_frr.configuration import ConfigurationMethods
from napalm_frr.delta.line_changes import Against, Change, line_changes, restore
from napalm_frr.delta.native_diff import diff_states, linux_diff
from napalm_frr.errors import DaemonDeadError, answer_of
from napalm_frr.getter_methods import GetterMethods
from napalm_frr.getters.linux import vpn_targets
from napalm_frr.program_getters import ProgramGetterMethods
from napalm_frr.ssh.session import Completed, Session
from napalm_frr.text import device_text, frr_tree
from napalm_frr.text.device_state import DeviceState, faults_of_equal, not_whole
from napalm_frr.text.sanitize import beginning

#: Interfaces watched on one router: enough to see that labels are there.
_WATCHED = 4


class DriverMethods(ConfigurationMethods, GetterMethods, ProgramGetterMethods):
    """All of the driver but NAPALM's base, which is untyped: of its subclass no type is checked."""

    platform = "frr"

    def __init__(
        self,
        hostname: str,
        username: str,
        password: str,
        timeout: int = 60,
        optional_args: dict[str, Any] | None = None,
    ) -> None:
        ConfigurationMethods.__init__(self)
        self.hostname = hostname
        self.username = username
        self.password = password
        self.timeout = timeout
        self._options = dict(optional_args or {})
        self._session = Session(hostname, username, password, timeout, self._options)
        self._rights = Rights.ROOT if username == "root" else Rights.LEAST
        if self._options.get("sudo", False):
            self._rights = Rights.SUDO
        self._agent = Agent(self._session, self._rights)

    @property
    def device(self) -> Any:  # noqa: ANN401  # netmiko publishes no types
        """Netmiko's connection, for tools that share it; its shell opens now. None when closed.

        Raises:
            ConnectTimeoutError, ConnectionException: there is no shell.
        """
        return self._session.netmiko

    def open(self) -> None:
        """Open the SSH session.

        Raises:
            ConnectionException and its kinds (`napalm_frr.errors`): there is no session.
        """
        self._session.open()

    def close(self) -> None:
        """Close the SSH session; a pending commit stays pending, its timer is the router's."""
        self._session.close()

    def is_alive(self) -> dict[str, bool]:
        """`{"is_alive": True}` when the router still answers on the session."""
        return {"is_alive": self._session.is_alive()}

    @property
    def frr_json(self) -> Callable[[str], Any]:
        """`frr_json("show bgp vrf all summary json")`: what vtysh prints, read as JSON.

        Raises:
            CommandErrorException: FRR refuses the command or does not answer in JSON.
        """
        return functools.partial(_frr_json, self)

    @property
    def run_script(self) -> Callable[[str], str]:
        """`run_script("ip -j addr")`: what a shell text prints.

        Raises:
            CommandErrorException: it fails.
        """
        return functools.partial(_run_script, self)

    @property
    def answers_within(self) -> Callable[[float], bool]:
        """`answers_within(seconds)`: whether the router answers in this session in that time; one
        without power does not end its sessions.
        """
        return functools.partial(_answers_within, self)

    @property
    def running_text(self) -> Callable[[], str]:
        """`running_text()`: the whole text as the router has it, of the form that can be loaded."""
        return functools.partial(_running_text, self)

    @property
    def compared_text(self) -> str:
        """The running text that the last load or compare saw; "" before any. Asks nothing."""
        return "" if self._running is None else self._running.text.joined()

    @property
    def seen_ipsec(self) -> str | None:
        """What the last reading saw of IPsec: policies, switches, whom there are keys with, and no
        key; "" of a kernel without, None before any. Asks nothing."""
        return None if self._running is None else self._running.ipsec

    @property
    def diff_to(self) -> Callable[[str], str]:
        """`diff_to(text)`: what the router runs now against a whole text, `""` when they mean the
        same; one round trip, and no check of the text.

        Raises:
            DeviceTextError: the text is not one.
            DaemonDeadError: a daemon that it needs does not run.
        """
        return lambda text: _diff_to(self, text)

    @property
    def runs_text(self) -> Callable[[str], bool]:
        """`runs_text(text)`: whether what the router was given means the same as a whole text,
        whatever Linux made of it.
        """
        return lambda text: _runs_text(self, text)

    @property
    def read_against(self) -> Callable[..., Against]:
        """`read_against(text, then, seen)`: what the router runs, and how that differs from the
        whole text that `text()` gives; and what the shell command `then` prints. One round trip,
        and no check of the text. `seen` is the digest of an answer that had no difference to the
        same text: where the router's is that still, it sends no other, and nobody asks for
        `text()`.

        Raises:
            DeviceTextError: the text is not one.
        """
        return functools.partial(_read_against, self)

    @property
    def text_with(self) -> Callable[[str, Collection[Change]], str]:
        """`text_with(text, changes)`: what the router runs now with these changes towards `text`
        made, and nothing else touched; a whole text, to be loaded.

        Raises:
            DeviceTextError: the text is not one.
        """
        return lambda text, changes: _text_with(self, text, changes)

    @property
    def recorded_flows(self) -> Callable[[], str]:
        """`recorded_flows()`: what the packet filter recorded, as `nft -j list ruleset` prints it.

        Raises:
            CommandErrorException: nft does not list it.
        """
        return functools.partial(_recorded_flows, self)

    @property
    def watch_labels(self) -> Callable[[Sequence[str], int], str]:
        """`watch_labels(interfaces, seconds)`: watch the labels of packets on the first four of
        them, for at most so long; a handle for `labels_seen`.

        Raises:
            CommandErrorException: it cannot.
        """
        return functools.partial(_watch_labels, self)

    @property
    def labels_seen(self) -> Callable[[str], str]:
        """`labels_seen(handle)`: end the watching; what tcpdump printed, "" of a handle that is
        over."""
        return lambda handle: "".join(self._agent.call("watched", handle).texts.values())

    @property
    def vpn_targets(self) -> Callable[[], dict[str, dict[str, Any]]]:
        """`vpn_targets()`: RD and route targets per VRF, see `getters.linux.vpn_targets`."""
        return lambda: vpn_targets(
            frr_tree.parse(self._text("vtysh -c 'show running-config bgpd'"))
        )

    def _run(self, command: str, timeout: float | None = None) -> Completed:
        if self._rights is Rights.SUDO:
            command = f"sudo -n {command}"
        return self._session.run(command, timeout=timeout)


class FRRDriver(DriverMethods, NetworkDriver):  # type: ignore[misc]  # napalm is untyped
    """NAPALM driver for FRRouting 8.4 on Debian with ifupdown2, over SSH to a shell login.

    The login is root, or an account that may run the installed agent by sudo and nothing else by it
    (`change.installation`), or, with the optional argument `sudo`, one that may do anything by it.

    Optional arguments: `port`, `key_file` (with the certificate in `KEY_FILE-cert.pub` where there
    is one), `use_keys`, `passphrase`, `ssh_strict`, `known_hosts` (a file; pins the host key, or
    names authorities, @cert-authority), `host_key_alias` (the principal of the host's certificate),
    `revoked_host_keys` (a file: a KRL, or a key a line), `sudo`, and in
    seconds `conn_timeout`, `auth_timeout`, `banner_timeout`;
    `management_interfaces` (default eth0 and mgmt), `allow_management_change`, `accept_seconds`
    (how long the router waits for our verdict on what it applied).

    Beyond NAPALM there are `frr_json(command)`, `run_script(text)`, `running_text()`,
    `read_against(text)`, `text_with(text, changes)` and `vpn_targets()`, and for commits by the id
    their controller chose `commit_as`, `commit_state`, `extend_commit`, `confirm_change`,
    `roll_back_change` and `adopt_commit`. They are callables held as attributes: NAPALM's
    conformance test refuses public methods that it does not know.
    """


def _answers_within(driver: DriverMethods, seconds: float) -> bool:
    return driver._session.answers_within(seconds)


def _running_text(driver: DriverMethods) -> str:
    return driver._read_state().text.joined()


def _living_state(driver: DriverMethods, wanted: DeviceState) -> DeviceState:
    """What runs, where every daemon does that the wanted configuration needs.

    Raises:
        DaemonDeadError: one does not.
    """
    running = driver._read_state()
    if dead := running.dead_for(wanted.frr):
        raise DaemonDeadError(driver.hostname, dead)
    return running


def _diff_to(driver: DriverMethods, text: str) -> str:
    wanted = DeviceState.of(device_text.split(text))
    running = _living_state(driver, wanted)
    return "" if running.same(wanted) else diff_states(running, wanted)


def _read_against(
    driver: DriverMethods, text: Callable[[], str], then: str = "", seen: str = ""
) -> Against:
    answer = driver._agent.call("read", *([seen] if seen else ()), then=then)
    digest = answer.fields.get("seen", "")
    if seen and digest == seen and answer.status == "ok" and "frr" not in answer.texts:
        return Against("", (), (), "", answer.rest, digest)
    wanted = text()
    wanted_text = device_text.split(wanted)
    faults = None
    if answer.status == "ok" and not not_whole(answer.texts):
        with answer_of(driver.hostname):
            faults = faults_of_equal(answer.texts, wanted_text)
    if faults is not None:
        told = linux_diff(faults)
        return Against(wanted, (), faults, told, answer.rest, digest, answer.text("ipsec"))
    running, wanted_state = driver._state_of(answer), DeviceState.of(wanted_text)
    changes = line_changes(running, wanted_state)
    diff = diff_states(running, wanted_state)
    read = running.text.joined()
    return Against(read, changes, running.faults, diff, answer.rest, digest, running.ipsec)


def _text_with(driver: DriverMethods, text: str, changes: Collection[Change]) -> str:
    running, wanted = driver._read_state(), DeviceState.of(device_text.split(text))
    return restore(running, wanted, changes).joined()


def _recorded_flows(driver: DriverMethods) -> str:
    answer = driver._agent.call("flows")
    if answer.status != "ok":
        said = answer.text("error").strip()
        raise CommandErrorException(
            f"{driver.hostname}: nft does not list its sets: {beginning(said)}"
        )
    return answer.text("flows")


def _watch_labels(driver: DriverMethods, interfaces: Sequence[str], seconds: int) -> str:
    watched = interfaces[:_WATCHED]
    if not watched:
        raise CommandErrorException(f"{driver.hostname}: no interface to watch")
    answer = driver._agent.call("watch", str(seconds), *watched)
    with answer_of(driver.hostname):
        return answer.fields["watch"]


def _runs_text(driver: DriverMethods, text: str) -> bool:
    wanted = DeviceState.of(device_text.split(text))
    return replace(_living_state(driver, wanted), faults=()).same(wanted)


def _run_script(driver: DriverMethods, command: str) -> str:
    done = driver._session.run(command)
    if done.exit_code != 0:
        printed = (done.stderr or done.stdout).strip()
        raise CommandErrorException(
            f"{driver.hostname}: {command!r} ended with {done.exit_code}: {beginning(printed)}"
        )
    return done.stdout


def _frr_json(driver: DriverMethods, command: str) -> Any:  # noqa: ANN401  # JSON is any
    escaped = command.replace("'", "'\\''")
    done = driver._run(f"vtysh -c '{escaped}'")
    try:
        return json.loads(done.stdout)
    except json.JSONDecodeError as error:
        printed = (done.stdout + done.stderr).strip()
        raise CommandErrorException(
            f"{driver.hostname}: {command!r}: {beginning(printed)}"
        ) from error
