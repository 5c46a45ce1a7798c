"""Which keys a network's sessions need: both ends of each agree, and no two share one."""

from collections import Counter

from hypothesis import given

from egovnet.inventory.allocation.allocate import allocate
from egovnet.inventory.model import Network
from egovnet.inventory.model.keys import KeyPurpose, KeyReference, references_in
from egovnet.inventory.session_keys import keys_by_router, needed_keys
from egovnet.templates.intend.build_devices import intend
from egovnet.templates.registry import render
from tests.hypothesis_profiles import examples
from tests.strategies import networks


@given(networks())
@examples(15)
def test_each_key_is_on_its_ends_and_nowhere_else(network: Network) -> None:
    """A key of two routers is of one session of theirs; a key that is needed is in the texts."""
    devices = intend(network, allocate(network))
    routers: dict[KeyReference, set[str]] = {}
    places: Counter[tuple[str, KeyReference]] = Counter()
    for name, device in devices.items():
        for reference in references_in(render(device)):
            routers.setdefault(reference, set()).add(name)
            places[name, reference] += 1
    needs = needed_keys(network)
    assert {reference.name for reference in routers} == needs.keys()
    own = keys_by_router(network)
    for name in devices:
        assert own[name] == {each.name for each, on in routers.items() if name in on}
    for reference, on in routers.items():
        need = needs[reference.name]
        assert on == (set(need.ends) or set(devices))
        families = len(devices[next(iter(on))].families)
        each = families if need.purpose is KeyPurpose.BGP else 1
        assert {places[name, reference] for name in on} == {each}


@given(networks(authentication={}))
@examples(5)
def test_without_a_policy_no_text_names_a_key(network: Network) -> None:
    texts = map(render, intend(network, allocate(network)).values())
    assert not needed_keys(network)
    assert not any(list(references_in(text)) for text in texts)


def test_names_of_pairs_cannot_be_taken_for_each_other() -> None:
    """No router's name has the sign between two names."""
    assert list(references_in("<egovnet:ldp/a--b+c.1>")) == [KeyReference("ldp/a--b+c", 1)]
    assert list(references_in("<egovnet:ldp/a+b.0> <egovnet:rip/a.1> <egovnet:ldp/a+b.1")) == []
