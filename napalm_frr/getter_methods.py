"""NAPALM's getters: one command each, read by the pure functions of `napalm_frr.getters`."""

from __future__ import annotations

import ipaddress
import json
import shlex
from typing import TYPE_CHECKING, Any

from napalm.base import constants
from napalm.base.exceptions import CommandErrorException

from napalm_frr.change.agent import Agent
from napalm_frr.delta.candidate import Loaded
from napalm_frr.getters import bgp, linux, reachability, routes, system
from napalm_frr.getters.texts import json_objects
from napalm_frr.ssh.session import Completed
from napalm_frr.text import device_text, frr_tree
from napalm_frr.text.device_state import DeviceState
from napalm_frr.text.sanitize import beginning, hide_secrets

if TYPE_CHECKING:
    from collections.abc import Sequence

_MARK = "%%egovnet-next"


class GetterMethods:
    """Mixed into the driver, which gives it the session; shapes are NAPALM's
    (`napalm.base.models`).

    Not for FRR on Linux, and so NAPALM's NotImplementedError: probes, optics, firewall policies,
    BGP configuration groups. What another program answers: `napalm_frr.program_getters`.
    """

    hostname: str
    _agent: Agent
    _loaded: Loaded | None

    def _run(self, command: str, timeout: float | None = None) -> Completed:
        raise NotImplementedError

    def _read_state(self) -> DeviceState:
        raise NotImplementedError

    def get_facts(self) -> dict[str, Any]:
        """NAPALM's facts; uptime in seconds. The serial number is root's to read: "" for others."""
        parts = self._texts(
            "hostname",
            "hostname -f",
            "cat /proc/uptime",
            "cat /sys/class/dmi/id/product_name",
            "cat /sys/class/dmi/id/product_serial",
            "vtysh -c 'show version'",
            "ip -j link show",
        )
        return system.facts(parts[:5], parts[5], _json(parts[6]))

    def get_interfaces(self) -> dict[str, dict[str, Any]]:
        """NAPALM's interfaces; the description is Linux's alias (ifupdown2's `alias`)."""
        links, speeds = self._texts(
            "ip -d -j link show",
            'for s in /sys/class/net/*/speed; do n=${s%/speed}; echo "${n##*/} $(cat $s)"; done',
        )
        return linux.interfaces(_json(links), speeds)

    def get_interfaces_ip(self) -> dict[str, Any]:
        """Addresses of all interfaces, link-local ones included."""
        return linux.interfaces_ip(_json(self._text("ip -j addr show")))

    def get_interfaces_counters(self) -> dict[str, dict[str, int]]:
        """Counters since the interface was made; -1 for what Linux does not count."""
        return linux.counters(_json(self._text("ip -s -j link show")))

    def get_vlans(self) -> dict[int, dict[str, Any]]:
        """VLAN subinterfaces by VLAN number."""
        return linux.vlans(_json(self._text("ip -d -j link show")))

    def get_arp_table(self, vrf: str = "") -> list[dict[str, Any]]:
        """IPv4 neighbours of all VRFs or of one (`default` or `global` for none)."""
        return self._neighbours(4, vrf)

    def get_ipv6_neighbors_table(self) -> list[dict[str, Any]]:
        """IPv6 neighbours of all VRFs."""
        return self._neighbours(6, "")

    def get_bgp_neighbors(self) -> dict[str, dict[str, Any]]:
        """Sessions per VRF; the default instance is `global`."""
        answer = self._text("vtysh -c 'show bgp vrfs json' -c 'show bgp vrf all neighbors json'")
        instances, sessions = [*json_objects(answer), {}, {}][:2]
        return bgp.neighbors(instances, sessions)

    def get_bgp_neighbors_detail(self, neighbor_address: str = "") -> dict[str, Any]:
        """Details per VRF and remote AS, of all peers or one."""
        sessions = self._text("vtysh -c 'show bgp vrf all neighbors json'")
        return bgp.neighbors_detail(_object(sessions), neighbor_address)

    def get_network_instances(self, name: str = "") -> dict[str, dict[str, Any]]:
        """VRFs with interfaces and RD; route targets, for which NAPALM has no place:
        `vpn_targets()`.
        """
        links, running = self._texts("ip -d -j link show", "vtysh -c 'show running-config bgpd'")
        found = linux.network_instances(_json(links), frr_tree.parse(running))
        return found if not name else {key: found[key] for key in found if key == name}

    def get_route_to(
        self, destination: str = "", protocol: str = "", longer: bool = False
    ) -> dict[str, list[dict[str, Any]]]:
        """Routes of all VRFs (`routing_table`) to a prefix, or to an address by longest match.

        An empty destination means all of both families. Communities and AS path are filled in for
        one destination, not for whole tables.
        """
        target = _network(destination)
        what = f" {target}" if target else ""
        if target and longer:
            what += " longer-prefixes"
        families = ["ip", "ipv6"] if not target else ["ipv6" if ":" in target else "ip"]
        answers = self._texts(*(f"vtysh -c 'show {f} route vrf all{what} json'" for f in families))
        tables = [
            table for answer in answers for table in json_objects(answer) if isinstance(table, dict)
        ]
        return routes.routes(tables, self._bgp_paths(tables) if target else {}, protocol)

    def ping(  # noqa: PLR0917  # NAPALM's signature
        self,
        destination: str,
        source: str = constants.PING_SOURCE,
        ttl: int = constants.PING_TTL,
        timeout: int = constants.PING_TIMEOUT,
        size: int = constants.PING_SIZE,
        count: int = constants.PING_COUNT,
        vrf: str = constants.PING_VRF,
        source_interface: str = constants.PING_SOURCE_INTERFACE,
    ) -> dict[str, Any]:
        """Ping from the router, from inside a VRF when one is named; `timeout` in seconds per
        packet.
        """
        words = [
            "ping",
            "-n",
            "-i",
            "0.2",
            "-c",
            str(count),
            "-t",
            str(ttl),
            "-W",
            str(timeout),
            "-s",
            str(size),
        ]
        for place in (vrf, source_interface, source):
            words += ["-I", place] if place else []
        done = self._run(shlex.join([*words, destination]), timeout=count * (timeout + 1) + 10)
        return reachability.ping(done.stdout, done.stderr)

    def traceroute(
        self,
        destination: str,
        source: str = constants.TRACEROUTE_SOURCE,
        ttl: int = constants.TRACEROUTE_TTL,
        timeout: int = constants.TRACEROUTE_TIMEOUT,
        vrf: str = constants.TRACEROUTE_VRF,
    ) -> dict[str, Any]:
        """Three probes per hop, names not resolved; `timeout` in seconds per probe."""
        words = ["traceroute", "-n", "-q", "3", "-m", str(min(ttl, 255)), "-w", str(timeout)]
        words += ["-i", vrf] if vrf else []
        words += ["-s", source] if source else []
        done = self._run(shlex.join([*words, destination]), timeout=ttl * timeout + 10)
        return reachability.traceroute(done.stdout, done.stderr)

    def get_config(
        self,
        retrieve: str = "all",
        full: bool = False,
        sanitized: bool = False,
        format: str = "text",  # NAPALM's name
    ) -> dict[str, str]:
        """Whole texts: `running`, `startup` (what a reboot would bring) and the loaded
        `candidate`.
        """
        found = {"running": "", "startup": "", "candidate": ""}
        if retrieve in ("all", "running"):
            found["running"] = self._read_state().text.joined()
        if retrieve in ("all", "startup"):
            startup = self._agent.call("startup")
            files = [startup.text(name) for name in ("hostname", "interfaces", "frr.conf")]
            ruleset = device_text.ruleset_of(startup.text("nftables.conf"))
            found["startup"] = device_text.as_read(files[0], files[1], files[2], ruleset).joined()
        if retrieve in ("all", "candidate") and self._loaded is not None:
            replacement = self._loaded.replacement
            parts = [replacement.joined()] if replacement else []
            found["candidate"] = "".join(parts + [text.joined() for text in self._loaded.fragments])
        return {key: hide_secrets(text) for key, text in found.items()} if sanitized else found

    def get_environment(self) -> dict[str, Any]:
        """Processor use over a third of a second, memory in bytes, thermal zones where there are
        any.
        """
        before, after, memory, thermal = self._texts(
            "cat /proc/stat; sleep 0.3",
            "cat /proc/stat",
            "cat /proc/meminfo",
            'for z in /sys/class/thermal/thermal_zone*; do [ -r $z/temp ] && echo "${z##*/} '
            '$(cat $z/temp)"; done',
        )
        return system.environment(before, after, memory, thermal)

    def get_users(self) -> dict[str, dict[str, Any]]:
        """Users with a login shell and those of their SSH keys that the login may read; passwords
        are never shown.
        """
        passwd, keys, administrators = self._texts(
            "getent passwd",
            "getent passwd | while IFS=: read -r name _ _ _ _ home _; do"
            ' [ -r "$home/.ssh/authorized_keys" ] && sed "/^#/d;/^$/d;s|^|$name\\t|" '
            '"$home/.ssh/authorized_keys";'
            " done",
            "getent group sudo",
        )
        return system.users(passwd, keys, administrators)

    def cli(self, commands: Sequence[str], encoding: str = "text") -> dict[str, Any]:
        """Each command as vtysh answers it: its text, or with encoding `json` what FRR's word
        `json` gives. Where FRR prints an object for each VRF, these are a list.

        Raises:
            CommandErrorException: it does not know one, or has no JSON of it.
            NotImplementedError: another encoding.
        """
        if encoding not in ("text", "json"):
            raise NotImplementedError(f"{encoding} is not supported: text and json are")
        read = self._said if encoding == "text" else self._said_in_json
        return {command: read(command) for command in commands}

    def _said(self, command: str) -> str:
        done = self._run(f"vtysh -c {shlex.quote(command)}")
        if done.exit_code != 0:
            printed = (done.stdout + done.stderr).strip()
            raise CommandErrorException(
                f"{self.hostname}: {command!r}: {beginning(hide_secrets(printed))}"
            )
        return done.stdout

    def _said_in_json(self, command: str) -> Any:  # noqa: ANN401  # JSON is any
        asked = command if command.split()[-1:] == ["json"] else f"{command} json"
        try:
            found = list(json_objects(self._said(asked)))
        except ValueError as error:
            raise CommandErrorException(f"{self.hostname}: {asked!r}: {error}") from error
        if not found:
            raise CommandErrorException(f"{self.hostname}: {command!r} has no answer in JSON")
        return found[0] if len(found) == 1 else found

    def _neighbours(self, version: int, vrf: str) -> list[dict[str, Any]]:
        words = f"ip -{version} -j neigh show"
        if vrf in ("default", "global"):
            words += " nomaster"
        elif vrf:
            words += f" vrf {shlex.quote(vrf)}"
        return linux.neighbours(_json(self._text(words)), version=version)

    def _bgp_paths(
        self, tables: list[dict[str, Any]]
    ) -> dict[tuple[str, str], list[dict[str, Any]]]:
        wanted = sorted(
            {
                (entry["vrfName"], prefix)
                for table in tables
                for prefix, entries in table.items()
                for entry in entries
                if entry["protocol"] == "bgp"
            }
        )
        if not wanted:
            return {}
        answers = self._texts(
            *(
                f"vtysh -c 'show bgp vrf {vrf} {'ipv6' if ':' in prefix else 'ipv4'} unicast "
                f"{prefix} json'"
                for vrf, prefix in wanted
            )
        )
        paths: dict[tuple[str, str], list[dict[str, Any]]] = {}
        for (vrf, prefix), answer in zip(wanted, answers, strict=True):
            for value in json_objects(answer):
                paths |= routes.bgp_paths(vrf, prefix, value)
        return paths

    def _text(self, command: str) -> str:
        return self._texts(command)[0]

    def _texts(self, *commands: str) -> list[str]:
        """What each shell command prints, in one round trip; a failing one prints nothing."""
        script = f"; echo; echo {_MARK}; ".join(
            f"{{ {command}; }} 2>/dev/null" for command in commands
        )
        done = self._run(f"sh -c {shlex.quote(script)}")
        return done.stdout.split(f"\n{_MARK}\n")


def _json(text: str) -> list[dict[str, Any]]:
    """A list of `ip -j`; iproute2 prints nothing for an empty one."""
    value = json.loads(text) if text.strip() else []
    return value if isinstance(value, list) else []


def _object(text: str) -> dict[str, Any]:
    value: Any = next(json_objects(text), {})
    return value if isinstance(value, dict) else {}


def _network(destination: str) -> str:
    if not destination:
        return ""
    try:
        if "/" in destination:
            return str(ipaddress.ip_network(destination, strict=False))
        return str(ipaddress.ip_address(destination))
    except ValueError as error:
        raise CommandErrorException(
            f"{destination!r} is neither a prefix nor an address"
        ) from error
