"""An IPv6 address is rendered as Python's `ipaddress` writes it (RFC 5952)."""

from ipaddress import IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egovnet.templates.frr.render.renderer import _safe

_GROUPS = st.lists(st.sampled_from((0, 0, 0, 1, 0xA, 0xFDE9, 0xFFFF)), min_size=8, max_size=8)


@given(_GROUPS)
def test_any_zeros_are_written_as_ipaddress_does(groups: list[int]) -> None:
    address = IPv6Address(sum(group << 16 * place for place, group in enumerate(groups)))
    assert _safe(address) == str(address)


@pytest.mark.parametrize(
    "text", ["::", "::1", "::1.2.3.4", "::ffff:1.2.3.4", "64:ff9b::1.2.3.4", "fe80::1%eth0", "1::"]
)
def test_odd_forms_are_written_as_ipaddress_does(text: str) -> None:
    assert _safe(IPv6Address(text)) == str(IPv6Address(text))
