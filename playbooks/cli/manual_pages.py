"""The command line as its manual: pages of `man`, and what a shell reads to complete words.

Both are made of the click commands, so that they say what `--help` says.
"""

from collections.abc import Iterator
from inspect import cleandoc

import click
from click.shell_completion import get_completion_class

#: shell -> where it looks for completions of its own accord, below a prefix such as /usr.
COMPLETIONS = {
    "bash": "share/bash-completion/completions/egovnet",
    "zsh": "share/zsh/site-functions/_egovnet",
    "fish": "share/fish/vendor_completions.d/egovnet.fish",
}
_MANUAL = "share/man/man1"


def completion_script(command: click.Command, shell: str) -> str:
    """What `shell`, one of `COMPLETIONS`, reads to complete `egovnet`."""
    found = get_completion_class(shell)
    if found is None:
        raise LookupError(shell)
    return found(command, {}, "egovnet", "_EGOVNET_COMPLETE").source()


def manual_pages(command: click.Command, version: str) -> dict[str, str]:
    """Page of `man` by its path below a prefix: `egovnet`, and one a verb."""
    return {
        f"{_MANUAL}/{context.command_path.replace(' ', '-')}.1": "\n".join(_page(context, version))
        + "\n"
        for context in contexts(command, "egovnet")
    }


def contexts(
    command: click.Command, name: str, parent: click.Context | None = None
) -> Iterator[click.Context]:
    """A context for `command` and for each of its verbs, as a reader meets them."""
    # as `make_context` does: -h is known from the group, and a command remembers its help
    context = click.Context(command, info_name=name, parent=parent, **command.context_settings)
    yield context
    for verb, found in verbs(context):
        yield from contexts(found, verb, context)


def verbs(context: click.Context) -> Iterator[tuple[str, click.Command]]:
    """The verbs of a group by their names; of a verb, none."""
    if isinstance(context.command, click.Group):
        for name in context.command.list_commands(context):
            found = context.command.get_command(context, name)
            if found is not None and not found.hidden:
                yield name, found


def paragraphs(command: click.Command) -> Iterator[tuple[str, bool]]:
    """The paragraphs of its help, and whether its lines are to stay as they are."""
    for paragraph in cleandoc(command.help or "").split("\n\n"):
        kept = paragraph.startswith("\b\n")
        text = paragraph.removeprefix("\b\n")
        yield text if kept else " ".join(text.split()), kept


def options(context: click.Context) -> Iterator[tuple[str, str]]:
    """Each option as it is written, and its help."""
    for parameter in context.command.get_params(context):
        record = parameter.get_help_record(context)
        if record is not None:
            yield record


def summary(command: click.Command) -> str:
    """The first sentence of its help, without its full stop."""
    text, _ = next(paragraphs(command))
    return text.partition(". ")[0].rstrip(".")


def _page(context: click.Context, version: str) -> Iterator[str]:
    path, command = context.command_path, context.command
    yield f'.TH "{path.upper().replace(" ", "-")}" "1" "" "egovnet {version}" "egovnet"'
    yield from (".SH NAME", rf"{_roff(path.replace(' ', '-'))} \- {_roff(summary(command))}")
    yield from (".SH SYNOPSIS", rf"\fB{_roff(path)}\fR")
    yield _roff(" ".join(command.collect_usage_pieces(context)))
    yield ".SH DESCRIPTION"
    for text, kept in paragraphs(command):
        yield from (".PP", *((".nf", _roff(text), ".fi") if kept else (_roff(text),)))
    if found := list(options(context)):
        yield ".SH OPTIONS"
        for written, told in found:
            yield from (".TP", rf"\fB{_roff(written)}\fR", _roff(told))
    if below := list(verbs(context)):
        yield ".SH VERBS"
        for name, verb in below:
            page = _roff(f"{path} {name}".replace(" ", "-"))
            yield from (
                ".TP",
                rf"\fB{_roff(name)}\fR",
                rf"{_roff(summary(verb))}; see \fB{page}\fR(1)",
            )
    if context.parent is not None:
        above = _roff(context.parent.command_path.replace(" ", "-"))
        yield from (".SH SEE ALSO", rf"\fB{above}\fR(1)")


def _roff(text: str) -> str:
    """Text in which roff sees no command and keeps every hyphen one that can be copied."""
    escaped = text.replace("\\", r"\e").replace("-", r"\-")
    return "\n".join(
        rf"\&{line}" if line.startswith((".", "'")) else line for line in escaped.split("\n")
    )
