"""Nornir's hosts, groups and defaults: inherited as its SimpleInventory does, with origins kept.

A host's own value wins, then its groups in order (each before the groups it belongs to), then the
defaults. A mistake in a group is reported once, in groups.yaml, and not for each of its hosts.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from egovnet.inventory.errors import Location, Problem
from egovnet.inventory.source.sources import Sources

#: Keys of a Nornir host that our Router model reads, beside everything under `data`.
_ROUTER_KEYS = ("hostname", "port", "platform")
_SECRET_KEYS = frozenset({"username", "password", "secret", "passphrase"})
#: In a plugin's options: enable_password, auth_token and whatever else a driver calls it.
_SECRET_WORDS = re.compile(r"(?i)^username$|pass(word|wd|phrase)|secret|token|community|^pkey$")
_DEFAULTS_KEYS = frozenset({*_ROUTER_KEYS, "data", "connection_options"})
_HOST_KEYS = _DEFAULTS_KEYS | {"groups"}
#: A level of inheritance: section, location of the entry, the entry.
_Layer = tuple[str, Location, Mapping[str, Any]]
Place = tuple[str, Location]


class Hosts:
    """hosts.yaml with groups and defaults inherited: `data` for the Router model, `problems`."""

    def __init__(self, sources: Sources) -> None:
        self.problems: list[Problem] = []
        self.data: dict[str, object] = {}
        self._sources = sources
        self._origin: dict[tuple[str, str], Place] = {}
        self._groups = {
            name: {} if entry is None else entry for name, entry in sources.data("groups").items()
        }
        self._check_entries()
        for name, entry in sources.data("hosts").items():
            self.data[name] = self._inherited(name, entry) if isinstance(entry, dict) else entry

    def place(self, location: Location) -> Place:
        """Where the value at `location` of `data` (host, field, ...) was written."""
        if len(location) < 2:
            return "hosts", location
        host, field, *rest = location
        if (str(host), str(field)) in self._origin:
            section, start = self._origin[str(host), str(field)]
            return section, (*start, *rest)
        below = (field,) if field in _ROUTER_KEYS else ("data", field)
        return "hosts", (host, *below, *rest)

    def _check_entries(self) -> None:
        entries: list[tuple[str, Location, object, frozenset[str]]] = [
            ("defaults", (), self._sources.data("defaults"), _DEFAULTS_KEYS)
        ]
        entries += [("groups", (name,), body, _HOST_KEYS) for name, body in self._groups.items()]
        entries += [
            ("hosts", (name,), body, _HOST_KEYS)
            for name, body in self._sources.data("hosts").items()
        ]
        for section, location, entry, known in entries:
            if isinstance(entry, dict):
                self._check_entry(section, location, entry, known)
            elif section == "groups":
                self._refuse_shape(section, location)

    def _check_entry(
        self, section: str, location: Location, entry: Mapping[str, Any], known: frozenset[str]
    ) -> None:
        for key, value in entry.items():
            here = (*location, key)
            if key in _SECRET_KEYS:
                self._refuse_secret(section, here, value)
            elif key not in known:
                self._report(
                    section,
                    here,
                    "a key that Nornir does not know",
                    f"use one of {', '.join(sorted(known))}",
                )
            elif key == "groups":
                self._check_groups(section, here, value)
            elif not isinstance(value, dict | None) and key in ("data", "connection_options"):
                self._refuse_shape(section, here)
            elif key in ("data", "connection_options"):
                for nested, text in _secrets(value):
                    self._refuse_secret(section, (*here, *nested), text)

    def _check_groups(self, section: str, location: Location, value: object) -> None:
        if value is None:
            return
        if not isinstance(value, list):
            self._report(section, location, "no list", "write groups: [centre]")
            return
        for index, group in enumerate(value):
            if not isinstance(group, str) or group not in self._groups:
                self._report(
                    section,
                    (*location, index),
                    f"group {group!r} is not in groups.yaml",
                    "add it there or correct the name",
                )

    def _refuse_shape(self, section: str, location: Location) -> None:
        self._report(section, location, "no mapping", "write key: value")

    def _refuse_secret(self, section: str, location: Location, value: object) -> None:
        if value is not None:
            self._report(
                section,
                location,
                "a credential in the inventory",
                "keep credentials in the environment or a file outside the repository",
            )

    def _report(self, section: str, location: Location, found: str, remedy: str) -> None:
        self.problems.append(self._sources.problem(section, location, found, remedy))

    def _inherited(self, host: str, entry: Mapping[str, Any]) -> dict[str, Any]:
        resolved: dict[str, Any] = {}
        for section, location, layer in self._layers(host, entry):
            own: list[tuple[str, Location, Any]] = [
                (key, (key,), layer[key]) for key in _ROUTER_KEYS if layer.get(key) is not None
            ]
            data = layer.get("data")
            if isinstance(data, dict):
                own += [(key, ("data", key), value) for key, value in data.items()]
            for key, below, value in own:
                if key not in resolved:
                    resolved[key] = value
                    self._origin[host, key] = (section, (*location, *below))
        return resolved

    def _layers(self, host: str, entry: Mapping[str, Any]) -> Iterator[_Layer]:
        yield "hosts", (host,), entry
        for group in self._ancestors(entry, set()):
            yield "groups", (group,), self._groups[group]
        yield "defaults", (), self._sources.data("defaults")

    def _ancestors(self, entry: Mapping[str, Any], seen: set[str]) -> Iterator[str]:
        groups = entry.get("groups")
        for group in groups if isinstance(groups, list) else ():
            if not isinstance(group, str) or group in seen:
                continue
            body = self._groups.get(group)
            if isinstance(body, dict):
                seen.add(group)
                yield group
                yield from self._ancestors(body, seen)


def _secrets(value: object) -> Iterator[tuple[Location, object]]:
    """Every credential at any depth of `value`; iterative, and safe where aliases make a loop."""
    waiting: list[tuple[Location, object]] = [((), value)]
    visited: set[int] = set()
    while waiting:
        location, entry = waiting.pop()
        if not isinstance(entry, dict | list) or id(entry) in visited:
            continue
        visited.add(id(entry))
        for key, below in entry.items() if isinstance(entry, dict) else enumerate(entry):
            if isinstance(key, str) and _SECRET_WORDS.search(key):
                yield (*location, key), below
            else:
                waiting.append(((*location, key), below))
