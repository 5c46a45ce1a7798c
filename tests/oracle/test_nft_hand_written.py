"""Rulesets as people write them, made by chance of what nft takes and what it refuses: one that is
understood as a whole is what nft lists of it."""

import random
from collections.abc import Iterator

import pytest

from egovnet.templates.frr.config.nftables_reader import read_nftables
from tests.isolation.mutants.reference import platform
from tests.oracle.nft import Nft, RefusedTextError, running_nft

pytestmark = pytest.mark.lab
_MOST = 120
#: What stands before the table.
_BEFORE = (
    "flush ruleset\n",
    "define a = 10.1.10.0/23\n",
    "define a = { 10.1.10.0/24, 10.1.11.0/24, }\n",
    'define gov = "eth1.101"\n',
    "define p = { 443, 0x35 }\n",
    "define p = 443-445\n",
    "define p = 443;\n",
    "add table inet egovnet\n",
    "table inet egovnet\n",
    "delete table inet egovnet\n",
    "flush table inet egovnet\n",
    "table inet egovnet;delete table inet egovnet\n",
    "# a comment\n",
    "define a = 10.0.0.0/8 # x\n",
    "define a=10.0.0.0/8\n",
    "define b = $a\n",
    "define  a  =  10.9.0.0/16\n",
    "define a = fde9::/16\n",
    'define a = "x y"\n',
    "define a = 10.1.10.1-10.1.11.9\n",
    "define q = 053\n",
    "define a = 10.1.10.0/24,10.1.11.0/24\n",
    "define p = { 443 , 53 }\n",
    "flush ruleset;\n",
    "table inet egovnet {}\n",
    'define g = { "eth1.101" }\n',
)
#: Lines of a chain.
_RULES = (
    "\t\tip saddr $a drop",
    "\t\tip saddr { $a, 10.9.9.9 } accept",
    "\t\toifname $gov ip daddr $a accept",
    "\t\ttcp dport $p accept",
    "\t\ttcp dport { $p } accept",
    "\t\treject",
    "\t\treject with icmpx type admin-prohibited",
    "\t\treject with icmp type host-unreachable",
    "\t\treject with icmpv6 no-route",
    "\t\treject with tcp reset",
    "\t\tudp dport 53 reject with tcp reset",
    '\t\tcomment "x"',
    "\t\tpolicy drop",
    "\t\tpolicy accept;",
    "\t\tip daddr {\n\t\t\t10.1.0.0/17,\n\t\t\t10.2.0.0/16\n\t\t} accept",
    "\t\tip daddr { 10.1.0.0/17, 10.2.0.0/16,\n } accept",
    "\t\taccept # x",
    "\t\tdrop;",
    "\t\tcounter; accept",
    "\t\ttcp dport { ssh, https } accept",
    "\t\ttcp dport 0x1BB accept",
    "\t\ttcp dport 0x50-0x51 accept",
    "\t\ttcp dport http-https accept",
    "\t\tip daddr $a;",
    "\t\tip6 daddr $a accept",
    "\t\tmeta l4proto $p accept",
    "\t\ticmp type 0x8 accept",
    '\t\tlog prefix "a # b" accept',
    '\t\tip saddr 10.1.0.0/17 accept comment "a;b # c"',
    "\t\tip saddr \\\n 10.1.0.0/17 accept",
    "\t\tip saddr $a accept comment $gov",
    '\t\tudp dport $p drop comment "$p"',
    "\t\tiifname $g accept",
    '\t\tiifname { $gov, "x" } accept',
    "\t\ttcp dport 443, 80 accept",
    "\t\tip daddr 10.1.0.0/17;accept",
    "\t\tip daddr {10.1.0.0/17,10.2.0.0/16} accept",
    "\t\tip daddr { 10.1.0.0/17 ,10.2.0.0/16 , } accept",
    "\t\ttcp dport 0x1bb-500 accept",
    "\t\treject with icmp port-unreachable accept",
    "\t\tjump local-lo;",
    "\t\ttype filter hook forward priority 0; policy accept",
    "\t\tth dport 53 reject",
    "\t\tip saddr $nobody accept",
)
#: Other words for a part of the text.
_INSTEAD = (
    (
        "priority filter; policy drop;\n\t\tiifname vmap",
        "priority 0; policy drop\n\t\tiifname vmap",
    ),
    (
        "priority filter; policy drop;\n\t\tiifname vmap",
        "priority filter\n\t\tpolicy drop\n\t\tiifname vmap",
    ),
    ("priority filter; policy drop;", "priority filter; policy drop; # all"),
    ("chain forward {", "chain forward { # x"),
    ("chain forward {", 'chain forward {\n\t\tcomment "x"'),
    ("chain local-lo {\n\t\taccept", "chain local-lo { accept"),
    ("table inet egovnet {", "table inet egovnet { # mine"),
    ("table inet egovnet {", "table inet egovnet\n{"),
    (
        "hook forward priority filter; policy drop;",
        "hook forward priority filter;\n\t\tpolicy accept;",
    ),
    ('"eth1.102" : jump forward-eth1.102 }', '"eth1.102" : jump forward-eth1.102, }'),
    ('"eth1.101" : jump forward', '\n"eth1.101" : jump forward'),
)


@pytest.fixture(scope="module")
def nft() -> Iterator[Nft]:
    with running_nft() as process:
        yield process


def _written(filter_text: str, rng: random.Random) -> str:
    for old, new in rng.sample(_INSTEAD, rng.randrange(3)):
        filter_text = filter_text.replace(old, new, 1)
    lines = filter_text.split("\n")
    for _ in range(rng.randrange(3)):
        places = [i for i, line in enumerate(lines) if line.startswith("\t\t")]
        lines.insert(rng.choice(places) + rng.randrange(2), rng.choice(_RULES))
    return "".join(rng.choice(_BEFORE) for _ in range(rng.randrange(4))) + "\n".join(lines)


def test_what_is_understood_is_what_nft_lists(nft: Nft) -> None:
    text = platform().texts["bj-fw1"]
    rendered = text[text.index("table inet egovnet {") : text.index("frr version")]
    understood = 0
    wrong: list[int] = []
    for seed in range(_MOST):
        written = _written(rendered, random.Random(seed))  # noqa: S311 -- the order of trials
        read = read_nftables(written.splitlines(), 1)
        if read.not_understood:
            continue
        understood += 1
        try:
            listed = read_nftables(nft.listed(written).splitlines(), 1)
        except RefusedTextError:
            wrong.append(seed)
            continue
        if listed.not_understood or listed.packet_filter != read.packet_filter:
            wrong.append(seed)
    assert wrong == []
    assert understood > _MOST // 10
