"""The files of a VPN's name server: its zones, and a configuration of NSD that serves them."""

from collections.abc import Iterator, Mapping
from datetime import date

from egovnet.templates.domains.zone_text import zone_text
from egovnet.templates.domains.zones import Address, View

CONFIGURATION = "nsd.conf"


def server_files(view: View, old: Mapping[str, str], day: date) -> dict[str, str]:
    """File -> text, of one view; `old` are those that are there."""
    files = {zone.file: zone_text(zone, old.get(zone.file), day) for zone in view.zones}
    return {CONFIGURATION: server_configuration(view, view.servers), **files}


def server_configuration(view: View, addresses: tuple[Address, ...], directory: str = ".") -> str:
    """`nsd.conf`: it answers on `addresses` and nowhere else, from files in `directory`.

    It transfers no zone, takes no notification, and is controlled by signals only.
    """
    return "\n".join(_configuration(view, addresses, directory)) + "\n"


def _configuration(view: View, addresses: tuple[Address, ...], directory: str) -> Iterator[str]:
    yield f"# Name server of VPN {view.vpn}: agency {view.agency}, {view.zone}. Written by egovnet."
    yield "server:"
    for address in addresses:
        yield f"    ip-address: {address}"
    yield f'    zonesdir: "{directory}"'
    yield f'    pidfile: "{directory}/nsd.pid"'
    yield f'    xfrdfile: "{directory}/xfrd.state"'
    yield f'    zonelistfile: "{directory}/zone.list"'
    yield f'    logfile: "{directory}/nsd.log"'
    yield '    database: ""'
    yield '    chroot: ""'
    yield '    username: ""'
    yield "    server-count: 1"
    yield "    hide-version: yes"
    yield "remote-control:"
    yield "    control-enable: no"
    for zone in view.zones:
        yield "zone:"
        yield f'    name: "{zone.name}"'
        yield f'    zonefile: "{zone.file}"'
