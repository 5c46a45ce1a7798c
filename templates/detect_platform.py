"""Texts of platforms that cannot be read yet: told apart by words that FRRouting never prints."""

import re

#: Platform -> lines that its configurations have and FRR's do not.
_SIGNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "Junos",
        re.compile(r"^(?:[ \t]*[\w-]+(?: [^\n{}]*)? \{|set (?:system|interfaces) .*)$", re.M),
    ),
    ("Cisco IOS XR", re.compile(r"^(?:!! IOS XR .*|RP/\d+/.*|interface \w+(?:/\d+){3}.*)$", re.M)),
    ("Arista EOS", re.compile(r"^! (?:Command: show running-config|device: .*EOS.*)$", re.M)),
    (
        "Cisco IOS",
        re.compile(
            r"^(?:version \d+\.\d+|vrf definition \S+|ip vrf \S+|boot-start-marker"
            r"|interface (?:Gigabit|TenGigabit|Fast)Ethernet\S+)$",
            re.M,
        ),
    ),
    ("Huawei VRP or H3C Comware", re.compile(r"^(?:sysname \S+|ip vpn-instance \S+)$", re.M)),
    ("Nokia SR OS", re.compile(r"^(?:# TiMOS-.*|exit all|configure)$", re.M)),
)
_FRR = re.compile(r"^frr (?:version|defaults) ", re.M)


def foreign_platform(text: str) -> str:
    """Name of the platform that `text` is of, if it is one that cannot be read; else empty.

    A text that says it is FRR's is FRR's, whatever stands in it.
    """
    if _FRR.search(text):
        return ""
    return next((name for name, sign in _SIGNS if sign.search(text)), "")
