"""Which VPNs are encrypted on the backbone, and what their PEs have for it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from egovnet.inventory.allocation.allocate import Allocation
from egovnet.inventory.model import IPNetwork, Network
from egovnet.templates.intend.encrypted_sides import encrypted_sides
from egovnet.templates.model.device import EncryptedSide, IPAddress, Tunnel
from egovnet.templates.model.facts import InterfaceFacts


@dataclass(frozen=True, slots=True)
class EncryptedVpns:
    """What is expected of encryption; nothing where no VPN is encrypted."""

    vpns: frozenset[str] = frozenset()
    sides: Mapping[str, EncryptedSide] = field(default_factory=dict)
    #: PE -> the next hops that its encrypted routes have.
    next_hops: Mapping[str, tuple[IPAddress, ...]] = field(default_factory=dict)

    @property
    def pools(self) -> tuple[IPNetwork, ...]:
        """Where all those next hops are from."""
        return tuple(dict.fromkeys(pool for side in self.sides.values() for pool in side.pools))

    def tunnel(self, device: str, interface: InterfaceFacts) -> Tunnel | None:
        """The tunnel that an interface is; None: the inventory has none such."""
        side, ends = self.sides.get(device), interface.tunnel
        if side is None or ends is None or ends.local != side.local or interface.vrf is not None:
            return None
        return next((each for each in side.tunnels if each.remote == ends.remote), None)

    def with_former(self, former: "EncryptedVpns") -> "EncryptedVpns":
        """Both, for states on the way: a VPN that was or will be in clear is not asked to be
        encrypted between."""
        sides = dict(self.sides)
        for name, side in former.sides.items():
            own = sides.get(name)
            sides[name] = side if own is None else _both(own, side)
        hops = {
            name: tuple(dict.fromkeys((*self.next_hops.get(name, ()), *own)))
            for name, own in former.next_hops.items()
        }
        return EncryptedVpns(self.vpns & former.vpns, sides, {**self.next_hops, **hops})


def _both(side: EncryptedSide, former: EncryptedSide) -> EncryptedSide:
    return EncryptedSide(
        side.local,
        tuple(dict.fromkeys((*side.tunnels, *former.tunnels))),
        tuple(dict.fromkeys((*side.pools, *former.pools))),
        side.mtu,
        side.ipsec,
    )


def encrypted_vpns(network: Network, allocation: Allocation) -> EncryptedVpns:
    """What an inventory and its allocation say."""
    sides = encrypted_sides(network, allocation)
    vpns = {name for name, vpn in network.vpns.items() if vpn.is_encrypted}
    hops = {name: allocation.encrypted_next_hops(name) for name in sides}
    return EncryptedVpns(frozenset(vpns), sides, hops)
