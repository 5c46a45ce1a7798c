"""What `prove` prints: findings with their paths, coverage, assumptions, the verdict last."""

from egovnet.playbooks.report.console.proof import print_proof as print_result

__all__ = ["print_result"]
