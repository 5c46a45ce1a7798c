"""An intent: what the owner wrote and what was allocated, at one moment, as texts of files.

Texts keep comments and order, so that a file can be given back as it was. By design they hold no
credential: the loader refuses one where Nornir would read it, and every other key is closed.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import yaml

from egovnet.inventory.allocation.allocate import LOCK_FILE, Lock
from egovnet.inventory.allocation.lock_file import lock_of, lock_text
from egovnet.inventory.source.sections import section_of
from egovnet.inventory.source.yaml_source import parse_document, plain_data

Sections = dict[str, dict[str, Any]]
_Dumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


@dataclass(frozen=True)
class Intent:
    """Texts by path within the inventory; the lock file's is among them."""

    files: Mapping[str, str]

    @cached_property
    def listing(self) -> bytes:
        """Each file's path and SHA-256, as JSON."""
        digests = {p: hashlib.sha256(t.encode()).hexdigest() for p, t in self.files.items()}
        return json.dumps(digests, sort_keys=True).encode()

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the listing: equal for equal intents."""
        return hashlib.sha256(self.listing).hexdigest()

    @cached_property
    def data(self) -> dict[str, dict[str, Any]]:
        """Path -> what the file says. The lock file is not among these."""
        return {path: _parsed(text) for path, text in self.files.items() if section_of(path)}

    @cached_property
    def sections(self) -> Sections:
        """Section -> what it says, from all its files: where a site is written means nothing."""
        merged: Sections = {}
        for path, data in self.data.items():
            merged.setdefault(section_of(path) or "", {}).update(data)
        return merged

    @cached_property
    def lock(self) -> Lock:
        """What was allocated."""
        return lock_of(parse_document(self.files.get(LOCK_FILE, ""), LOCK_FILE))

    def file_of(self, section: str, key: str) -> str | None:
        """Path of the file of `section` that has the key."""
        return next((path for path in self._files(section) if key in self.data[path]), None)

    def _files(self, section: str) -> Iterator[str]:
        return (path for path in self.data if section_of(path) == section)


@lru_cache(maxsize=10_000)
def _parsed(text: str) -> dict[str, Any]:
    """A file's data, not to be changed: most files are the same in most intents."""
    return dict(plain_data(text) or {})


def texts(sections: Sections, lock: Lock, there: Intent, once: Intent) -> Intent:
    """`sections` as files: as they stand in `there`, and what is not there as in `once`.

    A file that says what it says in one of the two keeps that text, comments and all.
    """
    written: dict[str, dict[str, Any]] = {path: {} for path in there.data}
    for section, entries in sections.items():
        for key, value in entries.items():
            path = there.file_of(section, key) or once.file_of(section, key) or f"{section}.yaml"
            written.setdefault(path, {})[key] = value
    files = {LOCK_FILE: lock_text(lock)}
    for path, data in written.items():
        if data or path in once.files or there.data.get(path) == data:
            files[path] = _text(path, data, there, once)
    return Intent(files)


def _text(path: str, data: dict[str, Any], *known: Intent) -> str:
    for intent in known:
        if intent.data.get(path) == data:
            return intent.files[path]
    if not data:
        return ""
    return str(yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True))
