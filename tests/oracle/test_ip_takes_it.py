"""The reader of `ip route` and `ip rule` against `ip` and a kernel: random words, in namespaces.

What discards must be there where the reader says so, and what leads on be in the table it says. A
rule into table 0 gets one that nobody has, which is taken for the main one.
"""

import json
import random
import subprocess
from collections.abc import Iterator

import pytest

from egovnet.templates.frr.config.draft import Unclear
from egovnet.templates.frr.config.linux_commands import LinuxRoutes, read_command

_NUMBERS = ("1002", "01002", "01752", "0x3ea", "254", "main", "0", "00", "7", "5000000000", "x")
_NAMES = ("static", "boot", "nonsense", "300", "4", "04", "host", "nowhere", "link", "global")


def _route(rng: random.Random) -> str:
    words = [rng.choice(("add", "add", "add", "replace", "append", "change"))]
    words += rng.choice((["unreachable"], ["blackhole"], ["prohibit"], ["unicast"], []))
    lengths = ("8", "08", "010", "16", "032")
    words.append(rng.choice(("default", f"10.{rng.randrange(9)}.0.0/{rng.choice(lengths)}")))
    for _ in range(rng.choice((0, 1, 1, 2, 3))):
        word = rng.choice(("metric", "table", "table", "proto", "scope", "mtu", "preference"))
        words += [word, rng.choice(_NUMBERS if word in ("metric", "table", "mtu") else _NAMES)]
    words += rng.choice(([],) * 4 + (["dev", "lo"], ["via", "127.0.0.2"], ["onlink"]))
    return f"ip -4 route {' '.join(words)}"


def _rule(rng: random.Random) -> str:
    parts = [
        rng.choice(("iif lo", "from 10.0.0.0/8", "to 10.0.0.0/010", "fwmark 1", "not iif lo")),
        *rng.sample(("lookup", "table", "pref", "priority", "blackhole", "type"), 2),
    ]
    values = {
        **dict.fromkeys(("lookup", "table", "pref", "priority"), _NUMBERS),
        "type": ("unreachable", "unicast", "6", "nonsense"),
    }
    words = [f"{p} {rng.choice(values[p])}" if p in values else p for p in parts]
    rng.shuffle(words)
    return f"ip -4 rule add {' '.join(words)}"


def _understood(commands: list[str]) -> Iterator[tuple[str, LinuxRoutes]]:
    for command in commands:
        found = LinuxRoutes()
        try:
            read_command(command.split(), "eth1", 1, found)
        except (Unclear, ValueError, IndexError):
            continue
        yield command, found


def _asked(commands: list[str]) -> list[list[dict[str, object]]]:
    """The rules or routes that each command makes where there was nothing; none if refused."""
    what = "rule" if " rule " in commands[0] else "route"
    show = "ip -4 -j -N rule show" if what == "rule" else "ip -4 -j -d -N route show table all"
    # flushing leaves rules of preference 0
    flush = "ip -4 rule flush; while ip -4 rule del pref 0 2>&-; do :; done"
    clean = flush if what == "rule" else "ip -4 route flush table all 2>&-"
    lines = [f"{clean}; {command} 2>&-; {show}; echo" for command in commands]
    script = "ip link set lo up\n" + "\n".join(lines)
    done = subprocess.run(
        ["unshare", "--user", "--map-root-user", "--net", "sh"],
        input=script,
        capture_output=True,
        text=True,
        check=True,
    )
    answers = [json.loads(line or "[]") for line in done.stdout.split("\n") if line.strip()]
    assert len(answers) == len(commands), done.stderr[-500:]
    return answers


@pytest.mark.lab
def test_a_route_that_discards_is_there() -> None:
    rng = random.Random(1)  # noqa: S311 -- to be repeated, not secret
    tried = list(_understood([_route(rng) for _ in range(600)]))
    said = [(command, found.statics[0]) for command, found in tried if found.statics]
    wrong = []
    for (command, route), kernel in zip(said, _asked([c for c, _ in said]), strict=True):
        tables = {int(str(each.get("table", "254"))) for each in kernel}
        table = 254 if route.table in (None, 0) else route.table
        there = table in tables
        if (route.discards and not there) or (tables and not there):
            wrong.append((command, route, kernel))
    assert len(said) > 50
    assert wrong == []


@pytest.mark.lab
def test_a_rule_leads_where_it_is_read_to_lead() -> None:
    rng = random.Random(2)  # noqa: S311 -- to be repeated, not secret
    tried = list(_understood([_rule(rng) for _ in range(600)]))
    said = [(command, found.rules[0]) for command, found in tried if found.rules]
    wrong = []
    for (command, rule), kernel in zip(said, _asked([c for c, _ in said]), strict=True):
        for each in kernel:
            table = int(str(each.get("table", "254")))
            discards = "action" in each
            if not discards and (rule.discards or rule.table not in (table, None, 0)):
                wrong.append((command, rule, each))
    assert len(said) > 50
    assert wrong == []
