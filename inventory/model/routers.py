"""Nornir's `hosts.yaml` with its groups: routers of the backbone and its edge."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, model_validator

from egovnet.inventory.model.primitives import (
    Address4,
    Address6,
    Closed,
    Hostname,
    Interface4,
    Name,
    Port,
    refusal,
)
from egovnet.inventory.model.regions import Tier


class Role(StrEnum):
    """What a router does: P switches labels, RR reflects VPN routes, PE holds VRFs.

    PLATFORM marks the PEs of the intranet's top-level interconnection platform.
    """

    P = "p"
    RR = "rr"
    PE = "pe"
    PLATFORM = "platform"


class Router(Closed):
    """A backbone or edge router. `hostname`, `port` and `platform` are how Nornir reaches it."""

    hostname: Hostname
    port: Annotated[int, Field(strict=True, ge=1, le=65535)] = 22
    #: As Nornir calls it; the platforms there are stand in `egovnet.templates`.
    platform: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,30}$")]
    region: Name
    tier: Tier
    roles: Annotated[frozenset[Role], Field(min_length=1)]
    management: Interface4
    #: None: the one of `network.yaml`.
    management_port: Port | None = None
    loopback_ipv4: Address4 | None = None
    loopback_ipv6: Address6 | None = None

    @model_validator(mode="after")
    def _roles_fit(self) -> "Router":
        if Role.PLATFORM in self.roles and Role.PE not in self.roles:
            raise refusal("role platform without role pe", "add pe to its roles", "roles")
        return self
