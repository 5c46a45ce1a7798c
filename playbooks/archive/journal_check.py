"""Whether the journal is as it was written: its own chain, and what the archive says of it.

Whoever can write the database can chain it anew from the first step, or cut off its end and mend
the head: the chain alone does not show it. Each end is signed by the controller, whose key is not
in the database. Each commit of the archive has the chain's hash at the end of its change, is signed
too, and an archive that is cloned or pushed elsewhere cannot be mended with the journal.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import lru_cache

from egovnet.inventory.errors import EgovnetError, ProblemsError
from egovnet.playbooks.archive import bundle_check
from egovnet.playbooks.archive.archive import Archive, ArchiveError
from egovnet.playbooks.archive.archived_change import SignedCommit
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.journal.audit import Fault
from egovnet.playbooks.journal.database import is_begun
from egovnet.playbooks.journal.journal import Journal
from egovnet.playbooks.journal.record_statement import CHANGE, DRIFT, parse_record_statement
from egovnet.playbooks.journal.records import DONE, UNDONE
from egovnet.playbooks.journal.signature_check import signature_faults
from egovnet.playbooks.journal.signed_records import End, Unsigned
from egovnet.playbooks.results.listed import listed
from egovnet.playbooks.results.outcome import Exit
from egovnet.playbooks.results.verdict import counted
from egovnet.playbooks.signatures.allowed_signers import AllowedSigners, parse_allowed_signers
from egovnet.playbooks.signatures.controller_key import GIT, JOURNAL, ControllerKey
from egovnet.playbooks.signatures.errors import SignatureError
from egovnet.playbooks.signatures.ssh_signature import verify

#: Faults that an error spells out; more are counted.
_SHOWN = 5


class JournalAlteredError(EgovnetError):
    """The journal is not as it was written: what it says is nothing to act upon."""

    exit_code = Exit.LEAK_OR_FAILED_VERIFICATION

    def __init__(self, faults: tuple[str, ...], remedy: str = "") -> None:
        self.faults = faults
        more = f" (and {len(faults) - _SHOWN} more)" if len(faults) > _SHOWN else ""
        super().__init__(
            f"the journal is not as it was written: {'; '.join(faults[:_SHOWN])}{more}; nothing "
            "was done: look with egovnet history --check, and restore the database from a backup"
            f"{remedy}"
        )


@dataclass(frozen=True, slots=True)
class JournalCheck:
    """What came of comparing a journal with its signatures and its archive."""

    #: Where it was altered, the first record first; empty when it was not.
    faults: tuple[str, ...] = ()
    #: Records with a signature by a key that is in no list of controllers.
    strangers: tuple[str, ...] = ()
    #: Records that should be signed and are not.
    unsigned: tuple[str, ...] = ()
    #: Changes of the archive that a journal of another name archived.
    foreign: tuple[str, ...] = ()
    #: Why this is not the journal that the network had; "": it is, as far as is known here.
    another: str = ""
    #: All of these, the first record first.
    listed: tuple[str, ...] = ()
    #: Ended changes that have no commit yet: only the journal's own chain vouches for them.
    unanchored: int = 0
    #: Ended changes from before the journal was signed.
    older: int = 0


def check_journal(workspace: Workspace, *, whole: bool = True) -> JournalCheck:
    """Compare the journal with itself, its signatures and its archive. Linear in all of them.

    Without `whole`, of the signatures the newest is verified, whose link is over all others', and
    files of inventories and the archive's own signatures are not looked at.

    Raises:
        ArchiveError: the archive is damaged, so that nothing can be said.
        ProblemsError: the list of controllers has mistakes.
    """
    journal = workspace.journal
    key = journal.key or ControllerKey(workspace.state)
    since, controllers = key.since(journal.name), key.controllers()
    archive = Archive(workspace.state / "archive")
    found = journal.audit(since=since, contents=whole)
    faults = [*found.faults, *signature_faults(found.signed, controllers, only_newest=not whole)]
    anchors = archive.anchored()
    ours = {n: a.head for n, a in anchors.items() if a.journal in ("", journal.name)}
    faults += _against_archive(journal.seals(), ours)
    if whole:
        faults += _approval_faults(journal)
        faults += _commit_faults(archive, journal.name, controllers, since)
        faults += [
            Fault(CHANGE, number, f"change {number} was archived, and its commit is gone")
            for number in archive.forgotten()
        ]
    foreign = tuple(
        f"change {number} was archived by another journal, {anchor.journal}"
        for number, anchor in sorted(anchors.items())
        if number not in ours
    )
    changes = journal.changes()
    ended = [change.id for change in changes if change.state in (DONE, UNDONE)]
    former = {anchors[number].journal for number in anchors.keys() - ours.keys()}
    if not changes and not anchors:  # an archive may be lost with its journal
        former = key.journals() - {journal.name}
    another = _another(journal.name, former, len(changes))
    signed = {statement.number for statement, _ in found.signed if statement.kind == CHANGE}
    missing = [_missing(record) for record in found.unsigned]
    known = signed | {fault.number for fault in missing if fault.kind == CHANGE}
    return JournalCheck(
        faults=_words(fault for fault in faults if not fault.unknown_signer),
        strangers=_words(fault for fault in faults if fault.unknown_signer),
        unsigned=_words(missing),
        foreign=foreign,
        another=another,
        listed=(*_words([*faults, *missing]), *(foreign or ((another,) if another else ()))),
        unanchored=sum(number not in ours for number in ended),
        older=sum(number not in known for number in ended),
    )


def _another(name: str, former: Collection[str], changes: int) -> str:
    """That the network had journals `former` before this one, with so many changes; "" for none."""
    if not former:
        return ""
    has = f"has {counted(changes, 'change')}" if changes else "has no change"
    return (
        f"the network's changes were made in the journal {listed(sorted(former))}, and this is "
        f"another, {name}, which {has}: it was emptied or lost, or is the wrong one"
    )


def _missing(record: Unsigned) -> Fault:
    words = f"{record} has no signature: none was made, or it was taken away"
    kind = CHANGE if isinstance(record, End) else DRIFT
    return Fault(kind, record.change if isinstance(record, End) else record.number, words)


def _words(faults: Iterable[Fault]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(fault.words for fault in sorted(faults)))


def require_whole_journal(workspace: Workspace, *, adopting: bool = False) -> tuple[str, ...]:
    """Refuse to act upon a journal that was altered, or is another than the network had; notes
    where its archive says nothing of it. Who adopts begins one, where there is no change yet.

    Raises:
        JournalAlteredError: it was.
    """
    notes: tuple[str, ...] = ()
    try:
        checked = check_journal(workspace, whole=False)
    except ArchiveError as error:
        checked = JournalCheck(tuple(workspace.journal.faults()))
        notes = (f"the journal was not compared with its archive: {error}",)
    if checked.faults:
        raise JournalAlteredError(checked.faults)
    if checked.another:
        begun = bool(workspace.journal.changes())
        if begun or not adopting:
            raise JournalAlteredError((checked.another,), _instead(workspace, begun=begun))
        notes = (checked.another,)
    # A colleague's change must be recovered before anybody finds the time to list his key.
    return (*notes, *checked.strangers)


def require_whole_journal_if_any(workspace: Workspace) -> tuple[str, ...]:
    """The same for who only reads, and makes no journal where the network never had one.

    Raises:
        JournalAlteredError: as `require_whole_journal`.
    """
    state = workspace.state
    had = is_begun(state) or (state / "archive").exists() or bool(ControllerKey(state).journals())
    return require_whole_journal(workspace) if had else ()


def _instead(workspace: Workspace, *, begun: bool) -> str:
    """What leads on where no backup of the network's journal is left."""
    if begun:
        archive = workspace.state / "archive"
        return f"; if this is the network's journal from now on, move {archive} away"
    return "; where there is none, egovnet adopt records what runs in a journal of its own"


def _against_archive(seals: Mapping[int, set[str]], anchors: Mapping[int, str]) -> Iterator[Fault]:
    for change, anchor in sorted(anchors.items()):
        if change not in seals:
            words = f"change {change} is in the archive and gone from the journal"
            yield Fault(CHANGE, change, words)
        elif anchor not in seals[change]:
            words = (
                f"change {change} ended with {anchor[:12]} when it was archived, and the journal "
                "has no such link: the chain was made anew"
            )
            yield Fault(CHANGE, change, words)


#: Stages by which it is known who stood behind a change, and for which texts.
_OF_APPROVALS = ("approval", "policy", "plan", "change", "commit")


def _approval_faults(journal: Journal) -> Iterator[Fault]:
    """Statements of persons that are not about the plan of their change, or not signed by them."""
    for number, words in approval_faults(journal):
        yield Fault(CHANGE, number, words)


def approval_faults(journal: Journal) -> Iterator[tuple[int, str]]:
    """(change, why who stood behind it does not hold), the oldest first: as whoever has a bundle of
    evidence checks it (`bundle_check`), and with the same words. Linear in the journal."""
    steps = [
        {"change_id": number, **asdict(step)} for number, step in journal.steps_of(_OF_APPROVALS)
    ]
    changes = [asdict(change) for change in journal.changes()]
    policies: dict[str, tuple[str, str]] = {}
    for step in steps:
        # what cannot be read is named with its change, below
        with suppress(ValueError, KeyError, TypeError):
            policies |= bundle_check.policies_of([step])
    return bundle_check.approval_faults(changes, steps, policies, judge=_judge)


def _judge(
    text: str, signature: str, signers: str, namespace: str, signer: tuple[str, str, str]
) -> str:
    """As `bundle_check.signature_fault`, without a process for each signature."""
    moment, key, identity = signer
    at = datetime.strptime(moment, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    try:
        listed = _signers(signers)
        found = verify(text.encode(), signature, listed, namespace, at=at, identity=identity)
    except (SignatureError, ProblemsError) as error:
        return str(error)
    return "" if found.fingerprint == key else "it names another key than signed it"


@lru_cache(maxsize=8)
def _signers(text: str) -> AllowedSigners:
    return parse_allowed_signers(text)


def _commit_faults(
    archive: Archive, journal: str, controllers: AllowedSigners, since: int | None
) -> Iterator[Fault]:
    """Commits whose signatures do not hold, or are not of their change."""
    for commit in archive.signed():
        what = f"change {commit.change}: its commit in the archive"
        words = ""
        if commit.anchor.journal not in ("", journal):
            continue
        if commit.signature:
            words = _wrong_signature(commit, controllers) or _wrong_statement(commit, controllers)
        elif commit.statement or (since is not None and commit.change >= since):
            words = "is not signed"
        if words:
            yield Fault(CHANGE, commit.change, f"{what} {words}")


def _wrong_signature(commit: SignedCommit, controllers: AllowedSigners) -> str:
    moment = datetime.fromtimestamp(commit.time, UTC)
    try:
        verify(commit.body, commit.signature, controllers, GIT, at=moment)
    except SignatureError as error:
        return f"has a signature that does not hold: {error}"
    return ""


def _wrong_statement(commit: SignedCommit, controllers: AllowedSigners) -> str:
    """What of the statement in a commit does not hold: the commit's own signature does."""
    if not commit.statement:
        return ""
    try:
        statement = parse_record_statement(commit.statement)
        if (statement.number, statement.head) != (commit.change, commit.anchor.head):
            return f"has the statement of {statement.record}"
        moment = datetime.fromisoformat(statement.at)
        data = commit.statement.encode()
        verify(data, commit.statement_signature, controllers, JOURNAL, at=moment)
    except (SignatureError, ValueError, TypeError) as error:
        return f"has a statement whose signature does not hold: {error}"
    return ""
