"""The archive: what every router ran before and after each change, as a git repository.

It is a projection of the journal: one commit for every change that ended, found again by its
trailer `Change:`, so it may be behind but never loses anything. `catch_up` adds what is missing
and may be killed at any point: objects come first, and the branch moves in one step. Equal
entries give equal commits, ids included; an archive that is lost or damaged is written anew.

    archive/            bare, private to its owner; branch `main`
      before/<host>.cfg   what the host ran before the last change that touched it
      after/<host>.cfg    and after it; none where that is not known
      statement, statement.sig   what the controller signed of the change's end

    git -C archive log -p -- after/pe1.cfg       the history of a router
    git -C archive show <commit>:before/pe1.cfg  what it ran before a change
    git -C archive -c gpg.ssh.allowedSignersFile=$PWD/controllers log --show-signature

Secrets are cut out before a text becomes an object (`templates.registry.redact`), so nothing
of them is in any object, and a restore needs the journal. `git gc` and clones are safe; commits
by hand are kept and built upon.
"""

import fcntl
import itertools
import json
import os
import shutil
import time
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

from dulwich.errors import (
    ChecksumMismatch,
    FileFormatException,
    NotGitRepository,
    WrongObjectException,
)
from dulwich.file import FileLocked
from dulwich.objects import ObjectID
from dulwich.repo import Repo

from egovnet.inventory.errors import EgovnetError
from egovnet.playbooks.archive.archived_change import Anchor, ArchivedChange, SignedCommit
from egovnet.playbooks.archive.commit_message import git_time, plain
from egovnet.playbooks.archive.git_objects import (
    MAIN,
    Sign,
    add,
    damaged,
    head,
    signed_commits,
    walk,
)
from egovnet.playbooks.journal.private_files import close, private_directory

#: Section and key of the repository's configuration that make it one of ours.
_MARK = ((b"egovnet",), b"archive")
#: Files of ours beside git's own: what is archived up to which commit, and "a writer is at work".
_MEMORY, _WRITING = "egovnet-changes.json", "egovnet-writing"
#: Seconds for which another process that writes is waited for.
LOCK_PATIENCE = 60
_OPEN = "open"
_LATER = "the journal has the change, and the archive catches up with the next one"


class ArchiveError(EgovnetError):
    """The archive cannot be written, is damaged, or is no archive. The change itself is safe."""


class Archive:
    """The archive in `directory`, which is made when the first change is written.

    Commits are signed with `sign`; None: they are not.
    """

    def __init__(self, directory: Path, sign: Sign | None = None) -> None:
        self.directory = directory
        self._sign = sign

    def catch_up(self, entries: Iterable[ArchivedChange]) -> list[int]:
        """Add a commit for every ended change that has none, in the order given; their numbers.

        Changes that are still open are left for later; an entry's state must be its last. Undone
        changes are archived too: without them a missing number could mean "taken back" as well as
        "not written", and each commit anchors the journal, also over what was taken back.

        Raises:
            ArchiveError: it cannot be written; what was added until then stays.
            SigningError: a commit cannot be signed; the same.
        """
        added: list[int] = []
        with self._held() as repo:
            known = self._plans(repo)
            for change in entries:
                if change.state == _OPEN or self._has(known, change.number, change.plan_hash):
                    continue
                _check_time(change)
                with self._told():
                    add(repo, change, self._sign)
                known[change.number] = plain(change.plan_hash)
                added.append(change.number)
            with self._told():
                self._remember(head(repo), known)
        return added

    def missing(self, plans: Mapping[int, str]) -> list[int]:
        """Which of the changes (number -> plan hash) have no commit, so that only they are read.

        Raises:
            ArchiveError: damaged, no archive, or the archive of another journal.
        """
        if _vacant(self.directory):
            return list(plans)
        with self._told(), closing(self._opened()) as repo:
            known = self._plans(repo)
        return [number for number, plan in plans.items() if not self._has(known, number, plan)]

    def anchors(self) -> dict[int, str]:
        """Head of the journal's hash chain, by change, as the commits tell it.

        Raises:
            ArchiveError: damaged, or no archive.
        """
        return {number: anchor.head for number, anchor in self.anchored().items()}

    def anchored(self) -> dict[int, Anchor]:
        """What the commits say of the journal, by change.

        Raises:
            ArchiveError: damaged, or no archive.
        """
        if _vacant(self.directory):
            return {}
        with self._told(), closing(self._opened()) as repo:
            return {
                int(said["Change"]): Anchor(said.get("Journal", ""), said.get("Journal-Name", ""))
                for _, said in walk(repo, None)
                if said.get("Change", "").isdecimal()
            }

    def put_aside(self, journal: str) -> Path | None:
        """Give the archive's place to another journal's; where it is from then on. None: it is
        this one's, or there is none.

        Raises:
            ArchiveError: damaged, no archive, or it cannot be moved.
        """
        if {anchor.journal for anchor in self.anchored().values()} <= {"", journal}:
            return None
        with self._told():
            for number in itertools.count(1):
                aside = self.directory.with_name(f"{self.directory.name}-{number}")
                if not aside.exists():
                    return self.directory.rename(aside)
        raise AssertionError

    def signed(self) -> list[SignedCommit]:
        """Every commit of a change, the oldest first, after all objects were compared with their
        names: linear in the archive's size.

        Raises:
            ArchiveError: damaged, or no archive.
        """
        if _vacant(self.directory):
            return []
        with self._told(), closing(self._opened()) as repo:
            for sha in damaged(repo):
                raise ChecksumMismatch(sha, "another")
            return list(signed_commits(repo))[::-1]

    def forgotten(self) -> list[int]:
        """Changes that were archived, by the archive's own memory, and have no commit any more."""
        _, plans = self._remembered()
        return sorted(plans.keys() - self.anchored().keys())

    # -- the repository --------------------------------------------------------------------

    @contextmanager
    def _held(self) -> Iterator[Repo]:
        """The repository, this process being its only writer, new files private."""
        umask = os.umask(0o077)
        try:
            with self._told():
                private_directory(self.directory.parent)
                lock = os.open(
                    self.directory.with_name(f"{self.directory.name}.lock"),
                    os.O_RDWR | os.O_CREAT | os.O_CLOEXEC,
                )
            try:
                with self._told():
                    self._wait_for(lock)
                    if _vacant(self.directory):
                        self._make()
                    close(self.directory)
                    repo = self._opened()
                with closing(repo):
                    with self._told():
                        _clear_after_the_dead(self.directory)
                        (self.directory / _WRITING).touch()
                    yield repo
                    with self._told():
                        (self.directory / _WRITING).unlink(missing_ok=True)
            finally:
                os.close(lock)
        finally:
            os.umask(umask)

    def _wait_for(self, lock: int) -> None:
        deadline = time.monotonic() + LOCK_PATIENCE
        while True:
            try:
                return fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise ArchiveError(
                        f"archive {self.directory}: another egovnet has been writing to it for "
                        f"{LOCK_PATIENCE} s; {_LATER}"
                    ) from None
            time.sleep(0.05)

    def _make(self) -> None:
        """A new repository, in its place only when it is whole."""
        fresh = self.directory.with_name(f"{self.directory.name}.new")
        shutil.rmtree(fresh, ignore_errors=True)
        with closing(Repo.init_bare(fresh, mkdir=True, default_branch=b"main")) as repo:
            configuration = repo.get_config()
            configuration.set(*_MARK, b"1")
            configuration.write_to_path()
        fresh.rename(self.directory)

    def _opened(self) -> Repo:
        repo = Repo(str(self.directory))
        try:
            repo.get_config().get(*_MARK)
        except KeyError:
            repo.close()
            raise ArchiveError(
                f"archive {self.directory}: a git repository, but none that egovnet made; "
                f"move it away; {_LATER}"
            ) from None
        # A branch that is on disk never names an object that is not, power failures included.
        repo.object_store.fsync_object_files = True
        return repo

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Faults of the file system and of the repository in our words."""
        where = f"archive {self.directory}"
        try:
            yield
        except NotGitRepository as error:
            raise ArchiveError(
                f"{where}: in the way is something that is not a Git repository; move it away; "
                f"{_LATER}"
            ) from error
        except FileLocked as error:
            raise ArchiveError(
                f"{where}: {os.fsdecode(error.lockfilename)} is there; when no git is at work in "
                f"the archive, remove it; {_LATER}"
            ) from error
        except OSError as error:
            raise ArchiveError(
                f"{where}: cannot be used: {error.strerror or error}; {_LATER}"
            ) from error
        except _DAMAGE as error:
            raise ArchiveError(
                f"{where}: damaged ({type(error).__name__}); move it away, and the next change "
                "writes it anew from the journal"
            ) from error

    # -- what is archived ------------------------------------------------------------------

    def _plans(self, repo: Repo) -> dict[int, str]:
        """Plan hash by change, of every commit; only what is newer than the memory is read."""
        with self._told():
            until, plans = self._remembered()
            found: dict[int, str] = {}
            for sha, said in walk(repo, until):
                if sha == until:
                    found = plans | found
                elif said.get("Change", "").isdecimal():
                    found[int(said["Change"])] = said.get("Plan", "")
            return found

    def _has(self, known: Mapping[int, str], number: int, plan: str) -> bool:
        if number not in known:
            return False
        if known[number] != plain(plan):
            raise ArchiveError(
                f"archive {self.directory}: its change {number} is of another plan than the "
                "journal's; it belongs to another journal: move it away, and the next change "
                "writes one anew"
            )
        return True

    def _remembered(self) -> tuple[ObjectID | None, dict[int, str]]:
        """A commit, and the changes archived up to it; nothing when the file is of no use."""
        try:
            said = json.loads((self.directory / _MEMORY).read_text(encoding="utf-8"))
            plans = {int(number): str(plan) for number, plan in said["plans"].items()}
            return ObjectID(said["head"].encode("ascii")), plans
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None, {}

    def _remember(self, head: ObjectID | None, plans: Mapping[int, str]) -> None:
        if head is None:
            return
        fresh = self.directory / f"{_MEMORY}.new"
        fresh.write_text(json.dumps({"head": head.decode("ascii"), "plans": plans}))
        fresh.replace(self.directory / _MEMORY)


#: What reading a repository raises whose objects are cut off, gone or of the wrong kind.
_DAMAGE = (
    AssertionError,
    ChecksumMismatch,
    EOFError,
    FileFormatException,
    KeyError,
    ValueError,
    WrongObjectException,
    zlib.error,
)


def _vacant(directory: Path) -> bool:
    """There is nothing, or an empty directory."""
    return not directory.exists() or (directory.is_dir() and not any(directory.iterdir()))


def _clear_after_the_dead(directory: Path) -> None:
    """Remove the lock files of a writer that was killed; this process holds the only lock."""
    if (directory / _WRITING).exists():
        for stale in [directory / f"{MAIN.decode()}.lock", *directory.glob("objects/??/*.lock")]:
            stale.unlink(missing_ok=True)


def _check_time(change: ArchivedChange) -> None:
    try:
        git_time(change.created)
    except ValueError:
        raise ArchiveError(
            f"change {change.number}: its time {change.created!r} is none of ISO 8601"
        ) from None
