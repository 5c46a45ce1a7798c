"""A worker's side of the conversation about one host: which tickets and orders it acts upon."""

import threading
import time
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from egovnet.tasks.code_version import own_code
from egovnet.tasks.runners.wire import messages
from egovnet.tasks.runners.wire.form import shown_name
from egovnet.tasks.runners.wire.key_pair import KeyPair
from egovnet.tasks.runners.wire.messages import (
    Answer,
    Claim,
    Order,
    Ticket,
    bindings,
    must_equal,
    new_nonce,
)
from egovnet.tasks.runners.wire.signed import RefusedError
from egovnet.tasks.runners.wire.task_form import TaskForm, TaskList
from egovnet.tasks.runners.wire.trusted_keys import Party, TrustedKeys

#: Tickets that are remembered. One that is older has no controller that would answer a claim.
_MOST = 100_000


@dataclass(frozen=True, slots=True)
class Errand:
    """A ticket that counts: what it is about, from whom, and our claim."""

    controller: Party
    ticket: Ticket
    form: TaskForm
    claim: Claim
    #: When it was claimed, by time.monotonic(): before its order was written.
    since: float

    @property
    def same_code(self) -> bool:
        """Whether the controller has our code."""
        return self.ticket.code == own_code()


@dataclass(slots=True)
class WorkerSide:
    """What a worker is: its keys, what it serves, and which tickets it saw."""

    own: KeyPair = field(repr=False)
    network: str
    regions: Collection[str]
    tasks: TaskList
    name: str
    _seen: dict[str, None] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def errand(self, text: str, trusted: TrustedKeys) -> Errand:
        """What a ticket wants of us.

        Raises:
            RefusedError: no controller that we trust wrote it, it is not for us, it came before, or
                nobody would believe us.
        """
        controller, ticket = messages.read(Ticket, text, trusted.controllers)
        must_equal({"network": ticket.bound.network}, {"network": self.network})
        if ticket.region not in self.regions:
            raise RefusedError(f"is for region {shown_name(ticket.region)}, which is not served")
        form = self.tasks.named(ticket.bound.task)
        if form is None:
            raise RefusedError(
                f"asks for task {shown_name(ticket.bound.task)}, which no worker does"
            )
        mine = trusted.workers.get(self.own.public.name)
        if mine is None or ticket.region not in mine.regions:
            raise RefusedError(
                f"is for region {ticket.region}, and {trusted.path} does not name our key "
                f"{self.own.public.name} for it any more"
            )
        self._note(ticket.nonce)
        claim = Claim(
            ticket.bound,
            ticket.nonce,
            ticket.made,
            new_nonce(),
            time.time(),
            self.name,
            own_code(),
        )
        return Errand(controller, ticket, form, claim, time.monotonic())

    def claim(self, errand: Errand) -> str:
        """The claim as it is sent."""
        return messages.written(errand.claim, self.own)

    def order(self, errand: Errand, text: bytes | str) -> tuple[Order, Any]:
        """The order for our claim, and its arguments in JSON.

        Raises:
            RefusedError: it is of somebody else than the ticket was, or for something else.
        """
        _, order, content = messages.read_sealed(
            Order, text, {errand.controller.key.name: errand.controller}, self.own
        )
        claim = errand.claim
        must_equal(bindings(order.bound), bindings(claim.bound))
        must_equal({"claim": order.claim}, {"claim": claim.nonce})
        must_equal({"time": order.claim_made}, {"time": claim.made})
        return order, content

    def answer(self, errand: Errand, order: Order, content: Any) -> str:
        """What came of an order, which its controller alone can read."""
        answer = Answer(order.bound, order.nonce, order.made)
        return messages.written_sealed(answer, content, self.own, errand.controller.key)

    def _note(self, nonce: str) -> None:
        with self._lock:
            if nonce in self._seen:
                raise RefusedError("comes twice")
            self._seen[nonce] = None
            if len(self._seen) > _MOST:
                del self._seen[next(iter(self._seen))]
