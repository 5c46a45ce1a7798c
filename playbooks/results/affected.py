"""Which VPNs and sites a change touches, and which of them it interrupts, by what."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from egovnet.templates.model.interruption import InterruptionClass, class_of


@dataclass(frozen=True, slots=True)
class Interruption:
    """Sites that lose their routes for a moment for one reason. Names, sorted."""

    klass: InterruptionClass
    #: Whose change it is.
    devices: tuple[str, ...]
    vpns: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    #: About how long, as measured on the platform; None: nobody measured it.
    seconds: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """One of `interrupted` in JSON."""
        return {
            "class": self.klass.id,
            "what": self.klass.what,
            "disruptive": self.klass.disruptive,
            "devices": list(self.devices),
            "vpns": list(self.vpns),
            "sites": list(self.sites),
            "seconds": self.seconds,
        }


@dataclass(frozen=True, slots=True)
class Affected:
    """Names, sorted."""

    vpns: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    #: The most far-reaching first; a site is in the first of them that it is interrupted by.
    interrupted: tuple[Interruption, ...] = ()
    #: Device -> why what is planned for it is not pushed. Found anew for each push, so in no file.
    not_in_place: Mapping[str, str] = field(default_factory=dict, compare=False)

    def __or__(self, other: "Affected") -> "Affected":
        """What either touches."""
        known = [one.klass for one in self.interrupted]
        more = tuple(one for one in other.interrupted if one.klass not in known)
        return Affected(
            _sorted((*self.vpns, *other.vpns)),
            _sorted((*self.sites, *other.sites)),
            tuple(
                sorted(
                    (*(_joined(one, other.interrupted) for one in self.interrupted), *more),
                    key=lambda one: one.klass.rank,
                )
            ),
            {**self.not_in_place, **other.not_in_place},
        )

    @property
    def disruptive(self) -> tuple[Interruption, ...]:
        """What is not pushed without an option of its own."""
        return tuple(one for one in self.interrupted if one.klass.disruptive)

    def to_dict(self) -> dict[str, list[str]]:
        """`affected` in JSON; `interrupted` stands beside it."""
        return {"vpns": list(self.vpns), "sites": list(self.sites)}


def _joined(one: Interruption, others: Iterable[Interruption]) -> Interruption:
    other = next((other for other in others if other.klass is one.klass), one)
    longest = max((s for s in (one.seconds, other.seconds) if s is not None), default=None)
    return Interruption(
        one.klass,
        _sorted((*one.devices, *other.devices)),
        _sorted((*one.vpns, *other.vpns)),
        _sorted((*one.sites, *other.sites)),
        longest,
    )


def _sorted(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(names)))


def affected_from(
    data: Mapping[str, Iterable[str]], interrupted: Iterable[Mapping[str, Any]]
) -> Affected:
    """Of what `Affected.to_dict` and `Interruption.to_dict` made.

    Raises:
        KeyError, TypeError, ValueError: they did not make this.
    """
    return Affected(
        tuple(data["vpns"]),
        tuple(data["sites"]),
        tuple(
            Interruption(
                class_of(one["class"]),
                tuple(one["devices"]),
                tuple(one["vpns"]),
                tuple(one["sites"]),
                one["seconds"],
            )
            for one in interrupted
        ),
    )
