"""The loop over frr.conf's lines, and what its blocks share: closing, climbing, harmless lines.

A line that its block does not know is tried in the blocks around it, innermost first, as FRR does
(command_config_read_one_line): that is how a missing `exit` is survived.
"""

from collections.abc import Iterable

from egovnet.templates.frr.config.draft import (
    BLANK,
    FACT,
    HARMLESS,
    Commands,
    Context,
    FrrDraft,
    Handler,
    Refused,
    Unclear,
)
from egovnet.templates.model.facts import NotUnderstood

#: A line whose handler has reported it itself.
REPORTED = 3
INCOMPLETE = "incomplete"
OTHER_FORM = "FRR refuses it: another number of words"
UNKNOWN = "not in the reader's grammar"


def read_lines(draft: FrrDraft, lines: list[str], first: int) -> None:
    """Read frr.conf's `lines` into `draft`; `first` is the number of the first of them."""
    counts = draft.counts
    reported = 0
    number = first - 1
    for line in lines:
        number += 1
        words = line.split()
        if not words:
            counts[BLANK] += 1
            continue
        try:
            handler = draft.context.commands.get(words[0])
            kind = handler(draft, words, number) if handler is not None else None
            if kind is None:
                kind = _climb(draft, words, number)
            if kind == REPORTED:
                reported += 1
            else:
                counts[kind] += 1
        except Unclear as error:
            report(draft, words, number, str(error))
        except (ValueError, OverflowError, IndexError) as error:
            report(draft, words, number, why(error))


def _climb(draft: FrrDraft, words: list[str], number: int) -> int:
    """Ask the blocks around the current one; the one that knows the line becomes current."""
    word = words[0]
    if word[0] in "!#":
        return BLANK
    here = draft.context
    if word.startswith("exit-"):
        return HARMLESS
    context = here.parent
    try:
        while context is not None:
            handler = context.commands.get(word)
            if handler is not None:
                draft.context = context
                kind = handler(draft, words, number)
                if kind is not None:
                    return kind
            context = context.parent
    except Refused:
        raise  # FRR stays where the command is known, done or not
    except (Unclear, ValueError, OverflowError, IndexError):
        draft.context = here
        raise
    draft.context = here
    raise Unclear(UNKNOWN)


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


def blank(draft: FrrDraft, words: list[str], number: int) -> int:
    """`!` and comments."""
    return BLANK


def harmless(draft: FrrDraft, words: list[str], number: int) -> int:
    """A line that has no bearing on separation."""
    return HARMLESS


def leave(draft: FrrDraft, words: list[str], number: int) -> int:
    """`exit`, `exit-vrf`, `exit-address-family`: the block around becomes current."""
    context = draft.context
    if context.parent is not None:
        draft.context = context.parent
    return HARMLESS


def leave_all(draft: FrrDraft, words: list[str], number: int) -> int:
    """`end`: back at the outermost level."""
    draft.context = draft.top
    return HARMLESS


def not_read(draft: FrrDraft, words: list[str], number: int) -> int:
    """A command that bears on separation in a way that facts cannot say."""
    raise Unclear("bears on separation in a way that is not evaluated")


def commands(*harmless_words: str, **handlers: Handler) -> Commands:
    """A block's commands: what every block has, words that are harmless here, and the rest.

    Names in `handlers` are written with `_` for `-`, and `no_` for `no`.
    """
    table: Commands = {"!": blank, "exit": leave, "quit": leave, "end": leave_all}
    table.update(dict.fromkeys(harmless_words, harmless))
    for name, handler in handlers.items():
        table[name.rstrip("_").replace("_", "-")] = handler
    return table


def no_of(harmless_words: Iterable[str] = (), **handlers: Handler) -> Handler:
    """The handler of a block's `no` lines: by the word after `no`; others are not the block's.

    The handlers get the words with the `no`.
    """
    table: Commands = dict.fromkeys(harmless_words, harmless)
    table.update({name.rstrip("_").replace("_", "-"): h for name, h in handlers.items()})

    def no(draft: FrrDraft, words: list[str], number: int) -> int | None:
        handler = table.get(words[1])
        return None if handler is None else handler(draft, words, number)

    return no


def opaque(draft: FrrDraft, words: list[str], number: int) -> int:
    """A block of which nothing is read: its lines are reported one by one."""
    around = draft.context
    report(draft, words, number, UNKNOWN)
    table = _OPAQUE if around is draft.top else _OPAQUE_FAMILY
    draft.context = Context(table, " ".join(words), around)
    return REPORTED


def _opaque_line(draft: FrrDraft, words: list[str], number: int) -> int:
    return report(draft, words, number, UNKNOWN)


#: Words that the blocks around an opaque one would take for theirs.
_SWALLOWED = (
    "aggregate-address bgp distance export import label maximum-paths neighbor network nexthop no "
    "rd redistribute rt table-map timers"
)
_OPAQUE_FAMILY = commands(
    exit_address_family=leave, **dict.fromkeys(_SWALLOWED.split(), _opaque_line)
)
_OPAQUE = commands(
    exit_address_family=harmless,
    address_family=_opaque_line,
    **dict.fromkeys(_SWALLOWED.split(), _opaque_line),
)


def enter(draft: FrrDraft, context: Context) -> int:
    """Make `context` the current block."""
    draft.context = context
    return FACT
