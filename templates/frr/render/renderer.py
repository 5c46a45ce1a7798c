"""Device -> the whole text of an FRRouting router on Linux (FRR 8.4, ifupdown2)."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from egovnet.inventory.model.address_text import written
from egovnet.templates.frr.render.packet_filter import packet_filter_text
from egovnet.templates.model.device import Device
from egovnet.templates.model.errors import UnsafeValueError
from egovnet.templates.model.ike_texts import IkeTexts

#: The IS-IS instance's tag; local to the router.
ISIS_TAG = "backbone"


_FAMILIES = frozenset({"ipv4", "ipv6"})
_FAMILY = {4: "ipv4", 6: "ipv6"}
_WORDS = {"ipv4": "ip", "ipv6": "ipv6"}


class _Words(str):
    """Several values with a space between each two."""

    __slots__ = ()


class _Lines(str):
    """Whole lines, whose values whoever wrote them has looked at."""

    __slots__ = ()


def _words(value: str | Iterable[str]) -> _Words:
    return _Words(value if isinstance(value, str) else " ".join(map(_safe, value)))


def _safe(value: object) -> str:
    """A value as it goes into the text: one printable word, or several where words are meant.

    A line break would begin another line, and a space another word, of whatever daemon reads it;
    the models let neither in, and here nothing gets by that did.
    """
    if type(value) is _Lines:
        return value
    text = value if type(value) is str else written(value)
    # of all blanks only the plain space is printable
    if text.isprintable() and (
        text and " " not in text if type(value) is not _Words else all(text.split(" "))
    ):
        return text
    raise UnsafeValueError(f"{text!r} cannot stand in a router's text; correct it")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("egovnet.templates.frr.render", ""),
        undefined=StrictUndefined,
        finalize=_safe,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 -- router configuration, not HTML
    )
    environment.filters["words"] = _words
    return environment


def render(device: Device) -> str:
    """The intended text of `device`: canonical, so that the router prints the same back."""
    return _render(device, provisioned=True)


def render_day0(device: Device) -> str:
    """The text a router is delivered with: its name, management and nothing else."""
    return _render(device, provisioned=False)


def render_ike(device: Device) -> IkeTexts:
    """What strongSwan 5.9 reads on a PE: a connection for each tunnel; without any, nobody's."""
    tunnels = () if device.encrypted is None else device.encrypted.tunnels
    words = {"device": device, "encrypted": device.encrypted, "tunnels": tunnels}
    environment = _environment()
    return IkeTexts(
        connections=environment.get_template("swanctl.j2").render(**words),
        daemon=environment.get_template("strongswan.j2").render(),
        names=tuple(tunnel.name for tunnel in tunnels),
    )


def _render(device: Device, *, provisioned: bool) -> str:
    if not _FAMILIES.issuperset(device.families):
        raise UnsafeValueError(f"{device.families!r} are not families; correct them")
    if not provisioned:
        device = replace(
            device,
            loopbacks=(),
            interfaces=(),
            vrfs=(),
            backbone_peers=(),
            untagged=None,
            packet_filter=None,
            firewall=None,
            encrypted=None,
        )
    untagged = device.untagged
    template = _environment().get_template("device.j2")
    return template.render(
        device=device,
        provisioned=provisioned,
        management=device.management,
        loopbacks=device.loopbacks,
        interfaces=device.interfaces,
        untagged=untagged,
        encrypted=device.encrypted,
        tables=[
            *((vrf.name, vrf.table) for vrf in device.vrfs),
            *([(untagged.vrf, untagged.table)] if untagged else []),
        ],
        next_hops=defaultdict(tuple, {vrf.name: vrf.next_hops for vrf in device.vrfs}),
        circuits=[interface for interface in device.interfaces if interface.circuit],
        peers=[peer for vrf in device.vrfs for peer in vrf.peers],
        isis=ISIS_TAG,
        packet_filter=_Lines(packet_filter_text(device.packet_filter))
        if device.packet_filter is not None
        else "",
        **_of_firewall(device),
    )


def _of_firewall(device: Device) -> dict[str, object]:
    """What a firewall says of each family."""
    firewall = device.firewall
    peers = firewall.peers if firewall else ()
    routes = firewall.routes if firewall else ()
    return {
        "families": device.families,
        "words": _WORDS,
        "speakers": {
            family: [peer for peer in peers if _FAMILY[peer.address.version] == family]
            for family in device.families
        },
        "announced": {
            family: list(
                dict.fromkeys(r.prefix for r in routes if _FAMILY[r.prefix.version] == family)
            )
            for family in device.families
        },
    }
