"""What `application list` prints: a line an application, and what each VPN lets in."""

from rich.console import Console

from egovnet.playbooks.report.console.tables import print_table
from egovnet.playbooks.results.applications import ApplicationList
from egovnet.playbooks.results.verdict import counted


def print_result(console: Console, found: ApplicationList) -> None:
    """Print both tables."""
    if found.applications:
        print_table(
            console,
            ["application", "what", "VPN", "lets in", "level", "service", "servers", "users"],
            (
                (
                    one.name,
                    one.title,
                    one.vpn,
                    one.filtering,
                    one.level,
                    one.service,
                    ", ".join(one.server_sites),
                    "all" if one.for_all else counted(len(one.user_sites), "site"),
                )
                for one in found.applications
            ),
        )
    else:
        console.print("no application")
    print_table(
        console,
        ["VPN", "lets in", "level", "applications"],
        (
            (v.vpn, v.filtering, "" if v.level is None else v.level, v.applications)
            for v in found.vpns
        ),
    )
