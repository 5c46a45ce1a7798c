"""For how long each class of change interrupts, on the lab's routers, by echoes 50 times a second.

Run by `make bench` (this file's name keeps it out of the default run). Each case is pushed as a
change is, while hosts behind the customers' routers send to each other; what is measured is the
longest time in which none of a pair's requests was answered. The figures of `docs/interruptions.md`
and of the platform's `interruption_seconds` are from here.
"""

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from egovnet.inventory.model import Network
from egovnet.lab.backend import Backend
from egovnet.lab.generate import host_name
from egovnet.playbooks.change.plan import make_plan
from egovnet.playbooks.change.transaction import Transaction
from egovnet.playbooks.core.progress import Silent
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.results.verification import HealthReport
from egovnet.playbooks.verbs.lab import running_lab
from egovnet.playbooks.verbs.lab_hosts import site_hosts
from egovnet.templates.model.interruption import class_of
from tests.chaos.runs import Health
from tests.playbooks.conftest import Workplace

pytestmark = pytest.mark.lab
pytest_plugins = ["tests.playbooks.conftest"]
_GAPS = (Path(__file__).parent / "echo_gaps.py").read_text(encoding="utf-8")
_EVERY = 0.02
#: Seconds after a push until everything must be answered again.
_PATIENCE = 60.0
#: Pairs of sites of one VPN on different routers; both families are sent.
_PAIRS = (
    ("party-beijing", "party-sichuan"),
    ("gov-guangdong", "gov-shanghai"),
    ("public-beijing", "public-guangzhou"),
    ("public-shanghai", "public-beijing"),
    ("court-shanghai", "court-beijing"),
    ("tax-guangdong", "tax-sichuan"),
)
Texts = Mapping[str, str]


def _lines(text: str, *edits: tuple[str, str]) -> str:
    for old, new in edits:
        assert re.search(old, text), f"no {old!r}: correct the case"
        text = re.sub(old, new, text)
    return text


def _on(device: str, *edits: tuple[str, str]) -> Callable[[Texts], Texts]:
    return lambda texts: {device: _lines(texts[device], *edits)}


def _everywhere(*edits: tuple[str, str]) -> Callable[[Texts], Texts]:
    def change(texts: Texts) -> Texts:
        changed = dict(texts)
        for old, new in edits:
            changed = {name: re.sub(old, new, text) for name, text in changed.items()}
        return {name: text for name, text in changed.items() if text != texts[name]}

    return change


def _loopback(old: str, new: str) -> Callable[[Texts], Texts]:
    """A router's loopback and all that is made of it, and its peers' sessions with it."""

    def dotted(address: str) -> str:
        digits = "".join(f"{int(octet):03d}" for octet in address.split("."))
        return f"{digits[:4]}.{digits[4:8]}.{digits[8:]}"

    return _everywhere(
        (rf"(?<![\d.]){re.escape(old)}(?!\d)", new), (re.escape(dotted(old)), dotted(new))
    )


def _without_ports(*places: tuple[str, str]) -> Callable[[Texts], Texts]:
    """The ports' own lines gone, as of a circuit that the inventory has no more."""

    def change(texts: Texts) -> Texts:
        return {
            device: _lines(
                texts[device],
                (rf"auto {port}\niface {port}\n(    .*\n)+\n", ""),
                (rf"\ninterface {port}\n( .*\n)+exit\n!", ""),
                (rf"  !\n  interface {port}\n  exit\n", ""),
            )
            for device, port in places
        }

    return change


#: Class, and what it is on, -> what is changed; it heals by itself, with the customers as they are.
CASES: dict[str, Callable[[Texts], Texts]] = {
    "none": lambda texts: {
        "bj-pe1": _lines(texts["bj-pe1"], ("description bj-p1", "description x"))
    },
    "vrf-table": _on("sc-pe1", ("vrf-table 1003", "vrf-table 1077"), (":1003", ":1077")),
    "vrf-routing": _on("sc-pe1", ("label vpn export auto", "label vpn export 9000")),
    "route-distinguisher": _on("sc-pe1", (r"(rd vpn export \S+):1003", r"\1:1077")),
    "route-targets": _everywhere(("65000:1006", "65000:1900")),
    "port": _on("sc-pe1", (r"(iface eth3\.\d+\n    alias .*\n    address \S+)/30", r"\1/29")),
    "session": _on(
        "sh-pe1", (r"( neighbor 10\.200\.\S+) timers connect 5", r"\1 passive\n\1 timers connect 5")
    ),
    "static-route": _on("sc-pe1", (r"( ip route 10\.1\.12\.0/24 \S+)\n", r"\1 5\n")),
    "router-id": _on("sc-pe1", ("bgp router-id 10.255.0.6", "bgp router-id 10.255.9.6")),
    "loopback": _loopback("10.255.0.6", "10.255.9.6"),
    "igp-identity": _on("sc-pe1", ("0102.5500.0006", "0102.5500.9006")),
    "label-distribution": _on(
        "sc-pe1", (r"(mpls ldp\n) router-id \S+", r"\1 router-id 10.254.0.14")
    ),
    "reflector": _on(
        "sc-pe1", (r"( neighbor \S+) update-source lo\n", r"\1 passive\n\1 update-source lo\n")
    ),
    "reflector-redundancy": _on(
        "sc-pe1",
        (
            r"( neighbor (10.255.0.2|fde9:ff::2)) update-source lo\n",
            r"\1 passive\n\1 update-source lo\n",
        ),
    ),
    "loopback of a reflector": _loopback("10.255.0.2", "10.255.9.2"),
    "circuit": _everywhere((r"10\.254\.0\.(12|13)/31", r"10.254.9.\1/31")),
    "circuit-gone": _without_ports(("gz-pe1", "eth1"), ("gd-pe1", "eth3")),
}  # fmt: skip -- a table


@dataclass
class Field:
    """The lab, its workspace, and the texts that it was booted with."""

    workspace: Workspace
    lab: Backend
    texts: Texts

    def push(self, texts: Texts) -> float:
        """Push as a change is pushed, without verification; seconds."""
        plan = make_plan(self.workspace, Silent(), intended=dict(texts))
        assert not plan.unreachable, plan.unreachable
        begun = time.perf_counter()
        outcome = Transaction(
            self.workspace,
            plan,
            lambda _: HealthReport(),
            Silent(),
            plan.waves_or_one(),
            Health(),
        ).run()
        assert outcome.data["result"] == "done", outcome.data
        return time.perf_counter() - begun

    def gaps(self, during: Callable[[], Any]) -> dict[str, dict[str, float]]:
        """Flow -> what became of its echoes while `during` ran and until all answer again."""
        flows = _flows(self.workspace.network)
        asked = {"every": _EVERY, "stop": "/run/gaps-stop", "flows": [f[1:] for f in flows]}
        node = host_name(_PAIRS[0][0])
        self._exec(
            node,
            "rm -f /run/gaps-stop /run/gaps-out; "
            f"cat >/run/gaps.py <<'%%END'\n{_GAPS}%%END\n"
            f"cat >/run/gaps-in <<'%%END'\n{json.dumps(asked)}\n%%END\n"
            "setsid python3 -S /run/gaps.py </run/gaps-in >/run/gaps-out 2>/run/gaps-err &",
        )
        time.sleep(2)
        during()
        time.sleep(15)
        self._exec(node, "touch /run/gaps-stop; sleep 2")
        wait = "for i in 1 2 3 4 5 6; do [ -s /run/gaps-out ] && break; sleep 1; done"
        said = self._exec(node, f"{wait}; cat /run/gaps-out /run/gaps-err")
        return dict(zip((f[0] for f in flows), json.loads(said), strict=True))

    def _exec(self, node: str, command: str) -> str:
        return self.lab.exec(node, command, 120).stdout


def _flows(network: Network) -> list[tuple[str, str, str, str]]:
    """(name, node, source, target) of each pair and family."""
    hosts = site_hosts(network, [site for pair in _PAIRS for site in pair])
    found = []
    for one, other in _PAIRS:
        for source in hosts[one].addresses:
            for target in hosts[other].addresses:
                if (":" in source) == (":" in target):
                    name = f"{one} {other} {'ipv6' if ':' in source else 'ipv4'}"
                    found.append((name, hosts[one].node, source, target))
    return found


@pytest.fixture(scope="module")
def field(workplace: Workplace) -> Iterator[Field]:
    patch = pytest.MonkeyPatch()
    patch.setenv("EGOVNET_STATE", str(Path(workplace.environment["EGOVNET_STATE"])))
    up = workplace.run("lab", "up", "--provisioned", "--json")
    assert up.exit == 0, up.err
    workspace = Workspace(workplace.inventory("base"))
    lab = running_lab(workspace)
    assert lab is not None
    time.sleep(20)
    yield Field(workspace, lab, workspace.intended())
    workplace.run("lab", "down")
    patch.undo()


@pytest.mark.parametrize("klass", CASES)
def test_for_how_long(field: Field, klass: str, benchmark: BenchmarkFixture) -> None:
    if klass != "none":
        class_of(klass.split(" ", maxsplit=1)[0])
    after = CASES[klass](field.texts)
    there = field.gaps(lambda: field.push(after))
    back = field.gaps(lambda: field.push({name: field.texts[name] for name in after}))
    worst = {name: max(there[name]["gap"], back[name]["gap"]) for name in there}
    benchmark.extra_info["gaps"] = worst
    benchmark.pedantic(lambda: None, rounds=1)
    print(klass, max(worst.values()), there, back)
    assert all(flow["answered"] > 0 for flow in (*there.values(), *back.values()))
