"""What can be made to go wrong on an emulated router: a script of faults, as data.

A fault fires at its `nth` occasion and at the `count - 1` that follow; `count` 0 means for
ever. In YAML, a list of mappings whose `fault` is the class's name in kebab-case::

    r1:
      - {fault: drop-session, verb: accept, when: after}
      - {fault: reboot, at: pending, after: 0.5, down: 1}
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, get_args, get_type_hints

import yaml

from egovnet.lab.errors import LabError

Verb: TypeAlias = Literal[
    "read", "check", "commit", "correct", "reload", "accept", "abort", "confirm", "rollback",
    "state", "extend", "startup", "status", "flows",
]  # fmt: skip
VERBS: tuple[Verb, ...] = get_args(Verb)
State: TypeAlias = Literal[
    "applying", "filter", "withdraw", "linux", "provide", "applied", "pending", "permanent",
    "confirmed", "undoing", "undone",
]  # fmt: skip


class FaultError(LabError):
    """A script of faults that is not valid: which entry, and what of it."""


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What all have: at which occasion, counted from 1, and how often."""

    nth: int = 1
    count: int = 1
    """0: for ever."""


@dataclass(frozen=True, kw_only=True)
class RefuseConnections(Fault):
    """TCP connections are refused, or taken and closed at once."""

    how: Literal["refused", "closed"] = "closed"
    """`refused` holds until the script is replaced, as nobody is there to count."""


@dataclass(frozen=True, kw_only=True)
class RefuseLogin(Fault):
    """The key or password is refused."""


@dataclass(frozen=True, kw_only=True)
class Hang(Fault):
    """Nothing is answered: at the connection, the login, the prompt, or at a verb."""

    at: Literal["connect", "login", "prompt"] | Verb
    seconds: float = 0.0
    """How long; 0: for ever."""


@dataclass(frozen=True, kw_only=True)
class DropSession(Fault):
    """The connection breaks when a verb arrives, or after it took effect and before its answer."""

    verb: Verb
    when: Literal["before", "after"] = "after"


@dataclass(frozen=True, kw_only=True)
class Slow(Fault):
    """A verb, or every one, takes this much longer."""

    seconds: float
    verb: Verb | Literal["any"] = "any"


@dataclass(frozen=True, kw_only=True)
class Reboot(Fault):
    """Power is lost `after` seconds in a state or after a step; back `down` seconds later.

    `filter` is when a packet filter has closed and nothing else has changed. `linux` is in the
    middle of changing Linux, when the start-up file of the interfaces is the new one already;
    `permanent` is between the first start-up file and the second.
    """

    at: State
    after: float = 0.0
    down: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Stall(Fault):
    """The process of a commit stalls for ever: in the middle of changing Linux, before FRR's
    scripts, or between the first start-up file and the second."""

    at: Literal[
        "filter", "linux", "withdraw", "provide", "undo.withdraw", "undo.provide", "permanent"
    ]


@dataclass(frozen=True, kw_only=True)
class KeepLock(Fault):
    """Somebody else's lock stands in the way when a lock is asked for."""

    owner: str = "somebody@elsewhere:1"


@dataclass(frozen=True, kw_only=True)
class NoRoom(Fault):
    """A verb is answered: the router's disk takes nothing; it did nothing."""

    verb: Verb
    reason: str = "/var/lib/egovnet takes no data: No space left on device (free: 0 kB, 12 files)"


@dataclass(frozen=True, kw_only=True)
class Lie(Fault):
    """A verb is answered as done, and the router runs and starts what it did before the commit."""

    verb: Literal["commit", "accept", "confirm"]


@dataclass(frozen=True, kw_only=True)
class RefuseLine(Fault):
    """A daemon refuses lines that the expression is found in; the check does not see it."""

    pattern: str
    reason: str = "% Refused by a fault"
    count: int = 0


@dataclass(frozen=True, kw_only=True)
class MissAddresses(Fault):
    """zebra misses the addresses of a VLAN that is made, or made again under its old name: it hears
    of links and of addresses in two threads."""

    port: str


@dataclass(frozen=True, kw_only=True)
class BrokenUndo(Fault):
    """Going back fails: the router stays as it was changed and reports that it is broken."""

    trouble: str = "FRR differs from the snapshot"


AnyFault: TypeAlias = (
    RefuseConnections | RefuseLogin | Hang | DropSession | Slow | Reboot | Stall | KeepLock
    | NoRoom | Lie | RefuseLine | MissAddresses | BrokenUndo
)  # fmt: skip
KINDS: dict[str, type[AnyFault]] = {
    re.sub(r"(?<!^)(?=[A-Z])", "-", kind.__name__).lower(): kind for kind in get_args(AnyFault)
}


class Script:
    """The faults of one router, and how many occasions each has seen."""

    def __init__(self, faults: Iterable[AnyFault] = ()) -> None:
        self.faults = tuple(faults)
        self._seen = [0] * len(self.faults)

    def firing(self, kind: type[Any], **wanted: object) -> list[Any]:
        """The faults of a kind whose occasion this is; `wanted` are fields' values."""
        found = []
        for number, fault in enumerate(self.faults):
            if type(fault) is not kind or any(
                getattr(fault, name) != value for name, value in wanted.items()
            ):
                continue
            self._seen[number] += 1
            seen = self._seen[number]
            if seen >= fault.nth and (not fault.count or seen < fault.nth + fault.count):
                found.append(fault)
        return found

    def has(self, kind: type[Any], **wanted: object) -> bool:
        """Whether the script holds such a fault, whatever was seen of it."""
        return any(
            type(fault) is kind and all(getattr(fault, n) == v for n, v in wanted.items())
            for fault in self.faults
        )


def to_data(faults: Iterable[AnyFault]) -> list[dict[str, Any]]:
    """Faults as plain data; `from_data` reads them back."""
    names = {kind: name for name, kind in KINDS.items()}
    return [{"fault": names[type(fault)], **dataclasses.asdict(fault)} for fault in faults]


def from_data(entries: object, where: str = "faults") -> tuple[AnyFault, ...]:
    """Read a list of mappings; raises FaultError with all that is wrong in it."""
    if not isinstance(entries, list):
        raise FaultError("is not a list of faults", where=where)
    faults: list[AnyFault] = []
    problems: list[str] = []
    for number, entry in enumerate(entries, start=1):
        try:
            faults.append(_one(entry))
        except (ValueError, TypeError, re.error) as error:
            problems.append(f"entry {number}: {error}")
    if problems:
        raise FaultError(
            "; ".join(problems), where=where, next_step=f"kinds of faults: {', '.join(KINDS)}"
        )
    return tuple(faults)


def from_yaml(text: str, where: str = "faults") -> dict[str, tuple[AnyFault, ...]]:
    """A file of scripts by router; raises FaultError."""
    try:
        data = yaml.safe_load(text) or {}
    except yaml.YAMLError as error:
        raise FaultError(f"is not YAML: {error}", where=where) from error
    if not isinstance(data, dict):
        raise FaultError("is not a mapping of routers to lists of faults", where=where)
    return {str(name): from_data(entries, f"{where}: {name}") for name, entries in data.items()}


def _one(entry: object) -> AnyFault:
    if not isinstance(entry, Mapping):
        raise TypeError(f"{entry!r} is not a mapping")
    kind = KINDS.get(str(entry.get("fault")))
    if kind is None:
        raise ValueError(f"there is no fault {entry.get('fault')!r}")
    values = {str(key): value for key, value in entry.items() if key != "fault"}
    hints = get_type_hints(kind)
    for name, value in values.items():
        if name not in hints:
            raise ValueError(f"{entry['fault']} has no {name!r}, only {', '.join(sorted(hints))}")
        _check(name, value, hints[name])
    fault: AnyFault = kind(**values)
    if isinstance(fault, RefuseLine):
        re.compile(fault.pattern)
    if fault.nth < 1 or fault.count < 0:
        raise ValueError("nth starts at 1, count at 0")
    return fault


def _check(name: str, value: object, hint: Any) -> None:  # noqa: ANN401  # a type hint has no type
    allowed = _literals(hint)
    if allowed:
        if value not in allowed:
            raise ValueError(f"{name} is {value!r}, not one of {', '.join(allowed)}")
    elif hint is float:
        if not isinstance(value, int | float) or isinstance(value, bool) or value < 0:
            raise ValueError(f"{name} is {value!r}, not a number of seconds")
    elif not isinstance(value, hint) or isinstance(value, bool):
        raise ValueError(f"{name} is {value!r}, not {hint.__name__}")


def _literals(hint: Any) -> tuple[str, ...]:  # noqa: ANN401  # as above
    found: list[str] = []
    for argument in get_args(hint):
        found += [argument] if isinstance(argument, str) else _literals(argument)
    return tuple(found)
