"""One emulated router: what it runs, what it starts with, and when what it runs changed."""

from __future__ import annotations

import dataclasses
import hashlib
import re
import secrets
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from egovnet.lab.device_text import split_device_text
from egovnet.lab.emulated.faults import MissAddresses, RefuseLine, Script
from egovnet.lab.emulated.frr import vtysh
from egovnet.lab.emulated.frr.config import FrrConfig
from egovnet.lab.emulated.frr.contexts import FAILED, OK, Reply
from egovnet.lab.emulated.frr.daemons import DAEMONS, without_daemons
from egovnet.lab.emulated.linux.linux import Linux, read_stanzas
from egovnet.lab.emulated.linux.zebra import known_addresses
from egovnet.lab.emulated.spec import Durations

INTERFACES_MARK = "# This file describes the network interfaces\n"
PORTS_MARK = "# ports.conf --\n"
FILTER_MARK = "# nftables.conf --\n"
_EMPTY_BLOCK = re.compile(r"^(?:interface|vrf) \S+\n(?:exit|exit-vrf)\n(?:!\n)?", re.MULTILINE)
_PORT = re.compile(r"eth\d+$")


@dataclass(frozen=True)
class Files:
    """The files a router starts with."""

    hostname: str
    interfaces: str
    frr: str
    filter: str = ""
    """The ruleset of /etc/nftables.conf."""


@dataclass(frozen=True)
class Snapshot:
    """What a router ran at one moment, as its agent reads it."""

    hostname: str
    interfaces: str
    linux: str
    labels: str
    frr: str
    zebra: str = ""
    """What zebra knows of Linux: see `linux.zebra`."""
    daemons: str = " ".join(DAEMONS)
    filter: str = ""
    ipsec: str = ""

    def texts(self) -> dict[str, str]:
        """By the names the agent gives them, in its order."""
        return {
            "hostname": f"{self.hostname}\n",
            "daemons": f"{self.daemons}\n",
            "interfaces": self.interfaces,
            "linux": self.linux,
            "labels": self.labels,
            **({"ipsec": self.ipsec} if self.ipsec else {}),
            **({"filter": self.filter} if self.filter else {}),
            "zebra": self.zebra,
            "frr": self.frr,
        }


@dataclass
class Timeline:
    """When the running text changed: (time.monotonic(), SHA-256 of the text)."""

    entries: list[tuple[float, str]] = field(default_factory=list)

    def note(self, text: str) -> None:
        """Remember the text when it is another than the last."""
        digest = hashlib.sha256(text.encode()).hexdigest()
        if not self.entries or self.entries[-1][1] != digest:
            self.entries.append((time.monotonic(), digest))


class Router:
    """A router that was booted from a whole device text.

    `management` is its address as it knows it itself; `ports` what is cabled, eth0 among them.
    """

    def __init__(
        self,
        name: str,
        text: str,
        *,
        management: str = "",
        ports: Iterable[str] = (),
        durations: Durations | None = None,
    ) -> None:
        self.name = name
        self.durations = durations or Durations()
        self.script = Script()
        self.timeline = Timeline()
        self._ports = tuple(ports) or _ports_of(text)
        self._management = management
        self.on_restart: list[Callable[[float], None]] = []
        """Told that power was lost, and for how many seconds."""
        self.files = Files("", "", "")
        self.stopped: set[str] = set()
        """Daemons that do not answer."""
        self.powered = True
        """Without power it is ready to start, and no neighbour hears of it."""
        self.broken_sessions: set[tuple[str, str]] = set()
        """BGP sessions that do not come up whatever is configured: (VRF, neighbour)."""
        self.stale_routes: set[tuple[str, str]] = set()
        """Routes that bgpd forgot to withdraw: (VRF, prefix)."""
        self.on_change: list[Callable[[], None]] = []
        """Told when what runs may have changed."""
        self.reset(text)

    def reset(self, text: str) -> None:
        """Boot from a whole text, with nothing remembered; raises DeviceTextError."""
        parts = split_device_text(text)
        self.files = Files(parts.hostname, _own(parts.interfaces), parts.frr, parts.filter)
        self.timeline = Timeline()
        self.broken_sessions.clear()
        self.boot()

    def boot(self) -> None:
        """Start from the start-up files; what was in memory is lost."""
        self.boot_id = secrets.token_hex(8)
        self.booted_at = time.monotonic()
        self.stopped.clear()
        self.stale_routes.clear()
        self.hostname = self.files.hostname
        self.run_interfaces: str | None = None
        self.filter = self.files.filter
        self.linux = Linux(self.name, self._ports)
        self.linux.zebra_misses = lambda port: bool(self.script.firing(MissAddresses, port=port))
        self.linux.ifreload(self.files.interfaces, "")
        self.frr = self._new_frr()
        vtysh.run(self.frr, self.files.frr)
        self.note()

    def restart(self, down: float = 0.0) -> None:
        """Lose power now; come back after `down` seconds."""
        for inform in list(self.on_restart):
            inform(down)
        self.boot()

    @property
    def management(self) -> str:
        """The address that sessions end at."""
        if self._management:
            return self._management
        link = self.linux.links.get("eth0")
        return link.addresses[0].split("/")[0] if link and link.addresses else ""

    @property
    def interfaces(self) -> str:
        """The interfaces text that is in force."""
        return self.files.interfaces if self.run_interfaces is None else self.run_interfaces

    def note(self) -> None:
        """Tell the timeline, and who else wants to know, what is running now."""
        self.timeline.note(self.running_text())
        for inform in self.on_change:
            inform()

    def running_text(self) -> str:
        """The whole device text of what runs, as the driver reads it."""
        frr = self.frr.text(self.hostname)
        return _whole(self.hostname, self.interfaces, frr, self.filter)

    def startup_text(self) -> str:
        """The whole device text that a restart would bring."""
        files = self.files
        return _whole(files.hostname, files.interfaces, files.frr, files.filter)

    def show_running(self) -> str:
        """What `vtysh -c 'show running-config'` prints."""
        text = without_daemons(self.frr.text(self.hostname), self.stopped)
        return f"Building configuration...\n\nCurrent configuration:\n!\n{text}end\n"

    def snapshot(self) -> Snapshot:
        """What the agent reads."""
        return Snapshot(
            self.hostname,
            self.interfaces,
            self.linux.addresses_json(),
            self.linux.labels_json(),
            "" if "vtysh" in self.stopped else self.show_running(),
            known_addresses(self.linux),
            " ".join(name for name in DAEMONS if name not in self.stopped),
            self.filter,
            self.linux.policies.listed(),
        )

    def load_filter(self, ruleset: str) -> None:
        """`nft -f`, whole: the kernel's ruleset is what the text says."""
        self.filter = ruleset
        self.note()

    def run_script(self, script: str) -> vtysh.Ran:
        """`vtysh -f`, with the script's faults."""
        rules = [fault for fault in self.script.faults if isinstance(fault, RefuseLine)]
        ran = vtysh.run(self.frr, script, self._refuse if rules else None)
        self.note()
        return ran

    def reload_frr(self, text: str) -> None:
        """`frr-reload.py`: FRR becomes what the text says."""
        self.frr = self._new_frr()
        self.run_script(text)

    def ifreload(self, text: str, remade: Iterable[str] = ()) -> tuple[str, bool]:
        """Linux becomes what the text says, which is the start-up file from now on; what is
        `remade` is taken away before.

        Returns what ifupdown2 prints, and whether it ended well.
        """
        before = self.interfaces
        self.files = dataclasses.replace(self.files, interfaces=text)
        self.linux.make_room(remade)
        done = self.linux.ifreload(text, before)
        self.run_interfaces = text
        self.note()
        return done

    def write_interfaces(self, text: str) -> None:
        """Only the start-up file of the interfaces; what is in force stays."""
        self.run_interfaces = self.interfaces
        self.files = dataclasses.replace(self.files, interfaces=text)

    def restore(self, to: Snapshot) -> None:
        """Run again what ran then, and report nothing of it: what a router that lies does."""
        tables = {n: s.attributes.get("vrf-table") for n, s in read_stanzas(to.interfaces).items()}
        vrfs = self.linux.links_of("vrf")
        self.linux.make_room(v.name for v in vrfs if tables.get(v.name) != str(v.table))
        self.linux.ifreload(to.interfaces, self.interfaces)
        self.run_interfaces = None if to.interfaces == self.files.interfaces else to.interfaces
        self.hostname = to.hostname
        self.filter = to.filter
        self.frr = self._new_frr()
        vtysh.run(self.frr, without_noise(to.frr))
        self.note()

    def _new_frr(self) -> FrrConfig:
        config = FrrConfig(vrf_exists=self.linux.has_vrf)
        config.on_labels = self.linux.take_labels
        return config

    def _refuse(self, line: str) -> Reply:
        for fault in self.script.faults:
            if (
                isinstance(fault, RefuseLine)
                and re.search(fault.pattern, line)
                and self.script.firing(RefuseLine, pattern=fault.pattern)
            ):
                return Reply(f"{fault.reason}\n", FAILED)
        return OK


def without_noise(running: str) -> str:
    """FRR's text without what vtysh prints around it."""
    return running[running.index("frr version") :].removesuffix("end\n") if running else ""


def startup_frr(running: str) -> str:
    """What becomes the start-up file of `show running-config`."""
    return "".join(f"{line}\n" for line in without_noise(running).splitlines() if line.strip())


def _whole(hostname: str, interfaces: str, frr: str, ruleset: str) -> str:
    filtered = f"{FILTER_MARK}{ruleset}" if ruleset else ""
    linux = f"{hostname}\n{INTERFACES_MARK}{interfaces}{PORTS_MARK}"
    return f"{linux}{filtered}{_EMPTY_BLOCK.sub('', frr)}"


def _own(interfaces: str) -> str:
    return interfaces.removeprefix(INTERFACES_MARK)


def _ports_of(text: str) -> tuple[str, ...]:
    """The ports that a text knows, with VLANs on them or without."""
    interfaces = split_device_text(text).interfaces
    named = {name.split(".")[0] for name in read_stanzas(interfaces)}
    found = {name for name in named if _PORT.match(name)} | {f"eth{n}" for n in range(9)}
    return tuple(sorted(found, key=lambda name: int(name[3:])))
