"""The command line: `egovnet VERB`. Arguments in, an Outcome out; nothing is decided here."""

import functools
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from inventory.errors import EgovnetError, InventoryError
from inventory.models import Tier
from lab.errors import LabError
from playbooks import demo as demo_playbook
from playbooks import lab as lab_playbook
from playbooks.apply import apply as apply_playbook
from playbooks.apply import shown
from playbooks.context import REFERENCE, Context, Selection
from playbooks.gate import override_from
from playbooks.history import history as history_playbook
from playbooks.history import show_change
from playbooks.init import init as init_playbook
from playbooks.outcome import Exit, Outcome
from playbooks.plan import make_plan, write_plan
from playbooks.prove import prove as prove_playbook
from playbooks.render import render_files
from playbooks.report.progress import make_progress, tell
from playbooks.report.show import show, show_error, show_error_json
from playbooks.rollback import rollback as rollback_playbook
from playbooks.transaction import DEFAULT_CONFIRM_TIMEOUT
from playbooks.validate import validate as validate_playbook
from playbooks.verify import DEFAULT_SETTLE, verify_outcome
from templates.errors import ConfigTextError

_COMMON = (
    click.option(
        "--inventory",
        "inventory",
        type=click.Path(path_type=Path),
        default=REFERENCE,
        envvar="EGOVNET_INVENTORY",
        help="Inventory directory (default: the reference network).",
    ),
    click.option("-l", "--limit", multiple=True, help="Routers, comma-separated or repeated."),
    click.option("--region", help="Routers of this region and all below it."),
    click.option(
        "--tier",
        multiple=True,
        type=click.Choice([tier.value for tier in Tier]),
        help="Routers of this tier; may be repeated.",
    ),
    click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout."),
    click.option(
        "--workers",
        type=click.IntRange(1, 500),
        default=20,
        show_default=True,
        help="Devices worked on at the same time.",
    ),
)


def _verb(function: Callable[..., Outcome]) -> Callable[..., None]:
    """Common options, error handling and output of every verb."""

    @functools.wraps(function)
    def run(
        *,
        inventory: Path,
        limit: tuple[str, ...],
        region: str | None,
        tier: tuple[str, ...],
        as_json: bool,
        workers: int,
        **arguments: Any,
    ) -> None:
        context = Context(inventory, Selection(limit, region, tier), workers)
        try:
            outcome = function(context, **arguments)
        except (InventoryError, ConfigTextError) as error:
            if as_json:
                show_error_json(str(error), error.problems)
            show_error(str(error), error.problems)
            sys.exit(Exit.BAD_INPUT)
        except EgovnetError as error:
            if as_json:
                show_error_json(str(error))
            show_error(str(error))
            sys.exit(Exit.BAD_INPUT)
        except LabError as error:
            if as_json:
                show_error_json(str(error))
            show_error(str(error))
            sys.exit(Exit.DEVICES_FAILED)
        except KeyboardInterrupt:
            show_error("interrupted; what was begun was undone")
            sys.exit(Exit.DEVICES_FAILED)
        show(outcome, as_json=as_json)
        sys.exit(outcome.exit)

    for option in reversed(_COMMON):
        run = option(run)
    return run


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="egovnet")
def main() -> None:
    """Provision and verify the national e-government backbone.

    Dry run is the default: nothing changes without --yes or a plan file.

    \b
    Exit codes:
      0  done, nothing to report
      1  internal error
      2  bad usage or bad input
      3  changes pending
      4  a leak, or a failed verification
      5  devices failed or unreachable (what was begun was undone)
    """


@main.command()
@click.argument("directory", type=click.Path(path_type=Path))
@click.option("--like", type=click.Choice(["reference"]), default="reference", show_default=True)
@_verb
def init(_context: Context, directory: Path, like: str) -> Outcome:
    """Write an inventory to start from."""
    assert like == "reference"  # noqa: S101 -- the one choice there is; click checked it
    return init_playbook(directory)


@main.command()
@_verb
def validate(context: Context) -> Outcome:
    """Check an inventory: schema, references, policy, numbers."""
    return validate_playbook(context)


@main.command()
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help="Directory.")
@_verb
def render(context: Context, output: Path) -> Outcome:
    """Write the intended configuration of each device, DIR/<host>.cfg."""
    return render_files(context, output)


@main.command()
@click.option(
    "--configs", type=click.Path(path_type=Path), help="Prove the texts of DIR, <host>.cfg each."
)
@click.option("--running", is_flag=True, help="Prove what the devices run now.")
@click.option(
    "--zones",
    type=click.Path(path_type=Path),
    help="YAML with the zones by VRF name, in place of the inventory's.",
)
@click.option(
    "--report",
    type=click.Path(path_type=Path),
    help="Directory for proof.html and proof.json.",
)
@_verb
def prove(
    context: Context, configs: Path | None, running: bool, zones: Path | None, report: Path | None
) -> Outcome:
    """Prove from configurations that the two networks never meet, or show the path.

    The texts are the rendered ones, those of --configs, or those that run (--running).
    """
    return prove_playbook(
        context, make_progress(), configs=configs, running=running, zones=zones, report=report
    )


@main.command()
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Plan file to write.")
@_verb
def plan(context: Context, output: Path | None) -> Outcome:
    """Diff the inventory against the devices, and prove what would be. Changes nothing."""
    progress = make_progress()
    made = make_plan(context, progress)
    lock_written = context.keep_allocation()
    if output is not None:
        write_plan(made, output)
    return shown(context, progress, made, lock_written=lock_written)


_YES = click.option("--yes", is_flag=True, help="Do it; without this it is only shown.")
_CONFIRM_TIMEOUT = click.option(
    "--confirm-timeout",
    type=click.IntRange(30, 3600),
    default=DEFAULT_CONFIRM_TIMEOUT,
    show_default=True,
    help="Seconds after which a device goes back by itself unless confirmed.",
)


_SETTLE = click.option(
    "--settle",
    type=click.IntRange(0, 600),
    default=DEFAULT_SETTLE,
    show_default=True,
    help="Seconds that routing may take to converge before verification fails.",
)


_UNPROVED_BY = click.option(
    "--unproved-by", metavar="NAME", help="Who answers for a push that is not proved."
)
_REASON = click.option("--reason", metavar="TEXT", help="Why it is pushed all the same.")


@main.command()
@click.argument("plan_file", required=False, type=click.Path(path_type=Path))
@_YES
@_CONFIRM_TIMEOUT
@_SETTLE
@_UNPROVED_BY
@_REASON
@_verb
def apply(
    context: Context,
    plan_file: Path | None,
    *,
    yes: bool,
    confirm_timeout: int,
    settle: int,
    unproved_by: str | None,
    reason: str | None,
) -> Outcome:
    """Apply a plan file, or plan and apply with --yes. All devices or none."""
    return apply_playbook(
        context,
        make_progress(),
        plan_file,
        yes=yes,
        confirm_timeout=confirm_timeout,
        settle=settle,
        override=override_from(unproved_by, reason),
    )


@main.command()
@_SETTLE
@_verb
def verify(context: Context, settle: int) -> Outcome:
    """Check control plane and packets: must-reach and must-not-reach."""
    return verify_outcome(context, make_progress(), settle)


@main.command()
@click.argument("change", type=int)
@_YES
@_CONFIRM_TIMEOUT
@_UNPROVED_BY
@_REASON
@_verb
def rollback(
    context: Context,
    change: int,
    *,
    yes: bool,
    confirm_timeout: int,
    unproved_by: str | None,
    reason: str | None,
) -> Outcome:
    """Take the devices of CHANGE back to what they ran before it."""
    return rollback_playbook(
        context,
        make_progress(),
        change,
        yes=yes,
        confirm_timeout=confirm_timeout,
        override=override_from(unproved_by, reason),
    )


@main.command()
@_verb
def history(context: Context) -> Outcome:
    """List every change in the journal."""
    return history_playbook(context)


@main.command()
@click.argument("change", type=int)
@_verb
def show_(context: Context, change: int) -> Outcome:
    """Show one change: diffs and steps."""
    return show_change(context, change)


main.add_command(main.commands.pop("show-"), "show")


@main.command()
@click.option("--keep", is_flag=True, help="Leave the lab running at the end.")
@_verb
def demo(context: Context, keep: bool) -> Outcome:
    """Run the whole story on the lab, step by step."""
    return demo_playbook.demo(context, make_progress(), keep=keep)


@main.group()
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
@_verb
def lab_up(context: Context, backend: str, provisioned: bool, reconfigure: bool) -> Outcome:
    """Boot the lab; routers have a day-0 configuration (management and SSH only)."""
    options = lab_playbook.LabOptions(backend, provisioned, reconfigure)
    return lab_playbook.up(context, options, tell)


@lab.command("down")
@_BACKEND
@_verb
def lab_down(context: Context, backend: str) -> Outcome:
    """End the lab and remove what it left."""
    return lab_playbook.down(context, backend)


@lab.command("restart")
@_BACKEND
@click.argument("node")
@_verb
def lab_restart(context: Context, backend: str, node: str) -> Outcome:
    """Cut the power of router NODE and boot it again from its own files."""
    return lab_playbook.restart(context, backend, node)


@lab.command("status")
@_BACKEND
@_verb
def lab_status(context: Context, backend: str) -> Outcome:
    """Say how the lab is."""
    return lab_playbook.status(context, backend)


@lab.command("topology")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Also write all files here.")
@click.option("--provisioned", is_flag=True, help="Startup files hold the intended configuration.")
@_verb
def lab_topology(context: Context, output: Path | None, provisioned: bool) -> Outcome:
    """Print the lab as a containerlab file."""
    return lab_playbook.containerlab_files(context, output, provisioned=provisioned)


@lab.command("exec", context_settings={"ignore_unknown_options": True})
@_BACKEND
@click.argument("node")
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
@_verb
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
@_verb
def lab_ssh(context: Context, node: str, command: tuple[str, ...]) -> Outcome:
    """Log in to a router of the lab."""
    lab_playbook.ssh(context, node, command)
    raise AssertionError  # execv does not come back
