"""Errors that cross: what they are and say is kept, what they hold is not."""

import pytest
from napalm.base import exceptions as napalm_errors

from egovnet.tasks.confirm_or_rollback import NotFinishedError
from egovnet.tasks.device import is_unanswered
from egovnet.tasks.runners.wire.form import FormError
from egovnet.tasks.runners.wire.remote_error import Failed, RemoteError, failed, remote_error
from napalm_frr.errors import CommitUndone, SessionLostInCommit

SECRET = "correct-horse-battery"
ERRORS = [
    napalm_errors.ConnectionException("not reached"),
    napalm_errors.ConnectAuthError("wrong password"),
    SessionLostInCommit("gone"),
    CommitUndone("ifreload failed"),
    napalm_errors.LockError("somebody writes"),
    napalm_errors.CommandTimeoutException("90 s"),
    napalm_errors.ReplaceConfigException("line 3: unknown"),
    NotFinishedError("its commit is applying"),
    OSError(5, "Input/output error"),
    EOFError(),
    TimeoutError("no answer"),
    KeyError("bj-p1"),
    FormError("is not text", "intended"),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_an_error_is_the_same_to_who_asks(error: Exception) -> None:
    arrived = remote_error(failed(error))
    assert type(arrived).__name__ == type(error).__name__
    assert str(arrived) == str(error)
    assert is_unanswered(arrived) == is_unanswered(error)
    for kind in (
        napalm_errors.CommitError,
        napalm_errors.ConnectionException,
        napalm_errors.LockError,
        OSError,
    ):
        assert isinstance(arrived, kind) == isinstance(error, kind), kind
    assert isinstance(arrived, RemoteError)
    assert arrived.__cause__ is None
    assert arrived.__traceback__ is None


def test_an_error_s_keys_stay_where_they_are() -> None:
    sent = failed(napalm_errors.CommandErrorException(f"neighbor 10.0.0.1 password {SECRET}"))
    assert SECRET not in repr(sent)
    assert "neighbor 10.0.0.1 password" in sent.words


@pytest.mark.parametrize("words", ["\x1b[2J\x1b]0;owned\x07", "a\rb", "\u202eevil", "a\x00b"])
def test_an_error_moves_no_cursor(words: str) -> None:
    for arrived in (remote_error(failed(ValueError(words))), remote_error(Failed("E", (), words))):
        assert str(arrived).isprintable()
    assert str(remote_error(failed(ValueError("two\n\tlines")))) == "two\n\tlines"


@pytest.mark.parametrize(
    "sent",
    [
        Failed("", (), ""),
        Failed("a b", (), ""),
        Failed("os.system", (), ""),
        Failed("E" * 81, (), ""),
        Failed("Ошибка", (), ""),
        Failed("E", ("Exception",), ""),
        Failed("E", ("SystemExit",), ""),
        Failed("E", ("OSError", "KeyboardInterrupt"), ""),
    ],
    ids=repr,
)
def test_an_error_of_no_kind_that_is_listed(sent: Failed) -> None:
    with pytest.raises(ValueError, match="an error"):
        remote_error(sent)


def test_an_error_s_words_have_an_end() -> None:
    assert len(failed(ValueError("x" * 10**5)).words) == 20_000
    assert len(str(remote_error(Failed("E", (), "x" * 10**5)))) == 20_000
