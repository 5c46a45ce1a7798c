"""Certificates signed and revoked: each is registered before it is handed out."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from egovnet.inventory.model import Network
from egovnet.playbooks.core.identity.authority import Authority, Order
from egovnet.playbooks.core.identity.errors import IdentityError
from egovnet.playbooks.core.identity.register import Holder, Issued, OpenRegister, Register
from egovnet.playbooks.core.identity.scopes import principals_of_router
from egovnet.playbooks.journal.journal import author
from egovnet.playbooks.signatures.key_text import public_key
from napalm_frr.change.ike_installation import PRIVATE_KEY, IkeFiles, ike_script
from napalm_frr.change.installation import SshTrust, install_script

#: How far behind another machine's clock may be when a certificate is new.
SKEW = timedelta(minutes=10)
#: Kinds of keys that are certified: those that every side here can check.
_KINDS = ("ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A certificate that is asked for."""

    holder: Holder
    name: str
    principals: tuple[str, ...]
    #: The line of a public key.
    key: str
    valid: timedelta
    #: Of the machine, where it was enrolled.
    serial_number: str = ""


def plain_key(line: str, whose: str) -> str:
    """`KEYTYPE KEY` of a public key's line.

    Raises:
        IdentityError: it is none, or of a kind that is not certified.
    """
    try:
        key = str(public_key(line))
    except ValueError:
        raise IdentityError(f"{whose}: is not a public SSH key; give the line of a .pub") from None
    kind = key.split(maxsplit=1)[0]
    if kind not in _KINDS:
        raise IdentityError(f"{whose}: a key of kind {kind[:40]} is not certified; use {_KINDS[0]}")
    return key


def of_another(register: Register, holder: Holder, name: str, key: str) -> str:
    """Why a key is not somebody's own; "" where it is.

    Whoever relays connections for one name to the machine of another with the same key would have
    that machine given what is meant for the first.
    """
    owner = register.owner(key)
    if owner in (None, (holder, name)):
        return ""
    hint = "; were both installed from one image? make it a key of its own"
    whose = " ".join(owner or ())
    return f"its key is that of {whose}" + ("" if holder is Holder.OPERATOR else hint)


class Signer(Protocol):
    """An authority that signs certificates of a kind."""

    def sign(self, order: Order) -> str:
        """The certificate. Raises IdentityError where it cannot be made."""


def issue(register: Register, signer: Signer, wanted: Wanted) -> Issued:
    """Sign a certificate; whoever asked registers it before it is handed out.

    Raises:
        IdentityError: its key was revoked or is another's, or the authority cannot sign.
    """
    key = plain_key(wanted.key, wanted.name)
    if register.key_is_revoked(key):
        again = f"; remove {PRIVATE_KEY} there first" if wanted.holder is Holder.IKE else ""
        raise IdentityError(
            f"{wanted.name}: its key {public_key(key).fingerprint} was revoked; make another one"
            f"{again}"
        )
    if why := of_another(register, wanted.holder, wanted.name, key):
        raise IdentityError(f"{wanted.name}: {why}")
    now = datetime.now(UTC).replace(microsecond=0)
    order = Order(
        wanted.holder,
        wanted.name,
        wanted.principals,
        key,
        register.next_serial,
        now - SKEW,
        now + wanted.valid,
    )
    return Issued(
        serial=order.serial,
        holder=order.holder,
        name=order.name,
        principals=order.principals,
        key=key,
        certificate=signer.sign(order),
        valid_from=order.valid_from,
        valid_until=order.valid_until,
        issued=now,
        issued_by=author(),
        serial_number=wanted.serial_number,
    )


def certify(register: OpenRegister, signer: Signer, wanted: Wanted) -> Issued:
    """Sign a certificate and register it. Raises as `issue`."""
    issued = issue(register.now, signer, wanted)
    register.write(register.now.adding(issued))
    return issued


def revoke(
    register: OpenRegister, serials: Collection[int], reason: str, *, keys: bool
) -> tuple[Issued, ...]:
    """Revoke certificates, and with `keys` the keys that they are of; those that were revoked."""
    before = {one.serial: one for one in register.now.issued}
    after = register.now.revoking(set(serials), author(), reason, keys=keys)
    if after != register.now:
        register.write(after)
    return tuple(one for one in after.issued if one != before[one.serial])


def router_script(
    authority: Authority,
    network: Network,
    register: Register,
    router: str,
    ike: IkeFiles | None = None,
) -> str:
    """What root runs on a router: agent, account, whom it lets in, who it is, and with whom it
    exchanges keys.

    Raises:
        AuthorityError, NoAuthorityError: the list of what is revoked cannot be made.
    """
    own = register.current(Holder.ROUTER, router)
    trust = SshTrust(
        authorities=(authority.public(Holder.OPERATOR),),
        principals=principals_of_router(network, router),
        revoked=authority.revoked(register),
        host_certificate="" if own is None else own.certificate,
    )
    return install_script(trust=trust) + ("" if ike is None else ike_script(ike))
