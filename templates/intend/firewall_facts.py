"""What a firewall's BGP means as facts: it announces the networks it is told to, and takes none."""

from egovnet.inventory.model import IPNetwork
from egovnet.templates.model.device import AddressFamily, Device, Firewall, FirewallPeer
from egovnet.templates.model.facts import (
    BgpInstance,
    Match,
    NeighborFacts,
    NeighborFamily,
    Policy,
    PolicyEntry,
    PrefixRule,
    VrfFamily,
)

_NOTHING = Policy(entries=(PolicyEntry("deny"),), name="nothing")


def firewall_instance(device: Device, firewall: Firewall) -> BgpInstance:
    """The one instance of a firewall, which is in its default table."""
    networks: dict[AddressFamily, dict[IPNetwork, Policy | None]] = {}
    for route in firewall.routes:
        networks.setdefault(_family(route.prefix.version), {})[route.prefix] = None
    return BgpInstance(
        None,
        firewall.asn,
        router_id=device.router_id,
        families={
            family: VrfFamily(family, networks=networks[family])
            for family in device.families
            if family in networks
        },
        neighbors={str(peer.address): _neighbor(firewall, peer) for peer in firewall.peers},
    )


def _family(version: int) -> AddressFamily:
    return "ipv4" if version == 4 else "ipv6"


def _neighbor(firewall: Firewall, peer: FirewallPeer) -> NeighborFacts:
    family = _family(peer.address.version)
    announced = tuple(
        PrefixRule("permit", prefix, prefix.prefixlen, prefix.prefixlen)
        for prefix in peer.announces
    )
    matches = (Match("prefix", family=family, prefixes=announced),)
    entry = PolicyEntry("permit", matches=matches) if announced else PolicyEntry("deny")
    return NeighborFacts(
        None,
        str(peer.address),
        remote_as=peer.remote_as,
        external=peer.remote_as != firewall.asn,
        families={
            family: NeighborFamily(
                family,
                policy_in=_NOTHING,
                policy_out=Policy(entries=(entry,), name=f"{peer.policy}-{family}"),
            )
        },
        password=peer.key is not None,
        bfd=peer.bfd is not None,
        description=peer.description,
    )
