"""What the journal knows of a rollout: accesses that closed changes gave to routers, and what
verification saw of them. The inventory's wishes have no part in it.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from egovnet.inventory.model import ServiceState
from egovnet.inventory.source.sections import section_of
from egovnet.inventory.source.yaml_source import plain_data
from egovnet.playbooks.core.applied import part_of
from egovnet.playbooks.journal.inventory_snapshots import Intents
from egovnet.playbooks.journal.journal import Journal
from egovnet.playbooks.journal.records import DONE, REMEDIATE, VERIFY_ALONE, Change

#: (site, access).
Label = tuple[str, str]
#: Router -> state of each of its accesses.
Given = Mapping[str, Mapping[Label, ServiceState]]


@dataclass(frozen=True, slots=True)
class ClosedChange:
    """What a change that is done gave to routers, and what its verification saw."""

    number: int
    #: ISO 8601, when it was closed.
    at: str
    #: Routers that had a part in it, and all accesses that each had from then on.
    given: Given
    answered: frozenset[Label] = frozenset()
    provisioned: frozenset[Label] = frozenset()

    def saw(self, label: Label, state: ServiceState) -> bool:
        """Whether the verification saw what a state promises: the customer's answer, or the PE's
        side as intended."""
        return label in (self.answered if state is ServiceState.IN_SERVICE else self.provisioned)


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a site has come, by closed changes."""

    state: ServiceState = ServiceState.PLANNED
    #: Whether verification saw on each access what its state promises.
    verified: bool = False
    #: The change that brought it there; None: none did.
    change: int | None = None
    #: ISO 8601, when that was closed.
    since: str | None = None

    @property
    def in_service(self) -> bool:
        """Whether its customers were seen to answer on every access."""
        return self.state is ServiceState.IN_SERVICE and self.verified


NOT_BEGUN = Standing()


@dataclass
class Provisioned:
    """The routers' accesses after some closed changes; each is added once, the oldest first.

    Linear in what a change gave: of routers that have what they had, nothing is looked at.
    """

    _routers: dict[str, Mapping[Label, ServiceState]] = field(default_factory=dict)
    #: (router, access) that were seen to be what their state promises.
    _seen: set[tuple[str, Label]] = field(default_factory=set)
    #: Site -> its accesses on routers.
    _accesses: dict[str, set[tuple[str, Label]]] = field(default_factory=dict)
    standings: dict[str, Standing] = field(default_factory=dict)

    def add(self, change: ClosedChange) -> None:
        """Go on by one closed change."""
        touched: set[str] = set()
        for router, now in change.given.items():
            before = self._routers.get(router, {})
            if before is now or before == now:
                continue
            for label in before.keys() | now.keys():
                if before.get(label) is now.get(label):
                    continue
                place = (router, label)
                self._seen.discard(place)  # what was seen was another state
                touched.add(label[0])
                if label in now:
                    self._accesses.setdefault(label[0], set()).add(place)
                else:
                    self._accesses[label[0]].discard(place)
            self._routers[router] = now
        for label in change.answered | change.provisioned:
            for place in self._accesses.get(label[0], ()):
                state = self._routers[place[0]][place[1]]
                if place[1] == label and place not in self._seen and change.saw(label, state):
                    self._seen.add(place)
                    touched.add(label[0])
        for site in touched:
            self._judge(site, change)

    def _judge(self, site: str, change: ClosedChange) -> None:
        places = self._accesses.get(site)
        if not places:
            self.standings.pop(site, None)
            return
        waiting = any(
            self._routers[router][label] is not ServiceState.IN_SERVICE for router, label in places
        )
        state = ServiceState.WAITING if waiting else ServiceState.IN_SERVICE
        verified = places <= self._seen
        before = self.standings.get(site, NOT_BEGUN)
        if (before.state, before.verified) != (state, verified):
            self.standings[site] = Standing(state, verified, change.number, change.at)


def closed_changes(journal: Journal) -> Iterator[ClosedChange]:
    """The closed changes of a journal, the oldest first. One whose intent nobody knows gave nothing
    that could be counted, and one that restored drift gave nothing new."""
    intents = Intents(journal.engine)
    index = _Index(intents)
    known: set[str] = set()
    for change in journal.changes():
        if change.state != DONE or change.kind == REMEDIATE:
            continue
        attached = intents.of(change.id)
        if attached is None or attached.after is None:
            continue
        given = index.of(attached.after)
        known |= given.keys()
        part = part_of(journal, change, known, known=True)
        seen = list(_verified(journal, change))
        yield ClosedChange(
            change.id,
            _closed_at(journal, change),
            {router: given.get(router, {}) for router in part},
            *(
                frozenset(_label(text) for one in seen for text in one.get(key, ()))
                for key in ("answered", "provisioned")
            ),
        )


def _verified(journal: Journal, change: Change) -> Iterator[dict[str, Any]]:
    """What the verification of a change left in the journal, and each that was made alone since;
    older ones left no customers."""
    for stage, since in (("verify", -1), (VERIFY_ALONE, 0)):
        steps = [step for step in journal.steps(change.id, stage) if step.phase == "done"]
        yield from (json.loads(step.detail) for step in steps[since:])


def _closed_at(journal: Journal, change: Change) -> str:
    ends = [step.at for step in journal.steps(change.id, "change") if step.phase == DONE]
    return ends[-1] if ends else change.created


def _label(text: str) -> Label:
    site, _, access = text.partition("/")
    return site, access


class _Index:
    """Accesses by router, of intents: most files are the same in most of them, and read once."""

    def __init__(self, intents: Intents) -> None:
        self._intents = intents
        self._files: dict[str, Given] = {}

    def of(self, digest: str) -> Given:
        """Router -> its accesses that are not only planned; the same object as before where its
        one file is the same, so that nobody compares them."""
        listing = self._intents.listing(digest)
        wanted = [key for path, key in listing.items() if section_of(path) == "sites"]
        missing = [key for key in wanted if key not in self._files]
        for key, text in self._intents.texts(missing).items():
            self._files[key] = _by_router(text)
        found: dict[str, Mapping[Label, ServiceState]] = {}
        for key in wanted:
            for router, accesses in self._files[key].items():
                found[router] = {**found[router], **accesses} if router in found else accesses
        return found


@lru_cache(maxsize=1000)
def _by_router(text: str) -> Given:
    """The accesses of a file of sites; it was valid when it was applied."""
    found: dict[str, dict[Label, ServiceState]] = {}
    for name, site in dict(plain_data(text) or {}).items():
        own = site.get("state", ServiceState.IN_SERVICE)
        for access, entry in site["site-network-accesses"].items():
            state = ServiceState(entry.get("state") or own)
            if state is not ServiceState.PLANNED:
                found.setdefault(entry["pe"], {})[name, access] = state
    return found
