"""Keys of egovnet's own through a whole day: they are on the routers, and nowhere else.

One day has its values in a sealed file. Another has them in a server of OpenBao, an encrypted VPN,
and a policy by which people sign what is done: their keys and the server's token are secrets too.

What is searched for is every value in every encoding that something on the way uses; what is
searched is all that is printed and left, and the command lines of all processes meanwhile.
"""

import base64
import json
import os
import re
import tempfile
import threading
import urllib.parse
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from egovnet.playbooks.cli.main import main
from egovnet.playbooks.signatures.allowed_signers import line_of
from egovnet.playbooks.signatures.ssh_signature import make_key, public_half
from egovnet.tasks.keys.keyring import key_store
from tests.generated import nation, write
from tests.lab.emulated.networks import EmulatedNetwork, emulated, move
from tests.loopback import loopback_network
from tests.playbooks.doings import Doings, told
from tests.playbooks.left_behind import contents
from tests.tasks.keys.bao import Bao, bao_server

POLICY = {"isis": "hmac-md5", "ldp": "tcp-md5", "bgp": "tcp-md5"}
#: Of the day whose people sign.
PEOPLE = ("li", "wang")
ENCRYPTED_POOLS = {"encrypted-ipv4": "10.250.0.0/20", "encrypted-ipv6": "fde9:e0::/64"}
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


def parts(value: str) -> set[bytes]:
    """What is left of it where words were cut, or wrapped."""
    return {value[:16].encode(), value[-16:].encode()}


@dataclass
class Day:
    """The network, everything that was printed, and the command lines that were seen."""

    root: Path
    inventory: Path
    network: EmulatedNetwork
    #: A server that has the values; None: they are sealed beside the inventory.
    bao: Bao | None = None
    #: Private keys of people, by name; {}: nobody signs.
    people: dict[str, Path] = field(default_factory=dict)
    #: Name -> a secret that is no key of a session.
    others: dict[str, str] = field(default_factory=dict)
    printed: dict[str, str] = field(default_factory=dict)
    codes: dict[str, int] = field(default_factory=dict)
    processes: set[bytes] = field(default_factory=set)
    doings: Doings = field(default_factory=Doings)

    def by(self, person: str, *words: str) -> str:
        """A verb that somebody gives, by their key where people sign."""
        key = ("--key", str(self.people[person])) if self.people else ()
        return self.run(*words, *key)

    def run(self, *words: str) -> str:
        ran = CliRunner().invoke(main, [*words, "--inventory", str(self.inventory)])
        name = f"{len(self.printed)} {' '.join(words)}"
        self.printed[name], self.codes[" ".join(words)] = ran.output, ran.exit_code
        assert ran.exit_code in (0, 3), f"{words}: {ran.exit_code}: {ran.output[-2000:]}"
        return ran.stdout

    @property
    def values(self) -> dict[str, str]:
        store = key_store(self.inventory, self.network.workspace.network.backbone.name)
        assert store is not None
        return {str(reference): value for reference, value in store.read().items()}

    @property
    def controller_key(self) -> Path:
        (found,) = (self.root / "state").glob("*/controller_key")
        return found

    def edit(self, authentication: dict[str, str]) -> None:
        path = self.inventory / "network.yaml"
        data = yaml.safe_load(path.read_text()) | {"authentication": authentication}
        path.write_text(yaml.safe_dump(data, sort_keys=False))

    def running(self) -> dict[str, str]:
        return self.network.lab.running()


@contextmanager
def watched(day: Day) -> Iterator[None]:
    """Look at every process's command line and environment until the end, and at all that this one
    begins, writes and removes."""
    ended = threading.Event()

    def look() -> None:
        while not ended.wait(_SECONDS):
            for process in Path("/proc").glob("[0-9]*"):
                # it may have ended
                with suppress(OSError):
                    day.processes.add((process / "cmdline").read_bytes())
                    day.processes.add((process / "environ").read_bytes())

    watcher = threading.Thread(target=look)
    watcher.start()
    before, tempfile.tempdir = tempfile.tempdir, str(day.root / "temporary")
    Path(tempfile.tempdir).mkdir()
    try:
        with told(day.doings):
            yield
    finally:
        tempfile.tempdir = before
        ended.set()
        watcher.join()


@pytest.fixture(scope="module", params=["sealed", "served"])
def day(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Day]:
    root = tmp_path_factory.mktemp("keys")
    served = request.param == "served"
    sections = nation(2, 1)
    move(sections["hosts"], network := loopback_network())
    for site in sections["sites"].values():
        # nobody answers behind an emulated router
        site["site-network-accesses"]["main"]["state"] = "waiting-for-customer"
    if served:
        sections["network"]["pools"] |= ENCRYPTED_POOLS
        sections["vpns"]["vpn1"]["encryption"] = "pe-to-pe"
    inventory = write(sections, root / "network")
    with ExitStack() as open_until_then:
        routers = open_until_then.enter_context(emulated(root, inventory, network))
        os.environ["EGOVNET_KEY_IDENTITY"] = str(root / "identity")
        made = Day(root, inventory, routers)
        if served:
            made.bao = open_until_then.enter_context(bao_server())
            by_people(made)
        with watched(made):
            live(made)
        made.others |= private_half("the controller", made.controller_key)
        yield made


def by_people(day: Day) -> None:
    """A server's token for who pushes, and people with keys; their policy comes later."""
    assert day.bao is not None
    token = day.bao.token('path "secret/data/*" { capabilities = ["create", "read", "update"] }')
    (day.root / "identity").write_text(f"{token}\n")
    (day.root / "identity").chmod(0o600)
    day.others["token"] = token
    for name in PEOPLE:
        day.people[name] = day.root.parent / f"{day.root.name}-{name}"
        make_key(day.people[name], name)
        day.others |= private_half(name, day.people[name])


def private_half(whose: str, key: Path) -> dict[str, str]:
    """Its lines; those before them say in every key the same, and the public half."""
    lines = key.read_text().splitlines()[1:-1]
    return {f"key of {whose}, {at}": line for at, line in enumerate(lines[3:])}


def govern(day: Day) -> None:
    """From now on two people answer for each change."""
    people = {name: {"name": name.title()} for name in PEOPLE}
    may = {verb: list(PEOPLE) for verb in ("plan", "approve", "apply")}
    own = {"agencies": {"agencies": ["government", "tax"]}}
    own["backbone"] = {"kinds": ["backbone", "circuit", "router"]}
    scopes = {name: scope | may for name, scope in own.items()}
    policy = {"people": people, "scopes": scopes, "amend": list(PEOPLE)}
    (day.inventory / "policy.yaml").write_text(yaml.safe_dump(policy, sort_keys=False))
    lines = [line_of(name, public_half(key)) for name, key in day.people.items()]
    (day.inventory / "allowed_signers").write_text("".join(f"{line}\n" for line in lines))


def live(day: Day) -> None:
    """Keys are introduced, found changed by hand, restored, rotated, rolled back and left."""
    force = ("--converge", "20")
    day.run("adopt", "--yes")
    day.edit(POLICY)
    begin_store(day)
    day.run("keys", "generate", "--yes")
    day.run("keys", "list", "--json")
    day.run("render", "-o", str(day.root / "rendered"))
    first = str(day.root / "first.plan")
    approved_plan(day, first)
    day.run("plan", "--disruptive", "--json")
    day.run("plan", "--disruptive", "--verbose")
    day.by("li", "apply", first, "--yes", *force)
    day.run("drift", "--report", str(day.root / "drift"))
    by_hand(day)
    day.run("drift", "--json")
    day.run("drift", "--verbose")
    day.by("li", "drift", "--remediate", "policy", "--report", str(day.root / "drift"))
    day.run("keys", "rotate", "isis/*", "bgp/*", "--yes")
    second = str(day.root / "second.plan")
    approved_plan(day, second)
    day.by("li", "apply", second, "--json", *force)
    day.run("prove", "--running", "--json")
    changes = json.loads(day.run("history", "--check", "--json"))["changes"]
    taken_back(day, str(changes[-1]["id"]))
    day.run("drift", "--json")
    day.run("show", str(changes[-1]["id"]), "--json")
    day.run("recover")
    handed_on(day)


def begin_store(day: Day) -> None:
    if day.bao is None:
        day.run("keys", "init")
        return
    server = ("--address", day.bao.address, "--ca", str(day.bao.authority))
    day.run("keys", "init", "--openbao", "egovnet/day", *server)
    govern(day)


def approved_plan(day: Day, file: str) -> None:
    """A plan of one person that another one approved."""
    day.by("li", "plan", "--disruptive", "-o", file)
    if day.people:
        day.by("wang", "approve", file)


def taken_back(day: Day, change: str) -> None:
    words = ("rollback", change, "--disruptive")
    if day.people:
        file = str(day.root / "back.plan")
        day.by("li", *words, "-o", file)
        day.by("wang", "approve", file)
    day.by("li", *words, "--yes")


def handed_on(day: Day) -> None:
    """What others are given: pages, files of other tools, sheets, an auditor's bundle."""
    day.run("plan", "--disruptive", "--report", str(day.root / "planned"))
    day.run("prove", "--running", "--report", str(day.root / "proof"))
    day.run("evidence", "-o", str(day.root / "evidence.tar"))
    for tool in ("nornir", "ansible", *(("codeowners", "approvals") if day.people else ())):
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
    wanted = {name: encodings(value) | parts(value) for name, value in day.values.items()}
    wanted |= {name: encodings(secret) for name, secret in day.others.items()}
    wanted["by hand"] = encodings(BY_HAND)
    assert len(wanted) > 20
    places = {words: text.encode() for words, text in day.printed.items()}
    for folder, _, names in os.walk(day.root):
        for name in names:
            path = Path(folder) / name
            if not is_own(day, path) and path.is_file():
                places |= {f"{n} {path}": each for n, each in enumerate(contents(path))}
    for path, contents_then in day.doings.removed.items():
        if not is_own(day, path):
            places |= {f"{n} before {path}": each for n, each in enumerate(contents_then)}
    for path in day.doings.written:
        if not path.is_relative_to(day.root) and path.is_file():
            places[f"elsewhere {path}"] = path.read_bytes()
    found = {
        (place, name)
        for place, content in places.items()
        for name, ways in wanted.items()
        if any(way in content for way in ways)
    }
    # what somebody set by hand is in the journal, whole, for its owner alone
    assert {name for _, name in found} == {"by hand"}
    assert all(re.search(r"journal\.db(-wal|-shm)?$", place) for place, _ in found)


def is_own(day: Day, path: Path) -> bool:
    """Whether it is the routers themselves, what opens the store, or what somebody signs by."""
    if path in (day.controller_key, *day.people.values()):
        return True
    if path.parent.parent == day.controller_key.parent and path.parent.name.startswith(".key-"):
        return True  # where the controller's is made
    return path.is_relative_to(day.root) and path.relative_to(day.root).parts[0] in (
        "lab",
        "identity",
    )


def test_it_was_watched_what_is_begun_written_and_removed(day: Day) -> None:
    """Else the tests here would hold for nothing."""
    assert any(b"git" in began for began in day.doings.began)
    assert any(path.name == "keys.yaml" for path in day.doings.renamed)
    assert day.doings.written
    assert not any((day.root / "temporary").iterdir())


def test_no_value_is_in_a_command_line_or_an_environment(day: Day) -> None:
    secrets = (*day.values.values(), *day.others.values())
    ways = [way for value in secrets for way in encodings(value)]
    ways += [way for value in day.values.values() for way in parts(value)]
    assert len(day.processes) > 1
    lines = (*day.processes, *day.doings.began)
    assert not any(way in line for line in lines for way in ways)


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
