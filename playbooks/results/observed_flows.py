"""What `application observed` came to: flows of observed VPNs that no register declares."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from egovnet.playbooks.results.outcome import Exit


@dataclass(frozen=True, slots=True)
class ObservedFlow:
    """Packets of one source, target, protocol and port, and what keeps them out of a draft."""

    vpn: str
    source: str
    source_site: str
    target: str
    #: "" where no site of the VPN has it.
    target_site: str
    protocol: str
    port: int | None
    packets: int
    octets: int
    #: PEs that recorded it.
    devices: tuple[str, ...]
    #: Why no draft has it; "" where one has.
    not_drafted: str

    @property
    def service(self) -> str:
        """Such as "tcp 443"."""
        return self.protocol if self.port is None else f"{self.protocol} {self.port}"

    def to_dict(self) -> dict[str, Any]:
        """One of `flows` in JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class ObservedFlows:
    """Flows that are not declared, the largest first, and draft entries that would declare them."""

    vpns: tuple[str, ...]
    flows: tuple[ObservedFlow, ...]
    #: Recorded flows that a register declares by now, or that are of no observed VPN.
    declared: int
    unknown: int
    #: Draft entries of applications.yaml by their names.
    drafts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    unreachable: Mapping[str, str] = field(default_factory=dict)

    @property
    def exit(self) -> Exit:
        """5 where a device did not say what it recorded."""
        return Exit.DEVICES_FAILED if self.unreachable else Exit.DONE

    def to_dict(self) -> dict[str, Any]:
        """What `application observed --json` prints."""
        return {
            "vpns": list(self.vpns),
            "flows": [flow.to_dict() for flow in self.flows],
            "declared": self.declared,
            "unknown": self.unknown,
            "drafts": {name: dict(entry) for name, entry in self.drafts.items()},
            "unreachable": dict(self.unreachable),
        }
