"""What `identity init` prints: the fingerprints, to be compared, and where they are."""

from rich.console import Console

from egovnet.playbooks.results.identity import AuthorityMade


def print_result(console: Console, made: AuthorityMade) -> None:
    """Print them."""
    console.print(f"authorities of this network: {made.directory}", soft_wrap=True)
    console.print(f"  of routers:   {made.host_authority}")
    console.print(f"  of operators: {made.user_authority}")
    if made.ike_authority:
        console.print(f"  of IKE:       {made.ike_authority}")
    console.print(f"for those who connect: {made.known_hosts}, {made.revoked_keys}", soft_wrap=True)
