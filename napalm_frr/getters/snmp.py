"""What net-snmp's `snmpd.conf` says (snmpd.conf(5)); pure."""

from __future__ import annotations

import shlex
from typing import Any

_MODES = {"rocommunity": "ro", "rocommunity6": "ro", "rwcommunity": "rw", "rwcommunity6": "rw"}


def information(text: str, serial: str = "") -> dict[str, Any]:
    """NAPALM's SNMPDict; `serial` is the chassis id. Communities are passwords, and in clear, as
    NAPALM's shape has them as keys. `acl` is the source that may ask; "" is everybody.
    """
    found: dict[str, Any] = {
        "chassis_id": serial.strip(),
        "community": {},
        "contact": "",
        "location": "",
    }
    for line in text.splitlines():
        word, _, rest = line.strip().partition(" ")
        word, rest = word.lower(), rest.strip()
        if word in ("syscontact", "syslocation"):
            found[word.removeprefix("sys")] = rest
        elif word in _MODES and rest:
            community, *more = shlex.split(rest, comments=True)
            acl = more[0] if more and more[0] != "default" else ""
            found["community"][community] = {"acl": acl, "mode": _MODES[word]}
    return found
