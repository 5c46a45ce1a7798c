"""What asks this process to end, and when it is heeded: INT, TERM, HUP, QUIT and others alike.

Elsewhere a signal raises `Interrupted`, as Ctrl-C raises KeyboardInterrupt in any Python program.
Within `shielded` it only notes that it came and says what that means: an exception that may come up
between any two instructions of a transaction could leave it half way, or a lock taken. The work
within heeds it where it can be taken back: at `check`, and anywhere within `allowed`, where it
only reads and waits. It is raised once in a shield: nothing interrupts the way back.
"""

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

#: Ctrl-C, a service that is stopped, a terminal that goes away, Ctrl-\\; a limit of the processor's
#: time, a failing power supply; and what else ends a process that does not expect it (signal(7)).
_NAMES = "INT TERM HUP QUIT XCPU PWR USR1 USR2 ALRM VTALRM PROF IO POLL STKFLT"
ENDING = tuple(one for one in signal.Signals if one.name.removeprefix("SIG") in _NAMES.split())


#: Seconds after which a signal comes again whose exception was lost.
_AGAIN = 0.01


class Interrupted(KeyboardInterrupt):
    """A signal asked this process to end."""

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(f"interrupted by {signal.Signals(number).name}")


class Interrupts:
    """The signals that came to this process; `tell` says a line past every buffer."""

    def __init__(self, tell: Callable[[str], None] = lambda _: None) -> None:
        self._tell = tell
        #: The first signal that came; 0: none did.
        self.asked = 0
        #: A verb is at work, which says itself what a signal ended.
        self.at_work = False
        #: How the verb ends, as soon as that is known: its exit, whatever comes meanwhile.
        self.end: SystemExit | None = None
        #: What each shield that stands says of a signal, the innermost last.
        self._shields: list[Callable[[], str]] = []
        self._allowed = False
        self._raised = False
        #: The signal that comes next was told already: it was lost.
        self._lost = False
        #: What the verb did has come to its end: one signal is noted, until there is more to do.
        self._settled = False

    def tell(self, line: str) -> None:
        """Say a line past every buffer."""
        self._tell(line)

    def settle(self) -> None:
        """What the verb does has come to its end, which no signal may hide any more."""
        self._settled = True

    def resume(self) -> None:
        """There is more to do, or to print: a signal raises again."""
        self._settled = False

    @contextmanager
    def handled(self) -> Iterator[None]:
        """Signals come here. One that was ignored when the process began stays so (nohup)."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {
            number: found
            for number in ENDING
            if (found := signal.getsignal(number)) not in (signal.SIG_IGN, None)
        }
        for number in before:
            signal.signal(number, self.note)
        ignoring = sys.unraisablehook

        def unraisable(lost: "sys.UnraisableHookArgs") -> None:
            if isinstance(lost.exc_value, Interrupted):
                self._come_again(lost.exc_value.number)
            else:
                ignoring(lost)

        sys.unraisablehook = unraisable
        try:
            yield
        finally:
            sys.unraisablehook = ignoring
            for number, found in before.items():
                signal.signal(number, found)

    def note(self, number: int, _frame: FrameType | None = None) -> None:
        """A signal came. The handler: runs in the main thread, between any two instructions.

        Raises:
            Interrupted: nothing stands in its way.
        """
        self.asked = self.asked or number
        told, self._lost = self._lost, False
        if not self._shields:
            if self._settled:
                self._settled = False  # who asks again does not want to wait
                return
            raise Interrupted(number)
        if not told:
            self._tell(f"{signal.Signals(number).name}: {self._shields[-1]()}")
        if self._allowed:
            self._heed()

    def _come_again(self, number: int) -> None:
        """A signal raised where Python loses exceptions, as while it disposes of an object: it
        comes again, as soon as that is over.
        """
        self._raised, self._lost = False, True

        def send() -> None:
            if signal.getsignal(number) == self.note:  # else it would end who has come to an end
                os.kill(os.getpid(), number)

        again = threading.Timer(_AGAIN, send)
        again.daemon = True
        again.start()

    def check(self) -> None:
        """Heed a signal that came before.

        Raises:
            Interrupted: one did, and none was heeded yet.
        """
        if self.asked:
            self._heed()

    def _heed(self) -> None:
        if not self._raised:
            self._raised = True
            raise Interrupted(self.asked)

    @contextmanager
    def shielded(self, words: Callable[[], str]) -> Iterator[None]:
        """Within, a signal is noted; `words` say what comes of it. They must take no lock."""
        self._shields.append(words)
        try:
            yield
        finally:
            self._shields.pop()

    @contextmanager
    def allowed(self) -> Iterator[None]:
        """Within, of a shield, a signal raises at once.

        Raises:
            Interrupted: one came before.
        """
        before, self._allowed = self._allowed, True
        try:
            self.check()  # after the line above: none may slip through between
            yield
        finally:
            self._allowed = before
