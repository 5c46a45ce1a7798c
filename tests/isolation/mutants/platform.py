"""The interconnection platform of a ground: firewalls, their VLANs, the rules in their texts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from egovnet.inventory.model import IPNetwork, PlatformSite
from egovnet.templates.intend.access_ends import access_addresses
from tests.isolation.mutants.ground import Ground, version
from tests.isolation.mutants.text import Edit, Range

NFT = "# nftables.conf --"
#: What rules say of connections, as the texts have it.
OPENS = "ct direction original ct state established,new"
ANSWERS = "ct direction reply ct state established"
#: Errors about what was sent the other way.
ERRORS = "ct direction reply ct state related"


@dataclass(frozen=True)
class Vlan:
    """Where a firewall meets a VPN. `own`: prefixes of the VPN that take part in exchanges."""

    vpn: str
    interface: str
    vlan: int
    pe: dict[str, str]
    own: tuple[IPNetwork, ...]

    def net(self, family: str) -> str:
        """One of its prefixes."""
        return str(next(p for p in self.own if p.version == version(family)))


@dataclass(frozen=True)
class FirewallPlace:
    """A firewall with at least two VLANs."""

    host: str
    pe: str
    port: str
    vlans: tuple[Vlan, ...]

    def pairs(self, ground: Ground, *, exchanging: bool) -> list[tuple[Vlan, Vlan]]:
        """VLANs of two VPNs that have an exchange, or have none."""
        met = {
            frozenset((exchange.source.vpn, exchange.target.vpn))
            for exchange in ground.network.exchanges.values()
            if ground.network.day and exchange.in_force(ground.network.day)
        }
        return [
            (one, other)
            for one in self.vlans
            for other in self.vlans
            if one is not other and (frozenset((one.vpn, other.vpn)) in met) is exchanging
        ]


def firewalls(ground: Ground) -> Iterator[FirewallPlace]:
    """The firewalls of a ground; none where nobody exchanges anything."""
    for name, device in ground.devices.items():
        attached = ground.network.routers[name].attachment
        if device.firewall is None or attached is None:
            continue
        vlans = tuple(_vlans(ground, name, attached.port))
        if len(vlans) > 1:
            yield FirewallPlace(name, attached.pe, attached.port, vlans)


def _vlans(ground: Ground, name: str, port: str) -> Iterator[Vlan]:
    day = ground.network.day
    for site_name, site in ground.network.sites.items():
        if isinstance(site, PlatformSite) and name in site.site_network_accesses:
            label = f"{site_name}/{name}"
            vlan = ground.allocation.vlan[label]
            ends = access_addresses(ground.allocation, label)
            own = dict.fromkeys(
                prefix
                for exchange in ground.network.exchanges.values()
                if day and exchange.in_force(day)
                for end in (exchange.source, exchange.target)
                if end.vpn == site.vpn
                for prefix in end.prefixes
            )
            yield Vlan(
                site.vpn,
                f"{port}.{vlan}",
                vlan or 0,
                {f"ipv{one.version}": str(one.ip) for one in ends.pe},
                tuple(own),
            )


class FilterEdit(Edit):
    """A firewall's text being changed, with its part of nftables."""

    def chain(self, name: str) -> Range:
        """Body of a chain."""
        start = self.lines.index(f"\tchain {name} {{") + 1
        return start, self.lines.index("\t}", start)

    def has_chain(self, name: str) -> bool:
        """Whether the text has a chain."""
        return f"\tchain {name} {{" in self.lines

    def forward(self, vlan: Vlan) -> Range:
        """Body of the chain of packets that come in by a VLAN."""
        return self.chain(f"forward-{vlan.interface}")

    def rules(self, vlan: Vlan, words: str = "") -> list[int]:
        """Indices of the rules of a VLAN's forward chain that have `words`."""
        return [i for i in range(*self.forward(vlan)) if words in self.lines[i]]

    def add(self, at: Range, *rules: str, first: bool = False) -> "FilterEdit":
        """Rules at the end of a chain, or at its beginning."""
        index = at[0] if first else at[1]
        self.lines[index:index] = [f"\t\t{rule}" for rule in rules]
        return self

    def change(self, index: int, old: str, new: str) -> "FilterEdit":
        """Other words in one line, which must have the old ones."""
        if old not in self.lines[index]:
            raise AssertionError(f"no {old!r} in {self.lines[index]!r}")
        self.lines[index] = self.lines[index].replace(old, new, 1)
        return self

    def new_chain(self, name: str, *rules: str) -> "FilterEdit":
        """A chain of its own at the end of the table."""
        end = self.lines.index("}", self.lines.index(NFT))
        body = ["", f"\tchain {name} {{", *(f"\t\t{rule}" for rule in rules), "\t}"]
        self.lines[end:end] = body
        return self

    def new_table(self, *lines: str) -> "FilterEdit":
        """Another table behind egovnet's own."""
        end = self.lines.index("}", self.lines.index(NFT)) + 1
        self.lines[end:end] = lines
        return self

    def without_filter(self) -> "FilterEdit":
        """The text without its part of nftables."""
        start = self.lines.index(NFT)
        del self.lines[start : self.lines.index("}", start) + 1]
        return self


def filter_edit(ground: Ground, place: FirewallPlace) -> FilterEdit:
    """A fresh edit of a firewall's text."""
    return FilterEdit(ground.texts[place.host])


def word(family: str) -> str:
    """nft's word for a family's header."""
    return "ip" if family == "ipv4" else "ip6"


def rule(
    source: Vlan,
    target: Vlan,
    family: str,
    conditions: str = "tcp dport 22",
    direction: str = OPENS,
    *,
    sources: str = "",
    targets: str = "",
) -> str:
    """A rule between two VLANs, as the texts have them."""
    ip = word(family)
    return (
        f'oifname "{target.interface}" {ip} saddr {sources or source.net(family)} '
        f"{ip} daddr {targets or target.net(family)} {conditions} {direction} accept"
    )


def in_turn(values: Sequence[str], number: int) -> str:
    """One of several, by the number of the mutant."""
    return values[number % len(values)]
