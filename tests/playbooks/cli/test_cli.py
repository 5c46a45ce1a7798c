"""What a user sees of `egovnet`: words, files, JSON and exit codes, from the real command."""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
import yaml
from click.testing import CliRunner

from egovnet.inventory.model import Tier
from egovnet.playbooks.cli.main import main
from egovnet.playbooks.core.workspace import REFERENCE, Workspace
from egovnet.playbooks.journal.journal import Journal
from egovnet.playbooks.journal.records import OPEN, Configuration
from tests.playbooks.console import (
    SECRET,
    all_down,
    command,
    contents,
    copy_of_reference,
    edit,
    egovnet,
    logged_in,
    reach_at,
)

VERBS = (
    "init",
    "adopt",
    "schema",
    "export",
    "completion",
    "validate",
    "render",
    "prove",
    "plan",
    "approve",
    "domains",
    "apply",
    "verify",
    "drift",
    "platforms",
    "rollback",
    "recover",
    "history",
    "evidence",
    "show",
    "sheet",
    "demo",
    "worker",
)  # fmt: skip -- one a line says no more
#: Verbs below a word of their own.
BELOW = {
    "lab": ("up", "down", "restart", "status", "topology", "image", "exec", "ssh"),
    "circuit": ("list", "show"),
    "exchange": ("list", "show", "check"),
    "application": ("list", "show", "observed"),
    "allocate": ("circuit", "loopback", "site"),
    "keys": ("generate", "hand-over", "init", "list", "revoke", "rotate", "take"),
    "identity": ("init", "enrol", "sign", "certify", "operator", "revoke", "list", "script"),
    "report": ("addresses", "circuits", "extranet", "funding", "levels"),
    "rollout": ("next", "status"),
    "translation": ("collect", "who"),
}
PROVINCES = {
    name
    for name, router in Workspace(REFERENCE).network.routers.items()
    if router.tier is Tier.PROVINCE
}
COMMON = ("--inventory", "-l, --limit", "--region", "--tier", "--json", "--workers", "--runner")


# -- help ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "verb", [(v,) for v in VERBS] + [(g, v) for g, below in BELOW.items() for v in below]
)
@pytest.mark.parametrize("option", ["-h", "--help"])
def test_every_verb_explains_itself_and_the_common_options(
    verb: tuple[str, ...], option: str, tmp_path: Path
) -> None:
    ran = egovnet(*verb, option, state=tmp_path)
    assert ran.code == 0
    assert f"egovnet {' '.join(verb)}" in ran.stdout
    command: click.Command = main
    for word in verb:
        assert isinstance(command, click.Group)
        found = command.get_command(click.Context(command), word)
        assert found is not None
        command = found
    without = {p.name for p in command.params if isinstance(p, click.Option) and p.hidden}
    for name in COMMON:
        key = "as_json" if name == "--json" else name.rpartition("--")[2]
        assert (name in ran.stdout) is (key not in without)


def test_an_option_that_help_does_not_list_is_refused(tmp_path: Path) -> None:
    ran = egovnet("validate", "--limit", "bj-*", "--workers", "3", state=tmp_path)
    assert (ran.code, ran.stdout) == (2, "")
    assert "--limit, --workers: has no effect on this verb" in ran.stderr


def test_help_lists_every_verb_and_the_exit_codes(tmp_path: Path) -> None:
    ran = command("--help", state=tmp_path)
    assert ran.code == 0
    listed = {line.split()[0] for line in ran.stdout.splitlines() if line.startswith("  ")}
    assert listed >= {*VERBS, "add", *BELOW}
    assert "Exit codes" in ran.stdout


def test_no_verb_is_left_out_of_these_tests() -> None:
    context = click.Context(main)
    assert set(main.list_commands(context)) == {*VERBS, "add", *BELOW}
    for name, below in BELOW.items():
        group = main.get_command(context, name)
        assert isinstance(group, click.Group)
        assert set(group.list_commands(context)) == set(below)


def test_an_unknown_verb_is_bad_usage(tmp_path: Path) -> None:
    ran = egovnet("frobnicate", state=tmp_path)
    assert (ran.code, ran.stdout) == (2, "")
    assert "frobnicate" in ran.stderr


# -- validate --------------------------------------------------------------------------------


def test_the_reference_is_valid(tmp_path: Path) -> None:
    ran = command("validate", state=tmp_path)
    assert (ran.code, ran.stderr) == (0, "")
    assert ran.stdout.startswith("valid: ")
    assert f"{len(Workspace(REFERENCE).network.routers)} routers" in ran.stdout


def broken(tmp_path: Path) -> Path:
    """An inventory with mistakes in three files."""
    root = copy_of_reference(tmp_path / "network")
    edit(root / "vpns.yaml", "zone: intranet, owner: party", "zone: moon, owner: party")
    edit(root / "sites" / "beijing.yaml", "pe: bj-pe1, port: eth3", "pe: [], port: eth3")
    edit(root / "agencies.yaml", "kind: ", "colour: red, kind: ")
    return root


def test_every_mistake_is_told_at_once_and_nothing_is_written(tmp_path: Path) -> None:
    root = broken(tmp_path)
    before = contents(root)
    ran = command("validate", "--inventory", root, state=tmp_path / "state")
    assert (ran.code, ran.stdout) == (2, "")
    lines = ran.stderr.splitlines()
    assert len(lines) == 3
    assert all(line.startswith(f"error: {root}/") for line in lines)
    for file in ("agencies.yaml", "beijing.yaml", "vpns.yaml"):
        assert any(f"{file}:" in line for line in lines), file
    assert contents(root) == before
    assert not (tmp_path / "state").exists()


def test_mistakes_as_json_say_file_line_field_found_and_remedy(tmp_path: Path) -> None:
    root = broken(tmp_path)
    ran = egovnet("validate", "--inventory", root, "--json", state=tmp_path / "state")
    assert ran.code == 2
    assert ran.json["valid"] is False
    assert len(ran.json["problems"]) == len(ran.stderr.splitlines()) == 3
    for problem in ran.json["problems"]:
        assert problem["file"].startswith(str(root))
        assert problem["line"] > 0
        assert problem["field"]
        assert problem["found"]


@pytest.mark.parametrize("verb", [("render", "-o", "OUT"), ("plan",), ("verify",), ("drift",)])
def test_other_verbs_refuse_a_broken_inventory_alike(verb: tuple[str, ...], tmp_path: Path) -> None:
    root = broken(tmp_path)
    words = [str(tmp_path / "out") if word == "OUT" else word for word in verb]
    ran = egovnet(*words, "--inventory", root, state=tmp_path / "state")
    assert ran.code == 2
    assert len(ran.stderr.splitlines()) == 3
    assert not (tmp_path / "out").exists()


def test_the_inventory_may_come_from_the_environment(tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere"
    ran = egovnet("validate", state=tmp_path, env={"EGOVNET_INVENTORY": str(nowhere)})
    assert ran.code == 2
    assert ran.stderr == (
        f"error: {nowhere}: no such inventory directory -> name one with --inventory, "
        "or write one with: egovnet init DIR\n"
    )


# -- which devices ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--limit", "bj-pe1,nosuch"], ["--limit", "nosuch", "gz-pe1"]),
        (["--limit", "xx-*"], ["--limit", "no router xx-*", "gz-pe1"]),
        (["--limit", ""], ["--limit: names no router"]),
        (["--limit", " , "], ["--limit: names no router"]),
        (["--region", "atlantis"], ["--region", "atlantis", "guangdong"]),
        (["--tier", "galaxy"], ["--tier", "galaxy", "province"]),
        (["--region", "sichuan", "--tier", "centre"], ["no router is left", "--region", "--tier"]),
    ],
)
def test_a_wrong_choice_of_devices_says_what_there_is(
    options: list[str], words: list[str], tmp_path: Path
) -> None:
    ran = egovnet("render", "-o", tmp_path / "out", *options, state=tmp_path / "state")
    assert ran.code == 2
    assert all(word in ran.stderr for word in words), ran.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("options", "hosts"),
    [
        ([], set(Workspace(REFERENCE).network.routers)),
        (["-l", "bj-pe1", "-l", "gd-pe1,sc-pe1"], {"bj-pe1", "gd-pe1", "sc-pe1"}),
        (["-l", "g?-*, bj-pe[0-9]"], {"bj-pe1", "gd-pe1", "gz-pe1"}),
        (["--region", "guangdong"], {"gd-pe1", "gz-pe1"}),
        (["--tier", "prefecture"], {"gz-pe1"}),
        (["--tier", "prefecture", "--tier", "province"], {*PROVINCES, "gz-pe1"}),
        (["--region", "guangdong", "--tier", "province"], {"gd-pe1"}),
    ],
)
def test_render_writes_a_file_for_each_chosen_device(
    options: list[str], hosts: set[str], tmp_path: Path
) -> None:
    ran = egovnet("render", "-o", tmp_path / "a" / "b", *options, state=tmp_path / "state")
    assert ran.code == 0
    files = {path.name: path for path in (tmp_path / "a" / "b").iterdir()}
    assert files.keys() == {f"{host}.cfg" for host in hosts}
    for host in hosts:
        assert files[f"{host}.cfg"].read_text().startswith(f"{host}\n")
        assert host in ran.stdout


@pytest.mark.parametrize("number", ["1_0", "+5", "010", "0x10", "\u0665", " 5", "5.0", "1e1", ""])
@pytest.mark.parametrize("words", [("plan", "--workers"), ("drift", "--share"), ("show",)])
def test_only_decimal_integers_are_numbers(words: tuple[str, ...], number: str) -> None:
    ran = CliRunner().invoke(main, [*words, number])
    assert ran.exit_code == 2
    assert "is not a valid integer" in ran.output


@pytest.mark.parametrize("empty", ["", " ", ",", " , "])
@pytest.mark.parametrize("verb", ["plan", "apply", "rollout next"])
def test_ways_that_name_none_are_refused(verb: str, empty: str) -> None:
    """As an empty variable of a script gives: all routers would be pushed at once."""
    ran = CliRunner().invoke(main, [*verb.split(), "--waves", empty])
    assert ran.exit_code == 2
    assert "--waves: names no way" in ran.output


GIVEN = {
    "limit": "bj-pe1",
    "region": "beijing",
    "tier": "centre",
    "workers": "2",
    "runner": "threaded",
}  # fmt: skip -- a table
#: Verb -> the common options that have no effect on it.
REFUSED = {
    ("history",): set(GIVEN),
    ("evidence", "-o", "out.tar"): set(GIVEN),
    ("show", "1"): set(GIVEN),
    ("validate",): set(GIVEN),
    ("init", "new"): set(GIVEN),
    ("schema",): set(GIVEN),
    ("export", "nornir", "-o", "out"): set(GIVEN),
    ("render", "-o", "out"): {"workers", "runner"},
    ("prove",): {"workers", "runner"},
    ("recover",): {"limit", "region", "tier"},
    ("demo",): {"limit", "region", "tier", "runner"},
    ("apply", "some.plan"): {"limit", "region", "tier"},
    ("lab", "status"): set(GIVEN),
    ("lab", "up"): set(GIVEN),
    ("lab", "topology"): set(GIVEN),
}


@pytest.mark.parametrize(
    ("words", "option"), [(w, o) for w, options in REFUSED.items() for o in sorted(options)]
)
def test_an_option_without_effect_is_refused(
    words: tuple[str, ...], option: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ran = CliRunner().invoke(main, [*words, f"--{option}", GIVEN[option]])
    assert ran.exit_code == 2, ran.output
    assert f"--{option}: " in ran.output
    assert "leave it out" in ran.output
    assert list(tmp_path.iterdir()) == []


def test_what_the_environment_says_for_all_verbs_is_no_mistake(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EGOVNET_RUNNER", "threaded")
    monkeypatch.setenv("EGOVNET_STATE", str(tmp_path))
    assert CliRunner().invoke(main, ["validate"]).exit_code == 0


def test_render_says_where_it_cannot_write(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    ran = egovnet("render", "-o", tmp_path / "file", state=tmp_path / "state")
    assert ran.code == 2
    assert str(tmp_path / "file") in ran.stderr


# -- init ------------------------------------------------------------------------------------


def test_init_writes_an_inventory_that_validates_and_renders_as_the_reference(
    tmp_path: Path,
) -> None:
    mine = tmp_path / "mine"
    ran = egovnet("init", "--like", "reference", mine, state=tmp_path / "state")
    assert ran.code == 0
    assert str(mine) in ran.stdout
    assert egovnet("validate", "--inventory", mine, state=tmp_path / "state").code == 0
    for inventory, out in (([], "a"), (["--inventory", str(mine)], "b")):
        ran = egovnet("render", "-o", tmp_path / out, *inventory, state=tmp_path / "state")
        assert ran.code == 0
    assert contents(tmp_path / "a") == contents(tmp_path / "b") != {}


def test_the_command_that_init_suggests_next_works(tmp_path: Path) -> None:
    ran = egovnet("init", tmp_path / "mine", state=tmp_path / "state")
    suggested = ran.stdout.split("next: egovnet ")[1].split()
    assert egovnet(*suggested, state=tmp_path / "state").code == 0


def test_schemas_are_written_and_files_lead_editors_to_them(tmp_path: Path) -> None:
    state, mine = tmp_path / "state", copy_of_reference(tmp_path / "mine")
    before = contents(mine)
    ran = egovnet("schema", "--inventory", mine, "--json", state=state)
    assert ran.code == 0
    written = {name for name in contents(mine).keys() - before if name != ".schemas"}
    assert {f".schemas/{name}" for name in ran.json["schemas"]} == written
    assert ran.json["lined"] == []
    ran = egovnet("schema", "--inventory", mine, "--yes", "--json", state=state)
    assert "vpns.yaml" in ran.json["lined"]
    assert "sites/beijing.yaml" in ran.json["lined"]
    line, _, rest = (mine / "sites" / "beijing.yaml").read_text().partition("\n")
    assert line == "# yaml-language-server: $schema=../.schemas/sites.json"
    assert rest.encode() == before["sites/beijing.yaml"]
    assert (mine / "sites" / line.partition("=")[2]).is_file()
    again = egovnet("schema", "--inventory", mine, "--yes", "--json", state=state)
    assert (again.json["lined"], again.json["unlined"]) == ([], [])
    assert egovnet("validate", "--inventory", mine, state=state).code == 0
    ran = egovnet("schema", state=state)
    assert ran.code == 2
    assert "egovnet init DIR" in ran.stderr
    ran = egovnet("schema", "-o", tmp_path / "out", state=state)
    assert ran.code == 0
    assert (tmp_path / "out" / "sites.json").is_file()


@pytest.mark.parametrize("what", ["a directory with a file", "a file"])
def test_init_touches_nothing_that_is_there(what: str, tmp_path: Path) -> None:
    target = tmp_path / "mine"
    if what == "a file":
        target.write_text("mine")
    else:
        target.mkdir()
        (target / "notes.txt").write_text("mine")
    before = contents(tmp_path)
    ran = egovnet("init", target, state=tmp_path / "state")
    assert ran.code == 2
    assert str(target) in ran.stderr
    assert contents(tmp_path) == before


def test_init_says_where_it_cannot_write(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    ran = egovnet("init", tmp_path / "file" / "mine", state=tmp_path / "state")
    assert ran.code == 2
    assert "in the way" not in ran.stderr
    assert str(tmp_path / "file" / "mine") in ran.stderr


# -- credentials -----------------------------------------------------------------------------


@pytest.mark.parametrize("verb", [("plan",), ("apply", "--yes"), ("verify",)])
def test_without_credentials_it_says_where_to_put_them(
    verb: tuple[str, ...], tmp_path: Path
) -> None:
    ran = egovnet(*verb, "--json", state=tmp_path)
    assert ran.code == 2
    for words in ("EGOVNET_USERNAME", "EGOVNET_CREDENTIALS", "credentials.yaml", "egovnet lab up"):
        assert words in ran.stderr
    assert ran.json["error"] in ran.stderr
    assert "Traceback" not in ran.stderr


def test_a_connect_timeout_that_is_no_number_is_refused(tmp_path: Path) -> None:
    env = {**logged_in(tmp_path), "EGOVNET_CONNECT_TIMEOUT": "soon"}
    ran = egovnet("plan", state=tmp_path, env=env)
    assert ran.code == 2
    assert "EGOVNET_CONNECT_TIMEOUT" in ran.stderr
    assert "'soon'" in ran.stderr


# -- routers that are down -------------------------------------------------------------------


def test_plan_and_apply_with_every_router_down_hide_none(tmp_path: Path) -> None:
    root, state = copy_of_reference(tmp_path / "network"), tmp_path / "state"
    names, env = all_down(root), logged_in(state)
    plan = tmp_path / "p.json"
    ran = command("plan", "--inventory", root, "--json", "-o", plan, state=state, env=env)
    assert ran.code == 5
    assert ran.json["unreachable"].keys() == set(names)
    assert ran.json["changes"] == ran.json["unchanged"] == []
    for name in names:
        assert ran.json["unreachable"][name].startswith("ConnectionException: ")
        assert f"plan: {name}: failed: " in ran.stderr
    told = command("apply", plan, "--inventory", root, state=state, env=env)
    assert told.code == 5
    assert told.stdout.startswith("refused in stage plan")
    assert all(f"failed: {name}: " in told.stdout for name in names)
    assert "nothing was changed" in told.stderr
    assert SECRET not in ran.stdout + ran.stderr + told.stdout + told.stderr + plan.read_text()
    history = command("history", "--inventory", root, "--json", state=state)
    assert (history.code, history.json) == (0, {"changes": [], "faults": []})


def test_plan_tells_a_person_each_router_that_is_down(tmp_path: Path) -> None:
    root, state = copy_of_reference(tmp_path / "network"), tmp_path / "state"
    names = all_down(root)
    ran = egovnet("plan", "--inventory", root, state=state, env=logged_in(state))
    assert ran.code == 5
    assert all(f"not planned: {name}: " in ran.stdout for name in names)
    assert f"0 to change, 0 as intended, {len(names)} not planned" in " ".join(ran.stdout.split())


def test_verify_of_routers_that_are_down_names_them_and_fails(tmp_path: Path) -> None:
    root, state = copy_of_reference(tmp_path / "network"), tmp_path / "state"
    names, env = all_down(root), logged_in(state)
    ran = egovnet("verify", "--settle", "0", "--inventory", root, "--json", state=state, env=env)
    assert ran.json["passed"] is False
    assert ran.json["unreachable"].keys() == set(names)
    assert ran.json["matrix"]["probed"] == 0
    assert ran.json["labels"] == {
        "seen": False,
        "watched": [],
        "examples": [],
        "possible": True,
        "expected": False,
    }
    assert ran.json["waiting"] == []
    assert ran.code == 5


@contextlib.contextmanager
def silent_peer() -> Iterator[tuple[str, int]]:
    """A real TCP server that accepts and never says a word: SSH hangs at its banner."""
    held: list[socket.socket] = []
    with socket.create_server(("127.20.30.99", 0)) as server:

        def accept() -> None:
            with contextlib.suppress(OSError):
                while True:
                    held.append(server.accept()[0])

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        try:
            yield server.getsockname()
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join(5)
            for connection in held:
                connection.close()


def test_a_peer_that_accepts_and_never_speaks_holds_nobody_up(tmp_path: Path) -> None:
    root, state = copy_of_reference(tmp_path / "network"), tmp_path / "state"
    names = all_down(root)
    with silent_peer() as place:
        reach_at(root, {"gd-pe1": place})
        started = time.monotonic()
        ran = command(
            "plan",
            "--inventory",
            root,
            "--json",
            "--workers",
            "1",
            state=state,
            env=logged_in(state),
        )  # fmt: skip -- as it is typed
        took = time.monotonic() - started
    assert ran.code == 5
    assert ran.json["unreachable"].keys() == set(names)
    assert ran.json["unreachable"]["gd-pe1"].startswith("Connect")
    # Three seconds to connect; the rest is Python's start on a busy machine.
    assert took < 25


def test_apply_without_yes_or_plan_file_only_shows(tmp_path: Path) -> None:
    root, state = copy_of_reference(tmp_path / "network"), tmp_path / "state"
    all_down(root)
    ran = egovnet("apply", "--inventory", root, "--json", state=state, env=logged_in(state))
    assert ran.code == 5
    assert "hash" in ran.json  # a plan, not a transaction
    assert not (state / "reference" / "journal.db").exists()


def test_apply_refuses_what_is_no_plan_of_this_network(tmp_path: Path) -> None:
    for text, words in (("{", "is not a plan file"), ("[1]", "is not a plan file")):
        (tmp_path / "p.json").write_text(text)
        ran = egovnet("apply", tmp_path / "p.json", state=tmp_path)
        assert ran.code == 2
        assert words in ran.stderr
    ran = egovnet("apply", tmp_path / "missing.json", state=tmp_path)
    assert ran.code == 2
    assert "missing.json" in ran.stderr


# -- journal and lab -------------------------------------------------------------------------


def test_history_of_a_new_network_is_empty(tmp_path: Path) -> None:
    ran = egovnet("history", state=tmp_path)
    assert ran.code == 0
    assert ran.stdout.startswith("no change yet: egovnet plan ")
    assert len(ran.stdout.splitlines()) == 1


@pytest.mark.parametrize("verb", [("show", "99"), ("rollback", "99"), ("rollback", "99", "--yes")])
def test_no_such_change(verb: tuple[str, ...], tmp_path: Path) -> None:
    ran = egovnet(*verb, state=tmp_path)
    assert (ran.code, ran.stdout) == (2, "")
    assert ran.stderr == "error: no change 99 in the journal; see: egovnet history\n"


def test_an_unusable_journal_is_named_without_its_password(tmp_path: Path) -> None:
    url = f"postgresql+nosuch://egovnet:{SECRET}@127.0.0.1/journal"
    ran = command("history", "--json", state=tmp_path, env={"EGOVNET_JOURNAL": url})
    assert ran.code == 2
    assert "EGOVNET_JOURNAL" in ran.stderr
    assert SECRET not in ran.stdout + ran.stderr


def test_lab_status_without_a_lab(tmp_path: Path) -> None:
    ran = egovnet("lab", "status", state=tmp_path)
    assert (ran.code, ran.stdout) == (0, "no lab is running\n")


@pytest.mark.parametrize(
    "verb", [("exec", "bj-pe1", "true"), ("ssh", "bj-pe1"), ("restart", "bj-pe1")]
)
def test_a_lab_that_is_down_says_how_to_start_it(verb: tuple[str, ...], tmp_path: Path) -> None:
    ran = egovnet("lab", *verb, state=tmp_path)
    where = tmp_path / "reference" / "lab"
    said = f"error: {where}: no lab is running; start one with: egovnet lab up\n"
    assert (ran.code, ran.stdout, ran.stderr) == (5, "", said)


def test_lab_topology_is_a_containerlab_file(tmp_path: Path) -> None:
    ran = command("lab", "topology", "-o", tmp_path / "clab", state=tmp_path / "state")
    assert ran.code == 0
    topology = yaml.safe_load(ran.stdout)
    assert topology["name"] == "reference"
    nodes = topology["topology"]["nodes"]
    assert {"bj-p1", "bj-pe1", "gz-pe1", "party-beijing-host"} <= nodes.keys()
    for link in topology["topology"]["links"]:
        ends = link["endpoints"]
        assert len(ends) == 2
        assert all(end.partition(":")[0] in nodes for end in ends)
    written = contents(tmp_path / "clab")
    assert written["reference.clab.yml"].decode() == ran.stdout
    own = egovnet("lab", "topology", "--image", "registry.example/frr:1", state=tmp_path / "state")
    assert own.stdout == ran.stdout.replace("egovnet-frr:8.4.4", "registry.example/frr:1")


def test_nobody_recovers_what_a_living_controller_is_at(tmp_path: Path) -> None:
    """The change is this process's own, and it lives."""
    texts = {"bj-pe1": Configuration("bj-pe1", "old\n", "new\n", "+ x", None)}
    journal = Journal(tmp_path / "reference", "reference")
    change = journal.begin("apply", "0" * 64, "1 device", texts)
    ran = egovnet("recover", "--yes", state=tmp_path, env=logged_in(tmp_path))
    assert (ran.code, ran.stdout) == (5, "")
    assert f"bj-pe1 by change {change}" in ran.stderr
    assert "lease until" in ran.stderr
    assert journal.change(change).state == OPEN
    done = egovnet("recover", "99", state=tmp_path, env=logged_in(tmp_path))
    assert (done.code, "no change 99" in done.stderr) == (2, True)
