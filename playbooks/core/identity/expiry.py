"""What ends soon: said before it does, since a certificate that has ended stops work."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from egovnet.inventory.errors import InventoryWarning
from egovnet.inventory.model import Network
from egovnet.playbooks.core.identity.authority import Authority
from egovnet.playbooks.core.identity.ike_authority import IkeAuthority
from egovnet.playbooks.core.identity.ike_side import encrypted_pes
from egovnet.playbooks.core.identity.register import FILE, Holder, Issued, read_register
from egovnet.playbooks.results.listed import listed
from egovnet.tasks.credentials import CredentialsError, find_credentials

CODE = "certificate"
#: Before nobody can be certified for a year any more.
OF_AUTHORITY = timedelta(days=400)
#: Before the end of a router's certificate, and of the one by which this controller logs in.
OF_ROUTERS, OF_LOGIN = timedelta(days=30), timedelta(hours=1)


def ends_soon(network: Network, now: datetime | None = None) -> tuple[InventoryWarning, ...]:
    """What to renew; () where the network has no authority and we log in by no certificate.

    Raises:
        RegisterError: the register cannot be read.
    """
    moment = datetime.now(UTC) if now is None else now
    name = network.backbone.name
    found = (*_of_routers(network, moment), *_of_ike(network, moment), *_of_login(name, moment))
    return tuple(InventoryWarning(file, 0, "", CODE, what, next_) for file, what, next_ in found)


def _of_routers(network: Network, now: datetime) -> Iterator[tuple[str, str, str]]:
    authority = Authority.of(network.backbone.name)
    if not authority.exists:
        return
    register = read_register(authority.directory)
    certified = {name: register.current(Holder.ROUTER, name) for name in network.routers}
    if not any(certified.values()):
        return
    file = str(authority.directory / FILE)
    yield from _of_some(file, certified, now, "host certificates", "nobody logs in")
    if missing := [name for name, one in certified.items() if one is None]:
        found = f"routers without a host certificate: {listed(missing)}"
        yield file, found, "see egovnet identity enrol"


def _of_some(
    file: str, certified: Mapping[str, Issued | None], now: datetime, what: str, effect: str
) -> Iterator[tuple[str, str, str]]:
    """Certificates that have ended, with the effect, and those that end soon."""
    ended, soon = [], []
    for name, one in certified.items():
        if one is not None and one.valid_until <= now:
            ended.append(name)
        elif one is not None and one.valid_until <= now + OF_ROUTERS:
            soon.append(f"{name} {one.valid_until:%Y-%m-%d}")
    renew = "renew them: egovnet identity certify, then egovnet identity script"
    if ended:
        yield file, f"{what} have ended: {listed(ended)}", f"{effect}; {renew}"
    if soon:
        yield file, f"{what} end within {OF_ROUTERS.days} days: {listed(soon)}", renew


def _of_ike(network: Network, now: datetime) -> Iterator[tuple[str, str, str]]:
    """Of PEs with an encrypted VPN, where the network has an authority for IKE."""
    authority = IkeAuthority.of(network.backbone.name)
    if not authority.exists:
        return
    register = read_register(authority.directory)
    found = {name: register.current(Holder.IKE, name) for name in encrypted_pes(network)}
    file = str(authority.directory / FILE)
    yield from _of_some(file, found, now, "certificates for IKE", "their VPNs are down")
    if missing := [name for name, one in found.items() if one is None]:
        said = f"PEs with an encrypted VPN and no certificate for IKE: {listed(missing)}"
        yield file, said, "enrol them: egovnet identity enrol"
    end = authority.certificate.not_valid_after_utc
    if found and end <= now + OF_AUTHORITY:
        said = f"the authority for IKE ends at {end:%Y-%m-%d}; nobody's certificate holds longer"
        yield str(authority.directory), said, "make another one, and enrol all PEs again"


def _of_login(network: str, now: datetime) -> Iterator[tuple[str, str, str]]:
    try:
        key = find_credentials(network).key_file
    except CredentialsError:
        return  # whoever needs them complains
    name = f"{key}-cert.pub"
    if key is None or not Path(name).exists():
        return
    # the driver's, which brings paramiko with it: only where there is a certificate
    from napalm_frr.errors import CertificateError  # noqa: PLC0415 -- see above
    from napalm_frr.ssh.own_certificate import own_certificate  # noqa: PLC0415 -- see above

    try:
        certificate = own_certificate(key)
    except (CertificateError, OSError):
        certificate = None
    if certificate is None:
        return  # the connection complains of it
    ask = "ask for another one: egovnet identity operator"
    if certificate.valid_before <= now.timestamp():
        yield name, f"ended at {certificate.until}; no router lets it in", ask
    elif certificate.valid_before <= (now + OF_LOGIN).timestamp():
        yield name, f"ends at {certificate.until}", ask
