"""A policy in one family."""

from egovnet.templates.model.facts import Policy
from tests.isolation.networks import edit_family
from tests.isolation.properties.case import RISK, Case

CASES = [
    Case(
        "a policy in one family only",
        lambda f: edit_family(f, "bj-pe1", "i-party", ("ipv4",), import_policy=Policy()),
        "P10 one-family-policy",
        "bj-pe1",
        RISK,
    ),
]
