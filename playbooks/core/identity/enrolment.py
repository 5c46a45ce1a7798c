"""Enrolment of a router with a one-time code: begun here, asked for there, answered here.

Texts and their authentication are `napalm_frr.enrolment`'s, which the router runs as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from egovnet.inventory.model import Network
from egovnet.playbooks.core.identity.authority import Authority
from egovnet.playbooks.core.identity.certificates import Wanted, issue, router_script
from egovnet.playbooks.core.identity.errors import EnrolmentRefused
from egovnet.playbooks.core.identity.ike_request import key_of_request
from egovnet.playbooks.core.identity.ike_side import IkeSide, ike_files
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

    #: The host's, and IKE's where it asked for one.
    certificates: tuple[Issued, ...]
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


def finish(
    authority: Authority, network: Network, text: str, valid: timedelta, side: IkeSide | None
) -> Enrolled:
    """Certify the router that made a request with the code that was shown for it.

    What was certified for its name before, with another key, is another machine's: it is revoked.
    `side` None: the network has nothing encrypted; a request for IKE is left unanswered.

    Raises:
        EnrolmentRefused: it was not made with that code, by that machine, or too late; or asks for
            more than it may have.
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
        before = register.now
        after, issued = _certified(before, authority, side, request, valid)
        left = tuple(one for one in after.enrolments if one != begun)
        after = _without_the_one_before(after, router, issued)
        after = after.model_copy(update={"enrolments": left})
        # what cannot be signed is known before the code is used
        revoked_list = None if side is None else side.authority.revoked(after)
        register.write(after)
        authority.publish(after)
        if side is not None and revoked_list is not None:
            side.authority.publish(revoked_list)
        was = {one.serial: one for one in before.issued}
        revoked = (one for one in after.issued if one.serial in was and one != was[one.serial])
        files = None if side is None else ike_files(side, after, router)
        script = router_script(authority, network, after, router, files)
        return Enrolled(issued, tuple(revoked), answer_text(script, request, secret))


def _certified(
    register: Register,
    authority: Authority,
    side: IkeSide | None,
    request: Request,
    valid: timedelta,
) -> tuple[Register, tuple[Issued, ...]]:
    """The register with the router's certificates: its host's, and IKE's where it asks for one."""
    router, number = request.router, request.serial_number
    wanted = Wanted(Holder.ROUTER, router, (router,), request.host_key, valid, number)
    of_ike = None
    if request.ike and side is not None:
        key = key_of_request(request.ike, router)
        of_ike = Wanted(Holder.IKE, router, (router,), key, valid, number)
    issued = [issue(register, authority, wanted)]
    after = register.adding(*issued)
    if of_ike is not None and side is not None:
        issued.append(issue(after, side.authority, of_ike))
        after = register.adding(*issued)
    return after, tuple(issued)


def _without_the_one_before(
    register: Register, router: str, issued: tuple[Issued, ...]
) -> Register:
    """With what the machine before this one had revoked; the same one keeps its key for IKE unless
    it has another."""
    keys = {one.key for one in issued}
    host = issued[0]
    mine = [one for one in register.issued if one.name == router]
    replaced = any(
        one.holder is Holder.ROUTER and one.key != host.key and one.revoked is None for one in mine
    )
    holders = {one.holder for one in issued} | ({Holder.IKE} if replaced else set())
    others = {one.serial for one in mine if one.holder in holders and one.key not in keys}
    return register.revoking(others, author(), REPLACED, keys=True)


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
