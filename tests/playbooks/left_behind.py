"""What a file that was left says to who unpacks it: Git's objects and bundles are compressed."""

import gzip
import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path


def contents(path: Path) -> Iterator[bytes]:
    """The file as it is, and all that is packed in it."""
    whole = path.read_bytes()
    yield whole
    assert not whole.startswith(b"PACK"), "a pack of Git's: read the objects in it"
    if whole.startswith(b"\x1f\x8b"):
        yield gzip.decompress(whole)  # a tar within has its files as they are
    elif whole.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(whole)) as packed:
            yield from map(packed.read, packed.namelist())
    else:
        with suppress(zlib.error):
            yield zlib.decompress(whole)
