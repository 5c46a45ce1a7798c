"""The difference of two whole texts of one device, where no device is there to make it; pure."""

from collections.abc import Iterator

_Path = tuple[str, ...]


def text_diff(before: str, after: str) -> str:
    """Lines that only one text has, `- ` and `+ `, under the headings of their contexts.

    Contexts are by indentation; within one the order of lines says nothing. "" where they have the
    same lines.
    """
    old, new = _contexts(before), _contexts(after)
    headers = {(path[:-1], path[-1]) for path in (*old, *new) if path}
    shown: _Path = ()
    out: list[str] = []
    for path in dict.fromkeys([*new, *old]):
        mine, theirs = old.get(path, {}), new.get(path, {})
        lines = [(line, "-") for line in mine if line not in theirs]
        lines += [(line, "+") for line in theirs if line not in mine]
        changes = [(line, sign) for line, sign in lines if (path, line) not in headers]
        sign = " " if path in old and path in new else "+" if path in new else "-"
        if not changes and sign == " ":
            continue
        shared = 0
        while shared < min(len(path), len(shown)) and path[shared] == shown[shared]:
            shared += 1
        for depth in range(shared, len(path)):
            own = sign if depth == len(path) - 1 else " "
            out.append(f"{own} {' ' * depth}{path[depth]}")
        out += [f"{sign} {' ' * len(path)}{line}" for line, sign in changes]
        shown = path
    return "\n".join(out)


def _contexts(text: str) -> dict[_Path, dict[str, None]]:
    found: dict[_Path, dict[str, None]] = {}
    for path, line in _lines(text):
        found.setdefault(path, {})[line] = None
    return found


def _lines(text: str) -> Iterator[tuple[_Path, str]]:
    stack: list[tuple[int, str]] = []
    for raw in text.splitlines():
        line = raw.strip()
        if not line or line[0] in "!#":
            continue
        indent = len(raw) - len(raw.lstrip())
        while stack and stack[-1][0] >= indent:
            stack.pop()
        yield tuple(header for _, header in stack), line
        stack.append((indent, line))
