"""What egovnet asks of a device: the contract that a platform's driver keeps.

A driver is a NAPALM driver (`napalm.base.NetworkDriver`) with the members below: NAPALM has no
commits by an id of the caller's choice, and no reading against a wanted configuration. Nothing in
egovnet calls a device but through this Protocol. Shell or command-line text that a device runs
comes from its platform (`templates/<platform>`) and goes through `run_script`.

Errors are NAPALM's: ConnectionException and its kinds where the device is not reached,
CommandTimeoutException, CommandErrorException, LockError (somebody else writes), CommitError and
its kinds (nothing to confirm, undone, not restored), ReplaceConfigException (a configuration that
the device refuses).
"""

from collections.abc import Callable, Collection, Sequence
from enum import StrEnum
from typing import Protocol, runtime_checkable


class CommitStage(StrEnum):
    """How far a commit is on its device; a driver's own enumeration has the same words."""

    #: Never begun, or forgotten: a device remembers its last commits only.
    NONE = "none"
    APPLYING = "applying"
    #: Applied, and not accepted by its controller yet: goes back by itself, soon.
    APPLIED = "applied"
    #: Goes back by itself unless it is confirmed in time.
    PENDING = "pending"
    UNDOING = "undoing"
    UNDONE = "undone"
    #: Permanent: the device starts with it, too.
    CONFIRMED = "confirmed"
    #: Neither done nor undone: a person must look at the device.
    BROKEN = "broken"
    #: Open, and nothing on the device will end it but a rollback.
    ORPHAN = "orphan"


class CommitState(Protocol):
    """What a device reports of one commit."""

    @property
    def state(self) -> str:
        """A CommitStage."""

    @property
    def seconds_left(self) -> int:
        """Until it goes back by itself; 0 unless it is pending."""

    @property
    def reason(self) -> str:
        """Why it is so, "" where nothing is to be said; holds no secret."""


class LineChange(Protocol):
    """One line that only one side of a comparison has."""

    @property
    def part(self) -> str:
        """The part of the configuration, in the platform's words, such as "interfaces"."""

    @property
    def path(self) -> tuple[str, ...]:
        """The headers of its context, from the outside in."""

    @property
    def line(self) -> str:
        """The line; "" for the context itself."""

    @property
    def sign(self) -> str:
        """`-` where only the running configuration has it, `+` where only the wanted one has."""

    @property
    def shared(self) -> bool:
        """Whether the wanted configuration has the context too."""


class DeviceFault(Protocol):
    """Where a device does not do what its own running configuration says; a commit repairs it.

    str() of it is a sentence for people that starts with the subject.
    """

    @property
    def subject(self) -> str:
        """The interface's or the table's name."""

    @property
    def joins_tables(self) -> bool:
        """Whether packets may pass between routing tables that the configuration keeps apart."""

    @property
    def unowned(self) -> bool:
        """Whether the configuration does not have the subject at all: no commit repairs that."""


class Comparison(Protocol):
    """A device's running configuration against a wanted one."""

    @property
    def text(self) -> str:
        """The whole running configuration; "" where the device did not send it."""

    @property
    def changes(self) -> tuple[LineChange, ...]:
        """From what runs to what is wanted; empty when both mean the same."""

    @property
    def faults(self) -> tuple[DeviceFault, ...]:
        """Where the device does not do what its configuration says."""

    @property
    def diff(self) -> str:
        """Changes and faults for people; secrets are shown."""

    @property
    def rest(self) -> str:
        """What the script printed that was run after reading."""

    @property
    def seen(self) -> str:
        """The device's own digest of its configuration and of what it does with it."""

    @property
    def ipsec(self) -> str | None:
        """Its policies and associations of IPsec, without keys, in the platform's form; None where
        the device did not send them."""


@runtime_checkable
class ComparesAtLoad(Protocol):
    """A driver's session that keeps what its device ran when the candidate was loaded.

    It saves a second reading; who has it not is asked by `compare_config`.
    """

    @property
    def compared_diff(self) -> str:
        """The diff of `compared_text` and the candidate, as `compare_config` shows it; "" when
        both mean the same. Asks nothing."""


@runtime_checkable
class KnowsPorts(Protocol):
    """A driver's session that knows which ports its device has."""

    @property
    def missing_ports(self) -> tuple[str, ...]:
        """Ports that the candidate needs and the device does not have. Asks nothing."""


class TransactionalDriver(Protocol):
    """A session with a device that has whole configurations and confirmed commits.

    Configurations are whole texts of the platform's. A commit either holds as a whole or leaves
    the device as it was; with a timer it is undone by the device itself unless it is confirmed.
    """

    # -- NAPALM's own ---------------------------------------------------------------------------

    def close(self) -> None:
        """End the session; a pending commit stays pending."""

    def load_replace_candidate(
        self, filename: str | None = None, config: str | None = None
    ) -> None:
        """Load a whole configuration and let the device check it; nothing is changed."""

    def compare_config(self) -> str:
        """The device's diff of running configuration and candidate; "" when they mean the same."""

    def discard_config(self) -> None:
        """Forget the candidate."""

    def commit_config(self, message: str = "", revert_in: int | None = None) -> None:
        """Make the candidate the running configuration; `revert_in` seconds until it is undone."""

    def has_pending_commit(self) -> bool:
        """Whether a commit is open that goes back by itself unless it is confirmed."""

    # -- reading --------------------------------------------------------------------------------

    def answers_within(self, seconds: float, /) -> bool:
        """Whether the device answers in this session in so many seconds."""

    def run_script(self, script: str, /) -> str:
        """Run a text of the platform's (shell, commands); what it printed."""

    def watch_labels(self, interfaces: Sequence[str], seconds: int, /) -> str:
        """Watch the labels of packets on some of these, for at most `seconds`; a handle.

        Asked only where the platform can show labels (`label_watch`)."""

    def labels_seen(self, handle: str, /) -> str:
        """End the watching; what was seen, in the platform's form."""

    def recorded_flows(self) -> str:
        """What the device's filter recorded, in the platform's form.

        Asked only where the platform records flows (`flow_records`)."""

    def running_text(self) -> str:
        """The whole running configuration."""

    @property
    def compared_text(self) -> str:
        """The running configuration that the last load or comparison saw. Asks nothing."""

    @property
    def seen_ipsec(self) -> str | None:
        """What the last reading of the configuration saw of IPsec, without keys; None where it does
        not show it. Asks nothing."""

    def read_against(self, text: Callable[[], str], then: str = "", seen: str = "") -> Comparison:
        """What runs against `text()`, and what the script `then` prints, in one round trip.

        `seen` is the digest of an earlier answer without a difference to the same text: a device
        whose digest is that still sends no more, and `text` is not called.
        """

    def diff_to(self, text: str, /) -> str:
        """What runs against a whole configuration, for people; "" when they mean the same.

        It is not given to the device, and so not checked by it."""

    def runs_text(self, text: str, /) -> bool:
        """Whether the device was given this configuration, whatever it made of it."""

    def text_with(self, text: str, changes: Collection[LineChange], /) -> str:
        """What runs now, with these changes towards `text` made and nothing else."""

    # -- commits by the id that their controller chose ------------------------------------------

    @property
    def holds_candidate(self) -> bool:
        """Whether a candidate is loaded. Asks nothing."""

    def commit_as(self, change_id: str, /) -> None:
        """The next commit is known to the device by this id; an id is used once per device."""

    def commit_state(self, change_id: str, /) -> CommitState:
        """What became of that commit on this device."""

    def adopt_commit(self, change_id: str, seconds: int, /) -> CommitState:
        """Accept a commit whose controller died before it did, for `seconds` from now.

        The loaded candidate is what it was to lead to; where what runs differs, it is undone.
        """

    def extend_commit(self, change_id: str, seconds: int, /) -> CommitState:
        """A pending commit goes back that many seconds from now, not earlier."""

    def confirm_change(self, change_id: str, /) -> None:
        """Make that commit permanent; may be asked again."""

    def roll_back_change(self, change_id: str, /) -> CommitState:
        """Undo that commit if it is open or broken, never another; the state after it."""
