"""Nornir's `hosts.yaml` with its groups: routers of the backbone and its edge."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, model_validator

from egovnet.inventory.model.annotations import PLATFORMS, NameOf, about
from egovnet.inventory.model.gateways import Uplink
from egovnet.inventory.model.primitives import (
    Address4,
    Address6,
    Closed,
    Hostname,
    Interface4,
    PeName,
    Port,
    RegionName,
    SerialNumber,
    refusal,
)
from egovnet.inventory.model.regions import Tier


class Role(StrEnum):
    """What a router does: P switches labels, RR reflects VPN routes, PE holds VRFs.

    PLATFORM marks the PEs of the intranet's top-level interconnection platform, FIREWALL a
    firewall behind one of them, by which alone agencies meet. GATEWAY is the exit of an Internet
    zone, behind any PE.
    """

    P = "p"
    RR = "rr"
    PE = "pe"
    PLATFORM = "platform"
    FIREWALL = "firewall"
    GATEWAY = "gateway"


#: Roles of hosts that filter packets behind a PE, and are no part of the backbone.
BEHIND_A_PE = frozenset((Role.FIREWALL, Role.GATEWAY))


class RouterState(StrEnum):
    """Whether a router stays in the network."""

    IN_SERVICE = "in-service"
    #: It is on its way out: it joins no site, and others send nothing through it (the overload bit
    #: of ISO/IEC 10589 section 7.2.8). Once that was applied it may be taken out of the inventory.
    LEAVING = "leaving"


class PlatformAttachment(Closed):
    """How a firewall or an Internet gateway is connected to the PE that it is behind."""

    pe: Annotated[
        PeName,
        about("PE that it is behind; of a firewall, one with role platform.", "bj-pe1"),
    ]
    pe_port: Annotated[
        Port, about("Port of that PE, which nothing else uses: a VLAN for each VPN.", "eth5")
    ]
    port: Annotated[Port, about("Its own port towards it.", "eth1")]


class Router(Closed):
    """A backbone or edge router. `hostname`, `port` and `platform` are how Nornir reaches it."""

    hostname: Annotated[
        Hostname,
        about("Name or address by which SSH reaches it from here.", "bj-p1.example.gov"),
    ]
    port: Annotated[
        int,
        Field(strict=True, ge=1, le=65535),
        about("TCP port on which its SSH server answers.", 22, unit="TCP port"),
    ] = 22
    #: As Nornir calls it; the platforms there are stand in `egovnet.templates`.
    platform: Annotated[
        str,
        Field(max_length=31),
        NameOf(PLATFORMS),
        about("What it runs: a platform that egovnet can write configurations for."),
    ]
    region: Annotated[RegionName, about("Region that it is in and serves.", "beijing")]
    tier: Annotated[Tier, about("Tier of its region.", "centre")]
    roles: Annotated[
        frozenset[Role],
        Field(min_length=1),
        about(
            "What it does: p switches labels, rr reflects VPN routes, pe joins sites, platform "
            "marks the PEs of the interconnection platform; firewall, alone, joins agencies behind "
            "one of those; gateway, alone, is the exit of an Internet zone.",
            ["pe"],
        ),
    ]
    management: Annotated[
        Interface4,
        about("Address of its management port, with the length of its network.", "172.20.20.21/24"),
    ]
    management_port: Annotated[
        Port | None,
        about("Its management port, where it is not management.port of network.yaml.", "eth0"),
    ] = None
    loopback_ipv4: Annotated[
        Address4 | None,
        about("Its loopback; left out, one is allocated from the pool.", "10.255.0.1"),
    ] = None
    loopback_ipv6: Annotated[
        Address6 | None,
        about("Its loopback; left out, one is allocated from the pool.", "fde9:ff::1"),
    ] = None
    attachment: Annotated[
        PlatformAttachment | None,
        about(
            "Of a firewall or a gateway: the PE and the port that it is connected to.",
            {"pe": "pe1", "pe-port": "eth5", "port": "eth1"},
        ),
    ] = None
    uplink: Annotated[
        Uplink | None,
        about(
            "Of a gateway: its Internet side, and the Internet zone that it is the exit of.",
            {
                "vpn": "internet",
                "port": "eth2",
                "addresses": ["203.0.113.2/30"],
                "next-hops": ["203.0.113.1"],
                "pool": ["203.0.113.64/29"],
            },
        ),
    ] = None
    serial_number: Annotated[
        SerialNumber | None,
        about(
            "Serial number of the machine: whoever enrols it (egovnet identity enrol) is bound to "
            "it.",
            "FDO2231A0BC",
        ),
    ] = None

    state: Annotated[
        RouterState,
        about(
            "Whether it stays; leaving, it is drained and emptied, so that it may be taken out of "
            "the inventory after that was applied.",
            "leaving",
        ),
    ] = RouterState.IN_SERVICE

    @property
    def leaving(self) -> bool:
        """Whether it is on its way out."""
        return self.state is RouterState.LEAVING

    @model_validator(mode="after")
    def _roles_fit(self) -> "Router":
        if Role.PLATFORM in self.roles and Role.PE not in self.roles:
            raise refusal("role platform without role pe", "add pe to its roles", "roles")
        for role in sorted(BEHIND_A_PE & self.roles):
            if len(self.roles) > 1:
                others = ", ".join(sorted(self.roles - {role}))
                raise refusal(
                    f"role {role} beside {others}",
                    f"let a {role} be nothing else: it is not part of the backbone",
                    "roles",
                )
        return self

    @model_validator(mode="after")
    def _attachment_fits(self) -> "Router":
        role = next(iter(sorted(BEHIND_A_PE & self.roles)), None)
        if role is not None and self.attachment is None:
            raise refusal(
                f"a {role} that stands nowhere",
                "say behind which PE: attachment: {pe: ..., pe-port: ..., port: ...}",
                "attachment",
            )
        if role is None and self.attachment is not None:
            raise refusal(
                "attachment without role firewall or gateway",
                "leave it out, or let roles be [firewall] or [gateway]",
                "attachment",
            )
        return self

    @model_validator(mode="after")
    def _uplink_fits(self) -> "Router":
        if Role.GATEWAY in self.roles and self.uplink is None:
            raise refusal(
                "a gateway without an Internet side",
                "add uplink: with vpn, port, addresses, next-hops and pool",
                "uplink",
            )
        if Role.GATEWAY not in self.roles and self.uplink is not None:
            raise refusal(
                "uplink without role gateway", "leave it out, or let roles be [gateway]", "uplink"
            )
        return self
