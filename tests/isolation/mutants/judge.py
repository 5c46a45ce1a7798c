"""The one place that calls what is tested: texts to a verdict."""

from collections.abc import Mapping
from functools import lru_cache

from inventory.allocation import Allocation
from inventory.models import Network
from isolation.expectation import from_inventory
from isolation.prove import prove
from isolation.verdict import Verdict
from templates.facts import DeviceFacts
from templates.frr.config_reader import read_config


@lru_cache(maxsize=2048)
def _facts(host: str, text: str) -> DeviceFacts:
    return read_config(text, f"{host}.cfg")


def judge(texts: Mapping[str, str], network: Network, allocation: Allocation) -> Verdict:
    """What the proof says of a network that runs `texts`."""
    facts = {host: _facts(host, text) for host, text in texts.items()}
    return prove(facts, from_inventory(network, allocation))
