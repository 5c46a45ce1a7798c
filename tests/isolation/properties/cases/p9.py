"""What must be one VRF's alone."""

from dataclasses import replace
from ipaddress import IPv4Address

from egovnet.templates.model.facts import Policy, PolicyEntry
from tests.isolation.facts_of import rt
from tests.isolation.networks import (
    Facts,
    edit_family,
    edit_interface,
    edit_neighbors,
    edit_sessions,
)
from tests.isolation.properties.case import RISK, Case


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


def _shared_rd(facts: Facts) -> None:
    rd = facts["bj-pe1"].bgp["i-party"].families["ipv4"].rd
    edit_family(facts, "bj-pe1", "e-public", rd=rd)


CASES = [
    Case(
        "a reflector that adds a target of nobody",
        lambda f: _reflector_adds(f, rt("65000:777")),
        "P9 policy-touches",
        "bj-p1",
        RISK,
    ),
    Case("one RD for two VRFs", _shared_rd, "P9 shared-rd", "bj-pe1", RISK),
    Case(
        "one label for two VRFs",
        lambda f: (
            [edit_family(f, "bj-pe1", v, label="900") for v in ("i-party", "e-public")] and None
        ),
        "P9 shared-label",
        "bj-pe1",
    ),
    Case(
        "a next hop elsewhere",
        lambda f: edit_family(f, "bj-pe1", "i-party", export_next_hop=IPv4Address("192.0.2.1")),
        "P9 foreign-next-hop",
        "bj-pe1",
        RISK,
    ),
    Case(
        "a session policy that strips targets",
        lambda f: edit_sessions(
            f, "bj-p1", None, policy_out=Policy((PolicyEntry("permit", clears=True),))
        ),
        "P9 policy-touches",
        "bj-p1",
        RISK,
    ),
    Case(
        "a policy that sets a next hop",
        lambda f: edit_family(
            f,
            "bj-pe1",
            "i-party",
            import_policy=Policy((PolicyEntry("permit", touches=("sets ip next-hop 192.0.2.1",)),)),
        ),
        "P9 policy-touches",
        "bj-pe1",
        RISK,
    ),
    Case(
        "another router's loopback",
        lambda f: edit_interface(
            f, "sc-pe1", "lo", addresses=f["bj-pe1"].interfaces["lo"].addresses
        ),
        "P9 shared-loopback",
        "sc-pe1",
        RISK,
        ("has 10.255.0.3 on lo",),
    ),
]
