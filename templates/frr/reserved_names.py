"""Names that an interface or a VRF of an FRR router on Linux cannot have, each with its source.

A VRF is an interface too (Linux `vrf` devices), so what no interface may be called no VRF may.
"""

_SYSCTL = "a directory of net.ipv4.conf (Linux, Documentation/networking/ip-sysctl.rst)"
_MODULE = "made by its kernel module (Linux, drivers/net and net/ipv4, net/ipv6)"
_STATIC = "a word of static routes (FRR, staticd)"
_TABLE = "a routing table's name (iproute2, /etc/iproute2/rt_tables)"

#: Interface -> what has the name already.
INTERFACES = {
    "lo": "the loopback",
    "all": _SYSCTL,
    "default": _SYSCTL,
    **dict.fromkeys(
        (
            *("bond0", "dummy0", "ifb0", "ifb1", "nlmon0", "teql0"),
            *("sit0", "tunl0", "gre0", "gretap0", "erspan0", "ip6tnl0", "ip6gre0"),
            *("ip_vti0", "ip6_vti0"),
        ),
        _MODULE,
    ),
    "pimreg": "made for multicast routing (Linux, net/ipv4/ipmr.c)",
    "pim6reg": "made for multicast routing (Linux, net/ipv6/ip6mr.c)",
    # FRR compares without regard to case and takes any beginning of it
    **dict.fromkeys(("null0", "blackhole", "reject"), _STATIC),
    "untagged": "the VRF of frames without a tag (egovnet)",
}
#: VRF -> the same.
VRFS = {
    **INTERFACES,
    "default": "the default instance (FRR, lib/vrf.h)",
    "route-map": "a word of `import vrf` (FRR, bgpd)",
    # ifupdown2 writes VRFs into rt_tables.d by their names
    **dict.fromkeys(("main", "local", "unspec"), _TABLE),
}
