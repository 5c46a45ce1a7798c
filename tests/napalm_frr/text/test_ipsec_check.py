"""Whether the kernel has the policies of a text, and what of them a commit would put back."""

import pytest

from napalm_frr.text.interfaces_text import parse
from napalm_frr.text.ipsec_check import faults

OUT = "src 10.255.0.2/32 dst 0.0.0.0/0 proto gre dir out action block priority 4000000000"
IN = "src 0.0.0.0/0 dst 10.255.0.2/32 proto gre dir in action block priority 4000000000"
TEXT = f"""auto lo
iface lo inet loopback
    address 10.255.0.2/32
    post-up ip xfrm policy update {OUT}
    post-up ip xfrm policy update {IN}

auto eth1
iface eth1
    mtu 1600
"""
SELECTOR = "policy src 10.255.0.2/32 dst 0.0.0.0/0 proto gre \\\t"
LISTED_OUT = f"{SELECTOR}dir out action block priority 4000000000 ptype main \\\n"
LISTED_IN = (
    "policy src 0.0.0.0/0 dst 10.255.0.2/32 proto gre \\\t"
    "dir in action block priority 4000000000 ptype main \\\n"
)
ESP = "tmpl src 0.0.0.0 dst 0.0.0.0\\\t\tproto esp reqid 1 mode transport\\\n"
OTHERS = f"{SELECTOR}dir out priority 371328 ptype main \\\t{ESP}switch /proc/x 1\n"


@pytest.mark.parametrize(
    ("listed", "missing"),
    [
        (LISTED_IN + LISTED_OUT, []),
        (OTHERS + LISTED_OUT + LISTED_IN, []),
        ("", [OUT, IN]),
        (OTHERS, [OUT, IN]),
        (LISTED_IN, [OUT]),
        (LISTED_OUT + LISTED_IN.replace("dir in", "dir fwd"), [IN]),
        (LISTED_IN + LISTED_OUT.replace("action block ", ""), [OUT]),
        (LISTED_IN + LISTED_OUT.replace("4000000000", "4000000001"), [OUT]),
        (LISTED_IN + LISTED_OUT.replace("dst 0.0.0.0/0", "dst 0.0.0.0/1"), [OUT]),
        (LISTED_IN + LISTED_OUT.replace("gre", "udp"), [OUT]),
        (LISTED_IN + LISTED_OUT.replace("ptype main", "ptype sub"), [OUT]),
        (LISTED_IN + LISTED_OUT.replace("main \\", "main \\\tmark 0x1/0x1\\"), [OUT]),
        (LISTED_IN + LISTED_OUT.replace("main \\", "main \\\tif_id 0x1\\"), [OUT]),
        (LISTED_IN + LISTED_OUT.replace("\n", f"\t{ESP}"), [OUT]),
    ],
)
def test_each_policy_that_is_not_there_is_a_fault(listed: str, missing: list[str]) -> None:
    found = faults(parse(TEXT), listed)
    assert [str(one) for one in found] == [f"lo: lacks the IPsec policy {one}" for one in missing]
    assert all(one.joins_tables and not one.unowned for one in found)


def test_a_text_without_policies_asks_nothing() -> None:
    assert faults(parse(TEXT.replace("post-up", "# post-up")), "") == ()
    assert faults(parse(TEXT.replace("auto lo\n", "")), "") == ()
