"""Blocks of frr.conf all of whose lines are harmless, from closed lists."""

from egovnet.templates.frr.config.contexts import commands, leave, no_of
from egovnet.templates.frr.config.draft import HARMLESS, Context, FrrDraft, Unclear


def open_harmless(draft: FrrDraft, words: list[str], number: int) -> int:
    """A block all of whose lines are harmless."""
    block = " ".join(words[:2]) if " ".join(words[:2]) in _HARMLESS_BLOCKS else words[0]
    table = _HARMLESS_BLOCKS[block]
    around = draft.context
    if around.commands is table and around.parent is not None:
        around = around.parent  # `key 2` after `key 1`
    draft.context = Context(table, " ".join(words), around)
    return HARMLESS


def _exec_timeout(draft: FrrDraft, words: list[str], number: int) -> int:
    """`exec-timeout MINUTES [SECONDS]`."""
    minutes, seconds = (*map(int, words[1:]), 0)[:2]
    if minutes + seconds // 60 > _LONGEST_TIMEOUT:
        raise Unclear("FRR prints it back as minutes that it does not take")
    return HARMLESS


#: Minutes that vtysh's grammar takes.
_LONGEST_TIMEOUT = 35791
_HARMLESS_BLOCKS = {
    "line vty": commands("line", "access-class", "login", exec_timeout=_exec_timeout),
    "key chain": commands("key chain", key=open_harmless, no_=no_of(("key",))),
    "key": commands(
        "key",
        "key-string",
        "accept-lifetime",
        "send-lifetime",
        "cryptographic-algorithm",
        key=open_harmless,
    ),
    "link-params": commands(
        "link-params",
        "admin-grp",
        "ava-bw",
        "delay",
        "delay-variation",
        "enable",
        "max-bw",
        "max-rsv-bw",
        "metric",
        "neighbor",
        "packet-loss",
        "res-bw",
        "unrsv-bw",
        "use-bw",
        exit_link_params=leave,
        no_=no_of(("enable", "metric", "admin-grp", "neighbor")),
    ),
}
