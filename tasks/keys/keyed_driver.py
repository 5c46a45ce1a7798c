"""A driver as the rest of egovnet sees it: texts with references on this side, values on the other.

Everything that is sent to a device goes through `reveal`, everything that comes from one, errors
too, through `conceal`. So no value is in a plan, a diff, a journal or a report: none gets there.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from egovnet.tasks.driver import (
    CommitState,
    ComparesAtLoad,
    Comparison,
    DeviceFault,
    KnowsPorts,
    LineChange,
    TransactionalDriver,
)
from egovnet.tasks.keys.keyring import Keyring

#: A named tuple is none: it is made otherwise.
_PLAIN = (tuple, list, set, frozenset)
#: What Python's own errors say besides their arguments: OSError, UnicodeError, SyntaxError.
_SLOTS = ("strerror", "filename", "filename2", "object", "reason", "msg", "text")


@dataclass(frozen=True, slots=True)
class KeyedLine:
    """A LineChange with another line."""

    part: str
    path: tuple[str, ...]
    line: str
    sign: str
    shared: bool


@dataclass(frozen=True, slots=True)
class KeyedComparison:
    """A Comparison without values."""

    text: str
    changes: tuple[LineChange, ...]
    faults: tuple[DeviceFault, ...]
    diff: str
    rest: str
    seen: str
    ipsec: str | None


@dataclass(frozen=True, slots=True)
class KeyedState:
    """A CommitState without values."""

    state: str
    seconds_left: int
    reason: str


def with_keys(driver: TransactionalDriver, keys: Keyring) -> TransactionalDriver:
    """`driver` behind `keys`, where there are none too: a text that needs one is refused then."""
    kind = _ComparingDriver if isinstance(driver, ComparesAtLoad) else KeyedDriver
    return kind(driver, keys)


class KeyedDriver:
    """A TransactionalDriver whose texts have references in place of values."""

    def __init__(self, driver: TransactionalDriver, keys: Keyring) -> None:
        self._driver = driver
        self._keys = keys

    @contextmanager
    def _concealed(self) -> Iterator[TransactionalDriver]:
        """The driver; an error of it that says a value is raised without."""
        try:
            yield self._driver
        except Exception as error:
            self._conceal_error(error)
            raise

    def _conceal_error(self, error: BaseException) -> None:
        if not self._keys:
            return
        seen: set[int] = set()
        waiting: list[BaseException] = [error]
        while waiting:
            found = waiting.pop()
            if id(found) in seen:
                continue
            seen.add(id(found))
            said = (*found.args, *vars(found).values(), found.__cause__, found.__context__)
            waiting += _errors_in(said)
            found.args = tuple(map(self._without, found.args))
            for name in (*vars(found), *(name for name in _SLOTS if hasattr(found, name))):
                self._put_without(found, name)

    def _put_without(self, error: BaseException, name: str) -> None:
        value = getattr(error, name)
        without = self._without(value)
        if without != value:
            setattr(error, name, without)

    def _without(self, value: object) -> object:
        """A text, or texts in a plain collection, without values; anything else as it is."""
        if type(value) is str:
            return self._keys.conceal(value)
        if type(value) is bytes:
            # every octet as a character of its own, and back
            return self._keys.conceal(value.decode("latin-1")).encode("latin-1")
        if isinstance(value, tuple | list | set | frozenset) and type(value) in _PLAIN:
            return type(value)(map(self._without, value))
        if type(value) is dict:
            return {key: self._without(each) for key, each in value.items()}
        return value

    def _line(self, change: LineChange) -> LineChange:
        return self._with_line(change, self._keys.conceal(change.line))

    @staticmethod
    def _with_line(change: LineChange, line: str) -> LineChange:
        if line == change.line:
            return change
        return KeyedLine(change.part, change.path, line, change.sign, change.shared)

    def _state(self, found: CommitState) -> CommitState:
        reason = self._keys.conceal(found.reason)
        if reason == found.reason:
            return found
        return KeyedState(found.state, found.seconds_left, reason)

    @property
    def missing_ports(self) -> tuple[str, ...]:
        """As the driver's; none where it does not know its device's ports."""
        return self._driver.missing_ports if isinstance(self._driver, KnowsPorts) else ()

    # -- NAPALM's own ---------------------------------------------------------------------------

    def close(self) -> None:
        """As the driver's."""
        with self._concealed() as driver:
            driver.close()

    def load_replace_candidate(
        self, filename: str | None = None, config: str | None = None
    ) -> None:
        """As the driver's, of a text with references."""
        if filename is not None:
            raise ValueError("a text with references is handed over, not a file of one")
        with self._concealed() as driver:
            driver.load_replace_candidate(config=config and self._keys.reveal(config))

    def compare_config(self) -> str:
        """As the driver's."""
        with self._concealed() as driver:
            return self._keys.conceal(driver.compare_config())

    def discard_config(self) -> None:
        """As the driver's."""
        with self._concealed() as driver:
            driver.discard_config()

    def commit_config(self, message: str = "", revert_in: int | None = None) -> None:
        """As the driver's."""
        with self._concealed() as driver:
            driver.commit_config(message=message, revert_in=revert_in)

    def has_pending_commit(self) -> bool:
        """As the driver's."""
        with self._concealed() as driver:
            return driver.has_pending_commit()

    # -- reading --------------------------------------------------------------------------------

    def answers_within(self, seconds: float, /) -> bool:
        """As the driver's."""
        with self._concealed() as driver:
            return driver.answers_within(seconds)

    def run_script(self, script: str, /) -> str:
        """As the driver's."""
        with self._concealed() as driver:
            return self._keys.conceal(driver.run_script(script))

    def watch_labels(self, interfaces: Sequence[str], seconds: int, /) -> str:
        """As the driver's."""
        with self._concealed() as driver:
            return driver.watch_labels(interfaces, seconds)

    def labels_seen(self, handle: str, /) -> str:
        """As the driver's."""
        with self._concealed() as driver:
            return driver.labels_seen(handle)

    def recorded_flows(self) -> str:
        """As the driver's."""
        with self._concealed() as driver:
            return driver.recorded_flows()

    def running_text(self) -> str:
        """As the driver's, with references."""
        with self._concealed() as driver:
            return self._keys.conceal(driver.running_text())

    @property
    def compared_text(self) -> str:
        """As the driver's, with references."""
        return self._keys.conceal(self._driver.compared_text)

    @property
    def seen_ipsec(self) -> str | None:
        """As the driver's."""
        return self._driver.seen_ipsec

    def read_against(self, text: Callable[[], str], then: str = "", seen: str = "") -> Comparison:
        """As the driver's, with references."""
        with self._concealed() as driver:
            found = driver.read_against(lambda: self._keys.reveal(text()), then, seen)
        return KeyedComparison(
            self._keys.conceal(found.text),
            tuple(map(self._line, found.changes)),
            found.faults,
            self._keys.conceal(found.diff),
            self._keys.conceal(found.rest),
            found.seen,
            found.ipsec,
        )

    def diff_to(self, text: str, /) -> str:
        """As the driver's, with references."""
        with self._concealed() as driver:
            return self._keys.conceal(driver.diff_to(self._keys.reveal(text)))

    def runs_text(self, text: str, /) -> bool:
        """As the driver's, of a text with references."""
        with self._concealed() as driver:
            return driver.runs_text(self._keys.reveal(text))

    def text_with(self, text: str, changes: Collection[LineChange], /) -> str:
        """As the driver's, with references."""
        wanted = [self._with_line(each, self._keys.reveal(each.line)) for each in changes]
        with self._concealed() as driver:
            return self._keys.conceal(driver.text_with(self._keys.reveal(text), wanted))

    # -- commits by the id that their controller chose ------------------------------------------

    @property
    def holds_candidate(self) -> bool:
        """As the driver's."""
        return self._driver.holds_candidate

    def commit_as(self, change_id: str, /) -> None:
        """As the driver's."""
        with self._concealed() as driver:
            driver.commit_as(change_id)

    def commit_state(self, change_id: str, /) -> CommitState:
        """As the driver's."""
        with self._concealed() as driver:
            return self._state(driver.commit_state(change_id))

    def adopt_commit(self, change_id: str, seconds: int, /) -> CommitState:
        """As the driver's."""
        with self._concealed() as driver:
            return self._state(driver.adopt_commit(change_id, seconds))

    def extend_commit(self, change_id: str, seconds: int, /) -> CommitState:
        """As the driver's."""
        with self._concealed() as driver:
            return self._state(driver.extend_commit(change_id, seconds))

    def confirm_change(self, change_id: str, /) -> None:
        """As the driver's."""
        with self._concealed() as driver:
            driver.confirm_change(change_id)

    def roll_back_change(self, change_id: str, /) -> CommitState:
        """As the driver's."""
        with self._concealed() as driver:
            return self._state(driver.roll_back_change(change_id))


def _errors_in(said: Iterable[object]) -> Iterator[BaseException]:
    """Errors that an error says: its cause, and those of a group."""
    for each in said:
        if isinstance(each, BaseException):
            yield each
        elif isinstance(each, list | tuple):
            yield from _errors_in(each)


class _ComparingDriver(KeyedDriver):
    """Of a driver that keeps what its device ran when the candidate was loaded."""

    @property
    def compared_diff(self) -> str:
        """As the driver's, with references."""
        if not isinstance(self._driver, ComparesAtLoad):
            raise TypeError("it is made of such drivers only")
        return self._keys.conceal(self._driver.compared_diff)
