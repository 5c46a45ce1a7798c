"""What `apply` prints when it pushed or refused: the result, each device that failed, the proof."""

from rich.console import Console
from rich.text import Text

from egovnet.playbooks.report.console import verify
from egovnet.playbooks.report.console.proof import print_gate
from egovnet.playbooks.report.console.tables import print_waves
from egovnet.playbooks.results.transaction import TransactionResult
from egovnet.playbooks.results.verification import Verification


def print_result(console: Console, ended: TransactionResult) -> None:
    """Print the transaction: each device that failed, the proof, the verification."""
    change = f"change {ended.change}: " if ended.change else ""
    stage = f" in stage {ended.failed_stage}" if ended.failed_stage else ""
    console.print(Text(f"{change}{ended.result}{stage}"), style="bold")
    for name, why in sorted(ended.failures.items()):
        console.print(Text(f"  failed: {name}: {why}"), style="red")
    for name, why in sorted(ended.not_undone.items()):
        console.print(Text(f"  not undone: {name}: {why}"), style="red")
    for name, why in sorted(ended.left_out.items()):
        console.print(Text(f"  left out, as it was: {name}: {why}"), style="yellow")
    print_gate(console, ended.proof)
    if ended.devices:
        console.print(Text(f"devices: {', '.join(ended.devices)}"))
    if len(ended.waves) > 1:
        print_waves(console, ended.waves)
    if ended.remaining:
        console.print(Text(f"still to do, with the same plan: {', '.join(ended.remaining)}"))
    if isinstance(ended.verification, Verification):
        verify.print_result(console, ended.verification)
    elif ended.verification is not None:
        verify.print_health(console, ended.verification)
    # the last line, and whole: it is what a person looks for
    style = "bold red" if ended.unfinished else "bold"
    console.print(Text(ended.end), style=style, soft_wrap=True)
