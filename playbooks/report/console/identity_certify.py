"""What `identity certify` prints: certificates signed, and who was left out."""

from rich.console import Console

from egovnet.playbooks.report.console.certificates import print_certificates
from egovnet.playbooks.results.identity import CertificatesSigned


def print_result(console: Console, signed: CertificatesSigned) -> None:
    """Print them."""
    print_certificates(console, signed.certificates)
    for name, why in signed.left_out:
        console.print(f"left out: {name}: {why}", soft_wrap=True)
