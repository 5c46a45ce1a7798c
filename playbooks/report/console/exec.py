"""What `lab exec` prints: what the command printed."""

from egovnet.playbooks.report.console.text import print_result

__all__ = ["print_result"]
