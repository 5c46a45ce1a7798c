"""A plan by hand: many routers alike but for one VLAN, with all that a plan may have to say."""

from egovnet.playbooks.results.affected import Affected, Interruption
from egovnet.playbooks.results.leaving import EMPTIED, LeavingRouter
from egovnet.playbooks.results.plan import PlannedDiff, PlannedWave, PlanResult
from egovnet.playbooks.results.plan_summary import Gains, KindCount, PlanSummary
from egovnet.playbooks.results.push_proof import PushProof
from egovnet.playbooks.results.zone_change import ZoneChange
from egovnet.templates.model.interruption import InterruptionClass


def diff(name: str, address: str, vlan: int) -> str:
    return (
        f"@@ interfaces @@\n+ iface eth3.{vlan}\n+  alias port of {name}\n"
        f"+  address {address}/30\n-  address 10.200.9.1/30"
    )


def plan(routers: int = 12) -> PlanResult:
    """A change of many routers, all alike but for one VLAN; a site is lost."""
    names = [f"province-{n:02}-pe1" for n in range(1, routers + 1)]
    diffs = [
        PlannedDiff((name,), diff(name, f"10.200.{n // 256}.{n % 256}", 101 if n == 5 else 100))
        for n, name in enumerate(names, start=1)
    ]
    sites = tuple(f"taxation-{n:02}" for n in range(1, routers + 1))
    return PlanResult(
        network="reference",
        created="2026-03-04T02:15:07+00:00",
        hash="5aca8c62c383" + "0" * 52,
        kind="apply",
        changes=tuple(diffs),
        unchanged=("bj-p1", "bj-p2"),
        unreachable={
            "gz-pe1": "ConnectTimeoutError: no answer",
            "sc-pe1": "ConnectTimeoutError: no answer",
        },
        affected=Affected(
            ("taxation",),
            sites,
            (Interruption(InterruptionClass.PORT, tuple(names), ("taxation",), sites, 0.5),),
        ),
        waves=(PlannedWave("canary", tuple(names[:1])), PlannedWave("province", tuple(names[1:]))),
        proof=PushProof(
            True,
            f"no path that must not be, in {routers} devices, at the end and at "
            "any moment before it",
            (),
            (),
            (),
        ),
        keys_removed={names[0]: ["neighbor 10.200.0.2 password <removed>"]},
        zone_changes=(
            ZoneChange(
                "taxation",
                "vpn",
                "taxation",
                "VPN taxation goes from extranet to intranet",
                "extranet",
                "intranet",
            ),
        ),
        needs=("--zone-change taxation",),
        leaving=(LeavingRouter("gd-pe2", EMPTIED, ("court-guangzhou",)),),
        summary=PlanSummary(
            Gains((), tuple(names), ("gd-pe2",)),
            Gains((), sites, ("court-guangzhou",)),
            Gains((), ("taxation",), ()),
            (KindCount("port", 3 * routers, routers), KindCount("descriptions", routers, 0)),
        ),
    )
