"""What accesses of filtered VPNs let in: what the registers say, by whoever reads them plainly."""

from ipaddress import ip_address

from hypothesis import given
from hypothesis import strategies as st

from egovnet.inventory.allocation.allocate import allocate
from egovnet.inventory.model import Application, Filtering, Network, PlatformSite, Vpn
from egovnet.templates.intend.access_ends import access_addresses
from egovnet.templates.intend.build_devices import intend
from egovnet.templates.model.device import Device
from egovnet.templates.model.packet_filter import PacketRule
from tests.hypothesis_profiles import examples
from tests.registers import DAY, DrawnPacket, networks_with_registers, packets


def interface_of(device: Device, label: str) -> str:
    return next(i.name for i in device.interfaces if i.description == f"site {label}")


def rules_at(device: Device, interface: str) -> list[PacketRule]:
    chain = device.packet_filter.chain("arrival") if device.packet_filter else None
    return [rule for rule in chain.rules if rule.in_interface == interface] if chain else []


def fits(rule: PacketRule, packet: DrawnPacket) -> bool:
    family = "ipv4" if packet.source.version == 4 else "ipv6"
    return (
        rule.family in (None, family)
        and (not rule.sources or any(packet.source in p for p in rule.sources))
        and (not rule.targets or any(packet.target in p for p in rule.targets))
        and rule.protocol in (None, packet.protocol)
        and (not rule.source_ports or _among(packet.source_port, rule.source_ports))
        and (not rule.target_ports or _among(packet.target_port, rule.target_ports))
        and (not rule.icmp_types or packet.icmp_type in rule.icmp_types)
        and rule.direction in (None, packet.direction)
    )


def _among(port: int, ranges: tuple[tuple[int, int], ...]) -> bool:
    return any(first <= port <= last for first, last in ranges)


def decision(rules: list[PacketRule], packet: DrawnPacket) -> tuple[str, str]:
    """What is done with a packet, and the name of the rule that says so."""
    rule = next((rule for rule in rules if fits(rule, packet)), None)
    return ("accept", "") if rule is None else (rule.action, rule.name)


def declared(network: Network, site: str, packet: DrawnPacket) -> bool:
    """Whether a register declares it, as one reads the registers entry by entry."""
    entry = network.sites[site]
    if not any(packet.source in prefix for prefix in entry.prefixes):
        return False
    version = packet.source.version
    types = {4: (8, 0), 6: (128, 129)}[version]
    if packet.protocol == "icmp" and packet.icmp_type != types[packet.direction == "reply"]:
        return False
    opener, server, port = packet.source, packet.target, packet.target_port
    if packet.direction == "reply":
        opener, server, port = packet.target, packet.source, packet.source_port
    for application in network.applications.values():
        if application.vpn == entry.vpn and _says(application, packet.protocol, port):
            serves = any(server in prefix for prefix in application.servers)
            if serves and _user_at(network, application, opener):
                return True
    for exchange in network.exchanges.values():
        if not (exchange.approved_on <= DAY and exchange.valid_from <= DAY <= exchange.valid_until):
            continue
        ways = [(exchange.source, exchange.target)]
        ways += [(exchange.target, exchange.source)] if exchange.opened_by == "both" else []
        for one, other in ways:
            if (
                entry.vpn in (one.vpn, other.vpn)
                and _says(exchange, packet.protocol, port)
                and any(opener in prefix for prefix in one.prefixes)
                and any(server in prefix for prefix in other.prefixes)
            ):
                return True
    return False


def _says(entry: object, protocol: str, port: int) -> bool:
    if entry.protocol != protocol:  # type: ignore[attr-defined] # either kind of entry
        return False
    if protocol == "icmp":
        return True
    for written in entry.ports:  # type: ignore[attr-defined] # either kind of entry
        first, _, last = str(written).partition("-")
        if int(first) <= port <= int(last or first):
            return True
    return False


def _user_at(network: Network, application: Application, address: object) -> bool:
    for name, site in network.sites.items():
        if site.vpn != application.vpn or isinstance(site, PlatformSite):
            continue
        if not any(address in prefix for prefix in site.prefixes):
            continue
        users = application.users
        if not users.sites and not users.regions:
            return True
        above: list[str | None] = [site.region]
        while above[-1] is not None:
            above.append(network.regions[above[-1]].parent)
        return name in users.sites or any(region in above for region in users.regions)
    return False


@given(st.data())
@examples(100)
def test_what_is_let_in_is_what_registers_say(data: st.DataObject) -> None:
    network = data.draw(networks_with_registers())
    if not network.sites:
        return
    devices = intend(network, allocate(network))
    drawn = [data.draw(packets(network)) for _ in range(12)]
    for name, site in network.sites.items():
        filtering = network.vpns[site.vpn].filtering
        for access_name, access in site.site_network_accesses.items():
            device = devices[access.pe]
            rules = rules_at(device, interface_of(device, f"{name}/{access_name}"))
            if filtering is Filtering.OPEN:
                assert not rules
                continue
            for packet in drawn:
                action, rule = decision(rules, packet)
                passes = declared(network, name, packet)
                assert (rule != "undeclared") == passes, (name, packet)
                assert action == ("accept" if passes or filtering is Filtering.OBSERVED else "drop")


@given(networks_with_registers())
@examples(60)
def test_the_customers_router_speaks_with_its_pe(network: Network) -> None:
    """BGP either way, an echo and its answer, neighbours; of its own address and no other."""
    allocation = allocate(network)
    devices = intend(network, allocation)
    for name, site in network.sites.items():
        if network.vpns[site.vpn].filtering is not Filtering.ENFORCED:
            continue
        for access_name, access in site.site_network_accesses.items():
            label, device = f"{name}/{access_name}", devices[access.pe]
            rules = rules_at(device, interface_of(device, label))
            ends = access_addresses(allocation, label)
            bgp = access.routing_protocol == "bgp"
            for customer, pe in zip(ends.ce, ends.pe, strict=True):
                echo = 8 if pe.version == 4 else 128
                open_bgp = DrawnPacket(customer.ip, pe.ip, "tcp", 40000, 179, 0, "open")
                assert (decision(rules, open_bgp)[0] == "accept") == bgp
                answered = DrawnPacket(customer.ip, pe.ip, "tcp", 179, 40000, 0, "reply")
                assert (decision(rules, answered)[0] == "accept") == bgp
                ping = DrawnPacket(customer.ip, pe.ip, "icmp", 0, 0, echo, "open")
                assert decision(rules, ping) == ("accept", "echo")
                telnet = DrawnPacket(customer.ip, pe.ip, "tcp", 40000, 23, 0, "open")
                assert decision(rules, telnet) == ("drop", "undeclared")
                stranger = DrawnPacket(customer.ip + 1, pe.ip, "tcp", 40000, 179, 0, "open")
                assert decision(rules, stranger) == ("drop", "undeclared")
            if network.backbone.pools.versions >= {6}:
                own = ip_address("fe80::1")
                for target, passes in (("ff02::1:ff00:1", True), ("fe80::2", True)):
                    found = DrawnPacket(own, ip_address(target), "icmp", 0, 0, 135, "open")
                    assert (decision(rules, found)[0] == "accept") == passes
                far = DrawnPacket(own, ip_address("fde9:7::1"), "icmp", 0, 0, 135, "open")
                assert decision(rules, far) == ("drop", "undeclared")


@given(networks_with_registers())
@examples(40)
def test_a_closed_access_ends_with_a_drop(network: Network) -> None:
    """Nothing after it, and a rule that names no interface would be of every customer."""
    for device in intend(network, allocate(network)).values():
        chain = device.packet_filter.chain("arrival") if device.packet_filter else None
        for rule in chain.rules if chain else ():
            assert rule.in_interface is not None
        if chain is not None:
            assert chain.default == "accept"


@given(networks_with_registers())
@examples(40)
def test_open_networks_have_no_filter(network: Network) -> None:
    opened = {
        name: Vpn.model_validate({**vpn.model_dump(by_alias=True), "filtering": "open"})
        for name, vpn in network.vpns.items()
    }
    made = network.model_copy(update={"vpns": opened})
    for device in intend(made, allocate(made)).values():
        assert device.firewall is not None or device.packet_filter is None
