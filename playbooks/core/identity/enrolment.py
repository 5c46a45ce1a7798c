"""Enrolment of a router with a one-time code: begun here, asked for there, answered here.

Texts and their authentication are `napalm_frr.enrolment`'s, which the router runs as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from egovnet.inventory.model import Network
from egovnet.playbooks.core.identity.authority import Authority
from egovnet.playbooks.core.identity.certificates import Wanted, certify, router_script
from egovnet.playbooks.core.identity.errors import EnrolmentRefused
from egovnet.playbooks.core.identity.register import (
    Enrolment,
    Holder,
    Issued,
    Register,
    open_register,
)
from egovnet.playbooks.core.selection import UsageError
from egovnet.playbooks.journal.journal import author
from napalm_frr.enrolment import (
    EnrolmentError,
    Request,
    answer_text,
    check_request,
    new_code,
    parse_request,
    secret_of,
)

REPLACED = "replaced by another machine"


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A router that was enrolled."""

    certificate: Issued
    #: Of the machine that it took the place of: what was revoked.
    revoked: tuple[Issued, ...]
    #: The text that goes to the router.
    answer: str


def router_named(network: Network, name: str) -> str:
    """A router of the inventory.

    Raises:
        UsageError: there is none of the name.
    """
    if name not in network.routers:
        raise UsageError(f"no router {name!r} in the inventory; see hosts.yaml")
    return name


def begin(
    authority: Authority, network: Network, router: str, valid: timedelta
) -> tuple[str, Enrolment]:
    """A code by which a router may be enrolled once; one that was shown before holds no more.

    Raises:
        UsageError: there is no such router, or the inventory has not its serial number.
        NoAuthorityError, RegisterError: nobody can sign for it.
    """
    authority.require()
    serial_number = network.routers[router_named(network, router)].serial_number
    if serial_number is None:
        raise UsageError(
            f"{router}: the inventory has not its serial number, which a code is bound to; write "
            "serial-number: into its data in hosts.yaml, as it stands on the machine"
        )
    code = new_code()
    begun = Enrolment(
        router=router,
        serial_number=serial_number,
        secret=secret_of(code, router, serial_number).hex(),
        until=datetime.now(UTC).replace(microsecond=0) + valid,
        begun_by=author(),
    )
    with open_register(authority.directory) as register:
        others = (one for one in register.now.enrolments if one.router != router)
        register.write(register.now.model_copy(update={"enrolments": (*others, begun)}))
    return code, begun


def finish(authority: Authority, network: Network, text: str, valid: timedelta) -> Enrolled:
    """Certify the router that made a request with the code that was shown for it.

    What was certified for its name before, with another key, is another machine's: it is revoked.

    Raises:
        EnrolmentRefused: it was not made with that code, by that machine, or too late.
        UsageError, IdentityError: it cannot be certified.
    """
    authority.require()
    try:
        request, mac = parse_request(text)
    except EnrolmentError as error:
        raise EnrolmentRefused(str(error)) from None
    router = router_named(network, request.router)
    with open_register(authority.directory) as register:
        begun = _begun(register.now, network, request)
        secret = bytes.fromhex(begun.secret)
        try:
            check_request(request, mac, secret)
        except EnrolmentError as error:
            raise EnrolmentRefused(f"{router}: {error}") from None
        before = {one.serial: one for one in register.now.issued}

        def besides(after: Register) -> Register:
            """The code is used, and the machine before this one is trusted no more."""
            left = (one for one in after.enrolments if one != begun)
            key = after.issued[-1].key
            others = {
                one.serial
                for one in after.issued
                if (one.holder, one.name) == (Holder.ROUTER, router) and one.key != key
            }
            return after.revoking(others, author(), REPLACED, keys=True).model_copy(
                update={"enrolments": tuple(left)}
            )

        wanted = Wanted(
            Holder.ROUTER, router, (router,), request.host_key, valid, request.serial_number
        )
        issued = certify(register, authority, wanted, besides)
        authority.publish(register.now)
        changed = (one for one in register.now.issued if one.serial in before)
        revoked = tuple(one for one in changed if one != before[one.serial])
        script = router_script(authority, network, register.now, router)
    return Enrolled(issued, revoked, answer_text(script, request, secret))


def _begun(register: Register, network: Network, request: Request) -> Enrolment:
    """The code that was shown for the router that asks."""
    router = request.router
    begun = next((one for one in register.enrolments if one.router == router), None)
    if begun is None:
        raise EnrolmentRefused(
            f"{router}: no code holds for it: none was shown, or it was used; see egovnet identity "
            f"enrol {router}"
        )
    if datetime.now(UTC) >= begun.until:
        raise EnrolmentRefused(
            f"{router}: its code held until {begun.until:%Y-%m-%d %H:%M:%S} UTC; show another one: "
            f"egovnet identity enrol {router}"
        )
    now = network.routers[router].serial_number
    if request.serial_number != begun.serial_number or now != begun.serial_number:
        raise EnrolmentRefused(
            f"{router}: the machine that asks has serial number {request.serial_number[:64]!r}; "
            f"the code was shown for {begun.serial_number}, and the inventory has {now}"
        )
    return begun
