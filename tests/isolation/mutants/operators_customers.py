"""CE sessions: where they are, what they let in, and how much (P5).

FRR's VPN export keeps the extended communities that a route has and adds the VRF's targets: a CE
whose session does not take them off chooses the VPN that its routes are in.
"""

from collections.abc import Iterator

from tests.isolation.mutants.changes import (
    default_of,
    in_bgp,
    longest,
    policy_header,
    route_map,
    unicast,
)
from tests.isolation.mutants.ground import Access, Ground, VrfPlace, ip
from tests.isolation.mutants.mutant import Expected, Mutant, make, operator
from tests.isolation.mutants.text import Edit

KLASS = "CE sessions and filters"
_POLICY_NOT_REQUIRED = "no bgp ebgp-requires-policy"


def _detail(access: Access, family: str) -> str:
    return f"{access.label} {family}"


def _chosen(g: Ground, place: VrfPlace) -> Expected:
    """What a CE that chooses its targets is: a leak, where there is another VPN to choose."""
    return "leak" if g.has_victims(place) else "risk"


def _unfiltered(edit: Edit, place: VrfPlace, access: Access, family: str) -> Edit:
    return edit.remove(
        unicast(edit, place, family), rf"neighbor {access.ce[family]} route-map \S+ in$"
    )


def _no_policy_required(edit: Edit, place: VrfPlace) -> Edit:
    start, _ = edit.block(place.header)
    return edit.insert(start + 1, [f" {_POLICY_NOT_REQUIRED}"])


@operator(KLASS)
def chooses_targets(g: Ground) -> Iterator[Mutant]:
    """`set extcommunity none` removed: the CE can choose route targets (measured on FRR 8.4.4)."""
    for place, access, family in g.sessions():
        edit = g.edit(place)
        edit.remove(edit.block(policy_header(access.policy, family)), "set extcommunity none")
        why = f"{access.label} chooses the targets of its routes"
        yield make(g, _chosen(g, place), {place.host: edit}, place, why, _detail(access, family))


@operator(KLASS)
def chooses_targets_in_a_second_entry(g: Ground) -> Iterator[Mutant]:
    """A second entry permits the rest, communities and all."""
    for place, access, family in g.sessions():
        edit = g.edit(place)
        route_map(edit, f"{access.policy}-{family}", seq=20)
        why = f"{access.label} announces anything, with any target"
        yield make(g, _chosen(g, place), {place.host: edit}, place, why, _detail(access, family))


@operator(KLASS)
def chooses_targets_in_an_earlier_entry(g: Ground) -> Iterator[Mutant]:
    """An earlier entry permits some of its prefixes without taking communities off."""
    for place, access, family in g.sessions():
        edit = g.edit(place)
        edit.new_lines(f"{ip(family)} prefix-list QUICK seq 5 permit {access.net(family)}")
        route_map(
            edit,
            f"{access.policy}-{family}",
            f"match {ip(family)} address prefix-list QUICK",
            seq=5,
        )
        why = f"{access.label} announces {access.net(family)} with any target"
        yield make(g, _chosen(g, place), {place.host: edit}, place, why, _detail(access, family))


@operator(KLASS)
def policy_sets_anothers_target(g: Ground) -> Iterator[Mutant]:
    """A CE's inbound policy puts another VPN's target on its routes."""
    for place, access, family in g.sessions():
        for other in g.victims(place)[:1]:
            edit = g.edit(place)
            header = policy_header(access.policy, family)
            edit.append(edit.block(header), "on-match next")
            route_map(
                edit,
                f"{access.policy}-{family}",
                f"set extcommunity rt {other.imports[0]}",
                seq=20,
            )
            why = f"routes of {access.label} get {other.imports[0]} of {other}"
            yield make(g, "leak", {place.host: edit}, (place, other), why, _detail(access, family))


@operator(KLASS)
def other_communities_deleted_only(g: Ground) -> Iterator[Mutant]:
    """Standard communities are taken off instead of extended ones."""
    for place, access, family in g.sessions():
        edit = g.edit(place)
        at = edit.block(policy_header(access.policy, family))
        edit.sub(at, "set extcommunity none", "set community none")
        why = f"{access.label} chooses the targets of its routes"
        yield make(g, _chosen(g, place), {place.host: edit}, place, why, _detail(access, family))


@operator(KLASS)
def no_policy(g: Ground) -> Iterator[Mutant]:
    """No inbound policy: FRR takes nothing then, unless told that none is required."""
    for place, access, family in g.sessions():
        edit = _unfiltered(g.edit(place), place, access, family)
        why = f"{access.label} has no inbound policy"
        yield make(g, "risk", {place.host: edit}, place, why, _detail(access, family))


@operator(KLASS)
def no_policy_required(g: Ground) -> Iterator[Mutant]:
    """No inbound policy, and none required: any route, any target."""
    for place, access, family in g.sessions():
        edit = _unfiltered(g.edit(place), place, access, family)
        _no_policy_required(edit, place)
        why = f"{access.label} announces anything, with any target"
        yield make(g, _chosen(g, place), {place.host: edit}, place, why, _detail(access, family))


@operator(KLASS)
def no_policy_in_a_datacenter(g: Ground) -> Iterator[Mutant]:
    """... by `frr defaults datacenter`, which requires none."""
    for place, access, family in list(g.sessions())[::3]:
        edit = _unfiltered(g.edit(place), place, access, family)
        edit.sub(edit.frr(), "^frr defaults traditional$", "frr defaults datacenter")
        why = f"{access.label} announces anything, with any target"
        yield make(g, "risk", {place.host: edit}, place, why, _detail(access, family))


@operator(KLASS)
def policy_of_a_prefix_list_alone(g: Ground) -> Iterator[Mutant]:
    """The prefix list put on the session itself: right prefixes, any target."""
    for place, access, family in g.sessions():
        edit = g.edit(place)
        edit.sub(
            unicast(edit, place, family),
            rf"neighbor {access.ce[family]} route-map \S+ in$",
            f"neighbor {access.ce[family]} prefix-list {access.policy} in",
        )
        why = f"{access.label} chooses the targets of its routes"
        yield make(g, _chosen(g, place), {place.host: edit}, place, why, _detail(access, family))


@operator(KLASS)
def outbound_instead_of_inbound(g: Ground) -> Iterator[Mutant]:
    """The filter in the wrong direction."""
    for place, access, family in list(g.sessions())[::2]:
        edit = g.edit(place)
        at = unicast(edit, place, family)
        edit.remove(at, rf"neighbor {access.ce[family]} route-map to-ce out$")
        at = unicast(edit, place, family)
        edit.sub(at, rf"(neighbor {access.ce[family]} route-map \S+) in$", r"\1 out")
        why = f"{access.label} has its filter in the wrong direction"
        yield make(g, "risk", {place.host: edit}, place, why, _detail(access, family))


@operator(KLASS)
def filter_too_wide(g: Ground) -> Iterator[Mutant]:
    """The filter admits another site's prefix, or all that is longer than a half."""
    for number, (place, access, family) in enumerate(g.sessions()):
        others = [a for p in g.places for a in p.accesses if a.site != access.site and a.of(family)]
        net = others[number % len(others)].net(family) if others else ""
        width = "0.0.0.0/1" if family == "ipv4" else "::/1"
        what = net if net and number % 2 else f"{width} le {longest(family)}"
        edit = g.edit(place)
        edit.new_lines(f"{ip(family)} prefix-list {access.policy} seq 700 permit {what}")
        why = f"{access.label} may announce {what}"
        yield make(g, "risk", {place.host: edit}, place, why, f"{_detail(access, family)} {what}")


@operator(KLASS)
def filter_shortened(g: Ground) -> Iterator[Mutant]:
    """The prefix's length is mistyped: /24 as /2, /64 as /6."""
    for place, access, family in g.sessions():
        net = access.of(family)[0]
        short = net.supernet(new_prefix=max(1, net.prefixlen // 10))
        edit = g.edit(place)
        word = "ip" if family == "ipv4" else "ipv6"
        edit.sub(
            edit.frr(),
            rf"^{word} prefix-list {access.policy} seq 5 permit \S+",
            f"{word} prefix-list {access.policy} seq 5 permit {short}",
        )
        why = f"{access.label} may announce {short}"
        yield make(g, "risk", {place.host: edit}, place, why, _detail(access, family))


@operator(KLASS)
def filter_without_its_match(g: Ground) -> Iterator[Mutant]:
    """The prefix list removed, and the match with it: a permit is left."""
    for place, access, family in g.sessions():
        edit = g.edit(place)
        edit.remove(edit.block(policy_header(access.policy, family)), "^ match ")
        if len(list(access.families())) == 1:
            edit.remove(edit.frr(), rf"^{ip(family)} prefix-list {access.policy} ")
        why = f"{access.label} may announce everything"
        yield make(g, "risk", {place.host: edit}, place, why, _detail(access, family))


@operator(KLASS)
def filter_without_its_list(g: Ground) -> Iterator[Mutant]:
    """The prefix list removed and the match left: FRR matches nothing, and takes nothing."""
    for place, access, family in g.sessions():
        edit = g.edit(place)
        edit.remove(edit.frr(), rf"^{ip(family)} prefix-list {access.policy} ")
        why = f"{access.label} may announce nothing"
        yield make(g, "open", {place.host: edit}, place, why, _detail(access, family))


@operator(KLASS)
def filter_of_another_site(g: Ground) -> Iterator[Mutant]:
    """The match is on another site's list."""
    for place, access, family in g.sessions():
        others = [
            a
            for p, a, f in g.sessions()
            if p.host == place.host and f == family and a.site != access.site
        ]
        if others:
            edit = g.edit(place)
            edit.sub(
                edit.block(policy_header(access.policy, family)),
                rf"prefix-list {access.policy}$",
                f"prefix-list {others[0].policy}",
            )
            why = f"{access.label} may announce what is {others[0].label}'s"
            yield make(g, "risk", {place.host: edit}, place, why, _detail(access, family))


@operator(KLASS)
def deny_turned_permit(g: Ground) -> Iterator[Mutant]:
    """A filter written as "deny the rest, permit": its deny, then the same with permit."""
    cases: tuple[tuple[str, Expected], ...] = (("deny", "equivalent"), ("permit", "risk"))
    for place, access, family in g.sessions():
        for action, verdict in cases:
            edit = g.edit(place)
            name = f"{access.policy}-{family}"
            edit.new_lines(
                f"{ip(family)} prefix-list LONG seq 5 permit "
                f"{default_of(family)} le {longest(family)}"
            )
            match = f"match {ip(family)} address prefix-list LONG"
            extra = ["set extcommunity none"] if action == "permit" else []
            route_map(edit, name, match, *extra, action=action, seq=20)
            why = f"{access.label}: the rest is met by {action}"
            detail = f"{action} {_detail(access, family)}"
            yield make(g, verdict, {place.host: edit}, place, why, detail)


@operator(KLASS)
def list_deny_turned_permit(g: Ground) -> Iterator[Mutant]:
    """The same in the prefix list."""
    cases: tuple[tuple[str, Expected], ...] = (("deny", "equivalent"), ("permit", "risk"))
    for place, access, family in list(g.sessions())[::2]:
        for action, verdict in cases:
            edit = g.edit(place)
            edit.new_lines(
                f"{ip(family)} prefix-list {access.policy} seq 800 {action} "
                f"{default_of(family)} le {longest(family)}"
            )
            why = f"{access.label}'s list ends with {action} of everything"
            detail = f"{action} {_detail(access, family)}"
            yield make(g, verdict, {place.host: edit}, place, why, detail)


@operator(KLASS)
def entry_removed_and_another_left(g: Ground) -> Iterator[Mutant]:
    """The policy's first entry removed; the one behind it, never reached before, permits all."""
    for place, access, family in g.sessions():
        name = f"{access.policy}-{family}"
        edit = g.edit(place).remove_block(policy_header(access.policy, family))
        route_map(edit, name, seq=30)
        why = f"{access.label}'s policy is its last entry, which permits all"
        yield make(g, _chosen(g, place), {place.host: edit}, place, why, _detail(access, family))


@operator(KLASS)
def no_limit(g: Ground) -> Iterator[Mutant]:
    """`maximum-prefix` removed."""
    for place, access, family in g.sessions():
        edit = g.edit(place)
        edit.remove(unicast(edit, place, family), rf"neighbor {access.ce[family]} maximum-prefix")
        why = f"{access.label} may announce any number of routes"
        yield make(g, "risk", {place.host: edit}, place, why, _detail(access, family))


@operator(KLASS)
def limit_that_warns(g: Ground) -> Iterator[Mutant]:
    """`maximum-prefix` that only logs."""
    for place, access, family in g.sessions():
        edit = g.edit(place)
        edit.sub(
            unicast(edit, place, family),
            rf"(neighbor {access.ce[family]} maximum-prefix \d+)$",
            r"\1 warning-only",
        )
        why = f"{access.label} may announce any number of routes: the limit only logs"
        yield make(g, "risk", {place.host: edit}, place, why, _detail(access, family))


@operator(KLASS)
def limit_higher(g: Ground) -> Iterator[Mutant]:
    """A higher limit than the inventory's."""
    for place, access, family in list(g.sessions())[::4]:
        edit = g.edit(place)
        edit.sub(
            unicast(edit, place, family),
            rf"(neighbor {access.ce[family]} maximum-prefix )\d+$",
            r"\g<1>4000000",
        )
        why = f"{access.label} may announce four million routes"
        yield make(g, "open", {place.host: edit}, place, why, _detail(access, family))


@operator(KLASS)
def limit_lower(g: Ground) -> Iterator[Mutant]:
    """A lower limit, or one that starts the session again."""
    for number, (place, access, family) in enumerate(g.sessions()):
        new = r"\g<1>1" if number % 2 else r"\g<0> restart 10"
        edit = g.edit(place)
        edit.sub(
            unicast(edit, place, family),
            rf"(neighbor {access.ce[family]} maximum-prefix )\d+$",
            new,
        )
        if str(edit) == g.texts[place.host]:
            continue
        why = f"{access.label} has a limit still"
        yield make(g, "equivalent", {place.host: edit}, place, why, _detail(access, family))


@operator(KLASS)
def session_in_the_wrong_vrf(g: Ground) -> Iterator[Mutant]:
    """The session moved, with all that is said of it, to a VRF of another VPN."""
    for place, access, family in g.sessions():
        for other in g.victims(place, local=True)[:1]:
            address = access.ce[family]
            edit = g.edit(place)
            at = edit.block(place.header)
            pattern = rf"neighbor {address} "
            top = [x for x in edit.lines[slice(*at)] if x.startswith(f" {pattern}")]
            inner = [x for x in edit.lines[slice(*at)] if x.startswith(f"  {pattern}")]
            edit.remove(at, pattern)
            edit.insert(edit.block(other.header)[0] + 2, top)
            edit.insert(unicast(edit, other, family)[1], inner)
            why = f"the session with {access.label} is in {other.vrf}"
            yield make(g, "risk", {place.host: edit}, (place, other), why, _detail(access, family))


@operator(KLASS)
def session_in_the_default_instance(g: Ground) -> Iterator[Mutant]:
    """The session in the backbone's own instance."""
    for place, access, family in g.sessions():
        address = access.ce[family]
        edit = g.edit(place)
        start, end = edit.block(f"router bgp {g.asn}")
        at = next(i for i in range(start, end) if edit.lines[i] == " !")
        asn = g.allocation.site_asn[access.site]
        edit.insert(at, [f" neighbor {address} remote-as {asn}"])
        edit.append(
            edit.block(f"router bgp {g.asn}"),
            "!",
            f"address-family {family} unicast",
            f" neighbor {address} activate",
            f" neighbor {address} route-map to-ce in",
            f" neighbor {address} route-map to-ce out",
            "exit-address-family",
        )
        why = f"{access.label} has a session with the backbone's own BGP"
        where = (place, (place.host, ""))
        yield make(g, "risk", {place.host: edit}, where, why, _detail(access, family))


@operator(KLASS)
def stranger_in_a_vrf(g: Ground) -> Iterator[Mutant]:
    """A neighbour in a VRF that is no site of the inventory."""
    for number, place in enumerate(g.places):
        lines = (
            ("neighbor 10.199.3.2 remote-as 64999",),
            ("neighbor 10.199.3.2 remote-as external",),
            (
                "neighbor CUST peer-group",
                "neighbor CUST remote-as 64999",
                "bgp listen range 10.199.3.0/24 peer-group CUST",
            ),
        )[number % 3]
        who = "CUST" if number % 3 == 2 else "10.199.3.2"
        edit = g.edit(place)
        edit.insert(edit.block(place.header)[0] + 2, [f" {line}" for line in lines])
        _no_policy_required(edit, place)
        in_bgp(edit, place, ("ipv4",), f"neighbor {who} activate")
        why = f"{place} has a neighbour that nobody ordered"
        yield make(g, "risk", {place.host: edit}, place, why)


@operator(KLASS)
def another_as(g: Ground) -> Iterator[Mutant]:
    """The session's AS is nobody's, or the backbone's: it does not come up, or not as external."""
    for number, (place, access, family) in enumerate(g.sessions()):
        asn = g.asn if number % 2 else 4200099998
        edit = g.edit(place)
        edit.sub(
            edit.block(place.header),
            rf"(neighbor {access.ce[family]} remote-as) \d+",
            rf"\1 {asn}",
        )
        why = f"{access.label} is taken for AS {asn}"
        yield make(g, "open", {place.host: edit}, place, why, _detail(access, family))


@operator(KLASS)
def ipv6_over_the_ipv4_session(g: Ground) -> Iterator[Mutant]:
    """IPv6 activated on the IPv4 session, without the policy that IPv4 has."""
    for place, access, family in g.sessions():
        if family != "ipv4":
            continue
        edit = g.edit(place)
        in_bgp(edit, place, ("ipv6",), f"neighbor {access.ce[family]} activate")
        _no_policy_required(edit, place)
        why = f"{access.label} announces any IPv6 route, with any target"
        yield make(g, _chosen(g, place), {place.host: edit}, place, why, _detail(access, family))


@operator(KLASS)
def ipv4_of_an_ipv6_session(g: Ground) -> Iterator[Mutant]:
    """`no bgp default ipv4-unicast` removed: IPv6 sessions carry IPv4, without its policy."""
    for place, access, family in g.sessions():
        if family != "ipv6":
            continue
        edit = g.edit(place)
        edit.remove(edit.block(place.header), "no bgp default ipv4-unicast")
        why = f"{access.label}'s IPv6 session carries IPv4 without a policy"
        yield make(g, "risk", {place.host: edit}, place, why, _detail(access, family))


@operator(KLASS)
def options_of_a_session(g: Ground) -> Iterator[Mutant]:
    """Options that make loops and other customers' routes acceptable."""
    kinds = (
        "allowas-in",
        "as-override",
        "route-server-client",
        "attribute-unchanged next-hop",
        "soft-reconfiguration inbound",
        "send-community extended",
    )
    for number, (place, access, family) in enumerate(g.sessions()):
        option = kinds[number % len(kinds)]
        edit = g.edit(place)
        in_bgp(edit, place, (family,), f"neighbor {access.ce[family]} {option}")
        why = f"{access.label}'s session has {option}"
        yield make(g, "open", {place.host: edit}, place, why, f"{option} {_detail(access, family)}")


@operator(KLASS)
def policy_not_required_and_not_needed(g: Ground) -> Iterator[Mutant]:
    """`no bgp ebgp-requires-policy` where each session has a policy."""
    for place in g.places[::3]:
        edit = _no_policy_required(g.edit(place), place)
        why = f"{place} requires no policies, and has them all"
        yield make(g, "open", {place.host: edit}, place, why)


@operator(KLASS)
def outbound_policy_removed(g: Ground) -> Iterator[Mutant]:
    """Nothing is said to the CE then (FRR), or all of its own VPN."""
    for place, access, family in list(g.sessions())[::2]:
        edit = g.edit(place)
        edit.remove(unicast(edit, place, family), rf"neighbor {access.ce[family]} .* out$")
        why = f"{access.label} has no outbound policy"
        yield make(g, "open", {place.host: edit}, place, why, _detail(access, family))


@operator(KLASS)
def session_removed(g: Ground) -> Iterator[Mutant]:
    """A session not activated, shut down, or not there: a service fault."""
    for number, (place, access, family) in enumerate(g.sessions()):
        address = access.ce[family]
        edit = g.edit(place)
        if number % 3 == 0:
            edit.remove(edit.block(place.header), rf"neighbor {address} ")
        elif number % 3 == 1:
            edit.remove(unicast(edit, place, family), rf"neighbor {address} activate")
        else:
            at = edit.block(place.header)
            index = next(
                i for i in range(*at) if edit.lines[i].startswith(f" neighbor {address} timers")
            )
            edit.insert(index, [f" neighbor {address} shutdown"])
        why = f"{access.label} has no session"
        yield make(g, "equivalent", {place.host: edit}, place, why, _detail(access, family))
