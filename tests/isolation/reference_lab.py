"""The reference network's lab for proofs: what may meet in it, and its routers to load texts on."""

import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from ipaddress import ip_network
from pathlib import Path

from egovnet.lab.backends import default_lab
from egovnet.lab.defaults import BOOT_SECONDS
from egovnet.lab.machines import one_machine
from egovnet.lab.uml import UserModeLinux
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.verbs.lab import topology as lab_topology
from tests.inventories import BACKBONE
from tests.isolation.mutants.ground import FAMILIES, Access, VrfPlace, network_of
from tests.isolation.mutants.lab_sample import Ping
from tests.isolation.mutants.reference import reference
from tests.isolation.routers import Entry, Routers

GROUND = reference()


# -- what the inventory lets meet --------------------------------------------------------------


def _networks(place: VrfPlace) -> set[str]:
    """Prefixes of a VRF's own sites and accesses."""
    found = {str(p) for access in place.accesses for p in access.prefixes}
    return found | {network_of(a.pe[f]) for a in place.accesses for f in a.families()}


def _allowed(place: VrfPlace) -> set[str]:
    """Prefixes that may be in a VRF's tables."""
    return {
        net for other in GROUND.places if GROUND.may_meet(place, other) for net in _networks(other)
    } | {net for access in place.accesses for net in map(network_of, access.pe.values())}


def _within(prefix: str, allowed: set[str]) -> bool:
    net = ip_network(prefix)
    return any(
        net.version == other.version and net.subnet_of(other) for other in map(ip_network, allowed)
    )


def strangers(host: str, table: frozenset[Entry]) -> set[Entry]:
    """Routes in a PE's customer tables that the inventory does not let in there."""
    found = set()
    for place in GROUND.places:
        if place.host == host:
            allowed = _allowed(place)
            for entry in table:
                vrf, kind, prefix = entry
                if vrf != place.vrf or kind or prefix.startswith(("fe80:", "ff00:")):
                    continue
                if prefix == "default" or not _within(prefix, allowed):
                    found.add(entry)
    return found


def missing(tables: Mapping[str, frozenset[Entry]]) -> str:
    """Routes of the plan that are not there yet, or too many, in words."""
    words = []
    for place in GROUND.places:
        here = {prefix for vrf, kind, prefix in tables[place.host] if vrf == place.vrf and not kind}
        words += [f"{place} {net}" for net in sorted(_allowed(place) - here)]
    return ", ".join(words)


def _probes() -> tuple[dict[str, list[Ping]], set[Ping]]:
    """Per PE, pings to CEs behind other PEs; and those of them that are to be answered."""
    pings: dict[str, list[Ping]] = {}
    friends: set[Ping] = set()
    for number, place in enumerate(GROUND.places):
        met: set[tuple[str, str, bool]] = set()
        for other in (GROUND.places * 2)[number : number + len(GROUND.places)]:
            meets = GROUND.may_meet(place, other)
            kind = other.vpn, other.spoke or "", meets
            if other.host == place.host or kind in met:
                continue
            met.add(kind)
            access: Access = other.accesses[0]
            family = FAMILIES[(number + len(met)) % 2]
            ping = Ping(place.vrf, place.host, access.ce[family])
            pings.setdefault(place.host, []).append(ping)
            if meets:
                friends.add(ping)
    return pings, friends


PINGS, FRIENDS = _probes()


#: Milliseconds between two packets of BFD in the lab, which shares a processor or two with others:
#: at the network's own it takes more of them than all other daemons.
_INTERVAL = 5000
_INTERVALS = re.compile(r"((?:transmit|receive)-interval) \d+")


def _seldom(text: str) -> str:
    """A text whose BFD sends seldom."""
    return _INTERVALS.sub(rf"\1 {_INTERVAL}", text)


# -- the lab -----------------------------------------------------------------------------------


@contextmanager
def reference_routers(
    root: Path,
    name: str,
    addresses: str,
    *,
    keep: bool = False,
    slower: float = 1.0,
) -> Iterator[Routers]:
    """The routers with their intended texts, in a lab called `name`; it ends with the context.

    `root` is a directory for it; `addresses` begins its loopback addresses, as `127.20.26`. With
    `keep` the lab stays up, and one that is up in `root` is used. `slower`: how many times longer
    it may take than where nothing else runs. BFD sends every 5 s.
    """
    inventory = root / "inventory"
    shutil.copytree(BACKBONE, inventory, dirs_exist_ok=True)
    for file, pattern, replacement in (
        ("network.yaml", "^name: reference$", f"name: {name}"),
        ("hosts.yaml", r"127\.20\.20\.", f"{addresses}."),
    ):
        path = inventory / file
        text = re.sub(pattern, replacement, path.read_text(encoding="utf-8"), flags=re.MULTILINE)
        path.write_text(text, encoding="utf-8")
    with (inventory / "network.yaml").open("a", encoding="utf-8") as file:
        timers = f"{{interval: {_INTERVAL}}}"
        file.write(f"\nbfd: {{circuits: {timers}, accesses: {timers}}}\n")
    topology = lab_topology(Workspace(inventory), provisioned=True)
    vm = default_lab(root / "state" / name / "lab", progress=print)
    if isinstance(vm, UserModeLinux):
        # routers tell each other by files that they share (`Routers.restore`)
        seconds = BOOT_SECONDS * slower
        vm = UserModeLinux(vm.directory, machines=one_machine(topology), boot_seconds=seconds)

    def boot() -> None:
        vm.down()
        vm.up(topology, progress=print)

    served = {host: [p for p in pings if p in FRIENDS] for host, pings in PINGS.items()}
    texts = {host: _seldom(text) for host, text in GROUND.texts.items()}
    lab = Routers(vm, texts, GROUND.edges, boot, served, slower=slower, as_loaded=_seldom)
    try:
        if keep and vm.status().ready:
            lab.begin(missing)
        else:
            lab.start_afresh(missing)
        yield lab
    finally:
        if not keep:
            vm.down()
