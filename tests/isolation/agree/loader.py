"""Draws on the lab's routers: load one, look, go back; and what to do when that fails."""

import json
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from egovnet.lab.errors import LabError
from napalm_frr.text.device_text import split
from napalm_frr.text.frr_tree import parse, same
from tests.isolation.agree.crossings import Heard, Seen, State, targets, unlike
from tests.isolation.reference_lab import GROUND, missing
from tests.isolation.routers import Entry, RouterError, Routers

_PROBE = (Path(__file__).parent / "probe.py").read_text(encoding="utf-8")
_FILE = "/run/agree-probe.py"
#: Seconds in which hosts send and listen.
_ECHOES = 1.5
#: Seconds that a look takes where nothing else runs.
_LOOK = 2.5
#: Seconds until a network without a change must be as before.
_PATIENCE = 90.0
#: Kinds of routes that every table with an address has.
_ITS_OWN = frozenset(("broadcast", "multicast", "anycast"))


class Loader:
    """The lab's routers, draws on them, and how the lab is without one."""

    def __init__(self, routers: Routers) -> None:
        self.routers = routers
        #: How many times longer than where nothing else runs a look took last.
        self.slower = 1.0
        self.base = self.look()
        #: The last look at a draw.
        self.seen = self.base
        #: What was loaded last, and the running texts then.
        self._texts: Mapping[str, str] = {}
        self._loaded: Mapping[str, str] = {}

    def look(self) -> Seen:
        """How all routers are, and what all hosts hear, now."""
        begun = time.monotonic()
        sites = list(GROUND.network.sites)
        asked = json.dumps(
            {
                "seconds": _ECHOES,
                "hosts": {f"{site}-host": targets(site) for site in sites},
                "routers": list(GROUND.texts),
            }
        )
        # a host's file system is the machine's, where all network namespaces have their names
        done = self.routers.vm.exec(
            f"{sites[0]}-host",
            f"[ -e {_FILE} ] || cat >{_FILE} <<'%%END'\n{_PROBE}%%END\n"
            f"python3 -S {_FILE} <<'%%END'\n{asked}\n%%END",
            120 * self.routers.slower,
        )
        self.slower = max(1.0, (time.monotonic() - begun) / _LOOK)
        if done.exit_code:
            raise RouterError(f"nothing could be looked at: {done.stderr}")
        said = json.loads(done.stdout)
        heard = {site: said["hosts"][f"{site}-host"] for site in sites}
        return Seen(
            {host: _state(said["routers"][host]) for host in GROUND.texts},
            {s: Heard(frozenset(h["answered"]), frozenset(h["arrived"])) for s, h in heard.items()},
        )

    # -- the way of a product: a delta ---------------------------------------------------------

    def load(self, texts: Mapping[str, str]) -> str:
        """What a router refused of the texts, or ""; what it took is there."""
        self._loaded, refused = self.routers.put(texts)
        self._texts = texts
        return "; ".join(refused)

    @property
    def runs_another(self) -> bool:
        """Whether a router ran something else than the text that was loaded last."""
        return any(
            not same(parse(running), parse(split(self._texts[host]).frr))
            for host, running in self._loaded.items()
        )

    def unload(self) -> None:
        """Back from what was loaded last; raises RouterError."""
        self.routers.put_back(self._texts, self._loaded)
        self._as_before()

    # -- the way of a boot: files and a restart ------------------------------------------------

    def boot(self, texts: Mapping[str, str]) -> str:
        """Routers start from their texts; what vtysh or ifupdown2 said, or ""."""
        self._restart(texts)
        said = self.routers.vm.exec_many(
            dict.fromkeys(texts, "cat /var/log/ifreload-at-boot 2>/dev/null")
        )
        return "; ".join(f"{host}: {s.stdout.strip()}" for host, s in said.items() if s.stdout)

    def boot_back(self, texts: Mapping[str, str]) -> None:
        """The routers of `texts` start from their own texts; raises RouterError."""
        self._restart({host: self.routers.texts[host] for host in texts})
        self._as_before()

    def afresh(self) -> None:
        """The whole lab again."""
        self.routers.start_afresh(missing)
        self.base = self.look()

    def _as_before(self) -> None:
        """Wait until routes, rules, ports and echoes are those of the beginning."""
        deadline = time.monotonic() + _PATIENCE * self.routers.slower
        while other := unlike(self.base, self.look()):
            if time.monotonic() > deadline:
                raise RouterError(f"not as before: {other}")
            time.sleep(1.0)

    def _restart(self, texts: Mapping[str, str]) -> None:
        files = {}
        for host, text in texts.items():
            halves = split(self.routers.as_loaded(text))
            files[host] = (
                f"cat >/etc/network/interfaces <<'%%END'\n{halves.interfaces}%%END\n"
                f"cat >/etc/frr/frr.conf <<'%%END'\n{halves.frr}%%END\n"
            )
        self.routers.vm.exec_many(files)
        with ThreadPoolExecutor(len(texts)) as pool:
            try:
                list(pool.map(self.routers.vm.restart, texts))
            except LabError as error:
                raise RouterError(str(error)) from error


def _state(said: Mapping[str, str]) -> State:
    """A router's state from what `ip -d -o` printed, tables by the names of their VRFs."""
    masters: dict[str, str] = {}
    names: dict[str, str] = {}
    routes: list[list[str]] = []
    rules: set[str] = set()
    for family in ("4", "6"):
        for line in said[family].splitlines():
            words = line.replace("\\", " ").split()
            number, colon, _ = words[0].partition(":")
            if not (colon and number.isdigit()):
                if family == "6" and words[1] == "default":
                    words[1] = "::/0"  # else IPv4's would stand for it
                routes.append(words)
            elif _is_rule(words):
                rules.add(f"{family} {' '.join(words)}")
            else:
                port = words[1].rstrip(":").partition("@")[0]
                # a port that is down, as one without a stanza is after a boot, takes no packet
                if "UP" in words[2].strip("<>").split(","):
                    masters[port] = words[words.index("master") + 1] if "master" in words else ""
                if "vrf" in words and words[words.index("vrf") + 1] == "table":
                    names[words[words.index("vrf") + 2]] = port
    tables = {vrf: table for table, vrf in names.items()}
    return State(frozenset(_entries(routes, names)), frozenset(rules), masters, tables)


def _is_rule(words: Sequence[str]) -> bool:
    return words[1] in ("from", "not")


def _entries(routes: Iterable[Sequence[str]], names: Mapping[str, str]) -> Iterator[Entry]:
    for kind, prefix, *rest in routes:
        if kind in _ITS_OWN or prefix.startswith(("fe80:", "ff00:")):
            continue
        table = rest[rest.index("table") + 1] if "table" in rest else "main"
        yield names.get(table, table), "" if kind == "unicast" else kind, prefix


def progress(text: str) -> None:
    """A line for who waits."""
    sys.stderr.write(f"{time.strftime('%H:%M:%S')} {text}\n")
    sys.stderr.flush()
