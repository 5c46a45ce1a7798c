"""`egovnet keys`: a store is begun, values are made once, and nothing that is printed has one."""

import json
import shutil
from pathlib import Path
from typing import Any

import pyrage
import pytest
import yaml

from egovnet.inventory.model.keys import KeyReference
from egovnet.tasks.keys.age_file import AgeFile
from egovnet.tasks.keys.key_store import Values, from_json, to_json
from egovnet.tasks.keys.sm_file import SmFile
from tests.inventories import BACKBONE
from tests.playbooks.console import Ran, egovnet

POLICY = {"isis": "hmac-md5", "ldp": "tcp-md5", "bgp": "tcp-md5"}


class Place:
    """An inventory with a policy of keys, and a home."""

    def __init__(self, root: Path) -> None:
        self.state = root / "state"
        self.inventory = root / "network"
        shutil.copytree(BACKBONE, self.inventory)
        self.policy(POLICY)

    def policy(self, policy: dict[str, Any]) -> None:
        path = self.inventory / "network.yaml"
        data = yaml.safe_load(path.read_text()) | {"authentication": policy}
        path.write_text(yaml.safe_dump(data, sort_keys=False))

    def run(self, *words: str) -> Ran:
        ran = egovnet(
            *words,
            "--inventory",
            str(self.inventory),
            state=self.state,
            env={"EGOVNET_KEY_IDENTITY": str(self.state / "identity")},
        )
        values = self.values.values() if (self.inventory / "keys.age").exists() else ()
        for text in (ran.stdout, ran.stderr, self.known_text):
            assert not any(value in text for value in values)
        return ran

    @property
    def values(self) -> Values:
        return AgeFile(self.inventory, self.state / "identity").read()

    @property
    def known_text(self) -> str:
        path = self.inventory / "keys.yaml"
        return path.read_text() if path.exists() else ""

    @property
    def known(self) -> dict[str, Any]:
        return dict(yaml.safe_load(self.known_text) or {})


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_a_store_is_begun_and_every_key_made_once(place: Place) -> None:
    listed = place.run("keys", "list", "--json").json
    assert listed["store"] is None
    assert {key["state"] for key in listed["keys"]} == {"missing"}
    assert place.run("keys", "generate").code == 2
    begun = place.run("keys", "init", "--json").json
    assert begun["identity_made"]
    assert place.run("keys", "init").code == 2
    proposed = place.run("keys", "generate", "--json").own_json
    assert proposed["made"] is False
    assert not place.known
    made = place.run("keys", "generate", "--yes", "--json").own_json
    assert made == proposed | {"made": True}
    values = place.values
    assert [str(reference) for reference in sorted(values)] == made["keys"]
    assert {f"<egovnet:{name}.1>" for name in place.known} == set(made["keys"])
    again = place.run("keys", "generate", "--yes", "--json").own_json
    assert again == {"keys": [], "made": False}
    assert place.values == values
    assert place.run("validate").code == 0
    listed = place.run("keys", "list", "--json").json
    assert listed["counts"] == {
        "missing": 0,
        "expired": 0,
        "in use": len(values),
        "unused": 0,
    }


def test_a_store_of_chinas_algorithms_serves_the_same(place: Place) -> None:
    begun = place.run("keys", "init", "--sealed-with", "sm", "--json").json
    assert begun["store"].endswith("keys.sm")
    made = place.run("keys", "generate", "--yes", "--json")
    listed = place.run("keys", "list", "--json")
    store = SmFile(place.inventory, place.state / "identity")
    assert [str(reference) for reference in sorted(store.read())] == made.own_json["keys"]
    assert listed.json["counts"]["in use"] == len(store.read())
    assert place.run("validate").code == 0
    for text in (made.stdout, listed.stdout, place.known_text, store.path.read_text()):
        assert not any(value in text for value in store.read().values())


def test_a_key_is_rotated_and_its_former_value_kept(place: Place) -> None:
    place.run("keys", "init")
    place.run("keys", "generate", "--yes")
    before = place.values
    assert place.run("keys", "rotate", "nothing/*", "--yes").code == 2
    proposed = place.run("keys", "rotate", "isis/*", "ldp/bj-p1+*", "--json").own_json["keys"]
    assert place.values == before
    made = place.run("keys", "rotate", "isis/*", "ldp/bj-p1+*", "--yes", "--json").own_json
    assert made == {"keys": proposed, "made": True}
    after = place.values
    assert {reference: after[reference] for reference in before} == before
    assert sorted(map(str, after.keys() - before.keys())) == made["keys"]
    assert all(name.endswith(".2>") for name in made["keys"])
    assert {key["serial"] for name, key in place.known.items() if name.startswith("isis/")} == {2}
    rendered = place.run("render", "-o", str(place.state / "texts"))
    assert rendered.code == 0
    text = (place.state / "texts" / "bj-p1.cfg").read_text()
    assert ".2> authenticate" not in text
    assert "isis password md5 <egovnet:isis/bj-p1--bj-p2.2>" in text


def test_a_store_begun_anew_goes_on_counting(place: Place) -> None:
    """Routers have the values that are gone: no other value is called as one of those."""
    place.run("keys", "init")
    place.run("keys", "generate", "--yes")
    before = place.values
    rotated = place.run("keys", "rotate", "isis/*", "--yes", "--json").own_json["keys"]
    for file in ("keys.age", "keys.recipients"):
        (place.inventory / file).unlink()
    place.run("keys", "init")
    made = place.run("keys", "generate", "--yes", "--json").own_json["keys"]
    names = {reference.name for reference in before}
    again = {name: 3 if name.startswith("isis/") else 2 for name in names}
    assert len(made) == len(names) > len(rotated) > 0
    assert {r.name: r.serial for r in place.values} == again
    assert {name: key["serial"] for name, key in place.known.items()} == again
    assert place.run("keys", "generate", "--yes", "--json").own_json["keys"] == []


def test_a_lost_inventory_of_keys_takes_the_newest_values(place: Place) -> None:
    place.run("keys", "init")
    place.run("keys", "generate", "--yes")
    place.run("keys", "rotate", "isis/*", "--yes")
    values, known = place.values, place.known
    (place.inventory / "keys.yaml").unlink()
    place.run("keys", "generate", "--yes")
    assert (place.values, place.known) == (values, known)


def test_what_was_sealed_and_not_known_is_used(place: Place) -> None:
    """An end between the store and the inventory: the next run takes what is sealed."""
    place.run("keys", "init")
    place.run("keys", "generate", "--yes")
    values, known = place.values, place.known_text
    (place.inventory / "keys.yaml").unlink()
    place.run("keys", "generate", "--yes")
    assert (place.values, place.known_text) == (values, known)


def test_keys_of_what_is_gone_are_unused(place: Place) -> None:
    place.run("keys", "init")
    place.run("keys", "generate", "--yes")
    place.policy({"isis": "hmac-md5"})
    states = {key["name"]: key["state"] for key in place.run("keys", "list", "--json").json["keys"]}
    for name, state in states.items():
        assert state == ("in use" if name.startswith("isis") else "unused")
    place.policy({})
    assert "no key" not in place.run("keys", "list").stdout
    (place.inventory / "keys.yaml").unlink()
    assert "no key is asked for" in place.run("keys", "list").stdout


def test_days_are_counted_and_what_is_over_stands_first(place: Place) -> None:
    place.run("keys", "init")
    place.policy(POLICY | {"days": 30})
    place.run("keys", "generate", "--yes")
    path = place.inventory / "keys.yaml"
    lines = path.read_text().splitlines(keepends=True)
    lines[-1] = lines[-1].replace("valid-until: 2", "valid-until: 1")
    path.write_text("".join(lines))
    keys = place.run("keys", "list", "--json").json["keys"]
    assert keys[0]["state"] == "expired"
    assert keys[0]["days_left"] < 0
    assert {key["days_left"] for key in keys[1:]} == {30}


def test_the_environment_serves_and_is_not_written(place: Place) -> None:
    place.run("keys", "init")
    place.run("keys", "generate", "--yes")
    text = to_json(place.values)
    assert from_json(text, "") == place.values
    ran = egovnet(
        *("keys", "rotate", "isis/*", "--yes", "--inventory", str(place.inventory)),
        state=place.state,
        env={"EGOVNET_KEY_VALUES": text},
    )
    assert ran.code == 2
    assert "only read" in ran.stderr
    assert json.loads(text)["version"] == 1


def test_a_customers_key_is_handed_to_him_alone(place: Place, tmp_path: Path) -> None:
    """The PE's session has it; sealed to the customer, it is what the store has."""
    path = place.inventory / "sites" / "shanghai.yaml"
    sites = yaml.safe_load(path.read_text())
    site, access = next(
        (site, access)
        for site, entry in sites.items()
        for access, one in entry["site-network-accesses"].items()
        if one["routing-protocol"] == "bgp"
    )
    sites[site]["site-network-accesses"][access]["authentication"] = "tcp-md5"
    path.write_text(yaml.safe_dump(sites, sort_keys=False))
    name = f"site/{site}+{access}"
    place.run("keys", "init")
    place.run("keys", "generate", "--yes")
    assert place.known[name]["ends"] == [sites[site]["site-network-accesses"][access]["pe"]]
    place.run("render", "-o", str(place.state / "texts"))
    text = (place.state / "texts" / f"{place.known[name]['ends'][0]}.cfg").read_text()
    assert text.count(f"password <egovnet:{name}.1>") == len(sites[site]["prefixes"])
    assert place.run("prove").code == 0
    customer = AgeFile(tmp_path, tmp_path / "customer").new_identity()
    sealed = tmp_path / "key.age"
    words = ("keys", "hand-over", name, "--recipient", customer, "-o", str(sealed))
    assert place.run(*words, "--json").own_json["key"] == f"<egovnet:{name}.1>"
    (identity,) = [
        pyrage.x25519.Identity.from_str(line)
        for line in (tmp_path / "customer").read_text().splitlines()
        if not line.startswith("#")
    ]
    value = place.values[KeyReference(name, 1)]
    assert pyrage.decrypt(sealed.read_bytes(), [identity]).decode() == f"{value}\n"
    other = next(key for key in place.known if key.startswith("bgp/"))
    refused = place.run("keys", "hand-over", other, "--recipient", customer, "-o", str(sealed))
    assert refused.code == 2
    assert "handed to nobody" in refused.stderr


def test_no_lab_is_booted_with_what_stands_for_keys(place: Place) -> None:
    ran = place.run("lab", "topology", "--provisioned")
    assert ran.code == 2
    assert "have keys" in ran.stderr
    assert place.run("lab", "topology").code == 0


def test_the_reference_network_is_not_written_to(tmp_path: Path) -> None:
    assert egovnet("keys", "init", state=tmp_path).code == 2
