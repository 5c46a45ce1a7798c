"""Keys and files as other tools call them, and what they are called here."""

from collections.abc import Collection

from egovnet.inventory.model.shown import nearest

#: A key of Ansible, netlab, NetBox or NSO -> the keys that may be meant; the first that fits is.
_KEYS = {
    "agency": ("owner",),
    "as": ("asn",),
    "bgp-as": ("asn",),
    "comment": ("description",),
    "cost": ("metric",),
    "customer": ("owner",),
    "device": ("pe", "router", "platform"),
    "dot1q": ("vlan",),
    "if": ("port",),
    "ifname": ("port",),
    "int": ("port",),
    "interface": ("port",),
    "interfaces": ("site-network-accesses",),
    "ip": ("hostname", "management"),
    "location": ("region",),
    "mgmt": ("management",),
    "mgmt-ip": ("management",),
    "network": ("vpn", "prefixes"),
    "networks": ("prefixes",),
    "node": ("pe", "router"),
    "os": ("platform",),
    "remote-as": ("asn",),
    "router": ("pe",),
    "routes": ("prefixes",),
    "subnet": ("prefixes",),
    "subnets": ("prefixes",),
    "tag": ("vlan",),
    "tenant": ("owner",),
    "title": ("name",),
    "type": ("kind", "tier"),
    "vrf": ("vpn",),
    "weight": ("metric",),
}
#: A file's name without its ending, as people of other tools would call it.
FILES = {
    "circuit": "circuits.yaml",
    "customers": "sites.yaml",
    "devices": "hosts.yaml",
    "inventory": "hosts.yaml",
    "links": "circuits.yaml",
    "nodes": "hosts.yaml",
    "routers": "hosts.yaml",
    "services": "vpns.yaml",
    "tenants": "agencies.yaml",
    "vrfs": "vpns.yaml",
}


def key_meant(written: object, free: Collection[str]) -> str | None:
    """The key of `free` that was probably meant; None: nobody knows.

    One that is spelled alike, or is what another tool calls it, or alone has the same words and
    more, such as `accesses` of `site-network-accesses`.
    """
    near = nearest(written, free)
    if near is not None or not isinstance(written, str):
        return near
    word = written.strip().casefold().replace("_", "-")
    known = next((key for key in _KEYS.get(word, ()) if key in free), None)
    if known is not None:
        return known
    words = set(word.split("-"))
    alike = [k for k in free if words <= set(k.split("-")) or words >= set(k.split("-"))]
    return alike[0] if len(alike) == 1 else None
