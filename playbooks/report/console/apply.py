"""What `apply` prints when it pushed or refused: the result, each device that failed, the proof."""

from rich.console import Console
from rich.text import Text

from egovnet.playbooks.report.console import verify
from egovnet.playbooks.report.console.approval import print_standing
from egovnet.playbooks.report.console.proof import print_gate
from egovnet.playbooks.report.console.safe_console import detail_of
from egovnet.playbooks.report.console.tables import print_waves
from egovnet.playbooks.report.text import plan_words as words
from egovnet.playbooks.results.detail import Detail
from egovnet.playbooks.results.transaction import TransactionResult
from egovnet.playbooks.results.verification import Verification


def print_result(console: Console, ended: TransactionResult) -> None:
    """Print the transaction: each device that failed, the proof, the verification."""
    change = f"change {ended.change}: " if ended.change else ""
    stage = f" in stage {ended.failed_stage}" if ended.failed_stage else ""
    console.print(Text(f"{change}{ended.result}{stage}"), style="bold")
    detail = detail_of(console)
    whole = detail.names_all
    for word, reasons, colour in (
        ("failed", ended.failures, "red"),
        ("not undone", ended.not_undone, "red"),
        ("left out, as it was", ended.left_out, "yellow"),
    ):
        for why, names in words.causes(sorted(reasons.items())):
            line = f"  {word}: {words.listed(names, whole=whole)}: {why}"
            console.print(Text(line), style=colour)
    if ended.approvals is not None:
        print_standing(console, ended.approvals)
    print_gate(console, ended.proof)
    if ended.devices:
        console.print(Text(f"devices: {words.listed(ended.devices, whole=whole)}"))
    if len(ended.waves) > 1 and detail is not Detail.QUIET:
        print_waves(console, ended.waves)
    if ended.remaining:
        rest = words.listed(ended.remaining, whole=whole)
        console.print(Text(f"still to do, with the same plan: {rest}"))
    if isinstance(ended.verification, Verification):
        verify.print_result(console, ended.verification)
    elif ended.verification is not None:
        verify.print_health(console, ended.verification)
    # the last line, and whole: it is what a person looks for
    style = "bold red" if ended.unfinished else "bold"
    console.print(Text(ended.end), style=style, soft_wrap=True)
