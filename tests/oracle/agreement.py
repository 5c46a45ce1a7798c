"""What the reader makes of a text, held against what it makes of what the daemons then run."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace

from egovnet.templates.frr.config.known_features import DEFAULT_FAMILIES
from egovnet.templates.model.facts import BgpInstance, DeviceFacts, NotUnderstood
from egovnet.templates.registry import read_config
from tests.oracle.frr_commands import VERSIONS
from tests.oracle.frr_daemons import FrrDaemons

#: What FRR 8.4 prints of a member whose group warns only, and does not take again.
_WARNS = re.compile(r"( maximum-prefix .*warning-only) restart \d+$", re.M)
_PORT_IN_VRF = re.compile(r"^(\s*int\w* \S+) vrf \S+", re.M)
HEAD = "frr defaults traditional\n"


def whole(text: str, release: str = "") -> str:
    """A text for Debian's `release` ("" is this machine's own), with what must stand around it."""
    # where a text names its version FRR wrote it, and closed every block
    return f"frr version {VERSIONS[release]}\n{HEAD}{text}!\n" if release else HEAD + text


#: Facts of which less means fewer paths; of any other fact a difference may hide one.
_OPENING = frozenset(
    [
        "interfaces",
        "bgp",
        "statics",
        "policy_routes",
        "igps",
        "bfd_peers",
        "label_blocks",
        "families",
        "neighbors",
        "networks",
        "redistributes",
        "import_targets",
        "export_targets",
        "import_vrfs",
        "imports_vpn",
        "exports_vpn",
        "igp",
        "ldp",
        "mpls",
        "addresses",
        "options",
        "default_originate",
        "reflector_client",
    ]
)


@dataclass(frozen=True)
class Deviation:
    """A fact that is one thing in the text and another where it runs."""

    path: str
    text: str
    runs: str
    #: What runs may do more than the text says.
    hides: bool

    def __str__(self) -> str:
        return f"{self.path}: text {self.text} runs {self.runs}"


@dataclass(frozen=True)
class Difference:
    """A text that is understood whole, and from which the daemons make something else."""

    text: str
    running: str
    said: str
    facts: tuple[Deviation, ...]

    @property
    def hides(self) -> bool:
        """Whether any of it may hide a leak."""
        return any(each.hides for each in self.facts)


def compare(daemons: FrrDaemons, text: str) -> Difference | None:
    """The difference of a text, or None; a text with lines that are not understood has none."""
    given = whole(text, daemons.release)
    read = read_config(given, "text", "frr")
    if left(read) or read.unknown_version is not None:
        return None
    run = daemons.read(given)
    if "bgpd because of an I/O error" in run.said:
        return Difference(text, run.running, run.said, (Deviation("bgpd", "", "dies", hides=True),))
    # without Linux no port is in a VRF: what runs at it is read as there
    read = read_config(_PORT_IN_VRF.sub(r"\1", given), "text", "frr")
    runs = _WARNS.sub(r"\1", run.running)
    deviations = compared(read, read_config(runs, "running", "frr"))
    return Difference(text, run.running, run.said, deviations) if deviations else None


def left(facts: DeviceFacts) -> list[NotUnderstood]:
    """Lines that are not understood or not taken, or whose order matters: nothing is said of the
    rest then."""
    ordered = (
        NotUnderstood(each.line, facts.quote(each.line))
        for each in facts.not_modelled
        if each.feature == DEFAULT_FAMILIES[0]
    )
    found = (*facts.not_understood, *facts.not_taken, *ordered)
    return sorted(found, key=lambda each: each.line)


def compared(read: DeviceFacts, runs: DeviceFacts) -> tuple[Deviation, ...]:
    """Where the facts of a text and of what runs differ."""
    unread = tuple(_unread(each) for each in left(runs))
    return unread + tuple(_deviations("", _seen(read), _seen(runs), opening=False))


def understood(text: str, release: str = "") -> str:
    """The text without the lines that the reader does not understand, so that the rest is tried."""
    above = whole("", release).count("\n") - (1 if release else 0)
    for _ in range(20):
        given = read_config(whole(text, release), "text", "frr")
        unread = {each.line - above for each in left(given)}
        if not unread:
            return text
        lines = text.split("\n")
        kept = [line for number, line in enumerate(lines, start=1) if number not in unread]
        text = "\n".join(kept)
    return ""


def _unread(problem: NotUnderstood) -> Deviation:
    return Deviation("not understood", "", f"{problem.text} ({problem.why})", hides=True)


def _seen(facts: DeviceFacts) -> dict[str, object]:
    """What the daemons can show: without Linux there is neither a VRF nor a port in one."""
    return {
        "interfaces": {
            name: replace(port, vrf=None)
            for name, port in facts.interfaces.items()
            if replace(port, vrf=None) != type(port)(name, loopback=port.loopback)
        },
        "closed": {name: vrf.closed for name, vrf in facts.vrfs.items() if vrf.closed},
        "bgp": {
            vrf: instance
            for vrf, instance in facts.bgp.items()
            if instance != BgpInstance(vrf, instance.asn)  # bgpd makes them for `import vrf`
        },
        "statics": set(facts.statics),
        "policy_routes": set(facts.policy_routes),
        "igps": {(igp.protocol, igp.vrf): igp for igp in facts.igps},
        "label_blocks": set(facts.label_blocks),
    }


def _deviations(path: str, text: object, runs: object, *, opening: bool) -> Iterator[Deviation]:
    if text == runs:
        return
    if isinstance(text, Mapping) and isinstance(runs, Mapping):
        for key in sorted({*text, *runs}, key=str):
            name = f"{path}/{key}"
            inside = opening or str(key) in _OPENING
            yield from _deviations(name, text.get(key), runs.get(key), opening=inside)
    elif is_dataclass(text) and type(text) is type(runs):
        for field in fields(text):
            if field.compare:
                one, other = getattr(text, field.name), getattr(runs, field.name)
                name = f"{path}/{field.name}"
                yield from _deviations(name, one, other, opening=field.name in _OPENING)
    elif isinstance(text, (set, frozenset)) and isinstance(runs, (set, frozenset)):
        for each in sorted(text - runs, key=repr):
            yield Deviation(path, repr(each), "", hides=not opening)
        for each in sorted(runs - text, key=repr):
            yield Deviation(path, "", repr(each), hides=True)
    else:
        less = runs is True if path.endswith("/shutdown") else opening and not runs
        yield Deviation(path, repr(text), repr(runs), hides=not less)
