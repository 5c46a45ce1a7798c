"""Encrypted VPNs: what is rendered is proved, and each line of it that is missing is found."""

import re
from collections.abc import Iterator

import pytest

from egovnet.inventory.allocation.allocate import allocate
from egovnet.inventory.load import load
from egovnet.isolation.model.expectation import Expectation, from_inventory
from egovnet.isolation.model.finding_class import Severity
from egovnet.isolation.prove import prove
from egovnet.templates.intend.build_devices import intend
from egovnet.templates.intend.device_facts import intended_facts
from egovnet.templates.registry import read_config, render
from tests.small_encryption import small_encryption

Texts = dict[str, str]
PE = "bj-pe1"
#: What of a PE's text is for encrypted VPNs, and what must be said where the line is missing.
LINES = {
    r"    post-up ip xfrm policy .* dir out .*\n": "P9 tunnel-in-clear",
    r"    post-up ip xfrm policy .* dir in .*\n": "P9 tunnel-in-clear",
    r"    tunnel-mode gre\n": "P9 encrypted-way-missing",
    r"    tunnel-local .*\n": "P9 encrypted-way-missing",
    r"    tunnel-endpoint .*\n": "P9 encrypted-way-missing",
    r"ip route 10\.250\.\S+ gre\d+\n": "P9 encrypted-way-missing",
    r"ipv6 route fde9:e0:\S+ gre\d+\n": "P9 encrypted-way-missing",
    r"ip route 10\.250\.\S+ Null0 2\n": "P9 encrypted-way-missing",
    r"ipv6 route fde9:e0:\S+ Null0 2\n": "P9 encrypted-way-missing",
    r"  neighbor 10\.255\.0\.1 route-map over-gre in\n": "P9 encrypted-way-missing",
    r"  neighbor fde9:ff::1 route-map over-gre in\n": "P9 encrypted-way-missing",
    r" set l3vpn next-hop encapsulation gre\n": "P9 encrypted-way-missing",
    r"  nexthop vpn export 10\..*\n": "P9 clear-export",
    r"  nexthop vpn export fde9.*\n": "P9 clear-export",
    r"  route-map vpn import encrypted-ipv4\n": "P9 clear-import",
    r"  route-map vpn import encrypted-ipv6\n": "P9 clear-import",
    r" match ip next-hop prefix-list encrypted\n": "P9 clear-import",
    r" match ipv6 next-hop prefix-list encrypted\n": "P9 clear-import",
}
#: What somebody may write instead or besides, and what must be said.
CHANGES = {
    ("action block priority 4000000000", "action allow priority 4000000000"): "P9 tunnel-in-clear",
    ("action block priority 4000000000", "action block priority 1"): "P9 tunnel-in-clear",
    ("tunnel-endpoint 10.255.0.3", "tunnel-endpoint 10.255.0.1"): "P9 unknown-tunnel",
    ("tunnel-mode gre", "tunnel-mode ipip"): "not modelled",
    ("ip route 10.250.0.2/32 gre2", "ip route 10.250.0.2/32 10.254.0.1"): "P9 clear-next-hop",
    ("ip route 10.250.0.2/32 gre2", "ip route 10.250.0.0/24 eth1"): "P9 clear-next-hop",
    (
        "ip prefix-list encrypted seq 5 permit 10.250.0.0/20 le 32",
        "ip prefix-list encrypted seq 5 permit 10.240.0.0/12 le 32",
    ): "P9 clear-import",
    ("nexthop vpn export 10.250.0.1", "nexthop vpn export 10.255.0.2"): "P9 clear-export",
    ("route-map encrypted-ipv4 permit 10", "route-map encrypted-ipv4 permit 20\nexit\n!\n"
     "route-map encrypted-ipv4 permit 10"): "P9 clear-import",
}  # fmt: skip


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> tuple[Texts, Expectation]:
    root = small_encryption(tmp_path_factory.mktemp("encryption") / "inventory")
    read = load(root)
    allocation = allocate(read)
    devices = intend(read, allocation)
    for device in devices.values():
        assert read_config(render(device)) == intended_facts(device)
    texts = {name: render(device) for name, device in devices.items()}
    return texts, from_inventory(read, allocation)


def found(texts: Texts, expectation: Expectation) -> Iterator[str]:
    verdict = prove({name: read_config(text) for name, text in texts.items()}, expectation)
    assert verdict.proved is not any(f.severity is Severity.RISK for f in verdict.findings)
    yield from (finding.klass for finding in verdict.findings)


def test_what_is_rendered_is_proved(network: tuple[Texts, Expectation]) -> None:
    assert list(found(*network)) == []


@pytest.mark.parametrize("line", LINES)
def test_a_missing_line_is_found(network: tuple[Texts, Expectation], line: str) -> None:
    texts, expectation = network
    changed, times = re.subn(rf"(?m)^{line}", "", texts[PE])
    assert times == 1
    assert LINES[line] in found(texts | {PE: changed}, expectation)


@pytest.mark.parametrize("change", CHANGES, ids=" -> ".join)
def test_another_line_is_found(network: tuple[Texts, Expectation], change: tuple[str, str]) -> None:
    texts, expectation = network
    changed = texts[PE].replace(*change)
    assert changed != texts[PE]
    assert CHANGES[change] in found(texts | {PE: changed}, expectation)


def test_the_other_vpn_stays_on_labels(network: tuple[Texts, Expectation]) -> None:
    texts, _ = network
    for name in ("bj-pe1", "sh-pe1"):
        (public,) = re.findall(r"(?ms)^router bgp \d+ vrf e-public\n.*?^exit$", texts[name])
        assert "nexthop vpn export" not in public and "route-map vpn import" not in public
    assert "gre" not in texts["bj-p1"]
