"""A controller's memory of what it said and heard about one host of a run: which reply counts.

Nothing of it comes from what carries the messages. A claim counts once, for a ticket of the fence
that is now; an answer counts once, from the worker that was given the order.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from egovnet.tasks.code_version import own_code
from egovnet.tasks.runners.wire import messages
from egovnet.tasks.runners.wire.key_pair import KeyPair
from egovnet.tasks.runners.wire.messages import (
    Answer,
    Bound,
    Claim,
    Order,
    Ticket,
    bindings,
    must_equal,
    new_nonce,
)
from egovnet.tasks.runners.wire.signed import RefusedError
from egovnet.tasks.runners.wire.trusted_keys import Party, TrustedKeys


@dataclass(slots=True)
class Conversation:
    """See the module."""

    own: KeyPair = field(repr=False)
    network: str
    run: str
    host: str
    region: str
    task: str
    fence: int = 1
    #: The order that is given out, and to whom.
    order: Order | None = None
    party: Party | None = None
    _tickets: dict[str, Ticket] = field(default_factory=dict)
    _heard: set[str] = field(default_factory=set)

    def begin_again(self) -> None:
        """Who has the order, if anybody, has it in vain. The fence between is nobody's."""
        self.fence += 2
        self.order = self.party = None
        self._tickets.clear()

    @property
    def barred(self) -> int:
        """What nobody claims, above all that was claimed before: they are passed over by it."""
        return self.fence + 1

    @property
    def bound(self) -> Bound:
        """What messages are about now."""
        return Bound(self.network, self.run, self.host, self.task, self.fence)

    def ticket(self) -> str:
        """A ticket of the fence that is now, signed."""
        ticket = Ticket(self.bound, self.region, new_nonce(), time.time(), own_code())
        self._tickets[ticket.nonce] = ticket
        return messages.written(ticket, self.own)

    @staticmethod
    def read_claim(text: bytes | str, trusted: TrustedKeys) -> tuple[Party, Claim]:
        """A claim of some worker, and whose; for which conversation it is, it says itself.

        Raises:
            RefusedError: no worker that we trust made it.
        """
        return messages.read(Claim, text, trusted.workers)

    def accept(self, party: Party, claim: Claim) -> None:
        """Raises RefusedError where this worker is not to have this host by this claim."""
        if self.region not in party.regions:
            raise RefusedError(
                f"is for region {self.region}, and the worker answers for "
                f"{', '.join(sorted(party.regions))}"
            )
        must_equal(bindings(claim.bound), bindings(self.bound))
        ticket = self._tickets.get(claim.ticket)
        if ticket is None:
            raise RefusedError("is for another ticket")
        must_equal({"time": claim.ticket_made}, {"time": ticket.made})
        if claim.nonce in self._heard:
            raise RefusedError("comes twice")
        self._heard.add(claim.nonce)
        if self.order is not None:
            raise RefusedError(f"comes when worker {self.party} has the order")

    def order_for(
        self,
        party: Party,
        claim: Claim,
        arguments: Any,
        name: str,
        *,
        dry_run: bool,
        checkout: str,
    ) -> str:
        """The order for a claim that was accepted, which its worker alone can read."""
        self.order = Order(
            self.bound,
            claim.nonce,
            claim.made,
            new_nonce(),
            time.time(),
            name,
            dry_run,
            checkout,
        )
        self.party = party
        return messages.written_sealed(self.order, arguments, self.own, party.key)

    def read_answer(self, text: bytes | str, trusted: TrustedKeys) -> Any:
        """What the worker answers to the order; it counts once, as the host has ended then.

        Raises:
            RefusedError: another worker answers, or to something else.
        """
        if self.order is None or self.party is None:
            raise RefusedError("comes before there was an order")
        answer, content = self._answer(text, trusted.workers)
        must_equal(bindings(answer.bound), bindings(self.order.bound))
        must_equal({"order": answer.order}, {"order": self.order.nonce})
        must_equal({"time": answer.order_made}, {"time": self.order.made})
        self.order = None
        return content

    def _answer(self, text: bytes | str, workers: Mapping[str, Party]) -> tuple[Answer, Any]:
        party, answer, content = messages.read_sealed(Answer, text, workers, self.own)
        if party != self.party:
            raise RefusedError(f"is of worker {party}, and {self.party} was asked")
        return answer, content
