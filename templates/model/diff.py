"""Changed lines of a diff, vendor-neutral."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ChangedLine:
    """A changed line, or the heading it stands under; `vrfs` are those that it names as VRFs."""

    text: str
    vrfs: tuple[str, ...] = ()
