"""A whole day on routers with keys that somebody set by hand: nothing that it leaves says one."""

import json
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from egovnet.playbooks.cli.main import main
from tests.generated import nation, write
from tests.lab.emulated.networks import EmulatedNetwork, emulated, move
from tests.loopback import loopback_network
from tests.playbooks.left_behind import contents

SECRETS = {
    "bgp": "Secret-bgp-kept-1",
    "bgp that goes": "Secret-bgp-gone-2",
    "isis": "Secret-isis-3",
    "area": "Secret-area-4",
    "ldp": "Secret-ldp-5",
    "enable": "Secret-enable-6",
    "chain": "Secret-chain-7",
}
#: Files that have configurations whole, for their owner only.
WHOLE = re.compile(r"(^|/)(journal\.db(-wal|-shm)?|[a-z]+\.plan)$")


@dataclass
class Day:
    """The network, and everything that was printed."""

    root: Path
    inventory: Path
    network: EmulatedNetwork
    printed: dict[str, str] = field(default_factory=dict)

    def run(self, *words: str) -> str:
        ran = CliRunner().invoke(main, [*words, "--inventory", str(self.inventory)])
        assert ran.exit_code in (0, 3, 4, 5), f"{words}: {ran.exit_code}: {ran.output[-2000:]}"
        self.printed[f"{len(self.printed)} {' '.join(words)}"] = ran.output
        return ran.stdout


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Day]:
    root = tmp_path_factory.mktemp("day")
    sections = nation(2, 2)
    move(sections["hosts"], network := loopback_network())
    inventory = write(sections, root / "network")
    with emulated(root, inventory, network) as routers:
        made = Day(root, inventory, routers)
        texts = {name: with_keys(text) for name, text in routers.lab.running().items()}
        routers.lab.reset(texts)
        routers.workspace.on_disk.keep_allocation()
        # a site leaves: its session goes, and the key with it
        gone = next(n for n, site in sections["sites"].items() if goes(site))
        del sections["sites"][gone]
        write(sections, inventory)
        live(made)
        yield made


def goes(site: dict[str, object]) -> bool:
    accesses = site["site-network-accesses"]
    assert isinstance(accesses, dict)
    return accesses["main"]["pe"] == "pe2" and accesses["main"]["routing-protocol"] == "bgp"


def with_keys(text: str) -> str:
    """A router's text with a key of each kind at every place where one may stand."""

    def after(pattern: str, line: str, text: str) -> str:
        return re.sub(pattern, lambda found: f"{found[0]}\n{line}", text, flags=re.MULTILINE)

    for vrf in ("", " vrf .*"):
        secret = SECRETS["bgp that goes" if vrf else "bgp"]
        text = re.sub(
            rf"^router bgp \d+{vrf}\n(?: .*\n| !\n)*",
            lambda found, secret=secret: re.sub(
                r"^ neighbor (\S+) remote-as .*$",
                lambda peer: f"{peer[0]}\n neighbor {peer[1]} password {secret}",
                found[0],
                flags=re.MULTILINE,
            ),
            text,
            flags=re.MULTILINE,
        )
    text = after(r"^ isis network point-to-point$", f" isis password md5 {SECRETS['isis']}", text)
    text = after(r"^router isis .*$", f" area-password clear {SECRETS['area']}", text)
    text = after(r"^mpls ldp$", f" neighbor 10.255.0.9 password {SECRETS['ldp']}", text)
    line = f"enable password {SECRETS['enable']}"
    text = after(r"^service integrated-vtysh-config$", line, text)
    chain = f"key chain noc\n key 1\n  key-string {SECRETS['chain']}\n exit\nexit\n!\n"
    return text.rstrip("\n") + f"\n{chain}"


def live(day: Day) -> None:
    """What people do in a day, each with its JSON."""
    plan = day.root / "some.plan"
    day.run("validate")
    day.run("render", "-o", str(day.root / "rendered"))
    day.run("plan", "-o", str(plan))
    day.run("plan", "--json")
    day.run("apply")
    day.run("drift", "--report", str(day.root / "drift"))
    day.run("drift", "--json")
    day.run("prove", "--running", "--report", str(day.root / "proof"))
    day.run("prove", "--running", "--json")
    day.run("verify", "--converge", "0")
    # the journal is new, so that nobody knows the site that leaves
    answer_for = ("--converge", "0", "--unproved-by", "noc", "--reason", "the journal is new")
    day.run("apply", str(plan), *answer_for)
    day.run("apply", "--yes", "--json", *answer_for)
    day.run("recover")
    changes = json.loads(day.run("history", "--check", "--json"))["changes"]
    assert changes
    for change in changes:
        day.run("show", str(change["id"]))
        day.run("show", str(change["id"]), "--json")
    day.run("drift", "--remediate", "policy", "--report", str(day.root / "drift"))
    handed_on(day)


def handed_on(day: Day) -> None:
    """What others are given: pages, files of other tools, sheets, an auditor's bundle."""
    day.run("plan", "--report", str(day.root / "planned"))
    day.run("evidence", "-o", str(day.root / "evidence.tar"))
    for tool in ("nornir", "ansible"):
        day.run("export", tool, "-o", str(day.root / tool))
    site = next(iter(yaml.safe_load((day.inventory / "sites.yaml").read_text())))
    day.run("sheet", site, "--report", str(day.root / "sheets"))
    day.run("rollout", "status", "--json")


def said(text: str) -> set[str]:
    return {name for name, secret in SECRETS.items() if secret in text}


def test_nothing_that_is_printed_says_a_key(day: Day) -> None:
    found = {words: names for words, text in day.printed.items() if (names := said(text))}
    assert found == {}


def test_nothing_that_is_left_says_a_key_but_to_its_owner(day: Day) -> None:
    credentials = yaml.safe_load((day.root / "lab" / "credentials.yaml").read_text())
    more = {"password": credentials["password"]} if credentials.get("password") else {}
    whole = 0
    for folder, _, names in os.walk(day.root):
        for name in names:
            path = Path(folder) / name
            inside = path.relative_to(day.root)
            if inside.parts[0] == "lab" or not stat.S_ISREG(path.lstat().st_mode):
                continue  # the routers themselves
            if WHOLE.search(str(inside)):
                whole += 1
                assert stat.S_IMODE(path.stat().st_mode) == 0o600, inside
            else:
                for content in contents(path):
                    found = {n for n, s in (SECRETS | more).items() if s.encode() in content}
                    assert found == set(), inside
    assert whole >= 2


def test_what_holds_configurations_is_closed(day: Day) -> None:
    state = next((day.root / "state").iterdir())
    for path in (state, state / "archive", day.root / "rendered"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o700, path
    for path in (day.root / "rendered").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path


def test_what_an_older_version_left_open_is_closed_on_sight(day: Day) -> None:
    state = next((day.root / "state").iterdir())
    closed = [state, state / "archive", state / "journal.db"]
    for path in closed:
        path.chmod(0o755 if path.is_dir() else 0o644)
    day.run("history")
    assert [stat.S_IMODE(path.stat().st_mode) for path in closed] == [0o700, 0o700, 0o600]


def test_keys_by_hand_are_kept_and_reported(day: Day) -> None:
    plan = next(text for words, text in day.printed.items() if words.endswith("plan --json"))
    keys = json.loads(plan[plan.index("{") : plan.rindex("}") + 1])["keys"]
    kept = "\n".join(line for lines in keys["kept"].values() for line in lines)
    for words in ("router bgp 65000 > neighbor", "isis password md5", "area-password", "mpls ldp"):
        assert words in kept
    removed = "\n".join(line for lines in keys["removed"].values() for line in lines)
    assert re.search(r"router bgp 65000 vrf \S+ > neighbor \S+ password <removed>", removed)
    shown = next(text for words, text in day.printed.items() if " plan -o" in words)
    assert "key kept: " in shown
    assert "KEY REMOVED: " in shown
    running = "".join(day.network.lab.running().values())
    assert said(running) >= {"bgp", "isis", "area", "ldp"}
