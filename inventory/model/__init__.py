"""The network as the owner wrote it: closed, frozen models, a file a section.

Names follow L3SM (RFC 8299: vpn-service-topology, site, site-role, site-network-access) and
L3VPN (RFC 4364: PE, P, RR). Every model can be imported from here.
"""

from egovnet.inventory.model.access_classes import AccessClass, Attachment
from egovnet.inventory.model.agencies import Agency
from egovnet.inventory.model.applications import Application, Deployment, Users
from egovnet.inventory.model.as_numbers import MAX_ASN
from egovnet.inventory.model.backbone import (
    UNTAGGED_VRF,
    Backbone,
    Management,
    Pools,
    RouteTargetRange,
    Zone,
)
from egovnet.inventory.model.borders import Border, BorderOption, BorderState, BorderVpn, Numbering
from egovnet.inventory.model.circuits import Circuit, CircuitEnd
from egovnet.inventory.model.exchanges import Exchange, ExchangeEnd
from egovnet.inventory.model.failure_detection import Bfd, BfdTimers, SessionTimers
from egovnet.inventory.model.gateways import Uplink
from egovnet.inventory.model.network import Network
from egovnet.inventory.model.part_sites import PartSite
from egovnet.inventory.model.platform_sites import (
    BehindPeSite,
    BorderSite,
    DerivedSite,
    GatewaySite,
    PlatformSite,
)
from egovnet.inventory.model.primitives import (
    Asn,
    Closed,
    IPNetwork,
    Name,
    NumberRange,
    Port,
    Prefix,
    Prefix4,
    Prefix6,
    Text,
    Vlan,
    VpnId,
)
from egovnet.inventory.model.regions import TIER_ORDER, Region, Tier
from egovnet.inventory.model.routers import (
    BEHIND_A_PE,
    PlatformAttachment,
    Role,
    Router,
    RouterState,
)
from egovnet.inventory.model.sites import ServiceState, Site, SiteNetworkAccess, SiteRole
from egovnet.inventory.model.vpns import (
    AddressPlan,
    Encryption,
    ExtranetPart,
    Filtering,
    Topology,
    Vpn,
    ZoneName,
)

__all__ = [
    "BEHIND_A_PE",
    "MAX_ASN",
    "TIER_ORDER",
    "UNTAGGED_VRF",
    "AccessClass",
    "AddressPlan",
    "Agency",
    "Application",
    "Asn",
    "Attachment",
    "Backbone",
    "BehindPeSite",
    "Bfd",
    "BfdTimers",
    "Border",
    "BorderOption",
    "BorderSite",
    "BorderState",
    "BorderVpn",
    "Circuit",
    "CircuitEnd",
    "Closed",
    "Deployment",
    "DerivedSite",
    "Encryption",
    "Exchange",
    "ExchangeEnd",
    "ExtranetPart",
    "Filtering",
    "GatewaySite",
    "IPNetwork",
    "Management",
    "Name",
    "Network",
    "NumberRange",
    "Numbering",
    "PartSite",
    "PlatformAttachment",
    "PlatformSite",
    "Pools",
    "Port",
    "Prefix",
    "Prefix4",
    "Prefix6",
    "Region",
    "Role",
    "RouteTargetRange",
    "Router",
    "RouterState",
    "ServiceState",
    "SessionTimers",
    "Site",
    "SiteNetworkAccess",
    "SiteRole",
    "Text",
    "Tier",
    "Topology",
    "Uplink",
    "Users",
    "Vlan",
    "Vpn",
    "VpnId",
    "Zone",
    "ZoneName",
]
