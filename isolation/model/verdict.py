"""What a proof says: findings with witness paths, what was covered, what was assumed."""

from dataclasses import dataclass, field
from enum import StrEnum


class Severity(StrEnum):
    """How grave a finding is. A leak or a risk denies the proof; hygiene does not."""

    #: A path that must not be.
    LEAK = "leak"
    #: No path was found, and what would rule it out is missing or not understood.
    RISK = "risk"
    #: Harmless here and now, and worth an engineer's look.
    HYGIENE = "hygiene"


@dataclass(frozen=True, slots=True)
class Hop:
    """One step of a witness path: what happens on which device, and the line that makes it so."""

    device: str
    vrf: str
    what: str
    line: int = 0
    quote: str = ""

    def __str__(self) -> str:
        at = f" (line {self.line}: {self.quote})" if self.line else ""
        place = f"VRF {self.vrf} on {self.device}" if self.vrf else self.device
        return f"{place} {self.what}{at}"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong. `klass` is the property and the kind, such as "P1 zone-leak"."""

    klass: str
    severity: Severity
    device: str
    vrf: str
    message: str
    path: tuple[Hop, ...] = ()
    line: int = 0
    family: str = ""
    #: How many places more do the same; they are not told one by one.
    more: int = 0

    @property
    def key(self) -> tuple[str, ...]:
        """What makes it the same finding in another state of the network: no line numbers."""
        hops = tuple(f"{hop.device}/{hop.vrf}/{hop.what}" for hop in self.path)
        return (self.klass, self.device, self.vrf, self.family, self.message, *hops)


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
    assumptions: tuple[str, ...]
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
        grave = any(f.severity is not Severity.HYGIENE for f in self.findings)
        return not grave and self.checked.devices > 0 and self.checked.vrfs > 0
