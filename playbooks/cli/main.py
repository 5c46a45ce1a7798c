"""The command line: `egovnet VERB`. Arguments in, an Outcome out; nothing is decided here."""

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from egovnet.playbooks.change.apply import apply as apply_playbook
from egovnet.playbooks.change.apply import shown
from egovnet.playbooks.change.plan import make_plan, write_plan
from egovnet.playbooks.change.proof_gate import override_from
from egovnet.playbooks.change.recover import recover as recover_playbook
from egovnet.playbooks.change.transaction_options import (
    DEFAULT_CONFIRM_TIMEOUT,
    DEFAULT_HOLD,
    Options,
)
from egovnet.playbooks.cli.lab import lab
from egovnet.playbooks.cli.options import verb
from egovnet.playbooks.cli.worker import worker
from egovnet.playbooks.core.workspace import Context
from egovnet.playbooks.drift.collect import DEFAULT_TIMEOUT
from egovnet.playbooks.drift.job import drift as drift_playbook
from egovnet.playbooks.proof.prove import prove as prove_playbook
from egovnet.playbooks.report.console.progress import make_progress
from egovnet.playbooks.results.outcome import Outcome
from egovnet.playbooks.rollback.rollback import rollback as rollback_playbook
from egovnet.playbooks.verbs import demo as demo_playbook
from egovnet.playbooks.verbs.history import history as history_playbook
from egovnet.playbooks.verbs.history import show_change
from egovnet.playbooks.verbs.init import init as init_playbook
from egovnet.playbooks.verbs.render import render_files
from egovnet.playbooks.verbs.validate import validate as validate_playbook
from egovnet.playbooks.verify.verify import DEFAULT_SETTLE, verify_outcome


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
      3  changes pending, or drift
      4  a leak, or a failed verification
      5  devices failed or unreachable (what was begun was undone)
    """


@main.command()
@click.argument("directory", type=click.Path(path_type=Path))
@click.option("--like", type=click.Choice(["reference"]), default="reference", show_default=True)
@verb
def init(_context: Context, directory: Path, like: str) -> Outcome:
    """Write an inventory to start from."""
    assert like == "reference"  # noqa: S101 -- the one choice there is; click checked it
    return init_playbook(directory)


@main.command()
@verb
def validate(context: Context) -> Outcome:
    """Check an inventory: schema, references, policy, numbers."""
    return validate_playbook(context)


@main.command()
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help="Directory.")
@verb
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
@verb
def prove(
    context: Context, configs: Path | None, running: bool, zones: Path | None, report: Path | None
) -> Outcome:
    """Prove from configurations that the two networks never meet, or show the path.

    The texts are the rendered ones, those of --configs, or those that run (--running).
    """
    return prove_playbook(
        context, make_progress(), configs=configs, running=running, zones=zones, report=report
    )


_WAVES = click.option(
    "--waves",
    default="",
    metavar="WAYS",
    help="Push in waves by `region`, `tier` or `tier,region`, a canary first.",
)
_CANARY = click.option("--canary", metavar="HOST", help="The router that is pushed first.")


def _ways(waves: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in waves.split(",") if word.strip())


@main.command()
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Plan file to write.")
@_WAVES
@_CANARY
@verb
def plan(context: Context, output: Path | None, waves: str, canary: str | None) -> Outcome:
    """Diff the inventory against the devices, and prove what would be. Changes nothing."""
    progress = make_progress()
    made = make_plan(context, progress, waves_by=_ways(waves), canary=canary)
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


_TRANSACTION = (
    _CONFIRM_TIMEOUT,
    click.option(
        "--hold",
        type=click.IntRange(0, 86400),
        default=DEFAULT_HOLD,
        show_default=True,
        help="Seconds that every timer has left when the change is decided.",
    ),
    click.option(
        "--wait",
        type=click.IntRange(0, 3600),
        default=0,
        metavar="SECONDS",
        help="Wait so long for devices that another change holds.",
    ),
    click.option(
        "--max-failures",
        type=click.IntRange(0, 1000),
        default=0,
        show_default=True,
        help="Devices that may be left out, as they were, before everything goes back.",
    ),
    click.option("--ticket", metavar="ID", help="Kept in the journal and the archive."),
    click.option("--stop-after", metavar="WAVE", help="Keep the waves up to this one, and stop."),
)


def _transaction(function: Callable[..., Any]) -> Callable[..., Any]:
    """The options of a transaction, handed on as one `options`."""

    @functools.wraps(function)
    def run(
        *arguments: Any,
        confirm_timeout: int,
        hold: int,
        wait: int,
        max_failures: int,
        ticket: str | None,
        stop_after: str | None,
        **others: Any,
    ) -> Any:
        options = Options(confirm_timeout, hold, wait, max_failures, ticket, stop_after)
        return function(*arguments, options=options, **others)

    for option in reversed(_TRANSACTION):
        run = option(run)
    return run


@main.command()
@click.argument("plan_file", required=False, type=click.Path(path_type=Path))
@_YES
@_transaction
@_WAVES
@_CANARY
@_SETTLE
@_UNPROVED_BY
@_REASON
@verb
def apply(
    context: Context,
    plan_file: Path | None,
    *,
    yes: bool,
    options: Options,
    waves: str,
    canary: str | None,
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
        options=options,
        waves_by=_ways(waves),
        canary=canary,
        settle=settle,
        override=override_from(unproved_by, reason),
    )


@main.command()
@click.argument("change", required=False, type=int)
@_YES
@verb
def recover(context: Context, change: int | None, *, yes: bool) -> Outcome:
    """Finish what a dead controller left: the whole change forward, or the whole change back."""
    return recover_playbook(context, make_progress(), change, yes=yes)


@main.command()
@click.option(
    "--remediate",
    multiple=True,
    metavar="CLASS",
    help="Put back what differs of this class: leak, service or policy; may be repeated.",
)
@click.option(
    "--share",
    type=click.IntRange(0, 100),
    metavar="PERCENT",
    help="Most of the network's routers that a night may change (default: as drift.yaml says).",
)
@click.option(
    "--timeout",
    type=click.IntRange(5, 3600),
    default=DEFAULT_TIMEOUT,
    show_default=True,
    metavar="SECONDS",
    help="How long a device may take to be read before it is given up.",
)
@click.option(
    "--whole",
    is_flag=True,
    help="Let every device send everything, also those that would say what they said before.",
)
@click.option("--ticket", metavar="ID", help="Kept with what is put back.")
@click.option(
    "--report",
    type=click.Path(path_type=Path, file_okay=False),
    help="Directory for drift.html, .json, .xml (JUnit), .md and .prom.",
)
@verb
def drift(
    context: Context,
    *,
    remediate: tuple[str, ...],
    share: int | None,
    timeout: int,
    whole: bool,
    ticket: str | None,
    report: Path | None,
) -> Outcome:
    """Read the network by night: what runs against what is meant. Changes nothing by itself."""
    return drift_playbook(
        context,
        make_progress(),
        remediate=remediate,
        share=share,
        timeout=timeout,
        whole=whole,
        ticket=ticket,
        report=report,
    )


@main.command()
@_SETTLE
@verb
def verify(context: Context, settle: int) -> Outcome:
    """Check control plane and packets: must-reach and must-not-reach."""
    return verify_outcome(context, make_progress(), settle)


@main.command()
@click.argument("change", type=int)
@_YES
@_transaction
@click.option(
    "--write-inventory",
    is_flag=True,
    help="Also give the inventory's files back as they were, where nothing else is in them.",
)
@_UNPROVED_BY
@_REASON
@verb
def rollback(
    context: Context,
    change: int,
    *,
    yes: bool,
    options: Options,
    write_inventory: bool,
    unproved_by: str | None,
    reason: str | None,
) -> Outcome:
    """Undo CHANGE, also an older one; refused if later changes stand on it."""
    return rollback_playbook(
        context,
        make_progress(),
        change,
        yes=yes,
        options=options,
        override=override_from(unproved_by, reason),
        write_inventory=write_inventory,
    )


@main.command()
@verb
def history(context: Context) -> Outcome:
    """List every change in the journal."""
    return history_playbook(context)


@main.command()
@click.argument("change", type=int)
@verb
def show_(context: Context, change: int) -> Outcome:
    """Show one change: diffs and steps."""
    return show_change(context, change)


main.add_command(main.commands.pop("show-"), "show")


@main.command()
@click.option("--keep", is_flag=True, help="Leave the lab running at the end.")
@verb
def demo(context: Context, keep: bool) -> Outcome:
    """Run the whole story on the lab, step by step."""
    return demo_playbook.demo(context, make_progress(), keep=keep)


main.add_command(lab)
main.add_command(worker)
