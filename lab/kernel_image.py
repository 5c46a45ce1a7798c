"""Take the plain kernel out of its self-extracting image.

Unpacking the kernel is seconds of work for an emulated processor and a moment for the host. QEMU
starts the plain ELF image directly through its PVH entry, without firmware.
"""

from __future__ import annotations

import lzma
import struct
import zlib

_SETUP_SECTORS = 0x1F1
_PAYLOAD = 0x248
_PVH_NOTES = tuple(struct.pack("<III", 4, size, 18) + b"Xen\0" for size in (4, 8))
"""XEN_ELFNOTE_PHYS32_ENTRY with an entry address of four or eight bytes: what QEMU looks for."""


def plain_kernel(image: bytes) -> bytes | None:
    """The ELF kernel inside a bzImage, or None when it cannot be booted without its wrapper.

    That is so for a compression the standard library does not know, and for a kernel that was
    built without a PVH entry; such an image boots as it is, a few seconds later.
    """
    offset, length = struct.unpack_from("<II", image, _PAYLOAD)
    start = (image[_SETUP_SECTORS] + 1) * 512 + offset
    payload = image[start : start + length]
    if payload.startswith(b"\xfd7zXZ\0"):
        kernel = lzma.LZMADecompressor(format=lzma.FORMAT_XZ).decompress(payload)
    elif payload.startswith(b"\x1f\x8b"):
        kernel = zlib.decompressobj(wbits=31).decompress(payload)
    else:
        return None
    bootable = kernel.startswith(b"\x7fELF") and any(note in kernel for note in _PVH_NOTES)
    return kernel if bootable else None
