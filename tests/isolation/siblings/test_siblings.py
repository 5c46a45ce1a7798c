"""Leaking texts that share no operator with the mutants: siblings of kinds of mistakes that were
proved once. They were written before the proof was asked. None may be proved but those that say
that they are harmless.

A file is of a kind, on the ground that its name begins with. A case has `changes` of the network's
texts: lines that a stanza, a block or a family of a VRF gets
(`add`), stanzas, lines at the end of FRR's part or behind the filter, one text in place of another,
a word in place of another everywhere.
"""

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import yaml

from egovnet.inventory.allocation.allocate import allocate
from egovnet.inventory.errors import EgovnetError
from egovnet.templates.intend.read_inventory import read_inventory
from tests.border_network import nation
from tests.isolation.gateway_proof import built
from tests.isolation.mutants.ground import Ground
from tests.isolation.mutants.judge import judge
from tests.isolation.mutants.platform import NFT
from tests.isolation.mutants.reference import platform, reference
from tests.isolation.mutants.text import PORTS, Edit


def _gateway() -> Ground:
    network = built()
    return Ground(network.network, network.allocation, network.texts)


def _border() -> Ground:
    with TemporaryDirectory() as directory:
        network, _ = read_inventory(nation(Path(directory) / "network"))
    return Ground(network, allocate(network))


GROUNDS = {
    "reference": reference,
    "platform": platform,
    "gateway": cache(_gateway),
    "border": cache(_border),
}


def _cases() -> list[Any]:
    return [
        pytest.param(GROUNDS[file.stem.partition("-")[0]], case, id=f"{file.stem}: {title}")
        for file in sorted(Path(__file__).parent.glob("*.yaml"))
        for title, case in yaml.safe_load(file.read_text(encoding="utf-8")).items()
    ]


def changed(text: str, change: Mapping[str, Any]) -> str:
    """A text after one change."""
    if "instead of" in change:
        assert change["instead of"] in text, change
        return text.replace(change["instead of"], change["put"], 1)
    if "rename" in change:
        return text.replace(change["rename"], change["to"])
    if "stanzas" in change:
        assert PORTS in text
        return text.replace(PORTS, change["stanzas"] + PORTS, 1)
    if "end" in change:
        return text + str(change["end"])
    if "behind the filter" in change:
        end = text.index("\n}\n", text.index(NFT)) + 3
        return text[:end] + str(change["behind the filter"]) + text[end:]
    edit = Edit(text)
    if "stanza" in change:
        edit.append(edit.stanza(change["stanza"]), *change["add"])
    elif "family" in change:
        header = f"router bgp 65000 vrf {change['vrf']}"
        edit.append(edit.family(header, change["family"]), *change["add"])
    elif change.get("last"):
        edit.append(edit.block(change["block"]), *change["add"])
    else:
        edit.prepend(edit.block(change["block"]), *change["add"])
    return str(edit)


@pytest.mark.parametrize(("made", "case"), _cases())
def test_it_is_not_proved(made: Callable[[], Ground], case: Mapping[str, Any]) -> None:
    ground = made()
    texts = dict(ground.texts)
    for change in case["changes"]:
        texts[change["router"]] = changed(texts[change["router"]], change)
    try:
        proved = judge(texts, ground.network, ground.allocation).proved
    except EgovnetError:
        proved = False  # refused by name
    assert proved == case.get("harmless", False)


def test_there_are_five_hundred() -> None:
    assert sum(not case.values[1].get("harmless") for case in _cases()) >= 500
