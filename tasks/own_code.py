"""Which egovnet this is: a digest of its code, which says more than a version's number."""

import functools
import hashlib
from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent
_PACKAGES = ("inventory", "isolation", "napalm_frr", "playbooks", "tasks", "templates")
#: Files that say what is meant, and how it is asked for, read, judged, proved and changed.
_KINDS = {".py", ".sh", ".j2"}


@functools.cache
def own_code() -> str:
    """SHA-256 over the packages' files and their names, hexadecimal."""
    digest = hashlib.sha256()
    for package in _PACKAGES:
        for file in sorted((_ROOT / package).rglob("*")):
            if file.suffix in _KINDS:
                digest.update(f"{file.relative_to(_ROOT)}\n".encode() + file.read_bytes())
    return digest.hexdigest()
