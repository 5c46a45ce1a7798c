"""Ports whose frames without a tag are to lead nowhere."""

from collections.abc import Iterable

from egovnet.inventory.model import UNTAGGED_VRF
from egovnet.templates.model.device import Interface, Untagged
from egovnet.templates.platform import Platform


def untagged_ports(on: Platform, interfaces: Iterable[Interface]) -> Untagged | None:
    """The ports of `interfaces` that carry VLANs and nobody without a tag.

    None where there is no such port, or the platform routes nothing that comes without a tag.
    """
    interfaces = tuple(interfaces)
    ports = {i.port for i in interfaces if i.vlan is not None}
    ports -= {i.port for i in interfaces if i.vlan is None}
    if not ports or not on.capabilities.routes_untagged:
        return None
    in_order = sorted(ports, key=lambda name: (len(name), name))
    tables = on.capabilities.tables
    return Untagged(UNTAGGED_VRF, tables.untagged if tables else None, tuple(in_order))
