"""Golden texts of a firewall, of a PE that filters, and of an Internet gateway.

`UPDATE_GOLDEN=1 pytest tests/templates/frr/render/test_golden_filters.py` writes them anew; the
diff is then read by a person.
"""

import os
from pathlib import Path

import pytest

from egovnet.templates.registry import render
from tests.firewalls import FILTERING_PE, FIREWALL
from tests.isolation.gateway_proof import built
from tests.templates.frr.config.test_roundtrip import assert_read_as_intended

GOLDEN = Path(__file__).parent / "golden_filters"
GATEWAY = built().devices["bj-gw1"]
DEVICES = {device.name: device for device in (FIREWALL, FILTERING_PE, GATEWAY)}


@pytest.mark.parametrize("name", DEVICES)
def test_the_text_with_a_filter_is_the_golden_one(name: str) -> None:
    path, text = GOLDEN / f"{name}.cfg", render(DEVICES[name])
    if os.environ.get("UPDATE_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", DEVICES)
def test_a_device_with_a_filter_is_read_as_meant(name: str) -> None:
    assert_read_as_intended(DEVICES[name])
