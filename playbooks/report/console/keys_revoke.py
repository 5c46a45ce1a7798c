"""What `keys revoke` prints: how it ended, and what was lost meanwhile."""

from rich.console import Console

from egovnet.playbooks.report.console import apply, keys_generate
from egovnet.playbooks.results.keys import MadeKeys
from egovnet.playbooks.results.revocation import RevocationResult


def print_result(console: Console, result: RevocationResult) -> None:
    """The keys, the change, and the losses by pairs of sites."""
    keys_generate.print_result(console, MadeKeys(result.keys, made=True))
    apply.print_result(console, result.transaction)
    loss = result.loss
    console.print(
        f"lost {loss.lost} of {loss.sent} echo requests in {loss.rounds} rounds between sites",
        highlight=False,
    )
    for one in loss.sites:
        words = f"{one.source} -> {one.target}: lost {one.lost} of {one.sent}, "
        console.print(f"  {words}none for {one.seconds} s at most", markup=False, soft_wrap=True)
