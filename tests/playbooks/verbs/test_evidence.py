"""A bundle that an auditor checks with sh, sha256sum, ssh-keygen and Python's own library."""

import json
import shutil
import subprocess
import tarfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from egovnet.playbooks.archive import bundle_check
from egovnet.playbooks.archive.journal_check import JournalAlteredError
from egovnet.playbooks.change.approval.statement import NAMESPACE
from egovnet.playbooks.core.selection import UsageError
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.journal.records import DONE, Configuration
from egovnet.playbooks.signatures.ssh_signature import make_key
from egovnet.playbooks.verbs.evidence import evidence
from tests.auditor import audited, signed_again, unpacked
from tests.hypothesis_profiles import examples
from tests.inventories import BACKBONE
from tests.playbooks.archive.stolen_journal import CHANGES_MADE, days, put, rows

#: A key as a router's text has one, which nobody else may see.
SECRET = "neighbor 192.0.2.1 password Tr0ub4dor&3"


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("state")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EGOVNET_STATE", str(directory))
        patch.delenv("EGOVNET_JOURNAL", raising=False)
        workspace = Workspace(BACKBONE)
        days(workspace)
        # a change that failed with a line that quotes a key
        text = Configuration("bj-pe1", f"{SECRET}\n", "b\n", f"- {SECRET}\n", None)
        journal = workspace.journal
        change = journal.begin("apply", "a" * 64, "1 device", {"bj-pe1": text})
        journal.step(change, "commit", "bj-pe1", "failed", f"refused: {SECRET}")
        journal.after(change, {"bj-pe1": "b\n"})
        journal.close(change, DONE)
    return directory


@pytest.fixture
def workspace(state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    shutil.copytree(state, tmp_path / "state")
    monkeypatch.setenv("EGOVNET_STATE", str(tmp_path / "state"))
    monkeypatch.delenv("EGOVNET_JOURNAL", raising=False)
    return Workspace(BACKBONE)


@pytest.fixture(scope="module")
def bundle(state: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Unpacked, to be read only."""
    directory = tmp_path_factory.mktemp("bundle")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EGOVNET_STATE", str(state))
        patch.delenv("EGOVNET_JOURNAL", raising=False)
        evidence(Workspace(BACKBONE), directory / "bundle.tar")
    return unpacked(directory / "bundle.tar", directory)


def test_the_auditor_needs_no_egovnet(bundle: Path) -> None:
    done = audited(bundle, "--report")
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"holds: {CHANGES_MADE + 1} changes" in done.stdout
    assert "1 withheld" in done.stdout
    assert "0 not signed" in done.stdout
    assert "change 3: apply, undone" in done.stdout
    assert "proof    proved: no path" in done.stdout
    assert "run 2: 2 routers, 0 unreachable, proved, no difference" in done.stdout


def test_no_secret_is_in_it(bundle: Path, state: Path) -> None:
    files = [path for path in bundle.rglob("*") if path.is_file()]
    private = (state / "reference" / "controller_key").read_text().splitlines()[1]
    for path in files:
        text = path.read_text(encoding="utf-8")
        assert "Tr0ub4dor" not in text, path
        assert private not in text, path


def test_equal_journals_give_equal_bundles(workspace: Workspace, tmp_path: Path) -> None:
    for name in ("one.tar", "two.tar", "one.zip", "two.zip"):
        made = evidence(workspace, tmp_path / name)
        assert (tmp_path / name).stat().st_mode & 0o777 == 0o600
        assert made.written == (str(tmp_path / name),)
    assert (tmp_path / "one.tar").read_bytes() == (tmp_path / "two.tar").read_bytes()
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    with tarfile.open(tmp_path / "one.tar") as tar, zipfile.ZipFile(tmp_path / "one.zip") as zipped:
        assert sorted(tar.getnames()) == sorted(zipped.namelist())


@pytest.mark.parametrize("since", range(1, CHANGES_MADE + 2))
def test_any_part_of_it_holds_by_itself(since: int, workspace: Workspace, tmp_path: Path) -> None:
    begun = next(row["at"] for row in rows(workspace, "steps") if row["change_id"] == since)
    made = evidence(workspace, tmp_path / "bundle.tar", begun).result
    assert made.changes >= CHANGES_MADE + 2 - since
    done = audited(unpacked(tmp_path / "bundle.tar", tmp_path))
    assert done.returncode == 0, done.stdout + done.stderr


def test_nothing_was_done_since(workspace: Workspace, tmp_path: Path) -> None:
    made = evidence(workspace, tmp_path / "bundle.tar", "2999-01-01").result
    assert (made.changes, made.steps, made.drift_runs) == (0, 0, 0)
    assert audited(unpacked(tmp_path / "bundle.tar", tmp_path)).returncode == 0


def test_a_journal_of_nothing_has_a_bundle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EGOVNET_STATE", str(tmp_path / "state"))
    monkeypatch.delenv("EGOVNET_JOURNAL", raising=False)
    made = evidence(Workspace(BACKBONE), tmp_path / "bundle.tar").result
    assert (made.changes, len(made.controllers)) == (0, 1)
    assert audited(unpacked(tmp_path / "bundle.tar", tmp_path)).returncode == 0


@examples(40, [HealthCheck.function_scoped_fixture])
@given(place=st.integers(0, 10**6), byte=st.integers(0, 10**6), signed=st.booleans())
def test_any_byte_that_is_changed_is_refused(
    place: int, byte: int, signed: bool, bundle: Path, tmp_path: Path
) -> None:
    """Also where a forger has made the list of files anew and signed it with a key of his own, by
    an auditor who was given the controllers' keys by another way."""
    copy = tmp_path / "copy"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(bundle, copy)
    files = sorted(p for p in copy.rglob("*") if p.is_file() and p.suffix not in (".sh", ".py"))
    file = files[place % len(files)]
    content = file.read_bytes()
    if not content:
        return
    at = byte % len(content)
    file.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
    if signed:
        signed_again(copy, tmp_path)
    done = audited(copy, *(("--controllers", str(bundle / "controllers")) if signed else ()))
    assert done.returncode == 1, file
    assert "DOES NOT HOLD" in done.stdout


def test_the_first_record_is_named(bundle: Path, tmp_path: Path) -> None:
    """Whoever made the list of files anew, and had the controller's key for that only."""
    steps = (bundle / "steps.jsonl").read_text().splitlines()
    at = next(n for n, line in enumerate(steps) if '"stage": "proof"' in line)
    changed = json.loads(steps[at])
    changed["detail"] = changed["detail"].replace("no path", "No path")
    copy = tmp_path / "copy"
    shutil.copytree(bundle, copy)
    (copy / "steps.jsonl").write_text(
        "\n".join([*steps[:at], json.dumps(changed), *steps[at + 1 :]])
    )
    done = subprocess.run(
        ["python3", "-I", copy / "check.py"], capture_output=True, text=True, check=False
    )
    first = done.stdout.splitlines()[0]
    assert first.startswith("DOES NOT HOLD: step ")
    assert "of change 1 is not as it was written" in first


def test_a_file_more_or_less_is_refused(bundle: Path, tmp_path: Path) -> None:
    for name in ("more", "less"):
        copy = tmp_path / name
        shutil.copytree(bundle, copy)
        if name == "more":
            (copy / "signatures" / "extra.json").write_text("{}")
        else:
            (copy / "report.txt").unlink()
        assert audited(copy).returncode == 1


def test_the_auditors_own_list_of_keys(bundle: Path, state: Path, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.write_bytes((state / "reference" / "controllers").read_bytes())
    done = audited(bundle, "--controllers", str(mine))
    assert done.returncode == 0
    assert "bundle's own keys" not in done.stdout
    make_key(tmp_path / "other", "other")
    mine.write_text(f"other@x {(tmp_path / 'other.pub').read_text()}")
    done = audited(bundle, "--controllers", str(mine))
    assert (done.returncode, "a key that is not in" in done.stdout) == (1, True)


def test_one_bundle_goes_on_from_another(
    workspace: Workspace, bundle: Path, tmp_path: Path
) -> None:
    """An auditor who has an older bundle sees an end that was cut off, whoever has which key."""
    days(workspace, CHANGES_MADE + 2, CHANGES_MADE + 2)
    evidence(workspace, tmp_path / "newer.tar")
    newer = unpacked(tmp_path / "newer.tar", tmp_path)
    assert audited(newer, "--after", str(bundle)).returncode == 0
    done = audited(bundle, "--after", str(newer))
    assert done.returncode == 1
    assert "does not go on from the older bundle" in done.stdout


def test_an_altered_journal_is_no_evidence(workspace: Workspace, tmp_path: Path) -> None:
    step = rows(workspace, "steps")[3]
    put(workspace, "steps", step["_row"], {"detail": "x"})
    with pytest.raises(JournalAlteredError):
        evidence(workspace, tmp_path / "bundle.tar")
    assert not (tmp_path / "bundle.tar").exists()


def test_bad_input_is_refused(workspace: Workspace, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--since soon: is not a time"):
        evidence(workspace, tmp_path / "bundle.tar", "soon")
    with pytest.raises(UsageError, match="the bundle cannot be written"):
        evidence(workspace, tmp_path / "none" / "bundle.tar")


def test_persons_sign_for_one_purpose() -> None:
    assert NAMESPACE == bundle_check.PLAN
