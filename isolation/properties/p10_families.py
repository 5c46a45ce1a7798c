"""P10: IPv4 and IPv6 each by itself (RFC 4659 gives IPv6 VPNs the same separation).

Every other property evaluates each family alone. What is left is a policy that one family of a VRF
has and the other, in use as well, has not: somebody intended it, and forgot half. One that keeps
the table's own aggregates back, or those that were agreed at a border, is no such policy.
"""

from collections.abc import Iterator

from egovnet.isolation.algebra.policies import restricts
from egovnet.isolation.model.cause import CauseKind
from egovnet.isolation.model.classes import p10
from egovnet.isolation.model.finding import finding
from egovnet.isolation.model.finding_drafts import FindingDraft, single
from egovnet.isolation.model.property import SceneCheck
from egovnet.isolation.model.scene import Scene, Table
from egovnet.templates.model.facts import VrfFamily


def families(scene: Scene) -> Iterator[FindingDraft]:
    """P10 over a scene."""
    for table in scene.tables():
        four, six = table.family("ipv4"), table.family("ipv6")
        if table.vrf is None or four is None or six is None:
            continue
        yield from _one_sided(table, four, six, "import_policy", "an import policy")
        yield from _one_sided(table, four, six, "export_policy", "an export policy")


def _one_sided(
    table: Table, four: VrfFamily, six: VrfFamily, policy: str, words: str
) -> Iterator[FindingDraft]:
    agreed = {
        prefix
        for bound in table.bound
        if bound.attachment.aggregate
        for prefix in bound.attachment.announces or ()
    }
    has = [
        restricts(getattr(family, policy), family.family, {*family.aggregates, *agreed})
        for family in (four, six)
    ]
    if has[0] == has[1]:
        return
    with_it, without = (four, six) if has[0] else (six, four)
    if not (without.imports_vpn if policy == "import_policy" else without.exports_vpn):
        return
    yield single(
        finding(
            p10.ONE_FAMILY_POLICY,
            table.device,
            table.name,
            path=(table.hop(f"does not restrict its {without.family} routes", without.line),),
            line=without.line,
            family=without.family,
            causes=(table.cause(CauseKind.POLICY, policy, says=f"{words} of VRF {table.name}"),),
            words={"restricted": with_it.family, "policy": words},
        )
    )


PROPERTY = SceneCheck("P10", families)
