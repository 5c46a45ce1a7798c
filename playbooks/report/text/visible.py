"""Text of devices, safe to show: no control character and no change of reading direction."""


def visible(text: str) -> str:
    """`text` with what cannot be seen, moves a cursor or turns the line written as an escape."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def visible_lines(text: str) -> str:
    """The same for a text of several lines, which stay lines; tabs stay, too."""
    if text.isprintable():
        return text
    return "".join(c if c in "\n\t" else visible(c) for c in text)
