"""What a controller remembers of one host of a run that has not ended."""

from dataclasses import dataclass, field

from nornir.core.inventory import Host
from nornir.core.task import Task

from egovnet.tasks.runners.wire.conversation import Conversation


@dataclass
class WaitingHost:
    """A host that has not ended; moments are time.monotonic()'s."""

    host: Host
    task: Task
    conversation: Conversation
    #: When its ticket was sent; 0: not yet.
    sent: float = 0.0
    #: The highest fence that was claimed, as the broker says.
    claimed: int = 0
    begun: float = 0.0
    #: When a broker that came back was first seen to know nothing of it.
    forgotten: float = 0.0
    #: When somebody was first seen to hold it whose claim was not accepted.
    held: float = 0.0
    died: int = 0
    #: Why claims were refused.
    refused: list[str] = field(default_factory=list)
    #: The claim that was answered, and the order as it was sent.
    ordered: tuple[str, str] | None = None

    @property
    def taken(self) -> bool:
        """Whether a worker has its order, or seems to have claimed it since it was sent."""
        ours = self.conversation
        return ours.order is not None or self.claimed >= ours.fence

    def send_again(self, now: float) -> None:
        """Whoever had it is gone, or has no right to it."""
        self.sent, self.begun, self.forgotten, self.held = 0.0, now, 0.0, 0.0
        self.claimed, self.ordered = self.conversation.barred, None
        self.conversation.begin_again()
