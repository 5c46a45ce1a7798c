"""VPNs: an owner that may have one in that zone, and parts of the extranet."""

from collections.abc import Iterator

from egovnet.inventory.errors import Problem, Report
from egovnet.inventory.model import AddressPlan, ExtranetPart, Network, Vpn, ZoneName
from egovnet.inventory.model.partial import as_far_as_known


def check(network: Network, report: Report) -> Iterator[Problem]:
    """Yield every problem of these."""
    yield from as_far_as_known(_owners(network, report))
    for name, vpn in network.vpns.items():
        yield from as_far_as_known(_part(name, vpn, report))
        yield from as_far_as_known(_address_plan(name, vpn, report))
    yield from as_far_as_known(_public_zones(network, report))


def _owners(network: Network, report: Report) -> Iterator[Problem]:
    for name, vpn in network.vpns.items():
        owner = network.agencies.get(vpn.owner)
        if owner is not None and vpn.zone is ZoneName.INTRANET and owner.kind != "system":
            yield report(
                "vpns",
                (name, "owner"),
                f"{vpn.owner} is a {owner.kind}; the intranet joins the six systems only",
                "name one of the six systems, or use zone extranet",
            )


def _part(name: str, vpn: Vpn, report: Report) -> Iterator[Problem]:
    if vpn.part is not None and vpn.zone is not ZoneName.EXTRANET:
        yield report(
            "vpns",
            (name, "part"),
            f"{vpn.part} is a part of the extranet, and the VPN is of the {vpn.zone}",
            "leave it out, or use zone extranet",
        )


def _address_plan(name: str, vpn: Vpn, report: Report) -> Iterator[Problem]:
    if vpn.address_plan is AddressPlan.OWN and vpn.part is not ExtranetPart.DEPARTMENT:
        yield report(
            "vpns",
            (name, "address-plan"),
            "is own, and the VPN is no department's",
            "leave it out, or let the VPN have part: department",
        )


def _public_zones(network: Network, report: Report) -> Iterator[Problem]:
    public = [
        name
        for name, vpn in network.vpns.items()
        if vpn.part is ExtranetPart.PUBLIC and vpn.zone is ZoneName.EXTRANET
    ]
    for name in public[1:]:
        yield report(
            "vpns",
            (name, "part"),
            f"{public[0]} is the public zone already",
            "let one VPN be it; those of departments have part: department",
        )
