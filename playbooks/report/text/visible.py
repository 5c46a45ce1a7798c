"""Text of devices, safe to show: no control character and no change of reading direction."""


def visible(text: str) -> str:
    """`text` with what cannot be seen, moves a cursor or turns the line written as an escape."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
