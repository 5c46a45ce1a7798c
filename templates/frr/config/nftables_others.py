"""nftables' rulesets by others: known statement by statement, and named once as not modelled.

What such a ruleset decides is in no fact, so that a text which has one is never proved: it may drop
packets, give them other addresses, or mark them for other tables. Its lines are understood as far
as that they are nft's own statements (nft(8), nftables 1.0.6), and which of these they are.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from egovnet.templates.frr.config.draft import Unclear
from egovnet.templates.model.facts import NotModelled, NotUnderstood

#: How such a file begins, below its comments.
BEGINS = re.compile(
    r"(?:flush|list) ruleset|(?:add |create |destroy |delete |flush )?table (?:(?:ip6?|inet|arp|"
    r"bridge|netdev) )?\S+|define \S+ ?=|include \"|redefine \S+ ?="
)
#: Its first line, where it is a script.
SCRIPT = re.compile(r"#! ?\S*(?:/|env |env -S )nft\b")
_TOKEN = re.compile(
    r"""(?P<comment>\#.*) | (?P<quoted>"[^"]*") | (?P<mark>[{};,()]|[!<>=]=|<<|>>|[=<>&|^!])
    | (?P<colon>:(?=\s|$)) | (?P<word>[^\s{};,"()=<>!&|^\#]+)""",
    re.VERBOSE,
)
_VALUE = re.compile(r"[$@]?[\w.:/%*+~\[\]-]+\\?", re.ASCII)
_NUMBER = re.compile(
    r"(?:0x[0-9a-f]+|\d[\d.:a-f/*-]*|[0-9a-f]{0,4}:[0-9a-f:.]*(?:/\d+)?(?:-\S+)?"
    r"|\d+(?:ms|[smhdw])(?:\d+[smhdw])*|\d+[kmg]?bytes|\d+/(?:second|minute|hour|day|week))",
    re.IGNORECASE | re.ASCII,
)
_MARKS_OF_NFT = frozenset('"{}(),:=!<>&|^')
_FILTERS = ("packet filters of others", "let packets pass and drop them")
_TRANSLATION = ("address translation", "gives packets other addresses and ports")
_MARKS = ("packet marks", "are looked at by rules that choose tables")
_ELSEWHERE = ("packets sent elsewhere", "leave the device another way than its tables say")
_FLOWS = ("flow tables", "carry packets past look-ups and filters")
_CONNECTIONS = ("connections by rules", "are kept apart, or not kept, by what their packets are")
_FILES = ("other files", "say more of how packets are filtered")
_HEADERS = ("packets changed by rules", "leave with other header fields than they came with")
_WHO = {
    **dict.fromkeys(("snat", "dnat", "masquerade", "redirect"), _TRANSLATION),
    **dict.fromkeys(("dup", "fwd", "tproxy", "queue"), _ELSEWHERE),
    **dict.fromkeys(("flow", "flowtable"), _FLOWS),
    **dict.fromkeys(("notrack", "helper", "timeout", "synproxy", "zone"), _CONNECTIONS),
}
#: After `set`, by the word before it.
_CHANGES = {"mark": _MARKS, "zone": _CONNECTIONS, "helper": _CONNECTIONS, "label": _CONNECTIONS}
_CHANGED = frozenset(("helper", "timeout", "zone"))
_BLOCKS = frozenset(
    ("table", "chain", "set", "map", "flowtable", "counter", "quota", "limit", "secmark")
)
_OBJECTS = frozenset(("helper", "timeout", "expectation"))
_COMMANDS = frozenset(("add", "create", "insert", "replace", "delete", "destroy", "flush", "reset"))
_THINGS = _BLOCKS | frozenset(("rule", "element", "ruleset", "synproxy", "ct"))
_FAMILIES = frozenset(("ip", "ip6", "inet", "arp", "bridge", "netdev"))


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: What a rule's word may be where it is no value: headers, their fields, statements and verdicts.
_RULE_WORDS = _words(
    """
    ip ip6 inet arp bridge ether vlan tcp udp udplite sctp dccp icmp icmpv6 igmp esp ah comp th
    meta ct rt fib socket osf ipsec exthdr frag hbh dst mh srh numgen jhash symhash payload
    saddr daddr sport dport protocol nexthdr version hdrlength dscp ecn length id frag-off ttl
    checksum hoplimit flowlabel sequence ackseq doff flags window urgptr option maxseg size
    wscale sack-perm timestamp type code mtu gateway vtag hwtype ptype
    operation htype hlen plen pcp cfi dei
    iif iifname iiftype iifgroup iifkind oif oifname oiftype oifgroup oifkind ibrname obrname
    ibriport obriport ibrvproto ibrpvid skuid skgid rtclassid cgroup cgroupv2 pkttype cpu priority
    mark nfproto l4proto nftrace time day hour random sdif sdifname secmark ipsec
    state direction status expiration helper label bytes packets avgpkt zone original reply
    count proto-src proto-dst classid nexthop level transparent wildcard name ttl
    check oif missing exists inc mod seed offset in out spi reqid
    accept drop reject queue continue return jump goto log prefix snaplen queue-threshold group
    all limit rate over until burst counter quota used with reset admin-prohibited host-unreachable
    port-unreachable net-unreachable no-route addr-unreachable icmpx snat dnat masquerade redirect
    to random fully-random persistent prefix dup fwd tproxy device notrack flow offload add update
    delete set map vmap meter comment synproxy mss sack-perm timeout expires num bypass fanout
    and or xor not eq ne lt gt le ge last never maxsz mptcp subtype
    established related new invalid untracked
    bytes kbytes mbytes packets second minute hour day week / addr . -
    """
)
#: Words of a set's or map's own lines, a chain's head, and other objects.
_DECLARED = _words(
    """
    type typeof flags timeout gc-interval elements size policy auto-merge comment counter
    constant dynamic interval hook device devices priority filter nat route offload
    performance memory over until quota rate limit burst packets l3proto protocol mss wscale
    timestamp sack-perm used bytes
    """
)
_HOOKS = _words("prerouting input forward output postrouting ingress egress")
_PRIORITIES = _words("raw mangle dstnat filter security srcnat out")
#: What a value stands behind.
_BEFORE_VALUES = frozenset(
    (
        *("{", ",", "(", ":", "=", "==", "!=", "<", ">", "<=", ">=", "&", "|", "^", "!", "."),
        *("-", "<<", ">>", "jump", "goto", "dport", "sport", "protocol", "nexthdr", "l4proto"),
        *("iif", "oif", "iifname", "oifname", "iifgroup", "oifgroup", "ibrname", "obrname"),
        *("iiftype", "oiftype", "iifkind", "oifkind", "sdifname", "type", "code", "state"),
        *("status", "flags", "saddr", "daddr", "mark", "set", "pkttype", "nfproto", "dscp"),
        *("level", "prefix", "name", "helper", "zone", "label", "skuid", "skgid", "day", "hour"),
        *("to", "device", "operation", "priority", "direction", "meter", "@", "add", "cgroupv2"),
        *("hwtype", "htype", "ptype", "comment", "timeout", "option", "with", "secmark", "group"),
    )
)


@dataclass(slots=True, eq=False)
class OthersDraft:
    """What a ruleset by others says."""

    features: dict[tuple[str, str], int] = field(default_factory=dict)
    not_understood: list[NotUnderstood] = field(default_factory=list)

    def not_modelled(self) -> tuple[NotModelled, ...]:
        """Each feature once, in order."""
        return tuple(NotModelled(*what, None, line) for what, line in sorted(self.features.items()))


@dataclass(slots=True)
class _Statement:
    tokens: list[str] = field(default_factory=list)
    lines: set[int] = field(default_factory=set)


class _Reader:
    """Statements of a text, whose blocks are in braces and which end at a line's end or a `;`."""

    def __init__(self, lines: list[str], first: int) -> None:
        self._lines = lines
        self._first = first
        self.draft = OthersDraft()
        self.odd: set[int] = set()
        #: Kinds of the blocks around, with the name of each.
        self.around: list[tuple[str, str]] = []
        self.inside = _Statement()
        #: Braces around values that are open.
        self._values = 0

    def read(self) -> OthersDraft:
        for number, line in enumerate(self._lines, self._first):
            said, going_on = _tokens(line)
            if said is None:
                self.odd.add(number)
                continue
            for each in said:
                self._take(each, number)
            if not self._values and not going_on and not self._waits():
                self._end()
        self._end(whole=not self._values)
        for number in self.odd:
            self._report(number, "not a statement of nft")
        if self.around:
            last = self._first + len(self._lines) - 1
            if last not in self.odd:
                self._report(last, f"the closing brace of {self._kind()} is missing")
        return self.draft

    def _take(self, each: str, number: int) -> None:
        if each == "{" and not self._values and self._opens():
            self._open(number)
        elif each in "{(":
            self._values += 1
            self._add(each, number)
        elif each in "})" and self._values:
            self._values -= 1
            self._add(each, number)
        elif each == "}":
            self._end()
            if self.around:
                self.around.pop()
            else:
                self.odd.add(number)
        elif each == ";" and not self._values:
            self._end()
        else:
            self._add(each, number)

    def _report(self, number: int, why: str) -> None:
        text = " ".join(self._lines[number - self._first].split())
        self.draft.not_understood.append(NotUnderstood(number, text, (), why))

    def _add(self, token: str, number: int) -> None:
        self.inside.tokens.append(token)
        self.inside.lines.add(number)

    def _waits(self) -> bool:
        """Whether a line's last token asks for another, such as a comma or a header's brace."""
        tokens = self.inside.tokens
        return (bool(tokens) and tokens[-1] in (",", "=", ":")) or (
            len(tokens) > 1 and tokens[0] in _BLOCKS and self._kind() in ("", "table")
        )

    def _kind(self) -> str:
        return self.around[-1][0] if self.around else ""

    def _header(self) -> list[str]:
        """The words of the block that the statement opens, without the command before them."""
        tokens = self.inside.tokens
        return tokens[1:] if tokens[:1] and tokens[0] in _COMMANDS else tokens

    def _opens(self) -> bool:
        header = self._header()
        if not header or self._kind() not in ("", "table"):
            return False
        return header[0] in _BLOCKS or (header[0] == "ct" and header[1:2] != [])

    def _open(self, number: int) -> None:
        header = self._header()
        kind = header[0] if header[0] != "ct" else f"ct {header[1]}"
        if not _is_header(header):
            self.odd.add(number)
        if kind == "table" and header[-1] == "egovnet":
            self.odd.add(number)
        if kind == "flowtable":
            self._found(_FLOWS, number)
        if kind.startswith("ct "):
            self._found(_CONNECTIONS, number)
        self.around.append((kind, header[-1]))
        self.inside = _Statement()

    def _end(self, *, whole: bool = True) -> None:
        done, self.inside = self.inside, _Statement()
        if not done.tokens:
            return
        try:
            if not whole:
                raise Unclear("not whole")
            for feature in _features(self._kind(), done.tokens):
                self._found(feature, min(done.lines))
        except Unclear:
            self.odd |= done.lines

    def _found(self, feature: tuple[str, str], number: int) -> None:
        self.draft.features.setdefault(feature, number)


def read_others(lines: list[str], first: int) -> OthersDraft:
    """What a ruleset says that is not egovnet's; `first` is the number of the first line."""
    reader = _Reader(lines, first)
    draft = reader.read()
    # whatever a ruleset is made of, it decides about packets
    if any(line.strip() and not line.lstrip().startswith("#") for line in lines):
        draft.features.setdefault(_FILTERS, first)
    draft.not_understood.sort(key=lambda problem: problem.line)
    return draft


def begins_as_ruleset(lines: list[str]) -> bool:
    """Whether a text is nftables' by how it begins."""
    for line in lines:
        text = " ".join(line.split())
        if SCRIPT.match(text):
            return True
        if text and not text.startswith("#"):
            return bool(BEGINS.match(text))
    return False


def _tokens(line: str) -> tuple[list[str] | None, bool]:
    """A line's tokens, and whether it goes on in the next one; None: it has something else."""
    found: list[str] = []
    text = line.rstrip()
    going_on = text.endswith("\\")
    text = text.removesuffix("\\")
    end = 0
    for match in _TOKEN.finditer(text):
        if text[end : match.start()].strip():
            return None, going_on
        end = match.end()
        if match.lastgroup != "comment":
            word = match.group()
            # `a:` in a map without a blank before the colon
            if match.lastgroup == "word" and word.endswith(":") and not word.endswith("::"):
                found += [word[:-1], ":"] if word[:-1] else [":"]
            else:
                found.append(word)
    return (None if text[end:].strip() else found), going_on


def _is_header(header: list[str]) -> bool:
    """`table [FAMILY] NAME`, `chain NAME`, `ct helper NAME`, `add chain FAMILY TABLE NAME`."""
    names = header[1:]
    if header[0] == "ct":
        if names[0] not in _OBJECTS:
            return False
        names = names[1:]
    if names and names[0] in _FAMILIES and len(names) > 1:
        names = names[1:]
    return 0 < len(names) <= 2 and all(_VALUE.fullmatch(name.strip('"')) for name in names)


def _features(kind: str, tokens: list[str]) -> Iterator[tuple[str, str]]:
    """What a statement is, in a block of a kind ("": none). Raises Unclear for none of nft's."""
    if kind == "":
        yield from _at_the_top(tokens)
    elif kind == "chain" and tokens[0] not in ("type", "policy"):
        yield from _rule(tokens)
    elif kind == "table":
        _declaration(tokens, frozenset(("flags", "comment")))
    else:
        _declaration(tokens, _DECLARED)
        if tokens[:2] == ["type", "nat"]:
            yield _TRANSLATION
        if tokens[:1] == ["type"] and kind == "chain":
            _check_base(tokens)


def _check_base(tokens: list[str]) -> None:
    """`type T hook H [device D] priority P`."""
    if tokens[1] not in ("filter", "nat", "route") or tokens[2:3] != ["hook"]:
        raise Unclear("not a base chain")
    if tokens[3] not in _HOOKS or "priority" not in tokens:
        raise Unclear("not a hook")


def _declaration(tokens: list[str], known: frozenset[str]) -> None:
    """`type ipv4_addr`, `flags interval`, `elements = { ... }`, `policy drop`."""
    if tokens[0] not in known:
        raise Unclear("not declared so")
    for each in tokens[1:]:
        if not (each[0] in _MARKS_OF_NFT or _VALUE.fullmatch(each)):
            raise Unclear("not a value")


def _at_the_top(tokens: list[str]) -> Iterator[tuple[str, str]]:
    """A command: `flush ruleset`, `define X = ...`, `include "..."`, `add rule ...`."""
    first = tokens[0]
    if "egovnet" in tokens:
        raise Unclear("says more of the table that egovnet writes")
    if first in ("define", "redefine", "undefine"):
        if first != "undefine" and tokens[2:3] != ["="]:
            raise Unclear("not a definition")
        return
    if first == "include" and len(tokens) == 2:
        yield _FILES
        return
    if first not in _COMMANDS and first not in _BLOCKS:
        raise Unclear("no command of nft")
    what = tokens[1:] if first in _COMMANDS else tokens
    if not what or what[0] not in _THINGS:
        what = ["rule", *what]  # `add inet filter input ...`
    if what[0] == "rule":
        yield from _rule(_without_place(what[1:]))
    elif what[0] == "flowtable":
        yield _FLOWS


def _without_place(tokens: list[str]) -> list[str]:
    """A rule without its family, table, chain and place."""
    if tokens[:1] and tokens[0] in _FAMILIES:
        tokens = tokens[1:]
    tokens = tokens[2:]
    while tokens[:1] and tokens[0] in ("position", "handle", "index"):
        tokens = tokens[2:]
    return tokens


def _rule(tokens: list[str]) -> Iterator[tuple[str, str]]:
    """What a rule does besides to compare, count and decide. Raises Unclear for no rule of nft."""
    before, depth = "", 0
    for index, each in enumerate(tokens):
        depth += (each in "{(") - (each in "})")
        _check_word(each, is_value=bool(depth) or before in _BEFORE_VALUES)
        changes = tokens[index + 1 : index + 2] == ["set"]
        if each == "set" and not depth:
            yield _CHANGES.get(before, _HEADERS)
        elif each in _WHO and not depth and before not in _BEFORE_VALUES:
            yield from [_WHO[each]] if changes or each not in _CHANGED else []
        before = each
    if not tokens or depth:
        raise Unclear("not whole")
    if not _RULE_WORDS.issuperset(tokens[:1]):
        raise Unclear("no rule of nft")


def _check_word(word: str, *, is_value: bool) -> None:
    """Raise Unclear for what is neither one of nft's words nor a value in its place."""
    if word[0] in _MARKS_OF_NFT:
        return
    if not is_value and word[0] not in "$@":
        if word not in _RULE_WORDS and not _NUMBER.fullmatch(word):
            raise Unclear("no word of nft")
    elif not _VALUE.fullmatch(word):
        raise Unclear("no value of nft")
