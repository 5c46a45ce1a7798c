"""Three-way merge: laws that hold for any data, and the few places that are merged as one thing."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from egovnet.inventory.allocation.allocate import Lock
from egovnet.inventory.history.merge import (
    MISSING,
    Conflict,
    differences,
    lock_without,
    merge,
    value_at,
)

_SCALARS = st.one_of(st.integers(0, 3), st.sampled_from(["a", "b"]), st.none())
_LISTS = st.lists(st.sampled_from("abcd"), max_size=3, unique=True)
_KEYS = st.sampled_from(["k", "l", "pe", "port", "vlan", "prefixes"])
_DATA = st.recursive(
    st.one_of(_SCALARS, _LISTS), lambda inner: st.dictionaries(_KEYS, inner, max_size=4)
)
_TREES = st.dictionaries(_KEYS, _DATA, max_size=4)


@given(_TREES, _TREES)
def test_nothing_to_undo_leaves_all_and_the_last_change_is_undone_exactly(
    base: dict[str, Any], other: dict[str, Any]
) -> None:
    assert merge(base, base, other) == (other, [])
    assert merge(base, other, base) == (other, [])
    assert merge(base, other, other) == (other, [])


@given(_TREES, _TREES, _TREES)
def test_a_merge_without_conflict_holds_what_one_side_said_at_each_place(
    base: dict[str, Any], mine: dict[str, Any], theirs: dict[str, Any]
) -> None:
    merged, _ = merge(base, mine, theirs)
    for path, old, new in differences(base, merged):
        if "prefixes" in path:  # a set has members of both
            continue
        assert new in (value_at(mine, path), value_at(theirs, path)) or isinstance(new, dict)
        assert old != new


@given(_TREES, _TREES, _TREES)
def test_what_is_in_conflict_was_changed_on_both_sides(
    base: dict[str, Any], mine: dict[str, Any], theirs: dict[str, Any]
) -> None:
    for conflict in merge(base, mine, theirs)[1]:
        at = [value_at(side, conflict.path) for side in (base, mine, theirs)]
        assert at == [conflict.base, conflict.mine, conflict.theirs]
        assert conflict.mine != conflict.base or conflict.theirs != conflict.base
        assert conflict.theirs != conflict.mine or conflict.path[-1] in ("pe", "port", "vlan")


@given(st.dictionaries(_KEYS, _TREES, min_size=2), st.data())
def test_edits_of_different_things_commute(base: dict[str, Any], data: st.DataObject) -> None:
    one, other = dict(base), dict(base)
    first, *rest = sorted(base)
    one[first] = data.draw(_TREES)
    for key in rest:
        other[key] = data.draw(_TREES)
    if "pe" in base and first in ("port", "vlan"):
        return  # one place, though of three keys
    both = {key: one[key] if key == first else other[key] for key in base}
    if first == "pe":
        return
    assert merge(base, one, other) == (both, [])
    assert merge(base, other, one) == (both, [])


def test_what_was_put_inside_or_altered_in_what_goes_is_named() -> None:
    added = {"x": {"name": "X", "in": {"a": 1}}}
    now = {"x": {"name": "Y", "in": {"a": 1, "b": 2}}}
    assert merge(added, {}, now)[1] == [
        Conflict(("x", "name"), "X", MISSING, "Y"),
        Conflict(("x", "in", "b"), MISSING, MISSING, 2),
    ]
    assert merge({"x": {"a": 2, "b": 1}}, {"x": {"a": 1}}, {})[1] == [
        Conflict(("x", "a"), 2, 1, MISSING)
    ]
    assert merge({"x": {"a": 1, "b": 1}}, {"x": {"a": 1}}, {}) == ({}, [])


def test_a_place_is_taken_as_a_whole() -> None:
    base, mine = {"pe": "two", "port": "e1", "n": 1}, {"pe": "one", "port": "e1", "n": 1}
    assert merge(base, mine, base | {"n": 2}) == (mine | {"n": 2}, [])
    assert merge(base, mine, base | {"vlan": 7})[1] == [Conflict(("vlan",), MISSING, MISSING, 7)]


def test_prefixes_are_a_set_unless_one_was_replaced_twice() -> None:
    def merged(*sides: str) -> tuple[Any, list[Conflict]]:
        return merge(*({"prefixes": list(side)} for side in sides))

    assert merged("ab", "a", "cab") == ({"prefixes": ["c", "a"]}, [])
    assert merged("a", "ba", "ca") == ({"prefixes": ["c", "a", "b"]}, [])
    assert merged("b", "a", "c")[1] == [Conflict(("prefixes",), ["b"], ["a"], ["c"])]
    other = merge({"groups": ["a", "b"]}, {"groups": ["a"]}, {"groups": ["c", "a", "b"]})
    assert len(other[1]) == 1


def test_a_lock_gives_back_what_rests_is_forgotten_or_was_renumbered() -> None:
    before = Lock({"vlan": {"a": 1, "b": 2, "c": 3, "d": 4, "e": 5}})
    after = Lock({"vlan": {"c": 30, "d": 40, "e": 5}}, {"vlan": {"a": 1, "b": 2}})
    now = Lock({"vlan": {"b": 22, "c": 30, "d": 41, "e": 6, "f": 7}}, {"vlan": {"g": 8}})
    lock, conflicts = lock_without(after, before, now)
    assert lock.pools == {"vlan": {"b": 22, "c": 3, "d": 41, "e": 6, "f": 7}}
    assert lock.retired == {"vlan": {"a": 1, "g": 8}}
    assert conflicts == [Conflict(("vlan", "d"), 40, 4, 41)]
    assert now.pools["vlan"]["c"] == 30  # nothing was changed in place
