"""What can go wrong, as NAPALM's callers expect to catch it.

Every error is also one of NAPALM's own (`napalm.base.exceptions`), so code that knows only NAPALM
needs nothing from here::

    NapalmException
    ├── ConnectionException
    │   ├── ConnectAuthError             wrong password or key
    │   ├── ConnectTimeoutError          no answer, or no prompt, in time
    │   ├── HostKeyError                 the device is not the one that we pinned or certified
    │   └── ConnectionClosedException    the session is gone
    │       └── SessionLostInCommit      ... in the middle of a commit (also a CommitError)
    ├── ReplaceConfigException, MergeConfigException
    │                                    the loaded text is invalid or refused; nothing changed
    ├── LockError                        another writer is at work on the router
    ├── CommandTimeoutException, CommandErrorException
    │   ├── AnswerError                  what the router answered makes no sense
    │   ├── AgentMissingError            the agent that root installs is not there, or is another
    │   ├── AgentRefusal                 the agent does not take that text: it did nothing
    │   ├── DeviceStorageError           the router's disk or memory takes nothing: it did nothing
    │   └── DaemonDeadError              a daemon of FRR that the text needs does not run
    └── CommitError
        ├── CommitUndone                 the commit failed; the router is back as it was
        ├── RouterNotRestored            the commit failed and so did going back: look at it now
        ├── CommitPending                an earlier commit waits for its confirmation
        └── CommitNotPending             nothing to confirm, e.g. its timer has fired already

`DeviceTextError` is for the pure modules, which know neither the device nor the operation; the
driver turns it into a Replace- or MergeConfigException. `CertificateError` is for those that read
certificates; the connection turns it into a HostKeyError.

No message contains a secret: device lines pass through `sanitize.hide_secrets` first.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager

from napalm.base.exceptions import (
    CommandErrorException,
    CommitError,
    ConnectionClosedException,
    ConnectionException,
)

#: Characters of a message that quotes what a person or a program wrote, of whatever length.
MOST_SAID = 2000


def shortened(text: str, most: int = MOST_SAID) -> str:
    """`text` without its middle where it has more than `most` characters, which is said then.

    The end stays, since there stands what is to be done.

    >>> shortened("address 'aaaaaaaaaaaaaaaaaaaaaaaa' is none", 24)
    "address 'aaa (18 characters left out) aaa' is none"
    """
    if len(text) <= most:
        return text
    half = most // 2
    return f"{text[:half]} ({len(text) - 2 * half} characters left out) {text[-half:]}"


class DeviceTextError(ValueError):
    """A device's text is not one; carries the line's number (from 1) in the text given, or None."""

    def __init__(self, message: str, line: int | None = None) -> None:
        message = shortened(message)
        super().__init__(message if line is None else f"line {line}: {message}")
        self.message = message
        self.line = line


class AnswerError(CommandErrorException, CommitError):  # type: ignore[misc]  # as below
    """What a router answered is none of what its programs print."""


@contextmanager
def answer_of(device: str) -> Iterator[None]:
    """What a router answered is read here; whatever that is, an error says whose it was.

    Raises:
        AnswerError: it makes no sense.
    """
    try:
        yield
    except DeviceTextError:
        raise
    except (AttributeError, LookupError, TypeError, ValueError, RecursionError) as error:
        why = shortened(f"{type(error).__name__}: {error}", 200)
        raise AnswerError(f"{device}: what it answered makes no sense ({why})") from error


class CertificateError(ValueError):
    """A certificate or a list of revoked keys is none, or does not hold."""


class DaemonDeadError(CommandErrorException, CommitError):  # type: ignore[misc]  # as below
    """A daemon of FRR that a configuration needs does not run: what it has of the configuration
    can neither be read nor changed, and looks as if it were gone."""

    def __init__(self, device: str, dead: Collection[str]) -> None:
        super().__init__(
            f"{device}: {' and '.join(sorted(dead))} {'does' if len(dead) == 1 else 'do'} not run "
            "on it: what FRR has there cannot be told, and nothing was changed; start what does "
            "not run (systemctl restart frr), see why it ended (its log), and ask again"
        )


class AgentMissingError(CommandErrorException, CommitError):  # type: ignore[misc]  # as below
    """The login is not root, and the agent that root installs for it is missing, of another
    version, not root's alone, or not allowed by sudo. Nothing was run."""

    def __init__(self, what: str) -> None:
        super().__init__(
            f"{what}; nothing was run. Let root run on it what `python -m napalm_frr` prints, or "
            "log in as root"
        )


class AgentRefusal(CommandErrorException, CommitError):  # type: ignore[misc]  # as below  # noqa: N818  # it names what was done
    """The agent does not take what it was sent, and did nothing. `file` is what it calls that text,
    `line` its number there; "" and 0 where it is about none."""

    def __init__(self, device: str, reason: str, file: str = "", line: int = 0) -> None:
        where = f" ({file}, line {line})" if line else ""
        super().__init__(f"{device}: the router's agent refuses it{where}: {reason}")
        self.reason = reason
        self.file = file
        self.line = line


class HostKeyError(ConnectionException):  # type: ignore[misc]  # napalm publishes no types
    """The host key is unknown, revoked, or not the pinned one, or its certificate does not hold."""


class DeviceStorageError(CommandErrorException, CommitError):  # type: ignore[misc]  # as above
    """The router could not write what it had to write first, and did nothing: which directory, why,
    and how much is free there. The same can be asked again when there is room."""


class SessionLostInCommit(ConnectionClosedException, CommitError):  # type: ignore[misc]  # as above  # noqa: N818  # NAPALM names these both ways
    """The session dropped while a commit ran; the router goes back by itself."""


class CommitUndone(CommitError):  # type: ignore[misc]  # as above  # noqa: N818  # it names what was done
    """The commit failed and the router is as it was before, read back and compared."""


class RouterNotRestored(CommitError):  # type: ignore[misc]  # as above  # noqa: N818  # it names the state
    """The commit failed, and the router did NOT go back, or nobody saw that it did."""


class CommitPending(CommitError):  # type: ignore[misc]  # as above  # noqa: N818  # it names the state
    """An earlier commit still waits for its confirmation."""


class CommitNotPending(CommitError):  # type: ignore[misc]  # as above  # noqa: N818  # it names the state
    """There is no commit to confirm: there never was, or it went back already."""
