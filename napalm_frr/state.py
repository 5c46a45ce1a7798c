"""A router's configuration as it is, and as it is to be; pure."""

from __future__ import annotations

import functools
import hashlib
import json
import re
from collections.abc import Collection
from dataclasses import dataclass, field, replace

from napalm_frr import device_text, frr_tree, interfaces_text, linux_check, merge, native_diff
from napalm_frr.device_text import DeviceText
from napalm_frr.errors import DeviceTextError
from napalm_frr.frr_tree import Contexts
from napalm_frr.linux_fault import LinuxFault


# A commit reads the same two texts several times: what runs, and what is to run. Nobody changes
# contexts in place.
@functools.lru_cache(maxsize=512)
def _parsed(interfaces: str, frr: str) -> tuple[Contexts, Contexts]:
    return interfaces_text.parse(interfaces), frr_tree.parse(frr)


@dataclass(frozen=True)
class DeviceState:
    """A whole configuration, as text and as contexts."""

    text: DeviceText
    interfaces: Contexts = field(repr=False)
    frr: Contexts = field(repr=False)
    fingerprint: str = ""
    """SHA-256 of both parts as the router printed them; empty for what no router printed."""
    faults: tuple[LinuxFault, ...] = ()
    """Where the router's Linux is not as its own interfaces text says (``linux_check``)."""

    @classmethod
    def of(cls, text: DeviceText) -> DeviceState:
        """Read both parts of a text."""
        return cls(text, *_parsed(text.interfaces, text.frr))

    def same_interfaces(self, other: DeviceState) -> bool:
        """Whether the Linux parts mean the same."""
        return frr_tree.same(self.interfaces, other.interfaces)

    def same(self, other: DeviceState) -> bool:
        """Whether a commit from one to the other would change nothing."""
        return (
            not self.faults
            and self.text.hostname == other.text.hostname
            and self.same_interfaces(other)
            and frr_tree.same(self.frr, other.frr)
        )

    def diff_to(self, candidate: DeviceState) -> str:
        """What would change, for people (``native_diff``)."""
        return native_diff.diff_device(
            (self.text.hostname, candidate.text.hostname),
            (self.interfaces, candidate.interfaces),
            (self.frr, candidate.frr),
            self.faults,
        )


@dataclass(frozen=True)
class Loaded:
    """A candidate before it is seen against the running configuration."""

    replacement: DeviceText | None
    """The whole text to have instead of the running one; None to start from the running one."""
    fragments: tuple[DeviceText, ...] = ()
    """What to merge into it, in order."""

    def against(self, running: DeviceState) -> DeviceState:
        """The configuration that a commit would lead to."""
        state = running if self.replacement is None else DeviceState.of(self.replacement)
        for fragment in self.fragments:
            state = merge.merge_device(state, fragment)
        return state


def check_text(text: DeviceText) -> None:
    """Raise DeviceTextError, with the whole text's line, for what can be said without the
    router."""
    try:
        interfaces_text.check(text.interfaces)
    except DeviceTextError as error:
        raise DeviceTextError(
            str(error).split(": ", 1)[-1] if error.line else str(error),
            error.line + text.interfaces_line - 1 if error.line else None,
        ) from error
    name = frr_tree.hostname_of(text.frr)
    if text.hostname and name and name != text.hostname:
        raise DeviceTextError(
            f"line 1 names the device {text.hostname!r}, FRR's hostname line {name!r}"
        )


def refuse_management_change(
    running: DeviceState, candidate: DeviceState, server: str, protected: Collection[str]
) -> None:
    """Raise DeviceTextError when the candidate would cut the path we manage the router through.

    ``server`` is the router's address that our session ends at, ``protected`` interfaces that must
    not
    change either way; interfaces the router has no stanza for are not ours to judge.
    """
    names = set(protected) | interfaces_text.names_with_address(running.interfaces, server)
    for name in list(names):
        for lines in interfaces_text.stanzas_of(running.interfaces, name).values():
            names |= {line.split()[1] for line in lines if line.startswith("vrf ")}
    for name in sorted(names):
        before = interfaces_text.stanzas_of(running.interfaces, name)
        after = interfaces_text.stanzas_of(candidate.interfaces, name)
        if before and before != after:
            what = "changes" if after else "removes"
            raise DeviceTextError(
                f"the candidate {what} the management interface {name!r}; give the optional "
                "argument"
                " allow_management_change to do so all the same"
            )
        for path in ((f"interface {name}",), (f"vrf {name}",)):
            lost = set(running.frr.get(path, [])) - set(candidate.frr.get(path, []))
            if lost:
                raise DeviceTextError(
                    f"the candidate takes {sorted(lost)[0]!r} from {path[0]!r}, which manages "
                    "the router;"
                    " give the optional argument allow_management_change to do so all the same"
                )


def faults_of_equal(texts: dict[str, str], wanted: DeviceText) -> tuple[LinuxFault, ...] | None:
    """Linux's faults on a router whose text is block by block the wanted one; None when it is
    not. Most routers are as they should be, and then their lines need not be taken apart."""
    running = device_text.as_read(
        texts.get("hostname", ""), texts.get("interfaces", ""), texts.get("frr", "")
    )
    if (running.hostname, running.interfaces) != (wanted.hostname, wanted.interfaces):
        return None
    if running.frr != wanted.frr and _blocks(running.frr) != _blocks(wanted.frr):
        return None
    return _linux_faults(texts, interfaces_text.parse(running.interfaces), running.frr)


_BLOCK = re.compile(r"^!\n", re.MULTILINE)


def _blocks(frr: str) -> list[str]:
    """The outermost blocks of FRR's text, whose order means nothing; lists a line each."""
    found: list[str] = []
    for block in _BLOCK.split(frr):
        lists = block.startswith(("ip prefix-list ", "ipv6 prefix-list "))
        found += block.splitlines(keepends=True) if lists else [block]
    return sorted(filter(None, found))


def _linux_faults(
    texts: dict[str, str], interfaces: Contexts, frr: Contexts | str
) -> tuple[LinuxFault, ...]:
    linux = json.loads(texts.get("linux") or "[]")
    faults = linux_check.faults(interfaces, linux) if linux else ()
    labels = json.loads(texts.get("labels") or "[]")
    return faults + linux_check.label_faults(interfaces, frr, labels)


def state_from_texts(texts: dict[str, str]) -> DeviceState:
    """From what the router's agent sends: hostname, interfaces, frr."""
    interfaces, frr = texts.get("interfaces", ""), texts.get("frr", "")
    state = DeviceState.of(device_text.as_read(texts.get("hostname", ""), interfaces, frr))
    fingerprint = hashlib.sha256((interfaces + frr).encode()).hexdigest()
    faults = _linux_faults(texts, state.interfaces, state.frr)
    return replace(state, fingerprint=fingerprint, faults=faults)
