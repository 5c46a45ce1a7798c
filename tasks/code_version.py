"""Which egovnet this is: a digest of its code, which says more than a version's number."""

import functools
import hashlib
import importlib.util
from pathlib import Path

#: Files that say what is intended, and how it is asked for, read, checked, proved and changed.
_KINDS = {".py", ".sh", ".j2"}


#: egovnet's own distributions, by the names they are imported by.
_PACKAGES = ("egovnet", "napalm_frr")


def _folder(package: str) -> Path:
    """Where a package is; it is not loaded for that."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(f"{package} is not installed", name=package)
    return Path(next(iter(spec.submodule_search_locations)))


@functools.cache
def own_code() -> str:
    """SHA-256 over the packages' files and their names, hexadecimal."""
    digest = hashlib.sha256()
    for package in _PACKAGES:
        root = _folder(package)
        # each folder by itself: in a checkout they are links, which rglob does not follow
        for folder in sorted(each for each in root.iterdir() if each.is_dir()):
            for file in sorted(folder.resolve().rglob("*")):
                if file.suffix in _KINDS:
                    name = f"{root.name}/{folder.name}/{file.relative_to(folder.resolve())}"
                    digest.update(f"{name}\n".encode() + file.read_bytes())
        for file in sorted(each for each in root.iterdir() if each.suffix in _KINDS):
            digest.update(f"{root.name}/{file.name}\n".encode() + file.read_bytes())
    return digest.hexdigest()
