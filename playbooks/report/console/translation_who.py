"""What `translation who` prints: who had an address and port, or who had it before and after."""

from rich.console import Console
from rich.text import Text

from egovnet.playbooks.report.console.tables import print_table
from egovnet.playbooks.results.translations import TranslationAnswer


def print_result(console: Console, answer: TranslationAnswer) -> None:
    """Print the holders, else the nearest ones."""
    end = f"[{answer.address}]" if ":" in answer.address else answer.address
    end = f"{end}:{answer.port}"
    if answer.own_site:
        console.print(Text(f"{answer.address} is of site {answer.own_site} itself"))
    if answer.holders:
        console.print(Text(f"at {answer.at} {end} was of"))
    else:
        console.print(Text(f"nobody is known who had {end} at {answer.at}"))
    rows = answer.holders or answer.near
    if answer.near:
        console.print("nearest are")
    if rows:
        print_table(
            console,
            ["source", "site", "protocol", "from", "to", "gateway"],
            (
                (one.source, one.site or "no site", one.protocol, one.first, one.last, one.gateway)
                for one in rows
            ),
        )
    for gateway, moment in answer.collected.items():
        console.print(
            Text(f"{gateway} was read last at {moment}" if moment else f"{gateway} was never read")
        )
