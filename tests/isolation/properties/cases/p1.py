"""Route targets, however they come onto routes."""

from collections.abc import Callable
from dataclasses import replace
from ipaddress import IPv4Interface, IPv4Network

from egovnet.isolation.model.expectation import Expectation
from egovnet.templates.model.facts import InterfaceFacts, Match, Policy, PolicyEntry, VrfFacts
from tests.isolation.facts_of import admits, rt
from tests.isolation.networks import (
    Facts,
    add_interface,
    edit_bgp,
    edit_device,
    edit_family,
    edit_interface,
    edit_neighbors,
    edit_sessions,
)
from tests.isolation.properties.case import (
    GOVERNMENT,
    HUB,
    HYGIENE,
    PARTY,
    PUBLIC,
    RISK,
    SPOKE,
    Case,
    exporting,
    importing,
)


def exported_with(policy: Policy) -> Callable[[Facts], None]:
    return lambda f: edit_family(f, "bj-pe1", "e-public", ("ipv4",), export_policy=policy)


def _reflector_adds(facts: Facts, target: bytes) -> None:
    policy = Policy((PolicyEntry("permit", adds=frozenset({target}), line=7),))
    edit_neighbors(
        facts,
        "bj-p1",
        None,
        lambda n: replace(
            n, families={k: replace(f, policy_in=policy) for k, f in n.families.items()}
        ),
    )


def _two_halves(facts: Facts) -> None:
    """A target of nobody on two PEs: harmless on either, a path on both."""
    exporting("bj-pe1", "e-public", rt("65000:777"))(facts)
    importing("sc-pe1", "i-party", rt("65000:777"))(facts)


def _vlan_swapped(facts: Facts) -> None:
    """The right VRF, and in it the VLAN of another customer."""
    edit_interface(facts, "bj-pe1", "eth3.102", vlan=101)
    edit_interface(facts, "bj-pe1", "eth3.101", vlan=102)


def _adding(policy: Policy) -> Policy:
    return Policy(tuple(replace(e, adds=frozenset({PUBLIC})) for e in policy.entries))


def _nobody_else_imports(facts: Facts) -> None:
    """One customer that may attach targets, and no VRF but its own that imports any."""
    for name, device in facts.items():
        for vrf in device.bgp:
            if vrf not in (None, "i-party"):
                edit_family(facts, name, vrf, import_targets=frozenset())
    edit_sessions(facts, "bj-pe1", "i-party", policy_in=None)


def _unknown_vrf(facts: Facts) -> None:
    """An undeclared VRF with an undeclared port that takes a customer's routes."""
    edit_device(
        facts,
        "sc-pe1",
        vrfs={**facts["sc-pe1"].vrfs, "x": VrfFacts("x", 4000, frozenset({"ipv4", "ipv6"}))},
        bgp={**facts["sc-pe1"].bgp, "x": replace(facts["sc-pe1"].bgp["i-party"], vrf="x")},
    )
    add_interface(facts, "sc-pe1", InterfaceFacts("eth9", "x", (IPv4Interface("192.0.2.1/30"),)))


def _platform(facts: Facts) -> None:
    """The court's hub exchanges with two agencies, and may announce what covers both."""
    edit_family(facts, "bj-pe1", "i-court", import_targets=lambda old: old | {PARTY, GOVERNMENT})
    for device in ("bj-pe1", "gd-pe1", "sc-pe1", "sh-pe1", "gz-pe1"):
        for vrf in ("i-party", "i-government"):
            if vrf in facts[device].vrfs:
                edit_family(facts, device, vrf, import_targets=lambda old: old | {HUB})
    covering = [IPv4Network("10.1.30.0/24"), IPv4Network("10.1.0.0/16")]
    policy = Policy((admits("ipv4", covering),))
    edit_sessions(facts, "bj-pe1", "i-court", policy_in=policy)


def _with_exchanges(expectation: Expectation) -> Expectation:
    pairs = [(hub, agency) for hub in ("court/hub",) for agency in ("party", "government")]
    cells = [cell for a, b in pairs for cell in ((a, b), (b, a))]
    exchanges = dict.fromkeys(cells, "exchange on the platform")
    return replace(expectation, reasons={**expectation.reasons, **exchanges})


ADDS_PARTY = Policy((PolicyEntry("permit", adds=frozenset({PARTY}), line=7),))


OTHER_LEAKS = Policy(
    (
        PolicyEntry("deny", (Match("other", text="tag 7"),)),
        PolicyEntry("permit", adds=frozenset({PARTY}), line=33),
    )
)


CASES = [
    Case(
        "import of the other zone, the victim on another router",
        importing("sh-pe1", "i-court-1", PUBLIC),
        "P1 zone-leak",
        "sh-pe1",
        path=(
            "VRF e-public on bj-pe1 holds public-beijing/main at eth4.100",
            "exports 65000:2001",
            "VRF i-court-1 on sh-pe1 imports 65000:2001",
            "holds court-shanghai/main at eth3.100",
        ),
    ),
    Case(
        "export of the other zone",
        exporting("bj-pe1", "e-public", PARTY),
        "P1 zone-leak",
        "bj-pe1",
        path=("exports 65000:1006", "VRF i-party on", "imports 65000:1006"),
    ),
    Case("another agency", importing("gd-pe1", "i-party", GOVERNMENT), "P1 agency-leak", "gd-pe1"),
    Case(
        "within the extranet", importing("sc-pe1", "e-taxation", PUBLIC), "P1 agency-leak", "sc-pe1"
    ),
    Case(
        "both where hub and spoke differ",
        importing("sh-pe1", "i-court-1", SPOKE),
        "P1 spoke-to-spoke",
        "sh-pe1",
        path=("VRF i-court-1 on gz-pe1", "exports 65000:1003", "VRF i-court-1 on sh-pe1"),
    ),
    Case("two harmless halves on two routers", _two_halves, "P1 zone-leak", "sc-pe1"),
    Case(
        "an export map that adds a target",
        exported_with(OTHER_LEAKS),
        "P1 zone-leak",
        "bj-pe1",
        path=("exports 65000:1006",),
    ),
    Case(
        "a reflector that adds a target",
        lambda f: _reflector_adds(f, PARTY),
        "P1 zone-leak",
        "bj-pe1",
        path=("VRF e-", "bj-p1 adds targets", "imports 65000:1006"),
    ),
    Case(
        "an inbound policy that adds a target",
        lambda f: edit_sessions(f, "bj-pe1", "i-party", policy_in=_adding),
        "P1 zone-leak",
        "bj-pe1",
        path=("holds party-beijing/main", "exports 65000:2001", "imports 65000:2001"),
    ),
    Case(
        "a redistribution that adds a target",
        lambda f: edit_family(
            f, "bj-pe1", "e-public", ("ipv6",), redistributes={"static": ADDS_PARTY}
        ),
        "P1 zone-leak",
        "bj-pe1",
        path=("holds public-beijing/main", "exports 65000:1006", "imports 65000:1006"),
    ),
    Case(
        "a customer that may attach targets",
        lambda f: edit_sessions(
            f,
            "bj-pe1",
            "i-party",
            policy_in=Policy((admits("ipv4", [IPv4Network("10.1.10.0/24")], clears=False),)),
        ),
        "P1 customer-chosen-targets",
        "bj-pe1",
        path=(
            "holds party-beijing/main",
            "takes routes of 10.200.0.30 with whatever route targets they carry",
            "VRF e-",
            "imports 65000:2001",
        ),
    ),
    Case(
        "a customer without any inbound policy",
        lambda f: edit_sessions(f, "bj-pe1", "i-party", policy_in=None),
        "P1 customer-chosen-targets",
        "bj-pe1",
    ),
    Case(
        "the default instance imports",
        lambda f: edit_bgp(
            f,
            "bj-p1",
            None,
            lambda old: replace(
                old,
                families={
                    "ipv4": replace(f["bj-pe1"].bgp["i-party"].families["ipv4"], redistributes={})
                },
            ),
        ),
        "P1 backbone-leak",
        "bj-p1",
    ),
    Case("the wrong VLAN in the right VRF", _vlan_swapped, "P1 agency-leak", "bj-pe1"),
    Case(
        "a PE that adds a target to what it takes",
        lambda f: edit_sessions(f, "sc-pe1", None, policy_in=ADDS_PARTY),
        "P1 zone-leak",
        "sc-pe1",
        path=(
            "VRF e-public on bj-pe1",
            "sc-pe1 adds targets to routes from",
            "VRF i-party on sc-pe1",
        ),
    ),
    Case(
        "a PE that adds a target to what it announces",
        lambda f: edit_sessions(f, "sh-pe1", None, policy_out=ADDS_PARTY),
        "P1 zone-leak",
        "bj-pe1",
        path=(
            "VRF e-public on sh-pe1",
            "sh-pe1 adds targets to routes to",
            "VRF i-party on bj-pe1",
        ),
    ),
    Case(
        "management imports customers",
        lambda f: edit_device(
            f,
            "bj-pe1",
            bgp={
                **f["bj-pe1"].bgp,
                "mgmt": replace(f["bj-pe1"].bgp["i-party"], vrf="mgmt", neighbors={}),
            },
        ),
        "P1 management-leak",
        "bj-pe1",
    ),
    Case(
        "IPv6 without the import that IPv4 must not have either",
        lambda f: edit_family(
            f, "bj-pe1", "i-party", ("ipv6",), import_targets=lambda old: old | {PUBLIC}
        ),
        "P1 zone-leak",
        "bj-pe1",
    ),
    Case(
        "a customer that may attach targets which nobody else imports",
        _nobody_else_imports,
        "P1 customer-chosen-targets",
        "bj-pe1",
        RISK,
        ("takes routes of 10.200.0.30 with whatever route targets they carry",),
    ),
    Case(
        "an import of a VPN without sites",
        importing("bj-pe1", "i-party", rt("65000:1001")),
        "P1 foreign-target",
        "bj-pe1",
        HYGIENE,
        ("has 65000:1001",),
    ),
    Case(
        "an import of a VPN without sites, and only a part is proved",
        importing("bj-pe1", "i-party", rt("65000:1001")),
        "P1 foreign-target",
        "bj-pe1",
        RISK,
        expect=Expectation.limit,
    ),
    Case(
        "a VRF that nobody knows imports a customer's target",
        _unknown_vrf,
        "P1 unknown-vrf",
        "sc-pe1",
        path=("imports 65000:1006", "VRF x on sc-pe1 is of no known network"),
    ),
    Case(
        "two agencies by way of a platform that both exchange with",
        _platform,
        "P1 transit",
        "bj-pe1",
        path=(
            "takes routes of VRF i-court on bj-pe1",
            "VRF i-court on bj-pe1 takes routes of VRF i-government",
        ),
        expect=_with_exchanges,
    ),
]
