"""What a customer's router is told: as agreed, complete for every vendor, and taken by real FRR."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.verbs.sheet import customer_end
from egovnet.templates.customer_routers.examples import CustomerEnd, example, vendors
from tests.inventories import BACKBONE
from tests.oracle.frr_daemons import FrrDaemons

GOLDEN = Path(__file__).parent / "golden"
WORKSPACE = Workspace(BACKBONE)
LABELS = [
    (site, access)
    for site, entry in WORKSPACE.network.sites.items()
    for access in entry.site_network_accesses
]
#: By BGP, and the second of two; static.
SHOWN = {"bgp": ("gov-guangdong", "backup"), "static": ("tax-guangdong", "main")}


def end_of(site: str, access: str) -> CustomerEnd:
    return customer_end(WORKSPACE, site, access)


@pytest.mark.parametrize("vendor", vendors())
@pytest.mark.parametrize("kind", SHOWN)
def test_an_example_reads_as_it_was_agreed(kind: str, vendor: str) -> None:
    _, text = example(vendor, end_of(*SHOWN[kind]))
    assert text == (GOLDEN / f"{vendor}-{kind}.txt").read_text(encoding="utf-8")


def test_the_common_vendors_are_there() -> None:
    assert vendors() == ("cisco_ios", "frr", "huawei_vrp", "junos")


@pytest.mark.parametrize("vendor", vendors())
def test_an_example_has_all_that_the_router_needs(vendor: str) -> None:
    for label in LABELS:
        end = end_of(*label)
        title, text = example(vendor, end)
        words = set(re.split(r"[\s;/,]+", text)) | set(text.split())
        assert title
        assert end.links
        for link in end.links:
            assert str(link.own.ip) in words
            assert str(link.provider) in words
            prefixes = link.prefixes if end.bgp else ()
            assert all(str(prefix.network_address) in words for prefix in prefixes)
        if end.bgp:
            assert {str(end.asn), str(end.provider_asn)} <= words
        if end.vlan is not None:
            assert str(end.vlan) in re.split(r"\D+", text)


@pytest.mark.parametrize("vendor", vendors())
def test_two_accesses_of_a_router_do_not_contradict(vendor: str) -> None:
    """One router id and one AS, whichever access is configured last."""
    said = set()
    for access in ("main", "backup"):
        _, text = example(vendor, end_of("gov-guangdong", access))
        said.add(re.search(r"router-id (\S+)", text).group(1))  # type: ignore[union-attr] # BGP
    assert len(said) == 1


@pytest.mark.parametrize("vendor", vendors())
def test_ttl_security_is_said_once_a_session(vendor: str) -> None:
    words = {"junos": " ttl 255", "huawei_vrp": " valid-ttl-hops 1"}
    said = words.get(vendor, " ttl-security hops 1")
    end = end_of(*SHOWN["bgp"])
    _, without = example(vendor, end)
    _, text = example(vendor, replace(end, ttl_security=True))
    more = [line for line in text.splitlines() if line.endswith(said)]
    assert len(more) == len(end.links)
    assert [line for line in text.splitlines() if line not in more] == without.splitlines()


@pytest.fixture(scope="module")
def daemons() -> Iterator[FrrDaemons]:
    with FrrDaemons() as found:
        yield found


@pytest.mark.lab
@pytest.mark.parametrize("kind", SHOWN)
def test_real_daemons_take_the_example(kind: str, daemons: FrrDaemons) -> None:
    end = end_of(*SHOWN[kind])
    _, text = example("frr", end)
    run = daemons.read(text)
    refused = [line for line in run.said.splitlines() if re.search(r"Unknown|rror|%", line)]
    assert refused == []
    for link in end.links:
        if end.bgp:
            assert f"neighbor {link.provider} remote-as {end.provider_asn}" in run.running
            assert all(f"  network {prefix}" in run.running for prefix in link.prefixes)
            assert (
                f"neighbor {link.provider} route-map TO-PROVIDER-{link.version} out" in run.running
            )
        else:
            assert str(link.provider) in run.running
    if end.bgp:
        assert f"router bgp {end.asn}" in run.running
