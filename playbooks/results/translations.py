"""What `translation` verbs come to: what was collected of gateways, and who had an address."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from egovnet.playbooks.results.outcome import Exit


@dataclass(frozen=True, slots=True)
class CollectedGateway:
    """What one gateway recorded, and how much of it is new."""

    gateway: str
    records: int
    new: int
    #: It holds as many as it may: more may have been lost.
    full: bool


@dataclass(frozen=True, slots=True)
class CollectedTranslations:
    """What was read of gateways and written to files."""

    gateways: tuple[CollectedGateway, ...]
    directory: str
    #: Files that were older than their gateways' `days`.
    removed: tuple[str, ...] = ()
    unreachable: Mapping[str, str] = field(default_factory=dict)

    @property
    def exit(self) -> Exit:
        """5 where a gateway did not say what it recorded."""
        return Exit.DEVICES_FAILED if self.unreachable else Exit.DONE

    def to_dict(self) -> dict[str, Any]:
        """What `translation collect --json` prints."""
        return {
            "gateways": [asdict(one) for one in self.gateways],
            "directory": self.directory,
            "removed": list(self.removed),
            "unreachable": dict(self.unreachable),
        }


@dataclass(frozen=True, slots=True)
class TranslationHolder:
    """Who had the address and port. Times are ISO 8601, UTC."""

    gateway: str
    protocol: str
    source: str
    #: "" where no site of the gateway's zone has the source today.
    site: str
    first: str
    last: str


@dataclass(frozen=True, slots=True)
class TranslationAnswer:
    """Who had a public address and port at a time."""

    address: str
    port: int
    at: str
    #: Seconds around `at` in which a holder counts.
    within: int
    holders: tuple[TranslationHolder, ...]
    #: The last ones before and the next ones after, where nobody is known at the time itself.
    near: tuple[TranslationHolder, ...]
    #: Gateways that have the address -> when they were last read; "" where they never were.
    collected: Mapping[str, str]
    #: A site that has the address itself, which is then not translated.
    own_site: str = ""

    def to_dict(self) -> dict[str, Any]:
        """What `translation who --json` prints."""
        return {
            "address": self.address,
            "port": self.port,
            "at": self.at,
            "within": self.within,
            "holders": [asdict(one) for one in self.holders],
            "near": [asdict(one) for one in self.near],
            "collected": dict(self.collected),
            "own_site": self.own_site,
        }
