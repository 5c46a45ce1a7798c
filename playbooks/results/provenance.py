"""Where a paper comes from: when it was made, by whom, with what, and of what."""

from dataclasses import asdict, dataclass

#: Hexadecimal digits of a digest that people compare.
_SHOWN = 16


@dataclass(frozen=True, slots=True)
class Provenance:
    """Digests are SHA-256 in hexadecimal; "" where there is no such thing."""

    #: ISO 8601 in UTC.
    made: str
    author: str
    #: Of egovnet.
    version: str
    #: Of the inventory's files and its allocation.
    inventory: str = ""
    #: Of the texts that the paper is about.
    texts: str = ""

    @property
    def short_inventory(self) -> str:
        """As much of the digest as people compare."""
        return self.inventory[:_SHOWN]

    @property
    def short_texts(self) -> str:
        """As much of the digest as people compare."""
        return self.texts[:_SHOWN]

    def to_dict(self) -> dict[str, str]:
        """`made` in JSON."""
        return asdict(self)
