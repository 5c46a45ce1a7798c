"""P4 for keys: every session of the backbone's that is to be authenticated is, by a key of its own.

Who is at a circuit and has no key joins no backbone whose sessions have one (RFC 5304, RFC 2385);
a key that is at two places lets whoever is at the one speak at the other. A key that somebody set
by hand is one: whether another session has it too, its text does not show.
"""

from collections.abc import Iterator

from egovnet.inventory.model.keys import KeyPurpose, KeyReference
from egovnet.isolation.model.cause import CauseKind
from egovnet.isolation.model.classes import p4_keys
from egovnet.isolation.model.finding import finding
from egovnet.isolation.model.finding_drafts import FindingDraft, single
from egovnet.isolation.model.property import SceneCheck
from egovnet.isolation.model.scene import Router, Scene
from egovnet.templates.model.facts import DeviceFacts, SessionKey

_IN_VRF = " in VRF "


def session_keys(scene: Scene) -> Iterator[FindingDraft]:
    """P4 over a scene: linear in its sessions.

    A session of the backbone that the inventory does not have may have a key that it does not have
    either: that it runs is another finding's matter. A customer's has none of the backbone's.
    """
    names = {name for keys in scene.expectation.session_keys.values() for name in keys.values()}
    for router in scene.routers:
        expected = scene.expectation.session_keys.get(router.name, {})
        found = router.facts.session_keys
        for place, name in expected.items():
            if place not in found and _speaks(router.facts, *place):
                yield _without(router, place, name)
        for place, key in found.items():
            reference = key.reference
            if reference is None or expected.get(place) == reference.name:
                continue
            if place in expected or reference.name in names or _IN_VRF in key.at:
                yield _of_another(router, key, reference)


def _speaks(facts: DeviceFacts, purpose: str, at: str) -> bool:
    """Whether a text has the session at all; one that is missing is another finding's matter."""
    if purpose == KeyPurpose.HELLO:
        port = facts.interfaces.get(at)
        return port is not None and bool(port.igp) and not port.igp_passive
    if purpose == KeyPurpose.BGP:
        address, _, vrf = at.partition(_IN_VRF)
        instance = facts.bgp.get(vrf or None)
        return instance is not None and address in instance.neighbors
    ports = facts.interfaces.values()
    if purpose == KeyPurpose.LDP:
        return any(port.ldp for port in ports)
    return any(port.igp and not port.igp_passive for port in ports)


def _words(purpose: str, at: str) -> str:
    """A session for people."""
    return {
        "isis": f"IS-IS on {at}",
        "isis-domain": "IS-IS' link state",
        "ldp": f"LDP with {at}",
        "bgp": f"BGP with {at}",
    }[purpose]


def _without(router: Router, place: tuple[str, str], name: str) -> FindingDraft:
    session = _words(*place)
    return single(
        finding(
            p4_keys.WITHOUT_KEY,
            router.name,
            "default",
            path=(router.hop(f"speaks {session} without a key", 0, "default"),),
            words={"session": session, "key": name},
            causes=(
                router.tables[None].cause(
                    CauseKind.SESSION, "key", *place, says=f"{session} has no key"
                ),
            ),
        )
    )


def _of_another(router: Router, key: SessionKey, reference: KeyReference) -> FindingDraft:
    session = _words(key.purpose, key.at)
    return single(
        finding(
            p4_keys.KEY_OF_ANOTHER,
            router.name,
            "default",
            path=(router.hop(f"gives {session} the key {reference.name}", key.line, "default"),),
            line=key.line,
            words={"session": session, "key": reference.name},
            causes=(
                router.tables[None].cause(
                    CauseKind.SESSION,
                    "key",
                    key.purpose,
                    key.at,
                    says=f"{session} has the key {reference.name}",
                    line=key.line,
                ),
            ),
        )
    )


PROPERTY = SceneCheck("P4", session_keys)
