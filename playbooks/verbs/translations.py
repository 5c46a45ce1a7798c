"""`translation collect` and `translation who`: whose sources Internet gateways translated.

A gateway holds records for hours, in its kernel. They are collected into files here, and questions
are answered from those.
"""

import re
import time
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv6Address, ip_address

from egovnet.inventory.model import Network, Role
from egovnet.inventory.model.gateways import TranslationRecords
from egovnet.inventory.model.part_sites import written_name
from egovnet.inventory.model.site_prefixes import SitePrefixes
from egovnet.playbooks.core.devices import connected
from egovnet.playbooks.core.progress import Progress
from egovnet.playbooks.core.run_on_devices import DeviceResults, run
from egovnet.playbooks.core.selection import UsageError
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.results.outcome import Outcome
from egovnet.playbooks.results.translations import (
    CollectedGateway,
    CollectedTranslations,
    TranslationAnswer,
    TranslationHolder,
)
from egovnet.playbooks.verbs.translation_files import KeptTranslation, TranslationFiles
from egovnet.tasks.read_translations import read_translations
from egovnet.templates.model.recorded_translation import RecordedTranslation

_END = re.compile(
    r"\[(?P<six>[^\]]+)\]:(?P<port6>\d+)|(?P<four>[^:\[\]]+):(?P<port4>\d+)", re.ASCII
)
_HIGHEST_PORT = 65535
_Address = IPv4Address | IPv6Address


def collect_translations(
    workspace: Workspace, progress: Progress
) -> Outcome[CollectedTranslations]:
    """Read the chosen gateways and keep what is new. Exit 0, or 5 where one does not say it."""
    kept = _records(workspace.network)
    asked = [name for name in workspace.chosen if name in kept]
    answers: DeviceResults[list[RecordedTranslation]] = DeviceResults()
    if asked:
        answers = _read(workspace, asked, progress)
    files = _files(workspace)
    now = int(time.time())
    read = dict(answers.results)
    new = files.keep(now, read) if read else {}
    removed: tuple[str, ...] = ()
    if kept:
        longest = max(records.days for records in kept.values())
        removed = files.remove_before(
            (datetime.fromtimestamp(now, UTC) - timedelta(longest)).date()
        )
    gateways = tuple(
        CollectedGateway(name, len(records), new[name], _is_full(kept[name], records))
        for name, records in read.items()
    )
    found = CollectedTranslations(gateways, str(files.directory), removed, answers.failures)
    notes = () if kept else ("no gateway has records: set it at its uplink in hosts.yaml",)
    warnings = tuple(
        f"{one.gateway} holds as many records as it may: some may be missing; collect oftener, or "
        "raise records.most"
        for one in gateways
        if one.full
    )
    return Outcome("translation_collect", found, found.exit, notes, warnings)


def _records(network: Network) -> dict[str, TranslationRecords]:
    """Gateway -> what it is to record."""
    uplinks = {name: network.routers[name].uplink for name in network.with_role(Role.GATEWAY)}
    return {name: one.records for name, one in uplinks.items() if one and one.records}


def _is_full(records: TranslationRecords, held: Iterable[RecordedTranslation]) -> bool:
    """Whether a set of either family is full."""
    sixes = [one.address.version == 6 for one in held]
    return max(sum(sixes), len(sixes) - sum(sixes)) >= records.most


def _read(
    workspace: Workspace, names: Iterable[str], progress: Progress
) -> DeviceResults[list[RecordedTranslation]]:
    arguments: dict[str, dict[str, object]] = {name: {} for name in names}
    try:
        with connected(workspace) as nornir:
            return run(nornir, "read", read_translations, arguments, progress)
    finally:
        progress.finish()


def _files(workspace: Workspace) -> TranslationFiles:
    return TranslationFiles(workspace.state / "translations")


def who_had(workspace: Workspace, end: str, at: str, within: int) -> Outcome[TranslationAnswer]:
    """Who had an address and port at a time, by what was collected; linear in a month's records.

    Exit 0 whether anybody is known or not.

    Raises:
        UsageError: it is no address with a port, or no time.
    """
    address, port = _end(end)
    moment = _moment(at)
    network, files = workspace.network, _files(workspace)
    found = merged(files.of(str(address), port, moment))
    around = int(moment.timestamp())
    sites = _Sites(network)
    holders = [one for one in found if one.first - within <= around <= one.last + within]
    near: list[KeptTranslation] = []
    if not holders:
        near += (
            [max(before, key=_last)] if (before := [o for o in found if o.last < around]) else []
        )
        near += (
            [min(after, key=_first)] if (after := [o for o in found if o.first > around]) else []
        )
    collected = files.collected()
    having = [
        name
        for name in network.with_role(Role.GATEWAY)
        if (uplink := network.routers[name].uplink) and any(address in p for p in uplink.pool)
    ]
    answer = TranslationAnswer(
        str(address),
        port,
        moment.isoformat(),
        within,
        tuple(map(sites.holder, holders)),
        tuple(map(sites.holder, near)),
        {name: _iso(collected[name]) if name in collected else "" for name in having},
        sites.own(address),
    )
    return Outcome(
        "translation_who", answer, warnings=tuple(_doubts(network, answer, collected, around))
    )


def _doubts(
    network: Network, answer: TranslationAnswer, collected: dict[str, int], around: int
) -> Iterable[str]:
    """Why an answer may not be whole."""
    kept = _records(network)
    if not (answer.collected or answer.holders or answer.own_site):
        yield f"{answer.address} is of no gateway's pool"
    for name in answer.collected:
        if name not in kept:
            yield f"{name} records nothing: set records at its uplink in hosts.yaml"
        elif collected.get(name, 0) < around + answer.within:
            yield f"{name} was not read since then: egovnet translation collect -l {name}"


def _end(text: str) -> tuple[_Address, int]:
    found = _END.fullmatch(text)
    port = int(found["port4"] or found["port6"]) if found else 0
    try:
        if found and 0 < port <= _HIGHEST_PORT:
            return ip_address(found["four"] or found["six"]), port
    except ValueError:
        pass
    raise UsageError(
        f"{text!r} is not an address with a port: write 203.0.113.5:40001 or [2001:db8::5]:40001"
    )


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(
            f"--at: {text!r} is not a time: write one such as 2026-11-30T10:02:00+08:00"
        ) from error
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _iso(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()


def _first(one: KeptTranslation) -> int:
    return one.first


def _last(one: KeptTranslation) -> int:
    return one.last


def merged(records: Iterable[KeptTranslation]) -> list[KeptTranslation]:
    """What was collected several times, once: the same holder's times that meet are one.

    A gateway that has held the begin of a record for its hours takes the next packet for a begin,
    and what was before it since the last collection is in no record: so of a holder who was known
    before, a begin may be as early as that collection.
    """
    found: dict[tuple[str, str, str], list[KeptTranslation]] = {}
    for one in sorted(records, key=_first):
        held = found.setdefault((one.gateway, one.protocol, one.source), [])
        begin = min(one.first, one.since) if held else one.first
        if held and begin <= held[-1].last + 1:
            held[-1] = replace(held[-1], last=max(held[-1].last, one.last))
        else:
            held.append(replace(one, first=begin))
    return sorted((one for each in found.values() for one in each), key=_first)


class _Sites:
    """Whose an address behind a gateway is, by the inventory of today."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._by_vpn: dict[str, SitePrefixes] = {}

    def _site(self, vpn: str, address: _Address) -> str:
        if vpn not in self._by_vpn:
            self._by_vpn[vpn] = SitePrefixes(
                (name, prefix)
                for name, site in self._network.written_sites.items()
                if site.vpn == vpn
                for prefix in site.prefixes
            )
        site = self._by_vpn[vpn].holder_of(address)
        return written_name(site, self._network.sites[site]) if site else ""

    def holder(self, one: KeptTranslation) -> TranslationHolder:
        """A record as it is reported."""
        router = self._network.routers.get(one.gateway)
        uplink = router.uplink if router else None
        site = self._site(uplink.vpn, ip_address(one.source)) if uplink else ""
        return TranslationHolder(
            one.gateway, one.protocol, one.source, site, _iso(one.first), _iso(one.last)
        )

    def own(self, address: _Address) -> str:
        """The site of an Internet zone that has an address itself, as global ones of IPv6 are."""
        routers = (self._network.routers[n] for n in self._network.with_role(Role.GATEWAY))
        zones = dict.fromkeys(router.uplink.vpn for router in routers if router.uplink)
        return next(filter(None, (self._site(vpn, address) for vpn in zones)), "")
