"""Domains of zones, and the name servers of VPNs: each answers within its own VPN's sites."""

import re
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address

from egovnet.inventory.errors import Location, Problem, Report
from egovnet.inventory.model import Network, PartSite, Vpn
from egovnet.inventory.model.partial import CannotBeJudgedError, as_far_as_known

#: Names below an agency's domain that are not an application's.
_TAKEN = re.compile(r"sites|ns[1-9][0-9]*")


def check(network: Network, report: Report) -> Iterator[Problem]:
    """Yield every problem of these."""
    yield from as_far_as_known(_domains(network, report))
    for name, vpn in network.vpns.items():
        yield from as_far_as_known(_servers(network, name, vpn, report))


def _domains(network: Network, report: Report) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    for zone, entry in network.backbone.domains.items():
        for other, domain in seen.items():
            if f".{entry.domain}".endswith(f".{domain}") or f".{domain}".endswith(
                f".{entry.domain}"
            ):
                yield report(
                    "network",
                    ("domains", zone, "domain"),
                    f"{entry.domain} and {domain} of the {other} are one within the other",
                    "give each zone a domain of its own: names of one are never those of the other",
                )
        seen[zone] = entry.domain


def _servers(network: Network, name: str, vpn: Vpn, report: Report) -> Iterator[Problem]:
    if not vpn.name_servers:
        return
    if vpn.zone not in network.backbone.domains:
        found = f"network.yaml has no domain of the {vpn.zone}"
        remedy = f"add domains: {{{vpn.zone}: {{domain: ...}}}} to it, or leave name-servers out"
        yield report("vpns", (name, "name-servers"), found, remedy)
    if vpn.owner.endswith("-") and vpn.owner in network.agencies:
        found = f"agency {vpn.owner}: its name cannot be that of a domain"
        yield report("vpns", (name, "owner"), found, "rename it: no hyphen at the end (RFC 1123)")
    yield from as_far_as_known(_labels(network, name, report))
    for index, address in enumerate(vpn.name_servers):
        held = _holder(network, name, address)
        if held is False:
            yield report(
                "vpns",
                (name, "name-servers", index),
                f"{address} is in no prefix of a site of VPN {name}",
                "use an address of one of its sites: nobody else reaches it there",
            )


def _labels(network: Network, vpn: str, report: Report) -> Iterator[Problem]:
    """Names of sites, accesses and applications are labels of domain names, and no server's."""
    names: list[tuple[str, Location, str]] = []
    for site, entry in network.written_sites.items():
        if entry.vpn == vpn and not isinstance(entry, PartSite):
            names.append(("sites", (site,), site))
            names += (
                ("sites", (site, "site-network-accesses", access), access)
                for access in entry.site_network_accesses
            )
    for application, deployed in network.applications.items():
        if deployed.vpn == vpn:
            names.append(("applications", (application,), application))
            if _TAKEN.fullmatch(application):
                found = f"application {application}: its domain has another use for the name"
                yield report("applications", (application,), found, "take another name")
    for section, at, label in names:
        if label.endswith("-"):
            found = f"{label} cannot be in a domain name, and VPN {vpn} has name servers"
            yield report(section, at, found, "rename it: no hyphen at the end (RFC 1123)")


def _holder(network: Network, vpn: str, address: IPv4Address | IPv6Address) -> bool | None:
    """Whether a site of the VPN has the address; None: that is not known."""
    known = network.is_complete("sites")
    for site in network.written_sites.values():
        try:
            if site.vpn == vpn and any(address in prefix for prefix in site.prefixes):
                return True
        except CannotBeJudgedError:
            known = False
    return False if known else None
