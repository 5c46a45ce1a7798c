"""Label stacks, from what tcpdump prints."""

import pytest

from egovnet.templates.frr.probes.labels import label_stacks

#: Lines of tcpdump 4.99 on a circuit of the reference lab, and others of its shapes.
TWO = (
    "22:13:05.114092 MPLS (label 18, exp 0, ttl 63) (label 84, exp 0, [S], ttl 63) "
    "IP 10.200.0.29 > 10.200.0.34: ICMP echo request, id 7, seq 1, length 64"
)
ONE = (
    "22:13:05.114821 MPLS (label 84, exp 0, [S], ttl 62) "
    "IP6 fde9:fa::1d > fde9:fa::22: ICMP6, echo request, id 7, seq 1, length 64"
)
NEWER = "IP MPLS (label 18, tc 0, ttl 63) (label 84, tc 0, [S], ttl 63) IP 10.0.0.1 > 10.0.0.2: x"


@pytest.mark.parametrize(
    ("line", "stack"),
    [(TWO, "label 18, label 84"), (ONE, "label 84"), (NEWER, "label 18, label 84")],
)
def test_the_stack_of_a_labelled_packet(line: str, stack: str) -> None:
    assert label_stacks(line) == [stack]


def test_one_stack_for_each_packet_in_order() -> None:
    assert label_stacks(f"{TWO}\n{ONE}\n{TWO}\n") == [
        "label 18, label 84",
        "label 84",
        "label 18, label 84",
    ]  # fmt: skip -- one list


@pytest.mark.parametrize(
    "line",
    [
        "",
        "tcpdump: listening on eth1, link-type EN10MB (Ethernet), snapshot length 262144 bytes",
        "22:13:05.1 IP 10.255.0.3.646 > 224.0.0.2.646: LDP, Label-Space-ID: 10.255.0.3:0, pdu: 38",
        "22:13:05.1 IP 10.0.0.1 > 10.0.0.2: the word label 18 in a packet without any",
        "22:13:05.114092 MPLS (la",
    ],
)
def test_what_shows_no_label_is_none(line: str) -> None:
    assert label_stacks(line) == []
