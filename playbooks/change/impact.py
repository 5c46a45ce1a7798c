"""Which VPNs and sites a diff touches, read off the names in its changed lines."""

import re
from collections.abc import Mapping

from egovnet.inventory.allocation.allocate import Allocation, vrf_of
from egovnet.inventory.model import Network
from egovnet.playbooks.results.affected import Affected
from egovnet.templates.intend.build_devices import access_addresses, access_interface, policy_name
from egovnet.templates.registry import platform

#: What may be part of a name or an address in a configuration line.
_TOKEN = re.compile(r"[\w.:/-]+")
_SITE = re.compile(r"\bsite ([^\s/]+)/")
#: What tells the VRFs of a VPN's spokes apart.
_NUMBER = re.compile(r"-\d+$")


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
                index[access_interface(network, access, allocation.vlan[label])] = served
                index[label] = served
                for family in ("", "-ipv4", "-ipv6"):
                    index[policy_name(site, name) + family] = served
                ends = access_addresses(allocation, label)
                for address in (*ends.pe, *ends.ce):
                    index[str(address.ip)] = served
                for prefix in prefixes:
                    index[prefix] = served
        self._platforms = {name: platform(r.platform) for name, r in network.routers.items()}
        self._vpns = network.vpns.keys()
        self._prefixes = tuple(f"{zone.vrf_prefix}-" for zone in network.backbone.zones.values())

    def of(self, diffs: Mapping[str, str]) -> Affected:
        """What the diffs (device -> text) touch."""
        vpns: set[str] = set()
        sites: set[str] = set()
        for device, diff in diffs.items():
            index = self._names.get(device, {})
            for line in self._platforms[device].changed_lines(diff):
                for word in _TOKEN.findall(line.text):
                    token = word if word in index else word.rstrip(":")
                    if token in index:
                        vpn, site = index[token]
                        vpns.add(vpn)
                        if site is not None:
                            sites.add(site)
                # What left the inventory is known by the device's own words only.
                sites.update(_SITE.findall(line.text))
                vpns.update(filter(None, map(self._vpn_of, line.vrfs)))
        return Affected(tuple(sorted(vpns)), tuple(sorted(sites)))

    def _vpn_of(self, vrf: str) -> str | None:
        """The VPN that a VRF's name tells; None for a VRF of ours, such as management's."""
        for prefix in self._prefixes:
            if vrf.startswith(prefix):
                vpn = vrf.removeprefix(prefix)
                spoke = _NUMBER.sub("", vpn)
                return spoke if vpn not in self._vpns and spoke in self._vpns else vpn
        return None
