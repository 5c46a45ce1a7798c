"""Draft entries of a register as a file of YAML."""

from collections.abc import Mapping
from typing import Any

import yaml

_HEAD = """\
# Draft entries for applications.yaml, made of flows that PEs recorded. Before they are put there, a
# person decides of each whether it is wanted, what it is called, and of which level it is.
"""


def draft_entries(drafts: Mapping[str, Mapping[str, Any]]) -> str:
    """The text of the file; without entries, the comment alone."""
    if not drafts:
        return _HEAD
    plain = {name: dict(entry) for name, entry in drafts.items()}
    return _HEAD + yaml.safe_dump(plain, sort_keys=False, allow_unicode=True, width=100)
