"""Values of SSH's wire format (RFC 4251, section 5), read one after the other."""

from __future__ import annotations

from collections.abc import Iterator

from napalm_frr.errors import CertificateError


class Fields:
    """The values in `blob`, from the first to the last."""

    def __init__(self, blob: bytes) -> None:
        self._blob = blob
        self.at = 0
        """How many octets were read."""

    @property
    def rest(self) -> int:
        """How many octets are left."""
        return len(self._blob) - self.at

    def take(self, length: int) -> bytes:
        """The next so many octets.

        Raises:
            CertificateError: there are not so many.
        """
        if not 0 <= length <= self.rest:
            raise CertificateError("it is cut off")
        self.at += length
        return self._blob[self.at - length : self.at]

    def number(self, length: int) -> int:
        """An unsigned number of so many octets. Raises as `take`."""
        return int.from_bytes(self.take(length), "big")

    def string(self) -> bytes:
        """A length of four octets, and so many. Raises as `take`."""
        return self.take(self.number(4))

    def text(self) -> str:
        """A string of UTF-8; what is none is shown as such. Raises as `take`."""
        return self.string().decode("utf-8", "backslashreplace")

    def strings(self) -> Iterator[bytes]:
        """All strings that are left. Raises as `take`."""
        while self.rest:
            yield self.string()


def written(*strings: bytes) -> bytes:
    """Strings as `Fields.string` reads them."""
    return b"".join(len(one).to_bytes(4, "big") + one for one in strings)
