"""A command line that is not understood: what is wrong with it, and what was probably meant.

Where `--json` was asked for, the error is the one JSON object on stdout as well.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from pathlib import Path
from typing import IO, Any

import click

#: What people of other tools type first, and what it is called here: the first that the group has.
_OTHER_WORDS = {
    "check": ("validate",),
    "commit": ("apply",),
    "boot": ("up",),
    "create": ("add",),
    "customer": ("site",),
    "delete": ("remove",),
    "deploy": ("apply",),
    "department": ("agency",),
    "device": ("router",),
    "diff": ("plan",),
    "firewall": ("router",),
    "gateway": ("router",),
    "generate": ("render",),
    "destroy": ("down",),
    "host": ("router",),
    "interface": ("access",),
    "inventory": ("export",),
    "link": ("circuit",),
    "log": ("history",),
    "neighbor": ("border",),
    "new": ("init",),
    "pe": ("router",),
    "province": ("region",),
    "push": ("apply",),
    "restore": ("rollback",),
    "revert": ("rollback",),
    "service": ("vpn",),
    "start": ("up",),
    "stop": ("down",),
    "test": ("verify",),
    "undo": ("rollback",),
    "vrf": ("vpn",),
}
#: Of egovnet itself, words that are no verb of it.
_WITHOUT_A_VERB = {
    "help": "Did you mean '--help'? It stands behind any verb.",
    "version": "Did you mean '--version'?",
    "edit": "Edit the entry in its file; egovnet add writes a new one.",
    "ping": "Did you mean 'verify', which sends packets? From a lab's host: egovnet lab exec "
    "HOST ping ADDRESS",
    "start": "Did you mean 'lab up'?",
    "stop": "Did you mean 'lab down'?",
    "circuits": "Did you mean 'circuit list', the register of legacy circuits?",
    **dict.fromkeys(
        ("delete", "remove", "rm"),
        "Take the entry out of its file; plan and apply take it off the routers.",
    ),
}
#: What an argument is, by its name in the usage.
_ARGUMENTS = {
    "CHANGE": "It is the number of a change, as egovnet history lists them.",
    "DIRECTORY": "It is a directory that is not there yet, such as my-network.",
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
        if isinstance(error, click.NoSuchOption) and hint:
            words = error.message
        raise HintedError(f"{words} {hint}".rstrip(), found) from None


def meant_verb(name: str, group: click.Group, context: click.Context) -> str:
    """What to say of a verb that the group has not; "" where nothing is like it."""
    known = group.list_commands(context)
    others = [word for word in _OTHER_WORDS.get(name, ()) if word in known]
    near = others or get_close_matches(name, known, n=1)
    if context.parent is None:
        below = [f"{verb} {name}" for verb in known if name in _below(group, verb, context)]
        if name in _WITHOUT_A_VERB:
            return _WITHOUT_A_VERB[name]
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
    refused = {f"--{name}" for name in getattr(context.command.callback, "without", ())}
    options = {name for parameter in context.command.params for name in parameter.opts} - refused
    if "--inventory" in options and Path(word).is_dir():
        return f"Did you mean '--inventory {word}'?"
    if context.info_name == "plan" and Path(word).is_file():
        return f"Did you mean 'egovnet apply {word}'?"
    if context.info_name == "history" and word.isdecimal():
        return f"Did you mean 'egovnet show {word}'?"
    if "--limit" in options:
        return f"Routers are chosen by an option: '--limit {word}'."
    return ""


#: Options of other tools, and what is called so here.
_OTHER_OPTIONS = {
    **dict.fromkeys(("--device", "--host", "--hosts", "--node", "--router"), "--limit"),
    **dict.fromkeys(("--file", "--out"), "--output"),
    **dict.fromkeys(("--confirm", "--force"), "--yes"),
    "--all": "--full",
    "--dir": "--inventory",
    "--directory": "--inventory",
}


def _of_others(name: str, command: click.Command) -> str:
    """Of an option as other tools have it, where the verb has what it is here."""
    options = {option for parameter in command.params for option in parameter.opts}
    if name in ("--dry-run", "--check"):
        changes = "--yes" in options
        return "Did you mean 'egovnet plan'? It changes nothing." if changes else "Leave it out."
    meant = _OTHER_OPTIONS.get(name)
    return f"Did you mean '{meant}'?" if meant in options else ""


def _options(arguments: Iterable[str]) -> Iterator[str]:
    for word in arguments:
        if word == "--":
            return
        yield word
