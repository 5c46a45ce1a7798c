"""Each how-to is done as it says, one after the other on one network of emulated routers.

The network is that of the tutorial. Its lab has the routers and cables that the pages add: they
are in their racks with day-0, as the pages say.
"""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from egovnet.lab.emulated.control import Control
from egovnet.playbooks.core.identity.register import Holder, read_register
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.results.outcome import Exit
from egovnet.templates.registry import render_day0
from napalm_frr.enrolment import parse_request, script_of
from tests.docs.blocks import ROOT, Command, steps
from tests.docs.pipeline import PLUGGED_IN, copy_of, gitlab, jobs, script
from tests.docs.player import Player
from tests.docs.test_pages import HERE
from tests.loopback import loopback_network
from tests.playbooks.console import Ran
from tests.ssh_authorities import new_key

DOCS = ROOT / "docs"
#: In an order in which a network lives; each has what those before it left.
PAGES = (
    "how-to/site",
    "how-to/vpn",
    "how-to/pe",
    "how-to/province",
    "how-to/replace-a-router",
    "how-to/upgrade-a-router",
    "how-to/remove-a-site",
    "how-to/move-a-site",
    "how-to/journal",
    "how-to/adopt",
    "how-to/upgrade-egovnet",
    "how-to/other-tools",
    "how-to/enrol-a-router",
    "drift",
)


def emulated(player: Player, command: Command) -> Ran | None:
    """The tutorial on emulated routers, which carry no packets."""
    if command.text.startswith("egovnet lab exec"):
        return Ran("", "", command.exit)
    if command.text != "egovnet lab up":
        return None
    larger = player.directory / "larger"
    shutil.copytree(player.directory / "my-network", larger)
    for page in PAGES:
        for step in steps(DOCS / f"{page}.md"):
            if isinstance(step, Command) and step.text.startswith("egovnet add "):
                assert player.run(f"{step.text} --inventory larger").code == 0
    return player.run("egovnet lab up --backend emulated --inventory larger")


def new_hardware(player: Player, router: str) -> None:
    """The router is another one, with day-0; it has the old one's host key, as if it were known."""
    device = Workspace(player.directory / "my-network").devices[router]
    control = Control(player.state / "mine" / "lab" / "control")
    control.do("reset", texts={router: render_day0(device)})
    control.close()


def shows(player: Player, router: str, certificate: str, key: str = "") -> str:
    """The router shows this certificate, and has this host key where there is one; returns the key
    that it had."""
    control = Control(player.state / "mine" / "lab" / "control")
    before = str(control.do("identity", name=router, host_key=key, certificate=certificate))
    control.close()
    return before


def certificate_of(player: Player, router: str) -> str:
    found = read_register(player.state / "mine" / "identity").current(Holder.ROUTER, router)
    assert found is not None
    return found.certificate


def certified(player: Player) -> None:
    """Root has run the scripts; credentials name the authority in the place of pinned keys."""
    for file in (player.directory / "scripts").glob("*.sh"):
        assert certificate_of(player, file.stem) in file.read_text()
        shows(player, file.stem, certificate_of(player, file.stem))
    file = player.state / "mine" / "lab" / "credentials.yaml"
    known = yaml.safe_load(file.read_text())
    known["known-hosts"] = str(player.state / "mine" / "identity" / "known_hosts")
    file.write_text(yaml.safe_dump(known))


def the_code(player: Player, command: Command) -> Ran | None:
    """What is shown of a code is typed at the router later."""
    if not command.text.startswith("egovnet identity enrol"):
        return None
    ran = player.run(command.text)
    found = re.search(r" code (\S+)", ran.stdout)
    assert found is not None
    (player.directory / "code").write_text(found[1])
    return ran


def asks(player: Player, router: str) -> None:
    """Another machine has its name."""
    key = new_key(player.directory / "machine")
    (player.directory / "old-certificate").write_text(certificate_of(player, router))
    done = subprocess.run(
        [
            *(sys.executable, "-I", "enrolment.py", "request", router, "--kept", "kept"),
            *("--host-key", f"{key}.pub", "--serial-number", "FDO2231A0BC"),
        ],
        cwd=player.directory,
        input=(player.directory / "code").read_text(),
        capture_output=True,
        text=True,
        check=True,
    )
    (player.directory / f"{router}.request").write_text(done.stdout)


def installs(player: Player, router: str) -> None:
    answer = (player.directory / f"{router}.answer").read_text()
    secret, _, request = (player.directory / "kept").read_text().partition("\n")
    script = script_of(answer, parse_request(request)[0], bytes.fromhex(secret))
    assert certificate_of(player, router) in script
    key = (player.directory / "machine").read_text()
    old = shows(player, router, certificate_of(player, router), key)
    (player.directory / "old-key").write_text(old)


def old_machine(player: Player, router: str) -> None:
    old = [(player.directory / f"old-{name}").read_text() for name in ("certificate", "key")]
    shows(player, router, *old)


def new_machine(player: Player, router: str) -> None:
    key = (player.directory / "machine").read_text()
    shows(player, router, certificate_of(player, router), key)


def lost_journal(player: Player) -> None:
    for file in (player.state / "mine").glob("journal.db*"):
        file.unlink()


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Player]:
    """Who has done the tutorial."""
    directory = tmp_path_factory.mktemp("reader")
    player = Player(directory, loopback_network().removesuffix("0.0/16") + "0.", emulated)
    player.events = {
        "new-hardware": new_hardware,
        "lost-journal": lost_journal,
        "certified": certified,
        "asks": asks,
        "installs": installs,
        "old-machine": old_machine,
        "new-machine": new_machine,
    }
    player.compare = False
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(directory)
        try:
            player.play(steps(ROOT / "docs" / "tutorial.md"))
            player.around, player.compare = the_code, True
            yield player
        finally:
            player.run("egovnet lab down --backend emulated")


def test_every_how_to_is_played() -> None:
    with_commands = {
        f"how-to/{path.stem}"
        for path in (DOCS / "how-to").glob("*.md")
        if any(isinstance(step, Command) for step in steps(path))
    }
    elsewhere = {page.removeprefix("docs/").removesuffix(".md") for page in HERE}
    elsewhere.add("how-to/migrate-a-legacy-network")  # on real routers: test_migration_live
    assert with_commands - elsewhere == {page for page in PAGES if page.startswith("how-to/")}


def test_drift_goes_on_where_routers_were_never_pushed(reader: Player) -> None:
    """They have day-0 only; the report is of the others as well."""
    ran = reader.run("egovnet drift --inventory larger")
    assert ran.code in (Exit.CHANGES, Exit.LEAK_OR_FAILED_VERIFICATION), ran.stderr
    assert "changes that were not applied yet to p1" in " ".join(ran.stdout.split())


@pytest.mark.parametrize("page", PAGES)
def test_how_to(reader: Player, page: str) -> None:
    reader.play(steps(DOCS / f"{page}.md"))


@pytest.fixture(scope="module")
def province(reader: Player) -> Path:
    """The template repository, used for the reader's network, with a site more on a branch."""
    place = copy_of(reader.directory / "province")
    shutil.copytree(reader.directory / "my-network", place / "network")
    site = (
        "egovnet add site office-new --region north --vpn office --prefixes 10.1.60.0/24 "
        "--pe pe2 --port eth6 --routing-protocol static --inventory province/network"
    )
    assert reader.run(site).code == 0
    return place


def test_every_job_of_the_template_is_done_here_or_on_the_lab() -> None:
    assert set(jobs()) == {*JOBS, "plan-comment", "lab-tests"}


#: Job -> exit code, and what it leaves behind.
JOBS = {
    "validate": (0, ()),
    "prove": (0, ("proof/proof.html",)),
    "plan": (0, ("plan/change.md", "plan/change.xml")),
    "drift": (3, ("drift/drift.html", "drift/drift.xml")),
}


@pytest.mark.parametrize("job", JOBS)
def test_job_of_the_template(reader: Player, province: Path, job: str) -> None:
    code, files = JOBS[job]
    done = reader.shell(f"cd province\n{script(job)}")
    assert done.code == code, done.stdout + done.stderr
    assert all((province / file).is_file() for file in files)
    assert code in (0, *jobs()[job].get("allow_failure", {}).get("exit_codes", ()))
    if job == "plan":
        assert "1 to change, 5 as intended, 0 not planned" in done.stdout


def test_the_plan_becomes_a_comment(reader: Player, province: Path) -> None:
    with gitlab() as (variables, heard):
        reader.env.update(variables)
        done = reader.shell(f"cd province\n{script('plan-comment')}")
    assert done.code == 0, done.stderr
    ((path, token, comment),) = heard
    assert (path, token) == ("/api/v4/projects/7/merge_requests/3/notes", "made-up")
    assert comment == (province / "plan" / "change.md").read_text(encoding="utf-8")
    assert "office-new" in comment


def test_a_plan_that_cannot_be_made_is_red(reader: Player, province: Path) -> None:
    (province / "network" / "vpns.yaml").write_text("office: {zone: moon}\n")
    assert reader.shell(f"cd province\n{script('plan')}").code == 2


def plugged_in(reader: Player, inventory: str, test: str) -> Ran:
    """pytest with the plugin, of the test's text, on the network that is up."""
    (reader.directory / "test_own.py").write_text(test)
    return reader.shell(f"{PLUGGED_IN} pytest -q --egovnet-inventory {inventory} test_own.py")


def test_tests_of_ones_own_have_the_routers(reader: Player) -> None:
    test = """
def test_router(routers): assert "hostname p1" in routers["p1"].show("show running-config")
def test_packets(hosts): pass
def test_matrix(matrix): pass
def test_name(routers): routers["p9"]
"""
    done = plugged_in(reader, "my-network", test)
    assert "1 passed" in done.stdout, done.stdout
    assert "emulated routers send no packets; another --egovnet-backend" in done.stdout
    assert "the lab has no router 'p9'; it has p1, p2, pe1" in done.stdout


def test_a_mistake_in_the_inventory_ends_the_tests(reader: Player) -> None:
    done = plugged_in(reader, "nowhere", "def test_router(routers): pass")
    assert done.code == pytest.ExitCode.USAGE_ERROR
    assert "nowhere: no such inventory directory" in done.stdout + done.stderr
