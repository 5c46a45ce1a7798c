"""`prove`: texts to facts, facts to a verdict, a verdict to an outcome and a report.

The texts are the rendered ones, a directory's, or what the devices run now. Changes nothing.
"""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType

from egovnet.inventory.errors import Problem
from egovnet.inventory.model import Network
from egovnet.isolation.model.expectation import Expectation, from_inventory
from egovnet.isolation.model.finding_class import Severity
from egovnet.isolation.model.from_vrf_names import from_zones
from egovnet.isolation.model.verdict import Verdict
from egovnet.isolation.prove import prove as prove_facts
from egovnet.playbooks.core.devices import connected
from egovnet.playbooks.core.network_map import network_map
from egovnet.playbooks.core.run_on_devices import Progress, run
from egovnet.playbooks.core.selection import Selection, UsageError
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.proof.config_directory import ConfigText, read_configs
from egovnet.playbooks.proof.zones_file import read_zones
from egovnet.playbooks.report.html.proof_page import proof_page
from egovnet.playbooks.results.outcome import Exit, Outcome, gravest
from egovnet.playbooks.results.verdict import verdict_data
from egovnet.tasks.read_running import read_running
from egovnet.templates.model.errors import ConfigTextError
from egovnet.templates.model.facts import DeviceFacts
from egovnet.templates.registry import read_config

_NOBODY: Mapping[str, str] = MappingProxyType({})


def prove(
    workspace: Workspace,
    progress: Progress,
    *,
    configs: Path | None = None,
    running: bool = False,
    zones: Path | None = None,
    report: Path | None = None,
) -> Outcome:
    """Prove the separation of the chosen devices' texts.

    Raises:
        UsageError: options that do not go together, or a report that cannot be written.
        InventoryError: a wrong inventory or zones file.
        ConfigTextError: texts that cannot be judged.
    """
    _check_options(workspace, configs, running=running, zones=zones, report=report)
    alone = configs is not None and zones is not None
    unreachable: Mapping[str, str] = _NOBODY
    if configs is not None:
        texts = read_configs(configs)
        if not alone and workspace.selection != Selection():
            texts = _chosen(workspace, configs, texts)
        what = str(configs)
    elif running:
        texts, unreachable = _running(workspace, progress)
        what = "what the routers run"
    else:
        texts = {n: ConfigText(n, f"{n}.cfg", t) for n, t in workspace.intended().items()}
        what = "the rendered configurations"
    if zones is not None:
        expectation = from_zones(read_zones(zones))
    else:
        expectation = from_inventory(workspace.network, workspace.allocation)
        if workspace.selection != Selection() or unreachable:
            expectation = expectation.limit()
    platforms = {} if alone else {n: r.platform for n, r in workspace.network.routers.items()}
    verdict = judge(texts, expectation, platforms)
    network = None if alone else workspace.network
    outcome = prove_outcome(verdict, unreachable)
    if report is not None:
        title = what if network is None else f"{network.backbone.name}: {what}"
        outcome = write_report(
            outcome, report, verdict, network, title=title, unreachable=unreachable
        )
    return outcome


def judge(
    texts: Mapping[str, ConfigText], expectation: Expectation, platforms: Mapping[str, str]
) -> Verdict:
    """Read every text and prove; all texts that cannot be read are told at once.

    Raises:
        ConfigTextError: with the problems of every text.
    """
    facts: dict[str, DeviceFacts] = {}
    problems: list[Problem] = []
    for host, text in texts.items():
        try:
            facts[host] = read_config(text.text, text.file, platforms.get(host, "frr"))
        except ConfigTextError as error:
            problems += error.problems
    if problems:
        raise ConfigTextError(problems)
    return prove_facts(facts, expectation)


def prove_outcome(verdict: Verdict, unreachable: Mapping[str, str] = _NOBODY) -> Outcome:
    """Exit 0 proved (hygiene or not); 4 not proved; 5 proved but for devices without an answer."""
    grave = any(finding.severity is not Severity.HYGIENE for finding in verdict.findings)
    # Where nobody answered, nothing was checked because of that.
    denied = grave or not (verdict.proved or unreachable)
    codes = [
        Exit.LEAK_OR_FAILED_VERIFICATION if denied else Exit.DONE,
        Exit.DEVICES_FAILED if unreachable else Exit.DONE,
    ]
    return Outcome("prove", verdict_data(verdict, unreachable), gravest(codes))


def write_report(
    outcome: Outcome,
    directory: Path,
    verdict: Verdict,
    network: Network | None,
    *,
    title: str,
    unreachable: Mapping[str, str] = _NOBODY,
) -> Outcome:
    """Write `directory`/proof.html and proof.json; the outcome says where in its notes.

    Raises:
        UsageError: a file cannot be written.
    """
    drawn = None if network is None else network_map(network)
    page = proof_page(verdict, drawn, title, unreachable=unreachable)
    files = {
        directory / "proof.html": page,
        directory / "proof.json": json.dumps(outcome.data, indent=2) + "\n",
    }
    try:
        directory.mkdir(parents=True, exist_ok=True)
        for path, text in files.items():
            path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{directory}: cannot be written: {error.strerror}") from error
    notes = (*outcome.notes, *(f"wrote {path}" for path in files))
    return Outcome(outcome.verb, outcome.data, outcome.exit, notes)


def _check_options(
    workspace: Workspace,
    configs: Path | None,
    *,
    running: bool,
    zones: Path | None,
    report: Path | None,
) -> None:
    if configs is not None and running:
        raise UsageError("--configs and --running: name one; each says which texts are proved")
    if configs is None:
        return
    if zones is not None and workspace.selection != Selection():
        raise UsageError(
            "--zones with --configs proves every file of the directory, without an inventory: "
            "leave out --limit, --region and --tier"
        )
    if report is not None and report.resolve() == configs.resolve():
        raise UsageError(f"--report {report}: the texts' own directory; name another")


def _chosen(
    workspace: Workspace, configs: Path, texts: Mapping[str, ConfigText]
) -> dict[str, ConfigText]:
    """The texts of the chosen devices, each of which must be there."""
    absent = [name for name in workspace.chosen if name not in texts]
    if absent:
        raise ConfigTextError(_absent(configs, absent))
    return {name: texts[name] for name in workspace.chosen}


def _absent(configs: Path, names: Iterable[str]) -> Iterable[Problem]:
    remedy = "put its configuration there, or choose other routers"
    return [Problem(str(configs / f"{n}.cfg"), 0, "", "no such file", remedy) for n in names]


def _running(
    workspace: Workspace, progress: Progress
) -> tuple[dict[str, ConfigText], Mapping[str, str]]:
    """What the chosen devices run, and why some did not say."""
    arguments: dict[str, dict[str, object]] = {name: {} for name in workspace.chosen}
    with connected(workspace) as nornir:
        answers = run(nornir, "read", read_running, arguments, progress)
    progress.finish()
    texts = {
        name: ConfigText(name, f"running configuration of {name}", answers.results[name])
        for name in workspace.chosen
        if name in answers.results
    }
    return texts, answers.failures
