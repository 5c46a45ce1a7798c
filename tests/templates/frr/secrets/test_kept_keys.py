"""Keys that somebody set by hand stay in what is pushed, or are named where they go."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egovnet.inventory.allocation.allocate import allocate
from egovnet.inventory.model import Network
from egovnet.templates.frr.secrets.kept_keys import keep_keys
from egovnet.templates.intend.build_devices import intend
from egovnet.templates.registry import read_config, render, render_day0
from tests.generated import nation, network_of
from tests.hypothesis_profiles import examples
from tests.strategies import networks

NETWORK = network_of(nation(2, 3))
DEVICES = intend(NETWORK, allocate(NETWORK))
TEXT = render(DEVICES["pe1"])
KEY = "Hunter2-xyzzy"
#: A line after which a key may stand, and the key's line.
PLACES = [
    (r"^ neighbor (\S+) remote-as .*$", " neighbor {0} password {key}"),
    (r"^interface (eth\d+)$", " isis password md5 {key}"),
    (r"^router isis .*$", " area-password clear {key}"),
    (r"^router isis .*$", " domain-password md5 {key} authenticate snp validate"),
    (r"^mpls ldp$", " neighbor 10.255.0.1 password {key}"),
]
LOGIN = (r"^service integrated-vtysh-config$", "enable password 8 {key}")


def with_key(text: str, place: tuple[str, str], which: int = 0) -> str:
    """`text` with a key at one of the places that the pattern finds; itself if there is none."""
    found = list(re.finditer(place[0], text, re.MULTILINE))
    if not found:
        return text
    match = found[which % len(found)]
    line = place[1].format(*match.groups(), key=KEY)
    return f"{text[: match.end()]}\n{line}{text[match.end() :]}"


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("which", [0, 1, 5])
def test_a_key_of_what_stays_is_kept(place: tuple[str, str], which: int) -> None:
    running = with_key(TEXT, place, which)
    assert running != TEXT
    keys = keep_keys(running, TEXT)
    assert keys.text.count(KEY) == 1
    assert sorted(keys.text.splitlines()) == sorted(running.splitlines())
    assert len(keys.kept) == 1
    assert not keys.gone
    assert KEY not in keys.kept[0]
    assert keep_keys(keys.text, keys.text).text == keys.text
    assert read_config(keys.text).not_understood == read_config(running).not_understood


@pytest.mark.parametrize("place", PLACES)
def test_a_key_that_was_pasted_from_what_is_printed_is_kept(place: tuple[str, str]) -> None:
    """A router takes these letters for a key, and the other end has them too."""
    running = with_key(TEXT, place).replace(KEY, "<removed>")
    keys = keep_keys(running, TEXT)
    assert keys.text == running
    assert len(keys.kept) == 1


def test_a_neighbor_that_goes_takes_its_key_and_is_named() -> None:
    running = with_key(TEXT, PLACES[0], 7)
    neighbor = re.search(r"neighbor (\S+) password", running)
    assert neighbor
    without = "\n".join(line for line in TEXT.split("\n") if f"neighbor {neighbor[1]} " not in line)
    keys = keep_keys(running, without)
    assert keys.text == without
    assert not keys.kept
    assert keys.gone == (
        next(line for line in keys.gone if f"neighbor {neighbor[1]} password <removed>" in line),
    )


def test_a_login_is_as_the_inventory_says_and_is_named() -> None:
    keys = keep_keys(with_key(TEXT, LOGIN), TEXT)
    assert keys.text == TEXT
    assert keys.gone == ("enable password 8 <removed>",)


def test_a_router_that_is_emptied_names_each_key() -> None:
    running = TEXT
    for place in PLACES:
        running = with_key(running, place)
    keys = keep_keys(running, render_day0(DEVICES["pe1"]))
    assert len(keys.gone) == 5
    assert KEY not in str(keys)


@given(networks(max_edges=2, max_vpns=3, max_sites=2), st.data())
@examples(40)
def test_whatever_stands_there_nothing_goes_in_silence(
    network: Network, data: st.DataObject
) -> None:
    devices = intend(network, allocate(network))
    device = devices[data.draw(st.sampled_from(sorted(devices)))]
    intended = running = render(device)
    for place in data.draw(st.lists(st.sampled_from([*PLACES, LOGIN]), max_size=6, unique=True)):
        running = with_key(running, place, data.draw(st.integers(0, 9)))
    if data.draw(st.booleans()):
        intended = render_day0(device)
    keys = keep_keys(running, intended)
    assert keys.text.count(KEY) + len(keys.gone) == running.count(KEY)
    assert len(keys.kept) == keys.text.count(KEY)
    if not keys.kept:
        assert keys.text == intended
