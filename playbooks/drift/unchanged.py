"""What need not be judged again: the same answer, to the same question, by the same egovnet."""

import hashlib

from egovnet.playbooks.core.workspace import Context
from egovnet.tasks.code_version import own_code


def question(context: Context) -> str:
    """A digest of all that says what is meant: the inventory, its numbers, and egovnet itself, as
    a mistake of its own that is mended must not live on; "" where nobody knows what they were made
    from."""
    if not context.meant:
        return ""
    return hashlib.sha256(f"{own_code()}\n{context.meant}".encode()).hexdigest()
