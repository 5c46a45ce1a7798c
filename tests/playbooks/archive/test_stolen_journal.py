"""Whoever can write the database, or the archive, cannot rewrite history unseen."""

import hashlib
import shutil
import sqlite3
import subprocess
import zlib
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from egovnet.inventory.errors import EgovnetError
from egovnet.playbooks.archive.archive import ArchiveError
from egovnet.playbooks.archive.catch_up import catch_up
from egovnet.playbooks.archive.journal_check import (
    JournalAlteredError,
    JournalCheck,
    check_journal,
    require_whole_journal,
)
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.journal.errors import AlteredValueError
from egovnet.playbooks.journal.records import DONE, FAILED, Configuration
from egovnet.playbooks.results.outcome import Exit
from egovnet.playbooks.signatures.controller_key import ControllerKey
from egovnet.playbooks.signatures.errors import SigningError
from egovnet.playbooks.signatures.ssh_signature import make_key
from egovnet.playbooks.verbs.history import history
from tests.hypothesis_profiles import examples
from tests.inventories import BACKBONE
from tests.playbooks.archive.stolen_journal import (
    CHANGES_MADE,
    chain_anew,
    cut_off,
    database,
    days,
    forget_signatures,
    put,
    rows,
)

TABLES = (
    "changes",
    "steps",
    "configurations",
    "signatures",
    "drift_runs",
    "change_intents",
    "intent_contents",
    "chains",
)
#: What says nothing: an order of rows that stays the same.
KEYS = {("steps", "id"), ("drift_runs", "id")}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """State of a controller after some days."""
    directory = tmp_path_factory.mktemp("state")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EGOVNET_STATE", str(directory))
        patch.delenv("EGOVNET_JOURNAL", raising=False)
        days(Workspace(BACKBONE))
    return directory


def copied(made: Path, to: Path, patch: pytest.MonkeyPatch) -> Workspace:
    shutil.rmtree(to, ignore_errors=True)
    shutil.copytree(made, to)
    patch.setenv("EGOVNET_STATE", str(to))
    patch.delenv("EGOVNET_JOURNAL", raising=False)
    return Workspace(BACKBONE)


@pytest.fixture
def workspace(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    return copied(made, tmp_path / "state", monkeypatch)


def faults(workspace: Workspace) -> tuple[str, ...]:
    found = history(workspace, check=True)
    assert (found.exit is Exit.DONE) == (not found.result.faults)
    return found.result.faults


def test_a_journal_of_some_days_holds(workspace: Workspace) -> None:
    assert check_journal(workspace) == JournalCheck()
    entries = history(workspace).result.changes
    assert {entry.signed_by for entry in entries} == {ControllerKey(workspace.state).fingerprint()}
    assert (workspace.state / "controller_key").stat().st_mode & 0o777 == 0o600


def test_git_itself_checks_the_archive(workspace: Workspace) -> None:
    git = ["git", "-C", workspace.state / "archive"]
    git += ["-c", f"gpg.ssh.allowedSignersFile={workspace.state / 'controllers'}"]
    shown = subprocess.run(
        [*git, "log", "--format=%G? %GS"], check=True, capture_output=True, text=True
    ).stdout.splitlines()
    assert len(shown) == CHANGES_MADE
    assert {line.split("@")[0] for line in shown} == {"G controller"}
    fsck = subprocess.run([*git, "fsck", "--strict"], capture_output=True, text=True, check=False)
    assert (fsck.returncode, fsck.stdout) == (0, "")


def test_one_byte_chained_anew(workspace: Workspace) -> None:
    step = next(r for r in rows(workspace, "steps") if r["stage"] == "proof")
    put(workspace, "steps", step["_row"], {"detail": step["detail"].replace("no path", "No path")})
    chain_anew(workspace)
    found = faults(workspace)
    assert found[0].startswith("change 1 ended with")
    assert found[1].startswith("change 1 was signed with")


def test_the_last_three_changes_are_gone(workspace: Workspace) -> None:
    cut_off(workspace, 2)
    found = faults(workspace)
    assert found[0] == "change 2 is in the archive and gone from the journal"
    assert any("drift run 2 was signed when the chain of changes had a link" in f for f in found)


def test_without_an_archive_the_nights_tell(workspace: Workspace) -> None:
    shutil.rmtree(workspace.state / "archive")
    cut_off(workspace, 2)
    assert faults(workspace)[0].startswith("drift run 2 was signed when the chain of changes had")


def test_unsigned_and_without_an_archive(workspace: Workspace) -> None:
    shutil.rmtree(workspace.state / "archive")
    forget_signatures(workspace)
    assert len(faults(workspace)) == 2 * CHANGES_MADE
    assert faults(workspace)[0].startswith("change 1 has no signature")


def test_nobody_has_a_forgery_signed(workspace: Workspace) -> None:
    put(workspace, "changes", 2, {"author": "nobody"})
    forget_signatures(workspace)
    assert catch_up(workspace)[0].startswith("changes are not signed: the journal is not as it was")
    assert rows(workspace, "signatures") == []


def test_a_forger_signs_with_a_key_of_his_own(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """He has the database and a key, and neither the controller's list nor its archive."""
    shutil.rmtree(workspace.state / "archive")
    forget_signatures(workspace)
    kept = (workspace.state / "controllers").read_bytes()
    make_key(tmp_path / "forger", "forger")
    monkeypatch.setenv("EGOVNET_SIGN_KEY", str(tmp_path / "forger"))
    assert catch_up(Workspace(BACKBONE)) == ()
    (workspace.state / "controllers").write_bytes(kept)
    monkeypatch.delenv("EGOVNET_SIGN_KEY")
    assert "a key that is not in" in faults(Workspace(BACKBONE))[0]


def test_a_signature_that_was_not_made_is_made_late(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_key(*_: object) -> str:
        raise SigningError("the token is not plugged in")

    with monkeypatch.context() as patch:
        patch.setattr(ControllerKey, "sign", no_key)
        journal = workspace.journal
        text = {"bj-pe1": Configuration("bj-pe1", "a\n", "b\n", "+ b", "b\n")}
        change = journal.begin("apply", "f" * 64, "1 device", text)
        journal.after(change, {"bj-pe1": "b\n"})
        journal.close(change, DONE)
        assert "the token is not plugged in" in catch_up(workspace)[0]
    assert journal.change(change).state == DONE
    assert faults(workspace)[0].startswith(f"change {change} has no signature")
    assert catch_up(workspace) == ()
    assert faults(workspace) == ()
    assert '"late": true' in workspace.journal.signatures()[change].statement


def test_a_change_that_is_closed_twice_at_once(workspace: Workspace) -> None:
    """As `recover` closes one that failed; its commit has the statement of its last end."""
    journal = workspace.journal
    text = {"bj-pe1": Configuration("bj-pe1", "a\n", "b\n", "+ b", None)}
    change = journal.begin("apply", "f" * 64, "1 device", text)
    journal.close(change, FAILED, left=("bj-pe1",))
    journal.after(change, {"bj-pe1": "b\n"})
    journal.close(change, DONE)
    assert catch_up(workspace) == ()
    assert faults(workspace) == ()
    assert '"state": "done"' in journal.signatures()[change].statement


def test_a_key_that_cannot_sign_is_refused_at_once(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EGOVNET_SIGN_KEY", str(tmp_path / "gone"))
    with pytest.raises(SigningError, match=r"EGOVNET_SIGN_KEY: key .*gone: .*No such file"):
        workspace.journal.begin("apply", "f" * 64, "1 device", {})
    assert len(workspace.journal.changes()) == CHANGES_MADE


def test_an_older_journal_is_unsigned_and_not_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EGOVNET_STATE", str(tmp_path))
    monkeypatch.delenv("EGOVNET_JOURNAL", raising=False)
    older = Workspace(BACKBONE)
    older.journal.key = None  # as the version before wrote it
    days(older, 1, 2)
    with sqlite3.connect(database(older)) as raw:
        raw.execute("DROP TABLE signatures")
        raw.execute("ALTER TABLE chains DROP COLUMN drift")
        raw.execute("ALTER TABLE drift_runs DROP COLUMN hash")
    newer = Workspace(BACKBONE)
    assert check_journal(newer) == JournalCheck(older=2)
    days(newer, 3, 3)
    checked = history(newer, check=True)
    assert checked.result.faults == ()
    unsigned = "2 changes are older than the controller's signatures: they are not signed"
    assert unsigned in checked.notes
    assert [bool(entry.signed_by) for entry in checked.result.changes] == [False, False, True]


def test_two_controllers_of_one_journal(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other's key is in nobody's list until a person adds it."""
    monkeypatch.setenv("EGOVNET_JOURNAL", f"sqlite:///{database(workspace)}")
    monkeypatch.setenv("EGOVNET_STATE", str(tmp_path / "other"))
    other = Workspace(BACKBONE)
    days(other, CHANGES_MADE + 1, CHANGES_MADE + 1)
    monkeypatch.setenv("EGOVNET_STATE", str(tmp_path / "state"))
    first = faults(Workspace(BACKBONE))[0]
    assert first.startswith(f"change {CHANGES_MADE + 1}: its signature does not hold")
    assert "a key that is not in" in first
    with (workspace.state / "controllers").open("a") as mine:
        mine.write((other.state / "controllers").read_text())
    assert faults(Workspace(BACKBONE)) == ()


@st.composite
def mutations(draw: st.DrawFn) -> tuple[str, int, str, float]:
    """A table, a row and a column of it by their places, how, and where in the value."""
    return (
        draw(st.sampled_from(TABLES)),
        draw(st.integers(0, 400)),
        draw(st.sampled_from(("alter", "alter", "remove", "swap", "null"))),
        draw(st.floats(0, 0.999)),
    )


def altered(value: Any, where: float) -> Any:  # noqa: ANN401 -- any value of a column
    """Another value of the same kind: one bit of it, or one more."""
    if isinstance(value, str):
        at = int(where * len(value))
        return value[:at] + chr(ord(value[at]) ^ 1) + value[at + 1 :] if value else "x"
    if isinstance(value, bytes):
        at = int(where * len(value))
        return value[:at] + bytes([value[at] ^ 1]) + value[at + 1 :]
    return 1 if value is None else value + 1


def mutate(workspace: Workspace, mutation: tuple[str, int, str, float]) -> str:
    """Make it; what was done, "" where nothing is another thereby."""
    table, place, how, where = mutation
    found = rows(workspace, table)
    row = found[place % len(found)]
    number = row.pop("_row")
    if how == "remove":
        with sqlite3.connect(database(workspace)) as raw:
            raw.execute(f"DELETE FROM {table} WHERE rowid = ?", (number,))  # noqa: S608
        return f"{table} {number} removed"
    columns = [name for name in row if (table, name) not in KEYS]
    column = columns[int(where * len(columns))]
    old = row[column]
    new: Any = None
    if how == "alter":
        new = altered(old, where * 7919 % 1)
    elif how == "swap":
        new = found[(place + 1) % len(found)][column]
    if new == old:
        return ""
    try:
        put(workspace, table, number, {column: new})
    except sqlite3.IntegrityError:
        return ""  # the database itself refuses it
    return f"{table}.{column} of {number}: {old!r} -> {new!r}"


@examples(60, [HealthCheck.function_scoped_fixture])
@given(mutation=mutations())
def test_any_single_mutation_of_a_row_is_found(
    mutation: tuple[str, int, str, float],
    made: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    workspace = copied(made, tmp_path / "state", monkeypatch)
    what = mutate(workspace, mutation)
    if what:
        assert faults(workspace), what


@pytest.mark.parametrize("content", [b"a: 1\n", b"[]", b'["x"]', b"1", b'{"a": 1}', b"\xff", b""])
def test_a_list_of_files_that_is_none_is_a_fault(workspace: Workspace, content: bytes) -> None:
    """Its digest is right, and the change's row names it."""
    digest = hashlib.sha256(content).hexdigest()
    with sqlite3.connect(database(workspace)) as raw:
        values = (digest, zlib.compress(content))
        raw.execute("INSERT OR IGNORE INTO intent_contents VALUES (?, ?)", values)
        raw.execute("UPDATE change_intents SET after = ? WHERE change_id = 1", (digest,))
    assert any("inventory" in fault for fault in faults(workspace))
    with pytest.raises(JournalAlteredError, match="inventory it was made from is another"):
        require_whole_journal(workspace)


#: What SQLite keeps in any column, as SQL: octets, text that is none, numbers, text.
OTHER_KINDS = ("x'ff00'", "CAST(x'68756e74657232ff' AS TEXT)", "7", "1.5", "'x'")


def with_kind(workspace: Workspace, table: str, column: str, kind: str) -> bool:
    """Have the first row hold it; whether the database takes it."""
    number = rows(workspace, table)[0]["_row"]
    with sqlite3.connect(database(workspace)) as raw:
        try:
            raw.execute(f"UPDATE {table} SET {column} = {kind} WHERE rowid = {number}")  # noqa: S608
        except sqlite3.IntegrityError:
            return False
    return True


@pytest.mark.parametrize("kind", OTHER_KINDS)
@pytest.mark.parametrize("table", TABLES)
def test_a_value_of_another_kind_is_a_refusal(
    table: str, kind: str, made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    columns = rows(copied(made, tmp_path / "state", monkeypatch), table)[0].keys() - {"_row"}
    for column in sorted(name for name in columns if (table, name) not in KEYS):
        workspace = copied(made, tmp_path / "state", monkeypatch)
        if not with_kind(workspace, table, column, kind):
            continue
        what = f"{table}.{column} {kind}"
        try:
            assert faults(workspace), what
        except EgovnetError as error:
            assert error.exit_code == Exit.LEAK_OR_FAILED_VERIFICATION, what
            assert "the journal is not as it was written" in str(error), what
            assert "hunter2" not in str(error), what
        with suppress(JournalAlteredError, AlteredValueError):  # or it is the whole check's to say
            require_whole_journal(workspace)


@examples(40, [HealthCheck.function_scoped_fixture])
@given(place=st.integers(0, 10**6), where=st.floats(0, 0.999), whole=st.booleans())
def test_any_single_mutation_of_the_archive_is_found(
    *,
    place: int,
    where: float,
    whole: bool,
    made: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A byte of an object, of its file or of what is in it, or the object gone."""
    workspace = copied(made, tmp_path / "state", monkeypatch)
    objects = sorted((workspace.state / "archive" / "objects").glob("??/*"))
    file = objects[place % len(objects)]
    file.chmod(0o600)
    content = zlib.decompress(file.read_bytes())
    if whole:
        content = altered(content, where)
        file.write_bytes(zlib.compress(content))
    else:
        file.write_bytes(altered(file.read_bytes(), where))
        try:
            if zlib.decompress(file.read_bytes()) == content:
                return  # a bit of zlib's own header that says nothing
        except zlib.error:
            pass
    try:
        assert faults(workspace), file
    except ArchiveError as error:
        assert "damaged" in str(error)


def test_a_branch_that_was_moved_back(workspace: Workspace) -> None:
    archive = workspace.state / "archive"
    git = ["git", "-C", archive]
    subprocess.run([*git, "update-ref", "refs/heads/main", "main~2"], check=True)
    assert faults(workspace)[0] == "change 3 was archived, and its commit is gone"


def test_a_commit_without_its_signature(workspace: Workspace) -> None:
    """The thief writes the newest commit anew, and has no key to sign it."""
    archive = workspace.state / "archive"
    git = ["git", "-C", archive, "-c", "user.name=x", "-c", "user.email=x@x"]
    subprocess.run(
        [*git, "replace", "--edit", "main"],
        check=False,
        capture_output=True,
        env={"EDITOR": "true"},
    )
    message = subprocess.run(
        [*git, "log", "-1", "--format=%B"], check=True, capture_output=True, text=True
    ).stdout
    tree = [*git, "commit-tree", "-p", "main~1", "main^{tree}"]
    made = subprocess.run(tree, input=message, check=True, capture_output=True, text=True).stdout
    subprocess.run([*git, "update-ref", "refs/heads/main", made.strip()], check=True)
    assert faults(workspace) == (f"change {CHANGES_MADE}: its commit in the archive is not signed",)
