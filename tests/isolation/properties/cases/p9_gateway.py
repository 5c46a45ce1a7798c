"""Internet gateways whose text was changed: the network is one with gateways, and not the usual."""

from collections.abc import Callable
from dataclasses import replace

from egovnet.isolation.model.expectation import Expectation
from egovnet.templates.frr.config.config_reader import read_config
from tests.isolation.gateway_mutants import MUTANTS
from tests.isolation.gateway_proof import built, gateway_facts
from tests.isolation.networks import Facts, edit_device
from tests.isolation.properties.case import HYGIENE, Case

GATEWAY = "bj-gw1"
_BY_NAME = {mutant.name: mutant for mutant in MUTANTS}


def _with_gateways(_expectation: Expectation) -> Expectation:
    return built().expectation


def _changed(name: str) -> Callable[[Facts], None]:
    def change(facts: Facts) -> None:
        facts.clear()
        facts.update(gateway_facts())
        text = _BY_NAME[name].text(built().texts[GATEWAY])
        facts[GATEWAY] = read_config(text, f"{GATEWAY}.cfg")

    return change


def _unrecorded(facts: Facts) -> None:
    facts.clear()
    facts.update(gateway_facts())
    old = facts[GATEWAY].packet_filter
    assert old is not None
    edit_device(facts, GATEWAY, packet_filter=replace(old, recorded_translations=None))


def _case(name: str, klass: str, path: tuple[str, ...] = ()) -> Case:
    mutant = _BY_NAME[name]
    return Case(name, _changed(name), klass, GATEWAY, mutant.severity, path, _with_gateways)


CASES = [
    _case(
        "no translation, and no filter of what leaves",
        "P9 untranslated-source",
        ("lets it out by eth2",),
    ),
    _case("no filter of what leaves", "P9 untranslated-source", ("lets it out by eth2",)),
    _case("translation of a prefix of nobody", "P9 gateway-translation", ("translates",)),
    _case("translation to another gateway's pool", "P9 gateway-translation", ("translates",)),
    _case("no translation of IPv4", "P9 exit-cut"),
    Case(
        "nothing is recorded",
        _unrecorded,
        "P9 translation-not-recorded",
        GATEWAY,
        HYGIENE,
        expect=_with_gateways,
    ),
]
