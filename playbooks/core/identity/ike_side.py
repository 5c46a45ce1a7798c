"""What PEs exchange keys by: the authority that they trust, and the devices that they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from egovnet.inventory.model import Network
from egovnet.playbooks.core.identity.ike_authority import IkeAuthority
from egovnet.playbooks.core.identity.register import Holder, Register
from egovnet.templates.model.device import Device
from egovnet.templates.registry import render_ike
from napalm_frr.change.ike_installation import IkeFiles


@dataclass(frozen=True, slots=True)
class IkeSide:
    """Of a network with an authority for IKE."""

    authority: IkeAuthority
    #: As they are to be, by name.
    devices: Mapping[str, Device]


def encrypted_pes(network: Network) -> Iterator[str]:
    """PEs with an access of an encrypted VPN."""
    found = (
        access.pe
        for site in network.sites.values()
        if network.vpns[site.vpn].is_encrypted
        for access in site.site_network_accesses.values()
    )
    yield from dict.fromkeys(found)


def ike_files(side: IkeSide, register: Register, router: str) -> IkeFiles | None:
    """What a router has for IKE; None: it has no certificate, or its platform no IKE.

    A PE whose certificate was revoked, and that has no other, is nobody's peer any more: who has
    the files ends what was agreed on with it.

    Raises:
        AuthorityError, NoAuthorityError: the list of what is revoked cannot be made.
    """
    own = register.current(Holder.IKE, router)
    if own is None:
        return None
    device = side.devices[router]
    gone = {one.name for one in register.revoked_of(Holder.IKE)}
    doubted: tuple[str, ...] = ()
    if device.encrypted is not None:
        tunnels = tuple(
            tunnel
            for tunnel in device.encrypted.tunnels
            if tunnel.peer not in gone or register.current(Holder.IKE, tunnel.peer) is not None
        )
        doubted = tuple(tunnel.name for tunnel in tunnels if tunnel.peer in gone)
        device = replace(device, encrypted=replace(device.encrypted, tunnels=tunnels))
    texts = render_ike(device)
    if texts is None:
        return None
    return IkeFiles(
        certificate=own.certificate,
        authority=side.authority.certificate_text,
        revoked=side.authority.revoked(register),
        connections=texts.connections,
        daemon=texts.daemon,
        names=texts.names,
        doubted=doubted,
    )
