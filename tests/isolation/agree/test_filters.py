"""Filters by seed on a kernel; `python -m tests.isolation.agree.filters` tries more."""

from itertools import islice

import pytest

from tests.isolation.agree.filters import links, of_filters, tried
from tests.isolation.kernel_firewall import kernel_firewall


@pytest.mark.lab
def test_packets_agree_with_the_sets_and_the_verdict() -> None:
    with kernel_firewall(links()) as kernel:
        rows = [tried(kernel, number, draw) for number, draw in enumerate(islice(of_filters(3), 3))]
    assert [row for row in rows if row.fate == "DISAGREE"] == []
    assert all(row.tried for row in rows)
