"""IGP drafts to facts: at which ports an instance runs, and which labels are taken."""

from typing import Any

from egovnet.templates.frr.config.draft import FrrDraft, IgpDraft, PortDraft
from egovnet.templates.frr.config.policy_meaning import Policies
from egovnet.templates.model.device import AddressFamily
from egovnet.templates.model.facts import IgpInstance, LabelBlock

_NOTHING: frozenset[Any] = frozenset()
#: Blocks of segment routing where the text names none (FRR 8.4, isisd/isis_sr.h): global, local.
_SEGMENT_BLOCKS = ((16000, 23999), (15000, 15999))
_At = tuple[frozenset[AddressFamily], bool, frozenset[AddressFamily]]


def igp_at(port: PortDraft, vrf: str | None, frr: FrrDraft) -> _At:
    """(families of the backbone's IGP on a port, whether all of them are passive, families for
    which an IGP of the port's own VRF takes neighbours)."""
    if not (port.igp or port.ospf or frr.igps):
        return _NOTHING, port.igp_passive, _NOTHING
    passive: dict[AddressFamily, bool] = {}
    for family in ("ipv4", "ipv6"):
        if _ospf_runs(port, vrf, family, frr):
            passive[family] = is_passive(port, vrf, family, frr)
    own = frozenset(family for family, quiet in passive.items() if not quiet)
    isis = frozenset(port.igp)
    if vrf is not None:
        if isis and all(("isis", tag, vrf) in frr.igps for tag in port.isis_tags):
            return _NOTHING, False, own if port.igp_passive else own | isis
        return isis, port.igp_passive, own
    quiet = not own and (port.igp_passive or not isis)
    return isis.union(passive), quiet if isis or passive else port.igp_passive, _NOTHING


def _ospf_runs(port: PortDraft, vrf: str | None, family: AddressFamily, frr: FrrDraft) -> bool:
    """Said of the port, or by `network` of the instance of its table. FRR takes only one of both;
    what it then refuses is taken as said."""
    if family in port.ospf:
        return True
    instance = frr.igps.get(("ospf", "", vrf)) if family == "ipv4" else None
    return instance is not None and any(
        address.version == 4
        and network.prefixlen <= address.network.prefixlen
        and address.ip in network
        for network in instance.networks
        for address in port.addresses
    )


def is_passive(port: PortDraft, vrf: str | None, family: AddressFamily, frr: FrrDraft) -> bool:
    """By the port's own word; by its instance's, where both are of one table."""
    instance = frr.igps.get(("ospf", "", vrf)) if family == "ipv4" else None
    said = port.ospf_passive.get(family)
    if said is None and instance is not None:
        said = instance.passive_ports.get(port.name, instance.passive)
    return bool(said)


def igp_instances(frr: FrrDraft, policies: Policies) -> tuple[IgpInstance, ...]:
    """The instances in order; one of the default table that only finds ways says nothing more."""
    made = []
    for draft in frr.igps.values():
        everywhere = any(network.prefixlen == 0 for network in draft.networks)
        if not (
            draft.vrf or draft.redistributes or draft.defaults or draft.summaries or everywhere
        ):
            continue
        lines = {f"redistribute {key}": line for key, (_, line) in draft.redistributes.items()}
        lines |= {f"summary {prefix}": line for prefix, line in draft.summaries.items()}
        lines |= {f"default {family}": line for family, line in draft.defaults.items()}
        made.append(
            IgpInstance(
                draft.protocol,
                draft.vrf,
                {
                    key: None if name is None else policies.route_map(name)
                    for key, (name, _) in sorted(draft.redistributes.items())
                },
                frozenset(draft.defaults),
                everywhere,
                frozenset(draft.summaries),
                lines,
                draft.line,
            )
        )
    return tuple(
        sorted(made, key=lambda one: (one.protocol, one.vrf or "", str(one.redistributes)))
    )


def label_blocks(frr: FrrDraft) -> tuple[LabelBlock, ...]:
    """Labels of segment routing, by instance."""
    blocks = {(first, last): line for first, last, line in frr.label_blocks}
    for draft in frr.igps.values():
        for first, last, line in _blocks(draft):
            blocks.setdefault((first, last), line)
    return tuple(LabelBlock(first, last, blocks[first, last]) for first, last in sorted(blocks))


def _blocks(draft: IgpDraft) -> list[tuple[int, int, int]]:
    found = [*draft.labels.values(), *draft.blocks]
    if draft.segments:
        # the local block has its default where only the global one is said
        said = len(draft.blocks)
        found += [(first, last, draft.segments) for first, last in _SEGMENT_BLOCKS[said:]]
    return found
