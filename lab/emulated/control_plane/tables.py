"""What is in a router's VRFs by its own configuration: routes, customers' sessions, exports.

Customers' routers are not emulated: each is there, and does as the provider's configuration of the
session expects.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from egovnet.lab.emulated.control_plane.facts import FAMILIES, Address, family_of, neighbor_lines
from egovnet.lab.emulated.frr.contexts import Path
from egovnet.lab.emulated.router.router import Router

_HOLES = frozenset(("Null0", "blackhole", "reject"))
_REFUSES = '[{"unreachable":true,"reject":true,"active":true,"fib":true}]'
_BY_HAND = '[{"active":true,"fib":true}]'
#: What a VRF has where nobody gives it a default route, which any other route is preferred to.
LAST_RESORT = ("kernel", _REFUSES)
_DEFAULTS = {"ipv4": ("0.0.0.0/0", 4), "ipv6": ("::/0", 6)}


@dataclass(frozen=True)
class CeSession:
    """A BGP session with a customer's router."""

    address: str
    remote_as: str
    families: frozenset[str]
    state: str
    description: str
    bfd: bool = False


@dataclass(frozen=True)
class Exports:
    """What a VRF's family gives to the VPN."""

    rd: str
    targets: frozenset[str]
    prefixes: tuple[str, ...]


@dataclass
class Table:
    """A VRF's family. `routes` are those it has of itself: prefix -> (protocol, next hops)."""

    routes: dict[str, tuple[str, str]] = field(default_factory=dict)
    imports: frozenset[str] = frozenset()
    import_vrfs: tuple[str, ...] = ()
    exports: Exports | None = None
    announced_by_bgp: tuple[str, ...] = ()
    """Prefixes of `routes` that BGP has."""


@dataclass
class Tables:
    """All tables of a router, by (VRF, family), and its customers' sessions by VRF."""

    tables: dict[tuple[str, str], Table]
    sessions: dict[str, list[CeSession]]
    instances: dict[str, tuple[str, str]]
    """VRF -> (AS number, router id)."""


@dataclass
class Policies:
    """What each prefix-list and route-map permits, prefix by prefix."""

    lists: dict[tuple[str, str], list[tuple[int, bool, str]]] = field(default_factory=dict)
    """(family, name) -> (number, permit, prefix), in order."""
    maps: dict[str, list[tuple[int, bool, dict[str, str]]]] = field(default_factory=dict)
    """Name -> (number, permit, list by family), in order; no list matches all."""

    @classmethod
    def of(cls, router: Router) -> Policies:
        """Those of a router."""
        made = cls()
        for kept in router.frr.lines[()].values():
            words = kept.text.split()
            if words[1:2] == ["prefix-list"] and words[3] == "seq":
                family = "ipv6" if words[0] == "ipv6" else "ipv4"
                anything = words[6] == "any" or (words[6].endswith("/0") and "le" in words)
                prefix = "any" if anything else words[6]
                entry = (int(words[4]), words[5] == "permit", prefix)
                made.lists.setdefault((family, words[2]), []).append(entry)
        for path, lines in router.frr.lines.items():
            if len(path) == 1 and path[0].startswith("route-map "):
                _, name, action, number = path[0].split()
                matched = {}
                for kept in lines.values():
                    words = kept.text.split()
                    if words[0] == "match" and words[2:4] == ["address", "prefix-list"]:
                        matched["ipv6" if words[1] == "ipv6" else "ipv4"] = words[4]
                made.maps.setdefault(name, []).append((int(number), action == "permit", matched))
        for entries in made.lists.values():
            entries.sort(key=lambda entry: entry[0])
        for steps in made.maps.values():
            steps.sort(key=lambda step: step[0])
        return made

    def announced(self, family: str, settings: dict[str, str]) -> Iterator[str]:
        """What a customer's router announces that does as its provider's filter expects: each
        prefix that the filter names and permits, and nothing without one (RFC 8212)."""
        name = settings.get("prefix-list in")
        if name is not None:
            yield from self._permitted(family, name)
            return
        refused: set[str] = set()
        for _, permits, matched in self.maps.get(settings.get("route-map in", ""), ()):
            if family in matched:
                prefixes = set(self._permitted(family, matched[family])) - refused
                if permits:
                    yield from prefixes
                refused |= prefixes

    def _permitted(self, family: str, name: str) -> Iterator[str]:
        seen: set[str] = set()
        for _, permits, prefix in self.lists.get((family, name), ()):
            if prefix not in seen and prefix != "any" and permits:
                yield prefix
            seen.add(prefix)


def read_tables(router: Router, addresses: Mapping[str, list[Address]]) -> Tables:
    """What the router's own texts make of its VRFs; "default" has no BGP here."""
    made = Tables({}, {}, {})
    for vrf, here in addresses.items():
        for family in FAMILIES:
            table = made.tables[vrf, family] = Table()
            for a in here:
                if a.family == family:
                    hops = f'[{{"directlyConnected":true,"interfaceName":"{a.port}"'
                    table.routes[a.net] = ("connected", f'{hops},"active":true,"fib":true}}]')
    _read_statics(router, addresses, made)
    if "bgpd" not in router.stopped:
        _read_instances(router, addresses, made)
    for vrf, prefix in router.stale_routes:
        if (vrf, family_of(prefix)) in made.tables:
            hops = '[{"vrf":"default","active":true,"fib":true}]'
            made.tables[vrf, family_of(prefix)].routes.setdefault(prefix, ("bgp", hops))
    numbers = {link.table: link.name for link in router.linux.links_of("vrf")}
    for number, family, prefix in router.linux.routes_by_hand():
        if (vrf := numbers.get(number, "")) and (vrf, family) in made.tables:
            made.tables[vrf, family].routes.setdefault(prefix, ("hand", _BY_HAND))
    for link in router.linux.links_of("vrf"):
        for family, (prefix, version) in _DEFAULTS.items():
            if version in link.refuses:
                made.tables[link.name, family].routes.setdefault(prefix, LAST_RESORT)
    return made


def _read_statics(router: Router, addresses: Mapping[str, list[Address]], made: Tables) -> None:
    for path, lines in router.frr.lines.items():
        if path and not path[0].startswith("vrf "):
            continue
        for kept in lines.values():
            words = kept.text.split()
            if words[0] not in ("ip", "ipv6") or words[1] != "route":
                continue
            options = dict(pairwise(words[4:]))
            vrf = path[0].split()[1] if path else options.get("vrf", "default")
            table = made.tables.get((vrf, "ipv6" if words[0] == "ipv6" else "ipv4"))
            there = addresses.get(options.get("nexthop-vrf", vrf), ())
            if table is None:
                continue
            if words[3] in _HOLES:
                table.routes.setdefault(words[2], ("static", _REFUSES))
            elif hops := _hops(words[3], there):
                table.routes.setdefault(words[2], ("static", hops))


def _hops(gateway: str, addresses: list[Address] | tuple[Address, ...]) -> str:
    """The next hop when it is on a link that is up, else ""."""
    is_address = ":" in gateway or gateway[0].isdigit()
    for a in addresses:
        if a.covers(gateway) if is_address else a.port == gateway:
            ip = f'"ip":"{gateway}","afi":"{a.family}",' if is_address else ""
            return f'[{{{ip}"interfaceName":"{a.port}","active":true,"fib":true}}]'
    return ""


def _read_instances(router: Router, addresses: Mapping[str, list[Address]], made: Tables) -> None:
    policies = Policies.of(router)
    for path in list(router.frr.lines):
        if len(path) == 1 and path[0].startswith("router bgp ") and " vrf " in path[0]:
            vrf = path[0].split()[4]
            if vrf in addresses:
                _read_instance(router, path, addresses[vrf], policies, made)


def _read_instance(
    router: Router, path: Path, here: list[Address], policies: Policies, made: Tables
) -> None:
    """One `router bgp N vrf X`."""
    frr = router.frr
    _, _, number, _, vrf = path[0].split()
    identity = frr.text_of(path, "bgp router-id").split(" ")[-1]
    made.instances[vrf] = (number, identity)
    settings = neighbor_lines(router, path)
    sessions = made.sessions[vrf] = []
    for name, peer in frr.bgp.of(path).items():
        has = settings.get(name, {})
        if peer.is_group or "remote-as" not in has:
            continue
        up = bool(_hops(name, here)) and bool(peer.active)
        state = "Established" if up and (vrf, name) not in router.broken_sessions else "Active"
        families = frozenset(f.removeprefix("address-family ") for f in peer.active)
        sessions.append(
            CeSession(
                name,
                has["remote-as"],
                families,
                "Idle (Admin)" if "shutdown" in has else state,
                has.get("description", ""),
                "bfd" in has,
            )
        )
    for family in FAMILIES:
        inner = (*path, f"address-family {family} unicast")
        if inner in frr.lines:
            _read_family(router, inner, made, sessions, policies)


def _read_family(
    router: Router, path: Path, made: Tables, sessions: list[CeSession], policies: Policies
) -> None:
    vrf, family = path[0].split()[4], path[1].split()[1]
    table = made.tables[vrf, family]
    texts = {kept.text for kept in router.frr.lines[path].values()}
    settings = neighbor_lines(router, path)
    for session in sessions:
        if session.state == "Established" and f"{family} unicast" in session.families:
            hops = f'[{{"ip":"{session.address}","afi":"{family}","active":true,"fib":true}}]'
            for prefix in policies.announced(family, settings.get(session.address, {})):
                table.routes.setdefault(prefix, ("bgp", hops))
    kinds = {"bgp"} | {kind for kind in ("connected", "static")
                       if any(t.startswith(f"redistribute {kind}") for t in texts)}  # fmt: skip
    networks = {text.split()[1] for text in texts if text.startswith("network ")}
    table.announced_by_bgp = tuple(
        prefix for prefix, (kind, _) in table.routes.items() if kind in kinds or prefix in networks
    )
    words = {" ".join(text.split()[:3]): text.split()[3:] for text in texts}
    if "import vpn" in texts:
        table.imports = frozenset(words.get("rt vpn import", ()))
    table.import_vrfs = tuple(t.split()[2] for t in texts if t.startswith("import vrf "))
    rd, targets = words.get("rd vpn export"), words.get("rt vpn export")
    # all four, or bgpd gives nothing to the VPN
    if rd and targets and "export vpn" in texts and "label vpn export" in words:
        table.exports = Exports(rd[0], frozenset(targets), table.announced_by_bgp)
