"""Keys of egovnet's own through a whole day: they are on the routers, and nowhere else.

What is searched for is every value in every encoding that something on the way uses; what is
searched is all that is printed and left, and the command lines of all processes meanwhile.
"""

import base64
import json
import os
import re
import threading
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from egovnet.playbooks.cli.main import main
from egovnet.tasks.keys.age_file import AgeFile
from tests.generated import nation, write
from tests.lab.emulated.networks import EmulatedNetwork, emulated, move
from tests.loopback import loopback_network
from tests.playbooks.left_behind import contents

POLICY = {"isis": "hmac-md5", "ldp": "tcp-md5", "bgp": "tcp-md5"}
BY_HAND = "SomebodyElsesKeyOfThatSession"
_SECONDS = 0.05


def encodings(value: str) -> set[bytes]:
    """A value as it stands in text, base64 at any offset, hexadecimal, URLs and JSON."""
    raw = value.encode()
    found = {raw, raw.hex().encode(), raw.hex().upper().encode(), raw[::-1]}
    found.add(urllib.parse.quote(value).encode())
    found.add("".join(f"%{byte:02X}" for byte in raw).encode())
    found.add("".join(f"\\u{byte:04x}" for byte in raw).encode())
    for offset in range(3):
        # what does not depend on what stands before and after
        coded = base64.b64encode(b"\0" * offset + raw)[4 * (offset > 0) : -4]
        found |= {coded, coded.translate(bytes.maketrans(b"+/", b"-_"))}
    return found


@dataclass
class Day:
    """The network, everything that was printed, and the command lines that were seen."""

    root: Path
    inventory: Path
    network: EmulatedNetwork
    printed: dict[str, str] = field(default_factory=dict)
    codes: dict[str, int] = field(default_factory=dict)
    processes: set[bytes] = field(default_factory=set)

    def run(self, *words: str) -> str:
        ran = CliRunner().invoke(main, [*words, "--inventory", str(self.inventory)])
        name = f"{len(self.printed)} {' '.join(words)}"
        self.printed[name], self.codes[" ".join(words)] = ran.output, ran.exit_code
        assert ran.exit_code in (0, 3), f"{words}: {ran.exit_code}: {ran.output[-2000:]}"
        return ran.stdout

    @property
    def values(self) -> dict[str, str]:
        store = AgeFile(self.inventory, self.root / "identity")
        return {str(reference): value for reference, value in store.read().items()}

    def edit(self, authentication: dict[str, str]) -> None:
        path = self.inventory / "network.yaml"
        data = yaml.safe_load(path.read_text()) | {"authentication": authentication}
        path.write_text(yaml.safe_dump(data, sort_keys=False))

    def running(self) -> dict[str, str]:
        return self.network.lab.running()


@contextmanager
def watched(day: Day) -> Iterator[None]:
    """Look at every process's command line and environment until the end."""
    ended = threading.Event()

    def look() -> None:
        while not ended.wait(_SECONDS):
            for place in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    day.processes.add(place.read_bytes())
                except OSError:
                    continue  # it has ended

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        yield
    finally:
        ended.set()
        watcher.join()


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Day]:
    root = tmp_path_factory.mktemp("keys")
    sections = nation(2, 1)
    move(sections["hosts"], network := loopback_network())
    for site in sections["sites"].values():
        # nobody answers behind an emulated router
        site["site-network-accesses"]["main"]["state"] = "waiting-for-customer"
    inventory = write(sections, root / "network")
    with emulated(root, inventory, network) as routers:
        os.environ["EGOVNET_KEY_IDENTITY"] = str(root / "identity")
        made = Day(root, inventory, routers)
        with watched(made):
            live(made)
        yield made


def live(day: Day) -> None:
    """Keys are introduced, found changed by hand, restored, rotated, rolled back and left."""
    force = ("--converge", "20")
    day.run("adopt", "--yes")
    day.edit(POLICY)
    day.run("keys", "init")
    day.run("keys", "generate", "--yes")
    day.run("keys", "list", "--json")
    day.run("render", "-o", str(day.root / "rendered"))
    plan = day.root / "keys.plan"
    day.run("plan", "--disruptive", "-o", str(plan))
    day.run("plan", "--disruptive", "--json")
    day.run("apply", str(plan), "--yes", *force)
    day.run("drift", "--report", str(day.root / "drift"))
    by_hand(day)
    day.run("drift", "--json")
    day.run("drift", "--remediate", "policy", "--report", str(day.root / "drift"))
    day.run("keys", "rotate", "isis/*", "bgp/*", "--yes")
    day.run("apply", "--yes", "--disruptive", "--json", *force)
    day.run("prove", "--running", "--json")
    changes = json.loads(day.run("history", "--check", "--json"))["changes"]
    day.run("rollback", str(changes[-1]["id"]), "--yes", "--disruptive")
    day.run("drift", "--json")
    day.run("show", str(changes[-1]["id"]), "--json")
    day.run("recover")
    handed_on(day)


def handed_on(day: Day) -> None:
    """What others are given: pages, files of other tools, sheets, an auditor's bundle."""
    day.run("plan", "--disruptive", "--report", str(day.root / "planned"))
    day.run("prove", "--running", "--report", str(day.root / "proof"))
    day.run("evidence", "-o", str(day.root / "evidence.tar"))
    for tool in ("nornir", "ansible"):
        day.run("export", tool, "-o", str(day.root / tool))
    site = next(iter(yaml.safe_load((day.inventory / "sites.yaml").read_text())))
    day.run("sheet", site, "--report", str(day.root / "sheets"))


def by_hand(day: Day) -> None:
    """Somebody changes the key of one session on one router."""
    texts = day.running()
    line = re.search(r"^ neighbor \S+ password (\w{43})$", texts["pe1"], re.MULTILINE)
    assert line
    texts["pe1"] = texts["pe1"].replace(line[0], line[0].replace(line[1], BY_HAND))
    day.network.lab.reset(texts)


def test_every_session_has_its_key_on_both_ends(day: Day) -> None:
    """After the way back: the values before the rotation, and no session without one."""
    texts = day.running()
    on: dict[str, set[str]] = {}
    for router, text in texts.items():
        assert "<egovnet:" not in text
        for name, value in day.values.items():
            if value in text:
                on.setdefault(name, set()).add(router)
    assert {len(routers) for name, routers in on.items() if "isis-domain" not in name} == {2}
    assert all(name.endswith(".1>") for name in on)
    assert len(on) == len([name for name in day.values if name.endswith(".1>")])
    day.network.workspace.__init__(day.inventory)  # type: ignore[misc] # read anew
    assert day.network.wrong() == set()


def test_no_value_is_printed_or_left_anywhere(day: Day) -> None:
    wanted = {name: encodings(value) for name, value in day.values.items()}
    wanted["by hand"] = encodings(BY_HAND)
    assert len(wanted) > 20
    places = {words: text.encode() for words, text in day.printed.items()}
    for folder, _, names in os.walk(day.root):
        for name in names:
            path = Path(folder) / name
            if path.relative_to(day.root).parts[0] != "lab" and path.is_file():
                places |= {f"{n} {path}": each for n, each in enumerate(contents(path))}
    found = {
        (place, name)
        for place, content in places.items()
        for name, ways in wanted.items()
        if any(way in content for way in ways)
    }
    # what somebody set by hand is in the journal, whole, for its owner alone
    assert {name for _, name in found} == {"by hand"}
    assert all(re.search(r"journal\.db(-wal|-shm)?$", place) for place, _ in found)


def test_no_value_is_in_a_command_line(day: Day) -> None:
    ways = [way for value in day.values.values() for way in encodings(value)]
    assert len(day.processes) > 1
    assert not any(way in line for line in day.processes for way in ways)


def test_plans_say_which_key_and_what_it_interrupts(day: Day) -> None:
    plan = next(
        text for words, text in day.printed.items() if words.endswith("--disruptive --json")
    )
    data = json.loads(plan[plan.index("{") : plan.rindex("}") + 1])
    for name in ("isis/", "isis-domain/", "ldp/", "bgp/"):
        assert f"<egovnet:{name}" in plan
    classes = {one["class"] for one in data["interrupted"]}
    assert classes >= {"reflector", "label-session"}


def test_a_key_changed_by_hand_is_reported_and_restored(day: Day) -> None:
    drifts = [text for words, text in day.printed.items() if " drift" in words]
    assert "password <removed>" in drifts[1]
    assert "<egovnet:" in drifts[1]
    assert BY_HAND not in "".join(day.running().values())
