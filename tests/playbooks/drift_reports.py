"""Drift reports by hand: clean, leaking, unreachable, hostile, 2,000 devices, a year."""

from dataclasses import replace
from datetime import datetime, timedelta

from egovnet.inventory.model import Network
from egovnet.inventory.model.drift_class import DriftClass
from egovnet.isolation.model.verdict import Checked, Verdict
from egovnet.playbooks.core.network_map import network_map
from egovnet.playbooks.results.drift_report import (
    DeviceRow,
    Difference,
    DriftReport,
    EarlierRun,
    LastKnown,
    Remediation,
    Status,
)
from egovnet.playbooks.results.proof_result import proof_result
from egovnet.playbooks.results.provenance import Provenance
from egovnet.playbooks.results.verification import WaitingAccess
from tests.playbooks.proofs import HOSTILE as ATTACKS
from tests.playbooks.proofs import LEAKING as LEAKING_PROOF
from tests.playbooks.proofs import PROVED, hostile, nation_of, reference

STARTED = "2026-03-04T02:15:07+00:00"
READ = "2026-03-04T02:15:09+00:00"
STATE = {"IS-IS adjacencies": 3, "BGP sessions": 6, "LDP sessions": 3}
NETWORK = reference()
#: The verdict where nothing was read.
NOTHING = Verdict((), Checked(), ())
MAP = network_map(NETWORK)
MADE = Provenance("2026-03-04T02:15:48+00:00", "li wei", "0.1.0", "a" * 64, "b" * 64)


def rows(network: Network = NETWORK, **unreachable: str) -> tuple[DeviceRow, ...]:
    """A row for every router; those in `unreachable` ("_" for "-") did not answer, and why."""
    why = {name.replace("_", "-"): reason for name, reason in unreachable.items()}
    return tuple(
        DeviceRow(name, router.region, router.tier.value, unreachable=why[name])
        if name in why
        else DeviceRow(
            name, router.region, router.tier.value, seconds=1.25, read_at=READ, state=STATE
        )
        for name, router in network.routers.items()
    )


def earlier_runs(count: int, *, until: str = STARTED) -> tuple[EarlierRun, ...]:
    """As many earlier runs, with a wave of drift, a leak every ninetieth, a few unreachable."""
    end = datetime.fromisoformat(until)
    return tuple(
        EarlierRun(
            (end - timedelta(days=count - i)).isoformat(),
            7,
            2 if i % 50 == 20 else int(i % 7 == 3),
            i % 90 != 45,
            {
                "leak": int(i % 90 == 45),
                "service": i % 5 if i % 30 < 9 else 0,
                "policy": (i // 3) % 4,
                "unmanaged": 2 + i % 2,
                "cosmetic": 0,
            },
        )
        for i in range(count)
    )


CLEAN = DriftReport(
    run=7,
    network="reference",
    started=STARTED,
    seconds=8.4,
    devices=rows(),
    differences=(),
    proof=proof_result(PROVED),
    trend=earlier_runs(14),
    network_map=MAP,
    made=MADE,
)

LEAK = Difference(
    "sh-pe1",
    DriftClass.LEAK,
    "configuration",
    "VRF e-public ipv4",
    "party reaches public by route target 65000:2001: i-party imports what e-public exports",
    vrf="e-public",
    vpn="public",
    owner="open-data",
    lines=("router bgp 65000 vrf e-public", "-  rt vpn both 65000:2001 65000:1006",
           "+  rt vpn both 65000:2001"),
    path=(
        "VRF e-public on sh-pe1 holds public-shanghai/main at eth4.100 (line 84: vrf e-public)",
        "VRF e-public on sh-pe1 exports 65000:1006 (line 174: rt vpn both 65000:2001 65000:1006)",
        "VRF i-party on bj-pe1 imports 65000:1006 (line 287: rt vpn both 65000:1006)",
        "VRF i-party on bj-pe1 holds party-beijing/main at eth3.102 (line 90: vrf i-party)",
    ),
    remediable=True,
    first_seen="2026-03-04T02:15:09+00:00",
    remediated=True,
)  # fmt: skip
SERVICE = Difference(
    "gd-pe1",
    DriftClass.SERVICE,
    "state",
    "BGP session 10.255.0.1",
    "is Active, and is intended to be Established",
    remediable=False,
    why_not="a state: remedy what it follows from",
    first_seen="2026-03-02T02:15:05+00:00",
    runs=3,
)
POLICY = Difference(
    "gd-pe1",
    DriftClass.POLICY,
    "configuration",
    "BGP neighbour 10.200.0.46",
    "may announce any number of ipv4 routes; 1000 are intended",
    vrf="i-court",
    vpn="court",
    owner="court",
    lines=("router bgp 65000 vrf i-court", "+  neighbor 10.200.0.46 maximum-prefix 1000"),
    remediable=True,
    first_seen="2026-02-20T02:15:05+00:00",
    runs=12,
    status=Status.ACKNOWLEDGED,
    until="2026-03-31",
    acknowledged_by="li wei",
    reason="the court renumbers, ticket T-417",
)
UNMANAGED = Difference(
    "gz-pe1",
    DriftClass.UNMANAGED,
    "configuration",
    "access-list OLD-VTY",
    "is on the device, and egovnet does not own it",
    lines=("- access-list OLD-VTY seq 5 permit 10.9.9.0/24",),
    why_not="not egovnet's",
    first_seen="2026-03-03T02:15:05+00:00",
    runs=2,
    status=Status.IN_GRACE,
    until="2026-03-06T02:15:05+00:00",
)
COSMETIC = Difference(
    "bj-p1",
    DriftClass.COSMETIC,
    "configuration",
    "interface eth1",
    "description is written in quotes",
    status=Status.INFORMATIONAL,
)

LEAKING = DriftReport(
    run=8,
    network="reference",
    started=STARTED,
    seconds=41.02,
    devices=tuple(
        replace(row, diff="\n".join(["@@ frr @@", *LEAK.lines, *["- stale"] * 5]))
        if row.device in ("sh-pe1", "gd-pe1")
        else row
        for row in rows()
    ),
    differences=(COSMETIC, UNMANAGED, POLICY, SERVICE, LEAK),
    proof=proof_result(LEAKING_PROOF),
    trend=earlier_runs(30),
    remediation=Remediation(
        classes=("leak",),
        change=42,
        result="done",
        devices=("sh-pe1",),
        left={"gd-pe1": "its session is a state: nothing to push"},
        limit=1,
        share=0.1,
    ),
    waiting=(
        WaitingAccess("party-shanghai", "main", "sh-pe1", "eth3.102", answers=False),
        WaitingAccess("party-guangzhou", "main", "gz-pe1", "eth3.103", answers=True),
    ),
    policy_notes=("acknowledgement of gz-pe1 access-list OLD expired on 2026-03-01",),
    notes=("the inventory has changes that were not applied yet to gd-pe1",),
    network_map=MAP,
    made=MADE,
)

#: The leak was restored, and the running configurations are proved now.
RESTORED = replace(LEAKING, proof=proof_result(PROVED))

UNREACHABLE = DriftReport(
    run=9,
    network="reference",
    started=STARTED,
    seconds=62.5,
    devices=tuple(
        replace(
            row,
            last_known=LastKnown(
                "2026-03-02T02:15:05+00:00", 2 * 86400, {"policy": 1, "leak": 0}, STATE
            ),
        )
        if row.device == "gz-pe1"
        else row
        for row in rows(gz_pe1="ConnectTimeoutError: no answer", sc_pe1="refused the host key")
    ),
    differences=(SERVICE, POLICY),
    proof=proof_result(PROVED, {"gz-pe1": "no answer", "sc-pe1": "refused the host key"}),
    network_map=MAP,
    made=MADE,
)

NOBODY = replace(
    CLEAN,
    devices=rows(**{name.replace("-", "_"): "no answer" for name in NETWORK.routers}),
    proof=proof_result(NOTHING),
    trend=(),
)


def hostile_report() -> DriftReport:
    """Every free text of the report is an attack."""
    differences = tuple(
        Difference(
            text, klass, text, f"{text} {number} {klass} {standing}", text,
            vrf=text, vpn=text, owner=text,
            lines=(f"- {text}", f"+ {text}", text), path=(text, text), why_not=text,
            first_seen=text, runs=2, status=standing, until=text, acknowledged_by=text, reason=text,
            not_remediated=text if number % 2 else "",
        )
        for number, text in enumerate(ATTACKS)
        for klass in DriftClass
        for standing in (Status.OPEN, Status.ACKNOWLEDGED)
    )  # fmt: skip
    devices = tuple(
        DeviceRow(text, text, text, why, 1.0, text, {text: 1}, f"- {text}\n+ {text}", known)
        for text in ATTACKS
        for why, known in (("", None),)
    ) + tuple(
        DeviceRow(f"{text} absent", text, text, text, last_known=LastKnown(text, 1, {text: 1}))
        for text in ATTACKS
    )
    proof = proof_result(hostile())
    return DriftReport(
        1, ATTACKS[0], STARTED, 1.0, devices, differences, proof,
        trend=tuple(EarlierRun(text, 1, 0, True, {"leak": 1, text: 3}) for text in ATTACKS),
        remediation=Remediation(ATTACKS, 1, ATTACKS[0], ATTACKS, dict.fromkeys(ATTACKS, ATTACKS[2]),
                                1, 0.5),
        policy_notes=ATTACKS, notes=ATTACKS, network_map=MAP,
        made=Provenance(ATTACKS[0], ATTACKS[1], ATTACKS[2], ATTACKS[0], ATTACKS[0]),
    )  # fmt: skip


def nation(edges: int = 62) -> DriftReport:
    """A run over 32 provinces with `edges` edge routers each: three differences on every other one,
    of which one is the same everywhere.
    """
    network = nation_of(32, edges)
    devices = tuple(
        replace(row, unreachable="no answer", last_known=LastKnown(READ, 86400, {"policy": 1}))
        if index % 97 == 5
        else replace(row, diff="- one\n+ two\n" * 40 if index % 2 else "")
        for index, row in enumerate(rows(network))
    )
    classes = (DriftClass.SERVICE, DriftClass.POLICY, DriftClass.UNMANAGED)
    differences = tuple(
        replace(
            SERVICE,
            device=row.device,
            klass=klass,
            subject="BGP limits"
            if klass is DriftClass.POLICY
            else f"session 10.{n}.{i // 250}.{i % 250}",
        )
        for i, row in enumerate(devices)
        if i % 2 and not row.unreachable
        for n, klass in enumerate(classes)
    )
    proof = proof_result(PROVED)
    trend, drawn = earlier_runs(365), network_map(network)
    return DriftReport(
        3,
        "nation",
        STARTED,
        240.0,
        devices,
        differences,
        proof,
        trend,
        network_map=drawn,
        made=MADE,
    )


#: Every kind of report, by a word for it.
REPORTS = {
    "clean": CLEAN,
    "leaking": LEAKING,
    "restored": RESTORED,
    "unreachable": UNREACHABLE,
    "nobody": NOBODY,
    "hostile": hostile_report(),
    "nation": nation(),
}
