"""What `keys list` prints: a line a key, what has to be done about first."""

from rich.console import Console

from egovnet.playbooks.report.console.tables import print_table
from egovnet.playbooks.results.keys import KeyList


def print_result(console: Console, found: KeyList) -> None:
    """Print the table, or that no key is asked for."""
    if not found.keys:
        console.print("no key is asked for: authentication in network.yaml names no protocol")
        return
    print_table(
        console,
        ["key", "state", "ends", "algorithm", "serial", "created", "until", "days"],
        (
            (
                key.name,
                key.state,
                " ".join(key.ends) or "all routers",
                key.algorithm,
                key.serial or "",
                "" if key.created is None else key.created.isoformat(),
                "" if key.valid_until is None else key.valid_until.isoformat(),
                "" if key.days_left is None else key.days_left,
            )
            for key in found.keys
        ),
    )
    kept = found.store or "nowhere yet"
    closed = "" if found.opened or found.store is None else ", which is not opened here"
    console.print(f"values are kept: {kept}{closed}", soft_wrap=True, markup=False)
