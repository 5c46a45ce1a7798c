"""Facts that are being made of a text's facts and of what the router does besides.

Every difference becomes a line of its own after the text's, which findings quote, and a note.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from egovnet.isolation.model.finding import STATE
from egovnet.templates.model.device import AddressFamily
from egovnet.templates.model.facts import (
    BgpInstance,
    ClearGre,
    DeviceFacts,
    ExtendedCommunity,
    InterfaceFacts,
    LabelledWay,
    PolicyRoute,
    StateNote,
    StaticFacts,
    VpnNetwork,
    VrfFacts,
)
from egovnet.templates.model.running_state import RunningHop


@dataclass
class Overlay:
    """What is to be put over `facts`; `made` is them with it."""

    facts: DeviceFacts
    interfaces: dict[str, InterfaceFacts] = field(default_factory=dict)
    vrfs: dict[str, VrfFacts] = field(default_factory=dict)
    bgp: dict[str | None, BgpInstance] = field(default_factory=dict)
    statics: list[StaticFacts] = field(default_factory=list)
    rules: list[PolicyRoute] = field(default_factory=list)
    ways: list[LabelledWay] = field(default_factory=list)
    clear: list[ClearGre] = field(default_factory=list)
    notes: list[StateNote] = field(default_factory=list)
    lines: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.interfaces.update(self.facts.interfaces)
        self.vrfs.update(self.facts.vrfs)
        self.bgp.update(self.facts.bgp)
        self.vrf_numbers: Mapping[int, str] = {}
        self._above: Mapping[str, str] = {}
        self.settle_links()

    def note(
        self,
        text: str,
        about: str = "",
        *,
        followed: bool = True,
        unread: bool = False,
        ends: str = "",
    ) -> int:
        """Note a difference, once; `about` is what differences like it have in common ("": the
        text itself), `ends` what loses packets by it. Returns its line."""
        first = len(self.facts.text) + 1
        quoted = f"{STATE}{text}"
        if quoted not in self.lines:
            line = self.lines[quoted] = first + len(self.lines)
            self.notes.append(StateNote(text, line, about or text, followed, unread, ends))
        return self.lines[quoted]

    def number(self, vrf: str | None) -> int | None:
        """The kernel table of a VRF."""
        known = self.vrfs.get(vrf) if vrf is not None else None
        return known.table if known is not None else None

    def settle_links(self) -> None:
        """Interfaces and VRFs are as they are: look-ups by number and by port follow them."""
        self.vrf_numbers = {
            vrf.table: name for name, vrf in self.vrfs.items() if vrf.table is not None
        }
        self._above = {
            member: name for name, one in self.interfaces.items() for member in one.members
        }

    def vrf_of(self, interface: str) -> tuple[str | None, bool]:
        """(VRF of an interface or of a VRF's own name, whether it is known)."""
        if interface in self.vrfs:
            return interface, True
        seen = {interface}
        while interface in self._above and self._above[interface] not in seen:
            interface = self._above[interface]
            seen.add(interface)
        known = self.interfaces.get(interface)
        return (None, False) if known is None else (known.vrf, True)

    def exits(self, hop: RunningHop) -> tuple[str, ...]:
        """Where the backbone leads a packet that goes on by `hop`: of a tunnel, its other end."""
        port = self.facts.interfaces.get(hop.interface)
        if hop.exits or port is None or port.tunnel is None:
            return hop.exits
        return (str(port.tunnel.remote),)

    def add_exports(
        self, vrf: str, family: AddressFamily, targets: frozenset[ExtendedCommunity], line: int
    ) -> None:
        """The VRF's routes have these targets, too."""
        instance = self.bgp[vrf]
        before = instance.families[family]
        lines: dict[object, int] = {**before.lines}
        lines.update((target, line) for target in targets - before.export_targets)
        family_facts = replace(
            before, export_targets=before.export_targets | targets, exports_vpn=True, lines=lines
        )
        families = {**instance.families, family: family_facts}
        self.bgp[vrf] = replace(instance, families=families)

    def add_vpn_network(self, network: VpnNetwork) -> None:
        """The router hands on a route that no text makes."""
        instance = self.bgp.get(None) or BgpInstance(None, 0)
        networks = (*instance.vpn_networks, network)
        self.bgp[None] = replace(instance, vpn_networks=networks)

    def made(self) -> DeviceFacts:
        """The facts with all of it."""
        return replace(
            self.facts,
            interfaces=self.interfaces,
            vrfs=self.vrfs,
            bgp=self.bgp,
            statics=(*self.facts.statics, *self.statics),
            policy_routes=(*self.facts.policy_routes, *self.rules),
            labelled_ways=tuple(self.ways),
            clear_gre=tuple(self.clear),
            state_notes=tuple(self.notes),
            state_read=True,
            text=(*self.facts.text, *self.lines),
        )
