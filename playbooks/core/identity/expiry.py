"""What ends soon: said before it does, since a certificate that has ended stops work."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from egovnet.inventory.errors import InventoryWarning
from egovnet.inventory.model import Network
from egovnet.playbooks.core.identity.authority import Authority
from egovnet.playbooks.core.identity.register import FILE, Holder, read_register
from egovnet.playbooks.results.listed import listed
from egovnet.tasks.credentials import CredentialsError, find_credentials

CODE = "certificate"
#: Before the end of a router's certificate, and of the one by which this controller logs in.
OF_ROUTERS, OF_LOGIN = timedelta(days=30), timedelta(hours=1)


def ends_soon(network: Network, now: datetime | None = None) -> tuple[InventoryWarning, ...]:
    """What to renew; () where the network has no authority and we log in by no certificate.

    Raises:
        RegisterError: the register cannot be read.
    """
    moment = datetime.now(UTC) if now is None else now
    found = (*_of_routers(network, moment), *_of_login(network.backbone.name, moment))
    return tuple(InventoryWarning(file, 0, "", CODE, what, next_) for file, what, next_ in found)


def _of_routers(network: Network, now: datetime) -> Iterator[tuple[str, str, str]]:
    authority = Authority.of(network.backbone.name)
    if not authority.exists:
        return
    register = read_register(authority.directory)
    certified = {name: register.current(Holder.ROUTER, name) for name in network.routers}
    if not any(certified.values()):
        return
    ended, soon = [], []
    for name, one in certified.items():
        if one is not None and one.valid_until <= now:
            ended.append(name)
        elif one is not None and one.valid_until <= now + OF_ROUTERS:
            soon.append(f"{name} {one.valid_until:%Y-%m-%d}")
    file = str(authority.directory / FILE)
    renew = "renew them: egovnet identity certify, then egovnet identity script"
    if ended:
        yield file, f"host certificates have ended: {listed(ended)}", f"nobody logs in; {renew}"
    if soon:
        days = OF_ROUTERS.days
        yield file, f"host certificates end within {days} days: {listed(soon)}", renew
    if missing := [name for name, one in certified.items() if one is None]:
        found = f"routers without a host certificate: {listed(missing)}"
        yield file, found, "see egovnet identity enrol"


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
