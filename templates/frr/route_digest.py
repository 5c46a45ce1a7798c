"""One digest of all VRFs' routes, made by the router and by us: equal where the tables are.

A table as JSON is some 600 octets a route; most nights it says what was known. The kernel is asked,
which forwards, in lines "TABLE PREFIX", sorted by octets, as ip(8) spells prefixes.
"""

import hashlib
from collections.abc import Iterable, Mapping

from templates.device import AddressFamily, Device

_VERSION = {"ipv4": 4, "ipv6": 6}
#: What ip(8) leaves out of a host's route.
_ALONE = {"ipv4": "/32", "ipv6": "/128"}
#: Routes that forward, of the tables that stand between blanks in {tables}; a route with several
#: next hops has lines of its own for them, which begin with a tab. Every interface has fe80::/64.
_COMMAND = (
    "ip -N -{version} route show table all type unicast | awk -v t='{tables}' "
    "'/^[0-9a-f]/ && $1 !~ /^fe80/ {{for (i = 2; i < NF; i++) "
    'if ($i == "table" && index(t, " " $(i + 1) " ")) print $(i + 1), $1}}\' '
    "| LC_ALL=C sort -u | sha256sum"
)


def digest_command(device: Device, family: AddressFamily) -> str:
    """Shell text that prints the digest of what the VRFs of `device` have."""
    tables = f" {' '.join(str(vrf.table) for vrf in device.vrfs)} "
    return _COMMAND.format(version=_VERSION[family], tables=tables)


def routes_digest(
    device: Device, family: AddressFamily, routes: Mapping[str, Iterable[str]]
) -> str:
    """The digest where each VRF has exactly its prefixes in `routes`; those of the other family
    are passed over."""
    lines = {
        f"{vrf.table} {prefix.removesuffix(_ALONE[family])}\n"
        for vrf in device.vrfs
        for prefix in routes.get(vrf.name, ())
        if (":" in prefix) == (family == "ipv6")
    }
    return hashlib.sha256("".join(sorted(lines)).encode()).hexdigest()
