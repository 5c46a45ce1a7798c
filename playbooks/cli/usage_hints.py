"""A command line that is not understood: what is wrong with it, and what was probably meant.

Where `--json` was asked for, the error is the one JSON object on stdout as well.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from difflib import get_close_matches
from itertools import pairwise
from pathlib import Path
from typing import IO, Any

import click

from egovnet.playbooks.cli import other_words

#: How like a known word another is that was probably meant.
_ALIKE = 0.74
#: So many options of a verb are named where none is like the one that was given.
_MANY = 16
#: What an argument is, by its name in the usage.
_ARGUMENTS = {
    "CHANGE": "It is the number of a change, as egovnet history lists them.",
    "DIRECTORY": "It is a directory that is not there yet, such as my-network.",
    "END": "It is a public address and its port, such as 203.0.113.5:40001.",
    "NODE": "It is a name that egovnet lab status lists.",
    "PLAN": "It is a file that egovnet plan -o FILE wrote.",
    "SITE": "It is the name of a site, as in sites/*.yaml.",
}
_META = "egovnet.arguments"


class HintedError(click.UsageError):
    """A usage error in one line, with what was probably meant."""

    def show(self, file: IO[Any] | None = None) -> None:
        """Print it on stderr, and where it was asked for as JSON on stdout too."""
        from egovnet.playbooks.report.console.output import show_error_json

        arguments = () if self.ctx is None else self.ctx.meta.get(_META, ())
        if "--json" in _options(arguments):
            show_error_json(self.message)
        super().show(file)


@contextmanager
def hinted(context: click.Context, arguments: Iterable[str] | None = None) -> Iterator[None]:
    """Give the usage errors raised within a hint; `arguments` are those of the command line.

    Raises:
        HintedError: in the place of another usage error.
    """
    if arguments is not None:
        context.meta.setdefault(_META, tuple(arguments))
    try:
        yield
    except (HintedError, click.exceptions.NoArgsIsHelpError):
        raise
    except click.UsageError as error:
        found = error.ctx or context
        hint, words = _hint(error, found), " ".join(error.format_message().split())
        if isinstance(error, click.NoSuchOption):
            words = error.message  # click's guesses are of options, too, that the verb refuses
        ended = words if not hint or words[-1:] in ".?!" else f"{words}."
        raise HintedError(f"{ended} {hint}".rstrip(), found) from None


def meant_verb(name: str, group: click.Group, context: click.Context) -> str:
    """What to say of a verb that the group has not; "" where nothing is like it."""
    known = group.list_commands(context)
    others = [word for word in other_words.VERBS.get(name, ()) if word in known]
    near = others or get_close_matches(name, known, n=1, cutoff=_ALIKE)
    if context.parent is None:
        below = [f"{verb} {name}" for verb in known if name in _below(group, verb, context)]
        if name in other_words.NO_VERBS:
            return other_words.NO_VERBS[name]
        meant = [
            f"{verb} {word}"
            for word in other_words.VERBS.get(name, ())
            for verb in known
            if word in _below(group, verb, context)
        ]
        below = below or meant
        near = others or below or near
    return f"Did you mean {' or '.join(map(repr, near))}?" if near else ""


def _below(group: click.Group, verb: str, context: click.Context) -> list[str]:
    command = group.get_command(context, verb)
    return command.list_commands(context) if isinstance(command, click.Group) else []


def _hint(error: click.UsageError, context: click.Context) -> str:
    if isinstance(error, click.NoSuchOption):
        return _of_option(error.option_name, context)
    if isinstance(error, click.BadParameter) and isinstance(error.param, click.Argument):
        return _ARGUMENTS.get(error.param.human_readable_name, "")
    if error.message.startswith("Got unexpected extra argument"):
        return _of_extra(error.message.partition("(")[2].rstrip(")").split(" ")[0], context)
    return ""


def _of_option(name: str, context: click.Context) -> str:
    """Of an option that stands before the verb whose it is."""
    command = context.command
    if name == "-V":
        return "Did you mean '--version'?"
    if not isinstance(command, click.Group):
        return _of_others(name, command)
    words = context.meta.get(_META, ())
    name = other_words.OPTIONS.get(name, name)
    path = [context.command_path]
    found: click.Command | None = command
    while isinstance(found, click.Group):
        known = found.list_commands(context)
        verb = next((word for word in words if word in known), "")
        found = found.get_command(context, verb)
        path.append(verb)
    if found is not None and any(name in parameter.opts for parameter in found.params):
        return f"{name} stands behind the verb: {' '.join(path)} ... {name}"
    return ""


def _of_extra(word: str, context: click.Context) -> str:
    """Of a word too many: the option that it was probably meant for."""
    options = _known_options(context.command)
    if "--inventory" in options and Path(word).is_dir():
        return f"Did you mean '--inventory {word}'?"
    if {"--a", "--b"} <= options:
        return "The ends are options: --a ROUTER:PORT --b ROUTER:PORT"
    if context.info_name == "plan" and Path(word).is_file():
        return f"Did you mean 'egovnet apply {word}'?"
    if context.info_name == "history" and word.isdecimal():
        return f"Did you mean 'egovnet show {word}'?"
    if "--limit" in options:
        return f"Routers are chosen by an option: '--limit {word}'."
    return ""


def _of_others(name: str, command: click.Command) -> str:
    """Of an option that other tools have, or is misspelled: what it is here, or what there is."""
    options = _known_options(command)
    if name in other_words.DRY_RUN:
        changes = "--yes" in options
        return "Did you mean 'egovnet plan'? It changes nothing." if changes else "Leave it out."
    meant = other_words.OPTIONS.get(name)
    if meant not in options:
        meant = _near_option(name, options) if name.startswith("--") else None
    if meant:
        return f"Did you mean '{meant}'?"
    some = sorted(option for option in options if option.startswith("--"))
    there = f"There are {', '.join(some)}." if len(some) <= _MANY else "--help lists what there is."
    return other_words.NO_OPTIONS.get(name, there)


def _near_option(name: str, options: Iterable[str]) -> str | None:
    """The option that is spelled alike, or has the same words and more, or fewer of them."""
    plain = {option.lstrip("-"): option for option in options if option.startswith("--")}
    near = get_close_matches(name.lstrip("-"), plain, n=1, cutoff=_ALIKE)
    words = set(name.lstrip("-").split("-"))
    alike = [
        option
        for each, option in sorted(plain.items())
        if words >= set(each.split("-")) or words <= set(each.split("-"))
    ]
    return plain[near[0]] if near else alike[0] if alike else None


def _known_options(command: click.Command) -> set[str]:
    """Options that a verb has and does not refuse."""
    refused = {f"--{name}" for name in getattr(command.callback, "without", ())}
    return {
        name
        for parameter in command.params
        if isinstance(parameter, click.Option) and refused.isdisjoint(parameter.opts)
        for name in parameter.opts
    }


def refuse_swallowed(command: click.Command, arguments: Sequence[str]) -> None:
    """Refuse an option where the value of another belongs: click would take it for the value.

    Raises:
        UsageError: names both.
    """
    options = {
        name: parameter
        for parameter in command.params
        if isinstance(parameter, click.Option)
        for name in parameter.opts
    }
    for option, value in pairwise(_options(arguments)):
        found = options.get(option)
        if found is not None and not found.is_flag and not found.count and value in options:
            what = found.make_metavar(click.Context(command))
            raise click.UsageError(
                f"Option '{option}' needs a value before '{value}': {option} {what}"
            )


def _options(arguments: Iterable[str]) -> Iterator[str]:
    for word in arguments:
        if word == "--":
            return
        yield word
