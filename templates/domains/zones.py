"""DNS zones of an inventory: names of sites and applications, and back from addresses.

Each VPN with name servers has a view of its own, which is all that its server knows: the domain of
its agency below that of its zone, with what is in this VPN, and the reverse zones of its addresses.
So no server knows a name of another VPN, whoever reaches it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

from egovnet.inventory.allocation.allocate import Allocation
from egovnet.inventory.model import IPNetwork, Network, Site
from egovnet.inventory.model.part_sites import written_name
from egovnet.templates.intend.access_ends import access_addresses

Address = IPv4Address | IPv6Address
#: Where a reverse zone is cut at the longest: of smaller prefixes a view has the whole of it.
_LONGEST_CUT = {4: 24, 6: 64}
#: Octets and nibbles: where names of reverse zones can be cut.
_STEP = {4: 8, 6: 4}


@dataclass(frozen=True, slots=True, order=True)
class Record:
    """One resource record; `owner` and names in `value` are whole, without a dot at the end."""

    owner: str
    type: str
    value: str


@dataclass(frozen=True, slots=True)
class DnsZone:
    """A zone as one VPN's name server knows it."""

    #: Its domain, such as "government.intranet.example" or "20.1.10.in-addr.arpa".
    name: str
    #: Names of its servers, in its own agency's domain.
    servers: tuple[str, ...]
    hostmaster: str
    ttl: int
    #: Without those of its apex.
    records: tuple[Record, ...]

    @property
    def file(self) -> str:
        """Name of its file."""
        return f"{self.name}.zone"


@dataclass(frozen=True, slots=True)
class View:
    """What the name servers of one VPN know."""

    zone: str
    agency: str
    vpn: str
    #: As the inventory has them.
    servers: tuple[Address, ...]
    zones: tuple[DnsZone, ...]

    @property
    def folder(self) -> str:
        """Where its files stand."""
        return f"{self.zone}/{self.agency}/{self.vpn}"


def views(network: Network, allocation: Allocation) -> tuple[View, ...]:
    """The view of every VPN that has name servers, in the inventory's order."""
    found = []
    for name, vpn in network.vpns.items():
        domain = network.backbone.domains.get(vpn.zone)
        if not vpn.name_servers or domain is None:
            continue
        origin = f"{vpn.owner}.{domain.domain}"
        servers = dict(_servers(origin, vpn.name_servers))
        forward = _Names(origin)
        for server, addresses in servers.items():
            forward.add(server, addresses)
        _add_sites(forward, network, allocation, name)
        _add_applications(forward, network, name)
        hostmaster = domain.hostmaster
        if "." not in hostmaster:
            hostmaster = f"{hostmaster}.{domain.domain}"
        made = [
            DnsZone(origin, tuple(servers), hostmaster, domain.ttl, forward.records()),
            *(
                DnsZone(zone, tuple(servers), hostmaster, domain.ttl, records)
                for zone, records in _reverse(network, allocation, name, forward).items()
            ),
        ]
        found.append(View(str(vpn.zone), vpn.owner, name, vpn.name_servers, tuple(made)))
    return tuple(found)


class _Names:
    """Names of a domain with their addresses, and the one name that each address leads back to."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self._records: set[Record] = set()
        #: Address -> its name; the first that is said of it.
        self.back: dict[Address, str] = {}

    def add(self, name: str, addresses: Iterable[Address], *, back: bool = True) -> None:
        for address in addresses:
            kind = "A" if address.version == 4 else "AAAA"
            self._records.add(Record(name, kind, str(address)))
            if back:
                self.back.setdefault(address, name)

    def records(self) -> tuple[Record, ...]:
        return tuple(sorted(self._records, key=_canonical))


def _canonical(record: Record) -> tuple[list[str], str, str]:
    """Names below one another together, as DNSSEC orders them (RFC 4034 section 6.1)."""
    return record.owner.split(".")[::-1], record.type, record.value


def _servers(
    origin: str, addresses: Iterable[Address]
) -> Iterator[tuple[str, tuple[Address, ...]]]:
    """ns1, ns2 and so on: the first addresses of both families are one server's."""
    by_family: dict[int, list[Address]] = {4: [], 6: []}
    for address in addresses:
        by_family[address.version].append(address)
    for number in range(max(map(len, by_family.values()))):
        own = tuple(each[number] for each in by_family.values() if number < len(each))
        yield f"ns{number + 1}.{origin}", own


def _sites(network: Network, vpn: str) -> Iterator[tuple[str, Site]]:
    return ((name, site) for name, site in network.written_sites.items() if site.vpn == vpn)


def _add_sites(names: _Names, network: Network, allocation: Allocation, vpn: str) -> None:
    """Both ends of each access, by the access, and the customer's ends by the site."""
    for name, site in _sites(network, vpn):
        own = f"{written_name(name, site)}.sites.{names.origin}"
        for access in site.site_network_accesses:
            key = f"{name}/{access}"
            if key not in allocation.access4:
                continue
            ends = access_addresses(allocation, key)
            versions = site.versions
            customer = [end.ip for end in ends.ce if end.version in versions]
            names.add(f"{access}.{own}", customer)
            names.add(f"pe.{access}.{own}", [e.ip for e in ends.pe if e.version in versions])
            names.add(own, customer, back=False)


def _add_applications(names: _Names, network: Network, vpn: str) -> None:
    """An application's name is that of the first usable address of each prefix of its servers."""
    for name, application in network.applications.items():
        if application.vpn == vpn:
            names.add(f"{name}.{names.origin}", map(first_usable, application.servers))


def first_usable(prefix: IPNetwork) -> Address:
    """The first address of a prefix that a host may have: all of a single one or of a pair."""
    pair = prefix.prefixlen >= prefix.max_prefixlen - 1
    first = prefix.network_address
    return first if pair else type(first)(int(first) + 1)


def _reverse(
    network: Network, allocation: Allocation, vpn: str, names: _Names
) -> Mapping[str, tuple[Record, ...]]:
    """Reverse zone -> its records; a zone for each prefix of the VPN, cut where names can be."""
    zones: dict[str, set[Record]] = {}
    for name, site in _sites(network, vpn):
        links = [
            link
            for access in site.site_network_accesses
            if f"{name}/{access}" in allocation.access4
            for link in allocation.access_links(f"{name}/{access}")
            if link.version in site.versions
        ]
        for prefix in (*site.prefixes, *links):
            for cut in cuts(prefix):
                zones.setdefault(reverse_name(cut), set())
    for address, name in names.back.items():
        owner = address.reverse_pointer
        # the longest zone that holds it
        labels = owner.split(".")
        zone = next(z for n in range(len(labels)) if (z := ".".join(labels[n:])) in zones)
        zones[zone].add(Record(owner, "PTR", name))
    return {zone: tuple(sorted(records, key=_canonical)) for zone, records in sorted(zones.items())}


def cuts(prefix: IPNetwork) -> list[IPNetwork]:
    """The prefixes of reverse zones that hold `prefix`: at octets of IPv4, nibbles of IPv6.

    A longer one is within a /24 or /64 that the view has as a whole: RFC 2317 is for who shares a
    zone, and no view is shared.
    """
    step, longest = _STEP[prefix.version], _LONGEST_CUT[prefix.version]
    if prefix.prefixlen >= longest:
        address = int(prefix.network_address)
        address -= address % (1 << (prefix.max_prefixlen - longest))
        made = IPv4Network if prefix.version == 4 else IPv6Network
        return [made((address, longest))]
    return list(prefix.subnets(new_prefix=-(-prefix.prefixlen // step) * step))


def reverse_name(prefix: IPNetwork) -> str:
    """The domain of a prefix that is cut at an octet or a nibble."""
    step = _STEP[prefix.version]
    labels = prefix.network_address.reverse_pointer.split(".")
    hidden = (prefix.max_prefixlen - prefix.prefixlen) // step
    return ".".join(labels[hidden:])
