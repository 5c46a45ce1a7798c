"""Labels that get lost by the IGP's costs: what is found by searches that stop early, against
every path of small random networks.
"""

import random
from collections.abc import Iterator
from functools import cache
from itertools import combinations

import pytest

from egovnet.isolation.model.scene import FAMILIES, RouterState, Scene, scene_of
from egovnet.isolation.routes import label_paths
from egovnet.isolation.routes.circuits import Circuit
from egovnet.isolation.routes.label_paths import LabelPaths, graphs
from egovnet.templates.model.device import AddressFamily
from egovnet.templates.model.facts import LabelLimit
from tests.generated import nation, network_of
from tests.isolation.networks import Facts, edit_device, edit_interface, of_network
from tests.isolation.networks import reference as reference_facts

_FAR = 1 << 40
_EDGES = 5


@cache
def _every_pair() -> Facts:
    """Five PEs and two routers that are none, with a circuit between any two."""
    sections = nation(_EDGES, 1)
    names = sorted(sections["hosts"])
    sections["circuits"] = {
        f"{a}--{b}": {
            "a": {"router": a, "port": f"eth{names.index(b) + 1}"},
            "b": {"router": b, "port": f"eth{names.index(a) + 1}"},
        }
        for a, b in combinations(names, 2)
    }
    for site in sections["sites"].values():
        for access in site.get("accesses", ()):
            access["port"] = "eth20"
    return of_network(network_of(sections))[0]


def _drawn(seed: int) -> Facts:
    """The facts with some circuits, costs, and here and there no labels."""
    rng = random.Random(seed)  # noqa: S311 -- to be repeated, not secret
    facts = dict(_every_pair())
    costs = (10, 10, 20, 20, 30, 50, (1 << 24) - 1) + ((None, 0) if seed % 3 == 0 else ())
    kept = rng.random() * 0.6 + 0.2
    for name, device in facts.items():
        for port in device.interfaces.values():
            if not port.igp or port.loopback:
                continue
            # a circuit is there or not at both ends
            there = random.Random(f"{seed} {port.addresses[0].network}").random() < kept  # noqa: S311
            changes: dict[str, object] = {"igp_cost": rng.choice(costs), "shutdown": not there}
            if rng.random() < 0.25:
                changes["ldp"] = frozenset()
            if rng.random() < 0.1:
                changes["mpls"] = False
            edit_interface(facts, name, port.name, **changes)
        if rng.random() < 0.1:
            side = rng.choice(("gives", "takes", "no session"))
            edit_device(facts, name, label_limits=(LabelLimit("ipv4", side),))
    return facts


def _scene(facts: Facts) -> Scene:
    return scene_of({n: [RouterState(one)] for n, one in facts.items()}, reference_facts()[1])


class _ByEveryPath:
    """The same question, by the distances of all pairs."""

    def __init__(self, paths: LabelPaths, family: AddressFamily) -> None:
        self.paths, self.family = paths, family
        self.out = [one for ways in paths._out[family].values() for one in ways]
        self.least = self._distances([(one, one.least) for one in self.out])
        self.most = self._distances([(one, one.most) for one in self.out])

    def _distances(self, ways: list[tuple[Circuit, int]]) -> dict[tuple[str, str], int]:
        names = list(self.paths.tables)
        found = {(a, b): 0 if a == b else _FAR << 10 for a in names for b in names}
        for one, cost in ways:
            pair = (one.near.device, one.far.device)
            found[pair] = min(found[pair], cost)
        for by in names:
            for a in names:
                for b in names:
                    found[a, b] = min(found[a, b], found[a, by] + found[by, b])
        return found

    def _may(self, one: Circuit, egress: str) -> bool:
        a, b = one.near.device, one.far.device
        if _FAR << 10 in (self.least[b, egress], self.least[a, egress]):
            return False
        return one.least + self.least[b, egress] <= self.most[a, egress]

    def _surely(self, one: Circuit, egress: str) -> bool:
        a, b = one.near.device, one.far.device
        return one.most + self.most[b, egress] <= self.least[a, egress]

    def is_lost(self, circuit: Circuit) -> bool:
        sessions = self.paths.sessions[self.family]
        near, far = circuit.near.device, circuit.far.device
        beside = [one for one in self.out if one.near.device == near]
        if not any(near in pair for pair in sessions):
            return False
        for egress in self.paths._edges - {near}:
            if not self._may(circuit, egress):
                continue
            takes = egress != far and self.paths.is_pe(circuit.far) and circuit.far_port.mpls
            labelled = [
                one
                for one in beside
                if one.far.device != far and (near, one.far.device) in sessions
            ]
            if takes and any(self._may(one, egress) for one in labelled):
                return True
            runs = [one for one in beside if self.family in one.port.ldp]
            if self.family in circuit.port.ldp or any(self._surely(x, egress) for x in runs):
                continue
            if any(self.paths.is_pe(self.paths.tables[name]) for name in self._to(near, egress)):
                return True
        return False

    def _to(self, near: str, egress: str) -> Iterator[str]:
        """Routers whose packets for `egress` may come to `near` with labels all the way."""
        seen, waiting = {near, egress}, [near]
        while waiting:
            here = waiting.pop()
            for one in self.out:
                name = one.near.device
                if one.far.device != here or name in seen or not one.far_port.mpls:
                    continue
                nearer = one.least + self.least[here, egress] <= self.most[name, egress]
                if nearer and (name, here) in self.paths.sessions[self.family]:
                    seen.add(name)
                    waiting.append(name)
                    yield name


def test_every_loss_is_found_and_no_other() -> None:
    seen = {True: 0, False: 0}
    for seed in range(60):
        for paths in graphs(_scene(_drawn(seed))):
            for family in FAMILIES:
                by_all = _ByEveryPath(paths, family)
                for circuit in paths.without_labels(family):
                    expected = by_all.is_lost(circuit)
                    found = paths.lost(circuit, family)
                    about = f"seed {seed} {family} {circuit.near.device} {circuit.port.name}"
                    assert (found is not None) == expected, about
                    seen[expected] += 1
    assert min(seen.values()) > 50


def test_what_is_not_searched_is_taken_as_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(label_paths, "_LEAST_STEPS", 0)
    monkeypatch.setattr(label_paths, "_STEPS_EACH", 0)
    for seed in range(15):
        for paths in graphs(_scene(_drawn(seed))):
            by_all = _ByEveryPath(paths, "ipv4")
            for circuit in paths.without_labels("ipv4"):
                lost = paths.lost(circuit, "ipv4")
                assert lost is not None or not by_all.is_lost(circuit)
