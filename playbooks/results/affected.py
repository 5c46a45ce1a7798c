"""Which VPNs and sites a change touches."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Affected:
    """Names, sorted."""

    vpns: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()

    def __or__(self, other: "Affected") -> "Affected":
        """What either touches."""
        return Affected(
            tuple(sorted({*self.vpns, *other.vpns})), tuple(sorted({*self.sites, *other.sites}))
        )

    def to_dict(self) -> dict[str, list[str]]:
        """`affected` in JSON."""
        return {"vpns": list(self.vpns), "sites": list(self.sites)}
