"""What bgpd does with its lines beyond keeping them: peers, groups, families, VPN identity.

Each rule was seen on FRR 8.4.4. The traps among them: `bgp router-id` given after the RD rewrites
RD and export targets; a peer is active in IPv4 unless that was off before; a group
takes its members along.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from egovnet.lab.emulated.frr.commands import Line, read_line
from egovnet.lab.emulated.frr.contexts import OK, Contexts, Kept, Path, Reply, order_of, refused
from egovnet.lab.emulated.frr.nodes import FAMILIES, Node

UNICAST = FAMILIES[Node.BGP_IPV4]
DEFAULT_ACTIVE = "bgp default ipv4-unicast"
_PRINTED_FAMILIES = tuple(
    FAMILIES[node]
    for node in (Node.BGP_IPV4, Node.BGP_VPNV4, Node.BGP_IPV6, Node.BGP_VPNV6, Node.EVPN)
)
_VPN_LINE = re.compile(r"(rd|rt|label|nexthop|route-map) vpn |(im|ex)port vpn$")
_TARGETS = re.compile(r"rt vpn (import|export|both)( (?P<list>.+))?$")
_NO_PEER = "% Specify remote-as or peer-group commands first"


@dataclass
class Peer:
    """A neighbour or a group of an instance."""

    is_group: bool = False
    group: str = ""
    active: set[str] = field(default_factory=set)
    """The families it exchanges routes of."""


class Peers:
    """bgpd's part of a configuration."""

    def __init__(self, config: Contexts) -> None:
        self._config = config
        self._peers: dict[Path, dict[str, Peer]] = {}
        self._numbers: dict[Path, int] = {}
        """bgpd's own number of each instance, from which it makes route distinguishers."""

    def enter(self, header: str) -> Reply:
        """`router bgp N [vrf X]`: one AS number per instance."""
        words = header.split()
        for path in self._peers:
            has = path[0].split()
            if has[3:] == words[3:] and has[2] != words[2]:
                return refused(f"BGP is already running; AS is {has[2]}")
        path = (header,)
        if path not in self._peers:
            self._peers[path] = {}
            used = set(self._numbers.values())
            self._numbers[path] = next(n for n in range(1, len(used) + 2) if n not in used)
        return OK

    def remove(self, header: str) -> Reply:
        """`no router bgp ...`; the default instance goes last."""
        path = (header,)
        if path not in self._peers:
            return refused("% Can't find BGP instance")
        if " vrf " not in header and len(self._peers) > 1:
            return refused("% Cannot delete default BGP instance. Dependent VRF instances exist")
        del self._peers[path], self._numbers[path]
        self._config.drop_context(path)
        return OK

    def of(self, path: Path) -> Mapping[str, Peer]:
        """The neighbours and groups of an instance, by address or name."""
        return self._peers.get(path, {})

    def rule(self, path: Path, line: Line) -> Reply | None:
        """Do with a line what only bgpd does; None when it is a line as any."""
        if line.text.startswith("neighbor "):
            return self._neighbor(path, line)
        if line.text.startswith("bgp router-id"):
            return self._router_id(path, line)
        if len(path) > 1:
            return self._family_line(path, line)
        if line.text == "bgp graceful-restart":
            self._config.keep(path, line)
            notice = "Graceful restart configuration changed, reset all peers to take effect"
            return Reply(f"{notice}\n")
        return None

    def _neighbor(self, path: Path, line: Line) -> Reply | None:
        peers = self._peers[path[:1]]
        words = line.text.split()
        name, what = words[1], words[2] if len(words) > 2 else ""
        if len(path) == 1 and what in ("", "remote-as", "peer-group", "interface"):
            return self._identity(path, line, name, what)
        peer = peers.get(name)
        if peer is None:
            return refused(_NO_PEER)
        if what == "activate":
            return self._activate(peers, name, path[-1], on=not line.no)
        if what == "bfd":
            return self._bfd(path, line, name)
        if what == "ebgp-multihop" and len(words) == 3 and not line.no:
            self._config.put_text(path, line.key, f"{line.text} 255", line)
            return OK
        return None

    def _bfd(self, path: Path, line: Line, name: str) -> Reply:
        """A profile, given or taken away, makes the session; without a session there is none."""
        whole, profile = f"neighbor {name} bfd", f"neighbor {name} bfd profile"
        self._config.keep(path, line)
        if line.text == whole and line.no:
            self._config.drop(path, profile)
        elif line.text != whole:
            made = read_line(Node.BGP, whole)
            if made is not None:
                self._config.put(path, made)
        return OK

    def _identity(self, path: Path, line: Line, name: str, what: str) -> Reply | None:
        peers = self._peers[path]
        words = line.text.split()
        if line.no:
            return self._remove_peer(path, name)
        if what == "peer-group" and len(words) == 3:
            if name not in peers:
                peers[name] = self._new_peer(path, is_group=True)
            return None
        if what == "peer-group":
            return self._join(path, line, name, words[3])
        if name not in peers and what == "remote-as":
            if not _is_address(name):
                return refused("% Create the peer-group or interface first")
            peers[name] = self._new_peer(path)
        elif name not in peers:
            peers[name] = self._new_peer(path)
            if "peer-group" in words:
                group = words[words.index("peer-group") + 1]
                if group not in peers:
                    del peers[name]
                    return refused("% Configure the peer-group first")
                peers[name].group = group
                peers[name].active = set(peers[group].active)
        return None

    def _join(self, path: Path, line: Line, name: str, group: str) -> Reply | None:
        peers = self._peers[path]
        if group not in peers or not peers[group].is_group:
            return refused("% Configure the peer-group first")
        if name not in peers:
            if not self._config.has(path, f"neighbor {group} remote-as"):
                return refused("% Specify remote-as or peer-group remote AS first")
            peers[name] = Peer()
        peers[name].group = group
        peers[name].active |= peers[group].active
        if self._config.has(path, f"neighbor {group} remote-as"):
            self._config.drop(path, f"neighbor {name} remote-as")
        return None

    def _remove_peer(self, path: Path, name: str) -> Reply:
        peers = self._peers[path]
        peer = peers.pop(name, None)
        if peer is None:
            return OK
        gone = {name} | {other for other, its in peers.items() if its.group == name}
        for other in gone:
            peers.pop(other, None)
        for context in [path, *self._config.inside(path)]:
            for key in list(self._config.lines[context]):
                words = self._config.lines[context][key].text.removeprefix("no ").split()
                listens = words[:3] == ["bgp", "listen", "range"] and words[-1] in gone
                if (words[0] == "neighbor" and words[1] in gone) or listens:
                    self._config.drop(context, key)
        self._config.version += 1
        return OK

    def _new_peer(self, path: Path, *, is_group: bool = False) -> Peer:
        by_default = not self._config.has(path, DEFAULT_ACTIVE)
        return Peer(is_group, active={UNICAST} if by_default else set())

    def _activate(self, peers: dict[str, Peer], name: str, family: str, *, on: bool) -> Reply:
        members = [peer for peer in peers.values() if peer.group == name]
        for peer in (peers[name], *members):
            if on:
                peer.active.add(family)
            else:
                peer.active.discard(family)
        self._config.version += 1
        return OK

    def _family_line(self, path: Path, line: Line) -> Reply | None:
        lines = self._config.lines.get(path, {})
        if _VPN_LINE.match(line.text):
            if not line.no and any(key.startswith("import vrf ") for key in lines):
                return refused(
                    "% error: Please unconfigure import vrf commands before using vpn commands"
                )
            if line.text.startswith("rd ") and not line.no and not _is_rd(line.text.split()[-1]):
                return refused("% Malformed rd")
            targets = _TARGETS.match(line.text)
            return self._targets(path, line, targets) if targets else None
        if line.text.startswith("import vrf ") and not line.no:
            if any(_VPN_LINE.match(key) for key in lines):
                return refused(
                    "% error: Please unconfigure vpn to vrf commands before using import vrf"
                    " commands"
                )
            self._make_automatic(line.text.split()[2], path[-1])
        elif line.no and line.text.startswith("network ") and line.key not in lines:
            return refused("% Can't find static route specified")
        return None

    def _make_automatic(self, vrf: str, family: str) -> None:
        """A VRF that another imports by its name gets an RD and targets that are not printed; those
        it had are gone."""
        for path in self._peers:
            if path[0].endswith(f" vrf {vrf}"):
                for key in ("rd vpn export", "rt vpn import", "rt vpn export"):
                    self._config.drop((*path, family), key)

    def _targets(self, path: Path, line: Line, match: re.Match[str]) -> Reply:
        listed = match["list"]
        ways = ("import", "export") if match[1] == "both" else (match[1],)
        if line.no:
            for way in ways:
                self._config.drop(path, f"rt vpn {way}")
            # FRR's own fault, with success as its number
            return OK if listed else Reply("Internal CLI error [rtlist]\n")
        if listed is None or not all(_is_rd(target) for target in listed.split()):
            return refused("Malformed community-list value")
        targets = " ".join(sorted(dict.fromkeys(listed.split()), key=_in_bytes))
        for way in ways:
            made = read_line(line.command.node, f"rt vpn {way} {targets}")
            if made is not None:
                self._config.put(path, made)
        return OK

    def _router_id(self, path: Path, line: Line) -> Reply | None:
        has = self._config.text_of(path, "bgp router-id")
        if line.no and len(line.text.split()) == 3 and has != line.text:
            return refused("% BGP router-id doesn't match")
        if line.no or has == line.text or " vrf " not in path[0]:
            return None
        made = f"{line.text.split()[2]}:{self._numbers[path]}"
        for family in self._config.inside(path):
            if self._config.has(family, "rd vpn export"):
                for what in ("rd vpn export", "rt vpn export"):
                    again = read_line(Node.BGP_IPV4, f"{what} {made}")
                    if again is not None and self._config.has(family, what):
                        self._config.put(family, again)
        return None

    def print(self, path: Path) -> Iterator[str]:
        """An instance's lines, without header and exit."""
        lines = self._config.lines[path]
        for kept in sorted(lines.values(), key=lambda kept: kept.order):
            yield f" {kept.text}"
        for family in _PRINTED_FAMILIES:
            body = list(self._print_family(path, family))
            if body:
                yield " !"
                yield f" {family}"
                yield from body
                yield " exit-address-family"

    def _print_family(self, path: Path, family: str) -> Iterator[str]:
        entries = [
            (kept.order, kept.text) for kept in self._config.lines.get((*path, family), {}).values()
        ]
        entries += [
            (activated.order, activated.text) for activated in self._activations(path, family)
        ]
        entries.sort(key=lambda entry: entry[0])
        shown = {text for _, text in entries}
        for _, text in entries:
            match = _TARGETS.match(text)
            if match:
                other = "export" if match[1] == "import" else "import"
                if f"rt vpn {other} {match['list']}" in shown:
                    if match[1] == "import":
                        yield f"  rt vpn both {match['list']}"
                    continue
            yield f"  {text}"

    def _activations(self, path: Path, family: str) -> Iterator[Kept]:
        peers = self._peers[path]
        by_default = family == UNICAST and not self._config.has(path, DEFAULT_ACTIVE)
        for name, peer in peers.items():
            active = family in peer.active
            expected = family in peers[peer.group].active if peer.group in peers else by_default
            if active != expected:
                text = f"neighbor {name} activate"
                line = read_line(Node.BGP_IPV4, text)
                if line is not None:
                    text = text if active else f"no {text}"
                    yield Kept(text, order_of(line.command.place, text))


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _is_rd(word: str) -> bool:
    """`ASN:NN` or `A.B.C.D:NN`; both halves together have six octets (RFC 4364 section 4.2)."""
    administrator, colon, number = word.rpartition(":")
    if not colon or not number.isdigit():
        return False
    if administrator.isdigit():
        wide = int(administrator) > 65535
        return int(administrator) < 2**32 and int(number) < (2**16 if wide else 2**32)
    try:
        ipaddress.IPv4Address(administrator)
    except ValueError:
        return False
    return int(number) < 2**16


def _in_bytes(target: str) -> tuple[int, int, int]:
    """The order of extended communities as octets: type, administrator, number."""
    administrator, _, number = target.rpartition(":")
    if administrator.isdigit():
        return (2 if int(administrator) > 65535 else 0, int(administrator), int(number))
    return (1, int(ipaddress.IPv4Address(administrator)), int(number))
