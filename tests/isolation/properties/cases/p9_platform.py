"""Firewalls of the interconnection platform that let through more, less, or elsewhere."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from ipaddress import ip_interface, ip_network

from egovnet.isolation.model.finding_class import Severity
from egovnet.templates.model.facts import (
    DeviceFacts,
    InterfaceFacts,
    NeighborFacts,
    Policy,
    PolicyEntry,
    PolicyRoute,
    StaticFacts,
    VrfFacts,
)
from egovnet.templates.model.packet_filter import PacketFilter, PacketRule, SourceTranslation
from tests.isolation.networks import Facts
from tests.isolation.platform_by_hand import (
    FIREWALL,
    FLOWS,
    OWN,
    entry,
    forward,
    interface,
    local,
    neighbors,
    on_firewall,
    with_chain,
    with_flows,
    with_platform,
    without_chain,
)
from tests.isolation.properties.case import HYGIENE, LEAK, RISK, Case

PARTY, GOVERNMENT, CONGRESS = map(interface, ("party", "government", "congress"))


def _case(
    name: str,
    change: Callable[[Facts], None],
    klass: str,
    severity: Severity = RISK,
    path: tuple[str, ...] = (),
) -> Case:
    return Case(name, change, f"P9 {klass}", FIREWALL, severity, path, with_platform)


def _also(*rules: PacketRule, default: str = "drop") -> Callable[[Facts], None]:
    """The firewall's forward chain with more rules at its end."""
    chain = forward()
    return with_chain(replace(chain, rules=(*chain.rules, *rules), default=default))


def _edit(**changes: object) -> Callable[[Facts], None]:
    """The firewall with other facts; a callable is given the old ones."""
    return on_firewall(
        lambda facts: replace(
            facts,
            **{k: v(getattr(facts, k)) if callable(v) else v for k, v in changes.items()},
        )
    )


def _session(vpn: str, **changes: object) -> Callable[[Facts], None]:
    """The firewall's IPv4 session with a VPN, changed."""
    address = str(neighbors(vpn)[0])

    def change(facts: DeviceFacts) -> DeviceFacts:
        instance = facts.bgp[None]
        old: NeighborFacts = instance.neighbors[address]
        families = {"ipv4": replace(old.families["ipv4"], **changes)}
        others = {**instance.neighbors, address: replace(old, families=families)}
        return replace(facts, bgp={None: replace(instance, neighbors=others)})

    return on_firewall(change)


def _without_static(facts: DeviceFacts) -> DeviceFacts:
    gone = OWN["congress"][0]
    return replace(facts, statics=tuple(one for one in facts.statics if one.prefix != gone))


def _address(facts: DeviceFacts) -> DeviceFacts:
    changed = replace(facts.interfaces[PARTY], addresses=(ip_interface("10.252.202.2/30"),))
    return replace(facts, interfaces={**facts.interfaces, PARTY: changed})


def _expired() -> Case:
    case = _case("an exchange that has ended", on_firewall(lambda f: f), "undeclared-flow", LEAK)
    return replace(case, expect=with_flows(*FLOWS[1:]))


_ALL = Policy((PolicyEntry("permit"),))
_PARTY_TO_CONGRESS = PacketRule(
    "accept",
    PARTY,
    CONGRESS,
    "ipv4",
    OWN["party"][:1],
    OWN["congress"][:1],
    "tcp",
    target_ports=((22, 22),),
    direction="open",
)
_DROP = PacketRule("drop", out_interface=GOVERNMENT)

CASES = [
    _case(
        "no filter at all",
        without_chain("forward"),
        "no-forward-filter",
        LEAK,
        ("has no filter",),
    ),
    _case(
        "a third agency's rule",
        _also(_PARTY_TO_CONGRESS),
        "undeclared-flow",
        LEAK,
        ("takes in packets of party by eth1.201", "sends them on by eth1.203 to congress"),
    ),
    _expired(),
    _case(
        "answers alone",
        _also(replace(_PARTY_TO_CONGRESS, direction="reply")),
        "undeclared-flow",
        LEAK,
    ),
    _case(
        "back to where it came from",
        _also(replace(_PARTY_TO_CONGRESS, out_interface=PARTY)),
        "undeclared-flow",
        RISK,
    ),
    _case(
        "established packets of anybody",
        _also(PacketRule("accept", direction="reply")),
        "undeclared-flow",
        LEAK,
    ),
    _case(
        "errors about a third agency's packets",
        _also(
            PacketRule(
                "accept",
                CONGRESS,
                PARTY,
                "ipv4",
                targets=OWN["party"][:1],
                protocol="icmp",
                icmp_types=(3,),
                direction="reply-error",
            )
        ),
        "undeclared-flow",
        LEAK,
    ),
    _case(
        "errors to addresses of no exchange",
        _also(
            PacketRule(
                "accept",
                GOVERNMENT,
                PARTY,
                "ipv6",
                protocol="icmp",
                icmp_types=(1, 2),
                direction="reply-error",
            )
        ),
        "undeclared-flow",
        LEAK,
    ),
    _case("the default accepts", _also(default="accept"), "undeclared-flow", LEAK),
    _case("a rule without conditions", _also(PacketRule("accept")), "undeclared-flow", LEAK),
    _case(
        "a rule of any way out",
        _also(replace(_PARTY_TO_CONGRESS, out_interface=None)),
        "undeclared-flow",
        LEAK,
    ),
    _case(
        "a wider port range",
        _also(
            PacketRule(
                "accept",
                PARTY,
                GOVERNMENT,
                "ipv4",
                OWN["party"][:1],
                OWN["government"][:1],
                "tcp",
                target_ports=((8000, 8011),),
                direction="open",
            )
        ),
        "undeclared-flow",
        LEAK,
        ("eth1.201", "eth1.202"),
    ),
    _case("an exchange without its rules", with_chain(forward(FLOWS[1:])), "exchange-cut", HYGIENE),
    _case(
        "a drop before an exchange",
        with_chain(replace(forward(), rules=(_DROP, *forward().rules))),
        "exchange-cut",
        HYGIENE,
    ),
    _case(
        "a shell from an agency",
        with_chain(
            replace(
                local(),
                rules=(
                    *local().rules,
                    PacketRule("accept", PARTY, protocol="tcp", target_ports=((22, 22),)),
                ),
            )
        ),
        "firewall-reached",
        RISK,
        ("accepts packets for itself by eth1.201",),
    ),
    _case("no filter of its own", without_chain("local"), "firewall-reached"),
    _case(
        "a translation",
        _edit(
            packet_filter=PacketFilter(
                (entry(), forward(), local()), (SourceTranslation(PARTY, ()),)
            )
        ),
        "translated",
    ),
    _case(
        "no filter of what comes in",
        without_chain("entry"),
        "shared-connections",
        RISK,
        ("looks up packets of both together", "by eth1.201"),
    ),
    _case(
        "sources of another agency",
        with_chain(
            replace(
                entry(),
                rules=(
                    PacketRule("accept", PARTY, family="ipv4", sources=OWN["congress"][:1]),
                    *entry().rules,
                ),
            )
        ),
        "shared-connections",
        RISK,
        ("by eth1.201",),
    ),
    _case(
        "sources of its own that do not come in",
        with_chain(replace(entry(), rules=(PacketRule("drop", PARTY), *entry().rules))),
        "connections-cut",
        HYGIENE,
    ),
    _case(
        "a route into another's VLAN",
        _edit(
            statics=lambda old: (
                *old,
                StaticFacts(None, ip_network("10.1.10.0/25"), next_hop=neighbors("congress")[0]),
            )
        ),
        "firewall-route",
        RISK,
        ("routes 10.1.10.0/25 to the PE of congress",),
    ),
    _case(
        "a rule past the table",
        _edit(policy_routes=(PolicyRoute("from 10.1.10.0/24 lookup 500", table=500),)),
        "firewall-route",
    ),
    _case("a route less", on_firewall(_without_static), "firewall-route", HYGIENE),
    _case(
        "no list towards an agency",
        _session("congress", policy_out=None),
        "firewall-announces",
        RISK,
    ),
    _case(
        "nothing towards an agency",
        _session("congress", policy_out=Policy((PolicyEntry("deny"),))),
        "firewall-announces",
        HYGIENE,
    ),
    _case("no list from an agency", _session("party", policy_in=None), "firewall-accepts"),
    _case("a list from an agency", _session("party", policy_in=_ALL), "firewall-accepts"),
    _case("another VLAN's address", on_firewall(_address), "firewall-address"),
    _case(
        "a VRF on a firewall",
        _edit(vrfs=lambda old: {**old, "x": VrfFacts("x", 900, frozenset({"ipv4", "ipv6"}))}),
        "firewall-table",
    ),
    Case(
        "a VLAN that nobody has",
        _edit(
            interfaces=lambda old: {
                **old,
                "eth1.299": InterfaceFacts(
                    "eth1.299", addresses=(ip_interface("10.9.9.1/30"),), parent="eth1", vlan=299
                ),
            }
        ),
        "P2 unknown-interface",
        FIREWALL,
        RISK,
        expect=with_platform,
    ),
    Case(
        "IGP in an agency's VLAN",
        on_firewall(
            partial(
                lambda names, facts: replace(
                    facts,
                    interfaces={
                        name: replace(one, igp=frozenset({"ipv4"})) if name in names else one
                        for name, one in facts.interfaces.items()
                    },
                ),
                {PARTY},
            )
        ),
        "P4 igp-at-customer",
        FIREWALL,
        LEAK,
        expect=with_platform,
    ),
]
