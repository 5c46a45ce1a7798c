"""P11 at a firewall of the interconnection platform: a VLAN that changes its agency in a push.

Its old filter and its new one are loaded as a whole, one after the other, and each is compared with
the register by itself (`p9_platform_filters`); a packet passes one firewall, and connections that
one has seen are unknown to the other. So what passes in the middle is what passed before or is to
pass. That does not hold of a VLAN that was one agency's and is to be another's: the rules of the
first meet the packets of the second, for as long as the PE and the firewall are not both pushed.
"""

from collections.abc import Iterator

from egovnet.isolation.model.classes import p11
from egovnet.isolation.model.finding import finding
from egovnet.isolation.model.finding_drafts import FindingDraft, kind_of_path, single
from egovnet.isolation.model.platform_edge import FirewallLink
from egovnet.isolation.model.property import PushCheck
from egovnet.isolation.model.scene import Router, Scene


def platform_overlaps(scene: Scene) -> Iterator[FindingDraft]:
    """P11 over the states of each firewall. Linear in its links, as they were and are to be."""
    last: dict[str, Router] = {router.name: router for router in scene.routers}
    edge = scene.expectation.platform
    for name, links in edge.firewalls.items():
        held = {(link.port, link.vlan): link for link in edge.former.get(name, {}).values()}
        for link in links.values():
            former = held.get((link.port, link.vlan))
            if former is not None and former.domain != link.domain and name in last:
                yield _draft(last[name], former, link)


def _draft(router: Router, former: FirewallLink, link: FirewallLink) -> FindingDraft:
    where = link.port if link.vlan is None else f"{link.port}.{link.vlan}"
    return single(
        finding(
            p11.MEET_IN_ONE_VRF,
            router.name,
            "default",
            path=(
                router.hop(f"held {former.domain.name} at {where}", vrf="default"),
                router.hop(f"will hold {link.domain.name} at {where}", vrf="default"),
            ),
            source=former.domain,
            target=link.domain,
            both_ways=True,
            words={"kind": kind_of_path(former.domain, link.domain)},
        )
    )


PROPERTY = PushCheck("P11", platform_overlaps)
