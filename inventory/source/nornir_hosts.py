"""Nornir's hosts, groups and defaults: inherited as its SimpleInventory does, with origins kept.

A host's own value wins, then its groups in order (each before the groups it belongs to), then the
defaults. A mistake in a group is reported once, in groups.yaml, and not for each of its hosts.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from egovnet.inventory.errors import Location, Problem
from egovnet.inventory.model.other_keys import key_meant
from egovnet.inventory.model.routers import Router
from egovnet.inventory.model.schema_problems import Mistake, Names, missing
from egovnet.inventory.model.shapes import Place as ModelPlace
from egovnet.inventory.model.shapes import Shape, fields_of
from egovnet.inventory.model.shown import is_credential, listed, nearest, shown
from egovnet.inventory.source.sources import Sources

#: Keys of a Nornir host that our Router model reads, beside everything under `data`.
ROUTER_KEYS = ("hostname", "port", "platform")
_SECRET_KEYS = frozenset({"username", "password", "secret", "passphrase"})
#: In a plugin's options: enable_password, auth_token and whatever else a driver calls it.
_DEFAULTS_KEYS = (*ROUTER_KEYS, "data", "connection_options")
_HOST_KEYS = ("hostname", "port", "platform", "groups", "data", "connection_options")
#: Those of them that are not the same for all hosts of a group.
OWN_KEYS = frozenset({"hostname", "management", "loopback-ipv4", "loopback-ipv6"})
Place = tuple[str, Location]


@dataclass(frozen=True, slots=True)
class _Layer:
    """A level of inheritance: what an entry gives to the Router model."""

    section: str
    #: Router's key -> value, and where it is written.
    given: Mapping[str, tuple[Any, Location]]
    #: Names of groups as they are known; misspelled ones as they were meant.
    groups: tuple[str, ...] = ()
    #: It names a group that nobody knows.
    lost: bool = False


class Hosts:
    """hosts.yaml with groups and defaults inherited: `data` for the Router model, `problems`."""

    def __init__(self, sources: Sources) -> None:
        self.problems: list[Problem] = []
        self.data: dict[str, object] = {}
        #: (section, name, where it is written) of groups that are not in groups.yaml.
        self.unknown_groups: list[tuple[str, object, Location]] = []
        self._sources = sources
        self._origin: dict[tuple[str, str], Place] = {}
        group_entries = {
            name: {} if entry is None else entry for name, entry in sources.data("groups").items()
        }
        self._group_names: Collection[str] = group_entries.keys()
        self._groups_known = "groups" not in sources.incomplete
        self._defaults = self._layer("defaults", (), sources.data("defaults"), _DEFAULTS_KEYS)
        self._groups = {
            name: self._layer("groups", (name,), entry, _HOST_KEYS)
            for name, entry in group_entries.items()
        }
        self._refuse_circles()
        self._hosts: dict[str, _Layer] = {}
        for name, entry in sources.data("hosts").items():
            if isinstance(entry, dict):
                self._hosts[name] = self._layer("hosts", (name,), entry, _HOST_KEYS)
                self.data[name] = self._inherited(name)
            else:
                self.data[name] = entry

    def place(self, location: Location) -> Place:
        """Where the value at `location` of `data` (host, field, ...) was written."""
        if len(location) < 2:
            return "hosts", location
        host, field, *rest = location
        if (str(host), str(field)) in self._origin:
            section, start = self._origin[str(host), str(field)]
            return section, (*start, *rest)
        below = (field,) if field in ROUTER_KEYS else ("data", field)
        return "hosts", (host, *below, *rest)

    def with_roles(self, names: Collection[str], roles: Collection[str]) -> list[str]:
        """Those of `names` that have one of `roles`, or of which nobody can tell."""
        return [name for name in names if self._may_have(name, roles)]

    def _may_have(self, name: str, roles: Collection[str]) -> bool:
        data = self.data.get(name)
        given = data.get("roles") if isinstance(data, dict) else None
        return not isinstance(given, list) or any(role in roles for role in given)

    def unused(self) -> Iterator[tuple[str, str, Any, Location]]:
        """(section, Router's key, value, where it is written) of what no host inherits."""
        used = set(self._origin.values())
        for layer in (*self._groups.values(), self._defaults):
            for key, (value, location) in layer.given.items():
                if (layer.section, location) not in used:
                    yield layer.section, key, value, location

    def told(self, mistakes: Iterable[Mistake], names: Names) -> Iterator[Problem]:
        """Problems of mistakes in `data`, each cause once, where it is written."""
        lacking: dict[str, list[str]] = {}
        for mistake in mistakes:
            if not mistake.lacks or len(mistake.mapping) > 1:
                yield self._problem(*self.place(mistake.location), mistake.found, mistake.remedy)
            elif self._is_certain(host := str(mistake.location[0])):
                lacking[host] = list(mistake.lacks)
        yield from self._lacking(lacking, names)

    def _lacking(self, lacking: dict[str, list[str]], names: Names) -> Iterator[Problem]:
        """What a group lacks for all its hosts is said of the group."""
        shape = ModelPlace(Shape(model=Router))
        for key in dict.fromkeys(key for keys in lacking.values() for key in keys):
            hosts = [host for host, keys in lacking.items() if key in keys]
            while key not in OWN_KEYS and (group := self._group_that_lacks(key, hosts)):
                of = [host for host in hosts if group in self._ancestors(self._hosts[host])]
                mistake = missing((group,), [key], shape, names)
                below = (group, key) if key in ROUTER_KEYS else (group, "data", key)
                found = f"is missing, for {listed(of)}"
                yield self._problem("groups", below, found, mistake.remedy)
                for host in of:
                    lacking[host].remove(key)
                hosts = [host for host in hosts if host not in of]
        for host, keys in lacking.items():
            if keys:
                mistake = missing((host,), keys, shape, names)
                yield self._problem(*self.place(mistake.location), mistake.found, mistake.remedy)

    def _group_that_lacks(self, key: str, hosts: list[str]) -> str | None:
        """The group that most of these hosts are in, if all that are in it lack the key."""
        members: dict[str, list[str]] = {}
        for host, layer in self._hosts.items():
            for group in self._ancestors(layer):
                members.setdefault(group, []).append(host)
        fitting = [
            group
            for group, inside in members.items()
            if set(inside) <= set(hosts) and (len(inside) > 1 or not self._groups[group].given)
        ]
        return max(fitting, key=lambda group: len(members[group]), default=None)

    def _is_certain(self, host: str) -> bool:
        """Whether everything is known that the host inherits."""
        layers = [
            self._hosts[host],
            *map(self._groups.__getitem__, self._ancestors(self._hosts[host])),
        ]
        complete = not {"groups", "defaults"} & self._sources.incomplete
        return complete and not any(layer.lost for layer in layers)

    def _layer(
        self, section: str, location: Location, entry: object, known: tuple[str, ...]
    ) -> _Layer:
        """What an entry gives, as it was meant; everything wrong with its keys is reported."""
        given: dict[str, tuple[Any, Location]] = {}
        if not isinstance(entry, dict):
            self._refuse_shape(section, location)
            return _Layer(section, given, lost=True)
        groups: tuple[str, ...] = ()
        lost = False
        for written, value in entry.items():
            here = (*location, written)
            key = written if written in known else self._meant(section, here, value, entry, known)
            if key == "groups":
                groups, lost = self._group_list(section, here, value)
            elif key in ROUTER_KEYS:
                if value is not None:
                    given[key] = value, here
            elif key == "data" and isinstance(value, dict):
                self._read_data(section, here, value, given)
            elif key in ("data", "connection_options"):
                self._refuse_secrets_in(section, here, value)
                if not isinstance(value, dict | None):
                    self._refuse_shape(section, here)
                    lost = lost or key == "data"
            elif key is not None:  # of the router, in the wrong place
                given.setdefault(key, (value, here))
        return _Layer(section, given, groups, lost)

    def _meant(
        self,
        section: str,
        here: Location,
        value: object,
        entry: Mapping[str, Any],
        known: tuple[str, ...],
    ) -> str | None:
        """The key that was meant by one that Nornir does not know; None: nobody knows."""
        key = here[-1]
        if key in _SECRET_KEYS:
            self._refuse_secret(section, here, value)
            return None
        if key in _DATA_KEYS:
            found = "a key that Nornir does not know here"
            self._report(section, here, found, f"move it below data: data: {{{key}: ...}}")
            return str(key)
        near = key_meant(key, [each for each in known if each not in entry])
        question = f"did you mean {near!r}? " if near else ""
        remedy = f"{question}the keys here are {listed(known)}"
        self._report(section, here, "a key that Nornir does not know", remedy)
        return near

    def _read_data(
        self,
        section: str,
        location: Location,
        data: Mapping[str, Any],
        given: dict[str, tuple[Any, Location]],
    ) -> None:
        self._refuse_secrets_in(section, location, data)
        for key, value in data.items():
            here = (*location, key)
            if key in _DATA_KEYS:
                given[key] = value, here
            elif key in ROUTER_KEYS:
                found = "a key that Nornir reads beside data"
                self._report(section, here, found, f"move it out of data: {key}: ...")
                given.setdefault(key, (value, here))
            elif value is None or not is_credential(key):  # else it is refused as a credential
                near = key_meant(key, [each for each in _DATA_KEYS if each not in data])
                question = f"did you mean {near!r}? " if near else ""
                remedy = f"{question}the keys here are {listed(_DATA_KEYS)}"
                self._report(section, here, "unknown key", remedy)
                if near is not None:
                    given[near] = value, here

    def _group_list(
        self, section: str, location: Location, value: object
    ) -> tuple[tuple[str, ...], bool]:
        """The groups of a list as they were meant, and whether there is one that nobody knows."""
        if value is None:
            return (), False
        if not isinstance(value, list):
            name = value if isinstance(value, str) else "centre"
            self._report(
                section, location, f"{shown(value)} where a list belongs", f"write [{name}]"
            )
            return (), True
        meant: list[str] = []
        lost = not self._groups_known
        for index, group in enumerate(value):
            if isinstance(group, str) and group in self._group_names:
                meant.append(group)
            elif self._groups_known:
                near = nearest(group, self._group_names)
                self.unknown_groups.append((section, group, (*location, index)))
                meant += [near] if near is not None else []
                lost = lost or near is None
        return tuple(meant), lost

    def _refuse_shape(self, section: str, location: Location) -> None:
        self._report(section, location, "no mapping", "write key: value")

    def _refuse_secrets_in(self, section: str, location: Location, value: object) -> None:
        for nested, text in _secrets(value):
            self._refuse_secret(section, (*location, *nested), text)

    def _refuse_secret(self, section: str, location: Location, value: object) -> None:
        if value is not None:
            self._report(
                section,
                location,
                "a credential in the inventory",
                "keep credentials in the environment or a file outside the repository",
            )

    def _report(self, section: str, location: Location, found: str, remedy: str) -> None:
        self.problems.append(self._problem(section, location, found, remedy))

    def _problem(self, section: str, location: Location, found: str, remedy: str) -> Problem:
        return self._sources.problem(section, location, found, remedy)

    def _inherited(self, host: str) -> dict[str, Any]:
        resolved: dict[str, Any] = {}
        layers = [self._hosts[host]]
        layers += [self._groups[group] for group in self._ancestors(self._hosts[host])]
        for layer in (*layers, self._defaults):
            for key, (value, location) in layer.given.items():
                if key not in resolved:
                    resolved[key] = value
                    self._origin[host, key] = (layer.section, location)
        return resolved

    def _refuse_circles(self) -> None:
        """Groups that inherit from themselves, each circle once."""
        told: set[str] = set()
        for name, layer in self._groups.items():
            way = [name, *self._ancestors(layer)]
            if name in way[1:] and name not in told:
                told.update(way)
                others = [each for each in way[1:] if name in self._ancestors(self._groups[each])]
                by = [each for each in others if each != name]
                found = f"inherits from itself{', by way of ' * bool(by)}{listed(by)}"
                remedy = f"take {name} out of the groups of one of them" if by else "take it out"
                self._report("groups", (name, "groups"), found, remedy)

    def _ancestors(self, layer: _Layer, seen: set[str] | None = None) -> Iterator[str]:
        """Names of all groups that a layer inherits from, the nearest first."""
        seen = set() if seen is None else seen
        for group in layer.groups:
            if group not in seen and group in self._groups:
                seen.add(group)
                yield group
                yield from self._ancestors(self._groups[group], seen)


#: Keys below `data`.
_DATA_KEYS = tuple(key for key in fields_of(Router) if key not in ROUTER_KEYS)


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
            if is_credential(key):
                yield (*location, key), below
            else:
                waiting.append(((*location, key), below))
