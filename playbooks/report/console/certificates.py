"""Certificates as a table."""

from collections.abc import Iterable

from rich.console import Console

from egovnet.playbooks.report.console.tables import print_table
from egovnet.playbooks.results.identity import CertificateEntry


def print_certificates(console: Console, certificates: Iterable[CertificateEntry]) -> None:
    """A line each."""
    print_table(
        console,
        ["no.", "of", "name", "state", "until", "for", "key"],
        (
            (
                one.serial,
                one.holder,
                one.name,
                one.state + (f": {one.reason}" if one.reason else ""),
                f"{one.valid_until:%Y-%m-%d %H:%M}",
                " ".join(one.principals),
                one.fingerprint,
            )
            for one in certificates
        ),
    )
