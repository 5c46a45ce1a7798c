"""What `identity sign` prints: who is certified, and who is trusted no more."""

from rich.console import Console

from egovnet.playbooks.report.console.certificates import print_certificates
from egovnet.playbooks.results.identity import RouterEnrolled


def print_result(console: Console, enrolled: RouterEnrolled) -> None:
    """Print both."""
    one = enrolled.certificate
    console.print(f"enrolled: {one.name}, serial number {one.serial_number}", soft_wrap=True)
    of_ike = () if enrolled.ike is None else (enrolled.ike,)
    print_certificates(console, (one, *of_ike, *enrolled.revoked))
    console.print("on the router root runs: python3 enrolment.py install <ANSWER")
