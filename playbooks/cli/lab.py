"""The command line of the virtual network: `egovnet lab VERB`."""

import sys
from pathlib import Path

import click

from egovnet.playbooks.cli.options import verb
from egovnet.playbooks.core.workspace import Context
from egovnet.playbooks.report.console.progress import tell
from egovnet.playbooks.results.outcome import Exit, Outcome
from egovnet.playbooks.verbs import lab as lab_playbook


@click.group()
def lab() -> None:
    """The virtual network of real FRR routers."""


_BACKEND = click.option(
    "--backend",
    type=click.Choice(lab_playbook.BACKENDS),
    default="microvm",
    show_default=True,
    help="How the network is made virtual.",
)


@lab.command("up")
@_BACKEND
@click.option("--provisioned", is_flag=True, help="Boot into the intended configuration.")
@click.option("--reconfigure", is_flag=True, help="Replace a lab of another topology.")
@verb
def lab_up(context: Context, backend: str, provisioned: bool, reconfigure: bool) -> Outcome:
    """Boot the lab; routers have a day-0 configuration (management and SSH only)."""
    options = lab_playbook.LabOptions(backend, provisioned, reconfigure)
    return lab_playbook.up(context, options, tell)


@lab.command("down")
@_BACKEND
@verb
def lab_down(context: Context, backend: str) -> Outcome:
    """End the lab and remove what it left."""
    return lab_playbook.down(context, backend)


@lab.command("restart")
@_BACKEND
@click.argument("node")
@verb
def lab_restart(context: Context, backend: str, node: str) -> Outcome:
    """Cut the power of router NODE and boot it again from its own files."""
    return lab_playbook.restart(context, backend, node)


@lab.command("status")
@_BACKEND
@verb
def lab_status(context: Context, backend: str) -> Outcome:
    """Say how the lab is."""
    return lab_playbook.status(context, backend)


@lab.command("topology")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Also write all files here.")
@click.option("--provisioned", is_flag=True, help="Startup files hold the intended configuration.")
@verb
def lab_topology(context: Context, output: Path | None, provisioned: bool) -> Outcome:
    """Print the lab as a containerlab file."""
    return lab_playbook.containerlab_files(context, output, provisioned=provisioned)


@lab.command("exec", context_settings={"ignore_unknown_options": True})
@_BACKEND
@click.argument("node")
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
@verb
def lab_exec(context: Context, backend: str, node: str, command: tuple[str, ...]) -> Outcome:
    """Run COMMAND in any node of the lab."""
    out, err, code = lab_playbook.execute(context, backend, node, command)
    sys.stderr.write(err)
    return Outcome(
        "exec",
        {"node": node, "stdout": out, "stderr": err, "exit_code": code, "text": out},
        Exit(code) if code in tuple(Exit) else Exit.INTERNAL,
    )


@lab.command("ssh", context_settings={"ignore_unknown_options": True})
@click.argument("node")
@click.argument("command", nargs=-1, type=click.UNPROCESSED)
@verb
def lab_ssh(context: Context, node: str, command: tuple[str, ...]) -> Outcome:
    """Log in to a router of the lab."""
    lab_playbook.ssh(context, node, command)
    raise AssertionError  # execv does not come back
