"""What `keys rotate` prints: as `keys generate` does."""

from egovnet.playbooks.report.console.keys_generate import print_result

__all__ = ["print_result"]
