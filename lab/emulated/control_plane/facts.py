"""What a router's running configuration and Linux mean for its part in the backbone, as facts.

One router is looked at at a time; the facts are values that can be compared, and sessions are what
two routers' facts make together.
"""

from __future__ import annotations

import socket
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from egovnet.lab.emulated.frr.contexts import Path
from egovnet.lab.emulated.router.router import Router

FAMILIES = ("ipv4", "ipv6")
LEVELS = {"level-1": {1}, "level-2-only": {2}, "level-1-2": {1, 2}}
IP = {"ipv4": "ip", "ipv6": "ipv6"}
_KIND = {"ipv4": (socket.AF_INET, 32), "ipv6": (socket.AF_INET6, 128)}


class Address(NamedTuple):
    """An address of an interface that is up."""

    family: str
    host: str
    net: str
    """The subnet as text."""
    base: int
    spare: int
    """How many bits are the host's."""
    port: str

    def covers(self, host: str) -> bool:
        """Whether `host` is in the subnet, and not this address itself."""
        if host == self.host or family_of(host) != self.family:
            return False
        return _number(self.family, host) >> self.spare == self.base >> self.spare


@dataclass(frozen=True)
class IsisPort:
    """An interface that seeks IS-IS neighbours; what `hello` holds must be the same there."""

    nets: tuple[str, ...]
    levels: frozenset[int]
    hello: tuple[object, ...]
    bfd: bool = False


@dataclass(frozen=True)
class BgpPeer:
    """A neighbour of the default instance."""

    remote_as: str
    source: str
    password: str
    shutdown: bool
    families: frozenset[str]
    clients: frozenset[str]
    """Families in which it is a client of our route reflection."""
    description: str
    bfd: bool = False


@dataclass(frozen=True)
class Backbone:
    """What a router does outside its VRFs."""

    stopped: frozenset[str]
    broken: frozenset[str]
    addresses: tuple[Address, ...]
    isis: dict[str, IsisPort]
    in_isis: frozenset[str]
    """Own addresses that IS-IS announces."""
    ldp_id: str
    ldp_nets: dict[str, tuple[str, str]]
    """Subnet -> (family, port), where LDP sends hellos."""
    ldp_transports: dict[str, str]
    ldp_prefers_ipv4: bool
    ldp_passwords: dict[str, str]
    asn: str
    router_id: str
    peers: dict[str, BgpPeer]

    def sources(self, peer: str) -> tuple[str, ...]:
        """The addresses from which a session to `peer` may come."""
        word = self.peers[peer].source
        if word and (":" in word or word[0].isdigit()):
            return (word,)
        family = family_of(peer)
        if word:
            return self.hosts_of.get((word, family), ())
        return tuple(a.host for a in self.addresses if a.covers(peer))

    @cached_property
    def hosts_of(self) -> dict[tuple[str, str], tuple[str, ...]]:
        """(Port, family) -> its addresses."""
        found: dict[tuple[str, str], tuple[str, ...]] = {}
        for a in self.addresses:
            found[a.port, a.family] = (*found.get((a.port, a.family), ()), a.host)
        return found

    @cached_property
    def address_of(self) -> dict[str, Address]:
        """Host -> the address."""
        return {a.host: a for a in self.addresses}


def family_of(host: str) -> str:
    """ "ipv4" or "ipv6"."""
    return "ipv6" if ":" in host else "ipv4"


def _number(family: str, host: str) -> int:
    return int.from_bytes(socket.inet_pton(_KIND[family][0], host), "big")


def read_address(text: str, port: str) -> Address:
    """`A/N` on an interface; raises OSError, ValueError when it is none."""
    host, _, length = text.partition("/")
    family = family_of(host)
    kind, bits = _KIND[family]
    spare = bits - int(length)
    base = _number(family, host) >> spare << spare
    net = socket.inet_ntop(kind, base.to_bytes(bits // 8, "big"))
    return Address(family, host, f"{net}/{length}", base, spare, port)


def addresses_by_vrf(router: Router) -> dict[str, list[Address]]:
    """The addresses of interfaces that are up, of "default" and of each VRF, as zebra knows
    them."""
    linux = router.linux
    found: dict[str, list[Address]] = {"default": []}
    for link in linux.links_of("vrf"):
        found[link.name] = []
    for link in linux.links.values():
        parent = linux.links.get(link.parent, link)
        if link.up and parent.up:
            found.setdefault(link.master or "default", []).extend(
                read_address(text, link.name)
                for text in link.addresses
                if not text.startswith("127.") and text != "::1/128" and text not in link.missed
            )
    return found


def read_backbone(router: Router, addresses: tuple[Address, ...]) -> Backbone:
    """The facts of the default VRF."""
    stopped = frozenset(router.stopped)
    isis, in_isis = ({}, set()) if "isisd" in stopped else _isis(router, addresses)
    peers, asn, router_id = ({}, "", "") if "bgpd" in stopped else _bgp(router)
    text_of, path = router.frr.text_of, ("mpls ldp",)
    own = next((a.host for a in addresses if a.port == "lo" and a.family == "ipv4"), "")
    lines = {} if "ldpd" in stopped else router.frr.lines.get(path, {})
    nets: dict[str, tuple[str, str]] = {}
    transports: dict[str, str] = {}
    for family in FAMILIES if lines else ():
        inner = (*path, f"address-family {family}")
        if inner in router.frr.lines:
            ports = {p[-1].split()[1] for p in router.frr.inside(inner)}
            nets |= {a.net: (family, a.port) for a in addresses
                     if a.port in ports and a.family == family}  # fmt: skip
            transports[family] = text_of(inner, "discovery transport-address").split(" ")[-1]
    words = [kept.text.split() for kept in lines.values()]
    return Backbone(
        stopped=stopped,
        broken=frozenset(peer for vrf, peer in router.broken_sessions if vrf == "default"),
        addresses=addresses,
        isis=isis,
        in_isis=frozenset(in_isis),
        ldp_id=next((w[1] for w in words if w[0] == "router-id"), own) if lines else "",
        ldp_nets=nets,
        ldp_transports=transports,
        ldp_prefers_ipv4=any(w[0] == "dual-stack" and w[-1] == "ipv4" for w in words),
        ldp_passwords={w[1]: w[3] for w in words if w[0] == "neighbor" and w[2] == "password"},
        asn=asn,
        router_id=router_id or own,
        peers=peers,
    )


def _isis(router: Router, addresses: tuple[Address, ...]) -> tuple[dict[str, IsisPort], set[str]]:
    frr = router.frr
    instances: dict[str, set[int]] = {}
    for path, lines in frr.lines.items():
        if len(path) == 1 and path[0].startswith("router isis "):
            texts = [kept.text for kept in lines.values()]
            if any(text.startswith("net ") for text in texts):
                level = next((t.split()[1] for t in texts if t.startswith("is-type ")), "level-1-2")
                instances[path[0].split()[2]] = LEVELS.get(level, {1})
    ports: dict[str, IsisPort] = {}
    in_isis_own: set[str] = set()
    for name in {a.port: None for a in addresses} if instances else ():
        lines = frr.lines.get((f"interface {name}",), {})
        texts = [kept.text for kept in lines.values()]
        tags = {family: text.split()[-1] for family in FAMILIES for text in texts
                if text.startswith(f"{IP[family]} router isis ")}  # fmt: skip
        here = [a for a in addresses if a.port == name and tags.get(a.family) in instances]
        in_isis_own.update(a.host for a in here)
        if not here or "isis passive" in texts:
            continue
        level = next((t.split()[2] for t in texts if t.startswith("isis circuit-type ")), "")
        levels = LEVELS.get(level, {1, 2})
        ports[name] = IsisPort(
            nets=tuple(a.net for a in here),
            levels=frozenset(levels & instances[tags[here[0].family]]),
            hello=(
                router.linux.links[name].mtu,
                *sorted(t for t in texts if t.startswith(("isis network ", "isis password "))),
            ),
            bfd="isis bfd" in texts,
        )
    return ports, in_isis_own


def neighbor_lines(router: Router, path: Path) -> dict[str, dict[str, str]]:
    """Neighbour -> setting -> its words, of an instance or a family of it; groups' included."""
    found: dict[str, dict[str, str]] = {}
    for kept in router.frr.lines.get(path, {}).values():
        words = kept.text.split(" ", 3)
        if words[0] == "neighbor":
            what = words[2]
            rest = words[3] if len(words) > 3 else ""
            if what in ("route-map", "prefix-list"):
                rest, _, way = rest.rpartition(" ")
                what = f"{what} {way}"
            found.setdefault(words[1], {})[what] = rest
    for name, peer in router.frr.bgp.of(path[:1]).items():
        if peer.group in found:
            found[name] = found[peer.group] | found.get(name, {})
    return found


def _bgp(router: Router) -> tuple[dict[str, BgpPeer], str, str]:
    path = next(
        (p for p in router.frr.lines if len(p) == 1 and p[0].startswith("router bgp ")
         and " vrf " not in p[0]), None,
    )  # fmt: skip
    if path is None:
        return {}, "", ""
    settings = neighbor_lines(router, path)
    reflected: dict[str, set[str]] = {}
    for inner in router.frr.inside(path):
        for name, has in neighbor_lines(router, inner).items():
            if "route-reflector-client" in has:
                reflected.setdefault(name, set()).add(inner[-1].removeprefix("address-family "))
    peers = {}
    for name, peer in router.frr.bgp.of(path).items():
        if not peer.is_group:
            has = settings.get(name, {})
            peers[name] = BgpPeer(
                remote_as=has.get("remote-as", ""),
                source=has.get("update-source", ""),
                password=has.get("password", ""),
                shutdown="shutdown" in has,
                families=frozenset(f.removeprefix("address-family ") for f in peer.active),
                clients=frozenset(reflected.get(name, ())),
                description=has.get("description", ""),
                bfd="bfd" in has,
            )
    identity = router.frr.text_of(path, "bgp router-id").split(" ")[-1]
    return peers, path[0].split()[2], identity
