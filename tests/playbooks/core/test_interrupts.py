"""When a signal is heeded: at once, at the next look, or not any more."""

import os
import signal
import threading
import time
from contextlib import suppress

import pytest

from egovnet.playbooks.core.interrupts import ENDING, Interrupted, Interrupts


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def interrupts(told: list[str]) -> Interrupts:
    return Interrupts(told.append)


def send(number: int) -> None:
    os.kill(os.getpid(), number)


@pytest.mark.parametrize("number", ENDING)
def test_without_a_shield_each_raises(number: signal.Signals, interrupts: Interrupts) -> None:
    with interrupts.handled(), pytest.raises(Interrupted, match=f"by {number.name}"):
        send(number)
    assert interrupts.asked == number


#: Left to the system: nobody can heed them, they say that the process itself is at fault, or they
#: end nothing (Python ignores PIPE and XFSZ).
LEFT = "KILL STOP ABRT BUS FPE ILL SEGV SYS TRAP CHLD CONT URG WINCH TSTP TTIN TTOU PIPE XFSZ"


def test_no_other_signal_ends_a_process_without_a_word() -> None:
    named = {one.name for one in signal.Signals if not one.name.startswith("SIGRT")}
    assert named - {one.name for one in ENDING} == {f"SIG{one}" for one in LEFT.split()}


def test_within_a_shield_it_is_noted_and_said(interrupts: Interrupts, told: list[str]) -> None:
    with interrupts.handled(), interrupts.shielded(lambda: "goes on"):
        send(signal.SIGTERM)
        send(signal.SIGINT)
    assert told == ["SIGTERM: goes on", "SIGINT: goes on"]
    assert interrupts.asked == signal.SIGTERM, "the first"


def test_a_look_heeds_what_came_before_once(interrupts: Interrupts) -> None:
    with interrupts.handled(), interrupts.shielded(str):
        interrupts.check()
        send(signal.SIGHUP)
        with pytest.raises(Interrupted):
            interrupts.check()
        interrupts.check()


def test_where_it_is_allowed_it_raises_at_once_and_once(interrupts: Interrupts) -> None:
    with interrupts.handled(), interrupts.shielded(str):
        with pytest.raises(Interrupted), interrupts.allowed():
            send(signal.SIGINT)
        send(signal.SIGINT)
        with interrupts.allowed():
            send(signal.SIGINT)


class Disposed:
    """An object that a signal comes to while Python disposes of it: exceptions are lost there."""

    def __init__(self, number: int) -> None:
        self._number = number

    def __del__(self) -> None:
        send(self._number)


@pytest.mark.parametrize("number", ENDING)
def test_no_signal_is_lost_with_an_object(number: signal.Signals, interrupts: Interrupts) -> None:
    with interrupts.handled(), pytest.raises(Interrupted, match=f"by {number.name}"):
        Disposed(number)
        time.sleep(10)


def test_a_signal_that_was_lost_in_a_shield_is_heeded(
    interrupts: Interrupts, told: list[str]
) -> None:
    with interrupts.handled(), interrupts.shielded(lambda: "goes back"):
        with pytest.raises(Interrupted), interrupts.allowed():
            Disposed(signal.SIGTERM)
            time.sleep(10)
        with interrupts.allowed():
            send(signal.SIGTERM)
    assert told == ["SIGTERM: goes back"] * 2, "the lost one is told once"


def test_one_that_was_lost_is_heeded_at_the_next_look(interrupts: Interrupts) -> None:
    with interrupts.handled(), interrupts.shielded(str):
        with suppress(Interrupted):
            with interrupts.allowed():
                Disposed(signal.SIGINT)
            interrupts.check()
            pytest.fail("nobody heeded it")
        time.sleep(0.1)  # it came again meanwhile


def test_what_came_before_is_heeded_where_it_is_allowed(interrupts: Interrupts) -> None:
    with interrupts.handled(), interrupts.shielded(str):
        send(signal.SIGINT)
        with pytest.raises(Interrupted), interrupts.allowed():
            pytest.fail("reached")


def test_handlers_are_as_before_afterwards(interrupts: Interrupts) -> None:
    before = {number: signal.getsignal(number) for number in ENDING}
    ignored = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with interrupts.handled():
            send(signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, ignored)
    assert {number: signal.getsignal(number) for number in ENDING} == before


def test_a_thread_leaves_signals_to_the_main_one(interrupts: Interrupts) -> None:
    def run() -> None:
        with interrupts.handled():
            pass

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
