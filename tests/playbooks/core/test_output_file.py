"""Where a file is written: a new one or a regular one, and for its owner only."""

import io
import os
import shutil
import signal
import socket
import stat
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path

import pyrage
import pytest
from click.testing import CliRunner

from egovnet.playbooks.archive.evidence_bundle import packed
from egovnet.playbooks.change.plan import Plan, write_plan
from egovnet.playbooks.cli.main import main
from egovnet.playbooks.core.output_file import (
    Holds,
    check_directory,
    check_output,
    make_directory,
    write_output,
    write_outputs,
)
from egovnet.playbooks.core.selection import UsageError
from egovnet.playbooks.core.workspace import REFERENCE, Workspace
from egovnet.playbooks.report.files.draft_entries import draft_entries
from egovnet.playbooks.verbs.render import render_files
from egovnet.tasks.keys.age_file import sealed_to
from napalm_frr import enrolment
from tests.playbooks.console import contents, copy_of_backbone
from tests.policies import govern, people

__all__ = ["people"]


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


@pytest.fixture(params=["pipe", "device", "socket", "link to a device", "nowhere", "directory"])
def odd(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "odd"
    match request.param:
        case "pipe":
            os.mkfifo(path)
        case "device":
            try:
                os.mknod(path, stat.S_IFCHR | 0o666, os.makedev(1, 7))
            except OSError:
                pytest.skip("devices are root's to make")
        case "socket":
            with socket.socket(socket.AF_UNIX) as listening:
                listening.bind(str(path))
        case "link to a device":
            path.symlink_to("/dev/null")
        case "nowhere":
            path.symlink_to("gone")
        case "directory":
            path.mkdir()
    yield path


def test_what_is_no_file_is_refused_and_stays(odd: Path) -> None:
    before = odd.lstat()
    for attempt in (
        lambda path: check_output(path, Holds.OWN),
        lambda path: write_output(path, "x", Holds.OWN),
    ):
        with pytest.raises(UsageError, match="odd: cannot be written: "):
            attempt(odd)
    assert odd.lstat() == before
    assert [path.name for path in odd.parent.iterdir()] == ["odd"]


def test_each_option_that_writes_refuses_it(odd: Path, tmp_path: Path) -> None:
    directory = odd.parent
    name = next(iter(Workspace(REFERENCE).network.routers))
    odd.rename(directory / f"{name}.cfg")
    with pytest.raises(UsageError, match=f"{name}.cfg: cannot be written"):
        render_files(Workspace(REFERENCE), directory)
    assert [path.name for path in directory.iterdir()] == [f"{name}.cfg"]
    (directory / f"{name}.cfg").rename(odd)
    ran = CliRunner().invoke(main, ["plan", "-o", str(odd)])
    assert ran.exit_code == 2
    assert "the plan cannot be written" in ran.output


def test_a_link_to_a_file_is_followed(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to("real")
    write_output(tmp_path / "link", "new", Holds.OWN)
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "new"


def test_nothing_takes_its_place_when_one_cannot(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("old")
    (tmp_path / "b").mkdir()
    with pytest.raises(UsageError):
        write_outputs({tmp_path / "a": "new", tmp_path / "b": "new"})
    assert (tmp_path / "a").read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b"]


def test_configurations_are_for_their_owner_only(tmp_path: Path) -> None:
    mask = os.umask(0)
    try:
        render_files(Workspace(REFERENCE), tmp_path / "a" / "b")
        (tmp_path / "old").write_text("for all")
        write_output(tmp_path / "old", "for one", Holds.OWN)
    finally:
        os.umask(mask)
    assert mode(tmp_path / "a" / "b") == 0o700
    assert {mode(path) for path in (tmp_path / "a" / "b").iterdir()} == {0o600}
    assert mode(tmp_path / "old") == 0o600


#: Verbs that write without a router; {} is where to.
WRITING = (
    "render -o {}",
    "prove --report {}",
    "export nornir -o {}",
    "export ansible -o {}",
    "export codeowners -o {}",
    "export approvals -o {}",
    "schema -o {}",
    "completion --prefix {} --yes",
    "sheet party-beijing --report {}",
    "evidence -o {}/evidence.tar",
    "lab topology -o {}",
    "report addresses --report {}",
    "report circuits --report {}",
    "report funding --report {}",
    "rollout status --report {}",
)


@contextmanager
def in_time(seconds: int = 60) -> Iterator[None]:
    """Who opens a pipe that nobody reads would wait for ever."""

    def late(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@pytest.fixture(scope="session")
def governed(people: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The reference network with a policy."""
    root = tmp_path_factory.mktemp("governed") / "network"
    shutil.copytree(REFERENCE, root, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    govern(root, people)
    return root


def put_odd(path: Path, kind: str) -> None:
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "link to a device":
        path.symlink_to("/dev/full")
    else:
        path.symlink_to(path.parent / "nowhere")


KINDS = ("pipe", "link to a device", "link to nowhere")


@pytest.mark.parametrize(("words", "kind"), list(zip(WRITING, cycle(KINDS), strict=False)))
def test_each_verb_that_writes_refuses_it(
    words: str, kind: str, governed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EGOVNET_STATE", str(tmp_path / "state"))
    monkeypatch.delenv("EGOVNET_JOURNAL", raising=False)
    made = tmp_path / "made"
    made.mkdir()
    command = words.format(made).split()
    inventory = () if command[0] == "completion" else ("--inventory", str(governed))
    with in_time():
        ran = CliRunner().invoke(main, [*command, *inventory], catch_exceptions=False)
        assert ran.exit_code in (0, 3), ran.output
        written = [path for path in made.rglob("*") if path.is_file()]
        assert written
        # the last, so that others could be written before it
        odd = sorted(written)[-1]
        odd.unlink()
        put_odd(odd, kind)
        ran = CliRunner().invoke(main, [*command, *inventory], catch_exceptions=False)
    assert ran.exit_code == 2, ran.output
    assert f"{odd}:" in ran.output
    assert odd.is_symlink() or stat.S_ISFIFO(odd.stat().st_mode)
    assert not (odd.parent / "nowhere").exists()
    assert all(path.is_file() for path in written if path != odd)
    assert not list(made.rglob("*.partial"))


def test_an_image_takes_no_device_s_place(odd: Path) -> None:
    before = odd.lstat()
    ran = CliRunner().invoke(main, ["lab", "image", "-o", str(odd)])
    assert ran.exit_code == 2, ran.output
    assert str(odd) in ran.output
    assert odd.lstat() == before


@pytest.mark.parametrize("name", ["first", "plan.yaml", "report", "funding.yaml", "sites/x.plan"])
def test_nothing_is_written_among_the_files_of_an_inventory(name: str, tmp_path: Path) -> None:
    """What an inventory would be refused for, or one of its own files."""
    root = copy_of_backbone(tmp_path / "net")
    before = contents(root)
    for write in (
        lambda path: write_output(path, "x", Holds.OWN),
        lambda path: check_output(path, Holds.OWN),
        make_directory,
        check_directory,
    ):
        with pytest.raises(UsageError, match="would stand among the files of the inventory net"):
            write(root / name)
    assert contents(root) == before


@pytest.mark.parametrize("name", ["first.plan", ".texts", "README.md", ".git/x"])
def test_what_an_inventory_passes_over_may_stand_in_it(name: str, tmp_path: Path) -> None:
    root = copy_of_backbone(tmp_path / "net")
    (root / ".git").mkdir()
    write_output(root / name, "x", Holds.OWN)
    assert not Workspace(root).on_disk.problems


def _tar(name: str) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as tar:
        tar.addfile(tarfile.TarInfo(name))
    return made.getvalue()


#: What a person may have under the name that they give by mistake.
SOMEBODYS: dict[str, bytes] = {
    "an inventory": (REFERENCE / "hosts.yaml").read_bytes(),
    "numbers": b"version: 1\nvpns: {}\n",
    "a private key": b"-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNz\n",
    "a public key": b"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA me@here\n",
    "JSON": b'{"format": "pdf"}',
    "a package's description": b'{\n "name": "site", "version": 1\n}',
    "a backup": _tar("home/me/letter"),
    "an image": _tar("manifest.json"),
    "a letter": b"Dear colleague,\nplan: none\n",
    "a text in UTF-16": "Dear colleague".encode("utf-16"),
    "an executable": Path("/bin/true").read_bytes()[:5000],
    "a line's end": b"\n",
}


@pytest.mark.parametrize("holds", [one for one in Holds if one is not Holds.OWN])
def test_what_is_somebodys_stays(holds: Holds, tmp_path: Path) -> None:
    for what, content in SOMEBODYS.items():
        path = tmp_path / "named"
        path.write_bytes(content)
        for attempt in (
            lambda path: check_output(path, holds, what="the plan "),
            lambda path: write_output(path, "x", holds),
        ):
            with pytest.raises(UsageError, match=r"named: .* is something else, .* name another"):
                attempt(path)
        assert path.read_bytes() == content, what


def test_what_was_written_before_is_replaced(tmp_path: Path) -> None:
    """Of each purpose a file as egovnet writes it; what one is of no other one replaces."""
    zipped, tarred = (packed({"a": b""}, as_zip=one) for one in (True, False))
    request = enrolment.Request("bj-pe1", "FDO1", "ssh-ed25519 AAAA")
    recipient = str(pyrage.x25519.Identity.generate().to_public())
    write_plan(Plan("reference", "now", "li", {}), tmp_path / "plan")
    written: dict[Holds, list[bytes]] = {
        Holds.PLAN: [(tmp_path / "plan").read_bytes()],
        Holds.EVIDENCE: [zipped, tarred],
        Holds.IMAGE: [_tar(f"{'0a' * 32}.json")],
        Holds.ENROLMENT: [Path(enrolment.__file__).read_bytes()],
        Holds.ANSWER: [enrolment.answer_text("#!/bin/sh", request, b"secret").encode()],
        Holds.CERTIFICATE: [b"ssh-ed25519-cert-v01@openssh.com AAAAI me\n"],
        Holds.SEALED_KEY: [sealed_to(recipient, "value").encode()],
        Holds.DRAFT: [draft_entries({}).encode()],
    }
    assert written.keys() == set(Holds) - {Holds.OWN}
    path = tmp_path / "named"
    for holds, contents_ in written.items():
        for content in (b"", *contents_):
            path.write_bytes(content)
            write_output(path, "new", holds)
            assert path.read_bytes() == b"new"
        for other in set(written) - {holds}:
            path.write_bytes(contents_[0])
            with pytest.raises(UsageError):
                check_output(path, other)


@pytest.mark.parametrize(
    "verb",
    [
        "plan -o {}",
        "rollback 1 -o {}",
        "rollout next -o {}",
        "evidence -o {}",
        "application observed --draft {}",
        "lab image -o {}",
        "identity enrol bj-pe1 -o {}",
        "identity sign {} -o {}",
        "keys hand-over site/party-beijing+main --to age1 -o {}",
    ],
)
def test_each_verb_leaves_somebodys_file_alone(
    verb: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EGOVNET_STATE", str(tmp_path / "state"))
    path = tmp_path / "named"
    path.write_bytes(SOMEBODYS["a private key"])
    ran = CliRunner().invoke(main, [word.format(path) for word in verb.split()])
    assert ran.exit_code != 0
    assert path.read_bytes() == SOMEBODYS["a private key"]
