"""What of the inventory was not applied yet, and routers of which the journal knows nothing.

A drift run does not deploy. A router that runs what it was given is as it should be until a person
applies the inventory: what it runs is held against what was applied to it, and restored to neither.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from egovnet.isolation.model.assumption import Assumption
from egovnet.isolation.model.expectation import Expectation, from_inventory
from egovnet.playbooks.core.applied import Applied
from egovnet.playbooks.core.former import former_inventory
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.results.difference import NOT_APPLIED
from egovnet.playbooks.results.listed import listed
from egovnet.playbooks.verify.control_plane import VrfExpectation, expected_routes
from egovnet.tasks.driver import LineChange
from egovnet.templates.model.device import Device
from egovnet.templates.registry import platform, render

#: Why a difference is not restored.
UNKNOWN = "the journal does not know what was applied to it: record it with egovnet adopt"

AS_IT_RUNS = Assumption(
    "unknown routers",
    "What routers run beyond the inventory, of which the journal does not know whether it was "
    "applied, is taken to be what its route targets say, and not applied yet rather than wrong, "
    "unless a path of a network of the inventory follows from it.",
    ("P1", "P2", "P4", "P5", "P8"),
)


@dataclass(frozen=True)
class Former:
    """A router that was given something else than is intended now; `device` None: nobody knows
    what it was."""

    device: Device | None

    @cached_property
    def _given(self) -> frozenset[frozenset[str]]:
        """What each line of its text sets."""
        if self.device is None:
            return frozenset()
        words = platform(self.device.platform)
        return frozenset(words.statement(line) for line in render(self.device).splitlines())

    def had(self, change: LineChange) -> bool:
        """Whether the router has, or lacks, a line as it was given it."""
        if self.device is None:
            return change.sign == "-"
        given = (
            all(self._says(header) for header in change.path)
            and (
                not change.line
                or self._says(change.line)
                # written outside of its context, with the context's name
                or any(self._says(f"{change.line} {head.split()[-1]}") for head in change.path[-1:])
            )
        )
        return given if change.sign == "-" else not given

    def not_given(self, intended: Device, running: str | None) -> tuple[str, ...]:
        """Statements of what is intended that run, and that it was not given; `running` None: it
        runs all that is intended. Nobody knows of a router that nobody knows."""
        if self.device is None:
            return ()
        parts = platform(self.device.platform).parts
        wanted, given = parts(render(intended)), parts(render(self.device))
        runs = wanted if running is None else parts(running)
        return tuple(
            statement
            for part, statements in wanted.items()
            for statement in sorted(
                statements & runs.get(part, frozenset()) - given.get(part, frozenset())
            )
        )

    def _says(self, line: str) -> bool:
        assert self.device is not None  # noqa: S101 -- asked only where it is
        return platform(self.device.platform).statement(line) in self._given


class Pending:
    """Routers whose last applied configuration is not what the inventory intends."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._applied = Applied(workspace)

    @cached_property
    def unknown(self) -> frozenset[str]:
        """Routers of which nobody knows what they were given."""
        return self._applied.unknown

    @cached_property
    def former(self) -> Mapping[str, Former]:
        """What routers were given, where that is something else or not known; the others run, or
        are to run, what is intended."""
        devices = self._workspace.devices
        given = {name: self._applied.device(name) for name in self._workspace.network.routers}
        return {name: Former(one) for name, one in given.items() if one != devices[name]}

    def why(self, name: str) -> str:
        """Why a router's differences are not restored; "" where they may be."""
        former = self.former.get(name)
        if former is None:
            return ""
        return UNKNOWN if former.device is None else NOT_APPLIED

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader has to know of it; nothing where all were given what they are to be."""
        found = []
        if self.unknown:
            found.append(
                f"the journal does not know what was applied to {listed(self.unknown)}: nothing is "
                "deployed there, and what runs beyond the inventory is no leak unless a path "
                "follows from it; record what runs with egovnet adopt"
            )
        if waiting := self.former.keys() - self.unknown:
            found.append(
                f"the inventory has changes that were not applied yet to {listed(waiting)}: they "
                "are differences, and nothing of them is deployed"
            )
        if out := self._left:
            found.append(
                f"{listed(out)} left the inventory and may still run: nobody looks at it; "
                "egovnet plan says what to do"
            )
        return tuple(found)

    @property
    def _left(self) -> list[str]:
        """Routers that the journal knows and the inventory has no longer."""
        former = former_inventory(self._workspace)
        here = self._workspace.network.routers
        return [] if former is None else [n for n in former.network.routers if n not in here]

    @cached_property
    def expectation(self) -> Expectation:
        """By which what runs is proved: the inventory's, and of routers that were given something
        else, what that was. What agencies exchange is what is in force today, whatever was given:
        an exchange that ended is a leak until a plan takes it away."""
        workspace = self._workspace
        now = found = from_inventory(workspace.network, workspace.allocation)
        own: dict[str, Expectation] = {}
        for inventory, names in self._applied.others:
            if changed := names & self.former.keys():
                former = from_inventory(inventory.network, inventory.allocation)
                found = former.with_former(found)
                own |= dict.fromkeys(changed, former)
        attachments = dict(found.attachments)
        names_of_vrfs = dict(found.vrf_names)
        for name, former in own.items():
            # a router that is new has none of before, and one without sites none of now
            before, now_has = former.attachments.get(name, {}), attachments.get(name, {})
            attachments[name] = {**now_has, **before}
            names_of_vrfs |= {at: d for at, d in former.vrf_names.items() if at[0] == name}
        return replace(
            found,
            devices=now.devices,
            attachments=attachments,
            vrf_names=names_of_vrfs,
            platform=now.platform.with_former(found.platform),
        )

    @cached_property
    def routes(self) -> dict[tuple[str, str], VrfExpectation]:
        """(PE, VRF) -> the routes it is to have, and may have: those of what was applied too."""
        workspace = self._workspace
        found = expected_routes(workspace.network, workspace.allocation)
        for inventory, names in self._applied.others:
            if not names & self.former.keys():
                continue
            former = expected_routes(inventory.network, inventory.allocation)
            for key in found.keys() & former.keys():
                found[key] = replace(found[key], may=found[key].may | former[key].may)
        return found
