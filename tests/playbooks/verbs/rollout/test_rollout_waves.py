"""A wave that stops half way: the journal has the half that was done, the next wave the rest."""

from pathlib import Path
from typing import Any

import yaml

from tests.playbooks.test_json_shapes import check
from tests.policies import Office, bases, office, party_site, people

__all__ = ["bases", "office", "people"]

SITES = {"party-chengdu": ("sichuan", "sc-pe1", 41), "party-pudong": ("shanghai", "sh-pe1", 42)}


def planned(office: Office) -> None:
    """Sites of two provinces that nobody provisioned, and a third that is to come later."""
    (office.root / "policy.yaml").unlink()
    (office.root / "allowed_signers").unlink()
    for name, (region, pe, number) in {**SITES, "party-later": ("sichuan", "sc-pe1", 43)}.items():
        site = {**party_site(region, pe, number, "eth3"), "state": "planned"}
        office.edit(f"sites/{region}.yaml", **{name: site})
    plan = {
        "region": "beijing",
        "document": "a paper",
        "approved-by": "Li Na",
        "approved-on": "2026-01-05",
        "target": "2099-12-31",
        "sites": dict.fromkeys(SITES, "2026-02-01"),
    }
    text = yaml.safe_dump({"plans": {"nation": plan}})
    (office.root / "rollout.yaml").write_text(text, encoding="utf-8")


def states(office: Office) -> dict[str, str]:
    found: dict[str, Any] = office.by(None, "rollout", "status", "--json").json
    return {row["site"]: row["state"] for row in found["sites"] if row["site"] in SITES}


def test_what_a_stopped_wave_left_comes_first(office: Office, tmp_path: Path) -> None:
    planned(office)
    words = ("rollout", "next", "--sites", "2")
    shown = office.by(None, *words, "--json")
    assert shown.code == 3, shown.stderr
    check("rollout next", shown.json)
    assert [(site["site"], site["overdue"]) for site in shown.json["sites"]] == [
        ("party-chengdu", True),
        ("party-pudong", True),
    ]
    assert shown.json["left"] == 1
    assert states(office) == dict.fromkeys(SITES, "planned")
    file = tmp_path / "wave.plan"
    made = office.by(None, *words, "-o", file, "--waves", "region", "--canary", "sh-pe1")
    assert made.code == 3, made.stderr
    assert "party-chengdu" in made.stdout
    done = office.by(None, "apply", file, "--stop-after", "canary", "--json")
    assert (done.code, done.json["result"]) == (0, "done"), done.stderr
    half = {"party-chengdu": "planned", "party-pudong": "waiting-for-customer"}
    assert states(office) == half
    # what was begun is finished before anything new
    rest = office.by(None, "rollout", "next", "--sites", "1", "--json").json
    assert [(site["site"], site["begun"]) for site in rest["sites"]] == [("party-chengdu", True)]
    assert rest["files"] == []
    assert office.by(None, "apply", file).code == 0
    assert states(office) == dict.fromkeys(SITES, "waiting-for-customer")
    last = office.by(None, "rollout", "next", "--region", "shanghai", "--json").json
    assert last["sites"] == []  # the third is joined elsewhere
    assert last["left"] == 1
