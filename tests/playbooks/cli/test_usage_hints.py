"""A command line that is not understood: what is said of it, on stderr and as JSON."""

import json
import re
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from egovnet.playbooks.cli.main import main
from egovnet.playbooks.cli.manual_pages import contexts
from tests.playbooks.console import egovnet

VERBS = [
    context.command_path.split()[1:]
    for context in contexts(main, "egovnet")
    if any("--json" in parameter.opts for parameter in context.command.params)
]
#: What they do not know is the command of a node.
OF_A_NODE = [["lab", "exec"], ["lab", "ssh"]]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("--inventory x lab status", "behind the verb: egovnet lab status ... --inventory"),
        ("--json validate", "behind the verb: egovnet validate ... --json"),
        ("help plan", "Did you mean '--help'? It stands behind any verb."),
        ("-V", "Did you mean '--version'?"),
        ("status", "Did you mean 'lab status' or 'rollout status'?"),
        ("remove site x", "Take the entry out of its file"),
        ("add pe pe9", "Did you mean 'router'?"),
        ("validate .", "Did you mean '--inventory .'?"),
        ("plan pe1", "Routers are chosen by an option: '--limit pe1'."),
        ("completion fish", "Got unexpected extra argument (fish)"),
        ("show first.plan", "It is the number of a change, as egovnet history lists them."),
        ("sheet", "It is the name of a site"),
        ("lab start", "Did you mean 'up'?"),
        ("stop", "Did you mean 'lab down'?"),
        ("ping 10.1.1.1", "Did you mean 'verify', which sends packets?"),
        ("edit site x", "Edit the entry in its file"),
        ("add interface", "Did you mean 'access'?"),
        ("plan --router pe1", "Did you mean '--limit'?"),
        ("apply first.plan --dry-run", "Did you mean 'egovnet plan'? It changes nothing."),
        ("plan --check", "Leave it out."),
        ("apply --force", "Did you mean '--yes'?"),
        ("history 1", "Did you mean 'egovnet show 1'?"),
        ("add circuit pe3 p1", "The ends are options: --a ROUTER:PORT --b ROUTER:PORT"),
        ("add site x --vlan-id 7", "Did you mean '--vlan'?"),
        ("add site x --protocol bgp", "Did you mean '--routing-protocol'?"),
        ("add site x --vrf tax", "Did you mean '--vpn'?"),
        ("add agency x --type system", "Did you mean '--kind'?"),
        ("add site x --colour red", "No such option '--colour'. --help lists what there is."),
        ("lint", "Did you mean 'validate'?"),
        ("sync-from", "Did you mean 'adopt'?"),
        ("graph", "Did you mean 'lab topology'?"),
        ("destroy", "Did you mean 'lab down'? Of a network, take entries out"),
        ("rename site x y", "Change the entry in its file"),
        ("run site.yml", "Did you mean 'plan', and then 'apply'?"),
        ("-i x validate", "--inventory stands behind the verb: egovnet validate ... --inventory"),
        ("validate -i x", "Did you mean '--inventory'?"),
        ("plan --tags bgp", "A change is whole; --limit and --region choose routers."),
        ("plan --diff", "Leave it out: plan and apply show differences."),
        ("plan --invetory x", "Did you mean '--inventory'?"),
        ("apply -u root", "The account is EGOVNET_USERNAME and EGOVNET_PASSWORD"),
        ("init x --template mixed", "Did you mean '--like'?"),
        ("init x --name y", "It stands in network.yaml"),
        ("plan -o --inventory x", "Option '-o' needs a value before '--inventory': -o PATH"),
        ("apply --ticket --yes", "Option '--ticket' needs a value before '--yes'"),
        ("export", "Choose from: nornir, ansible, codeowners, approvals"),
    ],
)
def test_what_was_meant_is_said(line: str, told: str) -> None:
    ran = CliRunner().invoke(main, line.split(), prog_name="egovnet")
    assert ran.exit_code == 2
    assert told in ran.stderr


@pytest.mark.parametrize("verb", [v for v in VERBS if v not in OF_A_NODE], ids=" ".join)
def test_a_usage_error_is_json_too(verb: list[str]) -> None:
    ran = CliRunner().invoke(main, [*verb, "--no-such-option", "--json"], prog_name="egovnet")
    assert ran.exit_code == 2
    told = json.loads(ran.stdout)
    assert told == {"valid": False, "error": told["error"], "problems": []}
    assert "--no-such-option" in told["error"]


def test_words_behind_two_dashes_are_no_options() -> None:
    ran = CliRunner().invoke(main, ["sheet", "--", "a", "b", "--json"], prog_name="egovnet")
    assert (ran.exit_code, ran.stdout) == (2, "")


@pytest.mark.parametrize("error", [ZeroDivisionError("x"), OSError(5, "Input/output error")])
def test_a_defect_is_json_too(
    error: Exception, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise error

    monkeypatch.setattr("egovnet.playbooks.verbs.validate.validate", broken)
    ran = CliRunner().invoke(main, ["validate", "--json"], env={"EGOVNET_STATE": str(tmp_path)})
    assert json.loads(ran.stdout)["error"] == f"internal error: {type(error).__name__}"


def test_a_place_that_cannot_be_written_is_no_defect(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise PermissionError(13, "Permission denied", "/some/place")

    monkeypatch.setattr("egovnet.playbooks.verbs.validate.validate", broken)
    ran = egovnet("validate", "--json", state=tmp_path)
    assert (ran.code, ran.stderr.count("\n")) == (1, 1)
    assert ran.json["error"].startswith("/some/place: Permission denied -> check its rights")


def test_the_inventory_that_one_is_in_is_meant(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert egovnet("init", tmp_path / "own", state=tmp_path).code == 0
    for place in ("own", "own/sites"):
        monkeypatch.chdir(tmp_path / place)
        assert egovnet("validate", "--json", state=tmp_path).json["network"] == "mine"
    monkeypatch.chdir(tmp_path)
    assert egovnet("validate", "--json", state=tmp_path).json["network"] != "mine"


def test_schemas_of_no_inventory_are_not_written(tmp_path: Path) -> None:
    ran = egovnet("schema", "--inventory", tmp_path / "nowhere", state=tmp_path)
    assert (ran.code, (tmp_path / "nowhere").exists()) == (2, False)
    assert "no such inventory directory" in ran.stderr


def test_every_verb_takes_json() -> None:
    leaves = {
        context.command_path
        for context in contexts(main, "egovnet")
        if not isinstance(context.command, click.Group)
    }
    without = leaves - {f"egovnet {' '.join(verb)}" for verb in VERBS}
    assert without == set()


#: Options that no verb has, and that are like some that one refuses.
STRANGE = ("--runners", "--limits", "--regions", "--tierr", "--workerz", "--inventry", "--zzz")


@pytest.mark.parametrize("verb", [v for v in VERBS if v not in OF_A_NODE], ids=" ".join)
@pytest.mark.parametrize("option", STRANGE)
def test_what_is_offered_is_taken(verb: list[str], option: str) -> None:
    """Whatever the error names is an option of the verb that it does not refuse."""
    told = CliRunner().invoke(main, [*verb, option], prog_name="egovnet").stderr
    offered = set(re.findall(r"--[a-z0-9-]+", told.partition(option)[2]))
    command = next(
        c.command for c in contexts(main, "egovnet") if c.command_path.split()[1:] == verb
    )
    refused = {f"--{name}" for name in getattr(command.callback, "without", ())}
    assert offered <= {"--help"} | {name for p in command.params for name in p.opts} - refused
    assert offered


def test_an_option_is_no_value_of_another() -> None:
    """Of every option with a value, of every verb: what follows is no option of the verb."""
    for context in contexts(main, "egovnet"):
        command = context.command
        if isinstance(command, click.Group):
            continue
        for option in command.params:
            if isinstance(option, click.Option) and not option.is_flag:
                name = option.opts[-1]
                line = [*context.command_path.split()[1:], name, "--json"]
                told = CliRunner().invoke(main, line, prog_name="egovnet")
                assert told.exit_code == 2
                assert f"Option '{name}' needs a value before '--json': {name}" in told.stderr
