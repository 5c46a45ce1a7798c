"""Words that a change needs before it is pushed: what it does to a zone, or to the backbone."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from egovnet.playbooks.core.selection import UsageError
from egovnet.playbooks.results.affected import Affected
from egovnet.playbooks.results.zone_change import ZoneChange


@dataclass(frozen=True, slots=True)
class Words:
    """What somebody said when the change was planned; part of the plan and of its hash."""

    #: VPNs that go to the other zone, or take something from it.
    zone_change: tuple[str, ...] = ()
    #: What interrupts more than its own sites and VRFs is meant.
    disruptive: bool = False
    #: Routers that were taken out of the inventory since they do not exist any more.
    gone: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, object]:
        """In a plan file and its hash."""
        return {
            "zone_change": list(self.zone_change),
            "disruptive": self.disruptive,
            "gone": list(self.gone),
        }

    def missing(self, zones: Iterable[ZoneChange], affected: Affected) -> tuple[str, ...]:
        """Options that the change needs and that were not said."""
        vpns = sorted({change.vpn for change in zones} - set(self.zone_change))
        words = [f"--zone-change {vpn}" for vpn in vpns]
        if affected.disruptive and not self.disruptive:
            words.append("--disruptive")
        return tuple(words)

    def check(self, zones: Sequence[ZoneChange]) -> None:
        """Refuse a word for a VPN that changes no zone: it was meant for another plan, or misspelt.

        Raises:
            UsageError: names it.
        """
        known = {change.vpn for change in zones}
        wrong = [vpn for vpn in self.zone_change if vpn not in known]
        if wrong:
            there = f"; those that do: {', '.join(sorted(known))}" if known else ""
            raise UsageError(
                f"--zone-change {', '.join(wrong)}: nothing of that VPN changes its zone by this "
                f"plan{there}"
            )


NOTHING_SAID = Words()


def words_from(zone_change: Iterable[str], *, disruptive: bool, gone: Iterable[str] = ()) -> Words:
    """The options; names may be repeated or separated by commas."""
    return Words(_names(zone_change), disruptive, _names(gone))


def _names(said: Iterable[str]) -> tuple[str, ...]:
    names = (name.strip() for word in said for name in word.split(","))
    return tuple(dict.fromkeys(filter(None, names)))
