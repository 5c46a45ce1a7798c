"""ifupdown2's `/etc/network/interfaces` as stanzas, checked more strictly than ifupdown2 does.

ifupdown2 warns about an attribute it does not know and goes on without it; here it is an error with
its line, because a VRF binding with a typing error must not become no binding.
"""

from __future__ import annotations

import ipaddress
import re

from napalm_frr.errors import DeviceTextError
from napalm_frr.text.frr_tree import Contexts, Path

#: The line that stands in a stanza's contexts for `auto NAME`.
AUTO = "auto"

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.\-]{0,14}$")
_MANY_VALUED = {"address", "up", "post-up", "pre-up", "down", "post-down", "pre-down", "gateway"}
_NUMBERS = {"mtu": (68, 65535), "vlan-id": (1, 4094), "vrf-table": (1, 2**32 - 1)}
_NAMES = {"vrf", "vlan-raw-device"}
_FREE = {"alias", "hwaddress", "link-type", "vlan-protocol", "broadcast", "scope", "netmask",
         "link-down", "address-purge", "ip-forward", "ip6-forward", "mpls-enable", "arp-accept",
         "ipv6-addrgen", "tunnel-mode", "tunnel-local", "tunnel-endpoint", "tunnel-ttl",
         "tunnel-dev", "pointopoint", "preferred-lifetime"}  # fmt: skip
_BRIDGE = re.compile(r"bridge-[a-z0-9-]+$|bond-[a-z-]+$|vxlan-[a-z-]+$")
_IFACE = re.compile(r"iface (\S+)(?: (inet6?)(?: (static|loopback|manual|dhcp))?)?$")


def parse(text: str) -> Contexts:
    """Read stanzas leniently, as a router may have them: `{("iface eth0",): ["auto", "vrf mgmt"]}`.

    Lines outside stanzas (`source ...`) are lines of the path `()`.
    """
    outside: list[str] = []
    # dictionaries keep the order and find a line at once
    stanzas: dict[Path, dict[str, None]] = {}
    automatic: set[str] = set()
    current: Path = ()
    for raw in text.splitlines():
        line = " ".join(raw.split())
        if not line or line.startswith("#"):
            continue
        word, _, rest = line.partition(" ")
        if word in ("auto", "allow-auto"):
            automatic.update(rest.split())
        elif word == "iface" and rest:
            current = (line,)
            stanzas.setdefault(current, {})
        elif current and word != "iface":
            stanzas[current][_canonical(line)] = None
        elif not raw[0].isspace():
            outside.append(line)
        elif (canonical := _canonical(line)) not in outside:
            outside.append(canonical)
    contexts: Contexts = {(): outside}
    for path, lines in stanzas.items():
        contexts[path] = [AUTO, *lines] if name_of(path) in automatic else list(lines)
    return contexts


def check(text: str) -> None:  # noqa: PLR0912  # one branch a kind of line reads best
    """Raise DeviceTextError with the line for anything that ifupdown2 would refuse, ignore or
    guess.
    """
    seen: dict[str, int] = {}
    automatic: dict[str, int] = {}
    references: list[tuple[int, str]] = []
    current = ""
    attributes: set[str] = set()
    for number, raw in enumerate(text.splitlines(), start=1):
        line = " ".join(raw.split())
        if not line or line.startswith("#"):
            continue
        word, _, value = line.partition(" ")
        if word == "auto":
            automatic.update(dict.fromkeys(value.split(), number))
        elif word == "iface":
            match = _IFACE.match(line)
            if match is None or not _NAME.match(match.group(1)):
                raise DeviceTextError(f"{line!r} is not 'iface NAME [inet|inet6 [METHOD]]'", number)
            if line in seen:
                raise DeviceTextError(f"{line!r} stands twice, first at line {seen[line]}", number)
            current = line
            seen[line] = number
            attributes = set()
        elif not current:
            raise DeviceTextError(
                f"{line!r} stands outside a stanza; a device's text is whole, without 'source'",
                number,
            )
        else:
            _check_attribute(word, value, number)
            if word in attributes and word not in _MANY_VALUED:
                raise DeviceTextError(f"{word!r} is given twice in {current!r}", number)
            attributes.add(word)
            if word in _NAMES:
                references.append((number, value))
    names = {line.split()[1] for line in seen}
    for name, number in automatic.items():
        if name not in names:
            raise DeviceTextError(f"'auto {name}' without 'iface {name}'", number)
    for number, name in references:
        if name not in names and not name.startswith(("eth", "en")):
            raise DeviceTextError(f"{name!r} is used and has no stanza", number)


def name_of(path: Path) -> str:
    """The interface's name in a stanza's path."""
    return path[0].split()[1]


def stanzas_of(contexts: Contexts, name: str) -> dict[Path, frozenset[str]]:
    """All that a text says about one interface."""
    return {p: frozenset(lines) for p, lines in contexts.items() if p and name_of(p) == name}


def names_with_address(contexts: Contexts, address: str) -> set[str]:
    """The interfaces that carry an address, whatever its prefix length."""
    return {
        name_of(path)
        for path, lines in contexts.items()
        if path and any(re.match(rf"address {re.escape(address)}(/|$)", line) for line in lines)
    }


def render(contexts: Contexts) -> str:
    """Stanzas as text; `parse(render(c)) == c`."""
    blocks = ["".join(f"{line}\n" for line in contexts.get((), []))]
    announced: set[str] = set()
    for path, lines in contexts.items():
        if not path:
            continue
        block = ""
        if AUTO in lines and name_of(path) not in announced:
            block += f"auto {name_of(path)}\n"
            announced.add(name_of(path))
        block += f"{path[0]}\n" + "".join(f"    {line}\n" for line in lines if line != AUTO)
        blocks.append(block)
    return "\n".join(block for block in blocks if block)


def merge(running: Contexts, fragment: Contexts) -> Contexts:
    """Stanzas of `running` with those of `fragment` added; attributes that hold one value
    replaced.
    """
    merged = {path: list(lines) for path, lines in running.items()}
    for path, lines in fragment.items():
        target = merged.setdefault(path, [])
        for line in lines:
            word = line.split()[0]
            if word not in _MANY_VALUED and word != AUTO:
                target[:] = [old for old in target if old.split()[0] != word]
            if line not in target:
                target.append(line)
    return merged


def _check_attribute(word: str, value: str, number: int) -> None:
    if not value:
        raise DeviceTextError(f"{word!r} has no value", number)
    if word == "address":
        try:
            ipaddress.ip_interface(value)
        except ValueError as error:
            raise DeviceTextError(f"address {value!r}: {error}", number) from error
    elif word in _NUMBERS:
        low, high = _NUMBERS[word]
        if word == "vrf-table" and value == "auto":
            return
        if not value.isdigit() or not low <= int(value) <= high:
            raise DeviceTextError(f"{word} {value!r} is not a number from {low} to {high}", number)
    elif word in _NAMES:
        if not _NAME.match(value):
            raise DeviceTextError(
                f"{value!r} is not an interface name of at most 15 characters", number
            )
    elif word not in _MANY_VALUED and word not in _FREE and not _BRIDGE.match(word):
        raise DeviceTextError(f"ifupdown2 knows no attribute {word!r}", number)


def _canonical(line: str) -> str:
    word, _, value = line.partition(" ")
    if word != "address":
        return line
    try:
        return f"address {ipaddress.ip_interface(value)}" if "/" in value else line
    except ValueError:
        return line
