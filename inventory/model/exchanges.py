"""`exchanges.yaml`: what two agencies may exchange at the interconnection platform.

Agencies have networks of their own and meet nowhere else. An exchange names both ends, who may
open connections, and who approved it until when; what is in no exchange does not pass.
"""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, model_validator

from egovnet.inventory.model.annotations import about
from egovnet.inventory.model.levels import ProtectionLevel
from egovnet.inventory.model.primitives import (
    AgencyName,
    ApplicationName,
    Closed,
    Prefix,
    Text,
    VpnName,
    refusal,
)
from egovnet.inventory.model.transport import (
    PortRanges,
    Ports,
    TransportProtocol,
    check_ports,
    port_ranges,
)
from egovnet.inventory.model.validity import (
    ApprovedBy,
    ApprovedOn,
    Stated,
    ValidFrom,
    ValidityState,
    ValidUntil,
    state_on,
)


class ExchangeEnd(Closed):
    """One end of an exchange: prefixes of one agency's VPN, or the servers of an application."""

    agency: Annotated[AgencyName, about("Agency at this end.", "party")]
    vpn: Annotated[VpnName, about("Its VPN, one of the intranet.", "party")]
    prefixes: Annotated[
        tuple[Prefix, ...],
        Field(min_length=1),
        about("What takes part there: within prefixes of sites of the VPN.", ["10.1.10.0/24"]),
    ] = ()
    application: Annotated[
        ApplicationName | None,
        about("Instead of prefixes: the application whose servers take part.", "filing"),
    ] = None

    @model_validator(mode="after")
    def _is_one_of_two(self) -> "ExchangeEnd":
        if self.prefixes and self.application is not None:
            raise refusal(
                "prefixes beside an application, which has servers of its own",
                "leave one of the two out",
                "application",
            )
        if not self.prefixes and self.application is None:
            raise refusal("no prefixes", "name those that take part, or an application", "prefixes")
        return self


class Exchange(Closed):
    """What two agencies may exchange: connections between prefixes, in the directions named."""

    description: Annotated[Text, about("For people.", "Documents for the State Council")] = ""
    source: Annotated[
        ExchangeEnd,
        Field(alias="from"),
        about(
            "The end that opens connections.",
            {"agency": "party", "vpn": "party", "prefixes": ["10.1.10.0/24"]},
        ),
    ]
    target: Annotated[
        ExchangeEnd,
        Field(alias="to"),
        about(
            "The end that answers them.",
            {"agency": "government", "vpn": "government", "prefixes": ["10.1.30.0/24"]},
        ),
    ]
    opened_by: Annotated[
        Literal["from", "both"],
        about("Who may open connections: the end named from, or both.", "both"),
    ] = "from"
    protocol: Annotated[
        TransportProtocol,
        about("Protocol of the connections; icmp: echo requests, of either family.", "tcp"),
    ]
    ports: Annotated[
        tuple[Ports, ...],
        about("With tcp and udp: ports that the answering end has.", [443, "8000-8010"]),
    ] = ()
    level: Annotated[ProtectionLevel, about("Its level by GB/T 22239.", 3, unit="GB/T 22239 level")]
    owner: Annotated[AgencyName, about("Agency that answers for it.", "government")]
    approved_by: ApprovedBy
    approved_on: ApprovedOn
    reason: Annotated[Stated, about("What it is for.", "documents that both work on")]
    valid_from: ValidFrom
    valid_until: ValidUntil

    @property
    def port_ranges(self) -> PortRanges:
        """The ports as ranges, sorted and disjoint; of icmp none."""
        return port_ranges(self.ports)

    @property
    def versions(self) -> tuple[int, ...]:
        """IP versions of its connections: those of which both ends have prefixes."""
        ends = ({p.version for p in end.prefixes} for end in (self.source, self.target))
        return tuple(sorted(set.intersection(*ends)))

    @property
    def openings(self) -> tuple[tuple[ExchangeEnd, ExchangeEnd], ...]:
        """(who opens connections, who answers) of each direction in which they are opened."""
        one = (self.source, self.target)
        return (one,) if self.opened_by == "from" else (one, one[::-1])

    def in_force(self, day: date) -> bool:
        """Whether it holds on `day`: both its first and its last are days on which it does."""
        return state_on(self, day) is ValidityState.IN_FORCE

    @model_validator(mode="after")
    def _ports_fit(self) -> "Exchange":
        check_ports(self.protocol, self.ports, "name the ports that the answering end has")
        return self
