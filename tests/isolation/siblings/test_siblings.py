"""Leaking texts that share no operator with the mutants: siblings of kinds of mistakes that were
proved once. They were written before the proof was asked. None may be proved but those that say
that they are harmless.

A case has `changes` of the network's texts: lines that a stanza, a block or a family of a VRF gets
(`add`), stanzas, lines at the end of FRR's part or behind the filter, one text in place of another,
a word in place of another everywhere.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from egovnet.inventory.errors import EgovnetError
from tests.isolation.mutants.ground import Ground
from tests.isolation.mutants.judge import judge
from tests.isolation.mutants.platform import NFT
from tests.isolation.mutants.reference import platform, reference
from tests.isolation.mutants.text import PORTS, Edit

GROUNDS = {"reference": reference(), "platform": platform()}


def _cases() -> list[Any]:
    return [
        pytest.param(GROUNDS[name], case, id=f"{name}: {title}")
        for name in GROUNDS
        for title, case in yaml.safe_load(
            Path(__file__).with_name(f"{name}.yaml").read_text(encoding="utf-8")
        ).items()
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


@pytest.mark.parametrize(("ground", "case"), _cases())
def test_it_is_not_proved(ground: Ground, case: Mapping[str, Any]) -> None:
    texts = dict(ground.texts)
    for change in case["changes"]:
        texts[change["router"]] = changed(texts[change["router"]], change)
    try:
        proved = judge(texts, ground.network, ground.allocation).proved
    except EgovnetError:
        proved = False  # refused by name
    assert proved == case.get("harmless", False)


def test_there_are_a_hundred() -> None:
    assert sum(not case.values[1].get("harmless") for case in _cases()) >= 100
