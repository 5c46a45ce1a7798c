"""S3: each of the six systems answers for its own network; a change outside one's scope is refused.

From YAML to the refusal that a person reads, and to the texts of routers where it is covered.
"""

from tests.policies import Office, bases, office, office_with_platform, party_site, people

__all__ = ["bases", "office", "office_with_platform", "people"]


def test_the_partys_own_change_is_the_partys(office: Office) -> None:
    office.edit("sites/guangdong.yaml", party_foshan=party_site("guangdong", "gd-pe1", 14, "eth4"))
    before = dict(office.routers.running)
    plan = office.plan("li")
    refused = office.by("noc", "apply", plan, "--json")
    assert refused.code == 2
    assert refused.json["result"] == "refused"
    assert refused.json["failed_stage"] == "approval"
    (lack,) = refused.json["approvals"]["uncovered"]
    assert (lack["rule"], lack["scope"], lack["why"]) == (
        "approve",
        "party",
        "approval by li or wang",
    )  # fmt: skip -- one comparison
    assert {line["device"] for line in lack["lines"]} == {"gd-pe1"}
    assert office.routers.running == before
    office.approved("wang", plan)
    done = office.by("noc", "apply", plan)
    assert done.code == 0, done.stderr
    assert "party-foshan" in office.routers.running["gd-pe1"]
    shown = office.by(None, "show", "2")
    for words in ("author li, signed with SHA256:", "approver wang, signed", "applier noc, signed"):
        assert words in shown.stdout


def test_a_line_outside_the_scope_is_named(office: Office) -> None:
    """The party's planner also takes a port of the government's away."""
    office.edit("sites/guangdong.yaml", party_foshan=party_site("guangdong", "gd-pe1", 14, "eth4"))
    office.edit("sites/shanghai.yaml", gov_shanghai=None)
    plan = office.plan("li")
    office.approved("wang", plan)
    refused = office.by("noc", "apply", plan)
    assert refused.code == 2
    assert "rule plan, scope government: made by who may plan it, chen and zhou: li may not" in (
        refused.stdout
    )
    assert "rule approve, scope government: approval by chen or zhou" in refused.stdout
    assert "sh-pe1 line" in refused.stdout
    assert "scope party" not in refused.stdout


def test_what_several_own_needs_each_of_them(office: Office) -> None:
    office.edit("sites/guangdong.yaml", party_foshan=party_site("guangdong", "gd-pe1", 14, "eth4"))
    office.edit("sites/shanghai.yaml", gov_shanghai=None)
    plan = office.plan("chen")
    office.approved("wang", plan)
    assert office.by("noc", "apply", plan).code == 2
    still = office.approved("zhou", plan)
    assert "every line is covered" in still.stdout
    assert office.by("noc", "apply", plan).code == 0


def test_an_exchange_takes_both_ends_and_the_platform(office_with_platform: Office) -> None:
    office = office_with_platform
    office.edit("exchanges.yaml", court_files=None)
    plan = office.plan("chen")
    office.approved("zhou", plan)
    alone = office.approved("chen", plan)
    assert "scope others: approval by zhao" in alone.stdout
    office.approved("zhao", plan)
    done = office.by("noc", "apply", plan)
    assert done.code == 0, done.stdout


def test_a_firewall_is_a_matter_of_two(office_with_platform: Office) -> None:
    office = office_with_platform
    office.routers.running["bj-fw1"] += "! by hand\nlog file /tmp/x\n"
    plan = office.plan("chen")
    one = office.approved("zhao", plan)
    assert "a change of kind platform: two persons must approve, and zhao alone did" in one.stdout
    assert "bj-fw1" in one.stdout
    office.approved("chen", plan)
    assert office.by("noc", "apply", plan).code == 0
