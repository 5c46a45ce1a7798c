"""The block `bfd`: profiles, which say how fast, and sessions that no routing protocol asks for.

Tried on bfdd 8.4.4: a session is known by its address, VRF, port, local address and whether it
goes over several hops; a profile may be named before it is there.
"""

from egovnet.templates.frr.config.addresses import read_address
from egovnet.templates.frr.config.contexts import commands, enter, no_of
from egovnet.templates.frr.config.draft import (
    FACT,
    HARMLESS,
    Context,
    FrrDraft,
    Refused,
    Unclear,
)
from egovnet.templates.model.facts import BfdPeer

_SESSION = (
    "detect-multiplier",
    "echo",
    "echo-interval",
    "echo-mode",
    "minimum-ttl",
    "passive-mode",
    "profile",
    "receive-interval",
    "shutdown",
    "transmit-interval",
)
_OFF = ("echo-mode", "log-session-changes", "minimum-ttl", "passive-mode", "profile", "shutdown")


def open_bfd(draft: FrrDraft, words: list[str], number: int) -> int:
    """`bfd`."""
    enter(draft, Context(_BFD, "bfd", draft.top))
    return HARMLESS


def _open_profile(draft: FrrDraft, words: list[str], number: int) -> int:
    around = draft.context
    if around.commands is not _BFD and around.parent is not None:
        around = around.parent  # a session or profile without its `exit`
    enter(draft, Context(_PROFILE, " ".join(words), around))
    return HARMLESS


def _open_peer(draft: FrrDraft, words: list[str], number: int) -> int:
    """`peer A [multihop] [local-address L] [interface I] [vrf V]`."""
    key, peer = _peer(words[1:], number)
    draft.bfd_peers.setdefault(key, peer)
    return enter(draft, Context(_PEER, " ".join(words), draft.context))


def _no_peer(draft: FrrDraft, words: list[str], number: int) -> int:
    if draft.bfd_peers.pop(_peer(words[2:], number)[0], None) is None:
        raise Refused("takes away what is not there")
    return FACT


def _peer(words: list[str], number: int) -> tuple[tuple[str, ...], BfdPeer]:
    """(what the session is known by, the session)."""
    address, *rest = words
    said = {"multihop": "", "local-address": "", "interface": "", "vrf": ""}
    while rest:
        word = rest.pop(0)
        if word not in said:
            raise Unclear(f"a session with {word}")
        said[word] = "yes" if word == "multihop" else rest.pop(0)
    vrf = None if said["vrf"] in ("", "default") else said["vrf"]
    local = str(read_address(said["local-address"])) if said["local-address"] else ""
    if said["multihop"] and not local:
        raise Refused("FRR refuses it: over several hops from no local-address")
    peer = BfdPeer(vrf, read_address(address), said["interface"], bool(said["multihop"]), number)
    return (str(peer.address), vrf or "", peer.interface, local, said["multihop"]), peer


_PROFILE = commands("bfd profile", *_SESSION, no_=no_of(_OFF))
_PEER = commands("bfd peer", *_SESSION, no_=no_of(_OFF))
_BFD = commands(
    "bfd",
    peer=_open_peer,
    profile=_open_profile,
    no_=no_of(("profile",), peer=_no_peer),
)
