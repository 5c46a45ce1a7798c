"""Exchanges: two agencies with VPNs and prefixes of their own in the intranet, and an approval."""

from collections.abc import Callable, Iterator

from egovnet.inventory.errors import Location, Problem, Report
from egovnet.inventory.exchange_prefixes import with_prefixes
from egovnet.inventory.model import Exchange, ExchangeEnd, IPNetwork, Network, Role, ZoneName
from egovnet.inventory.model.partial import as_far_as_known
from egovnet.inventory.model.site_prefixes import SitePrefixes
from egovnet.inventory.model.transport import PortRanges
from egovnet.inventory.model.validity import approval_mistakes, order_mistakes
from egovnet.inventory.today import today

_END_KEYS = ("from", "to")


def check(network: Network, report: Report) -> Iterator[Problem]:
    """Yield every problem of exchanges, but for those that two of them have."""
    if not network.exchanges:
        return
    judge = _Judge(network, report)
    for name, exchange in network.exchanges.items():
        for judged in judge.all_of_one:
            yield from as_far_as_known(judged(name, exchange))
    yield from as_far_as_known(_firewalls(network, report))


def _firewalls(network: Network, report: Report) -> Iterator[Problem]:
    """There is one by which they pass."""
    if not network.is_complete("hosts"):
        return
    firewalls = network.with_role(Role.FIREWALL)
    first = next(iter(network.exchanges))
    if not firewalls:
        yield report(
            "exchanges",
            (first,),
            "no firewall by which it could pass",
            "add a firewall behind a PE of the platform: egovnet add router --roles firewall",
        )
    elif all(network.routers[name].leaving for name in firewalls):
        yield report(
            "routers",
            (firewalls[0], "state"),
            "is leaving, and no other firewall stays for the exchanges",
            "add another one first",
        )


def _within(ports: PortRanges, others: PortRanges) -> bool:
    return all(any(a <= first and last <= b for a, b in others) for first, last in ports)


class _Judge:
    """What is wrong with one exchange after another."""

    def __init__(self, network: Network, report: Report) -> None:
        self._network, self._report = network, report
        self._today = today()
        held: dict[str, list[tuple[str, IPNetwork]]] = {}
        known = network.is_complete("sites") and network.is_complete("vpns")
        known = known and all(site.vpn in network.vpns for site in network.sites.values())
        for name, site in network.sites.items() if known else ():
            held.setdefault(site.vpn, []).extend((name, prefix) for prefix in site.prefixes)
        #: None: not everything is known that sites have.
        self._held = {vpn: SitePrefixes(own) for vpn, own in held.items()} if known else None

    @property
    def all_of_one(self) -> tuple[Callable[[str, Exchange], Iterator[Problem]], ...]:
        """Everything that is asked of one exchange, each by itself."""
        of_ends = self.apart, self.source, self.target
        return (*of_ends, self.families, self.services, self.answered_for, self.approved, self.days)

    def apart(self, name: str, exchange: Exchange) -> Iterator[Problem]:
        """Its ends are of two agencies."""
        source, target = exchange.source, exchange.target
        if source.vpn == target.vpn:
            found = f"VPN {target.vpn} with itself"
            remedy = "name the VPN of another agency: within one, sites reach each other"
            yield self._report("exchanges", (name, "to", "vpn"), found, remedy)
        elif source.agency == target.agency:
            found = f"both ends are of {target.agency}"
            remedy = "name another agency: the platform is where two of them meet"
            yield self._report("exchanges", (name, "to", "agency"), found, remedy)

    def source(self, name: str, exchange: Exchange) -> Iterator[Problem]:
        """The end that opens connections."""
        yield from self._end((name, "from"), exchange.source)

    def target(self, name: str, exchange: Exchange) -> Iterator[Problem]:
        """The end that answers."""
        if exchange.source.vpn != exchange.target.vpn:  # else it is told, and follows from nothing
            yield from self._end((name, "to"), exchange.target)

    def families(self, name: str, exchange: Exchange) -> Iterator[Problem]:
        """Each prefix has one of its family at the other end."""
        written = exchange.source, exchange.target
        full = with_prefixes(exchange, self._network.applications)
        ends = full.source.prefixes, full.target.prefixes
        for key, end, own, others in zip(_END_KEYS, written, ends, ends[::-1], strict=True):
            for index, prefix in enumerate(own):
                if all(other.version != prefix.version for other in others):
                    at = ("prefixes", index) if end.application is None else ("application",)
                    yield self._report(
                        "exchanges",
                        (name, key, *at),
                        f"{prefix} has no IPv{prefix.version} prefix to exchange with",
                        "add one at the other end, or leave it out",
                    )

    def services(self, name: str, exchange: Exchange) -> Iterator[Problem]:
        """An application that answers has the protocol and the ports."""
        if exchange.source.vpn == exchange.target.vpn:
            return  # which of the two is meant, nobody knows
        for _, answerer in exchange.openings:
            application = self._network.applications.get(answerer.application or "")
            if application is None:
                continue
            # a mistake in the ports of either is told already, and which protocol was meant is open
            own, theirs = exchange.port_ranges, application.port_ranges
            if exchange.protocol != application.protocol:
                found = f"{exchange.protocol}, and {answerer.application} is of "
                found += application.protocol
                remedy = f"use {application.protocol}, or name prefixes"
                yield self._report("exchanges", (name, "protocol"), found, remedy)
            elif not _within(own, theirs):
                found = f"ports that {answerer.application} does not have"
                remedy = f"use those it has: {', '.join(map(str, application.ports))}"
                yield self._report("exchanges", (name, "ports"), found, remedy)

    def answered_for(self, name: str, exchange: Exchange) -> Iterator[Problem]:
        """One of its agencies owns it."""
        if exchange.source.vpn == exchange.target.vpn:
            return  # an end is another's: it may be the owner's
        agencies = exchange.source.agency, exchange.target.agency
        vpns = (self._network.vpns.get(end.vpn) for end in (exchange.source, exchange.target))
        fitting = {*agencies}
        for vpn in vpns:
            if vpn is None or vpn.zone is not ZoneName.INTRANET:
                return  # that end is a mistake, and whose another one is, nobody knows
            fitting.add(vpn.owner)
        if not fitting <= self._network.agencies.keys():
            return
        if exchange.owner not in fitting and exchange.owner in self._network.agencies:
            yield self._report(
                "exchanges",
                (name, "owner"),
                f"{exchange.owner} is at neither end",
                f"name {' or '.join(agencies)}",
            )

    def approved(self, name: str, exchange: Exchange) -> Iterator[Problem]:
        """It was approved, and before it begins."""
        for key, found, remedy in approval_mistakes(exchange, self._today):
            yield self._report("exchanges", (name, key), found, remedy)

    def days(self, name: str, exchange: Exchange) -> Iterator[Problem]:
        """It ends after it begins."""
        for key, found, remedy in order_mistakes(exchange):
            yield self._report("exchanges", (name, key), found, remedy)

    def _end(self, at: Location, end: ExchangeEnd) -> Iterator[Problem]:
        vpn = self._network.vpns.get(end.vpn)
        if vpn is None:
            return
        if vpn.owner != end.agency and {vpn.owner, end.agency} <= self._network.agencies.keys():
            yield self._report(
                "exchanges",
                (*at, "agency"),
                f"{end.agency} does not own VPN {end.vpn}, {vpn.owner} does",
                f"name {vpn.owner}, or a VPN of {end.agency}",
            )
            return  # which of the two is meant, nobody knows
        if vpn.zone is not ZoneName.INTRANET:
            yield self._report(
                "exchanges",
                (*at, "vpn"),
                f"VPN {end.vpn} is of the {vpn.zone}",
                "name one of the intranet: the platform joins agencies there only",
            )
            return
        application = self._network.applications.get(end.application or "")
        theirs = end.vpn if application is None else application.vpn
        if theirs != end.vpn and theirs in self._network.vpns:
            found = f"{end.application} is in VPN {theirs}"
            remedy = f"name an application of {end.vpn}, or prefixes"
            yield self._report("exchanges", (*at, "application"), found, remedy)
        for index, prefix in enumerate(end.prefixes if self._held is not None else ()):
            yield from self._prefix((*at, "prefixes", index), end.vpn, prefix)

    def _prefix(self, at: Location, vpn: str, prefix: IPNetwork) -> Iterator[Problem]:
        assert self._held is not None  # noqa: S101 -- asked for by its only caller
        own = self._held.get(vpn)
        if own is not None and own.holder(prefix) is not None:
            return
        if own is not None and (part := next(own.overlapping(prefix), None)) is not None:
            found = f"{prefix} is more than site {part[0]} of VPN {vpn} has"
            yield self._report("exchanges", at, found, f"use {part[1]}, or a part of it")
            return
        others = ((other, held.holder(prefix)) for other, held in self._held.items())
        other, site = next(((o, s) for o, s in others if s is not None), (None, None))
        found = f"{prefix} is of no site of VPN {vpn}"
        found += f", but of {site} of VPN {other}" if site is not None else ""
        remedy = "use prefixes within those that sites of the VPN have"
        yield self._report("exchanges", at, found, remedy)
