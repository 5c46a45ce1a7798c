"""What a person may write into the file of a register that an inventory does not have yet."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from egovnet.inventory.authoring.block_text import block_lines
from egovnet.inventory.register import Register


def how_to_begin(
    directory: Path, register: Register[Any], says: str, example: Mapping[str, Any]
) -> tuple[str, ...]:
    """A note with the register's file, what it says, and `example` as its first lines.

    `example` names entries of the inventory alone, so that it is valid as it is. No note where the
    file is there.
    """
    path = directory / register.file
    if os.path.lexists(path):
        return ()
    lines = "\n".join(f"    {line}" for line in block_lines(example))
    return (f"there is no {path}, which says {says}; it may begin so:\n{lines}",)
