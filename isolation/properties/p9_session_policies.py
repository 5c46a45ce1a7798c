"""P9: policies that touch what separation stands on where nobody should.

A policy on a VPN session that adds, removes or otherwise touches route targets changes who gets
whose routes for a whole router or, on a reflector, for everybody. Paths that additions make are
found by the closure (P1); what is left is a risk. The same for customers' and VRFs' policies that
set next hops, tables or VRFs.
"""

from collections.abc import Iterator

from egovnet.isolation.model.classes import p9
from egovnet.isolation.model.finding import finding
from egovnet.isolation.model.finding_drafts import FindingDraft, single
from egovnet.isolation.model.property import SceneCheck
from egovnet.isolation.model.scene import FAMILIES, Scene, Table
from egovnet.isolation.routes.relays import policy_cause, vpn_sessions
from egovnet.templates.intend.device_facts import OVER_GRE
from egovnet.templates.model.facts import NeighborFacts, NeighborFamily, Policy, PolicyEntry

#: Options of a VPN session that change which routes pass, past its policies, or that give routes
#: of others a next hop whose labels they do not have.
_OF_ROUTES = ("advertise-map", "unsuppress-map", "next-hop-self force", "next-hop-self all")


def session_policies(scene: Scene) -> Iterator[FindingDraft]:
    """P9 over a scene: policies that touch communities, next hops, tables or VRFs."""
    for router in scene.routers:
        default = router.tables[None]
        yield from _by_hand(default)
        for neighbor, activated in vpn_sessions(router):
            by_tunnels = router.name in scene.expectation.encrypted.sides
            yield from _session(default, neighbor, activated, by_tunnels=by_tunnels)
        for table in router.tables.values():
            for policy, where, family in _policies(table):
                for entry in policy.each():
                    if entry.touches:
                        text = f"{', '.join(entry.touches)} on routes {where}"
                        yield _draft(table, text, entry.line, family)


def _by_hand(default: Table) -> Iterator[FindingDraft]:
    """Policies of routes that are put into the VPN tables by hand."""
    instance = default.facts.bgp.get(None)
    for network in instance.vpn_networks if instance else ():
        for entry in network.policy.each() if network.policy else ():
            if entry.touches:
                text = f"{', '.join(entry.touches)} on the VPN route {network.prefix}"
                yield _draft(default, text, entry.line, network.family)


def _session(
    default: Table, neighbor: NeighborFacts, activated: NeighborFamily, *, by_tunnels: bool
) -> Iterator[FindingDraft]:
    """`by_tunnels`: routes whose next hop is behind a tunnel are to be taken."""
    for option in sorted(activated.options):
        if option.startswith(_OF_ROUTES):
            text = f"does {option} on VPN routes to {neighbor.address}"
            yield _draft(default, text, activated.line, activated.family)
    for policy, way in ((activated.policy_in, "from"), (activated.policy_out, "to")):
        for entry in policy.each() if policy else ():
            done = _targets(entry) + list(entry.touches)
            if by_tunnels and done == [OVER_GRE] and way == "from":
                continue
            if done:
                text = f"{', '.join(done)} on VPN routes {way} {neighbor.address}"
                yield _draft(default, text, entry.line, activated.family)


def _targets(entry: PolicyEntry) -> list[str]:
    found = ["adds route targets"] if entry.adds else []
    return [*found, "removes route targets"] if entry.clears else found


def _policies(table: Table) -> Iterator[tuple[Policy, str, str]]:
    for family in FAMILIES:
        bgp = table.family(family)
        if bgp is not None:
            for policy, where in (
                (bgp.import_policy, "that it imports"),
                (bgp.export_policy, "that it exports"),
                (bgp.import_vrf_policy, "of other VRFs"),
                *((policy, f"from {name}") for name, policy in bgp.redistributes.items()),
                *((policy, f"to {prefix}") for prefix, policy in bgp.networks.items()),
            ):
                if policy is not None:
                    yield policy, where, family
        for neighbor in table.neighbors:
            activated = neighbor.families.get(family)
            if activated is not None:
                for policy, way in ((activated.policy_in, "from"), (activated.policy_out, "to")):
                    if policy is not None:
                        yield policy, f"{way} {neighbor.address}", family


def _draft(table: Table, text: str, line: int, family: str) -> FindingDraft:
    return single(
        finding(
            p9.POLICY_TOUCHES,
            table.device,
            table.name,
            path=(table.hop(f"applies a policy that {text}", line),),
            line=line,
            family=family,
            causes=(policy_cause(table, line, text),),
            words={"what": text},
        )
    )


PROPERTY = SceneCheck("P9", session_policies)
