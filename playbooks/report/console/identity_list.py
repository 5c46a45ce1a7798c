"""What `identity list` prints: a line a certificate, and codes that hold."""

from rich.console import Console

from egovnet.playbooks.report.console.certificates import print_certificates
from egovnet.playbooks.results.identity import CertificateList


def print_result(console: Console, found: CertificateList) -> None:
    """Print them."""
    if found.certificates:
        print_certificates(console, found.certificates)
    else:
        console.print("no certificate")
    for code in found.enrolments:
        until = f"{code.until:%Y-%m-%d %H:%M} UTC"
        state = f"holds until {until}" if code.holds else f"held until {until}"
        console.print(
            f"code for {code.router}, serial number {code.serial_number}, shown by "
            f"{code.begun_by}: {state}",
            soft_wrap=True,
        )
