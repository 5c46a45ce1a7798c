"""P9: labels that are written by hand, and routes put into the VPN tables by hand.

FRR 8.4 takes any value for `label vpn export` and does not keep it from its label manager: the
same label may be given to LDP or to another VRF, in the order of starting. The manager gives out
ascending, so that a label far above what a network can need is taken to be nobody else's where
the text does not say which labels are given out.
"""

from collections.abc import Iterator

from egovnet.isolation.model.classes import p9
from egovnet.isolation.model.finding import finding
from egovnet.isolation.model.finding_drafts import FindingDraft, single
from egovnet.isolation.model.property import SceneCheck
from egovnet.isolation.model.scene import FAMILIES, Router, Scene
from egovnet.isolation.routes.label_arrivals import LAST_RESERVED, label_cause, vpn_route_cause

#: Labels that daemons take in advance (FRR's chunks of 50 to 64), several times over.
_IN_ADVANCE = 1024
_LAST_LABEL = 1048575


def labels(scene: Scene) -> Iterator[FindingDraft]:
    """P9 over a scene."""
    written = [one for router in scene.routers for one in (*_by_hand(router), *_reserved(router))]
    yield from written
    needed = None
    for router in scene.routers:
        for table in router.tables.values():
            for family in FAMILIES:
                bgp = table.family(family)
                if bgp is None or bgp.label in {None, "auto"}:
                    continue
                if needed is None:
                    needed = _needed(scene)
                first, last = router.facts.dynamic_labels
                if last == _LAST_LABEL:
                    last = min(last, first + needed)
                label = int(bgp.label or 0)
                blocks = [(first, last), *((b.first, b.last) for b in router.facts.label_blocks)]
                if label > LAST_RESERVED and any(low <= label <= high for low, high in blocks):
                    line = bgp.lines.get("label", bgp.line)
                    yield single(
                        finding(
                            p9.LABEL_COLLISION,
                            table.device,
                            table.name,
                            path=(table.hop(f"has label {bgp.label}", line),),
                            line=line,
                            family=family,
                            causes=(label_cause(table, bgp),),
                            words={"label": bgp.label},
                        )
                    )


def _needed(scene: Scene) -> int:
    """More labels than a router gives out: one for each prefix of the backbone and each VRF."""
    prefixes = sum(
        len(interface.addresses)
        for router in scene.routers
        for interface in router.tables[None].interfaces
    )
    return _IN_ADVANCE + prefixes + 2 * max((len(r.tables) for r in scene.routers), default=0)


def _reserved(router: Router) -> Iterator[FindingDraft]:
    for table in router.tables.values():
        for family in FAMILIES:
            bgp = table.family(family)
            if bgp is None or bgp.label in {None, "auto"} or int(bgp.label or 0) > LAST_RESERVED:
                continue
            line = bgp.lines.get("label", bgp.line)
            yield single(
                finding(
                    p9.RESERVED_LABEL,
                    table.device,
                    table.name,
                    path=(table.hop(f"has label {bgp.label}", line),),
                    line=line,
                    family=family,
                    causes=(label_cause(table, bgp),),
                    words={"label": bgp.label},
                )
            )


def _by_hand(router: Router) -> Iterator[FindingDraft]:
    default = router.tables[None]
    instance = router.facts.bgp.get(None)
    for network in instance.vpn_networks if instance else ():
        what = f"puts {network.prefix} into the VPN tables"
        yield single(
            finding(
                p9.HAND_MADE_ROUTE,
                router.name,
                default.name,
                path=(default.hop(what, network.line),),
                line=network.line,
                family=network.family,
                causes=(vpn_route_cause(default, network),),
                words={"prefix": network.prefix, "label": network.label},
            )
        )


PROPERTY = SceneCheck("P9", labels)
