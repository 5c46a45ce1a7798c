"""ifupdown2's /etc/network/interfaces: VRFs, interfaces and the routes that close a VRF.

What ifupdown2 3.0 does with a line was read in its networkinterfaces.py and addons/.
"""

import re
from collections.abc import Callable
from ipaddress import IPv4Address

from egovnet.templates.frr.config.addresses import read_address, read_interface, read_number
from egovnet.templates.frr.config.contexts import why
from egovnet.templates.frr.config.draft import BLANK, FACT, HARMLESS, PortDraft, Unclear
from egovnet.templates.frr.config.linux_commands import (
    LOOPBACK_DOWN,
    additions,
    ports_touched,
    read_command,
    read_undo,
)
from egovnet.templates.frr.config.linux_draft import LinuxDraft
from egovnet.templates.frr.config.vocabulary import (
    BRIDGE_VLAN_WORDS,
    LOOPBACK,
    MLAG_WORDS,
    STANZA_HARMLESS,
    TUNNEL_WORDS,
    VXLAN_WORDS,
)
from egovnet.templates.model.facts import NotUnderstood, TunnelEnds

_KEYWORDS = frozenset(("auto", "iface", "source", "vlan"))
#: A range of names as ifupdown2 takes it (utils.parse_iface_range), and the longest.
_RANGE = re.compile(r"([\w.]+)\[(\d+)-(\d+)\]([\w.]*)", re.ASCII)
_MOST_NAMES = 1024
#: Patterns behind `glob`, in ifupdown2's own words and order (modulebase.py, glob_regexs).
_GLOBS = (
    re.compile(r"([A-Za-z0-9-]+)\[(\d+)-(\d+)\]([A-Za-z0-9-]+)\[(\d+)-(\d+)\](.*)", re.ASCII),
    re.compile(r"([A-Za-z0-9-]+[A-Za-z])(\d+)-(\d+)(.*)", re.ASCII),
    re.compile(r"([A-Za-z0-9-]+)\[(\d+)-(\d+)\](.*)", re.ASCII),
)
_OTHER_TUNNELS = ("tunnels", "join ports over other networks")
_TEMPLATE = ("templates", "say what ifupdown2 makes of the file, and not what is in it")
#: Parts of a hardware address.
_OCTETS = 6
_NO_AUTO = "no `auto` before it: ifreload -a leaves the stanza out, and what it says may not be so"
#: Ports that the machine has, and VLANs on them.
_PORT = re.compile(r"lo$|eth\d|en[opsx]\w|swp\d|.+\.\d+$")
_HARDWARE = re.compile(r"(?:lo|eth\d+|en[opsx]\w+|swp\d+)$")
#: Attributes that an interface's neighbours do not notice, or that are compared with theirs.
_UNNOTICED = frozenset(
    (
        *("address", "alias", "vrf", "vrf-table", "mtu", "mpls-enable", "link-down", "netmask"),
        *("vlan-id", "vlan-raw-device", "vlan-protocol", "bond-slaves", "bridge-ports"),
        *("up", "pre-up", "post-up", "down", "pre-down", "post-down", "arp-accept"),
        *("gso-offload", "gro-offload", "tso-offload", "lro-offload", "rx-offload", "tx-offload"),
        *("ufo-offload", "dns-domain", "dns-nameservers", "dns-search"),
        *("ip-forward", "ip6-forward"),
    )
)
_HAVE_ONE = frozenset(
    (
        *("link-down", "link-type", "mpls-enable", "veth-peer-name"),
        *("vlan-id", "vlan-raw-device", "vrf", "vrf-table"),
    )
)
#: A name is at most so long (IFNAMSIZ with its end): the kernel makes no longer one.
_LONGEST_NAME = 15
#: Names that the kernel keeps for itself (dev_valid_name, sysctl_dev_name_is_allowed), and those of
#: tables, which ifupdown2 gives no VRF.
_NO_INTERFACES = frozenset((".", "..", "all", "default"))
_NO_VRFS = frozenset(("local", "main", "unspec", "0", "253", "254", "255"))
#: Below it an interface has no IPv6 (IPV6_MIN_MTU), as if it were down.
_LEAST_MTU = 1280
#: Tables that ifupdown2 gives a VRF, by the policy that a router has here; its own are 1001 to
#: 5000. With another it makes no VRF, and the VRF's ports are in the default table.
_TABLES = range(1000, 65001)
_TABLES_OF_ITS_OWN = 1001


def read_interfaces(draft: LinuxDraft, lines: list[str], first: int) -> None:
    """Read the Linux part's `lines` into `draft`; `first` is the number of the first of them."""
    counts = draft.counts
    number = first - 1
    code = False
    for line in lines:
        number += 1
        words = line.split()
        was_code, code = code, _goes_on_as_code(line, code)
        if was_code or "<%" in line or _is_of_template(line, words):
            counts[_noted(draft, _TEMPLATE, number)] += 1
            continue
        if not words or (words[0][0] == "#" and "\\" not in line and "%" not in line):
            counts[BLANK] += 1
            continue
        try:
            _check_line(draft, line, number)
            word = words[0]
            if word in _KEYWORDS or word.startswith("allow-"):
                kind = _keyword(draft, words, number)
            elif draft.current is None:
                raise Unclear("no stanza it belongs to")
            else:
                attribute = _ATTRIBUTES.get(word)
                if attribute is None:
                    word = word.replace("_", "-")  # as ifupdown2 takes it
                    attribute = _ATTRIBUTES.get(word)
                if attribute is None:
                    raise Unclear("not in the reader's grammar")
                if word in _HAVE_ONE:
                    _first(draft, draft.current, word, words)
                if word not in _UNNOTICED:
                    draft.current.unsure = True
                kind = attribute(draft, draft.current, words, number)
            counts[kind] += 1
        except Unclear as error:
            _report(draft, words, number, str(error))
        except (ValueError, OverflowError, IndexError) as error:
            _report(draft, words, number, why(error))
    _finish(draft)


def _check_line(draft: LinuxDraft, line: str, number: int) -> None:
    """What ifupdown2 looks for before it knows what is a comment. Raises Unclear."""
    if "\\" in line:
        raise Unclear("a continued line: what it joins is not read")
    if "%" in line or "${" in line:
        _noted(draft, _TEMPLATE, number)


def _goes_on_as_code(line: str, code: bool) -> bool:
    """Whether Python's lines of a template go on below, between `<%` and `%>`."""
    return (code or "<%" in line) and "%>" not in line.rpartition("<%")[2]


def _is_of_template(line: str, words: list[str]) -> bool:
    """Whether a template makes something of a line. What opens a stanza is read as it stands."""
    if not words or ("%" not in line and "${" not in line) or "\\" in line:
        return False
    return words[0] not in ("auto", "iface")


def _report(draft: LinuxDraft, words: list[str], number: int, why: str) -> None:
    context = (f"iface {draft.current.name}",) if draft.current and words[0] != "iface" else ()
    draft.not_understood.append(NotUnderstood(number, " ".join(words), context, why))


def _first(draft: LinuxDraft, held: PortDraft, word: str, words: list[str]) -> None:
    """Raise Unclear for a second value of what has one: ifupdown2 takes the first."""
    first = draft.firsts.setdefault((word, held.name), words[1:])
    if first != words[1:]:
        raise Unclear(f"{word} is said before, and ifupdown2 takes the first")


def _keyword(draft: LinuxDraft, words: list[str], number: int) -> int:
    keyword = words[0]
    if keyword == "iface":
        return _stanza(draft, words, number)
    draft.current = None
    if keyword == "vlan":
        raise Unclear("what it brings in is not read")
    if keyword == "source":
        return _noted(draft, ("other files", "say more of this router's interfaces"), number)
    names = words[1:]
    if not names:
        raise IndexError
    for name in names if keyword == "auto" else ():
        if name == "all":
            draft.all_automatic = True
            break  # ifupdown2 looks no further
        draft.automatic.update(_spelled_out(name))
    return FACT


def _noted(draft: LinuxDraft, known: tuple[str, str], number: int) -> int:
    draft.not_modelled.setdefault((*known, None), number)
    return FACT


def _spelled_out(name: str) -> list[str]:
    """The names that a range such as `swp[1-4].100` stands for. Raises Unclear for another form."""
    if "[" not in name and "$" not in name.replace("${", ""):
        return [name]
    found = _RANGE.fullmatch(name)
    if found is None:
        raise Unclear("names that are not spelled out")
    first, last = read_number(found[2]), read_number(found[3])
    if last - first >= _MOST_NAMES:
        raise Unclear("more names than a router has ports")
    return [f"{found[1]}{number}{found[4]}" for number in range(first, last + 1)]


def _vlan_of(name: str) -> tuple[str | None, int | None]:
    """(parent, VLAN id) that an interface's name says, such as `eth3.100`; (None, None) if none."""
    parent, dot, vlan = name.rpartition(".")
    if dot and parent and vlan.isdigit() and vlan.isascii():
        return parent, int(vlan)
    return None, None


def _stanza(draft: LinuxDraft, words: list[str], number: int) -> int:
    name = words[1].partition(":")[0]
    held = draft.ports.get(name)
    if held is None:
        held = draft.ports[name] = PortDraft(name, number, stanza=True)
        held.parent, held.vlan = _vlan_of(name)
    draft.current = held
    draft.spelled = words[1]
    draft.bare = None  # of the stanza before
    if name not in draft.automatic and not draft.all_automatic:
        draft.early.add(name)
    if len(name) > _LONGEST_NAME:
        raise Unclear(f"longer than {_LONGEST_NAME} characters: Linux has no such interface")
    if name in _NO_INTERFACES or "/" in name:
        raise Unclear("Linux has no interface of that name")
    if "${" in name:
        return FACT  # of a template, which is noted
    if "[" in name or "$" in name:
        raise Unclear("names that are not spelled out")
    if len(words) > 2:
        if words[2] not in ("inet", "inet6") or len(words) > 4:
            raise Unclear("not the form of a stanza")
        method = words[3] if len(words) == 4 else "static"
        if method in ("dhcp", "auto", "dhcp6"):
            draft.asking.append((held, "ipv4" if words[2] == "inet" else "ipv6", number))
        elif method not in ("static", "manual", "loopback"):
            raise Unclear("its addresses come from elsewhere")
    return FACT


def _finish(draft: LinuxDraft) -> None:
    """What can be said only at the end: stanzas that are left out, and what stands on what."""
    for name, held in draft.ports.items():
        if name in draft.early and not _says_little(draft, held):
            _say(draft, held, _NO_AUTO)
    for name, held in draft.ports.items():
        if held.mpls and name in draft.by_hand:
            _say(draft, held, "a neighbour's address by hand: whether it is its own is not known")
        held.unsure = held.unsure or name in draft.changed
        held.raised = name in draft.raised
    for held in list(draft.ports.values()):
        for name in held.members:
            if name in draft.ports:
                draft.ports[name].unsure = draft.ports[name].raised = True
    _check_tables(draft)
    _check_links(draft)
    _check_closing(draft)
    _check_tunnels(draft)


def _check_closing(draft: LinuxDraft) -> None:
    """A route that discards in a VRF, by its name, is there where the VRF is before it: in the
    VRF's own stanza, or in that of a port in it. A table that is said by its number always is."""
    for held, route, text in draft.closing:
        vrf = route.vrf
        if vrf is not None and vrf not in (held.name, held.vrf):
            draft.routes.statics.remove(route)
            draft.counts[FACT] -= 1
            why = f"not in the stanza of {vrf} or of a port in it: the VRF may not be there yet"
            where = (f"iface {held.name}",)
            draft.not_understood.append(NotUnderstood(route.line, text, where, why))


def _check_tables(draft: LinuxDraft) -> None:
    """`vrf-table auto` is the lowest number that no VRF has when its turn comes (ifupdown2's
    addons/vrf.py): one that a later stanza says may be taken by then, and is two VRFs' then."""
    most = _TABLES_OF_ITS_OWN + len(draft.vrfs)
    automatic = [(line, name) for name, (table, line) in draft.vrfs.items() if table is None]
    line, first = min(automatic, default=(0, ""))
    later = [
        name
        for name, (table, its) in draft.vrfs.items()
        if automatic and line < its and table in range(_TABLES_OF_ITS_OWN, most)
    ]
    if later:
        why = f"`vrf-table auto` may take the table of {later[0]}, whose turn comes later"
        _say(draft, draft.ports[first], why)


def _check_links(draft: LinuxDraft) -> None:
    """What an interface stands on: ifupdown2 does nothing at all where that goes in a circle."""
    for name, held in draft.ports.items():
        if "${" in name:
            continue  # of a template, which is noted
        _check_kind(draft, name, held)
        _check_vrf(draft, held)
    below: dict[str, set[str | None]] = {name: set() for name in draft.ports}
    for name, held in draft.ports.items():
        below[name] |= {held.parent, *held.members} & draft.ports.keys()
        if held.vrf in below:
            below[held.vrf].add(name)
        for member in held.members:
            if member in draft.ports and draft.ports[member].vrf is not None:
                _say(draft, held, f"{member} is in a VRF as well")
    while free := [name for name, needed in below.items() if not needed & below.keys()]:
        for name in free:
            del below[name]
    for name in below:
        _say(draft, draft.ports[name], "stands on itself: ifupdown2 does nothing of the whole text")


def _check_kind(draft: LinuxDraft, name: str, held: PortDraft) -> None:
    """What an interface is must be one thing."""
    if (held.parent is None) != (held.vlan is None):
        _say(draft, held, "half of a VLAN: no number, or no port that it is on")
    other_kind = held.parent is not None or ("link-type", name) in draft.firsts
    if name in draft.vrfs and (other_kind or _PORT.match(name)):
        _say(draft, held, "a port, by its name or kind: ifupdown2 makes no VRF of it")
    if name in draft.vrfs and held.members:
        _say(draft, held, "ifupdown2 puts the ports of a bond or bridge into the VRF")
    if held.parent is not None and held.members:
        _say(draft, held, "a VLAN, and a bond or bridge as well")
    if held.parent is not None and _HARDWARE.match(name):
        _say(draft, held, "a port, by its name: ifupdown2 makes no VLAN of it")
    if held.parent is not None and ("link-type", name) in draft.firsts:
        _say(draft, held, "a VLAN, and of another kind as well")


def _check_vrf(draft: LinuxDraft, held: PortDraft) -> None:
    """What an interface is put into must be a VRF, and it something that can be in one."""
    if held.vrf is not None and (held.name in draft.vrfs or held.name == LOOPBACK):
        _say(draft, held, f"Linux refuses to put it into VRF {held.vrf}, and ifupdown2 stops there")
    if held.vrf in draft.ports and held.vrf not in draft.vrfs:
        _say(draft, held, f"{held.vrf} is an interface and no VRF")


def _say(draft: LinuxDraft, held: PortDraft, why: str) -> None:
    """Report a stanza, once."""
    if held.line not in {problem.line for problem in draft.not_understood}:
        draft.counts[FACT] -= 1
        draft.not_understood.append(NotUnderstood(held.line, f"iface {held.name}", (), why))


def _says_little(draft: LinuxDraft, held: PortDraft) -> bool:
    """Whether a stanza that is perhaps left out has addresses and a gateway at most: they are
    taken as there."""
    return not (
        held.vrf
        or held.members
        or held.joins
        or held.mpls
        or held.parent
        or held.name in draft.vrfs
        or held.name in draft.commanding
    )


def _one(words: list[str]) -> str:
    """The only value of an attribute."""
    if len(words) > 2:
        raise Unclear("more than one value")
    return words[1]


def _address(draft: LinuxDraft, held: PortDraft, words: list[str], number: int) -> int:
    text = _one(words)
    held.addresses.append(read_interface(text))
    draft.lengthless[held.name] += "/" not in text
    draft.bare = (held, text) if "/" not in text else None
    return FACT


def _netmask(draft: LinuxDraft, held: PortDraft, words: list[str], number: int) -> int:
    """Gives the address before it its length."""
    if draft.bare is None or draft.bare[0] is not held:
        raise Unclear("no address that it is of")
    before = draft.netmasks.get(held.name, 0)
    draft.netmasks[held.name] = before + 1
    if before == len(held.addresses) - 1:
        held.addresses[-1] = read_interface(draft.bare[1], netmask=_one(words))
    elif draft.lengthless[held.name] != before + 1:
        raise Unclear("ifupdown2 takes it for the length of the address with the same number")
    # else that address has a length of its own, and this one stands alone (tried)
    return FACT


def _vrf(draft: LinuxDraft, held: PortDraft, words: list[str], number: int) -> int:
    vrf = _one(words)
    if held.vrf is not None and held.vrf != vrf:
        raise Unclear(f"bound to VRF {held.vrf} as well (line {held.vrf_line})")
    if held.vrf is None:
        held.vrf, held.vrf_line = vrf, number
    return FACT


def _vrf_table(draft: LinuxDraft, held: PortDraft, words: list[str], number: int) -> int:
    text = _one(words)
    table = None if text == "auto" else read_number(text)
    if held.name in _NO_VRFS:
        raise Unclear("a table's name: ifupdown2 makes no VRF of it, and leaves its ports in none")
    if table is not None and table not in _TABLES:
        raise Unclear("ifupdown2 refuses this table, and leaves the VRF's ports in the default one")
    if draft.vrfs.get(held.name, (table, 0))[0] != table:
        raise Unclear("the VRF has another table as well")
    draft.vrfs[held.name] = (table, held.line)
    return FACT


def _alias(draft: LinuxDraft, held: PortDraft, words: list[str], number: int) -> int:
    held.description = " ".join(words[1:])
    return HARMLESS


def _mpls(draft: LinuxDraft, held: PortDraft, words: list[str], number: int) -> int:
    value = _one(words)
    if value not in ("yes", "no"):
        raise Unclear("neither yes nor no")
    if value == "yes":
        held.mpls, held.mpls_line = True, number
    return FACT


def _up(draft: LinuxDraft, held: PortDraft, words: list[str], number: int) -> int:
    draft.commanding.add(held.name)
    statics = draft.routes.statics
    before = len(statics)
    kind = read_command(words[1:], draft.spelled, number, draft.routes)
    draft.added.setdefault(held.name, set()).update(additions(words[1:], held.name))
    text = " ".join(words)
    changed, raised = ports_touched(text.partition(" ")[2], draft.spelled)
    draft.changed |= changed
    if "neigh" in text:
        draft.by_hand |= changed
    draft.raised |= raised
    draft.closing.extend((held, route, text) for route in statics[before:] if route.discards)
    return kind


def _pre_up(draft: LinuxDraft, held: PortDraft, words: list[str], number: int) -> int:
    if "vrf" in words and words[words.index("vrf") + 1] in (held.name, "$IFACE"):
        raise Unclear("runs before the VRF is there, and fails")
    return _up(draft, held, words, number)


def _down(draft: LinuxDraft, held: PortDraft, words: list[str], number: int) -> int:
    return read_undo(words[1:], held.name, draft.added.get(held.name, set()))


def _vlan_id(draft: LinuxDraft, held: PortDraft, words: list[str], number: int) -> int:
    held.vlan = read_number(_one(words), 4094)
    return FACT


def _tag_protocol(draft: LinuxDraft, held: PortDraft, words: list[str], number: int) -> int:
    """802.1Q is what a VLAN is anyway; 802.1ad takes other frames under the same number."""
    if _one(words).lower() != "802.1q":
        raise Unclear("tags of another kind: whose frames they are is in no inventory")
    return HARMLESS


def _raw_device(draft: LinuxDraft, held: PortDraft, words: list[str], number: int) -> int:
    held.parent = _one(words)
    if held.vlan is None and held.name.startswith("vlan") and held.name[4:].isdigit():
        held.vlan = int(held.name[4:])
    return FACT


def _members(draft: LinuxDraft, held: PortDraft, words: list[str], number: int) -> int:
    names = words[1:]
    if names != ["none"]:
        found = _port_list(names)
        held.members.extend(name for name in found if name not in held.members)
    return FACT


def _port_list(words: list[str]) -> list[str]:
    """The ports of a list in which `glob` stands before a pattern of names (ifupdown2's
    modulebase.py, parse_port_list). Raises Unclear for other patterns."""
    found: list[str] = []
    globs = False
    for word in words:
        if word == "glob":
            globs = True
        elif word == "regex":
            raise Unclear("names that are not spelled out")
        elif word not in ("noglob", "noregex"):
            found += _globbed(word) if globs else [word]
            globs = False
    return list(dict.fromkeys(found))


def _globbed(word: str) -> list[str]:
    """The names of `swp1-4.100`, `swp[1-4].100`, `swp[1-4]sub[0-3]`. Raises Unclear for others."""
    found = next((match for each in _GLOBS if (match := each.match(word))), None)
    if found is None or "," in word or "$" in word:
        raise Unclear("names that are not spelled out")
    names = [""]
    *ranges, suffix = found.groups()
    for prefix, first, last in zip(*[iter(ranges)] * 3, strict=True):
        numbers = range(read_number(first), read_number(last) + 1)
        if len(numbers) * len(names) > _MOST_NAMES:
            raise Unclear("more names than a router has ports")
        names = [f"{name}{prefix}{number}" for name in names for number in numbers]
    return [name + suffix for name in names]


def _link_type(draft: LinuxDraft, held: PortDraft, words: list[str], number: int) -> int:
    """A dummy joins nothing; a veth's other end is said by `veth-peer-name`."""
    if _one(words) not in ("veth", "dummy") or _PORT.match(held.name):
        raise Unclear("a kind of interface that is not read")
    return FACT if words[1] == "veth" else HARMLESS


def _peer(draft: LinuxDraft, held: PortDraft, words: list[str], number: int) -> int:
    held.joins = _one(words)
    return FACT


def _link_down(draft: LinuxDraft, held: PortDraft, words: list[str], number: int) -> int:
    value = _one(words)
    if value not in ("yes", "no"):
        raise Unclear("neither yes nor no")
    held.shutdown = value == "yes"
    if held.shutdown and held.name == LOOPBACK:
        raise Unclear(LOOPBACK_DOWN)
    return FACT


def _gateway(draft: LinuxDraft, held: PortDraft, words: list[str], number: int) -> int:
    """A default route in the table of the interface, which a later line may name."""
    draft.gateways.append((held, read_address(_one(words)), number))
    return FACT


def _virtual(draft: LinuxDraft, held: PortDraft, words: list[str], number: int) -> int:
    """`address-virtual [MAC] ADDRESS...`: more addresses, on a device above the port."""
    for text in words[1:]:
        if text != "None" and len(text.split(":")) != _OCTETS:
            held.addresses.append(read_interface(text))
    return FACT


def _bridge_vlans(draft: LinuxDraft, held: PortDraft, words: list[str], number: int) -> int:
    if words[0].replace("_", "-") == "bridge-vlan-aware" and _one(words) in ("no", "off"):
        return FACT
    return _noted(draft, ("VLAN-aware bridges", "put frames into VLANs port by port"), number)


def _tunnel(draft: LinuxDraft, held: PortDraft, words: list[str], number: int) -> int:
    """What it comes to is said at the end: see `_check_tunnels`."""
    held.tunnel.setdefault(words[0].replace("_", "-"), (_one(words), number))
    return FACT


def _check_tunnels(draft: LinuxDraft) -> None:
    """GRE between two addresses is a fact; any other tunnel is known and not modelled."""
    for held in draft.ports.values():
        if not held.tunnel:
            continue
        said = {word: value for word, (value, _) in held.tunnel.items()}
        try:
            if said.pop("tunnel-mode") != "gre" or said.pop("tunnel-ttl", "64") == "inherit":
                raise ValueError
            local, remote = said.pop("tunnel-local"), said.pop("tunnel-endpoint")
            held.ends = TunnelEnds(IPv4Address(local), IPv4Address(remote))
        except (KeyError, ValueError):
            said["other"] = ""
        if said:
            held.ends = None
            _noted(draft, _OTHER_TUNNELS, min(number for _, number in held.tunnel.values()))


def _known(feature: str, what: str) -> "_Attribute":
    return lambda draft, held, words, number: _noted(draft, (feature, what), number)


def _multicast_router(draft: LinuxDraft, held: PortDraft, words: list[str], number: int) -> int:
    if _one(words) not in ("0", "1", "2", "yes", "no", "on", "off"):
        raise Unclear("ifupdown2 makes no bridge of it")
    return HARMLESS


def _mtu(draft: LinuxDraft, held: PortDraft, words: list[str], number: int) -> int:
    if held.name == LOOPBACK and read_number(_one(words)) < _LEAST_MTU:
        raise Unclear(LOOPBACK_DOWN)
    held.mtu = _one(words)
    return HARMLESS


def _broadcast(draft: LinuxDraft, held: PortDraft, words: list[str], number: int) -> int:
    """ifupdown2 3.0 leaves out the addresses beside it (tried): they are taken as there."""
    read_address(_one(words))
    return FACT


def _harmless(draft: LinuxDraft, held: PortDraft, words: list[str], number: int) -> int:
    words[1]  # without a value it is an error
    return HARMLESS


_Attribute = Callable[[LinuxDraft, PortDraft, list[str], int], int]
_ATTRIBUTES: dict[str, _Attribute] = {
    **dict.fromkeys(STANZA_HARMLESS, _harmless),
    **dict.fromkeys(BRIDGE_VLAN_WORDS, _bridge_vlans),
    **dict.fromkeys(VXLAN_WORDS, _known("VXLAN", "joins ports to those of other routers")),
    **dict.fromkeys(TUNNEL_WORDS, _tunnel),
    **dict.fromkeys(MLAG_WORDS, _known("MLAG", "shares ports with another switch")),
    "address": _address,
    "address-virtual": _virtual,
    "alias": _alias,
    "bond-slaves": _members,
    "bridge-mcrouter": _multicast_router,
    "bridge-ports": _members,
    "broadcast": _broadcast,
    "down": _down,
    "gateway": _gateway,
    "link-down": _link_down,
    "link-type": _link_type,
    "mpls-enable": _mpls,
    "mtu": _mtu,
    "netmask": _netmask,
    "post-down": _down,
    "post-up": _up,
    "pre-down": _down,
    "pre-up": _pre_up,
    "up": _up,
    "veth-peer-name": _peer,
    "vlan-id": _vlan_id,
    "vlan-protocol": _tag_protocol,
    "vlan-raw-device": _raw_device,
    "vrf": _vrf,
    "vrf-table": _vrf_table,
}
