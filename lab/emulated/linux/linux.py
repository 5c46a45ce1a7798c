"""Linux on an emulated router: links, VRFs, VLANs, addresses, as `ifreload -a` makes them."""

from __future__ import annotations

import hashlib
import ipaddress
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from egovnet.lab.emulated.linux.ipsec import Policies

_VLAN = re.compile(r"(.+)\.(\d+)$")
_MANY = frozenset(("address", "up", "post-up", "pre-up", "down", "post-down", "pre-down"))
_TYPES = {"": "loopback", "gre": "gre"}
_LOOPBACK = ("127.0.0.1/8", "::1/128")
_REFUSES = re.compile(
    r"ip -(?P<family>[46]) route (?:add|replace) unreachable default metric (?P<metric>\d+)"
    r" vrf (?P<vrf>\S+)$"
)


@dataclass
class Link:
    """An interface of the kernel."""

    name: str
    index: int
    kind: str = ""
    """`vrf`, `vlan`, `dummy`, `bridge`, `gre`; `veth` for a port with a cable, "" for lo."""
    table: int = 0
    vlan: int = 0
    parent: str = ""
    master: str = ""
    mtu: int = 1500
    alias: str = ""
    up: bool = True
    addresses: list[str] = field(default_factory=list)
    missed: set[str] = field(default_factory=set)
    """Addresses that zebra did not hear of."""
    ends: tuple[str, str] = ("", "")
    """Of a tunnel: its own address and the other end's."""
    refuses: dict[int, int] = field(default_factory=dict)
    """Of a VRF: the metric of its table's unreachable default, by IP version."""


@dataclass
class Stanza:
    """What a text says about one interface."""

    auto: bool = False
    attributes: dict[str, str] = field(default_factory=dict)
    addresses: list[str] = field(default_factory=list)
    post_up: list[str] = field(default_factory=list)


def read_stanzas(text: str) -> dict[str, Stanza]:
    """The interfaces of an `/etc/network/interfaces` by name."""
    stanzas: dict[str, Stanza] = {}
    automatic: set[str] = set()
    current: Stanza | None = None
    for raw in text.splitlines():
        words = raw.split(None, 1)
        if not words or words[0].startswith("#"):
            continue
        value = words[1].strip() if len(words) > 1 else ""
        if words[0] in ("auto", "allow-auto"):
            automatic.update(value.split())
        elif words[0] == "iface":
            current = stanzas.setdefault(value.split()[0], Stanza())
        elif current is not None:
            if words[0] == "address":
                current.addresses.append(value)
            elif words[0] == "post-up":
                current.post_up.append(value)
            elif words[0] not in _MANY:
                current.attributes[words[0]] = value
    for name, stanza in stanzas.items():
        stanza.auto = name in automatic
    return stanzas


class Linux:
    """The kernel's interfaces of one router.

    `ports` are what is cabled: they are there whatever the text says, as lo is.
    """

    def __init__(self, name: str, ports: Iterable[str]) -> None:
        self._name = name
        self._next = 1
        self.links: dict[str, Link] = {}
        self.labels: dict[str, bool] = {}
        """Whether labelled packets are taken in, by interface."""
        self.rules: dict[str, list[str]] = {}
        """Rules by hand, as `ip rule` prints them, by IP version."""
        self.hand_routes: dict[str, dict[tuple[str, int], str]] = {}
        """Routes by hand, as `ip route` prints them, by (destination, table) by IP version."""
        self.hand_labels: dict[int, str] = {}
        """Labels by hand, as `ip -f mpls route` prints them."""
        self.policies = Policies()
        """Of IPsec."""
        self.zebra_misses: Callable[[str], bool] = lambda _: False
        """Whether zebra misses the addresses of a VLAN of this name that is made now."""
        self.version = 0
        self._printed: tuple[int, str] = (-1, "")
        self._make("lo", mtu=65536)
        self.links["lo"].addresses = list(_LOOPBACK)
        for port in ports:  # down until a text or a hand sets it up
            self._make(port, kind="veth").up = False

    def has_vrf(self, name: str) -> bool:
        """Whether the kernel has this VRF."""
        link = self.links.get(name)
        return link is not None and link.kind == "vrf"

    def take_labels(self, name: str, on: bool) -> None:
        """zebra's `mpls enable` on an interface, or its `no`."""
        if name in self.links:
            self.labels[name] = on
            self.version += 1

    def delete(self, name: str) -> bool:
        """`ip link delete`; False when there is no such link, or it is a cabled port."""
        link = self.links.get(name)
        if link is None or link.kind in ("", "veth"):
            return False
        del self.links[name]
        self.labels.pop(name, None)
        for other in list(self.links.values()):
            if other.parent == name:
                self.delete(other.name)
            elif other.master == name:
                other.master = ""
        self.version += 1
        return True

    def make_room(self, names: Iterable[str]) -> None:
        """What the agent does for links that are to be made anew: they go, their ports down."""
        for name in names:
            for other in self.links.values():
                if other.master == name:
                    other.up = False
            self.delete(name)

    def add_vlan(self, name: str, parent: str, number: int) -> bool:
        """`ip link add link P name X type vlan id N`, down as Linux makes it; False if it is
        there."""
        if name in self.links:
            return False
        link = self._make(name, kind="vlan", mtu=self.links[parent].mtu)
        link.parent, link.vlan, link.up = parent, number, False
        return True

    def ifreload(self, text: str, before: str) -> tuple[str, bool]:
        """Make the kernel as `text` says; `before` is what was made last.

        Returns what ifupdown2 prints, and whether it ended well.
        """
        wanted = {name: s for name, s in read_stanzas(text).items() if s.auto}
        messages: list[str] = []
        for name in read_stanzas(before):
            if name not in wanted and name in self.links and not self.delete(name):
                self._strip(self.links[name])
        here = frozenset(self.links)
        # an interface that is not there is warned of, and ifreload ends well all the same
        for name in sorted(wanted, key=lambda name: _rank(name, wanted[name])):
            trouble = self._make_wanted(name, wanted[name])
            if trouble:
                messages.append(trouble)
        vlans = (link.name for link in self.links_of("vlan") if link.name not in here)
        made = [name for name in vlans if self.zebra_misses(name)]
        for name, stanza in wanted.items():
            if name in self.links:
                trouble = self._configure(self.links[name], stanza)
                if trouble:
                    messages.append(trouble)
                self._refuse(stanza.post_up)
        for name in made:
            self.links[name].missed = set(self.links[name].addresses)
        self.version += 1
        well = not any(line.startswith("error") for line in messages)
        return "".join(f"{line}\n" for line in messages), well

    def tell_zebra(self) -> None:
        """What the agent does after it changed Linux: zebra hears of what it missed."""
        for link in self.links.values():
            link.missed.clear()
        self.version += 1

    def check(self, text: str) -> tuple[str, bool]:
        """`ifquery --check -a`: each `auto` interface, and whether it is as the text says."""
        out, well = [], True
        for name, stanza in read_stanzas(text).items():
            if not stanza.auto:
                continue
            link = self.links.get(name)
            passed = (
                link is not None
                and {_with_length(a) for a in stanza.addresses} <= set(link.addresses)
                and link.master == stanza.attributes.get("vrf", "")
                and (link.kind != "gre" or link.ends == _ends(stanza))
            )
            well = well and passed
            out.append(f"auto {name}\niface {name}  [{'pass' if passed else 'fail'}]\n\n")
        return "".join(out), well

    def addresses_json(self) -> str:
        """`ip -d -j addr show`."""
        if self._printed[0] != self.version:
            text = json.dumps(
                [self._described(link) for link in self.links.values()], separators=(",", ":")
            )
            self._printed = (self.version, text)
        return self._printed[1]

    def labels_json(self) -> str:
        """`ip -j -f mpls netconf show`."""
        entries = [
            {"family": "mpls", "interface": name, "input": self.labels.get(name, False)}
            for name in self.links
        ]
        return json.dumps(entries, separators=(",", ":"))

    def unreachable_json(self, version: int) -> str:
        """`ip -N -j -4 route show table all type unreachable`, or `-6`."""
        routes: list[dict[str, Any]] = []
        for link in self.links.values():
            if version in link.refuses:
                route: dict[str, Any] = {"type": "7", "dst": "default"}
                route |= {"dev": "lo"} if version == 6 else {}
                route |= {"table": str(link.table), "metric": link.refuses[version], "flags": []}
                routes.append(route | ({"pref": "medium"} if version == 6 else {}))
        return json.dumps(routes, separators=(",", ":"))

    def routes_by_hand(self) -> Iterable[tuple[int, str, str]]:
        """(table, family, prefix) of each."""
        for version, routes in self.hand_routes.items():
            family, alone = ("ipv4", "/32") if version == "4" else ("ipv6", "/128")
            for destination, table in routes:
                whole = "0.0.0.0/0" if version == "4" else "::/0"
                prefix = whole if destination == "default" else destination
                yield table, family, prefix if "/" in prefix else f"{prefix}{alone}"

    def links_of(self, kind: str) -> list[Link]:
        """The links of a kind."""
        return [link for link in self.links.values() if link.kind == kind]

    def described(self) -> list[dict[str, Any]]:
        """`ip -d -j addr show` as data."""
        return [self._described(link) for link in self.links.values()]

    def _make(self, name: str, *, kind: str = "", mtu: int = 1500) -> Link:
        self.links[name] = link = Link(name, self._next, kind, mtu=mtu)
        self._next += 1
        self.labels[name] = False
        self.version += 1
        return link

    def _make_wanted(self, name: str, stanza: Stanza) -> str:
        attributes = stanza.attributes
        vlan = _VLAN.match(name)
        link = self.links.get(name)
        if "vrf-table" in attributes:
            table = attributes["vrf-table"]
            number = int(table) if table.isdigit() else 1001 + len(self.links_of("vrf"))
            if link is None:
                link = self._make(name, kind="vrf", mtu=65575)
            elif link.kind != "vrf":
                return f"error: {name}: exists and is not a vrf"
            elif table.isdigit() and link.table != number:
                return (
                    f"error: {name}: cannot change vrf table id,running table id {link.table}"
                    f" is different from config id {number}"
                )
            link.table = link.table or number
        elif vlan or "vlan-raw-device" in attributes:
            parent = attributes.get("vlan-raw-device", vlan[1] if vlan else "")
            number = int(attributes.get("vlan-id", vlan[2] if vlan else "0"))
            if parent not in self.links:
                return f"error: {name}: raw device {parent} does not exist"
            # of another number or port it stays as it is, and nothing is said
            if link is None:
                link = self._make(name, kind="vlan", mtu=self.links[parent].mtu)
                link.parent, link.vlan = parent, number
        elif link is None:
            kind = attributes.get("tunnel-mode") or attributes.get("link-type", "")
            if kind not in ("dummy", "bridge", "gre"):
                return (
                    f"warning: {name}: interface not recognized - please check interface"
                    " configuration"
                )
            self._make(name, kind=kind)
        return ""

    def _configure(self, link: Link, stanza: Stanza) -> str:
        attributes = stanza.attributes
        vrf = attributes.get("vrf", "")
        trouble = ""
        if vrf and not self.has_vrf(vrf):
            trouble = f"error: {link.name}: vrf {vrf} not around, cannot be enslaved"
            vrf = ""
        link.master = vrf
        link.alias = attributes.get("alias", "")
        link.up = attributes.get("link-down") != "yes"
        if link.kind == "gre":
            link.ends = _ends(stanza)
        if "mtu" in attributes:
            link.mtu = int(attributes["mtu"])
        link.addresses = [_with_length(address) for address in stanza.addresses]
        if link.name == "lo":
            link.addresses = [*_LOOPBACK, *link.addresses]
        self.labels[link.name] = attributes.get("mpls-enable") == "yes"
        return trouble

    def _refuse(self, commands: Iterable[str]) -> None:
        """What `post-up` lines do: of the kernel's routes, only unreachable defaults are kept."""
        for command in commands:
            self.policies.run(command)
            match = _REFUSES.match(command)
            if match and self.has_vrf(match["vrf"]):
                self.links[match["vrf"]].refuses[int(match["family"])] = int(match["metric"])

    def _strip(self, link: Link) -> None:
        link.addresses = list(_LOOPBACK) if link.name == "lo" else []
        link.master, link.alias = "", ""
        link.up = link.name == "lo"
        self.labels[link.name] = False

    def _described(self, link: Link) -> dict[str, Any]:
        out: dict[str, Any] = {"ifindex": link.index, "ifname": link.name}
        if link.parent:
            out["link"] = link.parent
        flags = {"": ["LOOPBACK"], "vrf": ["NOARP", "MASTER"], "dummy": ["BROADCAST", "NOARP"]}
        flags["gre"] = ["POINTOPOINT", "NOARP"]
        up = ["UP", "LOWER_UP"] if link.up else []
        mac = self._mac(self.links.get(link.parent, link))
        out |= {
            "flags": flags.get(link.kind, ["BROADCAST", "MULTICAST"]) + up,
            "mtu": link.mtu,
            "qdisc": "noqueue",
            **({"master": link.master} if link.master else {}),
            "operstate": "UP" if link.up else "DOWN",
            "group": "default",
            "txqlen": 1000,
            "link_type": _TYPES.get(link.kind, "ether"),
            "address": link.ends[0] or (mac if link.kind else "00:00:00:00:00:00"),
            **self._info(link),
            **({"ifalias": link.alias} if link.alias else {}),
            "addr_info": [
                *(_address_info(link.name, address) for address in link.addresses),
                *(_link_local(mac) if link.up and link.kind not in ("", "vrf", "gre") else ()),
            ],
        }
        return out

    def _info(self, link: Link) -> dict[str, Any]:
        if not link.kind:
            return {}
        info: dict[str, Any] = {"info_kind": link.kind}
        if link.kind == "vrf":
            info["info_data"] = {"table": link.table}
        elif link.kind == "vlan":
            data = {"protocol": "802.1Q", "id": link.vlan, "flags": ["REORDER_HDR"]}
            info["info_data"] = data
        elif link.kind == "gre":
            info["info_data"] = {"remote": link.ends[1], "local": link.ends[0], "ttl": 64}
        if link.master in self.links:
            info["info_slave_kind"] = "vrf"
            info["info_slave_data"] = {"table": self.links[link.master].table}
        return {"linkinfo": info}

    def _mac(self, link: Link) -> str:
        digest = hashlib.sha256(f"{self._name} {link.name}".encode()).hexdigest()
        return ":".join(["02", *(digest[place : place + 2] for place in range(0, 10, 2))])


def _rank(name: str, stanza: Stanza) -> int:
    """VRFs first, VLANs after what they stand on."""
    if "vrf-table" in stanza.attributes:
        return 0
    return 2 if _VLAN.match(name) or "vlan-raw-device" in stanza.attributes else 1


def _ends(stanza: Stanza) -> tuple[str, str]:
    return stanza.attributes["tunnel-local"], stanza.attributes["tunnel-endpoint"]


def _with_length(address: str) -> str:
    return str(ipaddress.ip_interface(address))


def _address_info(name: str, address: str) -> dict[str, Any]:
    local, _, length = address.partition("/")
    forever = {"valid_life_time": 4294967295, "preferred_life_time": 4294967295}
    scope = "host" if address in _LOOPBACK else "global"
    if ":" in local:
        return {
            "family": "inet6", "local": local, "prefixlen": int(length), "scope": scope, **forever,
        }  # fmt: skip
    return {
        "family": "inet", "local": local, "prefixlen": int(length), "scope": scope, "label": name,
        **forever,
    }  # fmt: skip


def _link_local(mac: str) -> Iterable[dict[str, Any]]:
    octets = [int(octet, 16) for octet in mac.split(":")]
    octets[0] ^= 2
    words = [*octets[:3], 0xFF, 0xFE, *octets[3:]]
    groups = ":".join(f"{words[i] << 8 | words[i + 1]:x}" for i in range(0, 8, 2))
    yield {
        "family": "inet6", "local": str(ipaddress.IPv6Address(f"fe80::{groups}")), "prefixlen": 64,
        "scope": "link", "valid_life_time": 4294967295, "preferred_life_time": 4294967295,
    }  # fmt: skip
