"""Editing a router's text by its structure: stanzas of the Linux part, blocks of FRR's.

An `Edit` refuses what it cannot find, so that no mutant claims a change that it does not have.
"""

import re
from collections.abc import Callable, Iterable

PORTS = "# ports.conf --"
Range = tuple[int, int]


class Edit:
    """One router's text being changed; `str()` gives the result."""

    def __init__(self, text: str) -> None:
        self.lines = text.splitlines()

    def __str__(self) -> str:
        return "\n".join(self.lines) + "\n"

    # -- where things are ------------------------------------------------------------------

    def _split(self) -> int:
        return self.lines.index(PORTS)

    def stanza(self, interface: str) -> Range:
        """Body of `iface INTERFACE`: first index, and the one behind the last."""
        for index, line in enumerate(self.lines[: self._split()]):
            if re.fullmatch(rf"iface {re.escape(interface)}( .*)?", line):
                end = index + 1
                while self.lines[end].startswith("    "):
                    end += 1
                return index + 1, end
        raise AssertionError(f"no stanza of {interface}")

    def has_stanza(self, interface: str) -> bool:
        """Whether the Linux part has `iface INTERFACE`."""
        return any(
            re.fullmatch(rf"iface {re.escape(interface)}( .*)?", line)
            for line in self.lines[: self._split()]
        )

    def block(self, header: str) -> Range:
        """Body of the FRR block that `header` opens, its `exit` not included."""
        start = self._split()
        for index in range(start, len(self.lines)):
            if self.lines[index] == header:
                end = index + 1
                while self.lines[end] not in ("exit", "exit-vrf"):
                    end += 1
                return index + 1, end
        raise AssertionError(f"no block {header!r}")

    def has_block(self, header: str) -> bool:
        """Whether FRR's part has the line `header` at its left margin."""
        return header in self.lines[self._split() :]

    def family(self, header: str, family: str) -> Range:
        """Body of ` address-family FAMILY` in the block of `header`."""
        start, end = self.block(header)
        for index in range(start, end):
            if self.lines[index] == f" address-family {family}":
                last = index + 1
                while self.lines[last] != " exit-address-family":
                    last += 1
                return index + 1, last
        raise AssertionError(f"no address-family {family} in {header!r}")

    def body(self, at: Range) -> list[str]:
        """Lines of a range, without margins."""
        return [line.strip() for line in self.lines[at[0] : at[1]]]

    # -- changes ---------------------------------------------------------------------------

    def insert(self, index: int, lines: Iterable[str]) -> "Edit":
        """Put `lines` before the line at `index`."""
        self.lines[index:index] = lines
        return self

    def append(self, at: Range, *lines: str) -> "Edit":
        """Put `lines` (without margins) at the end of a range's body."""
        margin = self._margin(at)
        return self.insert(at[1], [margin + line for line in lines])

    def prepend(self, at: Range, *lines: str) -> "Edit":
        """Put `lines` (without margins) before a range's body."""
        margin = self._margin(at)
        return self.insert(at[0], [margin + line for line in lines])

    def _margin(self, at: Range) -> str:
        if at[0] <= self._split():
            return "    "
        opener = self.lines[at[0] - 1]
        return " " * (len(opener) - len(opener.lstrip()) + 1)

    def sub(self, at: Range, pattern: str, replacement: str, count: int = 0) -> "Edit":
        """Replace in each line of a range that `pattern` matches somewhere; there must be one."""
        done = 0
        for index in range(*at):
            new, hits = re.subn(pattern, replacement, self.lines[index])
            if hits and (not count or done < count):
                self.lines[index] = new
                done += hits
        if not done:
            raise AssertionError(f"nothing matches {pattern!r}")
        return self

    def remove(self, at: Range, pattern: str) -> "Edit":
        """Remove the lines of a range in which `pattern` matches; there must be one."""
        keep = [line for line in self.lines[at[0] : at[1]] if not re.search(pattern, line)]
        if len(keep) == at[1] - at[0]:
            raise AssertionError(f"nothing to remove matches {pattern!r}")
        self.lines[at[0] : at[1]] = keep
        return self

    def has(self, at: Range, pattern: str) -> bool:
        """Whether `pattern` matches in a line of the range."""
        return any(re.search(pattern, line) for line in self.lines[at[0] : at[1]])

    def everywhere(self, change: Callable[[str], str]) -> "Edit":
        """Change each line of the text."""
        self.lines = [change(line) for line in self.lines]
        return self

    def whole(self) -> Range:
        """The whole text."""
        return 0, len(self.lines)

    def linux(self) -> Range:
        """The Linux part, after the name and the mark."""
        return 2, self._split()

    def frr(self) -> Range:
        """FRR's part."""
        return self._split() + 1, len(self.lines)

    def new_stanza(self, interface: str, *lines: str) -> "Edit":
        """A stanza of its own at the end of the Linux part."""
        return self.insert(
            self._split(),
            ["", f"auto {interface}", f"iface {interface}", *(f"    {x}" for x in lines)],
        )

    def remove_stanza(self, interface: str) -> "Edit":
        """Take an interface out of the Linux part, its `auto` line too."""
        start, end = self.stanza(interface)
        begin = start - 1
        while self.lines[begin - 1].startswith("auto ") or not self.lines[begin - 1]:
            begin -= 1
        del self.lines[begin:end]
        return self

    def new_block(self, header: str, *lines: str, end: str = "exit") -> "Edit":
        """A block of its own at the end of FRR's part."""
        self.lines += [header, *(f" {line}" for line in lines), end, "!"]
        return self

    def new_lines(self, *lines: str) -> "Edit":
        """Lines of their own at the end of FRR's part."""
        self.lines += [*lines, "!"]
        return self

    def remove_block(self, header: str) -> "Edit":
        """Take a block out, its `exit` and `!` too."""
        start, end = self.block(header)
        stop = end + 1
        if stop < len(self.lines) and self.lines[stop] == "!":
            stop += 1
        del self.lines[start - 1 : stop]
        return self

    def blocks(self, pattern: str) -> list[str]:
        """Headers of FRR's blocks that `pattern` matches, in order."""
        return [line for line in self.lines[self._split() :] if re.match(pattern, line)]
