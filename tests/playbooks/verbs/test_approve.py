"""What `approve` prints, by its documentation, and what is named before and after it."""

import re
import textwrap

import yaml

from egovnet.inventory.registers import read_registers
from egovnet.playbooks.results.approval import ApprovedPlan, NamedLine, Standing, Uncovered
from egovnet.playbooks.signatures.allowed_signers import line_of
from egovnet.playbooks.signatures.ssh_signature import public_half
from tests.playbooks.test_json_shapes import check
from tests.policies import Office, bases, office, party_site, people

__all__ = ["bases", "office", "people"]


def test_its_json_is_as_documented() -> None:
    lines = (NamedLine("gd-pe1", "+", "router bgp 65000", 12), NamedLine("gd-pe1", "!", "eth4"))
    lack = Uncovered("approve", "party", "policy.yaml:12", "approval by li", lines)
    standing = Standing(("li",), ("wang",), (lack,), ("allowed_signers:1: it expired",))
    key = f"SHA256:{'A' * 43}"
    made = ApprovedPlan("0" * 64, "wang", key, ("party",), ("gd-pe1",), 2, "", standing)
    check("approve", made.to_dict())


def test_without_a_policy_it_says_how_one_begins(office: Office) -> None:
    """What it says is valid as it is, once each person has a key."""
    policy, signers = office.root / "policy.yaml", office.root / "allowed_signers"
    policy.unlink()
    signers.unlink()
    office.edit("sites/beijing.yaml", party_next=party_site("beijing", "bj-pe1", 77))
    refused = office.by("li", "approve", office.plan(None))
    assert refused.code == 2
    first, _, rest = refused.stderr.partition("\n")
    assert first.startswith(f"error: there is no {policy}, which says who may plan")
    example, _, keys = rest.partition("\nand ")
    assert keys.startswith("allowed_signers beside it has a line for each key:\n    li-na ssh-")
    policy.write_text(f"{textwrap.dedent(example)}\n")
    names = yaml.safe_load(example)["people"]
    chosen = zip(names, ("li", "wang", "noc"), strict=True)
    lines = [line_of(name, public_half(office.keys / key)) for name, key in chosen]
    signers.write_text("".join(f"{line}\n" for line in lines))
    read_registers(office.root, office.workspace.network)


def test_each_verb_names_who_is_next(office: Office) -> None:
    site = party_site("beijing", "bj-pe1", 77, "eth7")
    office.edit("sites/beijing.yaml", party_next=site)
    unsigned = office.root.parent / "none.plan"
    shown = office.by(None, "plan", "-o", unsigned)
    assert re.search(r"^next: egovnet plan .*--key .*with the key of", shown.stdout, re.M)
    file = office.root.parent / "li.plan"
    shown = office.by("li", "plan", "-o", file)
    assert f"next: egovnet approve {file}" in shown.stdout
    refused = office.by("noc", "apply", file, "--json").json
    lines = [line["text"] for one in refused["approvals"]["uncovered"] for line in one["lines"]]
    assert lines.count("auto") == 2, "of the port, and of its VLAN"
    assert refused["failures"] == {"bj-pe1": f"{len(lines)} lines not covered"}
    approved = office.approved("wang", file)
    assert f"next: egovnet apply {file}" in approved.stdout
