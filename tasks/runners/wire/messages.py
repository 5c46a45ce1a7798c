"""The four messages between a controller and a worker, for one router of one run.

    controller --ticket--> a region's queue           there is work; nothing of it is said
    worker     --claim---> controller                 this worker would do it
    controller --order---> that worker alone          the task with its arguments, sealed
    worker     --answer--> controller                 what came of it, sealed

All are bound to network, run, host, task and fence. Each reply says the number, made up for this
once, and the time of what it replies to. So an order counts only for the claim that asked for it,
and an answer only for its order: what is kept and sent again later replies to nothing, however
the clocks of both sides stand, and whoever carries it.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, TypeVar

from egovnet.tasks.runners.wire import strict_json
from egovnet.tasks.runners.wire.form import FormError, shown_name
from egovnet.tasks.runners.wire.forms import Forms
from egovnet.tasks.runners.wire.key_pair import KeyPair, PublicKey
from egovnet.tasks.runners.wire.signed import RefusedError, opened, sealed, signed, unsealed
from egovnet.tasks.runners.wire.trusted_keys import Party


@dataclass(frozen=True, slots=True)
class Bound:
    """What every message is about."""

    network: str
    run: str
    host: str
    task: str
    #: 1 for the first worker that is to do it, 2 for who takes it up after the first died.
    fence: int


@dataclass(frozen=True, slots=True)
class Ticket:
    """There is work for a worker of `region`."""

    bound: Bound
    region: str
    nonce: str
    #: By the controller's clock, in seconds since 1970.
    made: float
    #: Digest of the controller's code.
    code: str


@dataclass(frozen=True, slots=True)
class Claim:
    """A worker would do it. `ticket` and `ticket_made` are the ticket's."""

    bound: Bound
    ticket: str
    ticket_made: float
    nonce: str
    #: By the worker's clock.
    made: float
    #: The worker's name, for people.
    worker: str
    code: str


@dataclass(frozen=True, slots=True)
class Order:
    """Do it. `claim` and `claim_made` are the claim's."""

    bound: Bound
    claim: str
    claim_made: float
    nonce: str
    made: float
    #: The task's name, as processors and results know it.
    name: str
    dry_run: bool
    #: Digest of the inventory that the worker must have.
    checkout: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of it. `order` and `order_made` are the order's."""

    bound: Bound
    order: str
    order_made: float


Message = Ticket | Claim | Order | Answer
M = TypeVar("M", Ticket, Claim, Order, Answer)
_FORMS = Forms()
_KINDS: Mapping[type, str] = {Ticket: "ticket", Claim: "claim", Order: "order", Answer: "answer"}


def new_nonce() -> str:
    """A number that was never used before: 32 hexadecimal digits."""
    return secrets.token_hex(16)


def written(message: Message, own: KeyPair) -> str:
    """A message that anybody may read, signed."""
    content = strict_json.written(_FORMS.of(type(message)).write(message))
    return signed(_KINDS[type(message)], content, own)


def read(kind: type[M], text: str | bytes, trusted: Mapping[str, Party]) -> tuple[Party, M]:
    """A message that `written` gave, and who signed it.

    Raises:
        RefusedError: none of `trusted` did, or it is no such message.
    """
    party, content = opened(_KINDS[kind], text, trusted)
    return party, _message(kind, _json(content))


def written_sealed(message: Message, content: Any, own: KeyPair, receiver: PublicKey) -> str:
    """A message with content that only `receiver` can read, signed."""
    kind = _KINDS[type(message)]
    head = _FORMS.of(type(message)).write(message)
    text = strict_json.written({"head": head, "content": content})
    return signed(kind, sealed(kind, text, own, receiver), own)


def read_sealed(
    kind: type[M], text: str | bytes, trusted: Mapping[str, Party], own: KeyPair
) -> tuple[Party, M, Any]:
    """A message that `written_sealed` gave, who signed it, and its content.

    Raises:
        RefusedError: none of `trusted` did, it is not for us, or it is no such message.
    """
    party, payload = opened(_KINDS[kind], text, trusted)
    whole = _json(unsealed(_KINDS[kind], payload, own, party.key))
    if type(whole) is not dict or whole.keys() != {"head", "content"}:
        raise RefusedError("is not a head and a content")
    return party, _message(kind, whole["head"]), whole["content"]


def must_equal(found: Mapping[str, object], wanted: Mapping[str, object]) -> None:
    """Refuse what is not bound to what it should be.

    Raises:
        RefusedError: names the first that differs.
    """
    for name, value in wanted.items():
        if found[name] != value:
            raise RefusedError(
                f"is for another {name}: {shown_name(found[name])}, not {shown_name(value)}"
            )


def bindings(bound: Bound) -> dict[str, object]:
    """The parts of a message's binding, by name."""
    return {each.name: getattr(bound, each.name) for each in fields(bound)}


def _json(text: bytes) -> Any:
    try:
        return strict_json.read(text)
    except strict_json.WrongJsonError as error:
        raise RefusedError(str(error)) from None


def _message(kind: type[M], value: Any) -> M:
    try:
        found: M = _FORMS.of(kind).read(value)
    except FormError as error:
        raise RefusedError(f"is no {_KINDS[kind]}: {error}") from None
    return found
