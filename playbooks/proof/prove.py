"""`prove`: texts to facts, facts to a verdict.

The texts are the rendered ones, a directory's, or what the devices run now. Changes nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

from egovnet.inventory.errors import Problem
from egovnet.inventory.paused_collector import paused_collector
from egovnet.isolation.model.classes.state import NOT_READ
from egovnet.isolation.model.expectation import Expectation
from egovnet.isolation.model.finding import STATE
from egovnet.isolation.model.from_vrf_names import from_zones
from egovnet.isolation.model.verdict import Verdict
from egovnet.isolation.prove import prove as prove_facts
from egovnet.isolation.prove_running import NOBODY, prove_running
from egovnet.playbooks.core.applied import Applied
from egovnet.playbooks.core.approved_lines import expectation_of, registered_lines
from egovnet.playbooks.core.devices import connected
from egovnet.playbooks.core.lost_lock import require_numbers
from egovnet.playbooks.core.network_map import network_map
from egovnet.playbooks.core.progress import Progress
from egovnet.playbooks.core.run_on_devices import run
from egovnet.playbooks.core.selection import Selection, UsageError
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.proof.config_directory import ConfigText, read_configs
from egovnet.playbooks.proof.zones_file import read_zones
from egovnet.playbooks.results.network_map import NetworkMap
from egovnet.playbooks.results.outcome import Exit, most_severe
from egovnet.playbooks.results.proof_result import ProofResult, proof_result
from egovnet.tasks.read_running import Running, read_running
from egovnet.templates.intend.device_facts import intended_facts
from egovnet.templates.model.errors import ConfigTextError
from egovnet.templates.model.facts import DeviceFacts
from egovnet.templates.model.running_state import RunningState
from egovnet.templates.read_texts import NativeText, read_all

_NOBODY: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Proof:
    """What was proved, with what its page needs besides: a title, and the network for the map."""

    result: ProofResult
    exit: Exit
    title: str
    #: None: the texts are not an inventory's.
    network: NetworkMap | None
    #: By router, as they were read.
    texts: Mapping[str, str]
    #: What violates policy and is on no router that was proved, as sentences.
    notes: tuple[str, ...] = ()


def prove(
    workspace: Workspace,
    progress: Progress,
    *,
    configs: Path | None = None,
    running: bool = False,
    zones: Path | None = None,
    report: Path | None = None,
) -> Proof:
    """Prove the separation of the chosen devices' texts. Writes nothing.

    `report` is where its files will be written to, which must not be among the texts.

    Raises:
        UsageError: options that do not go together.
        InventoryError: a wrong inventory or zones file, or numbers of the network that were lost.
        ConfigTextError: texts that cannot be read.
    """
    _check_options(workspace, configs, running=running, zones=zones, report=report)
    if configs is None or zones is None:
        require_numbers(workspace)
    if running:
        return _running_proof(workspace, progress, zones)
    # one pause for all: what was made in one is walked as soon as it ends
    with paused_collector():
        if configs is None:
            texts = {n: ConfigText(n, f"{n}.cfg", t) for n, t in workspace.intended().items()}
            return _proof(workspace, texts, _NOBODY, zones, "the rendered configurations")
        texts = read_configs(configs)
        alone = zones is not None
        if not alone and workspace.selection != Selection():
            texts = _chosen(workspace, configs, texts)
        return _proof(workspace, texts, _NOBODY, zones, str(configs), alone=alone)


def _running_proof(workspace: Workspace, progress: Progress, zones: Path | None) -> Proof:
    """The proof of what the routers run.

    Where what they do denies it, they are read once more: routers are not read in one moment, and
    a route that comes or goes meanwhile is at one of them and not yet at another.
    """
    for again in (False, True):
        running, unreachable = _read_running(workspace, progress)
        texts = {
            name: ConfigText(name, f"running configuration of {name}", one.text)
            for name, one in running.items()
        }
        states = {n: one.state for n, one in running.items() if one.state is not None}
        with paused_collector():
            proof = _proof(
                workspace, texts, unreachable, zones, "what the routers run", states=states
            )
        if again or not _denied_by_state(proof.result):
            break
    progress.finish()
    return proof


def _denied_by_state(result: ProofResult) -> bool:
    return any(
        finding.denies
        and finding.klass != NOT_READ.id
        and any(hop.quote.startswith(STATE) for hop in finding.path)
        for finding in result.findings
    )


def _proof(
    workspace: Workspace,
    texts: Mapping[str, ConfigText],
    unreachable: Mapping[str, str],
    zones: Path | None,
    what: str,
    *,
    alone: bool = False,
    states: Mapping[str, RunningState] | None = None,
) -> Proof:
    """The proof of `texts`, which are called `what`; `alone`: they are not an inventory's.

    `states`: what routers do besides, of those that could be asked; None: nobody asked.
    """
    notes: tuple[str, ...] = ()
    if zones is not None:
        expectation = from_zones(read_zones(zones))
    else:
        register, day = registered_lines(workspace)
        notes = tuple(register.expired(day))
        expectation = expectation_of(workspace)
        if workspace.selection != Selection() or unreachable:
            expectation = expectation.limit()
    platforms = {} if alone else {n: r.platform for n, r in workspace.network.routers.items()}
    beside = _beside(workspace, texts) if states is not None else NOBODY
    result = proof_result(prove_texts(texts, expectation, platforms, states, beside), unreachable)
    read = {name: text.text for name, text in texts.items()}
    if alone:
        return Proof(result, exit_code(result), what, None, read)
    title = f"{workspace.network.backbone.name}: {what}"
    known = network_map(workspace.network)
    return Proof(result, exit_code(result), title, known, read, notes)


def _beside(workspace: Workspace, texts: Mapping[str, ConfigText]) -> dict[str, DeviceFacts]:
    """Facts of the routers that were not read, as they were given last, or else are intended.

    Their routes stand in the tables of those that were, where no text of these exports them.
    """
    devices = {n: device for n, device in workspace.devices.items() if n not in texts}
    applied = Applied(workspace, devices) if devices else None
    return {
        name: intended_facts((applied and applied.device(name)) or device)
        for name, device in devices.items()
    }


def prove_texts(
    texts: Mapping[str, ConfigText],
    expectation: Expectation,
    platforms: Mapping[str, str],
    states: Mapping[str, RunningState] | None = None,
    beside: Mapping[str, DeviceFacts] = NOBODY,
) -> Verdict:
    """Read every text and prove, with what the routers do besides where `states` has it; all
    texts that cannot be read are reported at once. `beside` as in `prove_running`.

    Raises:
        ConfigTextError: with the problems of every text.
    """
    native = {
        host: NativeText(text.text, text.file, platforms.get(host)) for host, text in texts.items()
    }
    facts = {
        # a text without a name is of the router that its file is named after
        host: one if one.name else replace(one, name=host)
        for host, one in read_all(native).items()
    }
    if states is None:
        return prove_facts(facts, expectation)
    return prove_running(facts, states, expectation, beside=beside)


def exit_code(result: ProofResult) -> Exit:
    """Exit 0 proved (hygiene or not); 4 not proved; 5 proved but for devices without an answer."""
    # Where nobody answered, nothing was checked because of that.
    denied = result.denied or not (result.proved or result.unreachable)
    codes = [
        Exit.LEAK_OR_FAILED_VERIFICATION if denied else Exit.DONE,
        Exit.DEVICES_FAILED if result.unreachable else Exit.DONE,
    ]
    return most_severe(codes)


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


def _read_running(
    workspace: Workspace, progress: Progress
) -> tuple[dict[str, Running], Mapping[str, str]]:
    """What the chosen devices run, and why some did not answer."""
    arguments: dict[str, dict[str, object]] = {
        name: {"device": workspace.devices[name]} for name in workspace.chosen
    }
    with connected(workspace) as nornir:
        answers = run(nornir, "read", read_running, arguments, progress)
    return {n: answers.results[n] for n in workspace.chosen if n in answers.results}, (
        answers.failures
    )
