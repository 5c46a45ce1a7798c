"""Equivalents: texts that make the routers do the same. Each one must prove."""

import re
from collections.abc import Iterator
from ipaddress import ip_network

from tests.isolation.mutants.changes import (
    default_of,
    longest,
    policy_header,
    route_map,
    unicast,
)
from tests.isolation.mutants.ground import FAMILIES, Ground, ip
from tests.isolation.mutants.mutant import Mutant, make, operator
from tests.isolation.mutants.text import PORTS, Edit

KLASS = "equivalents"


def _changed(
    g: Ground, host: str, edit: Edit | str, why: str, detail: str = ""
) -> Iterator[Mutant]:
    if str(edit) != g.texts[host]:
        yield make(g, "equivalent", {host: edit}, (host, ""), why, detail)


@operator(KLASS)
def renamed_route_maps(g: Ground) -> Iterator[Mutant]:
    """Every route-map has another name, where it is and where it is applied."""
    for host in g.edges:
        edit = g.edit(host).everywhere(lambda x: re.sub(r"(\broute-map) (\S+)", r"\1 RM-\2", x))
        yield from _changed(g, host, edit, f"{host}: route-maps renamed")


@operator(KLASS)
def renamed_prefix_lists(g: Ground) -> Iterator[Mutant]:
    """Every prefix list has another name."""
    for host in g.edges:
        edit = g.edit(host).everywhere(lambda x: re.sub(r"(prefix-list) (\S+)", r"\1 PL_\2", x))
        yield from _changed(g, host, edit, f"{host}: prefix lists renamed")


@operator(KLASS)
def renamed_vrf(g: Ground) -> Iterator[Mutant]:
    """A VRF has another name on one PE, in both parts of its text."""
    for place in g.places:
        new = place.vrf[:2] + "ren" + place.vrf[-1]
        edit = g.edit(place).everywhere(
            lambda x, old=place.vrf, new=new: re.sub(  # type: ignore[misc] # bound at once
                rf"(vrf|auto|iface) {re.escape(old)}$", rf"\1 {new}", x
            )
        )
        yield from _changed(g, place.host, edit, f"{place} is {new}", place.vrf)


def _moved(edit: Edit, pattern: str) -> Edit:
    """FRR's blocks that `pattern` matches, put at the end, the last one first."""
    bodies = [(h, edit.lines[slice(*edit.block(h))]) for h in edit.blocks(pattern)]
    for header, _ in bodies:
        edit.remove_block(header)
    for header, body in reversed(bodies):
        edit.new_lines(header, *body, "exit")
    return edit


@operator(KLASS)
def blocks_reordered(g: Ground) -> Iterator[Mutant]:
    """FRR's blocks in another order: policies, VRFs' instances, IS-IS, interfaces."""
    for host in g.devices:
        for pattern in ("route-map ", r"router bgp \d+ vrf ", "router isis ", "interface "):
            edit = _moved(g.edit(host), pattern)
            yield from _changed(g, host, edit, f"{host}: {pattern}moved", pattern.strip())


@operator(KLASS)
def lists_last(g: Ground) -> Iterator[Mutant]:
    """Prefix lists behind the route-maps that use them, the last one first."""
    for host in g.edges:
        edit = g.edit(host)
        lines = edit.blocks(r"(ip|ipv6) prefix-list ")
        if lines:
            edit.remove(edit.frr(), r"^(ip|ipv6) prefix-list ")
            edit.new_lines(*reversed(lines))
            yield from _changed(g, host, edit, f"{host}: prefix lists last")


@operator(KLASS)
def stanzas_reordered(g: Ground) -> Iterator[Mutant]:
    """Accesses' stanzas in another order."""
    for host in g.edges:
        edit = g.edit(host)
        names = [a.interface for p in g.places if p.host == host for a in p.accesses]
        bodies = {n: [x.strip() for x in edit.lines[slice(*edit.stanza(n))]] for n in names}
        for name in names:
            edit.remove_stanza(name)
        for name in reversed(names):
            edit.new_stanza(name, *bodies[name])
        yield from _changed(g, host, edit, f"{host}: stanzas in another order")


@operator(KLASS)
def lines_reordered(g: Ground) -> Iterator[Mutant]:
    """The lines of a VRF's address families in another order."""
    for place in g.places:
        edit = g.edit(place)
        for family in FAMILIES:
            start, end = unicast(edit, place, family)
            body = edit.lines[start:end]
            sessions = [x for x in body if x.startswith("  neighbor")]
            rest = [x for x in body if not x.startswith("  neighbor")]
            edit.lines[start:end] = [*reversed(rest), *sessions]
        yield from _changed(g, place.host, edit, f"{place}: lines in another order", place.vrf)


@operator(KLASS)
def attributes_reordered(g: Ground) -> Iterator[Mutant]:
    """The lines of a stanza in another order."""
    for place in g.places[::2]:
        edit = g.edit(place)
        start, end = edit.stanza(place.accesses[0].interface)
        edit.lines[start:end] = reversed(edit.lines[start:end])
        yield from _changed(g, place.host, edit, f"{place}: a stanza turned round", place.vrf)


@operator(KLASS)
def comments_and_blanks(g: Ground) -> Iterator[Mutant]:
    """Comments, blank lines, trailing blanks, other line ends."""
    for number, host in enumerate(g.devices):
        text = g.texts[host]
        linux, frr = text.split(f"{PORTS}\n")
        tail = frr.replace("exit\n!\n", "exit\n!\n!\n\n! a remark\n")
        head = linux.replace("\n\n", "\n\n# a remark\n\n")
        tabs = linux.replace("\n    ", "\n\t")
        trailing = (line + ("  " if line.startswith(" ") else "") for line in text.split("\n"))
        kinds = (
            text.replace("\n", "\r\n"),
            f"{linux}{PORTS}\n{tail}",
            f"{head}{PORTS}\n{frr}",
            "\n".join(trailing),
            f"{tabs}{PORTS}\n{frr}",
        )
        for kind, new in enumerate(kinds):
            if (kind + number) % 2 == 0:
                yield from _changed(g, host, new, f"{host}: the same lines", f"kind {kind}")


@operator(KLASS)
def descriptions(g: Ground) -> Iterator[Mutant]:
    """Descriptions and aliases changed, and some that say frightening words."""
    for host in g.devices:
        edit = g.edit(host).everywhere(
            lambda x: re.sub(
                r"(    alias|neighbor \S+ description) .*", r"\1 import vrf e-public", x
            )
        )
        yield from _changed(g, host, edit, f"{host}: other descriptions")


@operator(KLASS)
def timers(g: Ground) -> Iterator[Mutant]:
    """Session timers and BFD-less settings."""
    for host in g.devices:
        edit = g.edit(host).everywhere(lambda x: x.replace("timers connect 5", "timers connect 30"))
        yield from _changed(g, host, edit, f"{host}: other timers")


@operator(KLASS)
def logging(g: Ground) -> Iterator[Mutant]:
    """Lines about logging and times."""
    for host in g.devices:
        edit = g.edit(host)
        edit.insert(edit.frr()[0] + 3, ["log syslog informational", "log timestamp precision 3"])
        yield from _changed(g, host, edit, f"{host}: logging")


@operator(KLASS)
def unused_policies(g: Ground) -> Iterator[Mutant]:
    """Route-maps, prefix lists and community lists that nothing applies."""
    for host in g.devices:
        target = g.places[0].export if g.places else "65000:1"
        edit = g.edit(host).new_lines(
            "ip prefix-list EVERYTHING seq 5 permit 0.0.0.0/0 le 32",
            "ipv6 prefix-list EVERYTHING seq 5 permit any",
            f"bgp extcommunity-list standard SOMEBODY seq 5 permit rt {target}",
        )
        route_map(edit, "IDLE", f"set extcommunity rt {target}")
        yield from _changed(g, host, edit, f"{host}: policies that nothing applies")


@operator(KLASS)
def narrower_filter(g: Ground) -> Iterator[Mutant]:
    """A CE's filter admits less: no more specifics, or half of the prefix."""
    for number, (place, access, family) in enumerate(g.sessions()):
        net = access.of(family)[0]
        edit = g.edit(place)
        line = rf"^({ip(family)} prefix-list {access.policy} seq 5 permit )\S+ le \d+$"
        if number % 2 and net.prefixlen < net.max_prefixlen:
            half = next(net.subnets())
            edit.sub(edit.frr(), line, rf"\g<1>{half} le {longest(family)}")
        else:
            edit.sub(edit.frr(), line, rf"\g<1>{net}")
        yield from _changed(
            g, place.host, edit, f"{access.label}: a narrower filter", f"{access.label} {family}"
        )


@operator(KLASS)
def filter_in_halves(g: Ground) -> Iterator[Mutant]:
    """A CE's prefix in two equal halves, and the whole."""
    for place, access, family in g.sessions():
        net = access.of(family)[0]
        if net.prefixlen >= net.max_prefixlen:
            continue
        name, word = access.policy, ip(family)
        edit = g.edit(place)
        index = next(
            i
            for i in range(*edit.frr())
            if edit.lines[i].startswith(f"{word} prefix-list {name} seq 5 ")
        )
        lines = [
            f"{word} prefix-list {name} seq {seq} permit {half} le {longest(family)}"
            for seq, half in zip((2, 3), net.subnets(), strict=True)
        ]
        edit.lines[index : index + 1] = [
            *lines,
            f"{word} prefix-list {name} seq 4 permit {net}",
        ]
        yield from _changed(
            g, place.host, edit, f"{access.label}: its filter in halves", f"{access.label} {family}"
        )


@operator(KLASS)
def filter_with_more_denies(g: Ground) -> Iterator[Mutant]:
    """Denies where everything is denied already."""
    for number, (place, access, family) in enumerate(g.sessions()):
        edit = g.edit(place)
        name, word = access.policy, ip(family)
        if number % 2:
            edit.new_lines(
                f"{word} prefix-list {name} seq 999 deny {default_of(family)} le {longest(family)}"
            )
        else:
            route_map(edit, f"{name}-{family}", action="deny", seq=65535)
        yield from _changed(
            g, place.host, edit, f"{access.label}: one deny more", f"{access.label} {family}"
        )


@operator(KLASS)
def filter_without_sequence(g: Ground) -> Iterator[Mutant]:
    """Prefix lists without sequence numbers."""
    for host in g.edges:
        edit = g.edit(host).everywhere(lambda x: re.sub(r"(prefix-list \S+) seq \d+", r"\1", x))
        yield from _changed(g, host, edit, f"{host}: no sequence numbers")


@operator(KLASS)
def filter_with_more_sets(g: Ground) -> Iterator[Mutant]:
    """Other settings in a CE's policy: metric, communities that are no targets."""
    kinds = ("set metric 10", "set community 65000:77", "set weight 5", "set origin igp")
    for number, (place, access, family) in enumerate(g.sessions()):
        edit = g.edit(place)
        edit.append(edit.block(policy_header(access.policy, family)), kinds[number % len(kinds)])
        yield from _changed(
            g,
            place.host,
            edit,
            f"{access.label}: {kinds[number % len(kinds)]}",
            f"{access.label} {family}",
        )


@operator(KLASS)
def filter_in_two_entries(g: Ground) -> Iterator[Mutant]:
    """A CE's policy as two entries, one for each half of its prefix."""
    for place, access, family in g.sessions():
        net = access.of(family)[0]
        if net.prefixlen >= net.max_prefixlen:
            continue
        half = next(net.subnets())
        edit = g.edit(place)
        edit.new_lines(f"{ip(family)} prefix-list HALF seq 5 permit {half} le {longest(family)}")
        route_map(
            edit,
            f"{access.policy}-{family}",
            f"match {ip(family)} address prefix-list HALF",
            "set extcommunity none",
            "set local-preference 90",
            seq=5,
        )
        yield from _changed(
            g, place.host, edit, f"{access.label}: two entries", f"{access.label} {family}"
        )


@operator(KLASS)
def session_password(g: Ground) -> Iterator[Mutant]:
    """Sessions with a password: more, not less."""
    for place, access, family in list(g.sessions())[::2]:
        edit = g.edit(place)
        address = access.ce[family]
        start, end = edit.block(place.header)
        index = next(
            i for i in range(start, end) if edit.lines[i].startswith(f" neighbor {address} timers")
        )
        edit.insert(index, [f" neighbor {address} password lab-secret"])
        yield from _changed(
            g, place.host, edit, f"{access.label}: a password", f"{access.label} {family}"
        )


@operator(KLASS)
def core_passwords(g: Ground) -> Iterator[Mutant]:
    """Backbone sessions with a password."""
    for host in g.devices:
        edit = g.edit(host)
        start, end = edit.block(f"router bgp {g.asn}")
        for index in reversed(range(start, end)):
            match = re.match(r" neighbor (\S+) update-source lo$", edit.lines[index])
            if match:
                edit.insert(index, [f" neighbor {match[1]} password lab-secret"])
        yield from _changed(g, host, edit, f"{host}: passwords")


@operator(KLASS)
def redistribution_of_less(g: Ground) -> Iterator[Mutant]:
    """`redistribute` through a map that permits what is the site's."""
    for place in g.places[::2]:
        edit = g.edit(place)
        at = unicast(edit, place, "ipv4")
        edit.sub(at, "redistribute connected$", "redistribute connected route-map MINE")
        route_map(edit, "MINE")
        yield from _changed(g, place.host, edit, f"{place}: redistribution by a map", place.vrf)


@operator(KLASS)
def network_statements(g: Ground) -> Iterator[Mutant]:
    """A site's own prefix originated by `network`, or a summary of it."""
    for number, place in enumerate(g.places):
        access = place.accesses[0]
        family = access.families()[0]
        net = ip_network(access.net(family))
        edit = g.edit(place)
        word = "network" if number % 2 else "aggregate-address"
        edit.append(unicast(edit, place, family), f"{word} {net}")
        yield from _changed(g, place.host, edit, f"{place}: {word} {net}", place.vrf)


@operator(KLASS)
def best_paths(g: Ground) -> Iterator[Mutant]:
    """Lines about best paths, logging of neighbours, graceful restart."""
    kinds = (
        "bgp log-neighbor-changes",
        "bgp bestpath as-path multipath-relax",
        "bgp graceful-restart",
        "bgp bestpath compare-routerid",
    )
    for number, host in enumerate(g.devices):
        line = kinds[number % len(kinds)]
        edit = g.edit(host)
        edit.insert(edit.block(f"router bgp {g.asn}")[0] + 1, [f" {line}"])
        yield from _changed(g, host, edit, f"{host}: {line}")


@operator(KLASS)
def cluster_id(g: Ground) -> Iterator[Mutant]:
    """Reflectors with a cluster id."""
    for host in g.reflectors:
        edit = g.edit(host)
        edit.insert(edit.block(f"router bgp {g.asn}")[0] + 1, [" bgp cluster-id 1.2.3.4"])
        yield from _changed(g, host, edit, f"{host}: a cluster id")


@operator(KLASS)
def frr_interface_description(g: Ground) -> Iterator[Mutant]:
    """FRR has a block for an access that says nothing."""
    for place in g.places:
        access = place.accesses[0]
        edit = g.edit(place).new_block(
            f"interface {access.interface} vrf {place.vrf}", f"description site {access.label}"
        )
        yield from _changed(g, place.host, edit, f"{place}: a description", place.vrf)


@operator(KLASS)
def access_shut_down(g: Ground) -> Iterator[Mutant]:
    """An access switched off."""
    for number, place in enumerate(g.places[::2]):
        access = place.accesses[0]
        edit = g.edit(place)
        if number % 2:
            edit.append(edit.stanza(access.interface), "link-down yes")
        else:
            edit.new_block(f"interface {access.interface} vrf {place.vrf}", "shutdown")
        yield from _changed(g, place.host, edit, f"{place}: {access.interface} is off", place.vrf)


@operator(KLASS)
def vrf_block_empty(g: Ground) -> Iterator[Mutant]:
    """FRR's `vrf` blocks, empty, for every VRF."""
    for host in g.edges:
        edit = g.edit(host)
        for place in g.places:
            if place.host == host and not edit.has_block(f"vrf {place.vrf}"):
                edit.new_block(f"vrf {place.vrf}", end="exit-vrf")
        yield from _changed(g, host, edit, f"{host}: empty blocks of VRFs")


@operator(KLASS)
def other_release(g: Ground) -> Iterator[Mutant]:
    """A patch release of FRR."""
    for host in g.devices:
        edit = g.edit(host)
        edit.sub(edit.frr(), r"^frr version 8\.4\.4$", "frr version 8.4.5")
        yield from _changed(g, host, edit, f"{host}: FRR 8.4.5")
