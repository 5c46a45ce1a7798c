"""Three-way merge of inventories as data: what a later state means without one earlier change.

To undo a change, `base` is what it left, `mine` what it found, and `theirs` what there is now; the
result is `theirs` with the change reversed. Mappings merge by key. Where both sides changed one
thing in two ways there is a conflict, and nothing is guessed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from egovnet.inventory.allocation.allocate import Lock
from egovnet.inventory.allocation.pool import Values

Path = tuple[str, ...]
#: What YAML gives: mappings, lists, scalars.
Data = Any
Sides = tuple[Any, Any, Any]


class _Missing:
    """No value: the key is not there."""

    def __repr__(self) -> str:
        return "nothing"


MISSING: Final = _Missing()

#: Lists whose order means nothing (prefixes of a site, roles of a router, ports of an exchange).
_SETS = frozenset(
    {"prefixes", "roles", "ports", "servers", "sites", "regions", "tiers", "approvers"}
)
#: Keys that say one thing together, and its first: half of a place is no place.
_UNITS = (
    ("pe", "port", "vlan", "pe-port"),
    ("router", "port"),
    ("hostname", "port"),
    ("first", "last"),
    ("approved-by", "approved-on"),
    ("valid-from", "valid-until"),
)


@dataclass(frozen=True, slots=True)
class Conflict:
    """A thing that both sides changed: the three values at `path`; MISSING where it is not."""

    path: Path
    base: Any
    mine: Any
    theirs: Any


def merge(base: Data, mine: Data, theirs: Data) -> tuple[Any, list[Conflict]]:
    """`theirs` with what leads from `base` to `mine`; where they conflict, `theirs`."""
    merger = _Merger()
    return merger.values((base, mine, theirs), ()), merger.conflicts


def differences(old: Data, new: Data, path: Path = ()) -> Iterator[tuple[Path, Any, Any]]:
    """(path, old, new) of each thing that differs: a key that came or went, or a value."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in [*old, *(key for key in new if key not in old)]:
            yield from differences(old.get(key, MISSING), new.get(key, MISSING), (*path, key))
    elif old != new:
        yield path, old, new


def value_at(data: Data, path: Path) -> Data:
    """What stands at `path`, MISSING if nothing does."""
    for key in path:
        if not isinstance(data, dict) or key not in data:
            return MISSING
        data = data[key]
    return data


class _Merger:
    """Walks the three sides, always in the order base, mine, theirs."""

    def __init__(self) -> None:
        self.conflicts: list[Conflict] = []

    def values(self, sides: Sides, path: Path) -> Data:
        base, mine, theirs = sides
        if mine == base:
            return theirs
        if theirs in (base, mine):
            return mine
        if all(isinstance(side, dict) for side in sides):
            return self.mappings(sides, path)
        if path and path[-1] in _SETS and all(isinstance(side, list) for side in sides):
            merged = _sets(base, mine, theirs)
            if merged is not None:
                return merged
        # What was altered inside a thing that is gone, or that is to go, is named, not the thing;
        # a part that was taken out of it went before the whole.
        if theirs is MISSING and isinstance(base, dict) and isinstance(mine, dict):
            changed = [d for d in differences(base, mine, path) if d[2] is not MISSING]
            self.conflicts += [Conflict(at, b, m, theirs) for at, b, m in changed]
        elif mine is MISSING:
            changed = [d for d in differences(base, theirs, path) if d[2] is not MISSING]
            self.conflicts += [Conflict(at, b, mine, t) for at, b, t in changed]
            return theirs if changed else mine
        else:
            self.conflicts.append(Conflict(path, base, mine, theirs))
        return theirs

    def mappings(self, sides: Sides, path: Path) -> dict[str, Any]:
        _, mine, theirs = sides
        chosen: dict[str, Any] = {}
        for unit in _UNITS:
            if any(unit[0] in side for side in sides):
                chosen |= self.unit(unit, sides, path)
        for key in {key: None for side in sides for key in side}:
            if key not in chosen:
                base_, mine_, theirs_ = (side.get(key, MISSING) for side in sides)
                chosen[key] = self.values((base_, mine_, theirs_), (*path, key))
        order = [*theirs, *(key for key in mine if key not in theirs)]
        return {key: chosen[key] for key in order if chosen[key] is not MISSING}

    def unit(self, keys: tuple[str, ...], sides: Sides, path: Path) -> dict[str, Any]:
        """Keys that are taken from one side, all of them."""
        b, m, t = ({key: side.get(key, MISSING) for key in keys} for side in sides)
        if t in (b, m):
            return m
        if m != b:
            other = [key for key in keys if t[key] not in (b[key], m[key])]
            self.conflicts += [
                Conflict((*path, key), b[key], m[key], t[key])
                for key in other or [key for key in keys if t[key] != b[key]]
            ]
        return t


def _sets(base: list[Any], mine: list[Any], theirs: list[Any]) -> list[Any] | None:
    """The merged list; None when `mine` replaces a member that `theirs` replaced too."""
    gone = [entry for entry in base if entry not in mine]
    come = [entry for entry in mine if entry not in base]
    if gone and come and any(entry not in theirs for entry in gone):
        return None
    kept = [entry for entry in theirs if entry not in gone]
    return kept + [entry for entry in come if entry not in kept]


def lock_without(base: Lock, mine: Lock, theirs: Lock) -> tuple[Lock, list[Conflict]]:
    """The lock to allocate from so that the numbers are those of before the change.

    A number whose owner the change removed rests for that owner alone, even where it was
    forgotten since; one that the change renumbered is put back. Conflicts have the path
    (pool, name): the number was changed once more.
    """
    pools = {pool: dict(values) for pool, values in theirs.pools.items()}
    retired = {pool: dict(values) for pool, values in theirs.retired.items()}
    conflicts: list[Conflict] = []
    for pool, values in mine.pools.items():
        left: Values = base.pools.get(pool, {})
        now: Values = theirs.pools.get(pool, {})
        for name, old in values.items():
            if left.get(name) == old or now.get(name) == old:
                continue
            if name not in now:
                retired.setdefault(pool, {})[name] = old
            elif name in left and now[name] == left[name]:
                pools[pool][name] = old
            elif name in left:
                conflicts.append(Conflict((pool, name), left[name], old, now[name]))
    return Lock(pools, retired, theirs.path), conflicts
