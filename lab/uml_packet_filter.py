"""Give a User Mode Linux kernel's nf_tables the family `inet`, which Debian's build leaves out.

Debian builds user-mode-linux with `CONFIG_NF_TABLES_BRIDGE` alone: the module has all that filters
packets, sets, maps and verdicts, and takes tables of the family `bridge` only. That family's chain
looks at IPv4 and IPv6 packets at the same five hooks as `inet` (net/netfilter/nft_chain_filter.c of
Linux 7.2): three things tell them apart. Each is one number or one load in the module's code, found
by the symbols of the module and changed in place:

* which family a table may have, in `nf_tables_newtable`;
* which family the chain type is registered for, in `nft_chain_filter_bridge`;
* where it is read whether a packet is of IPv4 or IPv6: a bridge asks the Ethernet header, which a
  packet of this host does not have, and one that came with labels has for those; `inet` asks
  `skb->protocol`.

A kernel that has the family by itself is left as it is; one that is built otherwise is refused.
It has no chains of the type `nat` at all: source translation needs the backend microvm.
"""

from __future__ import annotations

import struct

from egovnet.lab.errors import ApplianceError

_BRIDGE, _INET = 7, 1  # NFPROTO_BRIDGE, NFPROTO_INET of linux/netfilter.h
_SYMBOL = struct.Struct("<IBBHQQ")
_SECTION = struct.Struct("<IIQQQQIIQQ")
_FAMILY_OF_CHAIN_TYPE = 12  # of struct nft_chain_type, after a pointer and a number
# compare the asked family; look a table up by it; twice a context's; a new table's own
_FAMILIES = (
    (b"\x80\x38%c", 1),
    (b"\xba%c\0\0\0", 1),
    (b"\x66\xc7\x45\xc2%c\0", 2),
    (b"\x83\xc8%c", 1),
)
# mov skb->head,%rax; movzwl skb->mac_header,%edx; mov %rsi,...; mov h_proto(%rax,%rdx),%dx
_OF_ETHERNET = bytes.fromhex("488b86c8000000 0fb796ba000000 488975a8 668b54100c")
# the same, with skb->protocol for mac_header, which stands three numbers of 16 bits behind it
_OF_PACKET = bytes.fromhex("488b86c8000000 0fb796b4000000 488975a8 0f1f440000")


def with_inet(module: bytes) -> bytes:
    """`nf_tables.ko` that takes tables of the family `inet`; as it is where it does already.

    Raises ApplianceError where the module is built otherwise than is known here.
    """
    found = _Symbols(module)
    if "nft_chain_filter_inet" in found.places:
        return module
    changed = bytearray(module)
    begin, size = found.place("nf_tables_newtable")
    code = module[begin : begin + size]
    for pattern, times in _FAMILIES:
        old, new = pattern % _BRIDGE, pattern % _INET
        if code.count(old) != times:
            raise _differs(f"{code.count(old)} times {old.hex()} in nf_tables_newtable")
        code = code.replace(old, new)
    changed[begin : begin + size] = code
    begin, _ = found.place("nft_chain_filter_bridge")
    at = slice(begin + _FAMILY_OF_CHAIN_TYPE, begin + _FAMILY_OF_CHAIN_TYPE + 4)
    if changed[at] != struct.pack("<I", _BRIDGE):
        raise _differs("another family in nft_chain_filter_bridge")
    changed[at] = struct.pack("<I", _INET)
    begin, size = found.place("nft_do_chain_bridge")
    code = module[begin : begin + size]
    if code.count(_OF_ETHERNET) != 1:
        raise _differs("another way to the protocol in nft_do_chain_bridge")
    changed[begin : begin + size] = code.replace(_OF_ETHERNET, _OF_PACKET)
    return bytes(changed)


class _Symbols:
    """Where a module's symbols stand in its file."""

    def __init__(self, module: bytes) -> None:
        try:
            (table,) = struct.unpack_from("<Q", module, 40)
            size, count = struct.unpack_from("<HH", module, 58)
            self._sections = [_SECTION.unpack_from(module, table + size * i) for i in range(count)]
            self.places = dict(self._symbols(module))
        except (struct.error, StopIteration, IndexError, ValueError) as error:
            raise _differs(f"no ELF file with symbols: {error}") from error

    def _symbols(self, module: bytes) -> list[tuple[str, tuple[int, int]]]:
        symbols = next(section for section in self._sections if section[1] == _SYMBOL_TABLE)
        names = self._sections[symbols[6]][4]
        found = []
        for entry in range(symbols[4], symbols[4] + symbols[5], _SYMBOL.size):
            name, _, _, section, value, size = _SYMBOL.unpack_from(module, entry)
            if 0 < section < len(self._sections):
                start = names + name
                word = module[start : module.index(b"\0", start)].decode()
                found.append((word, (self._sections[section][4] + value, size)))
        return found

    def place(self, name: str) -> tuple[int, int]:
        """Offset and size, in bytes, of a function or a constant."""
        if name not in self.places:
            raise _differs(f"no symbol {name}")
        return self.places[name]


_SYMBOL_TABLE = 2  # SHT_SYMTAB


def _differs(what: str) -> ApplianceError:
    return ApplianceError(
        f"it is built otherwise than those known: {what}",
        where="module nf_tables",
        next_step="use the backend microvm, and report the version of user-mode-linux",
    )
