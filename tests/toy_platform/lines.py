"""The toy's lines: what each is about, where its secrets are, and what a diff of two texts is."""

import re
from collections.abc import Iterable, Iterator

from egovnet.templates.model.device import Device
from egovnet.templates.model.diff import ChangedLine
from egovnet.templates.model.lines import LineKind, LineMeaning

_SECRET = re.compile(r"^(secret \S+ )(.+)$", re.M)
_REMOVED = "<removed>"
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


def changed_lines(diff_text: str) -> Iterator[ChangedLine]:
    """Every line of a diff: there are no headings."""
    for line in diff_text.splitlines():
        vrf = re.match(r"[-+](?:vrf|route|customer) (\S+)|[-+]interface \S+ vrf (\S+)", line)
        yield ChangedLine(line[1:], tuple(filter(None, vrf.groups())) if vrf else ())


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
