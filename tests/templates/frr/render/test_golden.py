"""Golden texts of the reference network.

`UPDATE_GOLDEN=1 pytest tests/templates/frr/render/test_golden.py` writes them anew; the
diff is then read by a person.
"""

import os
from datetime import date
from pathlib import Path

import pytest

import egovnet.inventory.reference
from egovnet.inventory.allocation.allocate import allocate
from egovnet.inventory.allocation.lock_file import read_lock
from egovnet.inventory.load import load
from egovnet.inventory.with_platform import with_platform
from egovnet.templates.intend.build_devices import intend
from egovnet.templates.registry import render, render_day0

REFERENCE = Path(egovnet.inventory.reference.__path__[0])
GOLDEN = Path(__file__).parent / "golden"
#: On a day on which its exchanges are in force.
NETWORK = with_platform(load(REFERENCE), date(2026, 1, 1))
DEVICES = intend(NETWORK, allocate(NETWORK, read_lock(REFERENCE)))
DAY0 = "gz-pe1"
TEXTS = {f"{name}.cfg": render(device) for name, device in DEVICES.items()}
TEXTS[f"{DAY0}.day0.cfg"] = render_day0(DEVICES[DAY0])


@pytest.mark.parametrize("name", TEXTS)
def test_the_text_is_the_golden_one(name: str) -> None:
    path = GOLDEN / name
    if os.environ.get("UPDATE_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(TEXTS[name], encoding="utf-8")
    assert TEXTS[name] == path.read_text(encoding="utf-8")


def test_no_golden_text_is_left_over() -> None:
    assert {path.name for path in GOLDEN.iterdir()} == set(TEXTS)
