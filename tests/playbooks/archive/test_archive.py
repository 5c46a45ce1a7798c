"""The archive, read with the real git: complete, whole after a kill, and without secrets."""

import os
import random
import signal
import subprocess
import tempfile
import time
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from egovnet.playbooks.archive import archive as archive_module
from egovnet.playbooks.archive.archive import Archive, ArchiveError
from egovnet.playbooks.archive.archived_change import ArchivedChange
from egovnet.playbooks.archive.commit_message import identity
from tests.hypothesis_profiles import examples
from tests.playbooks.archive_entries import change, many, text
from tests.templates.frr.secrets.secret_lines import MULTILINE, ONE_LINE, filled

ROOT = Path(__file__).parents[3]


def git(directory: Path, *words: str) -> str:
    environment = {
        **os.environ,
        "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_CONFIG_SYSTEM": "/dev/null",
        "TZ": "UTC",
    }
    done = subprocess.run(
        ["git", "-C", directory, *words],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def numbers(directory: Path) -> list[int]:
    """The changes as git itself reads the trailers, oldest first."""
    said = git(directory, "log", "--reverse", "--format=%(trailers:key=Change,valueonly)")
    return [int(line) for line in said.split()]


def whole(directory: Path) -> None:
    """`git fsck --strict` finds nothing; objects of an interrupted write may dangle."""
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": "/dev/null"}
    done = subprocess.run(
        ["git", "-C", directory, "fsck", "--strict", "--no-dangling"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, ""), done.stdout + done.stderr
    assert "error" not in done.stderr and "warning" not in done.stderr


def test_git_shows_who_changed_what_when_and_why(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "state" / "archive")
    one = change(12, {"pe1": ("old 1\n", "new 1\n"), "pe2": ("old 2\n", "new 2\n")})
    two = change(
        13,
        {"pe2": ("new 2\n", "old 2\n")},
        kind="rollback",
        author="Zhang San <zhang.san@net.example>",
        ticket=None,
        undoes=12,
    )
    assert archive.catch_up([one, two]) == [12, 13]
    whole(archive.directory)
    shown = git(archive.directory, "log", "--reverse", "--format=%an|%ae|%cn|%aI|%B---")
    assert shown.split("---\n") == [
        "li wei|li.wei@egovnet.invalid|egovnet|2025-03-01T00:12:07+08:00|"
        "change 12 (apply): 2 devices, party [NET-12]\n\n"
        "The change ended done. Devices: pe1, pe2.\n\n"
        f"Change: 12\nTicket: NET-12\nPlan: {12:064x}\nJournal: {13:064x}\n",
        "Zhang San|zhang.san@net.example|egovnet|2025-03-01T00:13:07+08:00|"
        "change 13 (rollback): 1 devices, party\n\n"
        "The change ended done. Devices: pe2.\n\n"
        f"Change: 13\nPlan: {13:064x}\nJournal: {14:064x}\nUndoes: 12\n",
        "",
    ]
    assert git(archive.directory, "show", "HEAD:before/pe2.cfg") == "new 2\n"
    assert git(archive.directory, "show", "HEAD:after/pe2.cfg") == "old 2\n"
    assert git(archive.directory, "show", "HEAD~1:before/pe2.cfg") == "old 2\n"
    # A host that the second change did not touch keeps its files, and has one commit.
    assert git(archive.directory, "show", "HEAD:after/pe1.cfg") == "new 1\n"
    history = git(archive.directory, "log", "--format=%s", "-p", "--", "after/pe1.cfg")
    assert history.count("change ") == 1 and "\n+new 1\n" in history
    assert archive.anchors() == {12: f"{13:064x}", 13: f"{14:064x}"}
    git(tmp_path, "clone", "-q", str(archive.directory), "clone")
    assert (tmp_path / "clone" / "after" / "pe2.cfg").read_text() == "old 2\n"


def test_only_what_is_missing_is_added(tmp_path: Path) -> None:
    entries = many(6, 2)
    archive = Archive(tmp_path / "archive")
    assert archive.missing({e.number: e.plan_hash for e in entries}) == [1, 2, 3, 4, 5, 6]
    assert not archive.directory.exists()
    still_open = change(3, state="open")
    assert archive.catch_up([*entries[:2], still_open, *entries[3:5]]) == [1, 2, 4, 5]
    assert Archive(archive.directory).missing({e.number: e.plan_hash for e in entries}) == [3, 6]
    # Change 3 was recovered after 4 and 5 had been made.
    assert archive.catch_up([*entries, *entries]) == [3, 6]
    assert archive.catch_up(entries) == []
    assert numbers(archive.directory) == [1, 2, 4, 5, 3, 6]
    whole(archive.directory)


def test_what_is_new_costs_no_walk_over_what_is_old(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = Archive(tmp_path / "archive")
    archive.catch_up(many(40, 1))
    visited: list[bytes] = []
    walk = archive_module.walk

    def counted(repo: object, until: object) -> object:
        for item in walk(repo, until):  # type: ignore[arg-type]
            visited.append(item[0])
            yield item

    monkeypatch.setattr(archive_module, "walk", counted)
    archive.catch_up([change(41)])
    assert len(visited) == 1
    visited.clear()
    # The memory is only that: without it, or with one of no use, the commits are read.
    for content in (None, "{", '{"head": "0000", "plans": {"7": "x"}}', '{"head": 1, "plans": []}'):
        memory = archive.directory / "egovnet-changes.json"
        memory.unlink() if content is None else memory.write_text(content)
        assert archive.missing({41: f"{41:064x}", 42: ""}) == [42]
    assert len(visited) == 4 * 41
    assert archive.catch_up([change(41), change(42)]) == [42]


def test_an_archive_that_was_lost_is_written_anew_with_the_same_commits(tmp_path: Path) -> None:
    entries = [*many(5, 3), change(6, state="undone"), change(7, state="failed", after={})]
    Archive(tmp_path / "one").catch_up(entries)
    other = Archive(tmp_path / "other")
    for entry in entries:
        other.catch_up([entry])
    assert git(tmp_path / "one", "rev-parse", "main") == git(
        tmp_path / "other", "rev-parse", "main"
    )


def test_how_a_change_ended_is_said(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "archive")
    both = {"pe1": (text("pe1", 1), text("pe1", 2)), "pe2": (text("pe2", 1), text("pe2", 2))}
    half = change(2, both, state="failed", after={"pe1": text("pe1", 2)})
    archive.catch_up([change(1, both), half, change(3, both, state="undone", after={})])
    subjects = git(archive.directory, "log", "--reverse", "--format=%s").splitlines()
    assert subjects == [
        "change 1 (apply): 2 devices, party [NET-1]",
        "change 2 (apply, failed): 2 devices, party [NET-2]",
        "change 3 (apply, undone): 2 devices, party [NET-3]",
    ]
    # What a device is not known to run is not shown as if it were.
    assert git(archive.directory, "ls-tree", "-r", "--name-only", "HEAD~1").split() == [
        "after/pe1.cfg",
        "before/pe1.cfg",
        "before/pe2.cfg",
    ]
    assert "Not known what they run since: pe2." in git(archive.directory, "show", "HEAD~1")
    assert git(archive.directory, "ls-tree", "--name-only", "HEAD").split() == ["before"]
    whole(archive.directory)


@pytest.mark.parametrize(
    ("author", "shown"),
    [
        ("li wei", "li wei <li.wei@egovnet.invalid>"),
        ("Li Wei <li@net.example>", "Li Wei <li@net.example>"),
        ("李伟", "李伟 <李伟@egovnet.invalid>"),
        ("<li@net.example>", "unknown <li@net.example>"),
        ("", "unknown <unknown@egovnet.invalid>"),
        ("<<>>", "unknown <unknown@egovnet.invalid>"),
        ("a\nauthor evil <e@x> 0 +0000", "a author evil e@x 0 +0000 <a.author.evil.e.x.0.+0000@"),
        ("x <a@b> <c@d>", "x a@b c@d <x.a.b.c.d@egovnet.invalid>"),
        ("nul\0 <a@b>", "nul <a@b>"),
    ],
)
def test_any_author_makes_an_identity_that_git_takes(
    author: str, shown: str, tmp_path: Path
) -> None:
    assert identity(author).decode().startswith(shown)
    archive = Archive(tmp_path / "archive")
    archive.catch_up([change(1, author=author)])
    whole(archive.directory)
    assert git(archive.directory, "log", "--format=%an <%ae>").startswith(shown)


def test_words_cannot_forge_a_trailer_nor_a_host_leave_its_folder(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "archive")
    texts = {"../../x": ("a", "b"), ".git": ("a", "b"), "a/b\n": ("a", "lone \udc80 \ud800\0")}
    bad = change(
        1,
        texts,
        summary="s\n\nChange: 99\nTicket: no",
        ticket="T\nChange: 98\0",
        kind="apply\r\n",
        created="2025-03-01T00:12:07.123",
    )
    archive.catch_up([bad])
    whole(archive.directory)
    assert numbers(archive.directory) == [1]
    assert git(archive.directory, "log", "--format=%(trailers:key=Ticket,valueonly)%at").split(
        "\n"
    ) == ["T Change: 98", "1740787927", ""]
    names = git(archive.directory, "ls-tree", "-r", "--name-only", "HEAD:after").splitlines()
    assert names == ["..%2F..%2Fx.cfg", ".git.cfg", "a%2Fb%0A.cfg"]


def test_everything_is_private(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        archive = Archive(tmp_path / "state" / "archive")
        archive.catch_up(many(2, 2))
        assert os.umask(0o022) == 0o022
    finally:
        os.umask(before)
    files = [tmp_path / "state", *(tmp_path / "state").rglob("*")]
    assert len(files) > 20
    assert [path for path in files if path.stat().st_mode & 0o077] == []


# -- killed, and at once -----------------------------------------------------------------------


@dataclass(frozen=True)
class _Writer:
    """A process that has just begun to catch up: forked, as thirty that start take half a minute
    of a processor.
    """

    pid: int

    @classmethod
    def of(cls, directory: Path, entries: Sequence[ArchivedChange]) -> "_Writer":
        pid = os.fork()
        if pid == 0:
            code = 1
            try:
                Archive(directory).catch_up(entries)
                code = 0
            finally:
                os._exit(code)
        return cls(pid)

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)

    def wait(self) -> int:
        """Its exit code; a signal's number less than 0."""
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


def test_killed_at_any_point_it_goes_on_with_one_commit_for_each_change(tmp_path: Path) -> None:
    count, hosts, kills = 400, 4, 30
    dice = random.Random(7)  # noqa: S311 -- moments to kill at
    directory, entries = tmp_path / "archive", many(count, hosts)
    reached: list[int] = []
    longest = 0.06
    for _ in range(kills):
        process = _Writer.of(directory, entries)
        time.sleep(dice.random() ** 2 * longest)
        process.kill()
        assert process.wait() == -signal.SIGKILL
        reached.append(len(numbers(directory)) if _has_commits(directory) else 0)
        if reached[-1]:
            whole(directory)
        elif len(reached) > kills // 3:
            longest *= 1.3  # a busy machine
    assert reached == sorted(reached) and 0 < reached[-1] < count, reached
    assert Archive(directory).catch_up(entries) == list(range(reached[-1] + 1, count + 1))
    assert numbers(directory) == list(range(1, count + 1))
    whole(directory)
    assert list(directory.rglob("*.lock")) == []
    assert not (directory / "egovnet-writing").exists()


def _has_commits(directory: Path) -> bool:
    return (directory / "refs" / "heads" / "main").exists()


def test_what_a_killed_writer_left_behind_does_not_stop_the_next(tmp_path: Path) -> None:
    """Every file that a writer makes on its way, as if the kill had come just before its end."""
    entries = many(3, 2)
    done = Archive(tmp_path / "done")
    done.catch_up(entries)
    halfway = Archive(tmp_path / "half")
    halfway.catch_up(entries[:1])
    (halfway.directory / "egovnet-writing").touch()
    (halfway.directory / "refs/heads/main.lock").write_bytes(b"")
    for path in done.directory.glob("objects/??/*"):
        place = halfway.directory / "objects" / path.parent.name
        place.mkdir(exist_ok=True)
        (place / f"{path.name}.lock").write_bytes(path.read_bytes()[:7])
    (halfway.directory / "egovnet-changes.json.new").write_text("{")
    half_made = tmp_path / "half.new"
    half_made.mkdir()
    (half_made / "HEAD").write_text("ref:")
    assert halfway.catch_up(entries) == [2, 3]
    assert git(tmp_path / "half", "rev-parse", "main") == git(
        tmp_path / "done", "rev-parse", "main"
    )
    whole(halfway.directory)


def test_two_processes_at_once_write_each_change_once(tmp_path: Path) -> None:
    directory, entries = tmp_path / "archive", many(30, 3)
    both = [_Writer.of(directory, entries) for _ in range(3)]
    assert [process.wait() for process in both] == [0, 0, 0]
    assert numbers(directory) == list(range(1, 31))
    whole(directory)


def test_a_writer_that_does_not_end_is_not_waited_for_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive_module, "LOCK_PATIENCE", 0.2)
    archive = Archive(tmp_path / "archive")
    archive.catch_up([change(1)])
    waited: list[str] = []

    def while_it_is_written() -> object:
        with pytest.raises(ArchiveError) as caught:
            Archive(archive.directory).catch_up([change(3)])
        waited.append(str(caught.value))
        yield change(2)

    assert archive.catch_up(while_it_is_written()) == [2]  # type: ignore[arg-type]
    assert "another egovnet has been writing" in waited[0]


# -- what is in the way ------------------------------------------------------------------------


def _file(path: Path) -> None:
    path.write_text("in the way")


def _folder(path: Path) -> None:
    path.mkdir()
    (path / "notes.txt").write_text("mine")


def _foreign(path: Path) -> None:
    path.mkdir()
    git(path, "init", "-q", "--bare")


def _foreign_with_tree(path: Path) -> None:
    path.mkdir()
    git(path, "init", "-q")


def _locked(path: Path) -> None:
    Archive(path).catch_up([change(9)])
    (path / "refs/heads/main.lock").touch()


def _cut_off(path: Path) -> None:
    Archive(path).catch_up([change(9)])
    for found in path.glob("objects/??/*"):
        found.chmod(0o600)
        found.write_bytes(found.read_bytes()[:9])
    (path / "egovnet-changes.json").unlink()


def _objects_gone(path: Path) -> None:
    Archive(path).catch_up([change(9)])
    for found in path.glob("objects/??/*"):
        found.unlink()


def _other_journal(path: Path) -> None:
    Archive(path).catch_up([change(1, plan_hash="e" * 64)])


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (_file, "not a Git repository; move it away"),
        (_folder, "not a Git repository; move it away"),
        (_foreign, "none that egovnet made; move it away"),
        (_foreign_with_tree, "none that egovnet made; move it away"),
        (_locked, "refs/heads/main.lock is there; when no git is at work"),
        (_cut_off, "damaged .*; move it away, and the next change writes it anew"),
        (_objects_gone, "damaged .*; move it away, and the next change writes it anew"),
        (_other_journal, "its change 1 is of another plan .* move it away"),
    ],
)
def test_what_cannot_be_written_to_is_told_and_left_as_it_is(
    make: Callable[[Path], None], said: str, tmp_path: Path
) -> None:
    path = tmp_path / "archive"
    make(path)
    held = {p: p.read_bytes() for p in path.rglob("*") if p.is_file() and "egovnet" not in p.name}
    with pytest.raises(ArchiveError, match=said) as caught:
        Archive(path).catch_up([change(1)])
    assert str(path) in str(caught.value)
    assert {p: p.read_bytes() for p in held} == held
    path.rename(tmp_path / "away")
    assert Archive(path).catch_up([change(1)]) == [1]


def test_a_state_directory_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ArchiveError, match=r"cannot be used: .*; the journal has"):
        Archive(tmp_path / "file" / "archive").catch_up([change(1)])


def test_a_time_that_is_none_is_told_and_what_came_before_stays(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "archive")
    with pytest.raises(ArchiveError, match="change 2: its time 'yesterday' is none of ISO 8601"):
        archive.catch_up([change(1), change(2, created="yesterday"), change(3)])
    assert archive.catch_up([change(1), change(2), change(3)]) == [2, 3]


def test_a_fault_of_the_caller_s_own_is_not_taken_for_the_archive_s(tmp_path: Path) -> None:
    def broken() -> object:
        yield change(1)
        raise KeyError("of the journal")

    archive = Archive(tmp_path / "archive")
    with pytest.raises(KeyError, match="of the journal"):
        archive.catch_up(broken())  # type: ignore[arg-type]
    assert archive.catch_up([change(1), change(2)]) == [2]


def test_it_goes_on_after_git_packed_it_and_after_a_commit_by_hand(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "archive")
    archive.catch_up(many(4, 2))
    git(archive.directory, "gc", "-q", "--prune=now")
    assert not _has_commits(archive.directory)
    assert archive.catch_up(many(5, 2)) == [5]
    git(tmp_path, "clone", "-q", str(archive.directory), "clone")
    (tmp_path / "clone" / "README").write_text("what this is\n")
    git(tmp_path / "clone", "add", "README")
    who = ("-c", "user.name=a", "-c", "user.email=a@b")
    git(tmp_path / "clone", *who, "commit", "-q", "-m", "A note\n\nChange: of mine")
    git(tmp_path / "clone", "push", "-q")
    assert archive.catch_up(many(6, 2)) == [6]
    assert git(archive.directory, "show", "HEAD:README") == "what this is\n"
    whole(archive.directory)


# -- secrets -----------------------------------------------------------------------------------


def raw_objects(directory: Path) -> bytes:
    """Every object as it is under its compression, and every other file's bytes."""
    found = [zlib.decompress(path.read_bytes()) for path in directory.glob("objects/??/*")]
    others = [p for p in directory.rglob("*") if p.is_file() and "objects" not in p.parts]
    return b"\n".join([*found, *(path.read_bytes() for path in others)])


#: As operators choose them: printable, spaces within, signs, other scripts.
PASSWORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=("C", "Z"), exclude_characters="<>@/:'\""),
    min_size=8,
    max_size=24,
).filter(lambda word: word.strip() and not word.endswith("\\"))


@examples(60, [HealthCheck.function_scoped_fixture])
@given(st.data())
def test_no_secret_is_in_any_object(data: st.DataObject) -> None:
    lines = data.draw(st.lists(st.sampled_from([*ONE_LINE, *MULTILINE]), min_size=1, max_size=8))
    passwords = [data.draw(PASSWORDS.map(lambda w: f"Zq{w}")) for _ in lines]
    written = [filled(line, word) for line, word in zip(lines, passwords, strict=True)]
    texts = ["".join(written), "".join(reversed(written))]
    with tempfile.TemporaryDirectory() as made:
        archive = Archive(Path(made) / "archive")
        entry = change(
            1,
            {"pe1": (texts[0], texts[1])},
            summary=f"pe1 refused: {written[0]} and {passwords[-1]}",
            ticket=f"NET {passwords[0]}",
            author=f"li {passwords[0]}",
        )
        assert archive.catch_up([entry]) == [1]
        kept = raw_objects(archive.directory)
    assert b"change 1 (apply)" in kept and b"<removed>" in kept
    for password in passwords:
        assert password.encode() not in kept, (password, kept)


def test_a_text_without_secrets_is_kept_to_the_letter(tmp_path: Path) -> None:
    golden = sorted((ROOT / "tests" / "templates" / "frr" / "render" / "golden").glob("*.cfg"))
    assert len(golden) > 5
    texts = {path.stem: ("", path.read_text()) for path in golden}
    archive = Archive(tmp_path / "archive")
    archive.catch_up([change(1, texts)])
    for path in golden:
        assert git(archive.directory, "show", f"HEAD:after/{path.name}") == path.read_text()
