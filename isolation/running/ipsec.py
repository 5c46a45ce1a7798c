"""What a router's kernel does with IPsec that its text does not say."""

from dataclasses import replace
from ipaddress import IPv4Address, ip_network

from egovnet.isolation.running import clear_gre
from egovnet.isolation.running.overlay import Overlay
from egovnet.templates.model.facts import ClearGre, DeviceFacts
from egovnet.templates.model.ipsec import IpsecPolicy, IpsecState

#: Of the policies of a router's own text; any number serves that is behind IKE's.
_BEHIND = 4000000000


def explain_ipsec(overlay: Overlay, state: IpsecState | None) -> None:
    """Put the ways in clear over a router's facts, and note policies that no line makes.

    None: nobody asked, which is a note where the text encrypts."""
    ends = _ends(overlay.facts)
    if state is None:
        if ends:
            overlay.note("IPsec policies: not asked for", followed=False, unread=True)
        return
    if state.unread:
        overlay.note(f"IPsec: {state.unread}", followed=False, unread=True)
    if state.missing_told:
        state = _with_own_blocks(overlay.facts, state)
    lines = {policy.text: _noted(overlay, policy, list(ends)) for policy in state.policies}
    for own, others in ends.items():
        for direction, way in ((clear_gre.OUT, "from"), (clear_gre.IN, "to")):
            for one in clear_gre.clear_ways(direction, own, others, state):
                line = lines.get(one.text, 0) or overlay.note(
                    f"GRE {way} {own}: {one.why}", followed=False
                )
                overlay.clear.append(ClearGre(way, own, one.why, one.now, line))
        _note_strangers(overlay, own, others, state)


def _note_strangers(
    overlay: Overlay, own: IPv4Address, others: set[IPv4Address], state: IpsecState
) -> None:
    """Whoever has keys and no tunnel is no peer of the text's: it left, or was let in by hand."""
    for keys in state.associations:
        ends = {keys.source, keys.destination}
        if own in ends and not ends - {own} <= others:
            (other,) = ends - {own}
            overlay.note(f"IPsec keys with {other}: no tunnel leads to it", followed=False)


def _ends(facts: DeviceFacts) -> dict[IPv4Address, set[IPv4Address]]:
    """The router's own addresses that GRE of encrypted VPNs is from, and where it goes to."""
    found: dict[IPv4Address, set[IPv4Address]] = {one.address: set() for one in facts.gre_blocks}
    for port in facts.interfaces.values():
        if port.tunnel is not None:
            found.setdefault(port.tunnel.local, set()).add(port.tunnel.remote)
    return found


def _noted(overlay: Overlay, policy: IpsecPolicy, own: list[IPv4Address]) -> int:
    """The line of the note of a policy that no text makes and IKE of the PE does not; else 0."""
    holds = policy.blocks or clear_gre.protects(policy)
    if holds and any(clear_gre.is_own(policy, one) for one in own):
        return 0
    # in transport mode, and without templates, packets go where they would
    stays = all(one.mode == "transport" for one in policy.templates)
    return overlay.note(f"IPsec policy {policy.text}: no line says so", followed=stays)


def _with_own_blocks(facts: DeviceFacts, state: IpsecState) -> IpsecState:
    """The state as the text says: with the policies that are told to be missing."""
    blocks = []
    for one in facts.gre_blocks:
        near, far = ip_network(f"{one.address}/32"), ip_network("0.0.0.0/0")
        source, destination = (near, far) if one.direction == clear_gre.OUT else (far, near)
        blocks.append(
            IpsecPolicy(one.direction, source, destination, _BEHIND, "", "gre", blocks=True)
        )
    kept = [policy for policy in state.policies if not any(_replaces(b, policy) for b in blocks)]
    return replace(state, policies=(*kept, *blocks))


def _replaces(block: IpsecPolicy, policy: IpsecPolicy) -> bool:
    """Whether the kernel has the one in place of the other: it has one of a selector."""
    same = (block.direction, block.source, block.destination, block.protocol)
    return not policy.conditions and not policy.of_interface and same == (
        policy.direction, policy.source, policy.destination, policy.protocol
    )  # fmt: skip
