"""Every command that egovnet names, in what it prints and in its pages, is one that it takes."""

import ast
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from egovnet.playbooks.cli.main import main

ROOT = Path(__file__).parents[3]
ROOMS = ("inventory", "templates", "isolation", "tasks", "playbooks", "lab")
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
#: A word of a command line: what follows a verb as long as it looks like one.
WORD = re.compile(
    r"(?:--?[a-z][a-z-]*|\{[a-z_.]*\}|[A-Z]{2,}|N|\d+|[\w./-]+\.plan)(?=[\s`'\",;:.)]|$)"
)
VALUE = re.compile(r"[^\s`\",;:)]+")


def groups() -> tuple[str, ...]:
    """Verbs that have verbs below them."""
    context = click.Context(main)
    names = main.list_commands(context)
    return tuple(n for n in names if isinstance(main.get_command(context, n), click.Group))


GROUPS = groups()
NAMED = re.compile(rf"(?:\.venv/bin/)?\begovnet ((?:(?:{'|'.join(GROUPS)}) )?[a-z]+)\b")


def verbs() -> dict[str, click.Command]:
    context = click.Context(main)
    found = {name: main.get_command(context, name) for name in main.list_commands(context)}
    for name in GROUPS:
        group = found.pop(name)
        assert isinstance(group, click.Group)
        inner = click.Context(group)
        for verb in group.list_commands(inner):
            found[f"{name} {verb}"] = group.get_command(inner, verb)
    return {name: command for name, command in found.items() if command is not None}


VERBS = verbs()


def named(text: str) -> Iterator[tuple[str, list[str]]]:
    """(verb, the words of it) of each command that a text names."""
    for match in NAMED.finditer(text):
        verb = match.group(1)
        if verb not in VERBS:
            continue
        words, rest = [], text[match.end() :]
        values = valued(VERBS[verb])
        while space := re.match(r" +", rest):
            word = (VALUE if words and words[-1] in values else WORD).match(rest[space.end() :])
            if word is None:
                break
            words.append(word.group())
            rest = rest[space.end() + word.end() :]
        if words and words[0].startswith("{") and not takes_arguments(VERBS[verb]):
            words = []  # of a sentence
        yield verb, words


def valued(command: click.Command) -> set[str]:
    """Options that are followed by a value."""
    return {
        name
        for parameter in command.params
        if isinstance(parameter, click.Option) and not parameter.is_flag
        for name in parameter.opts
    }


def takes_arguments(command: click.Command) -> bool:
    return any(isinstance(parameter, click.Argument) for parameter in command.params)


def refusal(verb: str, words: list[str]) -> str:
    """Why click does not take it; "" if it does. What a sentence leaves out is no fault, and a
    value that stands for another (FILE, CLASS) is none of the option's."""
    given = [re.sub(r"\{.*?\}", "1", word) for word in words if word not in ("-h", "--help")]
    if given and given[-1] in valued(VERBS[verb]):
        given.append("1")
    try:
        VERBS[verb].make_context(verb, given, parent=click.Context(main, **main.context_settings))
    except (click.MissingParameter, click.BadParameter):
        return ""
    except click.UsageError as error:
        return error.format_message()
    return ""


def sentences() -> Iterator[tuple[str, str]]:
    """(where, text) of every text in the code."""
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            source = path.read_text(encoding="utf-8")
            if "egovnet " not in source:
                continue
            tree = ast.parse(source)
            parts_of = {id(p) for n in ast.walk(tree) if isinstance(n, ast.JoinedStr)
                        for p in n.values}  # fmt: skip
            for node in ast.walk(tree):
                if id(node) in parts_of:
                    continue
                if isinstance(node, ast.JoinedStr):
                    parts = (p.value if isinstance(p, ast.Constant) else "{x}" for p in node.values)
                    yield f"{path.name}:{node.lineno}", "".join(map(str, parts))
                elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                    yield f"{path.name}:{node.lineno}", node.value


def test_commands_named_by_the_program_are_accepted() -> None:
    found = [(where, verb, words) for where, text in sentences() for verb, words in named(text)]
    assert len(found) > 25
    wrong = {f"{where}: {verb} {shlex.join(words)}": why for where, verb, words in found
             if (why := refusal(verb, words))}  # fmt: skip
    assert wrong == {}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_named_by_a_page_are_accepted(page: Path) -> None:
    text = page.read_text(encoding="utf-8").replace(" \\\n", " ")
    wrong = {f"{verb} {shlex.join(words)}": why for verb, words in named(text)
             if (why := refusal(verb, words))}  # fmt: skip
    assert wrong == {}


def test_a_command_that_is_none_is_seen() -> None:
    (found,) = named("see egovnet history --chekc, please")
    assert "--chekc" in refusal(*found)
    (found,) = named("run: egovnet recover {change} finishes it")
    assert found == ("recover", ["{change}"])
    assert refusal(*found) == ""
