"""What `identity operator` prints: the certificate."""

from rich.console import Console

from egovnet.playbooks.report.console.certificates import print_certificates
from egovnet.playbooks.results.identity import CertificatesSigned


def print_result(console: Console, signed: CertificatesSigned) -> None:
    """Print it."""
    print_certificates(console, signed.certificates)
