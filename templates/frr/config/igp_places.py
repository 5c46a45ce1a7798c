"""Where in the backbone's IGP a port is: areas, levels, and the router's name there.

IS-IS has no neighbours without a network entity title (ISO/IEC 10589 section 7.1), of level 1 those
of its own area alone; OSPF has those that say the same area, and the same of what it is (RFC 2328
section 10.5). Whether FRR takes a title was tried on 8.4.4.
"""

from collections.abc import Mapping
from ipaddress import IPv4Address

from egovnet.templates.frr.config.draft import FrrDraft, IgpDraft, PortDraft
from egovnet.templates.frr.config.igp_assembly import is_passive
from egovnet.templates.frr.config.vocabulary import LOOPBACK
from egovnet.templates.model.device import AddressFamily
from egovnet.templates.model.facts import IgpPlace

_LEVELS = {"level-1": (1,), "level-2-only": (2,), "level-1-2": (1, 2)}
#: Hexadecimal digits of a title: the area's come first, then those of the system and a selector.
_SYSTEM, _SELECTOR = 12, 2
_FEWEST, _MOST = 16, 40
#: Of a port without a word about it, of link state packets, and of what is in front of them.
_MTU, _LSP_MTU, _LLC = 1500, 1497, 3


def igp_place(
    port: PortDraft, vrf: str | None, families: frozenset[AddressFamily], frr: FrrDraft
) -> IgpPlace | None:
    """The place of a port on which the backbone's IGP runs in `families`; None without it."""
    if vrf is not None or not families:
        return None
    parts: list[tuple[str, str]] = []
    if port.igp:
        parts += [_isis(port, frr.igps.get(("isis", tag, None))) for tag in port.isis_tags]
    for protocol, family in (("ospf", "ipv4"), ("ospf6", "ipv6")):
        area = ospf_area(port, protocol, frr.igps.get((protocol, "", None)))
        if family in families and area is not None:
            parts.append(_ospf(area, protocol, frr))
    regions = frozenset(region for region, _ in parts)
    return IgpPlace(
        frozenset() if "" in regions or _is_unsure(port, families, frr) else regions,
        frozenset(identity for _, identity in parts if identity),
    )


def _is_quiet(port: PortDraft, family: AddressFamily, frr: FrrDraft) -> bool:
    """Whether a family has no neighbours at the port, of which it is one of two."""
    return is_passive(port, None, family, frr) and family not in port.igp


def _is_unsure(port: PortDraft, families: frozenset[AddressFamily], frr: FrrDraft) -> bool:
    """Whether the IGP may have no neighbours at the port, whatever the other end says. isisd does
    not run below the length of link state packets (8.4, isisd/isis_circuit.c)."""
    if port.unsure or port.name == LOOPBACK:
        return port.unsure
    if len({_is_quiet(port, family, frr) for family in families}) > 1:
        return True
    if 1 in port.isis_levels and any(
        "area-password" in igp.terms and igp.terms.get("is-type") != "level-2-only"
        for igp in frr.igps.values()
    ):
        return True  # of the areas' keys it is not known whether they are one
    mtu = int(port.mtu) if port.mtu.isdigit() else _MTU
    return any(
        mtu - _LLC < int(igp.terms.get("lsp-mtu", _LSP_MTU))
        for igp in frr.igps.values()
        if port.igp and igp.protocol == "isis" and igp.vrf is None
    )


def title(word: str) -> str:
    """The digits of a network entity title. Raises ValueError where FRR takes none."""
    digits = word.replace(".", "").lower()
    if not _FEWEST <= len(digits) <= _MOST or len(digits) % 2 or digits[-_SELECTOR:] != "00":
        raise ValueError("no network entity title")
    int(digits, 16)
    return digits


def area_number(word: str) -> int:
    """`7` and `0.0.0.7` are one area. Raises ValueError where it is neither."""
    return int(word) if word.isdecimal() else int(IPv4Address(word))


def ospf_area(port: PortDraft, protocol: str, instance: IgpDraft | None) -> int | None:
    """The area of a port, by its own word or by `network` of the instance; None: of none."""
    said = port.ospf_area.get("ipv4" if protocol == "ospf" else "ipv6")
    if said is not None or instance is None:
        return said
    found = [
        (network.prefixlen, area)
        for network, area in instance.areas.items()
        for address in port.addresses
        if address.version == 4 and address.ip in network
    ]
    return max(found)[1] if found else None


def _isis(port: PortDraft, instance: IgpDraft | None) -> tuple[str, str]:
    """(region, identity) by an instance; no region without a title, or a level of its own."""
    if instance is None or not instance.titles or not _fit(instance.lsp_times):
        return "", ""
    of_router = _LEVELS.get(instance.terms.get("is-type", ""), (1, 2))
    levels = [level for level in port.isis_levels if level in of_router]
    digits = instance.titles[0]
    areas = {each[: -_SYSTEM - _SELECTOR] for each in instance.titles}
    identity = f"isis {digits[-_SYSTEM - _SELECTOR : -_SELECTOR]}"
    if not levels:
        return "", identity
    where = f" of {' '.join(sorted(areas))}" if 1 in levels else ""
    return f"isis level {' '.join(map(str, levels))}{where}", identity


def _fit(times: Mapping[tuple[int, str], int]) -> bool:
    """Whether isisd takes times of link state packets: it refuses all of IS-IS for those that do
    not fit each other (frr-isisd.yang)."""
    for level in (1, 2):
        refresh = times.get((level, "refresh"), 900)
        lifetime, gen = times.get((level, "lifetime"), 1200), times.get((level, "gen"), 30)
        if lifetime < refresh + 300 or gen >= refresh:
            return False
    return True


def _ospf(area: int, protocol: str, frr: FrrDraft) -> tuple[str, str]:
    instance = frr.igps.get((protocol, "", None))
    if instance is None:
        return "", ""
    identity = instance.identity or frr.router_id
    kind = instance.area_kinds.get(area, "")
    return f"{protocol} area {area}{kind and f' {kind}'}", identity and f"{protocol} {identity}"
