"""All emulated routers of a lab in one event loop, and what can be done to them beside SSH."""

from __future__ import annotations

import asyncio
import dataclasses
import ipaddress
import secrets
import time
from collections.abc import Iterable, Mapping
from typing import Any

from egovnet.lab.device_text import split_device_text
from egovnet.lab.emulated import faults
from egovnet.lab.emulated.control_plane.control_plane import ControlPlane
from egovnet.lab.emulated.faults import Script
from egovnet.lab.emulated.frr.daemons import KILLABLE
from egovnet.lab.emulated.router.router import Router
from egovnet.lab.emulated.spec import Durations, FleetSpec
from egovnet.lab.emulated.ssh import show_commands
from egovnet.lab.emulated.ssh.server import Login, Station
from egovnet.lab.errors import NodeError


class Fleet:
    """The routers of a spec. `do` is what the control socket calls: plain data in and out."""

    def __init__(self, spec: FleetSpec) -> None:
        login = Login(spec.users, spec.public_key, spec.password)
        durations = Durations(**spec.durations)
        routers = {
            router.name: Router(
                router.name,
                router.text,
                management=router.management,
                ports=router.ports,
                durations=durations,
            )
            for router in spec.routers
        }
        self._plane = ControlPlane(routers.values())
        self.stations: dict[str, Station] = {}
        for entry in spec.routers:
            station = Station(
                routers[entry.name], self._plane, entry.address, entry.host_key, login
            )
            station.latency = spec.latency
            self.stations[entry.name] = station

    async def open(self) -> None:
        """Listen on all addresses; raises OSError."""
        self._plane.refresh()  # else whoever asks first waits for all routers' facts
        for station in self.stations.values():
            await station.open()

    def close(self) -> None:
        """Stop listening and break what is connected."""
        for station in self.stations.values():
            station.close()
            station.agent.kill()
            station.drop_connections()

    async def do(self, what: str, arguments: Mapping[str, Any]) -> Any:  # noqa: ANN401 -- plain data
        """Do one of the methods named `do_...`; raises LabError, ValueError."""
        method = getattr(self, f"do_{what}", None)
        if method is None:
            raise NodeError(f"there is no order {what!r}", where="emulated routers")
        answer = method(**arguments)
        return await answer if asyncio.iscoroutine(answer) else answer

    def station(self, name: str) -> Station:
        """One router; raises NodeError."""
        station = self.stations.get(name)
        if station is None:
            raise NodeError("no such emulated router", where=name)
        return station

    def _chosen(self, names: Iterable[str] | None) -> dict[str, Station]:
        if names is None:
            return self.stations
        return {name: self.station(name) for name in names}

    def do_ping(self) -> float:
        """Seconds of processor time that the process has used."""
        return time.process_time()

    async def do_reset(self, texts: Mapping[str, str]) -> None:
        """Boot from other texts with nothing remembered: no commits, no faults, no connections."""
        for text in texts.values():
            split_device_text(text)
        for name, text in texts.items():
            station = self.station(name)
            station.drop_connections()
            station.agent.forget()
            station.router.script = Script()
            station.router.reset(text)
            await station.apply_faults()
        self._plane.refresh()

    async def do_faults(self, scripts: Mapping[str, list[dict[str, Any]]]) -> None:
        """Replace the fault scripts of some routers; an empty list takes all faults away."""
        read = {name: faults.from_data(entries, name) for name, entries in scripts.items()}
        for name, script in read.items():
            station = self.station(name)
            station.router.script = Script(script)
            await station.apply_faults()

    async def do_identity(self, name: str, host_key: str = "", certificate: str = "") -> str:
        """Another host key, or "" for the same, with this certificate, the line of a `-cert.pub`
        file; returns the host key before."""
        return await self.station(name).present(host_key, certificate)

    def do_latency(self, seconds: float, names: list[str] | None = None) -> None:
        """Set the round trip of connections made from now on."""
        for station in self._chosen(names).values():
            station.latency = seconds

    def do_durations(self, durations: dict[str, float], names: list[str] | None = None) -> None:
        """Set how long steps take."""
        for station in self._chosen(names).values():
            station.router.durations = Durations(**durations)

    def do_snapshot(self, names: list[str] | None = None) -> dict[str, dict[str, Any]]:
        """What each router runs and starts with, and its commits."""
        return {name: _snapshot(station) for name, station in self._chosen(names).items()}

    def do_running(self, names: list[str] | None = None) -> dict[str, str]:
        """Only the running texts."""
        return {
            name: station.router.running_text() for name, station in self._chosen(names).items()
        }

    def do_timeline(self, names: list[str] | None = None) -> dict[str, list[tuple[float, str]]]:
        """When each running text changed: (time.monotonic(), SHA-256)."""
        return {
            name: list(station.router.timeline.entries)
            for name, station in self._chosen(names).items()
        }

    def do_counts(self, names: list[str] | None = None) -> dict[str, dict[str, int]]:
        """How often each verb arrived since the reset, and how many commits "begun"."""
        return {name: dict(station.agent.counts) for name, station in self._chosen(names).items()}

    def do_restart(self, name: str, down: float = 0.0) -> None:
        """Take the power away, for `down` seconds."""
        self.station(name).router.restart(down)

    def do_another_boot(self, name: str) -> None:
        """A restart in the books only: what was begun was begun in another boot, sessions stay."""
        router = self.station(name).router
        router.boot_id = secrets.token_hex(8)
        router.run_interfaces = None

    def do_drop_connections(self, name: str) -> None:
        """Break the sessions to a router."""
        self.station(name).drop_connections()

    def do_kill_commit(self, name: str) -> None:
        """`kill -9` of the process of a commit."""
        self.station(name).agent.kill()

    def do_hold_lock(self, name: str, owner: str, alive: bool = True) -> None:
        """Another program takes the lock; not `alive`: it has died since."""
        self.station(name).agent.hold_lock(owner, alive=alive)

    def do_break_session(self, name: str, vrf: str, neighbor: str, configured: bool = True) -> None:
        """A BGP session goes down and stays so; `vrf` is "default" for the backbone.

        Not `configured`: also one that is not there yet.
        """
        router = self.station(name).router
        if configured and neighbor not in show_commands.neighbors(router, vrf):
            raise NodeError(f"has no neighbour {neighbor} in VRF {vrf}", where=name)
        router.broken_sessions.add((vrf, neighbor))
        router.note()

    def do_keep_route(self, name: str, vrf: str, prefix: str) -> None:
        """bgpd forgets to take a leaked route out of a VRF: no configuration shows it."""
        router = self.station(name).router
        if not router.linux.has_vrf(vrf):
            raise NodeError(f"has no VRF {vrf}", where=name)
        router.stale_routes.add((vrf, str(ipaddress.ip_network(prefix))))
        router.note()

    def do_kill_daemon(self, name: str, daemon: str) -> None:
        """`kill -9` of a daemon that may be killed; none starts again before `heal` or a boot."""
        if daemon not in KILLABLE:
            raise NodeError(f"{daemon!r} is not one of {', '.join(KILLABLE)}", where=name)
        router = self.station(name).router
        router.stopped.add(daemon)
        router.note()

    def do_heal(self, names: list[str] | None = None) -> None:
        """Take back `break_session`, `keep_route` and `kill_daemon`."""
        for station in self._chosen(names).values():
            router = station.router
            router.broken_sessions.clear()
            router.stale_routes.clear()
            router.stopped.difference_update(KILLABLE)
            router.note()

    def do_configure(self, name: str, lines: list[str]) -> None:
        """Type lines at the router, in configuration mode."""
        show_commands.configure(self.station(name).router, lines)

    async def do_exec(self, name: str, line: str, seconds: float = 60.0) -> dict[str, Any]:
        """Run a shell line on a router."""
        done = await asyncio.wait_for(self.station(name).shell.run(line), seconds)
        return dataclasses.asdict(done)


def _snapshot(station: Station) -> dict[str, Any]:
    router, disk = station.router, station.agent.disk
    return {
        "running": router.running_text(),
        "startup": router.startup_text(),
        "boot_id": router.boot_id,
        "current": disk.current,
        "last": disk.last,
        "commits": {name: commit.state.value for name, commit in disk.commits.items()},
        "stalled": {name: c.stalled for name, c in disk.commits.items() if c.stalled},
        "processes": sum(c.is_alive(router.boot_id) for c in disk.commits.values()),
        "mark": " ".join(disk.mark[:2]) if disk.mark else "",
        "lock": disk.lock.owner if disk.lock else "",
    }
