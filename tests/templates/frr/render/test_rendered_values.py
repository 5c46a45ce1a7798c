"""No value that is rendered begins a line or a word of its own, wherever it came from."""

import copy
import tempfile
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from ipaddress import IPv6Interface
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egovnet.inventory.allocation.allocate import allocate
from egovnet.inventory.errors import InventoryError
from egovnet.templates.intend.build_devices import intend
from egovnet.templates.intend.read_inventory import read_inventory
from egovnet.templates.model.device import Device
from egovnet.templates.model.errors import UnsafeValueError
from egovnet.templates.registry import render
from tests.generated import nation, network_of, write
from tests.hypothesis_profiles import examples

SECTIONS = nation(2, 2)
NETWORK = network_of(SECTIONS)
DEVICES = intend(NETWORK, allocate(NETWORK))
MARK = "evil"
#: What would be a line or a word of its own, or cannot be seen.
HOSTILE = [
    f"x\n    post-up {MARK}",
    f"x\r{MARK}",
    f"x {MARK}",
    f"x\t{MARK}",
    f"x\x85{MARK}",
    f"x\u2028{MARK}",
    f"x\u202e{MARK}",
    f"x\0{MARK}",
    f"fde9::1%x\n    post-up {MARK}",
    f"fde9::%x\n {MARK}/64",
    f"10.0.0.1\n{MARK}",
    f"10.0.0.0/24\n{MARK}",
    "",
    " ",
    "\n",
]
#: Where a description's words stand.
_SENTENCES = ("description",)


def _variants(thing: Any, hostile: str) -> Iterator[Any]:  # noqa: ANN401 -- any dataclass
    """`thing` with each of its texts made hostile in turn, at any depth."""
    for field in fields(thing):
        value = getattr(thing, field.name)
        members = value if isinstance(value, tuple) else (value,)
        for index, member in enumerate(members):
            if isinstance(member, str) and field.name not in _SENTENCES:
                changed: Iterator[Any] = iter([hostile])
            elif is_dataclass(member):
                changed = _variants(member, hostile)
            else:
                continue
            for other in changed:
                whole = (*members[:index], other, *members[index + 1 :])
                yield replace(thing, **{field.name: whole if isinstance(value, tuple) else other})


def _refused_or_unused(device: Device, original: str, hostile: str) -> None:
    try:
        text = render(device)
    except UnsafeValueError:
        return
    # of another platform, or a port that only its interface's name is made of
    assert text.count("\n") == original.count("\n") or hostile == ""
    assert MARK not in text


@pytest.mark.parametrize("hostile", HOSTILE)
def test_no_text_of_a_device_adds_a_word(hostile: str) -> None:
    device = DEVICES["pe1"]
    original = render(device)
    variants = [v for v in _variants(device, hostile) if v.platform == device.platform]
    assert len(variants) > 25
    refused = 0
    for variant in variants:
        try:
            _refused_or_unused(variant, original, hostile)
            render(variant)
        except UnsafeValueError:
            refused += 1
    assert refused > 20


def test_a_zone_of_an_address_is_refused() -> None:
    device = DEVICES["pe1"]
    odd = IPv6Interface(f"fde9::1%x\n    post-up {MARK}/64")
    interface = replace(device.interfaces[0], addresses=(odd,))
    for changed in (
        replace(device, loopbacks=(odd,)),
        replace(device, interfaces=(interface, *device.interfaces[1:])),
    ):
        with pytest.raises(UnsafeValueError):
            render(changed)


def _places(value: Any) -> Iterator[tuple[Any, Any]]:  # noqa: ANN401 -- JSON
    """(container, key) of every value that is no container."""
    for key, below in list(value.items() if isinstance(value, dict) else enumerate(value)):
        if isinstance(below, dict | list):
            yield from _places(below)
        else:
            yield value, key


_KEYS_TOO = ("loopback-ipv4", "loopback-ipv6", "management-port", "description")


@given(st.data())
@examples(120)
def test_nothing_hostile_comes_in_by_the_door(data: st.DataObject) -> None:
    sections = copy.deepcopy(SECTIONS)
    places = list(_places(sections))
    places += [(host["data"], key) for host in sections["hosts"].values() for key in _KEYS_TOO[:3]]
    places += [(entry, "description") for entry in sections["circuits"].values()]
    container, key = data.draw(st.sampled_from(places))
    container[key] = data.draw(st.sampled_from(HOSTILE[:-3]))
    with tempfile.TemporaryDirectory() as directory:
        try:
            network, _ = read_inventory(write(sections, Path(directory)))
        except InventoryError:
            return
        for device in intend(network, allocate(network)).values():
            assert MARK not in render(device)


def test_text_for_people_is_in_no_device_text() -> None:
    before = {name: render(device) for name, device in DEVICES.items()}
    sections = copy.deepcopy(SECTIONS)
    words = 'Supreme People\'s Court #1! "${x}" `reboot` | \\ 最高人民法院'
    for section in ("regions", "agencies", "vpns"):
        for entry in sections[section].values():
            entry["name"] = words
    for section in ("circuits", "sites"):
        for entry in sections[section].values():
            entry["description"] = words
    sections["network"]["description"] = words
    for zone in sections["network"]["zones"].values():
        zone["description"] = words
    with tempfile.TemporaryDirectory() as directory:
        network, _ = read_inventory(write(sections, Path(directory)))
    devices = intend(network, allocate(network))
    assert {name: render(device) for name, device in devices.items()} == before
