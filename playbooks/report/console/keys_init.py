"""What `keys init` prints: who can open the store."""

from rich.console import Console

from egovnet.playbooks.results.keys import NewKeyStore


def print_result(console: Console, result: NewKeyStore) -> None:
    """A line for the store, and one for each public key; of a server, what opens it."""
    if not result.recipients:
        console.print(f"{result.store} is the store of this network's keys", markup=False)
        console.print(f"token: {result.identity}", soft_wrap=True, markup=False)
        return
    console.print(f"{result.store} is sealed to:", markup=False)
    for recipient in result.recipients:
        console.print(f"  {recipient}", soft_wrap=True, markup=False)
    made = "made now" if result.identity_made else "there already"
    console.print(f"private key: {result.identity} ({made})", soft_wrap=True, markup=False)
