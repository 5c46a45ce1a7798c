"""What `application show` prints: all that the register says of one."""

from rich.console import Console
from rich.text import Text

from egovnet.playbooks.results.applications import ShownApplication

#: What its VPN's filter makes of the entry.
_EFFECT = {
    "open": "open: the entry changes nothing",
    "observed": "observed: what is not declared passes, and is recorded",
    "enforced": "enforced: what is not declared is dropped",
}


def print_result(console: Console, shown: ShownApplication) -> None:
    """Print the entry."""
    one = shown.application
    console.print(Text(f"{one.name}: {one.title}"), style="bold")
    users = "all sites of the VPN" if one.for_all else ", ".join(one.user_sites)
    for label, value in (
        ("owner", one.owner),
        ("VPN", f"{one.vpn}, {_EFFECT.get(one.filtering, one.filtering)}"),
        ("level", str(one.level)),
        ("service", one.service),
        ("servers", f"{', '.join(one.servers)} in {', '.join(one.server_sites)}"),
        ("users", users),
    ):
        console.print(Text(f"  {label}: {value}"))
