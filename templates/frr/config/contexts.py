"""The loop over frr.conf's lines, and what its blocks share: closing, climbing, harmless lines.

A line that its block does not know is tried in the blocks around it, innermost first, as FRR does
(command_config_read_one_line): that is how a missing `exit` is survived.
"""

from collections.abc import Iterable, Set

from egovnet.templates.frr.config.draft import (
    BLANK,
    FACT,
    HARMLESS,
    Commands,
    Context,
    FrrDraft,
    Handler,
    New,
    Refused,
    Unclear,
)
from egovnet.templates.frr.config.frr_grammar import grammar
from egovnet.templates.frr.config.releases import RELEASES
from egovnet.templates.frr.config.vocabulary import BGP_LISTS
from egovnet.templates.model.facts import NotUnderstood

#: A line whose handler has reported it itself.
REPORTED = 3
INCOMPLETE = "incomplete"
OTHER_FORM = "FRR refuses it: another number of words"
UNKNOWN = "not in the reader's grammar"
_FORMER_LISTS = ("lists by their former names", "are not taken: `ip` is `bgp` there")
#: How `show running-config` begins; FRR takes no notice of it.
_PRINTED = ("Building", "Current")
#: How much of a line that is too long is quoted.
_SHOWN = 80


def read_lines(draft: FrrDraft, lines: list[str], first: int, long: Set[int] = frozenset()) -> None:
    """Read frr.conf's `lines` into `draft`; `first` is the number of the first of them, `long` has
    the numbers of those that FRR takes for several."""
    counts = draft.counts
    look_up = grammar(draft.release).look_up
    reported = 0
    number = first - 1
    for line in lines:
        number += 1
        words: list[str] = []
        try:
            if long and number in long:
                words = line[:_SHOWN].split()
                raise Unclear("longer than FRR's buffer: what is beyond is a line of its own there")
            context = draft.context
            draft.line = line
            words, full = look_up(context.block or context.commands.block, line)
            if not words:
                counts[BLANK] += 1
                continue
            kind: int | None = None
            if full is None or draft.left or draft.unclosed:
                kind = _line(draft, words, number)
            else:
                # what nearly every line is: the innermost block knows it
                handler = context.commands.get(full[0])
                if handler is not None:
                    kind = handler(draft, full, number)
                if kind is None:
                    kind = _unread(draft, full, words, number)
            if kind == REPORTED:
                reported += 1
            else:
                counts[kind] += 1
        except Refused as error:
            counts[_refuse(draft, words, number, str(error))] += 1
        except Unclear as error:
            report(draft, words or line.split(), number, str(error))
        except (ValueError, OverflowError, IndexError) as error:
            report(draft, words, number, why(error))


def _line(draft: FrrDraft, words: list[str], number: int) -> int:
    """Give a line to the innermost block that knows it in FRR, which becomes the current one."""
    if draft.left:
        raise Refused(f"line {draft.left} left configuration mode: FRR takes nothing after it")
    if words[:3] == ["mpls", "label", "bind"] and words[-2:] == ["Explicit", "Null"]:
        words = [*words[:-3], "explicit-null"]  # zebra 8.4 prints "IPv4 Explicit Null"
    if not (draft.context.block or draft.context.commands.block) and _is_exit(words):
        # as FRR prints it: further to the right it ends a block inside
        inside = _indent(draft) > draft.context.about
        return FACT if inside else leave(draft, words, number)
    context: Context | None = draft.context
    left: list[str] = []
    while context is not None:
        block = context.block or context.commands.block
        full, handler = _known_in(draft, context, block, words)
        if full is not None:
            draft.context = context
            _climbed(draft, left, full, number)
            kind = handler(draft, full, number) if handler is not None else None
            return _unread(draft, full, words, number) if kind is None else kind
        left.append(block)
        context = context.parent
    return _unknown(draft, left, words, number)


def _known_in(
    draft: FrrDraft, context: Context, block: str, words: list[str]
) -> tuple[list[str] | None, Handler | None]:
    """The words in full of what a line is in a block, None if it is nothing there; who reads it."""
    try:
        full = grammar(draft.release).command(block, words)
    except New as error:
        return error.words, draft.read_new
    return full, None if full is None else context.commands.get(full[0])


def _climbed(draft: FrrDraft, left: list[str], words: list[str], number: int) -> None:
    """A line is of a block around those that it `left`. Raises Unclear where that is not sure."""
    if "" in left:
        handler = draft.context.commands.get(words[0])
        if handler is not None:
            handler(draft, words, number)  # go on in what it opens, whatever else it is
        raise Unclear("of a block whose commands are not known, or of one around it")
    if any(grammar(draft.release).begins(each, words) for each in left):
        raise Unclear("the block around knows it, and this one knows more that begins so")
    for each in left:
        draft.unclosed.setdefault(each, number)
    if draft.unclosed and draft.context is draft.top:
        _not_elsewhere(draft, words)


def _unknown(draft: FrrDraft, left: list[str], words: list[str], number: int) -> int:
    """A line that no block around knows."""
    if words[0].startswith("exit-") or words[0] in _PRINTED:
        return HARMLESS
    if _has_another_name(draft, words):
        # FRR 8.4 refuses it: the list is not there, which is what facts say of it then
        draft.not_modelled.setdefault((*_FORMER_LISTS, None), number)
        return FACT
    if isinstance(draft.context.commands, _Noted):
        return FACT  # it is the feature's, or nothing
    raise Refused(_no_command(draft, left, words))


def _block(draft: FrrDraft) -> str:
    """The block that is current, by its name in FRR's grammar."""
    return draft.context.block or draft.context.commands.block


def _indent(draft: FrrDraft) -> int:
    """How many blanks stand before the line."""
    return len(draft.line) - len(draft.line.lstrip())


def _is_exit(words: list[str]) -> bool:
    return words[0] in ("exit", "quit") or words[0].startswith("exit-")


def _no_command(draft: FrrDraft, blocks: list[str], words: list[str]) -> str:
    """What is said of a line that none of `blocks` knows; and who knows it, where that is told."""
    found = f"FRR {draft.release.version} has no such command here"
    for other in RELEASES.values():
        if other is not draft.release and grammar(other).knows(blocks, words):
            said = "" if draft.version else ": say `frr version` where that is what runs"
            return f"{found}, and FRR {other.version} has it{said}"
    return found


def _has_another_name(draft: FrrDraft, words: list[str]) -> bool:
    """Whether a line is of a list that had `ip` in its name before FRR 7.1, and has `bgp` now."""
    if words[0] != "ip" or words[1:2] == [] or words[1] not in BGP_LISTS:
        return False
    return grammar(draft.release).command("top", ["bgp", *words[1:]]) is not None


def _not_elsewhere(draft: FrrDraft, words: list[str]) -> None:
    """Raise Unclear for a line of the top level that an unclosed block knows too.

    vtysh gives a line to the daemons that know it; the others are in the block still.
    """
    if words[0] in ("exit", "quit", "end"):
        return
    for unclosed, line in draft.unclosed.items():
        if grammar(draft.release).command(unclosed, words) is not None:
            raise Unclear(f"line {line} leaves a block without exit, for some daemons only")


def why(error: Exception) -> str:
    """What is wrong with a line, where Python's own words would not say."""
    if isinstance(error, IndexError):
        return INCOMPLETE
    text = str(error)
    return OTHER_FORM if "unpack" in text else text


def report(draft: FrrDraft, words: list[str], number: int, reason: str) -> int:
    """Note a line that is not understood, with the blocks it stands in."""
    draft.not_understood.append(
        NotUnderstood(number, " ".join(words), draft.context.labels(), reason)
    )
    return REPORTED


def _refuse(draft: FrrDraft, words: list[str], number: int, reason: str) -> int:
    """Note a line that FRR does not take, with the blocks it stands in."""
    text = " ".join(words)
    draft.not_taken.append(NotUnderstood(number, text, draft.context.labels(), reason))
    return FACT


def harmless(draft: FrrDraft, words: list[str], number: int) -> int:
    """A line that has no bearing on separation."""
    return HARMLESS


def leave(draft: FrrDraft, words: list[str], number: int) -> int:
    """`exit`, `exit-vrf`, `exit-address-family`: the block around becomes current."""
    context = draft.context
    if context.parent is not None:
        draft.context = context.parent
    else:
        draft.left = number
        if draft.release.quit_drops and words[0] == "quit":
            raise Unclear("FRR drops static routes and addresses of ports: say end")
    return HARMLESS


def leave_all(draft: FrrDraft, words: list[str], number: int) -> int:
    """`end`: FRR leaves configuration mode, and knows none of the lines after it."""
    draft.context = draft.top
    draft.left = number
    return HARMLESS


def not_read(draft: FrrDraft, words: list[str], number: int) -> int:
    """A command that bears on separation in a way that facts cannot say."""
    raise Unclear("bears on separation in a way that is not evaluated")


def commands(block: str, *harmless_words: str, **handlers: Handler) -> Commands:
    """A block's commands: what every block has, words that are harmless here, and the rest.

    `block` is its name in FRR's grammar. Names in `handlers` are written with `_` for `-`, and
    `no_` for `no`.
    """
    table: dict[str, Handler] = {"exit": leave, "quit": leave, "end": leave_all}
    table.update(dict.fromkeys(harmless_words, harmless))
    for name, handler in handlers.items():
        table[name.rstrip("_").replace("_", "-")] = handler
    return Commands(block, table)


def no_of(harmless_words: Iterable[str] = (), **handlers: Handler) -> Handler:
    """The handler of a block's `no` lines: by the word after `no`; others are not the block's.

    The handlers get the words with the `no`.
    """
    table: dict[str, Handler] = dict.fromkeys(harmless_words, harmless)
    table.update({name.rstrip("_").replace("_", "-"): h for name, h in handlers.items()})

    def no(draft: FrrDraft, words: list[str], number: int) -> int | None:
        handler = table.get(words[1])
        return None if handler is None else handler(draft, words, number)

    return no


def opaque(draft: FrrDraft, words: list[str], number: int) -> int:
    """A line that is not read; where it opens a block, its lines are reported one by one."""
    return _unread(draft, words, words, number)


def _unread(draft: FrrDraft, words: list[str], said: list[str], number: int) -> int:
    report(draft, said, number, UNKNOWN)
    block = opened_by(words, _block(draft))
    if grammar(draft.release).has(block):
        draft.context = Context(_Opaque(block, {}), " ".join(words), draft.context)
    return REPORTED


class _Opaque(Commands):
    """Every line is the block's and is reported; those that open blocks inside it do."""

    def get(self, word: str, default: object = None) -> Handler:
        if word in ("exit", "quit") or word.startswith("exit-"):
            return leave
        return leave_all if word == "end" else opaque


def noted(
    draft: FrrDraft,
    words: list[str],
    number: int,
    known: tuple[str, str],
    *,
    vrf: str | None = None,
    opens: bool = False,
) -> int:
    """A line of something that is known (feature, what it does) and not modelled, noted once for
    its table; where it opens a block, its lines say nothing else. `opens`: it does, and what the
    block has is not in the release's table."""
    draft.not_modelled.setdefault((*known, vrf), number)
    block = "" if opens else opened_by(words, _block(draft))
    if opens or grammar(draft.release).has(block):
        noted_block = _Noted(block, {})
        draft.context = Context(noted_block, " ".join(words), draft.context, _indent(draft))
    return FACT


class _Noted(Commands):
    """Every line is the block's and says no more than that the block is there."""

    def get(self, word: str, default: object = None) -> Handler:
        if word in ("exit", "quit") or word.startswith("exit-"):
            return leave
        return leave_all if word == "end" else _inside


def _inside(draft: FrrDraft, words: list[str], number: int) -> int:
    block = opened_by(words, _block(draft))
    if grammar(draft.release).has(block):
        draft.context = Context(_Noted(block, {}), " ".join(words), draft.context)
    return FACT


def opened_by(words: list[str], inside: str) -> str:
    """The block that a line opens, by its name in FRR's grammar; empty if it opens none.

    `inside` is the block that it stands in: `vni 100` opens one in EVPN's family, none in a VRF.
    """
    first = words[0]
    if inside == "top" and first == "router":
        return words[1]
    if inside == "bgp" and first == "address-family":
        return f"bgp {words[1]} {words[2] if len(words) > 2 else 'unicast'}"
    if inside == "bgp" and first == "vnc":
        return f"bgp vnc {words[1]}"
    if inside == "bgp" and first == "segment-routing":
        return "bgp srv6" if words[1:] == ["srv6"] else ""
    if first == "segment-routing" and words[1:]:
        return ""
    return _OPENED.get(inside, {}).get(first, "")


_OPENED = {
    "top": {word: word for word in ("l2vpn", "nexthop-group", "pseudowire", "segment-routing")},
    "bgp": {"vrf-policy": "bgp vrf-policy"},
    "bgp l2vpn evpn": {"vni": "bgp vni"},
    "l2vpn": {"member": "l2vpn pseudowire"},
    "ldp": {"address-family": "ldp ipv4"},
    "segment-routing": {"srv6": "srv6", "traffic-eng": "traffic-eng"},
    "srv6": {"locators": "srv6 locators"},
    "srv6 locators": {"locator": "srv6 locator"},
    "traffic-eng": {"segment-list": "segment-list", "policy": "sr policy"},
}


def enter(draft: FrrDraft, context: Context) -> int:
    """Make `context` the current block."""
    draft.context = context
    return FACT
