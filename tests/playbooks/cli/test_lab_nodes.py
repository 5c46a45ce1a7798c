"""Verbs of one node of a lab: which it has, and that they agree in how they say so."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.playbooks.console import egovnet

ON_ONE_NODE = (("exec", "true"), ("ssh", "true"), ("restart",))


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    place = tmp_path_factory.mktemp("lab")
    ran = egovnet("init", place / "net", state=place)
    assert ran.code == 0
    ran = egovnet("lab", "up", "--backend", "emulated", "--inventory", place / "net", state=place)
    assert ran.code == 0, ran.stderr
    yield place
    egovnet("lab", "down", "--inventory", place / "net", state=place)


@pytest.mark.parametrize("verb", ON_ONE_NODE, ids=lambda verb: verb[0])
def test_a_node_that_a_lab_has_not_is_one_sentence(verb: tuple[str, ...], state: Path) -> None:
    name, *rest = verb
    ran = egovnet("lab", name, "--inventory", state / "net", "pe11", *rest, state=state)
    said = "error: the lab has no node pe11; did you mean 'pe1'? it has p1, p2, pe1, pe2"
    assert (ran.code, ran.stdout) == (2, "")
    assert ran.stderr.startswith(said)
    assert ran.stderr.count("\n") == 1


def test_routers_are_restarted_and_commanded(state: Path) -> None:
    ran = egovnet("lab", "exec", "--inventory", state / "net", "pe1", "hostname", state=state)
    assert (ran.code, ran.stdout) == (0, "pe1\n")
    ran = egovnet("lab", "restart", "--inventory", state / "net", "pe1", state=state)
    assert ran.code == 0
