"""Who must be given another key together, and what is said where some are not."""

from dataclasses import dataclass

import pytest

from egovnet.inventory.allocation.allocate import allocate
from egovnet.inventory.model import Network
from egovnet.inventory.model.keys import ManagedKey
from egovnet.playbooks.change.dependents import Dependents
from egovnet.playbooks.change.impact import Impact
from egovnet.playbooks.change.key_changes import (
    changed_keys,
    check_key_waves,
    parts_adjacencies,
)
from egovnet.playbooks.change.waves import Wave, WaveError
from egovnet.templates.intend.build_devices import intend
from egovnet.templates.registry import render
from tests.generated import nation, network_of

POLICY = {"isis": "hmac-md5", "ldp": "tcp-md5", "bgp": "tcp-md5"}


@dataclass(frozen=True)
class Texts:
    before: str
    intended: str
    diff: str = ""


def network(policy: dict[str, str], serials: dict[str, int] | None = None) -> Network:
    sections = nation(3, 2)
    sections["network"]["authentication"] = policy
    made = network_of(sections)
    keys = {
        name: ManagedKey.model_validate(
            {
                "algorithm": "hmac-md5",
                "serial": serial,
                "created": "2026-01-01",
                "valid-until": "2027-01-01",
            }
        )
        for name, serial in (serials or {}).items()
    }
    return made.model_copy(update={"keys": keys})


def texts(before: Network, after: Network) -> dict[str, Texts]:
    """Of the routers that change."""
    old, new = (
        {name: render(device) for name, device in intend(each, allocate(each)).items()}
        for each in (before, after)
    )
    return {name: Texts(old[name], new[name]) for name in new if old[name] != new[name]}


def classes(after: Network, changes: dict[str, Texts]) -> set[str]:
    dependents = Dependents(after, allocate(after))
    return {one.klass.id for one in Impact(dependents, dependents).of(changes).interrupted}


BEFORE = network(POLICY)
CIRCUIT = next(name for name, each in BEFORE.circuits.items() if "pe1" in name)


def test_hellos_lose_nothing_where_both_ends_change() -> None:
    after = network(POLICY, {f"isis/{CIRCUIT}": 2})
    changes = texts(BEFORE, after)
    ends = BEFORE.circuits[CIRCUIT]
    assert changes.keys() == {ends.a.router, ends.b.router}
    assert classes(after, changes) == set()
    one = {"pe1": changes["pe1"]}
    assert "circuit" in classes(after, one)


def test_link_state_loses_nothing_where_all_change() -> None:
    after = network(POLICY, {f"isis-domain/{BEFORE.backbone.name}": 2})
    changes = texts(BEFORE, after)
    assert changes.keys() == BEFORE.routers.keys()
    assert classes(after, changes) == set()
    assert "igp-identity" in classes(after, {"pe1": changes["pe1"]})


def test_sessions_of_ldp_and_bgp_are_made_anew() -> None:
    pair = "pe1+rr1"
    after = network(POLICY, {f"ldp/{pair}": 2})
    assert classes(after, texts(BEFORE, after)) >= {"label-session"}
    after = network(POLICY, {f"bgp/{pair}": 2})
    assert classes(after, texts(BEFORE, after)) >= {"reflector-redundancy"}


def test_a_policy_that_comes_says_what_it_interrupts() -> None:
    plain = network({})
    hellos = network({"isis": "hmac-md5"})
    assert classes(hellos, texts(plain, hellos)) == set()
    assert classes(BEFORE, texts(plain, BEFORE)) >= {"label-session", "reflector"}


def test_ends_of_a_key_are_in_one_wave() -> None:
    after = network(POLICY, {f"isis/{CIRCUIT}": 2})
    changes = texts(BEFORE, after)
    a, b = sorted(changes)
    assert changed_keys(changes) == {f"isis/{CIRCUIT}": {a, b}}
    check_key_waves(changes, [Wave("all", (a, b))])
    with pytest.raises(WaveError, match="lose each other"):
        check_key_waves(changes, [Wave("canary", (a,)), Wave("west", (b,))])
    after = network(POLICY, {"ldp/pe1+rr1": 2})
    changes = texts(BEFORE, after)
    check_key_waves(changes, [Wave("canary", ("pe1",)), Wave("west", ("rr1",))])


def test_timers_are_short_where_hellos_change_their_keys() -> None:
    assert parts_adjacencies(texts(BEFORE, network(POLICY, {f"isis/{CIRCUIT}": 2})))
    assert not parts_adjacencies(texts(BEFORE, network(POLICY, {"ldp/pe1+rr1": 2})))
    assert not parts_adjacencies(texts(network({}), BEFORE))
