"""What a proof says: findings with witness paths, what was covered, what was assumed."""

from dataclasses import dataclass, field

from egovnet.isolation.model.assumption import Assumption
from egovnet.isolation.model.finding import Finding


@dataclass(frozen=True, slots=True)
class Checked:
    """What took part."""

    devices: int = 0
    vrfs: int = 0
    interfaces: int = 0
    lines: int = 0
    lines_not_understood: int = 0
    #: Names of the properties that were proved or refuted, such as "P1".
    properties: tuple[str, ...] = ()
    #: Devices of the inventory that were not among the texts.
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AllowedCell:
    """Source may send to target, and why: for the matrix of VPN against VPN."""

    source: str
    target: str
    reason: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """The end of a proof. Nothing checked is never proved."""

    findings: tuple[Finding, ...]
    checked: Checked
    #: Those that apply to what was checked.
    assumptions: tuple[Assumption, ...]
    #: Domains (VPNs, "backbone", "management") in the matrix's order.
    domains: tuple[str, ...] = ()
    #: Zone of each domain.
    zones: dict[str, str] = field(default_factory=dict)
    allowed: tuple[AllowedCell, ...] = ()
    #: (source domain, target domain) pairs for which a path was found.
    found: frozenset[tuple[str, str]] = frozenset()

    @property
    def proved(self) -> bool:
        """Whether separation holds for what was checked, under the assumptions."""
        denied = any(finding.denies for finding in self.findings)
        return not denied and self.checked.devices > 0 and self.checked.vrfs > 0
