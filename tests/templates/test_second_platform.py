"""A network of two platforms, from its inventory to the proof: nothing above a platform's own
folder knows which there are.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from egovnet.inventory.allocation.allocate import Allocation, allocate
from egovnet.inventory.allocation.lock_file import read_lock
from egovnet.inventory.errors import InventoryError, Location, Problem
from egovnet.inventory.model import Network, PlatformAttachment, Role, RouterState, SessionTimers
from egovnet.inventory.model.vpns import Filtering
from egovnet.isolation.model.expectation import from_inventory
from egovnet.isolation.prove import prove
from egovnet.isolation.push import prove_push, states_of
from egovnet.templates.intend.build_devices import intend
from egovnet.templates.intend.device_facts import intended_facts
from egovnet.templates.intend.platform_names import platform_names
from egovnet.templates.intend.read_inventory import read_inventory
from egovnet.templates.model.device import Device
from egovnet.templates.model.errors import ConfigTextError
from egovnet.templates.model.facts import DeviceFacts
from egovnet.templates.model.state import DeviceState, VrfTargets
from egovnet.templates.registry import (
    UnknownPlatformError,
    detect_platform,
    names,
    platform,
    read_config,
    redact,
    registered,
    render,
    render_day0,
    stated_name,
)
from tests.toy_platform.network import TOYS, mixed_inventory
from tests.toy_platform.platform import TOY
from tests.toy_platform.state import answer

EDGE = "gz-pe1"


@pytest.fixture(autouse=True)
def _toy() -> Iterator[None]:
    with registered(TOY):
        yield


@pytest.fixture
def inventory(tmp_path: Path) -> Path:
    return mixed_inventory(tmp_path / "network")


@pytest.fixture
def network(inventory: Path) -> Network:
    return read_inventory(inventory)[0]


@pytest.fixture
def allocation(inventory: Path, network: Network) -> Allocation:
    return allocate(network, read_lock(inventory))


@pytest.fixture
def devices(network: Network, allocation: Allocation) -> dict[str, Device]:
    return intend(network, allocation)


def facts_of(texts: dict[str, str]) -> dict[str, DeviceFacts]:
    """Read as texts of unknown origin."""
    return {name: read_config(text, f"{name}.cfg") for name, text in texts.items()}


def texts_of(devices: dict[str, Device]) -> dict[str, str]:
    return {name: render(device) for name, device in devices.items()}


def test_it_is_known_as_long_as_it_is_registered() -> None:
    assert names() == ("frr", "toy")
    assert platform("toy") is TOY


def test_names_are_its_own(devices: dict[str, Device]) -> None:
    interfaces = {interface.name for interface in devices[EDGE].interfaces}
    assert {name.partition("-")[0] for name in interfaces} == {"ge"}
    assert any("." in name for name in interfaces)
    assert devices[EDGE].management.interface == "me0"
    assert devices[EDGE].untagged is None
    assert devices["bj-pe1"].management.interface == "eth0"


def test_what_is_rendered_is_read_as_intended(devices: dict[str, Device]) -> None:
    for name in TOYS:
        facts = read_config(render(devices[name]), f"{name}.cfg")
        assert facts == intended_facts(devices[name])
        assert facts.not_understood == ()
        covered = facts.coverage
        assert covered.understood + covered.harmless == covered.lines
        assert facts.interfaces["lo0.0"].loopback
        assert {vrf.table for vrf in facts.vrfs.values()} == {None}
        assert all(vrf.isolated for vrf in facts.vrfs.values())
        assert facts.default_tables == frozenset()
        day0 = read_config(render_day0(devices[name]))
        assert set(day0.interfaces) == {"me0"}


def test_both_platforms_prove_together(
    devices: dict[str, Device], network: Network, allocation: Allocation
) -> None:
    verdict = prove(facts_of(texts_of(devices)), from_inventory(network, allocation))
    assert verdict.findings == ()
    assert verdict.proved


def test_a_leak_on_it_is_found_with_its_line(
    devices: dict[str, Device], network: Network, allocation: Allocation
) -> None:
    texts = texts_of(devices)
    public = f"65000:{allocation.route_target['public']}"
    assert "\nvrf i-" in texts[EDGE]
    texts[EDGE] = re.sub(r"(?m)^(vrf i-.* import \S+)", rf"\1 {public}", texts[EDGE], count=1)
    verdict = prove(facts_of(texts), from_inventory(network, allocation))
    assert not verdict.proved
    quoted = [hop.quote for finding in verdict.findings for hop in finding.path]
    assert any(public in line and line.startswith("vrf i-") for line in quoted)


def test_a_line_that_it_does_not_know_is_no_proof(
    devices: dict[str, Device], network: Network, allocation: Allocation
) -> None:
    texts = texts_of(devices)
    texts[EDGE] += "tunnel everything\n"
    verdict = prove(facts_of(texts), from_inventory(network, allocation))
    assert not verdict.proved
    assert any("tunnel everything" in finding.message for finding in verdict.findings)


def test_what_it_commits_at_once_has_no_states_between(
    devices: dict[str, Device], network: Network, allocation: Allocation
) -> None:
    new = facts_of(texts_of(devices))
    ones, others = (tuple(states_of(old, new[name])) for name, old in changed(new).items())
    assert len(ones) == 2
    assert len(others) == 4
    verdict = prove_push(new, new, from_inventory(network, allocation))
    assert verdict.proved


def changed(facts: dict[str, DeviceFacts]) -> dict[str, DeviceFacts]:
    """A toy and an FRR router before they had their static routes."""
    return {name: replace(facts[name], statics=()) for name in (EDGE, "bj-pe1")}


@pytest.mark.parametrize(
    ("file", "old", "new", "problem"),
    [
        (
            "circuits.yaml",
            "port: ge-0/0/1",
            "port: eth1",
            "port: 'eth1' does not fit -> write ge- and three numbers with / between, such as "
            "ge-0/0/1",
        ),
        (
            "circuits.yaml",
            "port: ge-0/0/1",
            "port: lo0.0",
            "port: 'lo0.0' is the loopback -> name a port",
        ),
        (
            "groups.yaml",
            "platform: toy",
            "platform: junos",
            "toy.platform: no platform 'junos' -> use 'frr' or 'toy'",
        ),
        (
            "network.yaml",
            "vrf: mgmt",
            "vrf: master",
            "management.vrf: vrf 'master' is the name of something else -> take one such as mgmt; "
            "customers' VRFs begin with a letter and a hyphen",
        ),
    ],
)
def test_names_that_do_not_fit_it_are_reported_with_their_place(
    file: str, old: str, new: str, problem: str, inventory: Path
) -> None:
    path = inventory / file
    text = path.read_text(encoding="utf-8")
    line = text[: text.index(old)].count("\n") + 1
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InventoryError) as caught:
        read_inventory(inventory)
    (said,) = caught.value.problems
    assert str(said).startswith(f"{path}:{line}: ")
    assert str(said).endswith(problem)


LONG = "administrationofjustice"


def with_a_long_id(network: Network, *accesses: str) -> Network:
    """A VPN whose id no FRR router takes, with a site at each of `accesses`' PEs."""
    taken = {site.vpn: site for site in network.sites.values()}
    like = next(iter(taken.values()))
    (access, *_) = like.site_network_accesses.values()
    site = like.model_copy(
        update={
            "vpn": LONG,
            "site_network_accesses": {pe: access.model_copy(update={"pe": pe}) for pe in accesses},
        }
    )
    sites = {**network.sites, "long": site} if accesses else network.sites
    vpns = {**network.vpns, LONG: network.vpns[like.vpn]}
    return network.model_copy(update={"vpns": vpns, "sites": sites})


@pytest.mark.parametrize(
    ("pes", "refused"),
    [((), None), (TOYS, None), (("gd-pe1",), "gd-pe1"), ((*TOYS, "sh-pe1"), "sh-pe1")],
)
def test_a_vpn_id_is_what_the_pes_that_carry_it_take(
    pes: tuple[str, ...], refused: str | None, network: Network
) -> None:
    problems = list(platform_names(with_a_long_id(network, *pes), report))
    found = [f"{p.field}: {p.found}" for p in problems if p.file == "vpns"]
    told = f"{LONG}: '{LONG}' does not fit on {refused}, which has sites of the VPN"
    assert found == ([] if refused is None else [told])


def test_a_long_vpn_id_is_rendered_read_and_proved(
    network: Network, allocation: Allocation
) -> None:
    longer = with_a_long_id(network, *TOYS)
    numbers = allocate(longer, allocation.lock)
    devices = intend(longer, numbers)
    assert {f"i-{LONG}", f"e-{LONG}"} & {vrf.name for vrf in devices[EDGE].vrfs}
    verdict = prove(facts_of(texts_of(devices)), from_inventory(longer, numbers))
    assert verdict.proved, verdict.findings


def report(section: str, where: Location, found: str, remedy: str) -> Problem:
    return Problem(section, 0, ".".join(map(str, where)), found, remedy)


def test_what_it_cannot_do_is_reported_and_not_dropped(network: Network) -> None:
    """It cannot say that nothing is to be sent through it, so it cannot leave by being drained."""
    leaving = {
        name: router.model_copy(update={"state": RouterState.LEAVING})
        for name, router in network.routers.items()
        if name in (EDGE, "bj-p1")
    }
    changed = network.model_copy(update={"routers": {**network.routers, **leaving}})

    (problem,) = platform_names(changed, report)
    assert (problem.field, problem.found) == (f"{EDGE}.state", "platform toy cannot be drained")


def test_bfd_and_timers_are_refused_where_asked_for(network: Network) -> None:
    """What the network as a whole says holds where both ends can, and nothing is said of it."""
    circuits = {
        name: circuit.model_copy(update={"bfd": True})
        for name, circuit in network.circuits.items()
        if EDGE in (circuit.a.router, circuit.b.router)
    }
    timers = SessionTimers(keepalive=3, hold=9)
    sites = {
        name: site.model_copy(
            update={
                "site_network_accesses": {
                    key: access.model_copy(update={"bfd": True, "timers": timers})
                    for key, access in site.site_network_accesses.items()
                    if access.pe == EDGE
                }
            }
        )
        for name, site in network.sites.items()
    }

    asked = network.model_copy(update={"circuits": circuits, "sites": sites})
    problems = list(platform_names(asked, report))
    accesses = sum(len(site.site_network_accesses) for site in sites.values())
    assert accesses > 0
    bfd = [p for p in problems if p.found == f"{EDGE}: platform toy has no BFD"]
    assert len(bfd) == len(circuits) + accesses
    assert len(problems) == len(bfd) + accesses
    assert {p.remedy for p in problems} == {"leave bfd out", "leave timers out"}


def test_ttl_security_is_refused_where_asked_for(network: Network) -> None:
    sites = {
        name: site.model_copy(
            update={
                "site_network_accesses": {
                    key: access.model_copy(update={"ttl_security": True})
                    for key, access in site.site_network_accesses.items()
                    if access.pe == EDGE
                }
            }
        )
        for name, site in network.sites.items()
    }
    problems = list(platform_names(network.model_copy(update={"sites": sites}), report))
    asked = sum(len(site.site_network_accesses) for site in sites.values())
    assert [p.found for p in problems] == [f"{EDGE}: platform toy has no TTL security"] * asked
    assert asked > 0


def test_filters_are_refused_where_it_cannot_filter(network: Network) -> None:
    """As a firewall, and at the accesses of a VPN that lets in what is declared only."""
    firewall = network.routers[EDGE].model_copy(
        update={
            "roles": frozenset({Role.FIREWALL}),
            "attachment": PlatformAttachment(pe="bj-pe1", pe_port="eth9", port="ge-0/0/9"),
        }
    )
    toys = {name for name, router in network.routers.items() if router.platform != "frr"}
    here = [
        (name, site.vpn)
        for name, site in network.sites.items()
        if toys & {access.pe for access in site.site_network_accesses.values()}
    ]
    closed = {
        name: vpn.model_copy(update={"filtering": Filtering.ENFORCED})
        for name, vpn in network.vpns.items()
    }

    routers = {**network.routers, EDGE: firewall}
    changed = network.model_copy(update={"routers": routers, "vpns": closed})
    problems = {problem.field: problem.found for problem in platform_names(changed, report)}
    assert problems.pop(f"{EDGE}.roles") == "platform toy cannot filter packets"
    assert here
    for site, vpn in here:
        (field,) = [each for each in problems if each.startswith(f"{site}.")]
        found = problems.pop(field)
        assert found.endswith(f"toy cannot filter packets, and VPN {vpn} is enforced")
    assert problems == {}


def test_a_circuit_speaks_bfd_where_both_ends_can(devices: dict[str, Device]) -> None:
    spoken = {name: device.bfd_profiles for name, device in devices.items()}
    assert spoken[EDGE] == ()
    assert spoken["bj-p1"] != ()
    to_the_toy = [
        interface.circuit
        for device in devices.values()
        for interface in device.interfaces
        if f" to {EDGE} " in interface.description
    ]
    assert [circuit and circuit.bfd for circuit in to_the_toy] == [None] * len(to_the_toy)
    assert to_the_toy


def test_a_text_of_unknown_origin_is_told_by_its_words(devices: dict[str, Device]) -> None:
    for device in devices.values():
        text = render(device)
        assert detect_platform(text) == device.platform
        found = stated_name(text)
        assert found is not None
        assert found[0] == device.name


def test_a_text_of_another_platform_than_the_device_s_is_refused(
    devices: dict[str, Device],
) -> None:
    with pytest.raises(ConfigTextError, match=r"x.cfg: a configuration of toy, and the device"):
        read_config(render(devices[EDGE]), "x.cfg", "frr")
    with pytest.raises(ConfigTextError, match=r"x.cfg: a configuration of frr, and the device"):
        read_config(render(devices["bj-pe1"]), "x.cfg", "toy")
    with pytest.raises(ConfigTextError, match="no configuration of a known platform"):
        read_config("once upon a time\n", "x.cfg")
    with pytest.raises(UnknownPlatformError, match="no platform 'ios'; there are: frr, toy"):
        read_config("", "x.cfg", "ios")


def test_secrets_of_both_are_cut_out(devices: dict[str, Device]) -> None:
    toy = render(devices[EDGE]) + "secret snmp hunter2\n"
    assert "hunter2" not in redact(toy)
    assert "hunter2" not in str(read_config(toy).text)
    assert redact("neighbor 10.0.0.1 password x1y2\n").endswith("password <removed>\n")


def test_a_state_comes_back_as_it_was(devices: dict[str, Device]) -> None:
    device = devices[EDGE]
    state = DeviceState(
        isis=frozenset({"ge-0/0/1"}),
        ldp=frozenset({"10.255.0.1"}),
        bgp=frozenset({("default", "10.255.0.1")}),
        targets={
            ("i-party", "ipv4"): VrfTargets("1:1", frozenset({"65000:1"}), frozenset({"65000:1"}))
        },
        routes={("i-party", "ipv6"): frozenset({"fd00::/64"})},
    )
    assert TOY.read_state(device, answer(TOY.state_script(device), state)) == state
    first = TOY.split_brief(answer(TOY.brief_script(device), state))
    assert TOY.read_brief(device, str(first.said), {}, None) == state
    again = TOY.split_brief(answer(TOY.brief_script(device, first.seen), state), first.seen)
    assert (again.seen, again.said) == (first.seen, None)
