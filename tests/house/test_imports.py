"""The import graph of the whole tree: no circle, and playbooks as rooms with arrows one way."""

from graphlib import TopologicalSorter

import grimp
import pytest


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("egovnet", "napalm_frr")


def room(module: str) -> str:
    """Such as egovnet.playbooks.change of egovnet.playbooks.change.waves."""
    return ".".join(module.split(".")[:3])


def test_no_module_imports_itself_in_a_circle(graph: grimp.ImportGraph) -> None:
    order = TopologicalSorter(
        {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    )
    order.prepare()  # raises CycleError, which names the circle


@pytest.mark.parametrize(
    "floor", ["inventory", "templates", "isolation", "tasks", "playbooks", "lab"]
)
def test_rooms_of_a_floor_have_arrows_one_way(graph: grimp.ImportGraph, floor: str) -> None:
    rooms: dict[str, set[str]] = {}
    for module in graph.modules:
        if module.startswith(f"egovnet.{floor}."):
            ours = rooms.setdefault(room(module), set())
            for imported in graph.find_modules_directly_imported_by(module):
                if imported.startswith(f"egovnet.{floor}.") and room(imported) != room(module):
                    ours.add(room(imported))
    TopologicalSorter(rooms).prepare()


def test_playbooks_have_twelve_to_fourteen_rooms(graph: grimp.ImportGraph) -> None:
    rooms = {room(module) for module in graph.modules if module.startswith("egovnet.playbooks.")}
    assert 12 <= len(rooms) <= 14, sorted(rooms)
