"""NAPALM's getters that a program beside FRR answers: lldpd, chrony, iproute2's bridge, net-snmp.

A router may lack it; then the getter fails and names it.
"""

from __future__ import annotations

import json
from typing import Any

from napalm.base.exceptions import CommandErrorException

from napalm_frr.getters import bridges, lldp, snmp, time_sources
from napalm_frr.ssh.session import Completed
from napalm_frr.text.sanitize import beginning, hide_secrets

#: A login that is not root's finds nothing in the administrator's directories by itself.
_PATH = 'env PATH="$PATH:/usr/sbin:/sbin"'
_NOT_FOUND = 127


class ProgramGetterMethods:
    """Mixed into the driver, which gives it the session; shapes are NAPALM's
    (`napalm.base.models`).

    Raises:
        CommandErrorException: in every method: the program is missing, or fails.
    """

    hostname: str

    def _run(self, command: str, timeout: float | None = None) -> Completed:
        raise NotImplementedError

    def get_lldp_neighbors(self) -> dict[str, list[dict[str, str]]]:
        """Neighbours by port, as lldpd knows them."""
        return lldp.neighbors(self._lldp())

    def get_lldp_neighbors_detail(self, interface: str = "") -> dict[str, Any]:
        """All that lldpd knows of the neighbours at every port, or at one."""
        return lldp.neighbors_detail(self._lldp(), interface)

    def get_mac_address_table(self) -> list[dict[str, Any]]:
        """What bridges know; a router without a bridge has no such table."""
        printed = self._ask("bridge -j fdb show", "bridge", "iproute2").stdout
        return bridges.mac_address_table(json.loads(printed) if printed.strip() else [])

    def get_ntp_servers(self) -> dict[str, dict[str, Any]]:
        """Servers that chrony asks, by address."""
        return time_sources.servers(self._time_sources())

    def get_ntp_peers(self) -> dict[str, dict[str, Any]]:
        """Peers of chrony, by address."""
        return time_sources.peers(self._time_sources())

    def get_ntp_stats(self) -> list[dict[str, Any]]:
        """How chrony's servers and peers do; delay, offset and jitter in milliseconds."""
        return time_sources.stats(self._time_sources())

    def get_snmp_information(self) -> dict[str, Any]:
        """What net-snmp's configuration says; communities are passwords, and shown."""
        done = self._run("cat /etc/snmp/snmpd.conf")
        if done.exit_code != 0:
            raise CommandErrorException(
                f"{self.hostname}: no /etc/snmp/snmpd.conf: SNMP is net-snmp's; install snmpd"
            )
        return snmp.information(done.stdout, self._run(
            "cat /sys/class/dmi/id/product_serial").stdout)  # fmt: skip

    def _lldp(self) -> dict[str, Any]:
        done = self._ask("lldpcli -f json0 show neighbors details", "lldpcli", "lldpd")
        value = json.loads(done.stdout)
        return value if isinstance(value, dict) else {}

    def _time_sources(self) -> time_sources.TimeSources:
        command = "chronyc -n -c -m sources sourcestats ntpdata"
        # the last is root's alone: another login is refused it, and has the rest
        return time_sources.read(self._ask(command, "chronyc", "chrony", partly=True).stdout)

    def _ask(self, command: str, program: str, package: str, *, partly: bool = False) -> Completed:
        done = self._run(f"{_PATH} {command}")
        if done.exit_code == _NOT_FOUND:
            raise CommandErrorException(
                f"{self.hostname}: no program {program}: install {package} on the router"
            )
        if done.exit_code != 0 and not (partly and "," in done.stdout):
            printed = beginning(hide_secrets((done.stderr + done.stdout).strip()))
            raise CommandErrorException(
                f"{self.hostname}: {command!r} ended with {done.exit_code}: {printed}"
            )
        return done
