"""Reading an inventory: what is written is what is read, and nothing else gets out but errors."""

import copy
import json
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from egovnet.inventory.checks import cross_check
from egovnet.inventory.errors import InventoryError, Problem
from egovnet.inventory.load import load
from egovnet.inventory.model import Network
from egovnet.templates.intend.read_inventory import read_inventory
from tests.generated import nation, sections_of, write
from tests.hypothesis_profiles import examples
from tests.strategies import networks


def plain_report(section: str, location: tuple[str | int, ...], found: str, remedy: str) -> Problem:
    return Problem(section, 0, ".".join(map(str, location)), found, remedy)


@given(networks())
def test_generated_networks_pass_every_cross_check(network: Network) -> None:
    assert list(cross_check(network, plain_report)) == []


@given(networks())
@examples(25)
def test_writing_and_reading_is_the_identity(network: Network) -> None:
    with tempfile.TemporaryDirectory() as directory:
        assert load(write(sections_of(network), Path(directory))) == network


def test_a_group_of_groups_is_inherited_as_nornir_does(tmp_path: Path) -> None:
    sections = nation(1, 1)
    sections["groups"] = {
        "first": {"groups": ["above"]},
        "second": {"platform": "wrong", "port": 2},
        "above": {"platform": "frr"},
    }
    sections["defaults"] = {"port": 3}
    for host in sections["hosts"].values():
        host["groups"] = ["first", "second"]
    network = load(write(sections, tmp_path))
    assert {(r.platform, r.port) for r in network.routers.values()} == {("frr", 2)}


def test_yaml_anchors_and_merge_keys_are_read(tmp_path: Path) -> None:
    write(nation(1, 2), tmp_path)
    (tmp_path / "vpns.yaml").write_text(
        "vpn1: &usual {name: One, zone: intranet, owner: government}\n"
        "vpn2: {<<: *usual, name: Two}\n"
    )
    network = load(tmp_path)
    assert network.vpns["vpn2"].owner == "government"
    assert network.vpns["vpn2"].name == "Two"


#: Whatever YAML can hold where something else was meant.
ODD_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["10.0.0.1/24", "::/0", "lo", "untagged", "pe1", "2024-13-45"]),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2)
    ),
    max_leaves=4,
)


@given(st.data())
@examples(150)
def test_whatever_is_put_anywhere_is_read_or_refused(data: st.DataObject) -> None:
    sections = copy.deepcopy(nation(2, 2))
    for _ in range(data.draw(st.integers(1, 3))):
        place: Any = sections[data.draw(st.sampled_from(sorted(sections)))]
        while isinstance(place, dict | list):
            odd = ["odd"] if isinstance(place, dict) else []
            keys = sorted(place) if isinstance(place, dict) else range(len(place))
            key = data.draw(st.sampled_from([*keys, *odd]))
            below = place.get(key) if isinstance(place, dict) else place[key]
            if not isinstance(below, dict | list) or not below or data.draw(st.booleans()):
                place[key] = data.draw(ODD_VALUES)
                break
            place = below
    with tempfile.TemporaryDirectory() as directory:
        root = write(sections, Path(directory))
        try:
            read_inventory(root)
        except InventoryError as error:
            assert error.problems
            for problem in error.problems:
                assert problem.found, json.dumps(sections)
                assert problem.remedy, json.dumps(sections)
                assert "\n" not in str(problem)
                assert str(root) in problem.file
