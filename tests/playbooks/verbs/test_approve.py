"""What `approve` prints, by its documentation."""

from egovnet.playbooks.results.approval import ApprovedPlan, NamedLine, Standing, Uncovered
from tests.playbooks.test_json_shapes import check


def test_its_json_is_as_documented() -> None:
    lines = (NamedLine("gd-pe1", "+", "router bgp 65000", 12), NamedLine("gd-pe1", "!", "eth4"))
    lack = Uncovered("approve", "party", "policy.yaml:12", "approval by li", lines)
    standing = Standing(("li",), ("wang",), (lack,), ("allowed_signers:1: it expired",))
    key = f"SHA256:{'A' * 43}"
    made = ApprovedPlan("0" * 64, "wang", key, ("party",), ("gd-pe1",), 2, "", standing)
    check("approve", made.to_dict())
