"""The facts of a site's sheet, as the terminal and the page have them."""

from collections.abc import Iterator

from egovnet.playbooks.results.site_sheet import SheetAccess, SiteSheet

_PARTS = {
    "public": "public zone",
    "department": "a department's network",
    "internet": "shared Internet exit",
}
#: What the people of a site are told of a state that is not the last.
_STATES = {
    "planned": "planned: these are your numbers, and our side is not there yet",
    "waiting-for-customer": "our side is ready, and waits for your router",
}


def facts(sheet: SiteSheet) -> Iterator[tuple[str, str]]:
    """(what, words) of the site as a whole."""
    if sheet.description:
        yield "site", sheet.description
    yield "region", sheet.region
    yield "network", f"{sheet.vpn} of {sheet.agency}, in the {sheet.zone}"
    if _is_in_several(sheet):
        words = "each network has a VLAN, and on your router a table (VRF) of its own: what is in "
        yield "your router", words + "several is to keep them apart"
    yield "whom to call", sheet.contact or "the inventory names nobody: contact in network.yaml"


def of_access(access: SheetAccess) -> Iterator[tuple[str, str]]:
    """(what, words) of one access."""
    if access.access_class is not None:
        yield "class", f"{access.access_class}: {access.class_title}"
        yield (
            "network",
            access.vpn + (f" ({_PARTS.get(access.part, access.part)})" if access.part else ""),
        )
    if access.own_exit is not None:
        line = f" ({access.own_exit})" if access.own_exit else ""
        yield "Internet", f"by a line of your own{line}; no default route of yours is accepted"
    yield "our router", f"{access.router}, port {access.port}"
    yield "VLAN", "untagged" if access.vlan is None else f"{access.vlan} (802.1Q)"
    yield "MTU", f"{access.mtu} bytes of IP packet"
    for link in access.links:
        yield f"{link.family} address", f"yours {link.your_address}, ours {link.our_address}"
    for link in access.links:
        yield f"{link.family} prefixes", ", ".join(link.prefixes)
    if access.routing == "bgp":
        yield "AS number", f"yours {access.your_asn}, ours {access.our_asn}"
        yield (
            "routing",
            ("BGP, one session for each family; other prefixes than yours are not accepted"),
        )
        yield "at most", f"{access.maximum_prefix} prefixes; with more the session ends"
        if access.ttl_security:
            words = "your router sends its BGP packets with TTL 255 (RFC 5082): "
            yield "TTL security", words + "without that there is no session"
        yield "priority", f"{access.priority}: of several accesses the highest is used"
    else:
        yield "routing", "static: we route your prefixes to your address, you route all to ours"
    if access.state in _STATES:
        yield "state", _STATES[access.state]


def title(sheet: SiteSheet, access: SheetAccess) -> str:
    """What an access is called: with its VPN, where the site is in several."""
    return f"access {access.name}" + (f" in {access.vpn}" if _is_in_several(sheet) else "")


def _is_in_several(sheet: SiteSheet) -> bool:
    return len({each.vpn for each in sheet.accesses}) > 1
