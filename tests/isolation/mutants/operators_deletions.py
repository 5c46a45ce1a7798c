"""Deletions: what automation leaves when it removes a line, a stanza or a block.

Every line of one PE and of one reflector is taken out once, and what must be said of the rest
follows from what the line did.
"""

import re
from collections.abc import Iterator

from tests.isolation.mutants.ground import Ground
from tests.isolation.mutants.mutant import Expected, Mutant, make, operator
from tests.isolation.mutants.text import Edit

KLASS = "deletions"

#: First pattern that matches a line decides; lines that none matches are not deleted alone.
_LINES: tuple[tuple[str, Expected, str], ...] = (
    (r"^    alias ", "equivalent", "a description"),
    (r"^    mtu ", "equivalent", "a circuit's MTU"),
    (r"^    mpls-enable ", "equivalent", "a circuit's labels"),
    (r"^    post-up ip -[46] route replace unreachable", "risk", "the last resort"),
    (r"^    vrf mgmt$", "risk", "management's VRF"),
    (r"^    vrf ", "leak", "an access's VRF"),
    (r"^ (ip|ipv6) route ", "equivalent", "a site's static"),
    (r"^ (ip|ipv6) router isis ", "equivalent", "IS-IS on a circuit"),
    (r"^ isis (circuit-type|metric|network) ", "equivalent", "an IS-IS setting"),
    (r"^ mpls enable$", "equivalent", "a circuit's labels"),
    (r"^ neighbor \S+ (description|timers) ", "equivalent", "a session's description or timer"),
    (r"^ neighbor \S+ update-source ", "equivalent", "a session's source"),
    (r"^  neighbor \S+ activate$", "equivalent", "a session's family"),
    (r"^  neighbor \S+ route-reflector-client$", "equivalent", "a client"),
    (r"^  redistribute ", "equivalent", "a redistribution"),
    (r"^  neighbor \S+ maximum-prefix ", "risk", "a session's limit"),
    (r"^  neighbor \S+ route-map \S+ in$", "risk", "a session's filter"),
    (r"^  neighbor \S+ route-map \S+ out$", "open", "a session's outbound filter"),
    (r"^  (label|rd) vpn export ", "equivalent", "a VRF's label or distinguisher"),
    (r"^  rt vpn ", "equivalent", "a VRF's targets"),
    (r"^  (export|import) vpn$", "equivalent", "a VRF's import or export"),
    (r"^ match (ip|ipv6) address ", "risk", "a filter's match"),
    (r"^ set extcommunity none$", "leak", "what keeps a CE from choosing targets"),
    (r"^ set local-preference ", "equivalent", "a preference"),
    (r"^(ip|ipv6) prefix-list ", "open", "a filter's list"),
    (r"^ (is-type|lsp-timers|log-adjacency)", "equivalent", "an IS-IS setting"),
    (r"^  (discovery|label local|ttl-security)", "equivalent", "an LDP setting"),
    (r"^ dual-stack ", "equivalent", "an LDP setting"),
    (r"^service ", "equivalent", "a service line"),
)


@operator(KLASS)
def one_line(g: Ground) -> Iterator[Mutant]:
    """Each line of the first PE with sessions and of the first reflector, taken out."""
    chosen: Expected = "leak" if any(g.has_victims(p) for p, _, _ in g.sessions()) else "risk"
    hosts = [*dict.fromkeys(p.host for p, _, _ in g.sessions())][:1] or g.edges[:1]
    for host in [*hosts, *g.reflectors[:1]]:
        lines = g.texts[host].splitlines()
        block = ""
        for index, line in enumerate(lines):
            if line and not line.startswith((" ", "!", "exit")):
                block = line
            for pattern, verdict, what in _LINES:
                if re.match(pattern, line):
                    if "extcommunity" in pattern:
                        verdict = chosen  # noqa: PLW2901 -- of this line alone
                    text = "\n".join([*lines[:index], *lines[index + 1 :], ""])
                    why = f"{host} lost {what}: {line.strip()} of {block}"
                    detail = f"line {index + 1}: {line.strip()}"
                    yield make(g, verdict, {host: text}, (host, ""), why, detail)
                    break


@operator(KLASS)
def one_stanza(g: Ground) -> Iterator[Mutant]:
    """An access's interface taken out: nothing is attached any more."""
    for place in g.places:
        for access in place.accesses:
            edit = g.edit(place).remove_stanza(access.interface)
            why = f"{access.interface} of {access.label} is gone"
            yield make(g, "equivalent", {place.host: edit}, place, why, access.label)


@operator(KLASS)
def one_block(g: Ground) -> Iterator[Mutant]:
    """A block of FRR's taken out."""
    expected: tuple[tuple[str, Expected], ...] = (
        (r"vrf ", "equivalent"),
        (r"interface ", "equivalent"),
        (r"router bgp \d+ vrf ", "equivalent"),
        (r"router bgp \d+$", "equivalent"),
        (r"mpls ldp$", "equivalent"),
        (r"router isis ", "equivalent"),
        # applied by name and not defined: FRR takes nothing then
        (r"route-map ", "open"),
    )
    for host in [*g.edges[:2], *g.reflectors[:1]]:
        for pattern, verdict in expected:
            for header in g.edit(host).blocks(pattern):
                edit = g.edit(host).remove_block(header)
                yield make(g, verdict, {host: edit}, (host, ""), f"{host} lost {header}", header)


@operator(KLASS)
def last_resorts_of_a_router(g: Ground) -> Iterator[Mutant]:
    """All unreachable defaults of a router."""
    for host in g.edges:
        edit = g.edit(host)
        edit.remove(edit.linux(), "unreachable default")
        yield make(g, "risk", {host: edit}, (host, ""), f"VRFs of {host} fall through to main")


@operator(KLASS)
def policies_of_a_router(g: Ground) -> Iterator[Mutant]:
    """All prefix lists and route-maps removed, and what names them: permits are left."""
    for host in dict.fromkeys(p.host for p, _, _ in g.sessions()):
        edit = g.edit(host)
        edit.remove(edit.frr(), r"^(ip|ipv6) prefix-list ")
        edit.remove(edit.frr(), r"^ (match|set) ")
        why = f"{host}'s route-maps permit everything"
        mine = [p for p, _, _ in g.sessions() if p.host == host]
        verdict: Expected = "leak" if any(map(g.has_victims, mine)) else "risk"
        yield make(g, verdict, {host: edit}, (host, ""), why)


@operator(KLASS)
def vrf_of_linux(g: Ground) -> Iterator[Mutant]:
    """A VRF's own stanza removed: what is bound to it is in the default table."""
    for place in g.places[::2]:
        edit = g.edit(place).remove_stanza(place.vrf)
        why = f"VRF {place.vrf} is not made on {place.host}"
        yield make(g, "risk", {place.host: edit}, place, why)


@operator(KLASS)
def site_altogether(g: Ground) -> Iterator[Mutant]:
    """A site's access removed, with its sessions, statics and filters: no leak."""
    for place in g.places:
        for access in place.accesses:
            edit: Edit = g.edit(place).remove_stanza(access.interface)
            for family in access.families():
                address = re.escape(access.ce[family])
                if access.bgp:
                    edit.remove(edit.block(place.header), rf"neighbor {address} ")
                    edit.remove_block(f"route-map {access.policy}-{family} permit 10")
                else:
                    edit.remove(edit.block(f"vrf {place.vrf}"), rf" {address}$")
            if access.bgp:
                edit.remove(edit.frr(), rf"prefix-list {access.policy} ")
            why = f"{access.label} is gone altogether"
            yield make(g, "equivalent", {place.host: edit}, place, why, access.label)


@operator(KLASS)
def vpn_of_a_router(g: Ground) -> Iterator[Mutant]:
    """A VRF removed, and its accesses with it."""
    for place in g.places:
        edit = g.edit(place).remove_block(place.header)
        for access in place.accesses:
            edit.remove_stanza(access.interface)
        if edit.has_block(f"vrf {place.vrf}"):
            edit.remove_block(f"vrf {place.vrf}")
        edit.remove_stanza(place.vrf)
        yield make(g, "equivalent", {place.host: edit}, place, f"{place} is gone altogether")
