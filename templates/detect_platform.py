"""Texts of platforms that cannot be read yet, told apart by words of their own."""

import re

#: Vendor's platform -> lines that its configurations have.
_SIGNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("ExaBGP", re.compile(r"^(?:neighbor [0-9a-f.:]+|process [\w-]+) \{", re.M)),
    ("an SNMP agent", re.compile(r"^(?:agentAddress|com2sec|rocommunity6?) \S", re.M)),
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
#: How these say their own name.


_NAME = re.compile(
    r"^[ \t]*(?:host-name|set system host-name|sysname)[ \t]+\"?([^\s\";]+)", re.MULTILINE
)


def foreign_platform(text: str) -> str:
    """Name of the platform that `text` looks like, if it is one that cannot be read; else empty."""
    return next((name for name, sign in _SIGNS if sign.search(text)), "")


def foreign_name(text: str) -> tuple[str, int] | None:
    """The name that such a text says is its router's, and the line."""
    named = _NAME.search(text)
    if named is None:
        return None
    return named.group(1), text.count("\n", 0, named.start(1)) + 1
