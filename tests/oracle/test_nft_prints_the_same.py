"""What the renderer writes is what nft prints back once it has loaded it."""

from collections.abc import Iterator

import pytest
from hypothesis import given

from egovnet.templates.frr.render.packet_filter import packet_filter_text
from egovnet.templates.model.packet_filter import PacketFilter
from tests.hypothesis_profiles import examples
from tests.oracle.nft import Nft, running_nft
from tests.packet_filters import packet_filters

pytestmark = pytest.mark.lab


@pytest.fixture(scope="module")
def nft() -> Iterator[Nft]:
    with running_nft() as process:
        yield process


@given(packet_filter=packet_filters())
@examples(300)
def test_nft_prints_what_was_rendered(nft: Nft, packet_filter: PacketFilter) -> None:
    text = packet_filter_text(packet_filter)
    assert nft.listed(text) == text
