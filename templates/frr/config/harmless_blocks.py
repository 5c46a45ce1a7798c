"""Blocks of frr.conf all of whose lines are harmless, from closed lists."""

from egovnet.templates.frr.config.contexts import commands, leave, no_of
from egovnet.templates.frr.config.draft import HARMLESS, Context, FrrDraft


def open_harmless(draft: FrrDraft, words: list[str], number: int) -> int:
    """A block all of whose lines are harmless."""
    block = " ".join(words[:2]) if " ".join(words[:2]) in _HARMLESS_BLOCKS else words[0]
    table = _HARMLESS_BLOCKS[block]
    around = draft.context
    if around.commands is table and around.parent is not None:
        around = around.parent  # `key 2` after `key 1`
    draft.context = Context(table, " ".join(words), around)
    return HARMLESS


_HARMLESS_BLOCKS = {
    "line vty": commands("line", "access-class", "exec-timeout", "login"),
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
