"""Access classes: what a class joins is there, and a site has no attachment beyond its class."""

from collections.abc import Iterator

from egovnet.inventory.access_classes import (
    RULES,
    attachments,
    classes_of,
    joined,
    part_of,
    shared_exits,
    vpns_of_part,
)
from egovnet.inventory.errors import Location, Problem, Report
from egovnet.inventory.model import AccessClass, ExtranetPart, Network, Site
from egovnet.inventory.model.part_sites import part_site
from egovnet.inventory.model.partial import as_far_as_known

#: Of a name, as of any site.
_LONGEST = 41


def check(network: Network, report: Report) -> Iterator[Problem]:
    """Yield every problem of classes and attachments; plans that overlap are another check's."""
    judge = _Judge(network, report)
    for name, site in network.sites.items():
        for judged in (judge.attachments, judge.classes, judge.lines, judge.names):
            yield from as_far_as_known(judged(name, site))


class _Judge:
    """What is wrong with one site after another."""

    def __init__(self, network: Network, report: Report) -> None:
        self._network = network
        self._report = report
        self._exits = shared_exits(network)

    def _parts(self, site: Site) -> dict[str, ExtranetPart | None] | None:
        """VPN -> its part, of those that the site names; None: not all of them are known, or which
        VPN is the public zone."""
        if any(vpn not in self._network.vpns for vpn in site.vpns):
            return None
        public = vpns_of_part(self._network, ExtranetPart.PUBLIC)
        if len(public) > 1 and not set(public).isdisjoint(site.vpns):
            return None
        return {vpn: part_of(self._network, vpn) for vpn in site.vpns}

    def attachments(self, name: str, site: Site) -> Iterator[Problem]:
        """Each is of a VPN that some access joins by its class, and of one of its own."""
        if (parts := self._parts(site)) is None:
            return
        rules = {each: RULES[each] for _, _, each in classes_of(site)}
        seen = {site.vpn: "the site itself"}
        exits = 0
        for key, each in site.attachments.items():
            at: Location = (name, "attachments", key, "vpn")
            part = parts[each.vpn]
            exits += part is ExtranetPart.INTERNET
            if each.vpn in seen:
                found = f"{each.vpn} is the VPN of {seen[each.vpn]}"
                yield self._report("sites", at, found, "name another VPN, or leave it out")
            elif not rules:
                found = "no access of the site has an access-class, by which it would be joined"
                yield self._report("sites", at, found, "say which class each access is of")
            elif not any(rule.joins(part) for rule in rules.values()):
                classes = " and ".join(rules)
                found = f"class {classes} does not join VPN {each.vpn}, {_words(part)}"
                remedy = "leave it out, or use a class that joins it"
                yield self._report("sites", at, found, remedy)
            elif part is ExtranetPart.INTERNET and exits > 1:
                found = "a second shared exit"
                yield self._report("sites", at, found, "let the site have one")
            seen.setdefault(each.vpn, f"attachment {key}")

    def classes(self, name: str, site: Site) -> Iterator[Problem]:
        """What each access joins by its class is there."""
        if (parts := self._parts(site)) is None:
            return
        for access_name, access, own in classes_of(site):
            where: Location = (name, "site-network-accesses", access_name)
            if parts[site.vpn] not in (ExtranetPart.PUBLIC, ExtranetPart.DEPARTMENT):
                found = "a site with a class is in the public zone or a department's network, and "
                found += f"VPN {site.vpn} is {_words(parts[site.vpn])}"
                remedy = "leave the class out, or say in vpns.yaml which part the VPN is"
                yield self._report("sites", (*where, "access-class"), found, remedy)
                continue
            for found, remedy in self._lacking(own, site, parts):
                yield self._report("sites", (*where, "access-class"), found, remedy)
            if access.vlan == "untagged" and attachments(self._network, site, access, self._exits):
                found = f"untagged, and class {own} joins several VPNs, each in a VLAN of the port"
                remedy = "tag it, or leave vlan out"
                yield self._report("sites", (*where, "vlan"), found, remedy)

    def _lacking(
        self, own: AccessClass, site: Site, parts: dict[str, ExtranetPart | None]
    ) -> Iterator[tuple[str, str]]:
        """(what is wrong, what to do) of one class of a site."""
        rule, vpns = RULES[own], list(parts.values())
        if not rule.joins(parts[site.vpn]):
            found = f"class {own} does not join VPN {site.vpn}, {_words(parts[site.vpn])}"
            yield found, "use a class that joins it, or let the site be in another VPN"
            return
        if ExtranetPart.PUBLIC not in vpns:
            public = vpns_of_part(self._network, ExtranetPart.PUBLIC)
            if public:
                found = f"class {own} joins the public zone, and the site announces nothing there"
                yield found, f"add to attachments one with vpn: {public[0]} and its prefixes"
            elif self._network.is_complete("vpns"):
                found = f"class {own} joins the public zone, and no VPN has part: public"
                yield found, "say in vpns.yaml which VPN it is"
        departments = sum(part is ExtranetPart.DEPARTMENT for part in vpns)
        least, most = rule.departments
        if not least <= departments <= most:
            wanted = {0: "no department's network", 1: "one department's network"}.get(most)
            wanted = wanted or "several departments' networks"
            found = f"class {own} joins {wanted}, and the site names {departments}"
            yield found, "use another class, or correct vpn and attachments"
        if rule.shared_exit and ExtranetPart.INTERNET not in vpns:
            yield from self._exit(own)

    def _exit(self, own: AccessClass) -> Iterator[tuple[str, str]]:
        exits = vpns_of_part(self._network, ExtranetPart.INTERNET)
        if not exits and self._network.is_complete("vpns"):
            found = f"class {own} joins the shared Internet exit, and no VPN has part: internet"
            yield found, "add the VPN to vpns.yaml, or use a class without the shared exit"
        elif len(exits) > 1:
            found = f"class {own} joins a shared Internet exit, of which there are several"
            yield found, f"add to attachments one with vpn: {' or '.join(exits)} and its prefixes"

    def lines(self, name: str, site: Site) -> Iterator[Problem]:
        """An Internet line is of a class that has one."""
        for access_name, access in site.site_network_accesses.items():
            own = access.access_class
            if access.internet_line is None or (own and RULES[own].own_exit is not False):
                continue
            having = f"class {own}" if own else "an access without a class"
            yield self._report(
                "sites",
                (name, "site-network-accesses", access_name, "internet-line"),
                f"{having} has no Internet exit of its own",
                "leave it out, or use class C or E",
            )

    def names(self, name: str, site: Site) -> Iterator[Problem]:
        """The site in each VPN can have the name that it has in texts and in the lock file."""
        for vpn in joined(self._network, site, self._exits):
            made = part_site(name, vpn)
            if vpn == site.vpn:
                continue
            if made in self._network.sites:
                found = f"is what site {name} is called in VPN {vpn}"
                yield self._report("sites", (made,), found, "give one of the sites another name")
            elif len(made) > _LONGEST:
                found = f"in VPN {vpn} it is called {made}, of more than {_LONGEST} characters"
                yield self._report("sites", (name,), found, "give the site a shorter name")


def _words(part: ExtranetPart | None) -> str:
    return "not part of the extranet" if part is None else f"of part {part}"
