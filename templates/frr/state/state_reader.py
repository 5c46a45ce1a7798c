"""FRRouting's own words about its state -> DeviceState. Text in, facts out.

`state_script` is one command, so that a device is asked in a single round trip and starts
vtysh once; vtysh repeats each question before its answer. `read_state` is a pure function of
what it prints.
"""

import json
import re
import shlex
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import partial
from typing import Any, TypeVar

from egovnet.templates.model.device import AddressFamily, Device, Interface, Vrf
from egovnet.templates.model.state import DeviceState, SeenNeighbor, Speaks, Table, VrfTargets

FAMILIES: tuple[AddressFamily, ...] = ("ipv4", "ipv6")
_VERSION = {"ipv4": 4, "ipv6": 6}

_QUESTIONS = {
    "show daemons": "daemons",
    "show isis neighbor json": "isis",
    "show mpls ldp neighbor json": "ldp",
    "show mpls ldp discovery json": "ldp discovery",
    "show bgp vrf all summary json": "bgp",
    "show ip route vrf all json": "ipv4",
    "show ipv6 route vrf all json": "ipv6",
    "show running-config bgpd": "bgpd",
    "show bfd peers json": "bfd",
    "show interface vrf all": "interfaces",
}
#: Answers that only one daemon gives, which a router outside the backbone has no need of.
_ONLY_OF = {"isis": "isisd", "ldp": "ldpd", "ldp discovery": "ldpd"}
#: Shell text that succeeds where a daemon cannot be asked: FRR makes a socket for each that runs.
_IS_GONE = "{{ test -x /run/frr && test ! -e /run/frr/{daemon}.vty; }}"
#: Members of JSON objects that the readers below look at, besides the routes'.
READ_MEMBERS = (
    "adj",
    "interface",
    "local",
    "neighborId",
    "peer",
    "prefix",
    "state",
    "status",
    "vrf",
)
#: Asked of the kernel, since FRR may miss a route made in the moment a VRF is.
_KERNEL = "show unreachable {family}"
_LAST = "show end"
#: lldpd's neighbours, where it runs and tells the login; a line is "lldp.PORT.KEY=VALUE". The
#: summary has no times.
_LLDP = "show lldp"
_LLDP_COMMAND = (
    "command -v lldpcli >/dev/null && lldpcli -f keyvalue show neighbors summary 2>/dev/null"
)
_LLDP_NAME = re.compile(r"^lldp\.(?P<port>\S+)\.chassis\.name=(?P<name>.+)$", re.MULTILINE)
#: Questions whose answer is JSON even where there is nothing to tell.
_NEVER_EMPTY = {"bgp", "bfd", *FAMILIES, *(_KERNEL.format(family=family) for family in FAMILIES)}
#: States of a session (RFC 4271 section 8.2.2). bgpd writes "Idle (Admin)" and "Idle (PfxCt)" of
#: one that is not to come up.
_UP = ("Established",)
_TRYING = ("Idle", "Connect", "Active", "OpenSent", "OpenConfirm")
#: What zebra says of an interface that is up, and of its addresses.
_PORT = re.compile(
    r"^Interface (?P<name>\S+) is up, line protocol is up\s*$\n(?P<about>(?:^[ \t].*$\n?)*)",
    re.MULTILINE,
)
_ADDRESS = re.compile(r"^\s+inet6? ([0-9a-f:.]+)", re.MULTILINE)
_Fact = TypeVar("_Fact")


def state_script(
    device: Device, without: Collection[str] = (), more: Mapping[AddressFamily, str] | None = None
) -> str:
    """Shell text that asks everything `read_state` needs to know about `device`.

    `without` are questions, by the names of their answers, that somebody answers otherwise;
    `more` is shell text for each family that is run besides.
    """
    without = {*without, *(() if device.bfd_profiles else ("bfd",))}
    needed = _needed(device)
    questions: list[str] = []
    #: Daemon that need not run -> what is asked of it.
    others: dict[str, list[str]] = {}
    for question, name in _QUESTIONS.items():
        daemon = _ONLY_OF.get(name)
        if name not in without:
            of_other = daemon is not None and daemon not in needed
            (others.setdefault(str(daemon), []) if of_other else questions).append(question)
    questions += [
        f"show bgp {family} vpn rd {vrf.rd} {prefix} json"
        for vrf, family, prefix in _own_announcements(device)
    ]
    # vtysh stops at the first question whose daemon is dead: then each is asked by itself.
    each = "".join(f" {_vtysh([question])};" for question in questions)
    lines = [f"{_vtysh(questions)} || {{{each} true; }}"]
    # one that is not there is nothing to start vtysh for
    lines += (
        f"{_IS_GONE.format(daemon=name)} || {_vtysh(asked)}" for name, asked in others.items()
    )
    for family in FAMILIES:
        lines.append(f"echo 'kernel# {_KERNEL.format(family=family)}'")
        lines.append(f"ip -N -j -{_VERSION[family]} route show table all type unreachable")
        lines += [more[family]] if more else []
    lines += [f"echo 'kernel# {_LLDP}'", f"{_LLDP_COMMAND} || true"]
    # The last line's absence says that the rest was cut off.
    lines.append(f"echo 'kernel# {_LAST}'")
    return "\n".join(lines)


def _vtysh(questions: Iterable[str]) -> str:
    return f"vtysh -E {' '.join(f'-c {shlex.quote(question)}' for question in questions)}"


def read_state(device: Device, output: str) -> DeviceState:
    """The state that `output`, printed by `state_script(device)`, tells of.

    An answer that is missing or makes no sense is named in `unread`, never taken for "none".
    """
    sections = dict(sections_of(output))
    unread: dict[str, str] = {}
    needed = _needed(device)
    told = sections.get("daemons")
    running = needed if told is None else set(told.split())
    #: Daemons that say nothing, and need not.
    absent = set() if told is None else {*_ONLY_OF.values()} - needed - running

    def answers(name: str, read: Callable[[list[Any]], Iterable[_Fact]]) -> list[_Fact]:
        text = sections.get(name)
        if text is None and _ONLY_OF.get(name) in absent:
            return []
        if text is None:
            unread[name] = "no answer"
            return []
        try:
            documents = list(_documents(text))
            if not documents and name in _NEVER_EMPTY:
                raise ValueError
            return list(read(documents))
        except (ValueError, KeyError, TypeError, AttributeError):
            unread[name] = " ".join(text.split())[:200] or "an empty answer"
            return []

    routes: dict[Table, set[str]] = {}
    closed: list[Table] = []
    for family in FAMILIES:
        for table, prefix in answers(family, partial(_routes, family)):
            routes.setdefault(table, set()).add(prefix)
        closed += answers(_KERNEL.format(family=family), partial(_closed, device, family))
    if "end" not in sections:
        unread["end"] = "the answer was cut short"
    if told is None:
        unread["daemons"] = "no answer"
    dead = needed - running
    bgpd = sections.get("bgpd", "")
    if "router bgp" not in bgpd and "bgpd" not in dead and _speaks_bgp(device):
        unread["bgpd"] = " ".join(bgpd.split())[:200] or "no answer"
    ports = sections.get("interfaces")
    if ports is None or "Interface lo is " not in ports:
        said = "no answer" if ports is None else " ".join(ports.split())[:200]
        unread["interfaces"] = said or "an empty answer"
    adjacencies = answers("isis", _isis)
    hellos = answers("ldp discovery", _discovered)
    named = _LLDP_NAME.finditer(sections.get("lldp", ""))
    return DeviceState(
        dead=frozenset(dead),
        isis=frozenset(one.port for one in adjacencies),
        neighbors=frozenset(
            (
                *adjacencies,
                *hellos,
                *(SeenNeighbor(one["port"], Speaks.LLDP, one["name"].strip()) for one in named),
            )
        ),
        ldp=frozenset(answers("ldp", _ldp)),
        bgp=frozenset(answers("bgp", partial(_bgp, _UP))),
        trying=frozenset(answers("bgp", partial(_bgp, _TRYING))),
        bfd=frozenset(answers("bfd", _bfd) if device.bfd_profiles else ()),
        targets=read_targets(bgpd),
        announced=dict(answers("announced", partial(_announced, device)) if device.vrfs else ()),
        routes={table: frozenset(prefixes) for table, prefixes in routes.items()},
        addresses=None if "interfaces" in unread else dict(_unheard(device, ports or "")),
        closed=frozenset(closed),
        unread=unread,
    )


def _speaks_bgp(device: Device) -> bool:
    # a firewall that no VLAN leads to any more, as on its day 0, has nobody to speak to
    has_peers = device.firewall is not None and bool(device.firewall.peers)
    return bool(device.vrfs or device.backbone_peers or has_peers)


def _needed(device: Device) -> set[str]:
    """The daemons without which the device cannot do what it is for."""
    needed = {"zebra", "staticd"}
    if _speaks_bgp(device):
        needed.add("bgpd")
    if any(interface.circuit is not None for interface in device.interfaces):
        needed |= {"isisd", "ldpd"}
    if device.bfd_profiles:
        needed.add("bfdd")
    return needed


def _own_announcements(device: Device) -> Iterator[tuple[Vrf, AddressFamily, str]]:
    """For each VRF and family, one prefix that this device itself must announce."""
    # the first interface of each
    interfaces = {i.vrf: i for i in reversed(device.interfaces)}
    for vrf in device.vrfs:
        if interface := interfaces.get(vrf.name):
            for family in FAMILIES:
                yield from ((vrf, family, p) for p in _networks(interface, family))


def _networks(interface: Interface, family: AddressFamily) -> list[str]:
    return [str(a.network) for a in interface.addresses if a.version == _VERSION[family]][:1]


def sections_of(output: str) -> Iterator[tuple[str, str]]:
    """(name, answer) for each question that vtysh repeated after its prompt."""
    announced: list[str] = []
    parts = re.split(r"^\S+# (show .+)$", output, flags=re.MULTILINE)
    for question, answer in zip(parts[1::2], parts[2::2], strict=True):
        if question in _QUESTIONS:
            yield _QUESTIONS[question], answer
        elif question == _LAST:
            yield "end", answer
        elif question == _LLDP:
            yield "lldp", answer
        elif question.startswith(("show unreachable", "show digest")):
            yield question, answer
        elif question.startswith("show running "):
            continue  # `running_reader` reads these
        else:
            announced.append(answer)
    if announced:
        yield "announced", "\n".join(announced)


def _documents(text: str) -> Iterator[Any]:
    """The JSON documents that `text` holds one after the other.

    Raises:
        ValueError: something between them is not JSON.
    """
    decoder = json.JSONDecoder()
    position = 0
    while position < len(text):
        if text[position].isspace():
            position += 1
            continue
        document, position = decoder.raw_decode(text, position)
        yield document


def _isis(documents: list[Any]) -> Iterator[SeenNeighbor]:
    for document in documents:
        for area in document.get("areas", []):
            for circuit in area.get("circuits", []):
                if circuit.get("state") == "Up" and isinstance(circuit.get("interface"), str):
                    name = str(circuit.get("adj", ""))
                    yield SeenNeighbor(circuit["interface"], Speaks.ISIS, name)


def _ldp(documents: list[Any]) -> Iterator[str]:
    for document in documents:
        for neighbor in document.get("neighbors", []):
            if neighbor.get("state") == "OPERATIONAL":
                yield neighbor["neighborId"]


def _discovered(documents: list[Any]) -> Iterator[SeenNeighbor]:
    for document in documents:
        for hello in document.get("adjacencies", []):
            yield SeenNeighbor(hello.get("interface", ""), Speaks.LDP, hello["neighborId"])


def _bgp(states: Collection[str], documents: list[Any]) -> Iterator[tuple[str, str]]:
    for document in documents:
        for vrf, families in document.items():
            for summary in families.values() if isinstance(families, dict) else ():
                if not isinstance(summary, dict):
                    continue
                for address, peer in summary.get("peers", {}).items():
                    if peer.get("state") in states:
                        yield vrf, address


def _bfd(documents: list[Any]) -> Iterator[tuple[str, str]]:
    for document in documents:
        for session in document:
            if session["status"] == "up":
                vrf = session.get("vrf", "default")
                yield vrf, session["peer"]
                if "interface" in session:
                    yield vrf, session["interface"]


def _routes(family: AddressFamily, documents: list[Any]) -> Iterator[tuple[Table, str]]:
    for document in documents:
        for prefix, entries in document.items():
            for entry in entries:
                if entry.get("installed") and entry.get("selected"):
                    refuses = any(hop.get("unreachable") for hop in entry.get("nexthops", ()))
                    if not refuses:
                        yield (entry["vrfName"], family), prefix


def _closed(device: Device, family: AddressFamily, documents: list[Any]) -> Iterator[Table]:
    tables = {
        str(route.get("table"))
        for document in documents
        for route in document
        if route.get("dst") == "default"
    }
    for vrf in device.vrfs:
        if str(vrf.table) in tables:
            yield vrf.name, family


def _unheard(device: Device, said: str) -> Iterator[tuple[str, str]]:
    """Of each port that is up, which of its addresses zebra does not know."""
    known = {port["name"]: set(_ADDRESS.findall(port["about"])) for port in _PORT.finditer(said)}
    for interface in device.interfaces:
        if interface.name in known:
            missed = [str(a) for a in interface.addresses if str(a.ip) not in known[interface.name]]
            words = f"zebra does not know {' and '.join(missed)} on {interface.name}"
            yield interface.name, words if missed else ""


def read_targets(bgpd: str) -> dict[Table, VrfTargets]:
    """RD and route targets of every VRF in bgpd's running configuration."""
    found: dict[Table, dict[str, Any]] = {}
    vrf = ""
    family: AddressFamily | None = None
    for line in bgpd.splitlines():
        words = line.split()
        if line.startswith("router bgp "):
            vrf = words[4] if words[3:4] == ["vrf"] and len(words) > 4 else ""
            family = None
        elif words[:1] == ["address-family"]:
            known = vrf and words[2:3] == ["unicast"] and words[1] in _VERSION
            family = words[1] if known else None  # type: ignore[assignment] # checked just above
        elif words[:1] == ["exit-address-family"]:
            family = None
        elif family and (match := re.match(r"\s+(rd|rt) vpn (\w+) (.+)", line)):
            entry = found.setdefault((vrf, family), {"rd": "", "imports": set(), "exports": set()})
            kind, direction, values = match.groups()
            if kind == "rd":
                entry["rd"] = values.strip()
            if kind == "rt" and direction in ("import", "both"):
                entry["imports"].update(values.split())
            if kind == "rt" and direction in ("export", "both"):
                entry["exports"].update(values.split())
    return {
        table: VrfTargets(e["rd"], frozenset(e["imports"]), frozenset(e["exports"]))
        for table, e in found.items()
    }


def _announced(device: Device, documents: list[Any]) -> Iterator[tuple[Table, frozenset[str]]]:
    """Route targets on the device's own announcements."""
    answers: dict[tuple[str, str], frozenset[str]] = {}
    for document in documents:
        for rd, body in document.items():
            if not isinstance(body, dict):
                continue
            for path in body.get("paths", []):
                if path.get("local"):
                    community = path.get("extendedCommunity", {}).get("string", "")
                    targets = frozenset(re.findall(r"RT:(\S+)", community))
                    answers[rd, body["prefix"]] = targets
    for vrf, family, prefix in _own_announcements(device):
        key = (vrf.rd, prefix)
        if key in answers:
            yield (vrf.name, family), answers[key]
