"""Every assumption that a proof can lean on, and whether it does so for a scene.

A verdict has those alone that apply to its network. What the proof takes at its worst (any
announcement of a customer, any route that a policy might let through) is no assumption: if it is
not so, nothing leaks.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from egovnet.isolation.model.assumption import Assumption
from egovnet.isolation.model.domains import BACKBONE, MANAGEMENT
from egovnet.isolation.model.scene import Scene
from egovnet.isolation.routes.label_arrivals import LAST_RESERVED

#: Id of what is assumed of routers whose texts alone are known.
TEXT = "text"
_LAST_LABEL = 1048575
_ALL = tuple(f"P{number}" for number in range(1, 11))


@dataclass(frozen=True, slots=True)
class Grounds:
    """What decides whether an assumption applies. `crossing`: some network may reach another, so
    that paths of several steps were followed; `push`: the states of a push are evaluated."""

    scene: Scene
    crossing: bool = False
    push: bool = False


def _always(_: Grounds) -> bool:
    return True


def _texts_alone(grounds: Grounds) -> bool:
    return not all(router.facts.state_read for router in grounds.scene.routers)


def _read(grounds: Grounds) -> bool:
    return any(router.facts.state_read for router in grounds.scene.routers)


def _no_version(grounds: Grounds) -> bool:
    return any(r.facts.text and not r.facts.says_version for r in grounds.scene.routers)


def _absent_routers(grounds: Grounds) -> bool:
    return not grounds.scene.expectation.devices or bool(grounds.scene.missing())


def _attached(grounds: Grounds) -> bool:
    return any(router.bound for router in grounds.scene.routers)


def _encrypted(grounds: Grounds) -> bool:
    return bool(grounds.scene.expectation.encrypted.sides)


def _names(grounds: Grounds) -> bool:
    return bool(grounds.scene.expectation.patterns) and any(
        table.vrf is not None for table in grounds.scene.tables()
    )


def _meshed(grounds: Grounds) -> bool:
    """A VPN, no spoke, has two tables or two attachments."""
    seen: set[str] = set()
    for table in grounds.scene.tables():
        for domain in table.domains:
            if not domain.known or domain.site or domain in (BACKBONE, MANAGEMENT):
                continue
            places = sum(bound.attachment.domain == domain for bound in table.bound)
            if places > 1 or domain.label in seen:
                return True
            seen.add(domain.label)
    return False


def _hubs(grounds: Grounds) -> bool:
    return any(domain.site for table in grounds.scene.tables() for domain in table.domains)


def _crossing(grounds: Grounds) -> bool:
    return grounds.crossing


def _labels_by_hand(grounds: Grounds) -> bool:
    return any(
        family.label not in {None, "auto"}
        and int(family.label or 0) > LAST_RESERVED
        and table.facts.dynamic_labels[1] == _LAST_LABEL
        for table in grounds.scene.tables()
        for family in table.families.values()
    )


def _managed(grounds: Grounds) -> bool:
    return any(MANAGEMENT in table.domains for table in grounds.scene.tables())


def _firewalls(grounds: Grounds) -> bool:
    return bool(grounds.scene.expectation.platform.firewalls)


def _rules(grounds: Grounds) -> bool:
    """Some platform keeps tables apart by rules, and not by itself."""
    return any(
        not vrf.isolated for router in grounds.scene.routers for vrf in router.facts.vrfs.values()
    )


def _rules_not_read(grounds: Grounds) -> bool:
    return any(
        not vrf.isolated
        for router in grounds.scene.routers
        if not router.facts.state_read
        for vrf in router.facts.vrfs.values()
    )


def _labelled_circuits(grounds: Grounds) -> bool:
    return any(
        bound.attachment.domain == BACKBONE and (bound.interface.mpls or bound.interface.ldp)
        for router in grounds.scene.routers
        for bound in router.bound
    )


def _borders(grounds: Grounds) -> bool:
    return any(
        bound.attachment.announces is not None
        for router in grounds.scene.routers
        for bound in router.bound
    )


def _several_customers(grounds: Grounds) -> bool:
    found = {
        domain.vpn
        for table in grounds.scene.tables()
        for domain in table.domains
        if domain.known and domain not in (BACKBONE, MANAGEMENT)
    }
    return len(found) > 1


def _limits(grounds: Grounds) -> bool:
    if grounds.scene.expectation.attachments_known:
        return False  # held to what was agreed
    return any(
        family.maximum_prefix is not None
        for table in grounds.scene.tables()
        if table.vrf is not None
        for neighbor in table.neighbors
        for family in neighbor.families.values()
    )


def _pushed(grounds: Grounds) -> bool:
    return grounds.push


#: Each with its condition, in the order in which they are reported.
_EACH: tuple[tuple[Assumption, Callable[[Grounds], bool]], ...] = (
    (
        Assumption(
            TEXT,
            "Routers do what their text says: daemons run, and keep nothing from an earlier text.",
            _ALL,
            "Texts are proved without what the routers do besides.",
            "`egovnet prove --running` reads that as well; `egovnet verify` and `egovnet drift` "
            "look at tables, sessions and packets.",
        ),
        _texts_alone,
    ),
    (
        Assumption(
            "state",
            "Routers go on doing what they did when they were read.",
            _ALL,
            "What the routers do was read (`prove --running`).",
            "`egovnet drift` reads it again each night.",
        ),
        _read,
    ),
    (
        Assumption(
            "version",
            "A text that does not say of which version it is, is of the first that is known.",
            _ALL,
            "A text names no version.",
            "Take the text from the router itself, which writes its version at the top.",
        ),
        _no_version,
    ),
    (
        Assumption(
            "host",
            "What a router has besides its text (kernel parameters, packet filters, names of "
            "tables, which daemons start) is as the platform delivers it.",
            ("P3", "P4"),
            "A platform keeps tables apart by the host's rules.",
            "Compare the host with a fresh one.",
        ),
        _rules,
    ),
    (
        Assumption(
            "rules",
            "The kernel asks a VRF's own table before the main one, for all packets of the VRF's "
            "interfaces, and the text's commands are done in the order of its lines.",
            ("P3",),
            "A platform keeps tables apart by the host's rules.",
            "`egovnet prove --running` reads the rules.",
        ),
        _rules_not_read,
    ),
    (
        Assumption(
            "absent routers",
            "Routers that are not among the texts take no part in VPN routing.",
            ("P1", "P8", "P9"),
            "A router of the inventory has no text here, or no inventory says which there are.",
            "Prove the texts of all routers.",
        ),
        _absent_routers,
    ),
    (
        Assumption(
            "cabling",
            "Cabling, and VLANs outside the routers, are as the inventory says.",
            ("P2", "P5"),
            "An inventory says what is attached where.",
            "Check the port and the VLAN at each site.",
        ),
        _attached,
    ),
    (
        Assumption(
            "names",
            "A VRF is whose its name says, and so is everything that is in it.",
            ("P1", "P2", "P3"),
            "Zones are told by the names of VRFs (`--zones`), without an inventory.",
            "Prove with an inventory, which knows every port.",
        ),
        _names,
    ),
    (
        Assumption(
            "customers' routers",
            "A customer's own routers, hosts and firewalls join no two networks behind the "
            "backbone.",
            ("P2",),
            "There are two networks or more.",
            "Out of the backbone's sight: a rule for customers.",
        ),
        _several_customers,
    ),
    (
        Assumption(
            "neighbors",
            "The network behind a border joins each VPN to the one that was agreed, and keeps "
            "what it carries apart.",
            ("P1", "P2", "P8"),
            "The backbone is joined to another operator's at a border.",
            "Prove the neighbour's inventory by itself, and compare both sides: `egovnet validate "
            "--with DIR`.",
        ),
        _borders,
    ),
    (
        Assumption(
            "circuits",
            "At the other end of a circuit is the router that the inventory has there: labelled "
            "packets that come over it are forwarded by their label alone.",
            ("P4", "P9"),
            "A circuit takes labels.",
            "Guard or encrypt the circuits; authenticate the IGP, LDP and BGP on them.",
        ),
        _labelled_circuits,
    ),
    (
        Assumption(
            "ike",
            "IKE on the PEs of encrypted VPNs agrees on ESP that encrypts, with PEs of the network "
            "alone.",
            ("P9",),
            "A VPN is encrypted from PE to PE.",
            "Have strongSwan's files as docs/how-to/encrypt-a-vpn.md has them; guard the "
            "authority's private key.",
        ),
        _encrypted,
    ),
    (
        Assumption(
            "one VPN",
            "Sites of one VPN may reach each other in any way their filters let through.",
            ("P1",),
            "A VPN that is no hub-and-spoke has several places.",
            "Sites that must not meet belong into VPNs of their own.",
        ),
        _meshed,
    ),
    (
        Assumption(
            "hubs",
            "Spoke sites may reach each other through their hub, which filters them.",
            ("P1",),
            "A hub-and-spoke VPN has spoke sites.",
            "Filter at the hub site.",
        ),
        _hubs,
    ),
    (
        Assumption(
            "held routes",
            "A VRF has the routes that it learns from customers, statics and connected networks "
            "for as long as it announces them, so that packets for them take no less specific way "
            "from there.",
            ("P1",),
            "One network may reach another, so that paths of several steps are followed.",
            "No damping or dampening of routes, no maximum of imported routes.",
        ),
        _crossing,
    ),
    (
        Assumption(
            "labels",
            "Where the text does not say which labels a router gives out, it gives out the lowest.",
            ("P9",),
            "A VRF has a label by hand, and the text has no range for the others.",
            "Write the range of labels that the router may give out.",
        ),
        _labels_by_hand,
    ),
    (
        Assumption(
            "limits",
            "A maximum of prefixes is what was agreed with the customer.",
            ("P5",),
            "Sessions have limits, and no inventory says which were agreed.",
            "Prove with an inventory.",
        ),
        _limits,
    ),
    (
        Assumption(
            "management",
            "The management VRF may reach the routers' own tables, and hosts in it forward "
            "nothing between routers for others; nobody else reaches it.",
            ("P1", "P3", "P6"),
            "Routers have a management VRF.",
            "Hosts on the management network are the operator's alone.",
        ),
        _managed,
    ),
    (
        Assumption(
            "connections",
            "A firewall's kernel tells a packet that opens a connection from one that answers, and "
            "from an error about one of its packets, as it tracks them; no host behind it can make "
            "either of what is none.",
            ("P9",),
            "A firewall of the interconnection platform has a filter.",
            "`egovnet verify` opens connections both ways and looks which pass.",
        ),
        _firewalls,
    ),
    (
        Assumption(
            "order of a push",
            "Each router is pushed in one order: imports and exports are withdrawn, then "
            "interfaces and VRFs change, then exports and imports are added; nothing is assumed "
            "of the order between routers.",
            ("P11",),
            "A push is proved (`plan`, `apply`, `rollback`).",
            "The transaction keeps the order; a change that is typed by hand does not.",
        ),
        _pushed,
    ),
    (
        Assumption(
            "logical",
            "An MPLS VPN separates logically: routers, circuits and their capacity are shared. It "
            "is not physical separation, and rules that ask for that are not met by it.",
            _ALL,
            "Always.",
            "Where physical separation is asked for, build two backbones.",
        ),
        _always,
    ),
)

ASSUMPTIONS = tuple(assumption for assumption, _ in _EACH)


def assumptions(grounds: Grounds) -> tuple[Assumption, ...]:
    """Those that apply."""
    return tuple(_applying(grounds))


def _applying(grounds: Grounds) -> Iterator[Assumption]:
    for assumption, applies in _EACH:
        if applies(grounds):
            yield assumption
