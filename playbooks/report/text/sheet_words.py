"""The facts of a site's sheet, as the terminal and the page have them."""

from collections.abc import Iterator

from egovnet.playbooks.results.site_sheet import SheetAccess, SiteSheet


def facts(sheet: SiteSheet) -> Iterator[tuple[str, str]]:
    """(what, words) of the site as a whole."""
    if sheet.description:
        yield "site", sheet.description
    yield "region", sheet.region
    yield "network", f"{sheet.vpn} of {sheet.agency}, in the {sheet.zone}"
    yield "whom to call", sheet.contact or "the inventory names nobody: contact in network.yaml"


def of_access(access: SheetAccess) -> Iterator[tuple[str, str]]:
    """(what, words) of one access."""
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
        yield "priority", f"{access.priority}: of several accesses the highest is used"
    else:
        yield "routing", "static: we route your prefixes to your address, you route all to ours"
    if access.waiting:
        yield "state", "our side is ready, and waits for your router"
