"""A whole configuration as text and as contexts, and how well Linux follows it; pure."""

from __future__ import annotations

import functools
import hashlib
import json
import re
from dataclasses import dataclass, field, replace

from napalm_frr.errors import DeviceTextError
from napalm_frr.text import (
    device_text,
    filter_text,
    frr_tree,
    interfaces_text,
    ipsec_check,
    linux_check,
)
from napalm_frr.text.daemons import daemons_for
from napalm_frr.text.device_text import DeviceText
from napalm_frr.text.frr_tree import Contexts
from napalm_frr.text.linux_fault import LinuxFault
from napalm_frr.text.sanitize import line_without_key


# A commit reads the same two texts several times: what runs, and what is to run. Nobody changes
# contexts in place.
@functools.lru_cache(maxsize=512)
def _parsed(interfaces: str, frr: str, ruleset: str) -> tuple[Contexts, Contexts, Contexts]:
    return interfaces_text.parse(interfaces), frr_tree.parse(frr), filter_text.parse(ruleset)


@dataclass(frozen=True)
class DeviceState:
    """A whole configuration, as text and as contexts."""

    text: DeviceText
    interfaces: Contexts = field(repr=False)
    frr: Contexts = field(repr=False)
    #: nftables' ruleset (`filter_text`).
    filter: Contexts = field(default_factory=dict, repr=False)
    #: SHA-256 of all parts as the router printed them; empty for what no router printed.
    fingerprint: str = ""
    #: Where the router's Linux is not as its own interfaces text says (`linux_check`).
    faults: tuple[LinuxFault, ...] = ()
    #: FRR's daemons that run there; None where nobody said.
    living: frozenset[str] | None = None
    #: Linux's interfaces; None where nobody said.
    links: frozenset[str] | None = field(default=None, repr=False)
    #: What the kernel has of IPsec, as the agent prints it: no keys.
    ipsec: str = field(default="", repr=False)

    def dead_for(self, frr: Contexts) -> tuple[str, ...]:
        """The daemons that do not run, of those that an FRR text needs. What a dead one is
        configured with is in no running text."""
        if self.living is None:
            return ()
        return tuple(sorted(daemons_for(frr) - self.living))

    def ports_missing_for(self, interfaces: Contexts) -> tuple[str, ...]:
        """Ports that an interfaces text needs and this router does not have."""
        return () if self.links is None else linux_check.missing_ports(interfaces, self.links)

    @classmethod
    def of(cls, text: DeviceText) -> DeviceState:
        """Read the parts of a text."""
        return cls(text, *_parsed(text.interfaces, text.frr, text.filter))

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
            and self.same_filter(other)
        )

    def same_filter(self, other: DeviceState) -> bool:
        """Whether the packet filters are the same."""
        return filter_text.same(self.filter, other.filter)


def check_text(text: DeviceText) -> None:
    """Raise DeviceTextError, with the whole text's line, for what can be said without the
    router.
    """
    try:
        interfaces_text.check(text.interfaces)
    except DeviceTextError as error:
        line = None if error.line is None else error.line + text.interfaces_line - 1
        raise DeviceTextError(error.message, line) from error
    try:
        filter_text.check(text.filter)
    except DeviceTextError as error:
        line = None if error.line is None else error.line + text.filter_line - 1
        raise DeviceTextError(error.message, line) from error
    if (bare := line_without_key(text.frr)) is not None:
        line = bare + text.frr_line - 1
        raise DeviceTextError("a key was taken out of this line; put it in again", line)
    name = frr_tree.hostname_of(text.frr)
    if text.hostname and name and name != text.hostname:
        raise DeviceTextError(
            f"line 1 names the device {text.hostname!r}, FRR's hostname line {name!r}"
        )


def faults_of_equal(texts: dict[str, str], wanted: DeviceText) -> tuple[LinuxFault, ...] | None:
    """Linux's faults on a router whose text is block by block the wanted one; None when it is not.
    Most routers are as they should be, and then their lines need not be taken apart.
    """
    running = _text_of(texts)
    if (running.hostname, running.interfaces) != (wanted.hostname, wanted.interfaces):
        return None
    if running.filter != wanted.filter:
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
    faults += linux_check.label_faults(interfaces, frr, labels)
    faults += ipsec_check.faults(interfaces, texts.get("ipsec", ""))
    daemons = texts.get("daemons", "").split()
    if daemons and "zebra" not in daemons:
        return faults
    return faults + linux_check.unheard_faults(interfaces, linux, texts.get("zebra", ""))


def not_whole(texts: dict[str, str]) -> str:
    """What a router's answer lacks to be taken for what it runs; "" when it is whole.

    A reading that was cut off looks like a router that has lost a part of its configuration.
    """
    if not texts.get("linux", "").rstrip().endswith("]"):
        return "cannot read its interfaces: ip(8) printed nothing, or not all"
    if not texts.get("frr", "").endswith("end\n"):
        return "cannot read its configuration: what vtysh printed has no end"
    return ""


def state_from_texts(texts: dict[str, str]) -> DeviceState:
    """From what the router's agent sends: hostname, interfaces, frr, and filter if it has one."""
    parts = (texts.get("interfaces", ""), texts.get("frr", ""), texts.get("filter", ""))
    state = DeviceState.of(_text_of(texts))
    fingerprint = hashlib.sha256("".join(parts).encode()).hexdigest()
    faults = _linux_faults(texts, state.interfaces, state.frr)
    living = frozenset(texts.get("daemons", "").split()) or None
    links = frozenset(str(link.get("ifname")) for link in json.loads(texts.get("linux") or "[]"))
    return replace(
        state,
        fingerprint=fingerprint,
        faults=faults,
        living=living,
        links=links or None,
        ipsec=texts.get("ipsec", ""),
    )


def _text_of(texts: dict[str, str]) -> DeviceText:
    names = ("hostname", "interfaces", "frr", "filter")
    return device_text.as_read(*(texts.get(name, "") for name in names))
