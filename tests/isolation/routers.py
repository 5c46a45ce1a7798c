"""Texts on the lab's routers, quickly: load a mutant, look at what crosses, go back.

Commands go out of band, several per round trip, and wait on the router for what they are to see.
What is loaded is what the product would send: `compute_delta` to `vtysh -f`, `ifreload -a`.
"""

import re
import shlex
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from egovnet.lab.backend import Completed
from egovnet.lab.guest_lab import GuestLab
from napalm_frr.delta.delta import compute_delta
from napalm_frr.delta.vtysh_script import Script, rejections, write_scripts
from napalm_frr.text.device_text import DeviceText, as_read, split
from napalm_frr.text.frr_tree import parse, same
from tests.isolation.mutants.lab_sample import Lookup, Ping, Route

#: Seconds that a router may take until it shows what it is to show.
PATIENCE = 20
#: Echoes of a second each before a ping counts as not answered.
TRIES = 2
#: Passes until a router reads back as before; the product's commit has as many.
PASSES = 3
#: Seconds between two looks of who waits on a router, between two at all of its tables, and
#: between two at the whole network.
_PAUSE, _TABLE_PAUSE, _BEGIN_PAUSE = 0.2, 0.4, 0.5
Evidence = Ping | Route | Lookup
#: (VRF, kind, destination): kind is "" where packets are forwarded, else "unreachable", "local".
Entry = tuple[str, str, str]

_PART = re.compile(r"^%%(\S+)\n", re.MULTILINE)
_KINDS = ("unreachable", "local", "blackhole", "prohibit", "throw")
_START = "HOST={host}; S=$(date +%s.%N)"
#: Kernel routes of all tables as `[kind] destination table`, in a stable order.
_TABLES = (
    "{ ip -4 route show table all; ip -6 route show table all; }"
    ' | awk \'/^[ \\t]/ {next} {t = "main"; for (i = 2; i < NF; i++) if ($i == "table")'
    ' t = $(i + 1); d = $1; if ($1 ~ /^[a-z]+$/ && $1 != "default") d = d " " $2;'
    " print d, t}' | sort -u"
)


class RouterError(AssertionError):
    """A router did not take a text, or is not as before."""


@dataclass(frozen=True)
class Seen:
    """What a round trip brought home from one router."""

    parts: Mapping[str, str]
    #: Evidence that was waited for, as it was at last, with the seconds it took.
    evidence: Mapping[Evidence, bool]
    seconds: float

    @property
    def running(self) -> str:
        return as_read("", "", self.parts["running"]).frr

    @property
    def table(self) -> frozenset[Entry]:
        return frozenset(_entries(self.parts["table"]))


@dataclass
class Routers:
    """The lab's routers and how they are when nothing is loaded."""

    vm: GuestLab
    texts: Mapping[str, str]
    #: Routers with customers.
    edges: Sequence[str]
    boot: Callable[[], None]
    #: PE -> pings that are answered while nothing is loaded.
    served: Mapping[str, Sequence[Ping]]
    #: How many times longer things may take than where nothing else runs.
    slower: float = 1.0
    #: What becomes of a text before it is loaded.
    as_loaded: Callable[[str], str] = str
    running: dict[str, str] = field(default_factory=dict)
    tables: dict[str, frozenset[Entry]] = field(default_factory=dict)
    #: The slowest that evidence appeared in this run: equivalents are given longer than that.
    slowest: float = 0.0

    # -- the state to come back to -----------------------------------------------------------

    def begin(self, complete: Callable[[Mapping[str, frozenset[Entry]]], str]) -> None:
        """Wait until the network serves, and keep that state as the original.

        It serves when `complete` misses no route and all of `served` is answered: a VRF's routes
        are there before the labels and neighbours that carry their packets.

        Raises:
            RouterError: it does not in time; says which routes or pings are missing.
        """
        deadline = time.monotonic() + 3 * PATIENCE * self.slower
        while True:
            seen = self.ask({host: [_show_table()] for host in self.edges})
            self.tables = {host: seen[host].table for host in self.edges}
            missing = complete(self.tables) or _said_silent(self._silent(5))
            if not missing:
                break
            if time.monotonic() > deadline:
                raise RouterError(f"the network is not complete: {missing}")
            time.sleep(_BEGIN_PAUSE)
        keep = [_show_running(), f"mkdir -p /run/agree; {_TABLES} >/run/agree/$HOST"]
        seen = self.ask(dict.fromkeys(self.texts, keep))
        self.running = {host: seen[host].running for host in self.texts}

    def _silent(self, tries: int) -> list[Ping]:
        """Of `served`, what is not answered in so many tries."""
        seen = self.ask({h: _ping_all(self.served.get(h, ()), tries) for h in self.edges})
        return [
            ping
            for host in self.edges
            for ping in self.served.get(host, ())
            if ping not in answered(seen[host], self.served.get(host, ()))
        ]

    # -- load, look, go back -----------------------------------------------------------------

    def load(
        self,
        texts: Mapping[str, str],
        by_hand: Mapping[str, str],
        evidence: Sequence[Evidence],
    ) -> dict[str, Seen]:
        """Load whole texts (host -> text), run `by_hand` after them, wait for the evidence."""
        lines: dict[str, list[str]] = {}
        scripts: dict[str, tuple[Script, ...]] = {}
        for host, text in texts.items():
            was, wanted = split(self.texts[host]), self.as_loaded(text)
            commands, scripts[host] = _change(self.running[host], was, wanted)
            lines[host] = ["rm -f /dev/agree-$HOST", *commands, by_hand.get(host, "")]
        for one in evidence:
            lines.setdefault(one.pe, []).append(_wait(one, evidence.index(one), "until"))
        for host in texts:
            lines[host].append(_show_running())
        seen = self.ask(lines, evidence)
        refused = [
            f"{host}: {why}" for host in texts for why in _refused(seen[host], scripts[host])
        ]
        if refused:
            raise RouterError(f"not taken: {'; '.join(refused)}")
        if not any("linux" in answer.parts for answer in seen.values()):
            took = [s.seconds for s in seen.values() if all(s.evidence.values())]
            self.slowest = max([self.slowest, *took])
        return seen

    def look(
        self, probes: Mapping[str, Sequence[Ping]], settle: float, patience: int = TRIES
    ) -> dict[str, Seen]:
        """All tables, and probes (PE -> pings at the same time), after `settle` seconds.

        Of the probes those that are `served` are repeated for `patience` tries.
        """
        lines = {
            host: [
                f"sleep {settle:.1f}",
                *_ping_all(probes.get(host, ()), patience, self.served.get(host, ())),
                _show_table(),
            ]
            for host in self.edges
        }
        return self.ask(lines)

    def restore(
        self,
        texts: Mapping[str, str],
        by_hand: Mapping[str, str],
        evidence: Sequence[Evidence],
        loaded: Mapping[str, Seen],
    ) -> None:
        """Go back the way of `load` and see that it is as before: evidence, tables, texts, packets.

        Raises:
            RouterError: something is left.
        """
        if not loaded:
            loaded = self.ask({host: [_show_running()] for host in texts})
        running = {host: loaded[host].running for host in texts}
        for _ in range(PASSES):
            lines: dict[str, list[str]] = {}
            for host in texts:
                was = DeviceText(host, split(texts[host]).interfaces, "")
                commands, _scripts = _change(running[host], was, self.texts[host])
                lines[host] = [*commands, by_hand.get(host, ""), _say_changed()]
            for one in evidence:
                lines.setdefault(one.pe, []).append(_wait(one, evidence.index(one), "while"))
            for host in self.edges:
                lines.setdefault(host, []).append(_wait_for_table(texts))
            for host in texts:
                lines[host].append(_show_running())
            seen = self.ask(lines, evidence)
            running = {host: seen[host].running for host in texts}
            other = self._other_texts(running)
            if not other:
                break
        left = other + self._left(seen)
        if not left and (silent := self._silent(PATIENCE)):
            left = [_said_silent(silent)]
        if left:
            raise RouterError("; ".join(left))

    def put(self, texts: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
        """Load whole texts and wait for nothing: (what each host runs then, what was refused)."""
        lines: dict[str, list[str]] = {}
        scripts: dict[str, tuple[Script, ...]] = {}
        for host, text in texts.items():
            was, wanted = split(self.texts[host]), self.as_loaded(text)
            commands, scripts[host] = _change(self.running[host], was, wanted)
            lines[host] = [*commands, _show_running()]
        seen = self.ask(lines)
        refused = [
            f"{host}: {why}" for host in texts for why in _refused(seen[host], scripts[host])
        ]
        return {host: seen[host].running for host in texts}, refused

    def put_back(self, texts: Mapping[str, str], running: Mapping[str, str]) -> None:
        """Send the hosts of `texts`, which run `running`, back to their own; wait for nothing.

        Raises:
            RouterError: one of them does not take it.
        """
        for _ in range(PASSES):
            lines: dict[str, list[str]] = {}
            for host in texts:
                was = DeviceText(host, split(texts[host]).interfaces, "")
                commands, _scripts = _change(running[host], was, self.texts[host])
                lines[host] = [*commands, _show_running()]
            seen = self.ask(lines)
            running = {host: seen[host].running for host in texts}
            other = self._other_texts(running)
            if not other:
                return
        raise RouterError("; ".join(other))

    def _other_texts(self, running: Mapping[str, str]) -> list[str]:
        return [
            f"{host} runs another text than before"
            for host, text in running.items()
            if not same(parse(text), parse(self.running[host]))
        ]

    def _left(self, seen: Mapping[str, Seen]) -> list[str]:
        left = [
            f"{one} is still there"
            for answer in seen.values()
            for one, is_there in answer.evidence.items()
            if is_there
        ]
        for host in self.edges:
            table = seen[host].table
            if table != self.tables[host]:
                left.append(f"{host}: other routes than before: {self.difference(host, table)}")
        return left

    def difference(self, host: str, table: frozenset[Entry]) -> str:
        """Routes that came (+) and went (-) since the beginning."""
        was = self.tables[host]
        signs = [("+", entry) for entry in table - was] + [("-", entry) for entry in was - table]
        return ", ".join(f"{sign}{' '.join(entry)}" for sign, entry in sorted(signs))

    def start_afresh(self, complete: Callable[[Mapping[str, frozenset[Entry]]], str]) -> None:
        """The original text on every router, by booting it."""
        self.boot()
        self.begin(complete)

    def configure(self, node: str, commands: str) -> None:
        """FRR commands on a node that is nobody's to provision: a customer's router."""
        file = f"/run/{node}.commands"
        done = self.vm.exec(node, f"{_here(file, commands)}\nvtysh -f {file}")
        if done.exit_code:
            raise RouterError(f"{node} did not take {commands!r}: {done.stdout}{done.stderr}")

    # -- round trips -------------------------------------------------------------------------

    def ask(
        self, lines: Mapping[str, Sequence[str]], evidence: Sequence[Evidence] = ()
    ) -> dict[str, Seen]:
        """Run shell lines on routers, all at once, in one round trip."""
        commands = {
            host: "\n".join([_START.format(host=host), *wanted]) for host, wanted in lines.items()
        }
        seconds = 4 * PATIENCE * self.slower
        return {
            host: _seen(done, evidence)
            for host, done in self.vm.exec_many(commands, timeout=seconds).items()
        }


# -- shell lines -----------------------------------------------------------------------------


def _change(running: str, was: DeviceText, text: str) -> tuple[list[str], tuple[Script, ...]]:
    """Lines that lead a router from FRR's `running` and the interfaces of `was` to `text`."""
    wanted = split(text)
    linux = wanted.interfaces != was.interfaces
    delta = compute_delta(parse(running), parse(wanted.frr))
    scripts = write_scripts(delta, linux_between=linux)
    reload = f"{_here('/etc/network/interfaces', wanted.interfaces)}\nifreload -a"
    part = "echo %%linux; {\n" + reload + '\n} 2>&1; echo "exit $?"' if linux else ""
    return [_vtysh(scripts[0], 0), part, _vtysh(scripts[1], 1)], scripts


def _vtysh(script: Script, number: int) -> str:
    if not script.text:
        return ""
    # a router that was restarted has an empty /run
    file = f"/run/agree/$HOST.{number}"
    return (
        f"mkdir -p /run/agree; rm -f {file}\n"
        f"{_here(file, script.text)}\n"
        f"[ -s {file} ] || {{ echo; echo %%unwritten; }}\n"
        f"vtysh -f {file} >{file}.out 2>{file}.err\n"
        f"echo; echo %%out{number}; cat {file}.out; echo; echo %%err{number}; cat {file}.err"
    )


def _here(file: str, text: str) -> str:
    return f"cat >{file} <<'%%END'\n{text}%%END"


def _show_running() -> str:
    return "echo; echo %%running; vtysh -c 'show running-config'"


def _show_table() -> str:
    return f"echo; echo %%table; {_TABLES}"


def _say_changed() -> str:
    """For the others of the round trip: this one is changed (nodes share nothing but /dev)."""
    return "touch /dev/agree-$HOST"


def _wait_for_table(changed: Iterable[str]) -> str:
    """Until the `changed` routers are, and the routes are those of the beginning and stay so."""
    marks = " && ".join(f"[ -e /dev/agree-{host} ]" for host in changed)
    other = _loop(f"! {_TABLES} | cmp -s - /run/agree/$HOST", _TABLE_PAUSE)
    return "\n".join([_loop(f"! {{ {marks}; }}"), other, "sleep 0.5", other, _show_table()])


def _wait(evidence: Evidence, number: int, word: str) -> str:
    """`until` the evidence is there, `while` it is; then say how it is."""
    test = _test(evidence)
    condition = f"! {test}" if word == "until" else test
    took = "$(awk -v s=$S -v e=$(date +%s.%N) 'BEGIN {print e - s}')"
    before, after = ("not", "there") if word == "until" else ("there", "not")
    # the test that ended the wait counts: one more packet may be lost on a busy machine
    return (
        f"{_loop(condition)}\n"
        f'if [ "$R" = met ]; then r={after}; else r={before}; fi\n'
        f'echo; echo %%evidence{number}; echo $r "{took}"'
    )


def _loop(condition: str, pause: float = _PAUSE) -> str:
    """Wait while the condition holds; $R is `met` when it ended, `late` when time did.

    The shell reads the time itself: the routers share a processor, and a program that is started
    for each look takes it from those that are waited for.
    """
    now = "read -r N _ </proc/uptime; N=${N%.*}"
    late = "[ $N -lt $E ] || { R=late; break; }"
    return (
        f"{now}; E=$((N + {PATIENCE})); R=met\n"
        f"while {condition}; do {now}; {late}; sleep {pause}; done"
    )


def _test(evidence: Evidence) -> str:
    asked = evidence.prefix if isinstance(evidence, Route) else evidence.target
    version = 6 if ":" in asked else 4
    if isinstance(evidence, Ping):
        return f"{_ping(evidence)} >/dev/null 2>&1"
    if isinstance(evidence, Lookup):
        return (
            f"ip -{version} route get {evidence.target} vrf {evidence.vrf} 2>/dev/null"
            " | grep -v unreachable | grep -q ."
        )
    prefix = re.sub(r"/(32|128)$", "", evidence.prefix)
    prefix = "default" if prefix in ("0.0.0.0/0", "::/0") else prefix
    shown = f"ip -{version} route show vrf {evidence.vrf}"
    return f"{shown} | grep -v ^unreachable | grep -q {shlex.quote(f'^{prefix} ')}"


def _ping(ping: Ping) -> str:
    source = f"-I {ping.source_vrf} " if ping.source_vrf else ""
    return f"ping -n -q -c 1 -W 1 {source}{ping.target}"


def _ping_all(pings: Sequence[Ping], tries: int, served: Sequence[Ping] | None = None) -> list[str]:
    """All at the same time; `%%pings` has the numbers of those that were answered.

    Those of `served` (default: all) are tried as often as `tries`, a second each, the others twice.
    """
    lines = ["echo; echo %%pings"]
    for number, ping in enumerate(pings):
        count = tries if served is None or ping in served else TRIES
        again = " ".join(str(n) for n in range(count))
        test = f"{_ping(ping)} >/dev/null 2>&1"
        lines.append(f"for _ in {again}; do {test} && {{ echo {number}; break; }}; done &")
    return [*lines, "wait"]


def _said_silent(silent: Sequence[Ping]) -> str:
    return "no answer: " + ", ".join(map(str, silent)) if silent else ""


# -- answers ---------------------------------------------------------------------------------


def _seen(done: Completed, evidence: Sequence[Evidence]) -> Seen:
    pieces = _PART.split("\n" + done.stdout)
    parts = dict(zip(pieces[1::2], pieces[2::2], strict=True))
    if "unwritten" in parts:
        raise RouterError(f"nothing was loaded: {done.stderr}")
    found: dict[Evidence, bool] = {}
    seconds = 0.0
    for number, one in enumerate(evidence):
        if f"evidence{number}" in parts:
            word, took = parts[f"evidence{number}"].split()
            found[one] = word == "there"
            seconds = max(seconds, float(took))
    if done.exit_code == 124:
        parts["late"] = done.stdout + done.stderr
    return Seen(parts, found, seconds)


def answered(seen: Seen, pings: Sequence[Ping]) -> set[Ping]:
    """Which of the pings of a `look` were answered."""
    return {pings[int(number)] for number in seen.parts["pings"].split()}


def _refused(seen: Seen, scripts: Sequence[Script]) -> list[str]:
    why = []
    for number, script in enumerate(scripts):
        out, err = seen.parts.get(f"out{number}", ""), seen.parts.get(f"err{number}", "")
        why += [str(r) for r in rejections(out, err) if not r.line or r.line > script.tolerant]
    linux = seen.parts.get("linux", "exit 0").strip()
    if not linux.endswith("exit 0"):
        why.append(f"ifreload: {linux}")
    return why


def _entries(text: str) -> Iterable[Entry]:
    for line in text.split("\n"):
        words = line.split()
        if len(words) == 3 and words[0] in _KINDS:
            yield words[2], words[0], words[1]
        elif len(words) == 2:
            yield words[1], "", words[0]


def changed_lines(original: str, mutated: str) -> list[str]:
    """Lines of a text that are not in the original (+), and those that are gone (-)."""
    old, new = original.splitlines(), mutated.splitlines()
    lines = [f"-{line.strip()}" for line in old if line not in new]
    return lines + [f"+{line.strip()}" for line in new if line not in old]


def loaded_text(original: str, mutated: str) -> str:
    """`changed_lines` in one line, for people."""
    return ", ".join(changed_lines(original, mutated))
