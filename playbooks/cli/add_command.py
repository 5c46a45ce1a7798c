"""The command `egovnet add KIND`: an option for each field of the entry, made of the models."""

import os
import sys
from collections.abc import Callable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from egovnet.inventory.authoring.additions import PARTS, Option, entry_kinds
from egovnet.inventory.authoring.manual import values_of
from egovnet.playbooks.cli.complete import names_of, ports_of_routers, words_of
from egovnet.playbooks.cli.options import only, verb

if TYPE_CHECKING:
    from egovnet.playbooks.core.workspace import Workspace
    from egovnet.playbooks.results.outcome import AnyOutcome
    from egovnet.playbooks.verbs.add_request import Question

_HELP = {
    "region": "Add a unit of government.",
    "router": "Add a router: a P, a route reflector, a PE, a firewall or a gateway.",
    "circuit": "Add a link between two routers; NAME is made of theirs where it is left out.",
    "agency": "Add an agency, which may own VPNs.",
    "vpn": "Add a VPN; NAME is its id, of which names of VRFs are made.",
    "site": "Add a site and its first access to a PE.",
    "application": "Add an application of a VPN, which its filter lets pass.",
    "exchange": "Add an exchange of two agencies by the interconnection platform's firewalls.",
    "level-rule": "Add a rule about what has a level of protection, or change one that is shipped.",
    "border": "Add a border with another operator's backbone, and the first VPN that crosses it.",
    "access": "Add a further access to the site SITE.",
    "border-vpn": "Add a further VPN that crosses the border BORDER.",
    "legacy-circuit": "Add a dedicated line from before the backbone that may stay until a day.",
}
#: What a field is in the function's arguments: `--region` of a router is no choice of routers.
_OWN = "field_"


def add_command(kind: str) -> click.Command:
    """The command for entries of `kind`."""

    def add(workspace: "Workspace", **arguments: Any) -> "AnyOutcome":
        from egovnet.playbooks.verbs.add import add as add_playbook
        from egovnet.playbooks.verbs.add_request import Request

        given = {
            key.removeprefix(_OWN).replace("_", "-"): value
            for key, value in arguments.items()
            if key.startswith(_OWN) and value not in (None, ())
        }
        given |= _ends(kind, {end: arguments.get(f"end_{end}") for end in ("a", "b")})
        request = Request(
            kind=kind,
            name=arguments.get("name"),
            owner=arguments.get("of_owner"),
            given=given,
            access=arguments.get("access", "main"),
            file=arguments.get("file"),
        )
        return add_playbook(workspace, request, ask if _on_a_terminal() else None)

    add.__doc__ = _HELP[kind]
    command: Callable[..., None] = verb(only("inventory", "as_json")(add))
    for option in reversed(entry_kinds()[kind].options):
        command = _field_option(option)(command)
    for end in ("b", "a") if kind in ("circuit", "legacy-circuit") else ():
        command = click.option(
            f"--{end}",
            f"end_{end}",
            metavar="ROUTER:PORT",
            shell_complete=ports_of_routers,
            help=f"Short for --{end}-router and --{end}-port.",
        )(command)
    if kind == "site":
        command = click.option(
            "--access", default="main", show_default=True, help="Name of its first access."
        )(command)
        command = click.option(
            "--file", help="File that it is written to (default: that of its region)."
        )(command)
    command = click.argument("name", required=False)(command)
    for parts in PARTS:
        if parts.kind == kind:
            command = click.argument(
                "of_owner",
                metavar=parts.owner.upper(),
                required=False,
                shell_complete=names_of(parts.section),
            )(command)
    return click.command(kind)(command)


def _ends(kind: str, written: Mapping[str, str | None]) -> dict[str, str]:
    """What `--a ROUTER:PORT` and `--b` are short for.

    Raises:
        ProblemsError: one has no port.
    """
    from egovnet.inventory.errors import Problem, ProblemsError

    given: dict[str, str] = {}
    problems = []
    for end, text in written.items():
        if not text:
            continue
        router, _, port = text.partition(":")
        if not (router and port):
            remedy = "write ROUTER:PORT, such as pe1:eth1"
            found = f"{text!r} is not a router and port"
            problems.append(Problem(f"add {kind}", 0, f"--{end}", found, remedy))
        given |= {f"{end}-router": router, f"{end}-port": port}
    if problems:
        raise ProblemsError(problems)
    return given


def _field_option(option: Option) -> Callable[[Callable[..., None]], Callable[..., None]]:
    values = values_of(option.field).replace("`", "")
    shape = option.field.shape
    section = shape.names or (shape.item.names if shape.item else None)
    values = f"One of {values}" if shape.choices else f"{values[0].upper()}{values[1:]}"
    told = f"{option.field.description} {values}."
    if option.required:
        told += "  [required]"
    return click.option(
        f"--{option.name}",
        f"{_OWN}{option.name.replace('-', '_')}",
        multiple=option.repeated,
        metavar=_metavar(option),
        shell_complete=words_of(option.shape.choices)
        if section is None
        else names_of(section, option.shape.roles),
        help=told,
    )


def _metavar(option: Option) -> str:
    if date in option.shape.types:
        return "DATE"
    last = option.name.rpartition("-")[2]
    return "TEXT" if last in ("by", "from") else last.upper()


def _on_a_terminal() -> bool:
    return sys.stdin.isatty() and os.isatty(2)


def ask(question: "Question") -> str:
    """The answer of a person; everything goes to stderr.

    Raises:
        UsageError: they would rather stop.
    """
    from egovnet.playbooks.core.selection import UsageError
    from egovnet.playbooks.report.console.ask import ask as ask_on_terminal

    lines = [f"  {question.wrong}"] if question.wrong else []
    lines += [question.words] if question.new else []
    answer = ask_on_terminal(question.option, "\n".join(lines), may_be_empty=question.may_be_empty)
    if answer is None:
        raise UsageError("stopped: nothing was written")
    return answer
