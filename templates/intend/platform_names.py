"""What platforms say about an inventory: which names fit on them, and what they cannot do."""

from collections.abc import Iterator, Sequence

from egovnet.inventory.errors import Location, Problem, Report
from egovnet.inventory.model import BEHIND_A_PE, Network, Role
from egovnet.inventory.model.annotations import Form
from egovnet.inventory.model.partial import as_far_as_known
from egovnet.inventory.model.vpns import Filtering
from egovnet.templates.platform import Capabilities
from egovnet.templates.registry import names, platform

#: (found, remedy): a neighbour's router would not answer.
_NO_BFD_BESIDE = (
    "with ttl-security, the router's BFD is that of several hops (RFC 5883)",
    "leave one of both out",
)


def platform_names(network: Network, report: Report) -> Iterator[Problem]:
    """Yield every name that does not fit on its platform.

    Linear in the inventory.
    """
    known = names()
    on: dict[str, Capabilities] = {}
    for name, router in network.routers.items():
        if router.platform in known:  # any other is a problem already
            on[name] = platform(router.platform).capabilities
    used = list({id(can): can for can in on.values()}.values())
    yield from as_far_as_known(_ports(network, on, report))
    yield from _vpns(network, on, report)
    yield from _management(network, used, report)
    for name, can in on.items():
        if network.routers[name].leaving and not can.drains:
            found = f"platform {network.routers[name].platform} cannot be drained"
            yield report("routers", (name, "state"), found, "leave state out")
    yield from as_far_as_known(_failure_detection(network, on, report))
    yield from as_far_as_known(_authentication(network, on, report))
    yield from as_far_as_known(_packet_filters(network, on, report))
    yield from as_far_as_known(_encryption(network, on, report))
    yield from as_far_as_known(_borders(network, on, report))


def _borders(network: Network, on: dict[str, Capabilities], report: Report) -> Iterator[Problem]:
    for name, border in network.borders.items():
        can = on.get(border.router)
        if can is None:
            continue
        what = network.routers[border.router].platform
        if border.option not in can.borders:
            found = f"{border.option}, and platform {what} of {border.router} cannot join "
            found += "backbones by it"
            if lacks := can.borders_lack.get(border.option):
                found += f": {lacks}"
            able = " or ".join(sorted(can.borders))
            remedy = f"use {able}" if able else "use a router of another platform"
            yield report("borders", (name, "option"), found, remedy)
        if not can.filters_packets:
            found = f"{border.router}: platform {what} cannot filter packets"
            yield report("borders", (name, "router"), found, "use a router of another platform")
        if border.bfd and not can.bfd:
            found = f"{border.router}: platform {what} has no BFD"
            yield report("borders", (name, "bfd"), found, "leave bfd out")
        if border.authentication is not None and "bgp" not in can.authenticates:
            found = f"{border.router}: platform {what} does not authenticate bgp"
            yield report("borders", (name, "authentication"), found, "leave authentication out")
        if border.ttl_security and not can.ttl_security:
            found = f"{border.router}: platform {what} has no TTL security"
            yield report("borders", (name, "ttl-security"), found, "leave ttl-security out")
        elif border.ttl_security and border.bfd and not can.bfd_with_ttl_security:
            yield report("borders", (name, "bfd"), *_NO_BFD_BESIDE)


def _authentication(
    network: Network, on: dict[str, Capabilities], report: Report
) -> Iterator[Problem]:
    """Yield protocols that are to be authenticated and that a router cannot."""
    behind = [name for name in on if BEHIND_A_PE & network.routers[name].roles]
    backbone = [name for name in on if name not in set(behind)]
    attached = (network.routers[name].attachment for name in behind)
    edges = [*behind, *(at.pe for at in attached if at is not None and at.pe in on)]
    for protocol, speaks, routers in (
        ("isis", "isis", backbone),
        ("ldp", "ldp", backbone),
        ("bgp", "bgp", backbone),
        ("platform", "bgp", edges),
    ):
        unable = [name for name in routers if speaks not in on[name].authenticates]
        if getattr(network.backbone.authentication, protocol) is not None and unable:
            what = network.routers[unable[0]].platform
            found = f"{unable[0]}: platform {what} does not authenticate {speaks}"
            remedy = f"leave {protocol} out, or use routers of another platform"
            yield report("network", ("authentication", protocol), found, remedy)
    for name, site in network.sites.items():
        for access_name, access in site.site_network_accesses.items():
            can = on.get(access.pe)
            if can is None:
                continue
            what = network.routers[access.pe].platform
            place = (name, "site-network-accesses", access_name)
            remedy = "leave it out, or use a PE of another platform"
            if access.authentication is not None and "bgp" not in can.authenticates:
                found = f"{access.pe}: platform {what} does not authenticate bgp"
                yield report("sites", (*place, "authentication"), found, remedy)
            if access.ttl_security and not can.ttl_security:
                found = f"{access.pe}: platform {what} has no TTL security"
                yield report("sites", (*place, "ttl-security"), found, remedy)
            elif access.ttl_security and access.bfd and not can.bfd_with_ttl_security:
                yield report("sites", (*place, "bfd"), *_NO_BFD_BESIDE)


def _packet_filters(
    network: Network, on: dict[str, Capabilities], report: Report
) -> Iterator[Problem]:
    """Yield what would have to filter packets and cannot."""
    unable = {name for name, can in on.items() if not can.filters_packets}
    for name in (n for n, router in network.routers.items() if BEHIND_A_PE & router.roles):
        if name in unable:
            found = f"platform {network.routers[name].platform} cannot filter packets"
            yield report("routers", (name, "roles"), found, "use a platform that can")
    for name, site in network.sites.items() if unable else ():
        vpns = [vpn for vpn in site.vpns if vpn in network.vpns]
        filtered = [v for v in vpns if network.vpns[v].filtering is not Filtering.OPEN]
        if not filtered:
            continue
        vpn = network.vpns[filtered[0]]
        for access_name, access in site.site_network_accesses.items():
            if access.pe in unable:
                found = f"{access.pe}: platform {network.routers[access.pe].platform} cannot "
                found += f"filter packets, and VPN {filtered[0]} is {vpn.filtering}"
                where = (name, "site-network-accesses", access_name, "pe")
                remedy = "join the site to another PE, or let the VPN be open"
                yield report("sites", where, found, remedy)


def _encryption(network: Network, on: dict[str, Capabilities], report: Report) -> Iterator[Problem]:
    """Yield accesses of encrypted VPNs at PEs that cannot encrypt."""
    unable = {name for name, can in on.items() if not can.encrypts}
    for name, site in network.sites.items() if unable else ():
        vpn = network.vpns.get(site.vpn)
        if vpn is None or not vpn.is_encrypted:
            continue
        for access_name, access in site.site_network_accesses.items():
            if access.pe in unable:
                found = f"{access.pe}: platform {network.routers[access.pe].platform} cannot "
                found += f"encrypt, and VPN {site.vpn} is encrypted {vpn.encryption}"
                where = (name, "site-network-accesses", access_name, "pe")
                remedy = "join the site to another PE, or let the VPN not be encrypted"
                yield report("sites", where, found, remedy)


def _failure_detection(
    network: Network, on: dict[str, Capabilities], report: Report
) -> Iterator[Problem]:
    """Yield what is asked of a router and its platform cannot do."""
    asked: list[tuple[str, Location, tuple[str, ...]]] = [
        ("circuits", (name, "bfd"), (circuit.a.router, circuit.b.router))
        for name, circuit in network.circuits.items()
        if circuit.bfd
    ]
    for name, site in network.sites.items():
        for access_name, access in site.site_network_accesses.items():
            where: Location = (name, "site-network-accesses", access_name)
            if access.bfd:
                asked.append(("sites", (*where, "bfd"), (access.pe,)))
            if access.timers is not None:
                asked.append(("sites", (*where, "timers"), (access.pe,)))
    for section, location, routers in asked:
        key = str(location[-1])
        for router in routers:
            can = on.get(router)
            if can is not None and not (can.bfd if key == "bfd" else can.session_timers):
                what = "BFD" if key == "bfd" else "timers of a session"
                found = f"{router}: platform {network.routers[router].platform} has no {what}"
                yield report(section, location, found, f"leave {key} out")


def _ports(network: Network, on: dict[str, Capabilities], report: Report) -> Iterator[Problem]:
    for section, location, router, port in _named_ports(network):
        can = on.get(router)
        if can is None:
            continue
        if port == can.loopback:
            yield report(section, location, f"{port!r} is the loopback", "name a port")
        elif port in can.reserved_ports:
            found = f"{port!r} is reserved: {can.reserved_ports[port]}"
            yield report(section, location, found, "name a port of the router")
        elif not can.port.fits(port):
            yield report(section, location, *_of_another_form(port, can.port))


def _named_ports(network: Network) -> Iterator[tuple[str, Location, str, str]]:
    """(section, location, router, port) of every port that the owner named."""
    for name, router in network.routers.items():
        if router.management_port is not None:
            yield "routers", (name, "management-port"), name, router.management_port
        else:
            port = network.backbone.management.port
            yield "network", ("management", "port"), name, port
        if (at := router.attachment) is not None:
            yield "routers", (name, "attachment", "port"), name, at.port
            yield "routers", (name, "attachment", "pe-port"), at.pe, at.pe_port
        if router.uplink is not None:
            yield "routers", (name, "uplink", "port"), name, router.uplink.port
    for name, circuit in network.circuits.items():
        for end_name, end in (("a", circuit.a), ("b", circuit.b)):
            yield "circuits", (name, end_name, "port"), end.router, end.port
    for name, site in network.sites.items():
        for access_name, access in site.site_network_accesses.items():
            where = (name, "site-network-accesses", access_name, "port")
            yield "sites", where, access.pe, access.port
    for name, border in network.borders.items():
        yield "borders", (name, "port"), border.router, border.port


def _vpns(network: Network, on: dict[str, Capabilities], report: Report) -> Iterator[Problem]:
    """Yield ids that a PE which carries the VPN does not take, or no PE would."""
    carriers: dict[str, dict[str, None]] = {}
    for vpn, router in as_far_as_known(_carried(network)):
        carriers.setdefault(vpn, {})[router] = None
    edges = [on[name] for name in as_far_as_known(_edges(network)) if name in on]
    anywhere = edges if network.is_complete("hosts") else []
    possible = anywhere or [platform(name).capabilities for name in names()]
    forms = {can.vpn: None for can in possible}
    for name in network.vpns:
        of = {on[pe].vpn: pe for pe in reversed(carriers.get(name, {})) if pe in on}
        for form, pe in of.items():
            if not form.fits(name):
                found, remedy = _of_another_form(name, form)
                where = "" if len(forms) == 1 else f" on {pe}, which has sites of the VPN"
                yield report("vpns", (name,), found + where, remedy)
        if not of and not any(form.fits(name) for form in forms):
            yield report("vpns", (name,), *_of_another_form(name, next(iter(forms))))


def _edges(network: Network) -> Iterator[str]:
    yield from network.with_role(Role.PE)


def _carried(network: Network) -> Iterator[tuple[str, str]]:
    """(VPN, PE that has its VRF) of sites, of the platform where an exchange may come to it, of
    Internet gateways and of borders.
    """
    for site in network.sites.values():
        for access in site.site_network_accesses.values():
            yield site.vpn, access.pe
    for router in network.routers.values():
        if router.uplink is not None and router.attachment is not None:
            yield router.uplink.vpn, router.attachment.pe
    for border in network.borders.values():
        for each in border.vpns.values():
            yield each.vpn, border.router
    platforms = [network.routers[name].attachment for name in network.with_role(Role.FIREWALL)]
    for exchange in network.exchanges.values():
        for end in (exchange.source, exchange.target):
            for attachment in platforms:
                if attachment is not None:
                    yield end.vpn, attachment.pe


def _management(
    network: Network, used: Sequence[Capabilities], report: Report
) -> Iterator[Problem]:
    management = network.backbone.management
    for can in used:
        if management.vrf in can.reserved_vrfs:
            found = f"vrf {management.vrf!r} is the name of something else"
            remedy = "take one such as mgmt; customers' VRFs begin with a letter and a hyphen"
            yield report("network", ("management", "vrf"), found, remedy)
        if can.tables is not None and management.table != can.tables.management:
            found, remedy = f"{management.table} is not known", f"use {can.tables.management}"
            yield report("network", ("management", "table"), found, remedy)


def _of_another_form(name: str, form: Form) -> tuple[str, str]:
    return f"{name!r} does not fit", form.remedy
