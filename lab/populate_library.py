"""A shared library of 13 bytes of code: every program that loads it gets its memory at once.

Under User Mode Linux a page that a process touches for the first time costs a signal, two changes
between host processes and a system call: some 20 microseconds, and a start of vtysh touches 1,800
pages. A process that calls ``mlockall`` gets all pages of a mapping when it is made, in one go: the
same programs then take about two thirds of the time. The guest has no compiler, hence by hand.
"""

from __future__ import annotations

import struct

_MLOCKALL = 151
_MCL_CURRENT, _MCL_FUTURE = 1, 2
_HEADER, _PROGRAM_HEADER, _DYNAMIC, _SYMBOL = 64, 56, 16, 24
_READ, _WRITE, _EXECUTE = 4, 2, 1
_LOAD, _DYNAMIC_SEGMENT, _GNU_STACK = 1, 2, 0x6474E551
_DT_NULL, _DT_STRTAB, _DT_SYMTAB, _DT_STRSZ, _DT_SYMENT, _DT_INIT = 0, 5, 6, 10, 11, 12


def populate_library() -> bytes:
    """The library as an ELF file for x86-64; its one function runs before the program's own."""
    code = b"\xb8" + struct.pack("<I", _MLOCKALL)  # mov eax, mlockall
    code += b"\xbf" + struct.pack("<I", _MCL_CURRENT | _MCL_FUTURE)  # mov edi, flags
    code += b"\x0f\x05\xc3"  # syscall; ret
    dynamic_at = _HEADER + 3 * _PROGRAM_HEADER
    symbols_at = dynamic_at + 6 * _DYNAMIC
    strings_at = symbols_at + _SYMBOL
    code_at = strings_at + 8
    end = code_at + len(code)
    dynamic = [
        (_DT_STRTAB, strings_at),
        (_DT_SYMTAB, symbols_at),
        (_DT_STRSZ, 1),
        (_DT_SYMENT, _SYMBOL),
        (_DT_INIT, code_at),
        (_DT_NULL, 0),
    ]
    size = len(dynamic) * _DYNAMIC
    return b"".join(
        [
            b"\x7fELF\x02\x01\x01".ljust(16, b"\0"),
            # a shared object for x86-64: program headers after this header, no sections
            struct.pack("<HHIQQQIHHHHHH", 3, 62, 1, 0, _HEADER, 0, 0, 64, 56, 3, 64, 0, 0),
            _segment(_LOAD, _READ | _EXECUTE, 0, end, 0x1000),
            _segment(_DYNAMIC_SEGMENT, _READ, dynamic_at, size, 8),
            _segment(_GNU_STACK, _READ | _WRITE, 0, 0, 16),
            *(struct.pack("<QQ", tag, value) for tag, value in dynamic),
            bytes(_SYMBOL + 8),
            code,
        ]
    )


def _segment(kind: int, flags: int, at: int, size: int, alignment: int) -> bytes:
    return struct.pack("<IIQQQQQQ", kind, flags, at, at, at, size, size, alignment)
