"""What meets in the middle of a push."""

from tests.isolation.networks import Facts, edit_vrf
from tests.isolation.properties.case import Case
from tests.isolation.rewrites import swapped


def _swapped_tables(facts: Facts) -> None:
    vrfs = facts["bj-pe1"].vrfs
    one, other = vrfs["i-party"], vrfs["e-public"]
    edit_vrf(facts, "bj-pe1", "i-party", table=other.table)
    edit_vrf(facts, "bj-pe1", "e-public", table=one.table)


CASES = [
    Case(
        "two ports that change VRFs",
        lambda f: f.update({"bj-pe1": swapped(f["bj-pe1"], "i-party", "e-public")}),
        "P11 meet-in-one-vrf",
        "bj-pe1",
        path=("held public-beijing/main at eth4.100", "will hold party-beijing/main at eth3.102"),
        push=True,
    ),
    Case(
        "two VRFs that swap kernel tables",
        _swapped_tables,
        "P11 meet-in-one-table",
        "bj-pe1",
        path=("had kernel table", "takes kernel table"),
        push=True,
    ),
]
