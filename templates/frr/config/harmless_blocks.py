"""Blocks of frr.conf all of whose lines are harmless, from closed lists."""

from egovnet.templates.frr.config.contexts import commands, no_of
from egovnet.templates.frr.config.draft import HARMLESS, Context, FrrDraft


def open_harmless(draft: FrrDraft, words: list[str], number: int) -> int | None:
    """A block all of whose lines are harmless, from a closed list."""
    if words != ["bfd"] and words[:2] not in (["line", "vty"], ["key", "chain"]):
        return None
    draft.context = Context(_HARMLESS_BLOCKS[words[0]], " ".join(words), draft.top)
    return HARMLESS


_HARMLESS_BLOCKS = {
    "line": commands("access-class", "exec-timeout", "login", "password"),
    "bfd": commands(
        "peer",
        "profile",
        "detect-multiplier",
        "receive-interval",
        "transmit-interval",
        "echo-mode",
        "echo",
        "echo-interval",
        "label",
        "log-session-changes",
        "minimum-ttl",
        "passive-mode",
        "shutdown",
        no_=no_of(("shutdown", "passive-mode", "echo-mode", "log-session-changes")),
    ),
    "key": commands(
        "key", "key-string", "accept-lifetime", "send-lifetime", "cryptographic-algorithm"
    ),
}
