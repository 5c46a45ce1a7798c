"""The one place that calls what is tested: texts to a verdict."""

from collections.abc import Mapping
from functools import lru_cache

from egovnet.inventory.allocation.allocate import Allocation
from egovnet.inventory.model import Network
from egovnet.isolation.model.expectation import Expectation, from_inventory
from egovnet.isolation.model.verdict import Verdict
from egovnet.isolation.prove import prove
from egovnet.templates.frr.config.config_reader import read_config
from egovnet.templates.model.facts import DeviceFacts


@lru_cache(maxsize=2048)
def _facts(host: str, text: str) -> DeviceFacts:
    return read_config(text, f"{host}.cfg")


#: The network and the allocation that were asked about last, and what they say.
_last: list[tuple[Network, Allocation, Expectation]] = []


def _expectation(network: Network, allocation: Allocation) -> Expectation:
    """A thousand mutants are held against the same one."""
    if not _last or _last[0][0] is not network or _last[0][1] is not allocation:
        _last[:] = [(network, allocation, from_inventory(network, allocation))]
    return _last[0][2]


def judge(texts: Mapping[str, str], network: Network, allocation: Allocation) -> Verdict:
    """What the proof says of a network that runs `texts`."""
    facts = {host: _facts(host, text) for host, text in texts.items()}
    return prove(facts, _expectation(network, allocation))
