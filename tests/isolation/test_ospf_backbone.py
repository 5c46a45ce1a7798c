"""The reference network with OSPF as its backbone's IGP: harmless, and what keeps the ends of its
circuits from being neighbours is seen.

One circuit of a PE lacks LDP, which no packet notices while the other one is there.
"""

import re
from collections.abc import Mapping

import pytest

from tests.isolation.mutants.judge import judge
from tests.isolation.mutants.reference import reference

PE, CORE = "gd-pe1", "bj-p1"
#: The circuit between them.
AT_PE, AT_CORE = "interface eth1\n", "interface eth3\n"
_ISIS = re.compile(r"(?m)^router isis backbone\n(?: .*\n)+exit\n")
_OF_LOOPBACK = (
    " ip router isis backbone\n ipv6 router isis backbone\n"
    " isis circuit-type level-2-only\n isis passive\n"
)
_OF_CIRCUIT = re.compile(
    r" ip router isis backbone\n ipv6 router isis backbone\n isis bfd\n isis bfd profile circuit\n"
    r" isis circuit-type level-2-only\n(?: isis metric (\d+)\n)? isis network point-to-point\n"
)
_NO_LDP = "  interface eth2\n  exit\n  !\n"
_TYPE = " ip ospf network point-to-point\n"
#: Router -> what stands there, and what is put there.
Changes = Mapping[str, tuple[str, str]]
HARMLESS: Mapping[str, Changes] = {
    "as it is": {},
    "an area in dots": {CORE: (" ip ospf area 0\n", " ip ospf area 0.0.0.0\n")},
    "timers": {CORE: ("router ospf\n", "router ospf\n timers throttle spf 10 100 1000\n")},
    "one authentication": {
        CORE: ("router ospf\n", "router ospf\n area 0 authentication message-digest\n"),
        PE: ("router ospf\n", "router ospf\n area 0 authentication message-digest\n"),
        "bj-p2": ("router ospf\n", "router ospf\n area 0 authentication message-digest\n"),
        "gz-pe1": ("router ospf\n", "router ospf\n area 0 authentication message-digest\n"),
        "bj-pe1": ("router ospf\n", "router ospf\n area 0 authentication message-digest\n"),
        "sh-pe1": ("router ospf\n", "router ospf\n area 0 authentication message-digest\n"),
        "sc-pe1": ("router ospf\n", "router ospf\n area 0 authentication message-digest\n"),
    },
}
LEAKING: Mapping[str, Changes] = {
    "another area": {CORE: (AT_CORE + " ip ospf area 0\n", AT_CORE + " ip ospf area 1\n")},
    "other hellos": {CORE: (AT_CORE, AT_CORE + " ip ospf hello-interval 3\n")},
    "authentication of the area at one end": {
        CORE: ("router ospf\n", "router ospf\n area 0 authentication message-digest\n")
    },
    "two words for a key": {
        CORE: (AT_CORE, AT_CORE + " ip ospf authentication-key one\n"),
        PE: (AT_PE, AT_PE + " ip ospf authentication-key two\n"),
    },
    "two keys of one name": {
        CORE: (AT_CORE, AT_CORE + " ip ospf message-digest-key 1 md5 one\n"),
        PE: (AT_PE, AT_PE + " ip ospf message-digest-key 1 md5 two\n"),
    },
    "nobody is designated": {
        CORE: (
            AT_CORE + " ip ospf area 0\n" + _TYPE,
            AT_CORE + " ip ospf area 0\n ip ospf priority 0\n",
        ),
        PE: (AT_PE + " ip ospf area 0\n" + _TYPE, AT_PE + " ip ospf area 0\n ip ospf priority 0\n"),
    },
    "nobody is asked": {
        CORE: (
            AT_CORE + " ip ospf area 0\n" + _TYPE,
            AT_CORE + " ip ospf area 0\n ip ospf network non-broadcast\n",
        ),
        PE: (
            AT_PE + " ip ospf area 0\n" + _TYPE,
            AT_PE + " ip ospf area 0\n ip ospf network non-broadcast\n",
        ),
    },
    "passive in one family": {CORE: (AT_CORE, AT_CORE + " ip ospf passive\n")},
    "passive by default": {CORE: ("router ospf\n", "router ospf\n passive-interface default\n")},
    "passive by the instance": {CORE: ("router ospf\n", "router ospf\n passive-interface eth3\n")},
    "another MTU for OSPFv3": {CORE: (AT_CORE, AT_CORE + " ipv6 ospf6 ifmtu 1400\n")},
    "one router id twice": {CORE: (" ospf router-id 10.255.0.1\n", " ospf router-id 10.255.0.2\n")},
    "the highest cost of a router": {
        CORE: ("router ospf\n", "router ospf\n max-metric router-lsa administrative\n")
    },
    "a virtual link": {CORE: ("router ospf\n", "router ospf\n area 1 virtual-link 10.255.0.4\n")},
    "a shut circuit": {CORE: (AT_CORE, AT_CORE + " shutdown\n")},
}


def of_ospf(text: str) -> str:
    """A router's text with OSPF and OSPFv3 in place of IS-IS."""
    (identity,) = re.findall(r"(?m)^router bgp 65000\n bgp router-id (\S+)$", text)
    instances = f"router ospf\n ospf router-id {identity}\nexit\n!\nrouter ospf6\n ospf6 router-id "
    text = _ISIS.sub(f"{instances}{identity}\nexit\n", text)
    quiet = " ip ospf area 0\n ip ospf passive\n ipv6 ospf6 area 0\n ipv6 ospf6 passive\n"

    def circuit(found: re.Match[str]) -> str:
        said = f"network point-to-point\n{{0}} cost {found[1] or 10}\n"
        return "".join(
            f"{word} area 0\n{word} {said.format(word)}" for word in (" ip ospf", " ipv6 ospf6")
        )

    return _OF_CIRCUIT.sub(circuit, text.replace(_OF_LOOPBACK, quiet))


def proved(changes: Changes) -> bool:
    ground = reference()
    texts = {name: of_ospf(text) for name, text in ground.texts.items()}
    assert "isis" not in "".join(texts.values())
    assert texts[PE].count(_NO_LDP) == 2
    texts[PE] = texts[PE].replace(_NO_LDP, "")
    for router, (old, new) in changes.items():
        assert old in texts[router]
        texts[router] = texts[router].replace(old, new, 1)
    return judge(texts, ground.network, ground.allocation).proved


@pytest.mark.parametrize("case", HARMLESS)
def test_what_changes_no_neighbours_is_proved(case: str) -> None:
    assert proved(HARMLESS[case])


@pytest.mark.parametrize("case", LEAKING)
def test_what_keeps_ends_from_being_neighbours_is_seen(case: str) -> None:
    assert not proved(LEAKING[case])
