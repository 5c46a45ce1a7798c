"""The first day: a network of one's own, from nothing to a verified change on real routers.

The tutorial is the script, and its reader does nothing else: no source file, a dozen commands.
"""

from collections.abc import Iterator

import platformdirs
import pytest

from tests.docs.blocks import ROOT, Command, steps
from tests.docs.pipeline import PLUGGED_IN, copy_of, script
from tests.docs.player import Player
from tests.loopback import loopback_network

pytestmark = pytest.mark.lab

TUTORIAL = ROOT / "docs" / "tutorial.md"


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Player]:
    directory = tmp_path_factory.mktemp("reader")
    player = Player(directory, loopback_network().removesuffix("0.0/16") + "0.")
    # of this machine's home only what the lab boots: made anew it would take as long as the rest
    player.env["XDG_CACHE_HOME"] = platformdirs.user_cache_dir()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(directory)
        yield player
        player.run("egovnet lab down")


def test_the_tutorial_leads_to_a_verified_change(reader: Player) -> None:
    told = steps(TUTORIAL)
    ours = [s for s in told if isinstance(s, Command) and s.text.startswith("egovnet ")]
    assert len(told) == len(ours) + 1, "the rest is an export: no file is edited by hand"
    assert len(ours) <= 12
    reader.play(told)
    history = reader.run("egovnet history --json").json
    assert [change["state"] for change in history["changes"]] == ["done"]
    assert reader.run("egovnet plan --json").code == 0, "nothing is left to do"


def test_tests_of_the_template_pass_on_that_network(reader: Player) -> None:
    province = copy_of(reader.directory / "province")
    (province / "network").symlink_to(reader.directory / "my-network")
    done = reader.shell(f"cd province\nexport {PLUGGED_IN}\n{script('lab-tests')}")
    assert done.code == 0, done.stdout + done.stderr
    assert "4 passed" in done.stdout
    assert (province / "tests.xml").is_file()
    assert reader.run("egovnet lab status --json").json["running"], "it was up, and is left up"


def test_a_test_that_is_wrong_says_what_was_seen(reader: Player) -> None:
    tests = reader.directory / "wrong"
    tests.mkdir()
    (tests / "test_wrong.py").write_text(
        """
def test_leak(hosts): assert hosts["taxes-north"].reaches("services-north")
def test_site(hosts): hosts["taxes-south"]
def test_command(routers): routers["pe1"].run("echo seen; false")
def test_address(hosts): hosts["taxes-north"].reaches("nowhere")
def test_matrix(matrix): assert not matrix.reaches("taxes-north", "taxes-centre")
"""
    )
    done = reader.shell(f"export {PLUGGED_IN}\npytest --egovnet-inventory my-network wrong")
    assert done.code == 1
    assert "5 failed" in done.stdout
    for said in ("it has office-centre", "false: exit 1: seen", "nowhere: no address, and no site"):
        assert said in done.stdout
