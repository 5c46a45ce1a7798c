"""What `identity revoke` prints: what is trusted no more."""

from rich.console import Console

from egovnet.playbooks.report.console.certificates import print_certificates
from egovnet.playbooks.results.identity import CertificatesRevoked


def print_result(console: Console, revoked: CertificatesRevoked) -> None:
    """Print them, or that all of it was revoked before."""
    if not revoked.certificates:
        console.print("all of that was revoked before")
        return
    print_certificates(console, revoked.certificates)
