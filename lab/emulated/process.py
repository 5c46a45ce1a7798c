"""Start emulated routers in a process of their own and work on them from this one: for tests."""

from __future__ import annotations

import ipaddress
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from egovnet.lab.access import make_access
from egovnet.lab.emulated.control import Control
from egovnet.lab.emulated.faults import AnyFault, to_data
from egovnet.lab.emulated.spec import Durations, FleetSpec, RouterSpec
from egovnet.lab.errors import GuestError, NodeError
from egovnet.lab.state import write_private
from egovnet.lab.topology import Node, Topology

PORT = 2222


@dataclass(frozen=True)
class Snapshot:
    """One router as it is: whole texts, and its commits' states by id."""

    running: str
    startup: str
    boot_id: str
    current: str
    """The id of the commit it worked on last, or ""."""
    last: str
    """The id of the last confirmed commit, or ""."""
    commits: dict[str, str]
    stalled: dict[str, str]
    """Commits whose process stalled, and at which step."""
    processes: int
    """How many processes of commits run."""
    mark: str
    """"before ID" or "after ID" while the start-up files may be a mixture, else ""."""
    lock: str
    """Who holds the lock, or ""."""


class EmulatedRouters:
    """Routers by name in a child process, on loopback addresses of `network`; a context manager.

    `directory` gets credentials.yaml, known_hosts, id_ed25519 and the socket; its path must be
    shorter than 90 characters. Raises GuestError when the process cannot serve.
    """

    def __init__(
        self,
        texts: Mapping[str, str],
        directory: Path,
        *,
        network: str = "127.40.0.0/16",
        ports: Mapping[str, Iterable[str]] | None = None,
        latency: float = 0.0,
        durations: Durations | None = None,
    ) -> None:
        self.directory = directory
        hosts = ipaddress.IPv4Network(network)
        self.addresses = {
            name: (str(hosts[number + 11]), PORT) for number, name in enumerate(texts)
        }
        topology = Topology(
            name="emulated",
            management_subnet=hosts,
            nodes=tuple(
                Node(
                    name=name,
                    kind="router",
                    management=ipaddress.IPv4Address(host),
                    forward=(host, port),
                    config=texts[name],
                )
                for name, (host, port) in self.addresses.items()
            ),
            links=(),
        )
        directory.mkdir(parents=True, exist_ok=True)
        access = make_access(topology, directory, None)
        self.spec = FleetSpec(
            control=directory / "control",
            routers=tuple(
                RouterSpec(
                    name=name,
                    text=texts[name],
                    address=self.addresses[name],
                    host_key=access.host_keys[name],
                    ports=tuple((ports or {}).get(name, ())),
                )
                for name in texts
            ),
            public_key=access.authorized_key,
            password=access.password,
            durations=asdict(durations or Durations()),
            latency=latency,
        )
        self.control = Control(self.spec.control)
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        file = self.directory / "fleet.json"
        write_private(file, self.spec.model_dump_json())
        self._process = start(file, stdout=subprocess.PIPE)
        if self._process.stdout is None or self._process.stdout.readline() != "ready\n":
            errors = self._process.communicate()[1]
            raise GuestError(f"the emulated routers did not start: {errors.strip()}")
        file.unlink()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.control.close()
        if self._process is not None:
            self._process.terminate()
            self._process.communicate()

    @property
    def pid(self) -> int:
        """The child process's number."""
        if self._process is None:
            raise GuestError("the emulated routers are not started")
        return self._process.pid

    def optional_args(self, name: str) -> dict[str, Any]:
        """What NAPALM's driver needs besides the address (`addresses[name][0]`) and "root"."""
        return {
            "port": self.addresses[name][1],
            "ssh_strict": True,
            "known_hosts": str(self.directory / "known_hosts"),
            "key_file": str(self.directory / "id_ed25519"),
        }

    def reset(self, texts: Mapping[str, str]) -> None:
        """Boot these routers from these texts: no commits, no faults, no sessions, no timeline."""
        self.control.do("reset", texts=dict(texts))

    def set_faults(self, scripts: Mapping[str, Iterable[AnyFault]]) -> None:
        """Replace the scripts of these routers."""
        self.control.do("faults", scripts={name: to_data(s) for name, s in scripts.items()})

    def set_latency(self, seconds: float, names: Iterable[str] | None = None) -> None:
        """Set the round trip for connections made from now on; of all routers without `names`."""
        self.control.do("latency", seconds=seconds, names=_listed(names))

    def set_durations(self, durations: Durations, names: Iterable[str] | None = None) -> None:
        """Set how long steps of a commit take."""
        self.control.do("durations", durations=asdict(durations), names=_listed(names))

    def snapshots(self, names: Iterable[str] | None = None) -> dict[str, Snapshot]:
        """How routers are, read beside SSH."""
        found = self.control.do("snapshot", names=_listed(names))
        return {name: Snapshot(**data) for name, data in found.items()}

    def running(self, names: Iterable[str] | None = None) -> dict[str, str]:
        """The running texts."""
        return dict(self.control.do("running", names=_listed(names)))

    def timelines(self, names: Iterable[str] | None = None) -> dict[str, list[tuple[float, str]]]:
        """Changes of the running texts since the reset: (time.monotonic(), SHA-256 of the text).

        The clock is the machine's own: it compares with `time.monotonic()` of any process.
        """
        found = self.control.do("timeline", names=_listed(names))
        return {name: [(at, digest) for at, digest in line] for name, line in found.items()}

    def counts(self, names: Iterable[str] | None = None) -> dict[str, dict[str, int]]:
        """How often each verb arrived since the reset, and how many commits "begun"."""
        return dict(self.control.do("counts", names=_listed(names)))

    def restart(self, name: str, down: float = 0.0) -> None:
        """Take a router's power away for `down` seconds."""
        self.control.do("restart", name=name, down=down)

    def by_hand(self, name: str, line: str) -> None:
        """Run a shell line beside SSH, as `ip address delete A/N dev X`; raises NodeError."""
        done = self.control.do("exec", name=name, line=line)
        if done["code"]:
            raise NodeError(f"{line}: {done['stderr'].strip()}", where=name)

    def configure(self, name: str, *lines: str) -> None:
        """Type lines at a router, in configuration mode."""
        self.control.do("configure", name=name, lines=lines)

    def break_session(self, name: str, vrf: str, neighbor: str, *, configured: bool = True) -> None:
        """A BGP session goes down and stays so; `vrf` is "default" for the backbone.

        Not `configured`: also one that is not there yet, as where nobody is behind a port.
        """
        self.control.do(
            "break_session", name=name, vrf=vrf, neighbor=neighbor, configured=configured
        )

    def keep_route(self, name: str, vrf: str, prefix: str) -> None:
        """bgpd forgets to take a leaked route out of a VRF: no configuration shows it."""
        self.control.do("keep_route", name=name, vrf=vrf, prefix=prefix)

    def kill_daemon(self, name: str, daemon: str) -> None:
        """`kill -9` of bgpd, isisd, ldpd or bfdd."""
        self.control.do("kill_daemon", name=name, daemon=daemon)

    def heal(self, names: Iterable[str] | None = None) -> None:
        """Sessions come up, daemons run, stale routes go; Linux and configurations stay."""
        self.control.do("heal", names=_listed(names))

    def cpu_seconds(self) -> float:
        """Processor time of the child process so far."""
        return float(self.control.do("ping"))


def start(
    file: Path, *, stdout: int, stderr: int = subprocess.PIPE, marker: str = ""
) -> subprocess.Popen[str]:
    """Start the process that serves a spec."""
    root = Path(__file__).parent.parent.parent
    return subprocess.Popen(
        [
            sys.executable,
            "-m",
            "egovnet.lab.emulated.serve",
            str(file),
            *([marker] if marker else []),
        ],
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=stderr,
        text=True,
        cwd=root,
        start_new_session=True,
    )


def _listed(names: Iterable[str] | None) -> list[str] | None:
    return None if names is None else list(names)
