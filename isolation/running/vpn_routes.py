"""What the routers' states say together: VPN routes at the reflectors, and where labels end.

A VPN route is explained by the VRF that has its RD: its targets are that VRF's, and its label leads
into that VRF at the router that is its next hop. A labelled route of a VRF is explained by a VPN
route with the same next hop and label that the VRF's text imports.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from ipaddress import ip_address, ip_network

from egovnet.isolation.algebra.route_targets import target_text
from egovnet.isolation.running.overlay import Overlay
from egovnet.templates.model.device import AddressFamily, IPAddress
from egovnet.templates.model.facts import (
    DeviceFacts,
    ExtendedCommunity,
    LabelledWay,
    Policy,
    PolicyEntry,
    VpnNetwork,
    VrfFamily,
)
from egovnet.templates.model.running_state import (
    LabelledHop,
    Origin,
    RunningHop,
    RunningRoute,
    RunningState,
    VpnRoute,
)

#: A router and one of its tables; None: the default one.
Place = tuple[str, str | None]


@dataclass
class _Network:
    """What is looked up of all routers."""

    overlays: Mapping[str, Overlay]
    states: Mapping[str, RunningState]
    #: Routers by the addresses in their default tables.
    routers: dict[IPAddress, str] = field(default_factory=dict)
    #: Routers by the next hops that their VRFs export with, besides those addresses.
    exporters: dict[IPAddress, str] = field(default_factory=dict)
    #: (router, label) -> tables that it leads into; {} of a router: nobody asked for its labels.
    ends: dict[str, dict[int, list[Place]]] = field(default_factory=dict)
    #: (family, RD) -> VRFs that the texts give it.
    owners: dict[tuple[AddressFamily, bytes], list[tuple[str, str]]] = field(default_factory=dict)
    #: (family, router, label) -> targets of the VPN routes that have them.
    given: dict[tuple[AddressFamily, str, int], set[ExtendedCommunity]] = field(
        default_factory=dict
    )
    #: (family, target) -> VRFs that import it by their texts.
    importers: dict[tuple[AddressFamily, bytes], list[tuple[str, str]]] = field(
        default_factory=dict
    )
    #: Targets that policies of VPN sessions put on routes on their way.
    added: set[ExtendedCommunity] = field(default_factory=set)
    #: Whether a reflector said what VPN routes there are.
    told: bool = False

    def __post_init__(self) -> None:
        for name, overlay in self.overlays.items():
            self._add_router(name, overlay.facts)
            self._add_labels(name, overlay)
        self.told = any(state.vpn_routes is not None for state in self.states.values())
        for name, state in self.states.items():
            for route in state.vpn_routes or ():
                router = self.egress(name, route)
                if router and route.label is not None:
                    key = (route.family, router, route.label)
                    self.given.setdefault(key, set()).update(route.targets)

    def _add_router(self, name: str, facts: DeviceFacts) -> None:
        for interface in facts.interfaces.values():
            if interface.vrf is None:
                self.routers.update((address.ip, name) for address in interface.addresses)
        for vrf, instance in facts.bgp.items():
            for family, said in instance.families.items():
                if vrf is not None:
                    self._add_family(name, vrf, family, said)
            if vrf is not None:
                continue
            for neighbor in instance.neighbors.values():
                for activated in neighbor.families.values():
                    for policy in (activated.policy_in, activated.policy_out):
                        self.added.update(_adds(policy))

    def _add_family(self, name: str, vrf: str, family: AddressFamily, said: VrfFamily) -> None:
        if said.rd is not None:
            self.owners.setdefault((family, said.rd), []).append((name, vrf))
        if said.export_next_hop is not None:
            self.exporters.setdefault(said.export_next_hop, name)
        for target in said.import_targets if said.imports_vpn else ():
            self.importers.setdefault((family, target), []).append((name, vrf))

    def _add_labels(self, name: str, overlay: Overlay) -> None:
        state = self.states.get(name)
        ends: dict[int, list[Place]] = {}
        for entry in state.labels if state is not None else ():
            if entry.label is not None and entry.origin is not Origin.BACKBONE:
                ends[entry.label] = [(name, overlay.vrf_of(port)[0]) for port in entry.interfaces]
        self.ends[name] = ends

    def router(self, address: str) -> str:
        """The router that has an address; "" where no text has it."""
        try:
            read = ip_address(address)
        except ValueError:
            return ""
        return self.routers.get(read) or self.exporters.get(read, "")

    def egress(self, reflector: str, route: VpnRoute) -> str:
        """The router that is the next hop of a VPN route that `reflector` has."""
        return reflector if route.own else self.router(route.next_hop)

    def ends_of(self, label: int, exits: tuple[str, ...]) -> list[Place]:
        """Tables that a label leads into at the routers of `exits`; of all where none is known."""
        routers = [self.router(address) for address in exits] or list(self.ends)
        return [place for name in routers for place in self.ends.get(name, {}).get(label, ())]


def explain_vpn(overlays: Mapping[str, Overlay], states: Mapping[str, RunningState]) -> None:
    """Put over all routers' facts what their texts do not explain. Linear in what was read."""
    network = _Network(overlays, states)
    seen: set[VpnRoute] = set()
    for name, state in states.items():
        for route in state.vpn_routes or ():
            # reflectors have the same routes, but for those of their own VRFs
            if route.own or route not in seen:
                seen.add(route)
                _vpn_route(network, name, route)
    for name, state in states.items():
        for running in state.routes:
            for hop in running.hops:
                if hop.label is not None:
                    _labelled(network, name, running, hop)
        for labelled in state.labelled or ():
            _bgp_labelled(network, name, labelled)


# -- VPN routes at the reflectors --------------------------------------------------------------


def _vpn_route(network: _Network, reflector: str, route: VpnRoute) -> None:
    owners = network.owners.get((route.family, route.rd), [])
    egress = network.egress(reflector, route)
    owner = next((one for one in owners if one[0] == egress), owners[0] if owners else None)
    if owner is None:
        _nobodys(network, reflector, route)
        return
    device, vrf = owner
    overlay = network.overlays[device]
    said = overlay.facts.bgp[vrf].families[route.family]
    extra = route.targets - said.export_targets - network.added - _adds(said.export_policy)
    if extra or not said.exports_vpn:
        shown = " ".join(sorted(map(target_text, extra or route.targets)))
        line = overlay.note(
            f"{reflector} has {route.prefix} of VRF {vrf} with route target {shown}: "
            "no line exports that"
        )
        overlay.add_exports(vrf, route.family, extra or route.targets, line)
    if egress != device and not _is_next_hop(said, route):
        what = f"{reflector} has {route.prefix} of VRF {vrf} with next hop {route.next_hop}"
        overlay.note(f"{what}, which is not {device}", followed=False)
    if route.label is None or egress not in network.states:
        return
    places = network.ends.get(egress, {}).get(route.label, [])
    if not places and egress == device:
        overlay.note(f"label {route.label} of VRF {vrf} ({route.text}) leads nowhere")
    for place in places:
        if place != (device, vrf):
            _misled(network, route, place)


def _misled(network: _Network, route: VpnRoute, place: Place) -> None:
    """The label of a VPN route leads into another table than its RD's."""
    device, table = place
    where = f"VRF {table}" if table else "the main table"
    text = f"label {route.label} of the VPN route {route.text} leads into {where} on {device}"
    importers = {one for t in route.targets for one in network.importers.get((route.family, t), ())}
    network.overlays[device].note(text, followed=bool(importers))
    for name, vrf in sorted(importers):
        overlay = network.overlays[name]
        line = overlay.note(text)
        overlay.ways.append(
            LabelledWay(route.family, vrf, ip_network(route.prefix), device, table, line)
        )


def _nobodys(network: _Network, reflector: str, route: VpnRoute) -> None:
    """A route that no text exports, as if the reflector's text put it into the VPN tables."""
    overlay = network.overlays[reflector]
    line = overlay.note(f"VPN route {route.text}: no text exports it")
    adds = Policy((PolicyEntry("permit", adds=route.targets, line=line),), line=line)
    overlay.add_vpn_network(
        VpnNetwork(route.family, ip_network(route.prefix), route.rd, route.label or 0, adds, line)
    )


def _is_next_hop(said: VrfFamily, route: VpnRoute) -> bool:
    return said.export_next_hop is not None and str(said.export_next_hop) == route.next_hop


def _adds(policy: Policy | None) -> frozenset[ExtendedCommunity]:
    if policy is None:
        return frozenset()
    return frozenset(target for entry in policy.each() for target in entry.adds)


# -- labelled routes ---------------------------------------------------------------------------


def _labelled(network: _Network, name: str, route: RunningRoute, hop: RunningHop) -> None:
    assert hop.label is not None  # noqa: S101 -- the caller asked
    overlay = network.overlays[name]
    in_default = route.table in overlay.facts.default_tables
    if in_default and route.origin is Origin.BACKBONE:
        return
    vrf = None if in_default else overlay.vrf_numbers.get(route.table)
    out, known = overlay.vrf_of(hop.interface)
    exits = overlay.exits(hop)
    places = network.ends_of(hop.label, exits)
    out_of_backbone = known and out is None
    if route.origin is Origin.BGP and vrf is not None and out_of_backbone:
        instance = overlay.facts.bgp.get(vrf)
        takes = instance.families.get(route.family) if instance is not None else None
        if takes is not None and _is_imported(network, takes, replace(hop, exits=exits), places):
            return
    where = f"VRF {vrf}" if vrf else "the main table" if in_default else f"table {route.table}"
    text = f"route in {where}: {route.text}"
    # a table that no VRF has is in the proof only where something leads to it
    followed = bool(places) and (vrf is not None or in_default)
    line = overlay.note(f"{text}: no import of its text explains it", where, followed=followed)
    source = vrf if vrf is not None or in_default else f"table {route.table}"
    # of several like it, one is an example
    prefix = None if route.example else route.prefix
    for device, table in places:
        overlay.ways.append(LabelledWay(route.family, source, prefix, device, table, line))


def _bgp_labelled(network: _Network, name: str, hop: LabelledHop) -> None:
    """The same for what is left of BGP's routes."""
    overlay = network.overlays[name]
    instance = overlay.facts.bgp.get(hop.vrf)
    takes = instance.families.get(hop.family) if instance is not None else None
    places = network.ends_of(hop.label, hop.exits)
    if takes is not None and _is_imported(network, takes, hop, places):
        return
    exits = " or ".join(hop.exits) or "an unknown router"
    where = f"VRF {hop.vrf}"
    text = f"{hop.family} routes in {where} with label {hop.label} to {exits}"
    line = overlay.note(f"{text}: no import of its text explains it", where, followed=bool(places))
    for device, table in places:
        overlay.ways.append(LabelledWay(hop.family, hop.vrf, None, device, table, line))


def _is_imported(
    network: _Network, takes: VrfFamily, hop: RunningHop | LabelledHop, places: list[Place]
) -> bool:
    """Whether a VRF's text imports a route with that next hop and label."""
    if not takes.imports_vpn or hop.label is None:
        return False
    family = takes.family
    routers = {network.router(address) for address in hop.exits}
    if network.told:
        taken = {
            router
            for router in routers
            if takes.import_targets & network.given.get((family, router, hop.label), set())
        }
        # without an outer label it goes to the next of them, who may know the label, too
        return bool(taken) and all(device in taken for device, _ in places)
    # without a reflector: by the texts of the tables that the label leads into
    if not all(router in network.states for router in routers):
        return True
    return bool(places) and all(
        _gives(network, family, place, takes.import_targets) for place in places
    )


def _gives(
    network: _Network,
    family: AddressFamily,
    place: Place,
    targets: frozenset[ExtendedCommunity],
) -> bool:
    device, vrf = place
    instance = network.overlays[device].facts.bgp.get(vrf) if vrf is not None else None
    gives = instance.families.get(family) if instance is not None else None
    return gives is not None and bool(targets & (gives.export_targets | network.added))
