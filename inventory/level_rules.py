"""What is asked of VPNs, applications and exchanges by their levels, and whether they have it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from egovnet.inventory.access_classes import attachments, joined, part_of, shared_exits
from egovnet.inventory.errors import Location
from egovnet.inventory.level_algorithms import NATIONAL, algorithms_of_vpns
from egovnet.inventory.model import (
    Application,
    Exchange,
    ExtranetPart,
    Filtering,
    Network,
    PartSite,
    Site,
    Vpn,
)
from egovnet.inventory.model.algorithms import AllowedAlgorithms
from egovnet.inventory.model.levels import LevelRequirement, LevelRule
from egovnet.inventory.model.partial import as_far_as_known


def _rule(
    requires: LevelRequirement,
    from_level: int,
    source: str,
    *,
    refuse: bool = False,
    allowed: AllowedAlgorithms | None = None,
) -> tuple[str, LevelRule]:
    said = {"requires": requires, "from-level": from_level, "source": source}
    more = {
        "otherwise": "refuse" if refuse else "report",
        "allowed": allowed or AllowedAlgorithms(),
    }
    return requires.value, LevelRule.model_validate(said | more)


#: The rules that hold where `levels.yaml` has none of their names. Chapter 8 of both standards is
#: of level 3, and the chapters of higher levels ask for no less.
SHIPPED: Mapping[str, LevelRule] = dict(
    (
        _rule(
            LevelRequirement.ENCRYPTION,
            3,
            "GB/T 22239-2019 8.1.2.2 b, GB/T 39786-2021 8.2",
            refuse=True,
        ),
        _rule(
            LevelRequirement.NO_INTERNET,
            3,
            "GB/T 22239-2019 8.1.2.1 d, as egovnet reads it",
            refuse=True,
        ),
        _rule(
            LevelRequirement.HIGHER_APPROVER,
            1,
            "GB/T 22239-2019 8.1.7.3",
            refuse=True,
        ),
        _rule(
            LevelRequirement.CARRIED,
            1,
            "GB/T 22240-2020",
            refuse=True,
        ),
        _rule(
            LevelRequirement.DECLARED,
            3,
            "GB/T 22239-2019 8.1.3.2 a, c and d",
        ),
        _rule(
            LevelRequirement.REDUNDANT,
            3,
            "GB/T 22239-2019 8.1.2.1 e",
        ),
        _rule(
            LevelRequirement.ALGORITHMS,
            1,
            "GB/T 39786-2021 5 a",
            allowed=NATIONAL,
        ),
    )
)


@dataclass(frozen=True, slots=True)
class LevelJudgement:
    """Whether an entry of a level has what a rule asks for."""

    rule: str
    level: int
    #: "vpns", "applications" or "exchanges", and the entry's name there.
    section: str
    name: str
    #: None: it cannot be told.
    met: bool | None
    #: Why it is not met, or cannot be told.
    why: str = ""
    remedy: str = ""
    #: What is to be changed.
    location: Location = ()


def level_rules(network: Network) -> dict[str, LevelRule]:
    """The rules of a network by name: those that are shipped, and its own instead and besides."""
    return {**SHIPPED, **network.levels}


def judge_levels(network: Network) -> Iterator[LevelJudgement]:
    """Every rule for every entry that it is about, as far as it can be judged.

    Linear in the entries for each rule, and in sites.
    """
    seen = _single_accesses(network), _exits(network)
    for name, rule in level_rules(network).items():
        for vpn_name, vpn in network.vpns.items():
            yield from as_far_as_known(_of_vpn(name, rule, vpn_name, vpn, seen))
        for app_name, application in network.applications.items():
            yield from as_far_as_known(_of_application(network, name, rule, app_name, application))
        for exchange_name, exchange in network.exchanges.items():
            yield from as_far_as_known(_of_exchange(network, name, rule, exchange_name, exchange))
        if rule.requires is LevelRequirement.ALGORITHMS:
            yield from as_far_as_known(_by_algorithms(network, name, rule))


#: VPN -> (sites that are joined at one PE only, sites), as far as they are known.
_Accesses = Mapping[str, tuple[int, int]]
#: VPN -> (a site of it that joins an Internet zone as well, that zone).
_Exits = Mapping[str, tuple[str, str]]


def _single_accesses(network: Network) -> _Accesses:
    found: dict[str, tuple[int, int]] = {}
    exits = shared_exits(network)
    for site in network.written_sites.values():
        for vpn, pes in as_far_as_known(_pes(network, site, exits)):
            before = found.get(vpn, (0, 0))
            found[vpn] = (before[0] + (len(pes) < 2), before[1] + 1)
    return found


def _exits(network: Network) -> dict[str, tuple[str, str]]:
    """VPN -> the first site of it that joins an Internet zone as well, and that zone."""
    found: dict[str, tuple[str, str]] = {}
    exits = shared_exits(network)
    for name, site in network.sites.items():
        for vpns in as_far_as_known(tuple(joined(network, site, exits)) for _ in range(1)):
            zones = [v for v in vpns if part_of(network, v) is ExtranetPart.INTERNET]
            for vpn in vpns if zones else ():
                found.setdefault(vpn, (name, zones[0]))
    return found


def _pes(
    network: Network, site: Site, exits: tuple[str, ...] | None
) -> Iterator[tuple[str, set[str]]]:
    """PEs that a site is joined at, for each of its VPNs."""
    if isinstance(site, PartSite):
        return  # the site that it is of says it
    found = {site.vpn: {access.pe for access in site.site_network_accesses.values()}}
    for access in site.site_network_accesses.values():
        for vpn in attachments(network, site, access, exits):
            found.setdefault(vpn, set()).add(access.pe)
    yield from found.items()


def _of_vpn(
    name: str,
    rule: LevelRule,
    vpn_name: str,
    vpn: Vpn,
    seen: tuple[_Accesses, _Exits],
) -> Iterator[LevelJudgement]:
    if vpn.level is None or vpn.level < rule.from_level:
        return
    once, exits = seen
    subject = (name, vpn.level, "vpns", vpn_name)
    match rule.requires:
        case LevelRequirement.ENCRYPTION:
            yield _encrypted(*subject, [vpn])
        case LevelRequirement.NO_INTERNET:
            if vpn_name in exits and vpn.part is not ExtranetPart.INTERNET:
                site, zone = exits[vpn_name]
                why = (
                    f"its site {site} joins the Internet zone {zone} as well, and what the site's "
                )
                why += "own router forwards nobody sees"
                remedy = "give the site another access class, or let the VPN be of a lower level"
                yield LevelJudgement(*subject, False, why, remedy, (vpn_name, "level"))
            else:
                yield _no_internet(*subject, vpn)
        case LevelRequirement.DECLARED:
            met = vpn.filtering is Filtering.ENFORCED
            why = "" if met else f"it is {vpn.filtering.value}: what is not declared passes"
            remedy = "declare its applications, and set filtering: enforced"
            at = (vpn_name, "filtering" if vpn.filtering is not Filtering.OPEN else "level")
            yield LevelJudgement(*subject, met, why, remedy, at)
        case LevelRequirement.REDUNDANT:
            single, sites = once.get(vpn_name, (0, 0))
            why = f"{single} of {sites} sites are joined at one PE" if single else ""
            at = (vpn_name, "level")
            remedy = "join its sites at two PEs"
            yield LevelJudgement(*subject, not single, why, remedy, at)


def _by_algorithms(network: Network, name: str, rule: LevelRule) -> Iterator[LevelJudgement]:
    for vpn, used in algorithms_of_vpns(network, rule.from_level).items():
        level = network.vpns[vpn].level or rule.from_level
        outside = [str(each) for each in used if not each.is_allowed(rule)]
        why = f"{', '.join(outside)}: not among those that are allowed" if outside else ""
        yield LevelJudgement(name, level, "vpns", vpn, not outside, why, location=(vpn, "level"))


def _of_application(
    network: Network, name: str, rule: LevelRule, app_name: str, application: Application
) -> Iterator[LevelJudgement]:
    level = application.level
    if level < rule.from_level:
        return
    subject = (name, level, "applications", app_name)
    vpn = network.vpns.get(application.vpn)
    match rule.requires:
        case LevelRequirement.ENCRYPTION:
            yield _encrypted(*subject, [vpn])
        case LevelRequirement.NO_INTERNET:
            yield _no_internet(*subject, vpn)
        case LevelRequirement.CARRIED if vpn is not None:
            if vpn.level is None:
                yield LevelJudgement(*subject, None, f"VPN {application.vpn} has no level")
            else:
                met = vpn.level >= level
                why = "" if met else f"VPN {application.vpn} is of level {vpn.level} only"
                remedy = f"let the VPN be of level {level}, or put it into another one"
                yield LevelJudgement(*subject, met, why, remedy, (app_name, "level"))


def _of_exchange(
    network: Network, name: str, rule: LevelRule, exchange_name: str, exchange: Exchange
) -> Iterator[LevelJudgement]:
    if rule.requires is LevelRequirement.HIGHER_APPROVER:
        yield from _approver(network, name, rule, exchange_name, exchange)
    elif exchange.level >= rule.from_level:
        subject = (name, exchange.level, "exchanges", exchange_name)
        if rule.requires is LevelRequirement.ENCRYPTION:
            ends = (exchange.source, exchange.target)
            yield _encrypted(*subject, [network.vpns.get(end.vpn) for end in ends])
        elif rule.requires is LevelRequirement.NO_INTERNET:
            # both its ends are of the intranet, which has no Internet zone
            yield _no_internet(*subject, None)


def _approver(
    network: Network, name: str, rule: LevelRule, exchange_name: str, exchange: Exchange
) -> Iterator[LevelJudgement]:
    """Who approves an exchange between levels is of the agency whose VPN has the higher one."""
    ends = [network.vpns.get(end.vpn) for end in (exchange.source, exchange.target)]
    levels = [vpn.level for vpn in ends if vpn is not None and vpn.level is not None]
    if len(levels) < 2 or levels[0] == levels[1] or max(levels) < rule.from_level:
        return
    higher = exchange.source if levels[0] > levels[1] else exchange.target
    agency = network.vpns[higher.vpn].owner
    if agency not in network.agencies:
        return
    met = exchange.approved_by in network.agencies[agency].approvers
    lower = min(levels)
    why = (
        ""
        if met
        else f"{exchange.approved_by} approves nothing for {agency}, whose VPN {higher.vpn} is of "
        f"level {max(levels)} and the other one of {lower}"
    )
    remedy = f"have it approved by one of the approvers that agencies.yaml has for {agency}"
    at = (exchange_name, "approved-by")
    yield LevelJudgement(name, max(levels), "exchanges", exchange_name, met, why, remedy, at)


def _encrypted(
    name: str, level: int, section: str, entry: str, vpns: Iterable[Vpn | None]
) -> LevelJudgement:
    """What is of one VPN or goes between two is encrypted where all of them are; one that nobody
    knows is another mistake."""
    clear = [vpn for vpn in vpns if vpn is not None and not vpn.is_encrypted]
    at = (entry, "level")
    if not clear:
        return LevelJudgement(name, level, section, entry, True, location=at)
    whose = "it is" if section == "vpns" else "its VPN is" if section == "applications" else ""
    return LevelJudgement(
        name,
        level,
        section,
        entry,
        met=False,
        why=f"{whose or 'a VPN of its ends is'} in clear on the backbone",
        remedy="let the VPN have encryption: pe-to-pe, take a lower level, or set otherwise: "
        f"report for {name} in levels.yaml",
        location=at,
    )


def _no_internet(
    name: str, level: int, section: str, entry: str, vpn: Vpn | None
) -> LevelJudgement:
    """Nothing of a VPN goes towards the Internet but of one that is an Internet zone."""
    met = vpn is None or vpn.part is not ExtranetPart.INTERNET
    at = (entry, "part" if section == "vpns" else "vpn")
    what = "it is an Internet zone" if section == "vpns" else "its VPN is an Internet zone"
    why, remedy = "", ""
    if not met:
        why = what
        remedy = "let it be of a lower level, or of another part"
        if section != "vpns":
            remedy = "put it into another VPN, or let it be of a lower level"
    return LevelJudgement(name, level, section, entry, met, why, remedy, at)
