"""`applications.yaml`: business applications, where they are deployed and who may use them.

What a VPN's applications declare is what its PEs let in, where the VPN is `enforced`.
"""

from typing import Annotated

from pydantic import Field, model_validator

from egovnet.inventory.model.annotations import about
from egovnet.inventory.model.levels import ProtectionLevel
from egovnet.inventory.model.primitives import (
    AgencyName,
    Closed,
    Prefix,
    RegionName,
    SiteName,
    Title,
    VpnName,
)
from egovnet.inventory.model.regions import Tier
from egovnet.inventory.model.transport import (
    PortRanges,
    Ports,
    TransportProtocol,
    check_ports,
    port_ranges,
)


class Deployment(Closed):
    """The scope that an application may be deployed in; what is left out limits nothing."""

    tiers: Annotated[
        tuple[Tier, ...],
        Field(min_length=1),
        about("Tiers of the regions that its servers may stand in.", ["centre"]),
    ] = ()
    regions: Annotated[
        tuple[RegionName, ...],
        Field(min_length=1),
        about("Regions that its servers may stand in, with all below them.", ["guangdong"]),
    ] = ()
    sites: Annotated[
        tuple[SiteName, ...],
        Field(min_length=1),
        about("Sites that its servers may stand in.", ["tax-beijing"]),
    ] = ()


class Users(Closed):
    """Who may use an application, of the sites of its VPN: left out, all of them."""

    regions: Annotated[
        tuple[RegionName, ...],
        Field(min_length=1),
        about("Sites in these regions and all below them.", ["guangdong"]),
    ] = ()
    sites: Annotated[
        tuple[SiteName, ...], Field(min_length=1), about("These sites.", ["tax-sichuan"])
    ] = ()

    @property
    def everybody(self) -> bool:
        """Whether all sites of the VPN are users."""
        return not (self.regions or self.sites)


class Application(Closed):
    """A business application of an agency, in one of its VPNs: one protocol, and its ports."""

    name: Annotated[Title, about("What people call it.", "Tax filing")]
    owner: Annotated[AgencyName, about("Agency that answers for it: its VPN's owner.", "taxation")]
    vpn: Annotated[VpnName, about("VPN that it is in.", "taxation")]
    level: Annotated[ProtectionLevel, about("Its level by GB/T 22239.", 2, unit="GB/T 22239 level")]
    scope: Annotated[
        Deployment, about("Where its servers may stand.", {"tiers": ["centre", "province"]})
    ] = Deployment()
    servers: Annotated[
        tuple[Prefix, ...],
        Field(min_length=1),
        about("Prefixes of its servers, within those of sites.", ["10.2.21.16/28"]),
    ]
    protocol: Annotated[
        TransportProtocol,
        about("Protocol of its connections; icmp: echo requests, of either family.", "tcp"),
    ]
    ports: Annotated[
        tuple[Ports, ...],
        about("With tcp and udp: ports that its servers answer on.", [443, "8000-8010"]),
    ] = ()
    users: Annotated[
        Users, about("Sites that may use it; left out, all of the VPN.", {"regions": ["sichuan"]})
    ] = Users()

    @property
    def port_ranges(self) -> PortRanges:
        """The ports as ranges, sorted and disjoint; of icmp none."""
        return port_ranges(self.ports)

    @model_validator(mode="after")
    def _ports_fit(self) -> "Application":
        check_ports(self.protocol, self.ports, "name the ports that its servers answer on")
        return self
