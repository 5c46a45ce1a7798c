"""Verdicts by hand: the reference network proved, and one with leaks, risks and hygiene."""

from dataclasses import replace

from egovnet.inventory.load import load
from egovnet.inventory.model import Network
from egovnet.isolation.model.assumption import Assumption
from egovnet.isolation.model.cause import Cause, CauseKind, Place
from egovnet.isolation.model.domains import Domain
from egovnet.isolation.model.finding import Finding, Hop
from egovnet.isolation.model.finding_class import Severity
from egovnet.isolation.model.verdict import AllowedCell, Checked, Verdict
from tests.inventories import BACKBONE

INTRANET = ("party", "congress", "government", "cppcc", "court/hub", "court/spoke", "procurat")
EXTRANET = ("public", "taxation")
DOMAINS = (*INTRANET, *EXTRANET, "backbone", "management")
ALLOWED = (
    *(AllowedCell(name, name, "one VPN") for name in DOMAINS),
    AllowedCell("court/hub", "court/spoke", "hub and spoke of one VPN"),
    AllowedCell("court/spoke", "court/hub", "hub and spoke of one VPN"),
    AllowedCell("management", "backbone", "management reaches the routers themselves"),
)
FOUND = frozenset(
    (cell.source, cell.target)
    for cell in ALLOWED
    if cell.source not in {"congress", "cppcc", "procurat"}
)

PROVED = Verdict(
    findings=(),
    checked=Checked(
        devices=7,
        vrfs=21,
        interfaces=71,
        lines=2072,
        properties=tuple(f"P{number}" for number in range(1, 11)),
    ),
    assumptions=(
        Assumption("text", "Routers do what their text says.", ("P1", "P2")),
        Assumption("cabling", "Cabling is as the inventory says.", ("P2",)),
        Assumption("logical", "An MPLS VPN separates logically."),
    ),
    domains=DOMAINS,
    zones=dict.fromkeys(INTRANET, "intranet") | dict.fromkeys(EXTRANET, "extranet"),
    allowed=ALLOWED,
    found=FOUND,
)

LEAK = Finding(
    "P1 zone-leak",
    Severity.LEAK,
    "gd-pe1",
    "i-party",
    "party reaches public by route target 65000:2001",
    (
        Hop("gz-pe1", "e-public", "holds public-guangzhou/main at eth3.101", 88, "vrf e-public"),
        Hop("gz-pe1", "e-public", "exports 65000:2001", 240, "rt vpn export 65000:2001"),
        Hop("gd-pe1", "i-party", "imports 65000:2001", 198, "rt vpn import 65000:1005 65000:2001"),
        Hop("gd-pe1", "i-party", "holds party-guangdong/main at eth4.101", 70, "vrf i-party"),
    ),
    198,
    "ipv4",
    more=2,
    source=Domain("party", "party", "intranet"),
    target=Domain("public", "public", "extranet"),
    causes=(
        Cause(
            CauseKind.ROUTE_TARGET,
            ("party", "65000:2001"),
            "party has the route target 65000:2001 of public",
            Place("gd-pe1", "i-party", 198, "rt vpn import 65000:1005 65000:2001"),
        ),
    ),
)
#: A symptom of the same.
LEAK_IPV6 = replace(LEAK, family="ipv6", line=207, more=0)
TRANSIT = Finding(
    "P1 transit",
    Severity.LEAK,
    "bj-pe1",
    "i-government",
    "government reaches taxation through VRF i-hub on bj-pe1 (zone-leak), for destinations such as "
    "10.2.21.0/24",
    (
        Hop("bj-pe1", "i-government", "holds gov-beijing/main at eth3.100", 61, "vrf i-government"),
        Hop("bj-pe1", "i-government", "takes routes of VRF i-hub on bj-pe1", 233, "rt vpn import"),
        Hop("bj-pe1", "i-hub", "imports VRF e-taxation", 251, "import vrf e-taxation"),
    ),
    233,
    "ipv6",
    source=Domain("government", "government", "intranet"),
    target=Domain("taxation", "taxation", "extranet"),
)
RISKS = (
    Finding(
        "not understood",
        Severity.RISK,
        "sh-pe1",
        "",
        "'ip nht resolve-via-default' in vrf i-court",
        (Hop("sh-pe1", "", "says it", 141, "ip nht resolve-via-default"),),
        141,
    ),
    Finding("missing device", Severity.RISK, "sc-pe1", "", "this router of the inventory has no "
            "text here"),
    Finding(
        "P5 no-limit",
        Severity.RISK,
        "gz-pe1",
        "e-public",
        "10.200.0.46 may announce any number of ipv4 routes",
        (Hop("gz-pe1", "e-public", "has the neighbour", 260, "neighbor 10.200.0.46 activate"),),
        260,
        "ipv4",
    ),
)  # fmt: skip
TIDY = Finding(
    "P2 access-missing",
    Severity.HYGIENE,
    "gz-pe1",
    "",
    "court-guangzhou/main at eth3 is not in the text",
)

LEAKING = replace(
    PROVED,
    findings=(TIDY, LEAK, LEAK_IPV6, *RISKS, TRANSIT),
    checked=replace(PROVED.checked, devices=6, lines_not_understood=1, missing=("sc-pe1",)),
    found=FOUND | {("party", "public"), ("government", "taxation"), ("public", "party")},
)
TIDYING = replace(PROVED, findings=(TIDY,))
NOTHING = Verdict((), Checked(), PROVED.assumptions, DOMAINS, PROVED.zones, ALLOWED)

_MANY = tuple(f"vpn{number}" for number in range(1, 31))
#: More networks than can be told in words, one exchange between two of them.
MANY = replace(
    PROVED,
    domains=(*_MANY, "backbone", "management"),
    zones={name: "intranet" if int(name[3:]) < 16 else "extranet" for name in _MANY},
    allowed=(
        *(AllowedCell(name, name, "one VPN") for name in _MANY),
        AllowedCell("vpn1", "vpn2", "exchange 12 through the platform, until 2026-01-31"),
    ),
    found=frozenset({*((name, name) for name in _MANY), ("vpn1", "vpn2")}),
)

#: What a device's text may hold to attack who reads the report.
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'-->]]></style><svg onload=alert(1)>",
    "{{ 7 * 7 }}{% raw %}",
    "a\u202egnp.exe\x1b[31m",
    "javascript:alert(1)//&lt;b&gt;",
)


def hostile() -> Verdict:
    """A leaking verdict in which every free text is an attack."""
    findings = [
        Finding(
            klass,
            severity,
            text,
            text,
            text,
            (Hop(text, text, text, 7, text),),
            7,
            text,
        )
        for text in HOSTILE
        for klass, severity in (
            ("P1 zone-leak", Severity.LEAK),
            ("not understood", Severity.RISK),
            ("P2 access-missing", Severity.HYGIENE),
        )
    ]
    return Verdict(
        tuple(findings),
        Checked(1, 1, 1, 1, 1, HOSTILE, HOSTILE),
        tuple(Assumption(text, text, (text,)) for text in HOSTILE),
        HOSTILE,
        dict(zip(HOSTILE, reversed(HOSTILE), strict=True)),
        tuple(AllowedCell(text, text, text) for text in HOSTILE[:3]),
        frozenset((text, HOSTILE[0]) for text in HOSTILE),
    )


def reference() -> Network:
    """The reference network, for its map."""
    return load(BACKBONE)


def nation_of(provinces: int, edges: int) -> Network:
    """A network of as many provinces, with as many edge routers in the counties of each."""
    whole = reference()
    centre = whole.regions["beijing"]
    model = whole.regions["guangdong"]
    regions = {"beijing": centre}
    routers = {name: r for name, r in whole.routers.items() if name in ("bj-p1", "bj-p2")}
    circuits = {"bj-p1--bj-p2": whole.circuits["bj-p1--bj-p2"]}
    router, circuit = whole.routers["gd-pe1"], whole.circuits["gd-pe1--bj-p1"]
    for number in range(1, provinces + 1):
        province = f"province{number}"
        regions[province] = model.model_copy(update={"name": f"Province {number}"})
        names = [f"p{number}-e{edge}" for edge in range(1, edges + 1)]
        for index, name in enumerate(names):
            region = province if index == 0 else f"{province}-county{index}"
            if index:
                update = {"name": region, "tier": "county", "parent": province}
                regions[region] = type(model).model_validate(update)
            tier = regions[region].tier
            routers[name] = router.model_copy(update={"region": region, "tier": tier})
            above = "bj-p1" if index == 0 else names[0]
            circuits[f"{name}--{above}"] = circuit.model_copy(
                update={
                    "a": circuit.a.model_copy(update={"router": name}),
                    "b": circuit.b.model_copy(update={"router": above}),
                }
            )
    return whole.model_copy(update={"regions": regions, "routers": routers, "circuits": circuits})
