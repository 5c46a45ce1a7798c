"""Commands on the other pages: done as they say, or named with the test that does them."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from egovnet.playbooks.cli.main import main
from egovnet.playbooks.cli.manual_pages import contexts
from tests.docs.blocks import ROOT, Command, pages, steps
from tests.docs.player import Player

#: Pages that are done here, by a reader with a directory of his own and no routers.
HERE = (
    "README.md",
    "docs/explanation/proof.md",
    "docs/explanation/legacy-circuits.md",
    "docs/how-to/exchange.md",
    "docs/how-to/rollout.md",
)
#: Pages whose commands are done elsewhere, and by which test.
ELSEWHERE = {
    "docs/tutorial.md": "tests/docs/test_tutorial.py",
    "docs/drift.md": "tests/docs/test_how_to.py",
    **{
        path.relative_to(ROOT).as_posix(): "tests/docs/test_how_to.py"
        for path in (ROOT / "docs" / "how-to").glob("*.md")
    },
    "docs/how-to/migrate-a-legacy-network.md": "tests/docs/test_migration_live.py",
}
#: Command lines that no page does, since they need what a test has in another form: the test.
ELSEWHERE_BY_LINE = {
    "egovnet allocate loopback gd-pe9 --region guangdong": "tests/playbooks/verbs/test_allocate.py",
    "egovnet allocate circuit gd-pe1 sh-pe1": "tests/playbooks/verbs/test_allocate.py",
    "egovnet allocate site gov-foshan --vpn government --region guangzhou --yes": (
        "tests/playbooks/verbs/test_allocate.py"
    ),
    **dict.fromkeys(
        (
            "egovnet keys generate",
            "egovnet keys generate --yes",
            "egovnet plan --disruptive -o keys.plan",
            "egovnet apply keys.plan",
        ),
        "tests/playbooks/test_managed_keys_of_a_day.py",
    ),
    **dict.fromkeys(
        (
            "egovnet keys rotate --scope isis --apply",
            "egovnet keys rotate --apply",
            "egovnet keys revoke 'bgp/*+sh-pe1' --reason 'the router was stolen' --yes",
        ),
        "tests/playbooks/verbs/keys/test_rotation.py",
    ),
    **dict.fromkeys(
        (
            "egovnet keys init --recipient age1...",
            "egovnet keys hand-over site/party-beijing+main --recipient age1... -o key.age",
        ),
        "tests/playbooks/verbs/keys/test_keys.py",
    ),
    "egovnet apply --runner celery": "tests/tasks/runners/celery",
    "egovnet worker --region guangdong": "tests/tasks/runners/celery",
    "egovnet worker --new-key /etc/egovnet/key": "tests/tasks/runners/celery",
    "egovnet lab image -o egovnet-frr.tar": "tests/lab/test_container_image.py",
    "egovnet worker --region guangdong --inventory DIR --workers 20": "tests/tasks/runners/celery",
    "egovnet plan --key ~/.ssh/id_ed25519 -o site.plan": "tests/mission",
    "egovnet keys init --sealed-with sm --recipient sm2:...": "tests/playbooks/verbs/keys",
    **dict.fromkeys(
        (
            "egovnet keys hand-over site/border-gd-taxation+gd --recipient age1... -o key.age",
            "egovnet keys take site/border-nation-gdtax+nation key.age",
        ),
        "tests/playbooks/verbs/keys/test_borders_keys.py",
    ),
    "egovnet keys init --openbao egovnet/national --address https://bao.example:8200 "
    "--ca bao-ca.pem": "tests/playbooks/test_managed_keys_of_a_day.py",
    **dict.fromkeys(
        (
            "egovnet identity init",
            "egovnet identity enrol bj-pe1 -o enrolment.py",
            "egovnet identity sign bj-pe1.request -o bj-pe1.answer",
            "egovnet identity script -o scripts",
        ),
        "tests/playbooks/test_encryption_live.py",
    ),
    "egovnet identity revoke --router sh-pe1 --reason 'the router was stolen'": (
        "tests/playbooks/verbs/test_identity.py"
    ),
    "egovnet approve site.plan --key ~/.ssh/id_ed25519": "tests/mission",
    "egovnet apply site.plan --key /etc/egovnet/noc": "tests/mission",
}
_LINE = re.compile(r"^(?: {4,}|\$ |```)(?:\.venv/bin/)?(egovnet [a-z-].*)$")


def test_every_page_with_commands_is_done_somewhere() -> None:
    for page in pages():
        name = page.relative_to(ROOT).as_posix()
        if any(isinstance(step, Command) for step in steps(page)):
            assert name in HERE or (ROOT / ELSEWHERE[name]).exists(), name


@pytest.mark.parametrize("name", HERE)
def test_page(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    player = Player(tmp_path, "127.20.20.")
    if name != "README.md":
        player.run("egovnet init my-network")
    player.play(steps(ROOT / name))
    assert player.played


def _lines() -> Iterator[tuple[str, str]]:
    """(page, command) of each line that is a command for egovnet, in any block."""
    for page in pages():
        block = ""  # the fence that is open
        for line in page.read_text(encoding="utf-8").splitlines():
            if line.startswith("```"):
                block = "" if block else line
            elif block != "```console" and (found := _LINE.match(block[:3] + line)):
                yield page.relative_to(ROOT).as_posix(), re.split(r"\s+(?:#|->)\s", found[1])[0]


def test_no_command_stands_where_nobody_does_it() -> None:
    """A block of commands is a console block, which is done."""
    alone = {line.strip() for _, line in _lines()}
    assert alone <= set(ELSEWHERE_BY_LINE), sorted(alone - set(ELSEWHERE_BY_LINE))
    assert all((ROOT / place).exists() for place in ELSEWHERE_BY_LINE.values())


@pytest.mark.parametrize("line", sorted(ELSEWHERE_BY_LINE))
def test_such_a_command_is_one_that_is_accepted(line: str) -> None:
    accepted(line)


def test_commands_within_sentences_are_accepted() -> None:
    """`egovnet VERB --option` in prose: the verb is there, and has these options."""
    for page in pages():
        text = page.read_text(encoding="utf-8")
        for words in re.findall(r"`egovnet ([a-z][^`\n]*)`", text):
            try:
                accepted(f"egovnet {words}", whole=False)
            except (click.UsageError, ValueError) as error:
                pytest.fail(f"{page.name}: egovnet {words}: {error}")


#: Options of other programs that pages name.
OF_OTHERS = {"--egovnet-inventory", "--egovnet-keep", "--egovnet-backend"}
OF_OTHERS |= {"--collector.textfile.directory"}


def test_options_within_sentences_are_some_verb_s() -> None:
    known = {
        name
        for context in contexts(main, "egovnet")
        for parameter in context.command.get_params(context)
        for name in parameter.opts
    }
    named = {
        (page.name, option)
        for page in pages()
        for option in re.findall(r"`(--[a-z][a-z.-]*)", page.read_text(encoding="utf-8"))
    }
    assert {(page, name) for page, name in named if name not in known | OF_OTHERS} == set()


def accepted(line: str, *, whole: bool = True) -> None:
    """Fail where the command line does not know the verb or an option; `whole`: or a word lacks."""
    command: click.Command = main
    context = click.Context(main, info_name="egovnet", **main.context_settings)
    words = shlex.split(line)[1:]
    while words and isinstance(command, click.Group) and words[0][:1].islower():
        if "|" in words[0]:
            words = [words[0].split("|")[0], *words[1:]]
        found = command.get_command(context, words[0])
        if found is None:
            raise ValueError(f"no verb {words[0]!r}")
        command, words = found, words[1:]
        context = click.Context(command, info_name=command.name, parent=context)
    if whole:
        command.make_context(command.name, words, parent=context.parent)
        return
    known = {option for parameter in command.get_params(context) for option in parameter.opts}
    known |= {"--version", "--help", "-h"}
    for word in words:
        name = word.partition("=")[0].rstrip(",")
        if name.startswith("-") and name not in known:
            raise ValueError(f"no option {name}")
