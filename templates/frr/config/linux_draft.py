"""What the reader of ifupdown2's interfaces fills in before everything is known: one per text."""

from collections import Counter
from dataclasses import dataclass, field

from egovnet.templates.frr.config.draft import PortDraft
from egovnet.templates.frr.config.linux_commands import LinuxRoutes
from egovnet.templates.model.device import AddressFamily, IPAddress
from egovnet.templates.model.facts import NotUnderstood, StaticFacts


@dataclass(slots=True, eq=False)
class LinuxDraft:
    """The Linux part of a text being read."""

    ports: dict[str, PortDraft] = field(default_factory=dict)
    #: VRF -> (table, None when it is `auto`; line of the stanza).
    vrfs: dict[str, tuple[int | None, int]] = field(default_factory=dict)
    automatic: set[str] = field(default_factory=set)
    routes: LinuxRoutes = field(default_factory=LinuxRoutes)
    #: Interfaces whose stanza stands before any `auto` of theirs.
    early: set[str] = field(default_factory=set)
    #: (attribute, interface) -> the first value of what has one.
    firsts: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    #: Default routes: (stanza, next hop, line).
    gateways: list[tuple[PortDraft, IPAddress, int]] = field(default_factory=list)
    #: `auto all`: every stanza.
    all_automatic: bool = False
    #: Stanzas that take their addresses from whoever answers: (stanza, family, line).
    asking: list[tuple[PortDraft, AddressFamily, int]] = field(default_factory=list)
    #: Stanzas with commands.
    commanding: set[str] = field(default_factory=set)
    #: What a stanza's commands added, in their words without `add`, by its name.
    added: dict[str, set[tuple[str, ...]]] = field(default_factory=dict)
    #: Words of commands that may be ports: what their neighbours notice, whose neighbours are by
    #: hand, and what is set up.
    changed: set[str] = field(default_factory=set)
    by_hand: set[str] = field(default_factory=set)
    raised: set[str] = field(default_factory=set)
    #: Routes that discard: (stanza, the route, the line's words).
    closing: list[tuple[PortDraft, StaticFacts, str]] = field(default_factory=list)
    #: How many lines `netmask` an interface has, of all its stanzas.
    netmasks: dict[str, int] = field(default_factory=dict)
    #: How many of its addresses come without a length.
    lengthless: Counter[str] = field(default_factory=Counter)
    #: The address that a `netmask` would be of: (stanza, text).
    bare: tuple[PortDraft, str] | None = None
    current: PortDraft | None = None
    #: The name as the stanza spells it, which `$IFACE` stands for: `eth1:0` for an alias.
    spelled: str = ""
    not_understood: list[NotUnderstood] = field(default_factory=list)
    #: (feature, what it does, VRF) -> first line of it.
    not_modelled: dict[tuple[str, str, str | None], int] = field(default_factory=dict)
    counts: list[int] = field(default_factory=lambda: [0, 0, 0])
