"""A router's text to facts: the parts, what is wrong with the text as a whole, and the reading.

A text is the host's name, ifupdown2's interfaces, `# ports.conf --`, where packets are filtered
`# nftables.conf --` with nftables' ruleset, and frr.conf, or one of the parts alone. Everything in
it is a fact, known to be harmless, or in `not_understood`.
"""

import re
from dataclasses import dataclass, replace

from egovnet.inventory.errors import Problem
from egovnet.templates.frr.config.assembly import assemble
from egovnet.templates.frr.config.contexts import read_lines
from egovnet.templates.frr.config.draft import BLANK, FACT, HARMLESS, FrrDraft
from egovnet.templates.frr.config.frr_conf_reader import new_draft
from egovnet.templates.frr.config.interfaces_reader import read_interfaces
from egovnet.templates.frr.config.key_reader import key_marks, session_keys
from egovnet.templates.frr.config.linux_draft import LinuxDraft
from egovnet.templates.frr.config.nftables_others import begins_as_ruleset
from egovnet.templates.frr.config.nftables_reader import read_nftables
from egovnet.templates.frr.config.releases import stated_release
from egovnet.templates.frr.packet_filter_words import FILTER_MARK
from egovnet.templates.frr.secrets.redaction import redact, redact_unknown
from egovnet.templates.model.errors import ConfigTextError
from egovnet.templates.model.facts import Coverage, DeviceFacts, NotUnderstood
from egovnet.templates.model.text_lines import TextLines

INTERFACES_MARK = "# This file describes the network interfaces"
PORTS_MARK = "# ports.conf --"
#: How ifupdown2's files begin that have no mark; FRR has other commands with `allow-`.
_ALLOWED = re.compile(r"allow-(?!reserved-ranges|external-route-update)")
#: A template of ifupdown2's may begin with a line of its own.
_TEMPLATE = re.compile(r"<%|%(?:for|if|while)$")
_CONTROL = bytes(i for i in range(32) if i not in (9, 10)) + b"\x7f"
#: Blanks that Python splits at and FRR does not.
_OTHER_BLANKS = re.compile(r"[^\S\x00-\x7f]")
#: Ends of lines as consoles and other systems write them.
_ENDS = re.compile(r"\r+(?=\n|\Z)\n?")
_LINUX_WORDS = ("auto", "iface", "source")
_FRR_STARTS = ("frr version", "frr defaults", "Building configuration", "Current configuration")
_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,62}[A-Za-z0-9])?$")
#: FRR has printed `exit` after each block since this version.
_EXITS_SINCE = 8
#: vtysh reads a line in pieces of 4095 bytes, its end among them (VTY_BUFSIZ), and takes each for
#: a line of its own, behind `!` too (tried on 8.4.4). An end of other systems is one byte more.
_LONGEST_LINE = 4093
#: What a text may end in without a newline.
_LAST_WORDS = ("!", "end", "exit", "exit-vrf")


@dataclass(slots=True)
class _Parts:
    """Where a text's parts are: indices of lines, the end not included."""

    name: str = ""
    linux: tuple[int, int] = (0, 0)
    nftables: tuple[int, int] = (0, 0)
    frr: tuple[int, int] = (0, 0)


def read_config(text: str, source: str = "") -> DeviceFacts:
    """The facts of a router's `text`; linear in its lines, and never a line ignored.

    `source` is the file it came from, for findings and errors. Raises ConfigTextError when the
    text as a whole cannot be a router's: empty, binary, or cut off.
    """
    lines, long, marks = _lines(text, source)
    parts = _divide(lines)
    linux = LinuxDraft()
    start, end = parts.linux
    if end > start:
        read_interfaces(linux, lines[start:end], start + 1)
    start, end = parts.nftables
    filtered = read_nftables(lines[start:end], start + 1)
    start, end = parts.frr
    frr = new_draft(stated_release(lines[start:end]))
    frr.ports = linux.ports
    if end > start:
        read_lines(frr, lines[start:end], start + 1, long)
    problems = (
        *linux.not_understood,
        *filtered.not_understood,
        *frr.not_understood,
        *frr.not_taken,
    )
    unread = {problem.line for problem in problems}
    cut = _cut_at(text, lines, parts, unread, frr)
    if cut is not None:
        raise _error(source, cut[0], f"the text ends {cut[1]}", "read the router again: it is cut")
    for number in unread:
        lines[number - 1] = redact_unknown(lines[number - 1])
    facts = assemble(_name(parts, frr), frr, linux)
    # the name and the marks between the parts; the blank lines around them
    read = (parts.linux, parts.nftables, parts.frr)
    outside = len(lines) - sum(last - first for first, last in read)
    named = 1 if parts.name else 0
    counts = [sum(each) for each in zip(linux.counts, filtered.counts, frr.counts, strict=True)]
    not_understood = map(_shown, (*facts.not_understood, *filtered.not_understood))
    return replace(
        facts,
        source=source,
        text=TextLines(lines),
        packet_filter=filtered.packet_filter,
        session_keys=session_keys(lines[start:end], start + 1, marks) if marks else {},
        not_taken=tuple(map(_shown, facts.not_taken)),
        not_modelled=(*facts.not_modelled, *filtered.not_modelled),
        not_understood=tuple(sorted(not_understood, key=lambda problem: problem.line)),
        coverage=Coverage(
            lines=len(lines),
            understood=counts[FACT],
            harmless=counts[HARMLESS] + named,
            blank=counts[BLANK] + outside - named,
        ),
    )


def _shown(problem: NotUnderstood) -> NotUnderstood:
    """Without what may be a secret after a misspelled word."""
    text = redact_unknown(problem.text)
    return problem if text == problem.text else replace(problem, text=text)


def _name(parts: _Parts, frr: FrrDraft) -> str:
    """The router's name; a text that gives two is not of one router."""
    if frr.hostname is None:
        return parts.name
    name, line = frr.hostname
    if parts.name and name != parts.name:
        frr.counts[HARMLESS] -= 1
        problem = NotUnderstood(line, f"hostname {name}", (), f"line 1 says {parts.name}")
        frr.not_understood.append(problem)
    return parts.name or name


def _lines(text: str, source: str) -> tuple[list[str], frozenset[int], dict[int, bytes]]:
    """The lines of a text, its secrets removed, the numbers of those that FRR takes in pieces, and
    what tells keys apart. Raises ConfigTextError when it is none."""
    text = text.removeprefix("\ufeff")
    if "\r" in text:
        text = _ENDS.sub("\n", text)
    if not text.strip():
        raise _error(source, 0, "nothing in it", "name a file with a router's configuration")
    data = text.encode("utf-8", "surrogatepass")
    if len(data.translate(None, _CONTROL)) != len(data):
        place = next(i for i, byte in enumerate(data) if byte in _CONTROL)
        raise _error(
            source,
            data.count(b"\n", 0, place) + 1,
            f"a control character ({data[place]:#04x}): not a text",
            "name a file with a router's configuration",
        )
    if not text.isascii():
        text = _OTHER_BLANKS.sub("\ufffd", text)
    lines = text.split("\n")
    if not lines[-1]:
        lines.pop()
    long = frozenset(
        number
        for number, line in enumerate(lines, 1)
        if len(line) > _LONGEST_LINE // 4 and len(line.encode("utf-8", "replace")) > _LONGEST_LINE
    )
    marks = key_marks(lines) if "password" in text else {}
    return redact(lines, text), long, marks


def _error(source: str, line: int, found: str, remedy: str) -> ConfigTextError:
    return ConfigTextError([Problem(source or "text", line, "", found, remedy)])


def _divide(lines: list[str]) -> _Parts:
    """Find the parts by their marks, and without marks by how they begin."""
    count = len(lines)
    filled = [i for i in range(min(count, 40)) if lines[i].strip()]
    first = filled[0] if filled else 0
    second = lines[filled[1]].strip() if len(filled) > 1 else ""
    parts = _Parts()
    start = first
    head = lines[first].strip()
    if _NAME.match(head) and (
        second.startswith((INTERFACES_MARK, PORTS_MARK, FILTER_MARK, *_FRR_STARTS))
        or second.split(" ")[0] in _LINUX_WORDS
        or not second
    ):
        parts.name = head
        start = first + 1
    elif not (
        head.startswith((INTERFACES_MARK, PORTS_MARK, FILTER_MARK))
        or any(lines[i].startswith(INTERFACES_MARK) for i in filled)
        or _is_linux(
            next((w for w in (lines[i].split()[0] for i in filled) if w[0] not in "#!"), "")
        )
    ):
        if begins_as_ruleset(lines):
            parts.nftables, parts.frr = (0, count), (count, count)
        else:
            parts.frr = (0, count)
        return parts
    border = _border(lines, start)
    parts.linux = (start, border)
    parts.frr = (border, count)
    _cut_out_filter(lines, parts)
    return parts


def _is_linux(word: str) -> bool:
    """Whether a text that begins with this word is ifupdown2's."""
    return word in _LINUX_WORDS or bool(_ALLOWED.match(word) or _TEMPLATE.match(word))


def _cut_out_filter(lines: list[str], parts: _Parts) -> None:
    """nftables' part: from its mark to the line that FRR prints first."""
    start, end = parts.frr
    begin = next((i for i in range(start, end) if lines[i].strip() not in ("", PORTS_MARK)), end)
    if begin == end or lines[begin].strip() != FILTER_MARK:
        return
    after = next((i for i in range(begin, end) if lines[i].startswith(_FRR_STARTS)), end)
    parts.nftables = (start, after)
    parts.frr = (after, end)


def _border(lines: list[str], start: int) -> int:
    """Where frr.conf begins: after the mark, or at the line that FRR prints first."""
    try:
        return lines.index(PORTS_MARK, start)
    except ValueError:
        for index in range(start, len(lines)):
            line = lines[index].strip()
            if line.startswith((PORTS_MARK, FILTER_MARK, *_FRR_STARTS)):
                return index
    return len(lines)


def _cut_at(
    text: str, lines: list[str], parts: _Parts, unread: set[int], frr: FrrDraft
) -> tuple[int, str] | None:
    """(line, in words) where a text ends in the middle; None if that cannot be told.

    Told for certain are: a whole text without its FRR part, and a text that FRR printed (it
    closes every block, and every line) with a block or a line open at its end. A cut between two
    blocks looks like a smaller router; the proof then misses what the inventory has.
    `unread` are the numbers of the lines that were not understood.
    """
    if parts.name and parts.frr[1] - parts.frr[0] <= 1:
        return len(lines), "before FRR's part"
    last = next(i for i in range(len(lines) - 1, -1, -1) if lines[i].strip())
    final = lines[last]
    printed = any(
        line.startswith("frr version") and _major(line) >= _EXITS_SINCE
        for line in lines[parts.frr[0] : parts.frr[0] + 40]
    )
    if printed and final[0] not in "!#" and frr.context is not frr.top:
        return last + 1, f"inside {' > '.join(frr.context.labels())!r}"
    open_line = not text.endswith("\n") and final.strip() not in _LAST_WORDS
    if open_line and (printed or last + 1 in unread):
        return last + 1, "in the middle of a line"
    return None


def _major(line: str) -> int:
    """The number before the first dot of `frr version 8.4.4`; 0 if there is none."""
    found = line.rsplit(maxsplit=1)[-1].partition(".")[0]
    return int(found) if found.isdigit() and found.isascii() else 0
