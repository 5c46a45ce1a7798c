"""The two networks never meet: properties of any network, read from what is rendered."""

import re
from collections import Counter
from ipaddress import ip_address, ip_interface

from hypothesis import given

from egovnet.inventory.model import Network, SiteRole, Topology, ZoneName
from egovnet.templates.model.device import IPAddress
from tests.generated import nation, network_of
from tests.hypothesis_profiles import examples
from tests.strategies import networks
from tests.templates.frr.render.rendered import Text, texts

#: Enough for both zones, both topologies and several edges to occur together.
EXAMPLES = 60


def targets(network: Network, direction: str) -> dict[ZoneName, set[str]]:
    """Zone -> the targets that any VRF of it imports or exports, anywhere."""
    prefixes = {zone.vrf_prefix: name for name, zone in network.backbone.zones.items()}
    result: dict[ZoneName, set[str]] = {name: set() for name in ZoneName}
    for text in texts(network).values():
        for vrf in text.bgp_instances():
            result[prefixes[vrf[0]]] |= text.targets(vrf, direction)
    return result


@given(networks())
@examples(EXAMPLES)
def test_no_zone_imports_what_the_other_exports(network: Network) -> None:
    imports, exports = targets(network, "import"), targets(network, "export")
    assert not imports[ZoneName.INTRANET] & exports[ZoneName.EXTRANET]
    assert not imports[ZoneName.EXTRANET] & exports[ZoneName.INTRANET]


@given(networks())
@examples(EXAMPLES)
def test_no_vpn_imports_what_another_exports(network: Network) -> None:
    imports: dict[str, set[str]] = {}
    exports: dict[str, set[str]] = {}
    for text in texts(network).values():
        for vrf in text.bgp_instances():
            vpn = vrf.split("-")[1]
            imports.setdefault(vpn, set()).update(text.targets(vrf, "import"))
            exports.setdefault(vpn, set()).update(text.targets(vrf, "export"))
    for vpn, taken in imports.items():
        assert taken
        assert not any(taken & given for other, given in exports.items() if other != vpn)


@given(networks())
@examples(EXAMPLES)
def test_spokes_hear_hubs_only(network: Network) -> None:
    hub_spoke = {
        name for name, vpn in network.vpns.items() if vpn.vpn_service_topology is Topology.HUB_SPOKE
    }
    imports: dict[str, set[str]] = {}
    exports: dict[str, set[str]] = {}
    for text in texts(network).values():
        for vrf in text.bgp_instances():
            _, vpn, *spoke = vrf.split("-")
            if spoke:
                assert vpn in hub_spoke
                imports.setdefault(vpn, set()).update(text.targets(vrf, "import"))
                exports.setdefault(vpn, set()).update(text.targets(vrf, "export"))
    for vpn, taken in imports.items():
        assert not taken & exports[vpn]


@given(networks())
@examples(EXAMPLES)
def test_each_route_distinguisher_is_of_one_vrf(network: Network) -> None:
    held = Counter(
        distinguisher
        for text in texts(network).values()
        for body in text.bgp_instances().values()
        for distinguisher in set(re.findall(r"^  rd vpn export (\S+)$", body, re.MULTILINE))
    )
    assert set(held.values()) <= {1}
    assert sum(held.values()) == sum(len(text.bgp_instances()) for text in texts(network).values())


@given(networks())
@examples(EXAMPLES)
def test_each_access_is_in_exactly_the_vrf_of_its_vpn(network: Network) -> None:
    rendered = texts(network)
    accesses = Counter(
        (access.pe, site.vpn)
        for site in network.sites.values()
        for access in site.site_network_accesses.values()
    )
    bound: Counter[tuple[str, str]] = Counter()
    for name, text in rendered.items():
        interfaces = re.findall(r"^iface (\S+)", text.linux, re.MULTILINE)
        assert len(set(interfaces)) == len(interfaces)
        for body in text.stanzas().values():
            assert len(re.findall(r"^    vrf ", body, re.MULTILINE)) <= 1
        for vrf in text.bound_to().values():
            assert vrf in text.tables()
            if vrf not in {"mgmt", "untagged"}:
                bound[name, vrf.split("-")[1]] += 1
    assert bound == accesses


@given(networks())
@examples(EXAMPLES)
def test_what_comes_without_a_tag_is_never_looked_up_in_the_backbone_s_table(
    network: Network,
) -> None:
    for text in texts(network).values():
        bound = text.bound_to()
        trunks = {name.partition(".")[0] for name in text.stanzas() if "." in name}
        for port in trunks - {p for p in trunks if bound.get(p, "").startswith(("i-", "e-"))}:
            assert bound[port] == "untagged"
            assert not re.search(r"^    address ", text.stanzas()[port], re.MULTILINE)
        if "untagged" in text.tables():
            assert text.stanzas()["untagged"].count("unreachable default") == 2


@given(networks())
@examples(EXAMPLES)
def test_two_spoke_sites_never_share_a_vrf(network: Network) -> None:
    spokes = {n for n, site in network.sites.items() if site.site_role is SiteRole.SPOKE}
    for text in texts(network).values():
        inside: dict[str, set[str]] = {}
        for interface, vrf in text.bound_to().items():
            alias = re.search(r"^    alias site (\S+)/", text.stanzas()[interface], re.MULTILINE)
            if alias:
                inside.setdefault(vrf, set()).add(alias.group(1))
        for sites in inside.values():
            assert not sites & spokes or len(sites) == 1


@given(networks())
@examples(EXAMPLES)
def test_no_linux_name_is_too_long_and_none_is_taken_twice(network: Network) -> None:
    for text in texts(network).values():
        names = [*re.findall(r"^iface (\S+)", text.linux, re.MULTILINE)]
        assert all(len(name) <= 15 for name in names)
        assert len(set(names)) == len(names)
        tables = list(text.tables().values())
        assert len(set(tables)) == len(tables)
        assert not set(tables) & {253, 254, 255}


@given(networks())
@examples(EXAMPLES)
def test_each_filter_admits_one_site_and_nothing_else(network: Network) -> None:
    """Two sites whose names could run together (a-b/c, a/b-c) have filters of their own."""
    prefixes = {str(p): name for name, site in network.sites.items() for p in site.prefixes}
    for text in texts(network).values():
        admitted: dict[tuple[str, str], set[str]] = {}
        for family, name, prefix in re.findall(
            r"^(ip|ipv6) prefix-list (\S+) seq \d+ permit (\S+)", text.frr, re.MULTILINE
        ):
            admitted.setdefault((family, name), set()).add(prefixes[prefix])
        assert all(len(sites) == 1 for sites in admitted.values())
        for name in re.findall(r"address prefix-list (\S+)$", text.frr, re.MULTILINE):
            assert any(name == held for _, held in admitted)


def test_filters_of_sites_whose_names_run_together_stay_apart() -> None:
    """`gov` with access `east-main` and `gov-east` with access `main`, on one PE, in two zones."""
    sections = nation(1, 2)
    one, other = sections["sites"]["site1-1"], sections["sites"]["site1-2"]
    for site, access in ((one, "east-main"), (other, "main")):
        (entry,) = site["site-network-accesses"].values()
        site["site-network-accesses"] = {access: entry | {"routing-protocol": "bgp"}}
    sections["sites"] = {"gov": one, "gov-east": other}
    frr = texts(network_of(sections))["pe1"].frr
    filters = re.findall(r"^(ip prefix-list \S+) seq", frr, re.MULTILINE)
    assert len(set(filters)) == len(filters) == 2


@given(networks())
@examples(EXAMPLES)
def test_every_next_hop_is_on_an_access_of_its_own_vrf(network: Network) -> None:
    for text in texts(network).values():
        for vrf, hops in _next_hops(text).items():
            nets = [
                ip_interface(address).network
                for interface, bound in text.bound_to().items()
                if bound == vrf
                for address in re.findall(
                    r"^    address (\S+)$", text.stanzas()[interface], re.MULTILINE
                )
            ]
            assert all(any(hop in net for net in nets) for hop in hops)


def _next_hops(text: Text) -> dict[str, list[IPAddress]]:
    """VRF -> CEs: BGP neighbours and next hops of static routes."""
    found: dict[str, list[IPAddress]] = {
        vrf: [
            ip_address(hop) for hop in re.findall(r"^ neighbor (\S+) remote-as", body, re.MULTILINE)
        ]
        for vrf, body in text.bgp_instances().items()
    }
    for vrf, body in re.findall(r"^vrf (\S+)\n((?: .*\n)*)exit-vrf$", text.frr, re.MULTILINE):
        for hop in re.findall(r"^ ip(?:v6)? route \S+ (\S+)", body, re.MULTILINE):
            found.setdefault(vrf, []).append(ip_address(hop))
    return found
