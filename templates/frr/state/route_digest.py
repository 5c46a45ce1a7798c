"""One digest of all VRFs' routes, made by the router and by us: equal where the tables are.

A table as JSON is some 600 octets a route; most nights it says what was known. The kernel is asked,
which forwards: a line "table NUMBER" and lines "PREFIX" for each table that has routes, as ip(8)
spells them, sorted by octets.
"""

import hashlib
from collections.abc import Mapping
from functools import lru_cache

from egovnet.templates.model.device import AddressFamily, Device

_VERSION = {"ipv4": 4, "ipv6": 6}
#: What ip(8) leaves out of a host's route.
_ALONE = {"ipv4": "/32", "ipv6": "/128"}
#: Routes that forward, of the tables that stand between blanks in {tables}; a route with several
#: next hops has lines of its own for them, which begin with a tab. Every interface has fe80::/64.
_COMMAND = (
    "ip -N -{version} route show table all type unicast | awk -v t='{tables}' "
    "'/^[0-9a-f]/ && $1 !~ /^fe80/ {{for (i = 2; i < NF; i++) "
    'if ($i == "table" && index(t, " " $(i + 1) " ")) print $(i + 1), $1}}\' '
    "| LC_ALL=C sort -u | awk '$1 != table {{ table = $1; print \"table\", $1 }} {{ print $2 }}' "
    "| sha256sum"
)


def digest_command(device: Device, family: AddressFamily) -> str:
    """Shell text that prints the digest of what the VRFs of `device` have."""
    tables = f" {' '.join(str(vrf.table) for vrf in device.vrfs)} "
    return _COMMAND.format(version=_VERSION[family], tables=tables)


def routes_digest(
    device: Device, family: AddressFamily, routes: Mapping[str, frozenset[str]]
) -> str:
    """The digest where each VRF has exactly its prefixes in `routes`; those of the other family
    are passed over."""
    digest = hashlib.sha256()
    # as sort(1) has them: table 10 before table 9
    for vrf in sorted(device.vrfs, key=lambda vrf: f"{vrf.table} "):
        if lines := _lines(routes.get(vrf.name, frozenset()), family):
            digest.update(f"table {vrf.table}\n".encode() + lines)
    return digest.hexdigest()


# The VRFs of a VPN share their routes, and are in hundreds of devices.
@lru_cache(maxsize=4096)
def _lines(prefixes: frozenset[str], family: AddressFamily) -> bytes:
    alone = _ALONE[family]
    of_family = (p for p in prefixes if (":" in p) == (family == "ipv6"))
    return "".join(sorted(f"{p.removesuffix(alone)}\n" for p in of_family)).encode()
