"""A controller and workers that talk to each other without a broker between them."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from egovnet.playbooks.drift.collect import DRIFT_TASKS
from egovnet.tasks.runners.wire.conversation import Conversation
from egovnet.tasks.runners.wire.key_pair import KeyPair
from egovnet.tasks.runners.wire.messages import Claim, Order
from egovnet.tasks.runners.wire.trusted_keys import Party, TrustedKeys
from egovnet.tasks.runners.wire.worker_side import Errand, WorkerSide

NETWORK, RUN, HOST, REGION, TASK = "reference", "run1", "gz-pe1", "guangdong", "restore_lines"
ARGUMENTS = {"intended": "hostname gz-pe1\n", "changes": []}
RESULT = {"done": {"result": "a text\n", "changed": False, "diff": ""}}
CENTRE, OTHER_CENTRE, GUANGDONG, SHANGHAI, STRANGER = (KeyPair.new() for _ in range(5))


def party(name: str, key: KeyPair, *regions: str) -> Party:
    return Party(name, key.public, frozenset(regions))


def trusted(*parties: Party) -> dict[str, Party]:
    return {each.key.name: each for each in parties}


TRUSTED = TrustedKeys(
    Path("public-keys.yaml"),
    trusted(party("centre", CENTRE), party("other-centre", OTHER_CENTRE)),
    trusted(party("gd-1", GUANGDONG, REGION), party("sh-1", SHANGHAI, "shanghai")),
)


@dataclass
class Exchange:
    """One host's conversation, as far as it has come."""

    controller: Conversation = field(
        default_factory=lambda: Conversation(CENTRE, NETWORK, RUN, HOST, REGION, TASK)
    )
    worker: WorkerSide = field(
        default_factory=lambda: WorkerSide(GUANGDONG, NETWORK, [REGION], DRIFT_TASKS, "gd:1")
    )
    ticket: str = ""
    claim: str = ""
    order: str = ""
    answer: str = ""
    errand: Errand | None = None
    said: Order | None = None

    def to_ticket(self) -> "Exchange":
        self.ticket = self.controller.ticket()
        return self

    def to_claim(self) -> "Exchange":
        self.to_ticket()
        self.errand = self.worker.errand(self.ticket, TRUSTED)
        self.claim = self.worker.claim(self.errand)
        return self

    def to_order(self) -> "Exchange":
        self.to_claim()
        who, claim = self.accept(self.claim)
        self.order = self.controller.order_for(
            who, claim, ARGUMENTS, "restore", dry_run=False, checkout="digest"
        )
        return self

    def to_answer(self) -> "Exchange":
        self.to_order()
        assert self.errand is not None
        self.said, _ = self.worker.order(self.errand, self.order)
        self.answer = self.worker.answer(self.errand, self.said, RESULT)
        return self

    def accept(self, claim: str) -> tuple[Party, Claim]:
        """The controller hears a claim."""
        who, read = Conversation.read_claim(claim, TRUSTED)
        self.controller.accept(who, read)
        return who, read

    def obey(self, order: str) -> tuple[Order, Any]:
        """The worker hears an order."""
        assert self.errand is not None
        return self.worker.order(self.errand, order)
