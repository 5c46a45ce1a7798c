"""Applications: an owner, servers, a scope and users that fit their VPN."""

from collections.abc import Iterator

from egovnet.inventory.errors import Problem, Report
from egovnet.inventory.model import AddressPlan, Application, IPNetwork, Network, Site
from egovnet.inventory.model.partial import as_far_as_known
from egovnet.inventory.model.site_prefixes import SitePrefixes


def check(network: Network, report: Report) -> Iterator[Problem]:
    """Yield every problem of applications, but for ports that two of them have."""
    if not network.applications:
        return
    judge = _Judge(network, report)
    for name, application in network.applications.items():
        wrong = list(as_far_as_known(judge.owner(name, application)))
        yield from wrong
        if wrong:
            continue  # which VPN is meant, nobody knows
        for judged in (judge.users, judge.scope, judge.servers):
            yield from as_far_as_known(judged(name, application))


class _Places:
    """Where VPNs have sites, and whose which prefix is."""

    def __init__(self, network: Network) -> None:
        prefixes: dict[str, list[tuple[str, IPNetwork]]] = {}
        #: VPN -> regions that it has a site in, and all above them.
        self.regions: dict[str, set[str]] = {}
        #: Everything that sites say is known, and names something.
        self._complete = all(map(network.is_complete, ("sites", "regions", "vpns")))
        self._vpns = network.vpns
        for name, entry in network.sites.items():
            for vpn, region, own in as_far_as_known(_place(entry)):
                self._complete &= vpn in network.vpns and region in network.regions
                prefixes.setdefault(vpn, []).extend((name, prefix) for prefix in own)
                above = as_far_as_known(_with_all_above(network, region))
                self.regions.setdefault(vpn, set()).update(above)
        self.prefixes = {vpn: SitePrefixes(held) for vpn, held in prefixes.items()}

    def all_known(self, vpn: str) -> bool:
        """Whether `vpn` is one, and all of its sites are here."""
        return self._complete and vpn in self._vpns

    def holder(self, vpn: str, prefix: IPNetwork) -> str | None:
        """The site of `vpn` that has all of `prefix`."""
        return self.prefixes[vpn].holder(prefix) if vpn in self.prefixes else None

    def _has_own_plan(self, vpn: str) -> bool:
        return vpn in self._vpns and self._vpns[vpn].address_plan is AddressPlan.OWN

    def not_held(self, vpn: str, prefix: IPNetwork) -> tuple[str, str]:
        """What is wrong with `prefix`, which no site of `vpn` has, and what to do."""
        # a plan of a department's own is the last that is meant
        for other in sorted(self.prefixes, key=self._has_own_plan):
            site = self.holder(other, prefix)
            if site is not None:
                return (
                    f"{prefix} is of site {site} in VPN {other}, not in {vpn}",
                    f"name servers in {vpn}; between agencies there are exchanges",
                )
        own = self.prefixes.get(vpn)
        for site, held in own.overlapping(prefix) if own is not None else ():
            return f"{prefix} is more than site {site} has", f"name servers within {held}"
        return f"{prefix} is in no site of VPN {vpn}", "name servers within prefixes of its sites"


def _place(site: Site) -> Iterator[tuple[str, str, tuple[IPNetwork, ...]]]:
    yield site.vpn, site.region, site.prefixes
    for each in site.attachments.values():
        yield each.vpn, site.region, each.prefixes


def _with_all_above(network: Network, region: str) -> Iterator[str]:
    at: str | None = region
    seen: set[str] = set()
    while at is not None and at in network.regions and at not in seen:
        seen.add(at)
        yield at
        at = network.regions[at].parent


class _Judge:
    """What is wrong with one application after another."""

    def __init__(self, network: Network, report: Report) -> None:
        self._network = network
        self._report = report
        self._places = _Places(network)

    def owner(self, name: str, application: Application) -> Iterator[Problem]:
        """It is the VPN's owner."""
        vpn, agencies = self._network.vpns.get(application.vpn), self._network.agencies
        if vpn is None or not {vpn.owner, application.owner} <= agencies.keys():
            return
        if application.owner != vpn.owner:
            yield self._report(
                "applications",
                (name, "owner"),
                f"{application.owner} does not own VPN {application.vpn}, {vpn.owner} does",
                f"name {vpn.owner}, or a VPN of {application.owner}",
            )

    def users(self, name: str, application: Application) -> Iterator[Problem]:
        """They are in the VPN."""
        users, vpn = application.users, application.vpn
        yield from self._sites((name, "users", "sites"), vpn, users.sites)
        yield from self._regions((name, "users", "regions"), vpn, users.regions)

    def scope(self, name: str, application: Application) -> Iterator[Problem]:
        """The VPN reaches it."""
        scope, vpn = application.scope, application.vpn
        yield from self._sites((name, "scope", "sites"), vpn, scope.sites)
        yield from self._regions((name, "scope", "regions"), vpn, scope.regions)

    def servers(self, name: str, application: Application) -> Iterator[Problem]:
        """They are in sites of the VPN that are within the scope."""
        vpn = application.vpn
        for index, prefix in enumerate(application.servers):
            at = (name, "servers", index)
            site = self._places.holder(vpn, prefix)
            if site is None:
                if self._places.all_known(vpn):
                    what, remedy = self._places.not_held(vpn, prefix)
                    yield self._report("applications", at, what, remedy)
                continue
            for why in as_far_as_known(self._outside(application, site)):
                yield self._report(
                    "applications",
                    at,
                    f"{prefix} is in site {site}, outside the scope: {why}",
                    "let the scope hold the site, or name servers within it",
                )

    def _sites(
        self, at: tuple[str, str, str], vpn: str, sites: tuple[str, ...]
    ) -> Iterator[Problem]:
        for index, site in enumerate(sites):
            entry = self._network.sites.get(site)
            known = entry is not None and vpn in self._network.vpns
            if known and entry is not None and vpn not in entry.vpns:
                yield self._report(
                    "applications",
                    (*at, index),
                    f"site {site} is of VPN {entry.vpn}, not of {vpn}",
                    f"name a site of {vpn}; between agencies there are exchanges",
                )

    def _regions(
        self, at: tuple[str, str, str], vpn: str, regions: tuple[str, ...]
    ) -> Iterator[Problem]:
        for index, region in enumerate(regions):
            known = region in self._network.regions and self._places.all_known(vpn)
            if known and region not in self._places.regions.get(vpn, ()):
                yield self._report(
                    "applications",
                    (*at, index),
                    f"VPN {vpn} has no site in {region} or below it",
                    "name a region that it reaches, or join a site there first",
                )

    def _outside(self, application: Application, site: str) -> Iterator[str]:
        """Why a site is not within the scope of an application, in one sentence at most."""
        network, scope = self._network, application.scope
        region = network.sites[site].region
        named = {region, *scope.regions} <= network.regions.keys()
        if not named or not set(scope.sites) <= network.sites.keys():
            return
        if scope.tiers and network.regions[region].tier not in scope.tiers:
            yield f"{region} is of tier {network.regions[region].tier}"
        elif scope.regions and not any(
            region in network.regions_within(each) for each in scope.regions
        ):
            yield f"it is in {region}"
        elif scope.sites and site not in scope.sites:
            yield "it is not among its sites"
