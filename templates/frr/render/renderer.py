"""Device -> the whole text of an FRRouting router on Linux (FRR 8.4, ifupdown2)."""

from dataclasses import replace
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from egovnet.templates.model.device import Device

#: The IS-IS instance's tag; local to the router.
ISIS_TAG = "backbone"


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("egovnet.templates.frr.render", ""),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 -- router configuration, not HTML
    )


def render(device: Device) -> str:
    """The intended text of `device`: canonical, so that the router prints the same back."""
    return _render(device, provisioned=True)


def render_day0(device: Device) -> str:
    """The text a router is delivered with: its name, management and nothing else."""
    return _render(device, provisioned=False)


def _render(device: Device, *, provisioned: bool) -> str:
    if not provisioned:
        device = replace(
            device, loopbacks=(), interfaces=(), vrfs=(), backbone_peers=(), untagged=None
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
        tables=[
            *((vrf.name, vrf.table) for vrf in device.vrfs),
            *([(untagged.vrf, untagged.table)] if untagged else []),
        ],
        circuits=[interface for interface in device.interfaces if interface.circuit],
        peers=[peer for vrf in device.vrfs for peer in vrf.peers],
        isis=ISIS_TAG,
    )
