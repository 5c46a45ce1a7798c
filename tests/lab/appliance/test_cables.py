"""The carrier of a cable between two machines follows its ports, whatever happens in which order.

The two machines' real logic runs over ports that behave as a veth does: an end has carrier while
both ends are up. What they tell each other arrives as late as Hypothesis likes.
"""

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

import egovnet.lab


def load() -> ModuleType:
    """The file is the guest's, where it lies beside others and not in a package."""
    path = Path(egovnet.lab.__path__[0]) / "appliance" / "cables.py"
    spec = importlib.util.spec_from_file_location("cables", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


cables: Any = load()


class Veth:
    """A node's port and our end of it."""

    def __init__(self) -> None:
        self.port_up = False
        self.near_up = True

    def set_up(self, *, up: bool) -> None:
        self.near_up = up

    def has_carrier(self) -> bool:
        assert self.near_up, "the kernel refuses to say"
        return self.port_up

    @property
    def port_has_carrier(self) -> bool:
        return self.port_up and self.near_up


class Machines:
    """Two machines, one cable, and the words under way in each direction."""

    def __init__(self) -> None:
        self.veths = (Veth(), Veth())
        self.carriers = tuple(cables.Carrier({1: veth}) for veth in self.veths)
        self.under_way = [b"", b""]

    def step(self, side: int) -> None:
        self.under_way[1 - side] += self.carriers[side].step()

    def hear(self, side: int) -> None:
        word, self.under_way[side] = self.under_way[side][:3], self.under_way[side][3:]
        self.carriers[side].hear(word)

    def settle(self) -> None:
        for _ in range(20):
            for side in (0, 1):
                self.hear(side)
                self.step(side)
        assert self.under_way == [b"", b""], "they never stop talking"


@given(
    st.lists(
        st.tuples(st.sampled_from(["up", "down", "step", "hear", "settle"]), st.integers(0, 1)),
        max_size=40,
    )
)
def test_the_carrier_is_right_once_all_is_told(story: list[tuple[str, int]]) -> None:
    machines = Machines()
    for what, side in [*story, ("settle", 0)]:
        match what:
            case "up" | "down":
                machines.veths[side].port_up = what == "up"
            case "step":
                machines.step(side)
            case "hear":
                machines.hear(side)
            case "settle":
                machines.settle()
                both = all(veth.port_up for veth in machines.veths)
                assert [veth.port_has_carrier for veth in machines.veths] == [both, both]


def test_many_words_in_one_go_are_all_heard() -> None:
    carrier = cables.Carrier({1: Veth(), 2: Veth(), 3: Veth()})
    words = carrier.step()
    assert len(words) == 9
    other = cables.Carrier({1: Veth(), 2: Veth(), 3: Veth()})
    other.hear(words)
    assert other.far == {1: False, 2: False, 3: False}
