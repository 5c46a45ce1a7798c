"""The toy's lines: what each is about, where its secrets are, and what a diff of two texts is."""

import re
from collections.abc import Iterable, Iterator

from egovnet.templates.model.device import Device
from egovnet.templates.model.lines import LineKind, LineMeaning
from egovnet.templates.model.parts import Part, PartKind, Parts

_SECRET = re.compile(r"^(secret \S+ )(.+)$", re.M)
_REMOVED = "<removed>"
_ROUTER = (PartKind.AS_NUMBER, PartKind.ROUTER_ID, PartKind.IGP)
_OURS = ("system", "router", "interface", "vrf", "route", "customer", "backbone-peer")


def line_meaning(
    device: Device, part: str, path: tuple[str, ...], line: str, sign: str, *, shared: bool
) -> LineMeaning:
    """Every statement names its object; what egovnet never renders is foreign."""
    del part, path, shared  # a text has one part, and no contexts
    kind, *words = line.split()
    vrfs = {vrf.name for vrf in device.vrfs}
    named = next((word for word in words if word in vrfs), "")
    if kind not in _OURS:
        return LineMeaning(line, LineKind.FOREIGN, named)
    meant = LineKind.POLICY if kind == "customer" else LineKind.SERVICE
    ours = {"interface": {i.name for i in device.interfaces}, "vrf": vrfs}.get(kind)
    if sign == "-" and ours is not None and words[0] not in ours and not named:
        meant = LineKind.FOREIGN
    return LineMeaning(f"{kind} {' '.join(words[:1])}", meant, named)


def statement(line: str) -> frozenset[str]:
    """What a line sets."""
    return frozenset(line.split())


def diff(running: str, wanted: str) -> str:
    """The lines that only one of two texts has, as the toy's driver shows them; "" if equal."""
    one, other = running.splitlines(), wanted.splitlines()
    mine, theirs = set(one), set(other)
    gone = [f"-{line}\n" for line in one if line not in theirs]
    return "".join([*gone, *(f"+{line}\n" for line in other if line not in mine)])


def parts(text: str) -> Parts:
    """Every statement by what it is about; one that says several things gives each."""
    found: dict[Part, set[str]] = {}
    for line in text.splitlines():
        for part, statement in _parts(line):
            found.setdefault(part, set()).add(statement)
    return {part: frozenset(statements) for part, statements in found.items()}


def _parts(line: str) -> Iterator[tuple[Part, str]]:
    said, _, about = line.partition(" about ")
    kind, *words = said.split() or [""]
    if kind == "router":
        for what, value in zip(_ROUTER, words[1:6:2], strict=True):
            yield Part(what), value
        yield Part(PartKind.REFLECTION), words[6] if words[6:] else "none"
    elif kind == "interface" and words[0] == "lo0.0":
        yield Part(PartKind.LOOPBACK), said
    elif kind == "interface":
        if words[1] == "vrf":
            yield Part(PartKind.MEMBERS, words[2]), words[0]
        backbone = PartKind.BACKBONE_PORT if "backbone" in words else PartKind.PORT
        # `backbone METRIC`
        yield Part(backbone, name=words[0]), re.sub(r" backbone \d+", " backbone", said)
        yield Part(PartKind.WORDS, name=words[0]), about
    elif kind in ("toy", "system", "secret", ""):
        yield Part(PartKind.WORDS), said
    elif kind == "backbone-peer":
        yield Part(PartKind.SESSION, name=words[0]), said.partition(" name ")[0]
    elif kind in _OURS:
        yield from _of_vrf(kind, words, said, about)
    else:
        yield Part(PartKind.OTHER), said


def _of_vrf(kind: str, words: list[str], said: str, about: str) -> Iterator[tuple[Part, str]]:
    if kind == "vrf":
        yield Part(PartKind.DISTINGUISHER, words[0]), words[2]
        targets = said.split(" import ")[1].split(" export ")
        for way, named in zip(("import", "export"), targets, strict=True):
            for target in named.split():
                yield Part(PartKind.TARGETS, words[0]), f"{way} {target}"
    elif kind == "route":
        yield Part(PartKind.ROUTE, words[0], words[1]), said
    else:
        session, _, policy = said.partition(" policy ")
        yield Part(PartKind.SESSION, words[0], words[1]), session
        yield Part(PartKind.FILTER, words[0], words[1]), policy
        yield Part(PartKind.WORDS, words[0], words[1]), about


def redact(text: str) -> str:
    """A text without its secrets."""
    return _SECRET.sub(rf"\g<1>{_REMOVED}", text)


def redact_messages(messages: Iterable[str], texts: Iterable[str]) -> list[str]:
    """Sentences without the secrets of `texts`."""
    secrets = {found[2] for text in texts for found in _SECRET.finditer(text)}
    cut = []
    for message in messages:
        for secret in secrets - {_REMOVED}:
            message = message.replace(secret, _REMOVED)  # noqa: PLW2901 -- cut bit by bit
        cut.append(message)
    return cut
