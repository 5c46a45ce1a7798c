"""`keys rotate --apply` on emulated routers: in turn, undisturbed and when somebody dies."""

import os
from collections.abc import Iterator

import pytest
import yaml

from tests.chaos.emulated_field import DURATIONS
from tests.chaos.killing import KillPoint
from tests.chaos.rotations import Disturbed, EmulatedRotationField, Rotations
from tests.playbooks.verbs.keys.rotation_place import CONVERGE, RotationPlace, rotation_place

BGP = "bgp/*"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RotationPlace]:
    with rotation_place(tmp_path_factory.mktemp("rotation"), DURATIONS) as made:
        yield made


def serials(place: RotationPlace) -> dict[str, int]:
    """Key -> which of its values is on the routers, where all ends agree."""
    found = place.serials()
    assert all(len(at) == 1 for at in found.values()), found
    return {name: next(iter(at)) for name, at in found.items()}


def test_every_protocol_in_its_turn(place: RotationPlace) -> None:
    before = serials(place)
    names = ("isis/pe1--rr1", BGP, "ldp/pe1+rr1")
    place.run("keys", "rotate", *names, "--yes")
    planned = place.run("plan", "--steps", "--json", code=3).json
    # the hellos, two reflectors, and a circuit drained, rotated and restored
    assert len([planned, *planned["then"]]) == 6
    done = place.run("keys", "rotate", "--apply", "--json", *CONVERGE).json
    assert [step["result"] for step in done["steps"]] == ["done"] * 6
    assert done["interrupted"] == []
    after = serials(place)
    rotated = {name for name in before if after[name] != before[name]}
    assert rotated == {n for n in before if n.startswith("bgp/")} | {names[0], names[2]}
    assert place.network.wrong() == set()
    assert not any("isis metric" in text for text in place.network.lab.running().values())
    assert place.run("keys", "rotate", "--apply", "--json").json["result"] == "nothing to do"


def test_what_waits_besides_keys_is_not_taken_along(place: RotationPlace) -> None:
    path = place.inventory / "vpns.yaml"
    text = path.read_text()
    path.write_text(text.replace("VPN 1", "Another name"))
    try:
        refused = place.run("keys", "rotate", "--scope", "isis", "--apply", code=2)
    finally:
        path.write_text(text)
    assert "other changes that are not applied" in refused.stderr
    refused = place.run("keys", "rotate", "--scope", "platform", "--apply", code=2)
    assert "no such key" in refused.stderr


@pytest.mark.parametrize(
    "disturbed",
    [
        Disturbed((BGP,), KillPoint(1, written=True, stage="commit")),
        Disturbed(("ldp/pe1+rr1",), KillPoint(60, written=True), KillPoint(4, written=True)),
        Disturbed(("isis*",), fault=("pe1", "drops after commit")),
    ],
    ids=str,
)
def test_a_rotation_in_whose_middle_somebody_dies(
    place: RotationPlace, disturbed: Disturbed
) -> None:
    before = dict(os.environ)
    try:
        rotations = Rotations(EmulatedRotationField(place))
        report = rotations.run(disturbed)
        assert not report.trouble
        assert report.killed == bool(disturbed.kill)
        assert rotations.values_in_clear() == set()
    finally:
        os.environ.clear()
        os.environ.update(before)


def test_a_revocation_is_one_push_with_its_reason(place: RotationPlace) -> None:
    before = serials(place)
    proposed = place.run("keys", "revoke", "bgp/pe1+*", "--reason", "stolen", "--json").json
    assert proposed["made"] is False
    words = ("keys", "revoke", "bgp/pe1+*", "--reason", "stolen", "--yes", "--json")
    done = place.run(*words, *CONVERGE).json
    assert (done["result"], done["steps"]) == ("done", [])
    assert "reflector" in {one["class"] for one in done["interrupted"]}
    after = serials(place)
    assert {name for name in before if after[name] != before[name]} == {
        "bgp/pe1+rr1",
        "bgp/pe1+rr2",
    }
    known = yaml.safe_load((place.inventory / "keys.yaml").read_text())
    revoked = {name for name, key in known.items() if key.get("revoked") == "stolen"}
    assert revoked == {"bgp/pe1+rr1", "bgp/pe1+rr2"}
    assert done["loss"]["rounds"] > 0
