"""What `platforms` came to."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class ListedPlatform:
    """A platform of routers, and what it can do."""

    name: str
    #: Of the inventory that are of it.
    routers: int
    #: Its routers go from one configuration to another with nothing between.
    commits_at_once: bool
    shows_running_state: bool
    drains: bool
    bfd: bool
    session_timers: bool
    #: Sessions of the backbone that may have a key: "bgp", "isis", "ldp".
    authenticates: tuple[str, ...]
    filters_packets: bool
    #: VPNs from PE to PE.
    encrypts: bool
    #: Options by which it joins another backbone: "A", "B".
    borders: tuple[str, ...]
    #: Option that it has not -> why.
    borders_lack: Mapping[str, str]
    #: What ports and VPNs may be called, in words.
    ports: str
    vpns: str

    @property
    def abilities(self) -> Iterator[tuple[str, str]]:
        """(what, "yes", "no" or a list), for people."""
        yield "commit", "at once" if self.commits_at_once else "in steps"
        for what, has in (
            ("shows its running state", self.shows_running_state),
            ("can be drained", self.drains),
            ("BFD", self.bfd),
            ("timers of a customer's session", self.session_timers),
            ("filters packets by connection", self.filters_packets),
            ("encrypts VPNs from PE to PE", self.encrypts),
        ):
            yield what, "yes" if has else "no"
        yield "authenticates", ", ".join(self.authenticates) or "nothing"
        yield "borders by option", ", ".join(self.borders) or "none"

    def to_dict(self) -> dict[str, Any]:
        """One of `platforms` in JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class PlatformList:
    """Every platform that is installed."""

    platforms: tuple[ListedPlatform, ...]

    def to_dict(self) -> dict[str, Any]:
        """What `platforms --json` prints."""
        return {"platforms": [one.to_dict() for one in self.platforms]}
