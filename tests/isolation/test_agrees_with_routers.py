"""The proof agrees with routers: what leaks is seen on them, what is proved is not.

Mutants of the reference network are loaded on the lab's routers (FRR, Linux) one at a time. A
leaking one is believed when packets or the kernel's tables show it; an equivalent one when every
VRF's table holds no more than the inventory lets meet, strangers stay silent and the service goes
on. The verdict of the proof for that very text must say the same.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import pytest

from tests.isolation.mutants.changes import policy_header
from tests.isolation.mutants.ground import FAMILIES
from tests.isolation.mutants.judge import judge
from tests.isolation.mutants.lab_sample import LAB_SAMPLE, LabCase, Route
from tests.isolation.mutants.outcome import said
from tests.isolation.reference_lab import (
    FRIENDS,
    GROUND,
    PINGS,
    missing,
    reference_routers,
    strangers,
)
from tests.isolation.routers import (
    PATIENCE,
    TRIES,
    Evidence,
    RouterError,
    Routers,
    Seen,
    answered,
    changed_lines,
    loaded_text,
)

pytestmark = pytest.mark.lab("agree")

#: Without a leak seen before (one test alone), how long an equivalent is watched.
_WATCHED = 4.0
#: FRR looks again at a policy in use, when its entries change, after this many seconds.
_POLICY_DELAY = 5.0
#: What the text does not do or undo by itself: operator -> (host, after load, after restore).
_BY_HAND = {
    # `ifreload -a` runs a new `post-up` and does not undo one that is gone
    "lab.no-last-resort": (
        "bj-pe1",
        "ip -4 route del unreachable default metric 4278198272 vrf i-party",
        "",
    ),
    "lab.route-by-linux": ("bj-pe1", "", "ip -4 route del 10.2.10.0/24 vrf i-party"),
}
#: Of the sample, not loaded here, for the sake of minutes: each is told by another.
_LEFT_OUT = {
    "lab.mistyped-digit": "the lines of lab.block-copied-from-another-vrf, in one family",
    "lab.two-halves-of-an-address": "as lab.two-halves-of-four-octets and lab.shared-services",
    "targets.unused_export": "pairs.halves_of_two_families has an export that nobody imports",
    "targets.own_keyword_in_full": "lab.keyword-in-full shows that FRR takes the words",
    "targets.targets_without_import": "to FRR the same as targets.removed_import",
    "maps.export_map_harmless": "maps.export_map_entry_not_reached has the same entry first",
    "backbone.isis_metric": "no VRF takes part; the way of the labels is lab story's",
}
#: Loaded last, and the lab ends with it: FRR 8.4.4 does not come back from it. Its text is as
#: before, and yet e-public exports nothing from that PE, even when `export vpn` is given anew.
_NO_WAY_BACK = "lab.import-vrf"
_CASES = [c for c in LAB_SAMPLE if c.mutant.operator not in {*_LEFT_OUT, _NO_WAY_BACK}]


# -- the lab -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def routers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Routers]:
    """The reference network's routers with their intended texts, on addresses of its own."""
    with reference_routers(tmp_path_factory.mktemp("agree"), "agree", "127.20.26") as lab:
        yield lab


# -- the cases ---------------------------------------------------------------------------------


def test_without_a_change_nothing_crosses_and_all_is_served(routers: Routers) -> None:
    """What cases come back to, held against the inventory alone."""
    for host in routers.edges:
        assert not strangers(host, routers.tables[host])
    seen = routers.look(PINGS, 0, PATIENCE)
    heard = {p for host in routers.edges for p in answered(seen[host], PINGS.get(host, []))}
    assert heard == FRIENDS
    assert judge(GROUND.texts, GROUND.network, GROUND.allocation).proved


@pytest.mark.parametrize("case", [pytest.param(c, id=c.mutant.name) for c in _CASES])
def test_packets_agree_with_the_verdict(case: LabCase, routers: Routers) -> None:
    mutant = case.mutant
    texts = {h: t for h, t in mutant.texts.items() if t != GROUND.texts[h]}
    about = f"{mutant.name}; loaded " + "; ".join(
        f"{host}: {loaded_text(GROUND.texts[host], text)}" for host, text in texts.items()
    )
    verdict = judge(mutant.texts, GROUND.network, GROUND.allocation)
    host, after_load, after_restore = _BY_HAND.get(mutant.operator, ("", "", ""))
    with _gone_again(routers, texts, {host: after_restore}, case.evidence, about) as loaded:
        loaded.update(routers.load(texts, {host: after_load}, case.evidence))
        crossed = _evidence(loaded, case, about) if case.evidence else _look(routers, case, about)
        assert verdict.proved == (not crossed), f"{about}; proof: {said(verdict)}; seen: {crossed}"


@contextmanager
def _gone_again(
    routers: Routers,
    texts: Mapping[str, str],
    by_hand: Mapping[str, str],
    evidence: Sequence[Evidence],
    about: str,
) -> Iterator[dict[str, Seen]]:
    """Go back at the end, however it comes; the original texts by booting where that fails."""
    loaded: dict[str, Seen] = {}
    try:
        yield loaded
    except RouterError as error:
        raise RouterError(f"{about}; {error}") from error
    finally:
        try:
            routers.restore(texts, by_hand, evidence, loaded)
        except RouterError as error:
            routers.start_afresh(missing)
            raise RouterError(f"{about}; on the way back: {error}") from error


def _evidence(loaded: Mapping[str, Seen], case: LabCase, about: str) -> str:
    """What of the evidence is there, in words; all of it has to be."""
    there = {one: is_there for seen in loaded.values() for one, is_there in seen.evidence.items()}
    assert set(there) == set(case.evidence)
    absent = [one for one, is_there in there.items() if not is_there]
    assert not absent, f"{about}; not seen: {absent}"
    return f"{case.evidence}"


def _look(routers: Routers, case: LabCase, about: str) -> str:
    """What crosses in an equivalent mutant, in words; its service has to be there."""
    patience = TRIES if case.note else PATIENCE
    seen = routers.look(PINGS, _settle(routers, case.mutant.texts), patience)
    crossed = [f"{h} {e}" for h in routers.edges for e in strangers(h, seen[h].table)]
    heard = {p for host in routers.edges for p in answered(seen[host], PINGS.get(host, []))}
    crossed += [f"{ping} was answered" for ping in heard - FRIENDS]
    other = [
        f"{host}: {routers.difference(host, seen[host].table)}"
        for host in routers.edges
        if seen[host].table != routers.tables[host]
    ]
    silent = FRIENDS - heard
    if not case.note:
        assert not other, f"{about}; other routes than before: {other}"
        assert not silent, f"{about}; no answer: {silent}"
    else:
        cut = {place for _, place in case.mutant.where}
        assert other, f"{about}; nothing is cut off, but: {case.note}"
        assert len(silent) < len(FRIENDS) / 2, f"{about}; {cut}: {silent}"
    return "; ".join(crossed)


def _settle(routers: Routers, texts: Mapping[str, str]) -> float:
    """Seconds in which a leak would have shown itself."""
    policies = r"^\+(?:(?:ip|ipv6) prefix-list|route-map) \S+ "
    for host, text in texts.items():
        for line in changed_lines(GROUND.texts[host], text):
            known = re.match(policies, line)
            if known and known[0][1:] in GROUND.texts[host]:
                return _POLICY_DELAY + 1
    return 1.5 * routers.slowest or _WATCHED


def test_a_customer_that_chooses_targets_needs_a_provider_that_takes_them_off(
    routers: Routers,
) -> None:
    """FRR keeps what a CE attached; `set extcommunity none` on the way in is what holds it."""
    party = next(p for p in GROUND.places if p.at == ("bj-pe1", "i-party"))
    access = party.accesses[0]
    target = next(p for p in GROUND.places if p.at == ("gz-pe1", "e-public")).export
    evidence = [Route("gz-pe1", "e-public", access.net(family)) for family in FAMILIES]
    edit = GROUND.edit(party)
    for family in FAMILIES:
        edit.remove(edit.block(policy_header(access.policy, family)), "set extcommunity none")
    texts = {"bj-pe1": str(edit)}
    verdict = judge({**GROUND.texts, **texts}, GROUND.network, GROUND.allocation)
    assert not verdict.proved
    about = f"{loaded_text(GROUND.texts['bj-pe1'], str(edit))} and a CE that attaches {target}"
    ce, attack = f"{access.site}-ce", f"route-map chosen permit 10\n set extcommunity rt {target}\n"
    peers = {f: access.pe[f].partition("/")[0] for f in FAMILIES}
    asn = GROUND.allocation.site_asn[access.site]
    routers.configure(ce, attack + _on_sessions(asn, peers, ""))
    try:
        shows = [f"show bgp {f} unicast neighbors {p} advertised-routes" for f, p in peers.items()]
        sent = routers.vm.exec(ce, "vtysh " + " ".join(f"-c '{show} detail'" for show in shows))
        seen = routers.look(PINGS, 1.5 * routers.slowest or _WATCHED)
        for host in routers.edges:
            assert seen[host].table == routers.tables[host], "taken off, and yet it crosses"
        with _gone_again(routers, texts, {}, evidence, about) as loaded:
            loaded.update(routers.load(texts, {}, evidence))
            there = {e for s in loaded.values() for e, is_there in s.evidence.items() if is_there}
            assert there == set(evidence), f"{about}; seen: {there}; the CE sent: {sent.stdout}"
    finally:
        routers.configure(ce, _on_sessions(asn, peers, "no ") + "no route-map chosen\n")


def _on_sessions(asn: int, peers: Mapping[str, str], no: str) -> str:
    lines = [f"router bgp {asn}"]
    for family, peer in peers.items():
        lines += [
            f" address-family {family} unicast",
            f"  {no}neighbor {peer} route-map chosen out",
            " exit-address-family",
        ]
    return "\n".join([*lines, "exit", ""])


#: At bj-p1: what it does with the label that it gave to others for gz-pe1.
_TO_GZ_PE1 = """\
label=$(vtysh -c 'show mpls ldp ipv4 binding' | awk '$2 == "10.255.0.5/32" {{print $4; exit}}')
for i in $(seq {looks}); do
  sent=$(ip -f mpls route show $label)
  case "$sent" in *"as to"*) kept=yes;; *) kept=no;; esac
  [ -n "$sent" ] && [ $kept = {kept} ] && break
  sleep 0.5
done
echo "$sent"
"""


def _sent_on(routers: Routers, kept: str, looks: int = 120) -> str:
    return routers.vm.exec("bj-p1", _TO_GZ_PE1.format(kept=kept, looks=looks), 150).stdout


def _sent_without_label(routers: Routers) -> str:
    """What bj-p1 does with packets for gz-pe1 once gd-pe1 may have no label for them any more.

    Whether ldpd gives up the label that it gave when it hears of the route again goes by what it
    hears first, also of one that starts anew (tried): it may, and need not.
    """
    sent = ""
    for _ in range(2):
        routers.vm.exec("gd-pe1", "vtysh -c 'clear isis neighbor'")
        sent = _sent_on(routers, "no", looks=30)
        if sent and " as to " not in sent:
            break
    return sent


def test_labels_are_lost_where_the_costs_lead_to_no_ldp(routers: Routers) -> None:
    """Packets for gz-pe1 go by gd-pe1, whose port towards it has no LDP: the router before may take
    the outer label off, and then they arrive nowhere. With LDP again they do."""
    text = GROUND.texts["gd-pe1"]
    ldp, port = text.index("\nmpls ldp\n"), "  interface eth3\n  exit\n  !\n"
    at = text.index(port, ldp)
    assert at < text.index(" address-family ipv6\n", ldp)
    texts = {"gd-pe1": text[:at] + text[at + len(port) :]}
    verdict = judge({**GROUND.texts, **texts}, GROUND.network, GROUND.allocation)
    lost = [each for each in verdict.findings if each.klass == "P9 label-lost"]
    assert [(each.device, each.family) for each in lost] == [("gd-pe1", "ipv4")]
    assert not verdict.proved
    assert " as to " in _sent_on(routers, "yes")
    about = loaded_text(text, texts["gd-pe1"])
    with _gone_again(routers, texts, {}, [], about) as loaded:
        loaded.update(routers.load(texts, {}, []))
        sent = _sent_without_label(routers)
        assert "dev eth3" in sent
        seen = routers.look(PINGS, 0)
        heard = {p for host in routers.edges for p in answered(seen[host], PINGS.get(host, []))}
        assert heard <= FRIENDS
        from_gz_pe1 = FRIENDS.intersection(PINGS["gz-pe1"])
        assert from_gz_pe1
        # where the label was kept, gd-pe1 takes it off or drops the packet
        arrives = from_gz_pe1 & heard
        assert " as to " in sent or not arrives, f"{about}: they arrive and are answered"
    assert " as to " in _sent_on(routers, "yes")


def test_import_vrf_crosses_and_there_is_no_way_back(routers: Routers) -> None:
    case = next(c for c in LAB_SAMPLE if c.mutant.operator == _NO_WAY_BACK)
    texts = {h: t for h, t in case.mutant.texts.items() if t != GROUND.texts[h]}
    verdict = judge(case.mutant.texts, GROUND.network, GROUND.allocation)
    _evidence(routers.load(texts, {}, case.evidence), case, case.mutant.name)
    assert not verdict.proved
