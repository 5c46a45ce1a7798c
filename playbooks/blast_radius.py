"""Which VPNs and sites a diff touches, read off the names in its changed lines."""

import re
from collections.abc import Iterable, Mapping

from inventory.allocation import Allocation, vrf_of
from inventory.models import Network
from templates.intend import access_addresses, access_interface, policy_name

#: What may be part of a name or an address in a configuration line.
_TOKEN = re.compile(r"[\w.:/-]+")


class BlastRadius:
    """Index from the names that a device's text uses to the VPN and site they serve.

    Built once, linear in the accesses; `of` is linear in the diff.
    """

    def __init__(self, network: Network, allocation: Allocation) -> None:
        self._names: dict[str, dict[str, tuple[str, str | None]]] = {}
        for site, entry in network.sites.items():
            prefixes = [str(prefix) for prefix in entry.prefixes]
            for name, access in entry.site_network_accesses.items():
                label = f"{site}/{name}"
                index = self._names.setdefault(access.pe, {})
                key = vrf_of(network, site, access)
                index.setdefault(allocation.vrf_name[key], (entry.vpn, key.spoke))
                served = (entry.vpn, site)
                index[access_interface(access, allocation.vlan[label])] = served
                index[label] = served
                for family in ("", "-ipv4", "-ipv6"):
                    index[policy_name(site, name) + family] = served
                ends = access_addresses(allocation, label)
                for address in (*ends.pe, *ends.ce):
                    index[str(address.ip)] = served
                for prefix in prefixes:
                    index[prefix] = served
        self._retired: dict[str, str] = {}
        for vpn, body in network.vpns.items():
            prefix = network.backbone.zones[body.zone].vrf_prefix
            self._retired[f"{prefix}-{vpn}"] = vpn

    def of(self, diffs: Mapping[str, str]) -> dict[str, list[str]]:
        """{"vpns": [...], "sites": [...]} that the diffs (device -> text) touch, sorted."""
        vpns: set[str] = set()
        sites: set[str] = set()
        for device, diff in diffs.items():
            index = self._names.get(device, {})
            for token in _tokens(diff):
                if token in index:
                    vpn, site = index[token]
                    vpns.add(vpn)
                    if site is not None:
                        sites.add(site)
                elif (vpn_name := self._retired.get(token)) is not None:
                    vpns.add(vpn_name)
        return {"vpns": sorted(vpns), "sites": sorted(sites)}


def _tokens(diff: str) -> Iterable[str]:
    """Names in the changed lines and in the headings they stand under."""
    headings: list[str] = []
    for line in diff.splitlines():
        body = line[1:] if line[:1] in "+-" else line
        if line[:1] in ("+", "-"):
            for heading in headings:
                yield from _TOKEN.findall(heading)
            headings.clear()
            yield from _TOKEN.findall(body)
        elif not body.startswith("   "):
            headings = [body] if not body.startswith("  ") or not headings else [headings[0], body]
