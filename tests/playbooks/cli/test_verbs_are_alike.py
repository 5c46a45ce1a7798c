"""What one verb has, its siblings have: how much is printed, a page to pass on, what comes next."""

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from egovnet.playbooks.cli.main import main
from egovnet.playbooks.cli.manual_pages import contexts
from tests.playbooks.console import egovnet

CONSOLE = Path(__file__).parents[3] / "playbooks" / "report" / "console"
#: Verbs that check something, or change routers: what they print grows with the network.
SCALE = {
    "validate", "prove", "plan", "apply", "verify", "drift", "rollback", "show", "recover",
}  # fmt: skip


def verbs() -> Iterator[tuple[str, set[str]]]:
    """(verb, its options) of every verb."""
    for context in contexts(main, "egovnet"):
        if not isinstance(context.command, click.Group):
            name = context.command_path.removeprefix("egovnet ")
            yield name, {o for p in context.command.params for o in p.opts}


VERBS = dict(verbs())


def test_what_grows_is_printed_short_or_whole() -> None:
    assert VERBS.keys() >= SCALE
    assert {name for name in SCALE if not {"-q", "-v"} <= VERBS[name]} == set()


def test_every_report_is_a_page_too() -> None:
    reports = {name for name in VERBS if name.startswith("report ")}
    assert len(reports) > 4
    assert {name for name in reports if "--report" not in VERBS[name]} == set()


def test_only_outcomes_say_what_comes_next() -> None:
    """So that JSON has it too, and for the inventory that was given."""
    for path in CONSOLE.glob("*.py"):
        found = re.findall(r'f?"next: [^"]*"', path.read_text(encoding="utf-8"))
        assert found == ([] if path.name != "output.py" else ['"next: "']), path.name


LEADS = [
    (("validate",), "egovnet prove"),
    (("prove",), "egovnet plan -o change.plan"),
    (("prove", "--tier", "centre"), "egovnet plan --tier centre -o change.plan"),
    (("completion", "--shell", "bash"), "egovnet completion --shell bash --yes"),
]


@pytest.mark.parametrize(("words", "following"), LEADS, ids=str)
def test_what_comes_next(words: tuple[str, ...], following: str, tmp_path: Path) -> None:
    env = {"HOME": str(tmp_path)}
    ran = egovnet(*words, "--json", state=tmp_path, env=env)
    assert ran.code in (0, 3, 4), ran.stderr
    assert ran.json["next"] == [following]


def test_a_quiet_proof_is_its_verdict(tmp_path: Path) -> None:
    ran = egovnet("prove", "-q", state=tmp_path)
    first, following = ran.stdout.splitlines()
    assert first.startswith("proved: ")
    assert following.startswith("next: ")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("render", "--tier", "county", "-o", "texts"), "no router is left by --tier"),
        (
            ("render", "--tier", "county", "--region", "beijing", "-o", "texts"),
            "no router is left by --region and --tier together",
        ),
    ],
    ids=("one", "two"),
)
def test_only_options_that_were_given_are_named(
    words: tuple[str, ...], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ran = egovnet(*words, state=tmp_path)
    assert ran.code == 2
    assert ran.stderr == f"error: {said}\n"
