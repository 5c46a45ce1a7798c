"""What `prove` prints: the verdict, findings with their paths, coverage, assumptions."""

from egovnet.playbooks.report.console.proof import print_proof as print_result

__all__ = ["print_result"]
