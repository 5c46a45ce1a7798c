"""What a shell completes, and the pages of man: of the command line as it is, and installed."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.shell_completion import BashComplete

from egovnet.playbooks.cli.main import main
from egovnet.playbooks.cli.manual_pages import COMPLETIONS, contexts
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.journal.journal import Journal
from tests.playbooks.console import contents, copy_of_backbone, egovnet


def completed(words: Sequence[str], last: str) -> list[str]:
    """What bash shows for `egovnet WORDS LAST<tab>`."""
    found = BashComplete(main, {}, "egovnet", "_EGOVNET_COMPLETE").get_completions(
        list(words), last
    )
    return [item.value for item in found]


@pytest.fixture
def inventory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("EGOVNET_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("EGOVNET_INVENTORY", str(copy_of_backbone(tmp_path / "network")))
    return tmp_path / "network"


@pytest.mark.parametrize(
    ("words", "last", "found"),
    [
        ([], "rollb", ["rollback"]),
        (["plan", "-l"], "gz", ["gz-pe1"]),
        (["plan", "-l"], "gz-pe1,sh", ["gz-pe1,sh-pe1"]),
        (["plan", "--region"], "si", ["sichuan"]),
        (["lab", "ssh"], "sh", ["sh-pe1"]),
        (["add", "site", "new", "--vpn"], "tax", ["taxation"]),
        (["add", "access"], "tax-s", ["tax-sichuan"]),
        (["add", "circuit", "--a"], "sh", ["sh-pe1:"]),
        (["add", "circuit", "--a"], "bj-", ["bj-p1:", "bj-p2:", "bj-pe1:"]),
        (["add", "circuit", "--a-router"], "bj-p", ["bj-p1", "bj-p2", "bj-pe1"]),
        (["add", "site", "new", "--pe"], "bj-", ["bj-pe1"]),
        (["add", "router", "new", "--attachment-pe"], "bj-", ["bj-pe1"]),
        (["add"], "ex", ["exchange"]),
        (["add", "exchange", "new", "--from-vpn"], "tax", ["taxation"]),
        (["add", "exchange", "new", "--protocol"], "t", ["tcp"]),
        (["add", "exchange", "new", "--valid-from"], "2", []),
        (["add", "level-rule", "new", "--otherwise"], "re", ["refuse", "report"]),
        (["lab"], "im", ["image"]),
        (["completion", "--shell"], "z", ["zsh"]),
    ],
)
@pytest.mark.usefixtures("inventory")
def test_names_are_completed(words: list[str], last: str, found: list[str]) -> None:
    assert completed(words, last) == found


def test_roles_in_lines_are_read_and_those_of_a_group_fit(inventory: Path) -> None:
    hosts = inventory / "hosts.yaml"
    more = "xx-p1:\n  data:\n    roles:\n      - p\n      - rr\n    region: beijing\nxx-any: {}\n"
    hosts.write_text(hosts.read_text() + more)
    assert completed(["add", "site", "new", "--pe"], "xx") == ["xx-any"]
    assert completed(["plan", "-l"], "xx") == ["xx-any", "xx-p1"]


def test_names_come_from_an_inventory_that_is_broken(inventory: Path) -> None:
    hosts = inventory / "hosts.yaml"
    hosts.write_text(hosts.read_text() + "half-a-router:\n  data: {region: [\n")
    assert completed(["plan", "-l"], "half") == ["half-a-router"]


def test_of_no_inventory_nothing_is_completed_and_nothing_raised(inventory: Path) -> None:
    for verb in (["plan", "-l"], ["show"]):
        assert completed([*verb[:1], "--inventory", str(inventory / "none"), *verb[1:]], "") == []


def test_changes_are_completed_newest_first_and_none_is_made(inventory: Path) -> None:
    assert completed(["show"], "") == []
    assert not (inventory.parent / "state").exists(), "who completes makes no journal"
    state = Workspace(inventory).state
    journal = Journal(state, "reference")
    for _ in range(2):
        journal.close(journal.begin("apply", "plan", "as planned", {}), "done")
    for verb in ("show", "rollback", "recover"):
        assert completed([verb], "") == ["2", "1"]


def test_every_verb_has_its_page_and_man_reads_it(tmp_path: Path) -> None:
    where = ("completion", "--prefix", tmp_path / "usr")
    assert egovnet(*where, state=tmp_path).code == 3
    assert not (tmp_path / "usr").exists(), "without --yes it is only shown"
    assert egovnet(*where, "--yes", state=tmp_path).code == 0
    assert "all " in egovnet(*where, state=tmp_path).stdout, "and again, nothing is left to do"
    written = contents(tmp_path / "usr")
    assert set(COMPLETIONS.values()) <= set(written)
    paths = [context.command_path for context in contexts(main, "egovnet")]
    manual = tmp_path / "usr" / "share" / "man" / "man1"
    assert {page.stem for page in manual.iterdir()} == {path.replace(" ", "-") for path in paths}
    told = subprocess.run(
        ["man", "--warnings", "-l", *sorted(map(str, manual.iterdir()))],
        capture_output=True,
        text=True,
        check=True,
        env={"PATH": "/usr/bin:/bin", "MANWIDTH": "100", "MANPAGER": "cat", "LC_ALL": "C.UTF-8"},
    )
    assert told.stderr == ""
    text = told.stdout
    for path in paths:
        assert f"{path.upper().replace(' ', '-')}(1)" in text
    assert "  4  a leak, or a failed verification" in text, "lists stay lists"
    for option in ("--confirm-timeout", "--unproved-by", "--reconfigure"):
        assert option in text


def test_bash_reads_its_script(tmp_path: Path) -> None:
    egovnet("completion", "--prefix", tmp_path, "--shell", "bash", "--yes", state=tmp_path)
    script = tmp_path / COMPLETIONS["bash"]
    asked = f"source {script}; complete -p egovnet"
    done = subprocess.run(["bash", "-c", asked], capture_output=True, text=True, check=True)
    assert "_egovnet_completion" in done.stdout
    assert not (tmp_path / COMPLETIONS["fish"]).exists(), "the others were not asked for"


def test_what_cannot_be_written_is_bad_usage(tmp_path: Path) -> None:
    (tmp_path / "share").write_text("")
    done = egovnet("completion", "--prefix", tmp_path, "--yes", state=tmp_path)
    assert done.code == 2
    assert "cannot be made: " in done.stderr
