"""Facts as a test writes them: of a planned device, by rendering and reading it, and by hand."""

from collections.abc import Iterable

from egovnet.isolation.algebra.route_targets import target_of
from egovnet.templates.frr.config.config_reader import read_config
from egovnet.templates.model.device import AddressFamily, Device
from egovnet.templates.model.facts import DeviceFacts, Match, PolicyEntry, PrefixRule
from egovnet.templates.registry import render


def rt(text: str) -> bytes:
    asn, _, number = text.partition(":")
    return target_of(int(asn), int(number))


def facts_of(device: Device) -> DeviceFacts:
    """What a router says that runs what `device` means."""
    return read_config(render(device), f"{device.name}.cfg")


def admits(
    family: AddressFamily, prefixes: Iterable[object], *, clears: bool = True
) -> PolicyEntry:
    """An entry that lets in `prefixes` and their more specifics."""
    rules = tuple(
        PrefixRule("permit", prefix, prefix.prefixlen, prefix.max_prefixlen)  # type: ignore[attr-defined]
        for prefix in prefixes
    )
    return PolicyEntry("permit", (Match("prefix", family=family, prefixes=rules),), clears=clears)
