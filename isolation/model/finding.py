"""A finding: one thing that is wrong, whom it joins, and a path to follow line by line."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from egovnet.isolation.model.catalogue import CATALOGUE, UnknownFindingClassError
from egovnet.isolation.model.domains import Domain
from egovnet.isolation.model.finding_class import FindingClass, Severity

_NO_WORDS: Mapping[str, object] = MappingProxyType({})


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

    def __post_init__(self) -> None:
        known = CATALOGUE.get(self.klass)
        if known is None or self.severity not in known.severities:
            raise UnknownFindingClassError(
                f"{self.severity} {self.klass!r} is not in the catalogue"
            )

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
    words: Mapping[str, object] = _NO_WORDS,
) -> Finding:
    """A finding of `klass`, its sentence filled with `words`.

    `severity` may be left out where the class has one only; `words` are those of its sentence that
    are no place and no domain. Properties make findings by this.

    Raises:
        KeyError: a word of the sentence is not among them.
    """
    if severity is None:
        (severity,) = klass.severities
    message = klass.sentence.format(
        device=device,
        vrf=vrf,
        family=family,
        source=source.label if source else "",
        target=target.label if target else "",
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
    )
