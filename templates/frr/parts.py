"""FRR's text, with Linux' and nftables' before it, as parts: what each line is about, and so who
depends on it.

By the indentation that `show running-config` prints. A line that none of the tables below knows is
of the kind OTHER where it may bear on anything: nothing is taken for harmless that is not listed.
"""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache

from egovnet.templates.frr.config.vocabulary import LOOPBACK
from egovnet.templates.frr.filter_parts import filter_parts, split_filter
from egovnet.templates.frr.secrets.redaction import stands_for_a_key
from egovnet.templates.model.parts import Part, PartKind, Parts

#: The first line of FRR's part; what stands before it is the name and Linux' interfaces.
_FRR = re.compile(r"^frr (?:version|defaults) ", re.MULTILINE)
_END = re.compile(r"(?:exit(?:-\S+)?|end|quit)$")
_WORDS = Part(PartKind.WORDS)
_TIMING = Part(PartKind.TIMING)
_OTHER = Part(PartKind.OTHER)
_IGP = Part(PartKind.IGP)
_LABELS = Part(PartKind.LABELS)
_LOOPBACK = Part(PartKind.LOOPBACK)
_KEY = Part(PartKind.KEY)
_LIST = re.compile(
    r"(?:(?:ip|ipv6) (?:prefix-list|access-list)|access-list|"
    r"bgp (?:as-path access-list|\S*community-list(?: (?:standard|expanded))?)) (\S+)"
)
#: What no firewall of the platform has.
_BACKBONE = re.compile(r"^(?:router (?:isis|ospf6?|openfabric)|mpls ldp)\b", re.MULTILINE)
_VRF_OF_ROUTE = re.compile(r" vrf (\S+)")


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


#: Outermost lines on which no packet depends.
_SILENT = _set(
    "agentx banner debug domainname enable frr hostname line log password service username"
)
#: `neighbor X WORD`: when, not whether.
_SESSION_TIMING = _set("advertisement-interval bfd timers")
#: `neighbor X WORD` in a family: which routes, while the session stays.
_SESSION_FILTER = _set(
    """
    addpath-tx-all-paths addpath-tx-bestpath-per-AS advertise-map allowas-in attribute-unchanged
    default-originate distribute-list filter-list maximum-prefix maximum-prefix-out next-hop-self
    prefix-list remove-private-AS route-map send-community soft-reconfiguration unsuppress-map
    weight
    """
)
_ISIS_TIMING = _set(
    """
    log-adjacency-changes lsp-gen-interval lsp-refresh-interval lsp-timers max-lsp-lifetime mpls
    set-overload-bit spf spf-delay-ietf spf-interval
    """
)
_PORT_TIMING = re.compile(
    r"isis (?:metric|hello-interval|hello-multiplier|csnp-interval|psnp-interval|priority|bfd)\b"
    r"|(?:ip ospf|ipv6 ospf6) (?:cost|priority|bfd|hello-interval|dead-interval)\b"
)
_PORT_BACKBONE = re.compile(r"isis |mpls |ip router |ipv6 router |ip ospf |ipv6 ospf6 |ospf ")
_LDP_TIMING = re.compile(r"discovery (?:targeted-)?hello |session holdtime ")
#: What a VRF's family takes and gives, besides distinguisher and targets.
_TARGET_WAYS = {"import": ("import",), "export": ("export",), "both": ("import", "export")}

_Path = tuple[str, ...]
_Found = Iterator[tuple[Part, str]]


# A plan asks for both texts of a device, once for what it is about and once for its consequences.
@lru_cache(maxsize=64)
def parts(text: str) -> Parts:
    """Every statement of a router's text by what it is about. Linear; never fails."""
    found: dict[Part, set[str]] = {}
    text, filtered = split_filter(text)
    border = _FRR.search(text)
    head = text[: border.start()] if border else text
    for part, statement in (
        *_linux(head),
        *filter_parts(filtered),
        *_frr(text[border.start() :] if border else ""),
    ):
        found.setdefault(part, set()).add(statement)
    return {part: frozenset(statements) for part, statements in found.items()}


def faults(diff: str) -> Iterator[str]:
    """Of a driver's diff the sentences that say where Linux is not as its text says."""
    return (line[1:].strip() for line in diff.splitlines() if line.startswith("!"))


# -- Linux ---------------------------------------------------------------------------------------


def _linux(text: str) -> _Found:
    stanzas: dict[str, list[str]] = {}
    for raw in text.splitlines():
        words = raw.split()
        if not words or words[0].startswith("#"):
            continue
        if words[0] in ("auto", "iface") and len(words) > 1:
            current = stanzas.setdefault(words[1], [])
            if words[0] == "auto":
                current.append("auto")
        elif raw[:1].isspace() and stanzas:
            current.append(" ".join(words))
        elif stanzas:
            yield _OTHER, " ".join(words)
        else:
            yield _WORDS, words[0]
    for name, lines in stanzas.items():
        yield from _stanza(name, lines)


def _stanza(name: str, lines: list[str]) -> _Found:
    if name == LOOPBACK:
        for line in lines:
            if line != "auto":
                yield _LOOPBACK, line
        return
    is_vrf = any(line.startswith("vrf-table ") for line in lines)
    for line in lines:
        if line.startswith("alias "):
            yield Part(PartKind.WORDS, name=name), line.removeprefix("alias ")
        elif not is_vrf:
            yield Part(PartKind.PORT, name=name), line
            if line.startswith("vrf "):
                yield Part(PartKind.MEMBERS, line.removeprefix("vrf ")), name
        elif line == "auto" or line.startswith("vrf-table "):
            yield Part(PartKind.TABLE, name), line
        else:
            yield Part(PartKind.VRF_GUARD, name), line


# -- FRR -----------------------------------------------------------------------------------------


def _frr(text: str) -> _Found:
    of_backbone = _BACKBONE.search(text) is not None
    for path, line in _lines(text):
        words = (path[0] if path else line).split()
        own = _CONTEXTS.get(words[0])
        if own is not None:
            yield from own(words, path, line)
        elif path:
            yield (_WORDS if words[0] in _SILENT else _OTHER), " > ".join((*path, line))
        else:
            yield _outermost(words, line, of_backbone=of_backbone), line


def _lines(text: str) -> Iterator[tuple[_Path, str]]:
    """(context, line) of each line, headers among them."""
    stack: list[tuple[int, str]] = []
    for raw in text.splitlines():
        line = raw.strip()
        if not line or line[0] in "!#" or _END.match(line):
            continue
        indent = len(raw) - len(raw.lstrip())
        while stack and stack[-1][0] >= indent:
            stack.pop()
        yield tuple(header for _, header in stack), line
        stack.append((indent, line))


def _outermost(words: list[str], line: str, *, of_backbone: bool) -> Part:
    named = _LIST.match(line.removeprefix("no "))
    if named is not None:
        return Part(PartKind.POLICY, name=named[1])
    if words[:2] in (["ip", "route"], ["ipv6", "route"]):
        vrf = _VRF_OF_ROUTE.search(line)
        # a backbone router's default table is the backbone's: anything may go by it
        if of_backbone and not vrf:
            return _OTHER
        return Part(PartKind.ROUTE, vrf[1] if vrf else "", words[2])
    if words[0] == "router-id":
        return Part(PartKind.ROUTER_ID)
    return (
        _WORDS if words[0] in _SILENT or (words[:1] == ["no"] and words[1] in _SILENT) else _OTHER
    )


def _interface(words: list[str], path: _Path, line: str) -> _Found:
    name = words[1]
    if not path:
        return
    if line.startswith("description "):
        yield Part(PartKind.WORDS, name=name), line.removeprefix("description ")
    elif _PORT_TIMING.match(line) or line == "bfd" or line.startswith("isis bfd"):
        yield Part(PartKind.TIMING, name=name), line
    elif name == LOOPBACK:
        yield _LOOPBACK, line
    elif stands_for_a_key(line):
        yield Part(PartKind.KEY, name=name), line
    elif _PORT_BACKBONE.match(line):
        yield Part(PartKind.BACKBONE_PORT, name=name), line
    else:
        yield Part(PartKind.PORT, name=name), line


def _vrf(words: list[str], path: _Path, line: str) -> _Found:
    if not path:
        return
    route = line.split()
    if route[:2] in (["ip", "route"], ["ipv6", "route"]):
        yield Part(PartKind.ROUTE, words[1], route[2]), line
    else:
        yield Part(PartKind.VRF_ROUTES, words[1]), line


def _route_map(words: list[str], path: _Path, line: str) -> _Found:
    yield Part(PartKind.POLICY, name=words[1]), " > ".join((*path, line))


def _mpls(words: list[str], path: _Path, line: str) -> _Found:
    if words[:2] != ["mpls", "ldp"]:
        yield _OTHER, " > ".join((*path, line))
        return
    inner = [header for header in (*path[1:], line) if header.startswith("interface ")]
    if inner:
        port = inner[0].split()[1]
        timing = _LDP_TIMING.match(line)
        kind = PartKind.TIMING if timing else PartKind.BACKBONE_PORT
        yield Part(kind, name=port), " > ".join((*path, line))
    elif stands_for_a_key(line):
        yield _KEY, line
    else:
        yield _TIMING if _LDP_TIMING.match(line) else _LABELS, " > ".join((*path, line))


def _router(words: list[str], path: _Path, line: str) -> _Found:
    if words[1:2] == ["bgp"]:
        yield from _bgp(words, path, line)
    elif words[1:2] == ["isis"]:
        first = line.removeprefix("no ").split()[0]
        timing = path and first in _ISIS_TIMING
        if stands_for_a_key(line):
            yield _KEY, line
            return
        yield _TIMING if timing else _IGP, " > ".join((*path, line))
    elif "vrf" in words:
        # a protocol between PE and CE
        vrf = words[words.index("vrf") + 1]
        yield Part(PartKind.VRF_ROUTES, vrf), " > ".join((*path, line))
    else:
        yield _IGP, " > ".join((*path, line))


def _bgp(header: list[str], path: _Path, line: str) -> _Found:
    vrf = header[header.index("vrf") + 1] if "vrf" in header else ""
    if not path:
        yield Part(PartKind.AS_NUMBER, vrf), header[2]
        return
    family = " ".join(path[1].split()[1:]) if len(path) > 1 else ""
    bare = line.removeprefix("no ")
    words = bare.split()
    if words[0] == "neighbor" and len(words) > 2:
        yield _neighbor(vrf, words, in_family=bool(family)), f"{family} {line}"
    elif words[0] == "address-family":
        return
    elif words[:2] == ["bgp", "router-id"]:
        yield Part(PartKind.ROUTER_ID, vrf), line
    elif words[:2] in (["bgp", "cluster-id"], ["bgp", "confederation"]):
        yield Part(PartKind.REFLECTION, vrf), line
    elif words[0] == "bgp" and words[1] == "listen":
        yield Part(PartKind.SESSION, vrf, words[3] if len(words) > 3 else ""), line
    elif words[:2] == ["rd", "vpn"]:
        yield Part(PartKind.DISTINGUISHER, vrf), f"{family} {line}"
    elif words[:2] == ["rt", "vpn"] and words[2] in _TARGET_WAYS:
        for way in _TARGET_WAYS[words[2]]:
            for target in words[3:]:
                yield Part(PartKind.TARGETS, vrf), f"{family} {way} {target}"
    elif family and vrf:
        yield Part(PartKind.VRF_ROUTES, vrf), f"{family} {line}"
    else:
        kind = PartKind.TIMING if bare == "bgp fast-convergence" else PartKind.BGP
        yield Part(kind, vrf), f"{family} {line}"


def _neighbor(vrf: str, words: list[str], *, in_family: bool) -> Part:
    address, what = words[1], words[2]
    if what == "description":
        return Part(PartKind.WORDS, vrf, address)
    if what in _SESSION_TIMING:
        return Part(PartKind.TIMING, vrf, address)
    if in_family and what in _SESSION_FILTER:
        return Part(PartKind.FILTER, vrf, address)
    return Part(PartKind.SESSION, vrf, address)


def _bfd(_words: list[str], path: _Path, line: str) -> _Found:
    yield _TIMING, " > ".join((*path, line))


_CONTEXTS: dict[str, Callable[[list[str], _Path, str], _Found]] = {
    "interface": _interface,
    "vrf": _vrf,
    "route-map": _route_map,
    "mpls": _mpls,
    "router": _router,
    "bfd": _bfd,
}
