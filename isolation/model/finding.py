"""A finding: one thing that is wrong, whom it joins, and a path to follow line by line."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from egovnet.isolation.model.catalogue import CATALOGUE, UnknownFindingClassError
from egovnet.isolation.model.cause import Cause, CauseKind, Place
from egovnet.isolation.model.domains import ANYWHERE, Domain
from egovnet.isolation.model.finding_class import FindingClass, Severity

_SEVERITIES = {severity: index for index, severity in enumerate(Severity)}
#: How a line begins that stands in no text: what the router does.
STATE = "state: "
_NO_WORDS: Mapping[str, object] = MappingProxyType({})


class Scope(StrEnum):
    """How far apart those are that a finding joins, the farthest first."""

    #: The two networks that must never meet.
    ZONES = "zones"
    #: Agencies, or sites, of one network.
    AGENCIES = "agencies"
    #: A customer and the backbone, management, or somebody that the inventory does not know.
    OTHERS = "others"
    #: It joins nobody: something is wrong at one place.
    FAULT = "fault"


_SCOPES = {scope: index for index, scope in enumerate(Scope)}


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
        if self.quote.startswith(STATE):
            at = f" ({self.quote})"  # no text has it
        place = f"VRF {self.vrf} on {self.device}" if self.vrf else self.device
        return f"{place} {self.what}{at}"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong. `klass` is the id of its class in the catalogue.

    Raises:
        UnknownFindingClassError: the catalogue has no such class, or the class no such severity.
    """

    klass: str
    severity: Severity
    device: str
    vrf: str
    message: str
    path: tuple[Hop, ...] = ()
    line: int = 0
    family: str = ""
    #: How many places more do the same; they are not reported one by one.
    more: int = 0
    #: Whose packets arrive (or may arrive) at whom; None where it joins nobody.
    source: Domain | None = None
    #: May be `domains.ANYWHERE`: every domain that the source may not reach.
    target: Domain | None = None
    #: Whether packets go from target to source, too.
    both_ways: bool = False
    #: What is to be changed: the first is its own, the others are what it comes of as well, and
    #: those of `more` places.
    causes: tuple[Cause, ...] = ()

    def __post_init__(self) -> None:
        known = CATALOGUE.get(self.klass)
        if known is None or self.severity not in known.severities:
            raise UnknownFindingClassError(
                f"{self.severity} {self.klass!r} is not in the catalogue"
            )

        if not self.causes:
            object.__setattr__(self, "causes", (self._own_cause(),))

    def _own_cause(self) -> Cause:
        """The line that the finding is at; without one, nothing that another could share."""
        quotes = [h.quote for h in self.path if (h.device, h.line) == (self.device, self.line)]
        place = Place(self.device, self.vrf, self.line, quotes[-1] if quotes else "")
        if self.line:
            return Cause(CauseKind.LINE, (self.device, str(self.line)), place=place)
        return Cause(CauseKind.ITSELF, self.key, place=place)

    @property
    def denies(self) -> bool:
        """Whether the proof fails for it."""
        tolerated = CATALOGUE[self.klass].tolerated
        return self.severity is not Severity.HYGIENE and self.severity not in tolerated

    @property
    def scope(self) -> Scope:
        """How far apart those are that it joins."""
        if self.source is None or self.target is None:
            return Scope.FAULT
        if self.target == ANYWHERE:
            return Scope.ZONES
        zones = {self.source.zone, self.target.zone}
        if not all(zones):
            return Scope.OTHERS
        return Scope.AGENCIES if len(zones) == 1 else Scope.ZONES

    @property
    def rank(self) -> tuple[int, int]:
        """Sorts by severity, then by scope: the gravest first."""
        return _SEVERITIES[self.severity], _SCOPES[self.scope]

    @property
    def key(self) -> tuple[str, ...]:
        """What makes it the same finding in another state of the network: no line numbers."""
        hops = tuple(f"{hop.device}/{hop.vrf}/{hop.what}" for hop in self.path)
        return (self.klass, self.device, self.vrf, self.family, self.message, *hops)


def finding(
    klass: FindingClass,
    device: str,
    vrf: str = "",
    *,
    severity: Severity | None = None,
    path: tuple[Hop, ...] = (),
    line: int = 0,
    family: str = "",
    source: Domain | None = None,
    target: Domain | None = None,
    both_ways: bool = False,
    causes: tuple[Cause, ...] = (),
    words: Mapping[str, object] = _NO_WORDS,
) -> Finding:
    """A finding of `klass`, its sentence filled with `words`.

    `severity` may be left out where the class has one only; `words` are those of its sentence that
    are no place and no domain; without `causes` it is the finding's own line. Properties make
    findings by this.

    Raises:
        KeyError: a word of the sentence is not among them.
    """
    if severity is None:
        (severity,) = klass.severities
    message = klass.sentence.format(
        device=device,
        vrf=vrf,
        family=family,
        source=source.name if source else "",
        target=target.name if target else "",
        **words,
    )
    return Finding(
        klass.id,
        severity,
        device,
        vrf,
        message,
        path,
        line,
        family,
        source=source,
        target=target,
        both_ways=both_ways,
        causes=causes,
    )
