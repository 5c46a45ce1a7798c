"""ifupdown2's own parser: what stanzas, attributes and values it takes of a text.

Debian's package runs in the directory that the daemons run in; the kernel has no part in it.
"""

import json
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass

from tests.oracle.frr_root import chroot_command
from tests.oracle.linux_agreement import facts_of

_SCRIPT = r"""
import json, logging, sys
sys.path[:0] = ["/usr/share/ifupdown2", "/usr/share/ifupdown2/addons"]
from ifupdown.networkinterfaces import networkInterfaces
logging.disable(logging.CRITICAL)
for text in json.load(sys.stdin):
    parser = networkInterfaces(
        interfacesfileiobuf=text, template_enable="1", template_engine="mako")
    found = []
    parser.subscribe("iface_found", found.append)
    parser.subscribe("validateifaceattr", lambda name, value: True)
    try:
        parser.load()
    except Exception as error:
        parser.errors += 1
    stanzas = [
        {
            "name": one.name,
            "auto": bool(one.auto),
            "config": one.config,
            "family": one.addr_family[0] if one.addr_family else "",
            "method": one.addr_method or "",
        }
        for one in found
    ]
    print(json.dumps({"errors": parser.errors, "stanzas": stanzas}))
"""


@dataclass(frozen=True)
class Stanza:
    """One `iface` as ifupdown2 has it: attributes with their values in order."""

    name: str
    auto: bool
    config: dict[str, list[str]]
    #: "inet", "inet6" or "", and how it gets its addresses.
    family: str
    method: str


@dataclass(frozen=True)
class Parsed:
    """What became of a text."""

    errors: int
    stanzas: tuple[Stanza, ...]


def parse(texts: Sequence[str]) -> list[Parsed]:
    """What ifupdown2's parser makes of each text."""
    command = "cat >/tmp/texts; python3 -S -c '" + _SCRIPT.replace("'", "'\\''") + "' </tmp/texts"
    done = subprocess.run(
        chroot_command(command),
        input=json.dumps(list(texts)),
        capture_output=True,
        text=True,
        check=True,
    )
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(found) == len(texts), done.stderr
    return [Parsed(f["errors"], tuple(Stanza(**each) for each in f["stanzas"])) for f in found]


def written(parsed: Parsed) -> str:
    """The plainest text of what ifupdown2 took."""
    lines: list[str] = []
    for stanza in parsed.stanzas:
        lines += [f"auto {stanza.name}"] if stanza.auto else []
        words = (stanza.family, stanza.method) if stanza.family else ()
        lines.append(" ".join(("iface", stanza.name, *words)))
        masks = iter(stanza.config.get("netmask", ()))
        for word, values in stanza.config.items():
            # values that belong to an address are empty where an address has none
            for value in filter(None, values if word != "netmask" else ()):
                lines.append(f"    {word} {value}")
                mask = next(masks, "") if word == "address" else ""
                lines += [f"    netmask {mask}"] if mask else []
    return "".join(f"{line}\n" for line in lines)


def difference(text: str, parsed: Parsed) -> str:
    """Where the reader takes another thing than ifupdown2 of a text; "" where both agree.

    The reader is asked twice, for the text and for the plainest text of what ifupdown2 took.
    """
    mine, theirs = facts_of(text), facts_of(written(parsed))
    if mine.not_understood:
        return ""
    if parsed.errors:
        return "ifupdown2 finds an error"
    for name in ("not_understood", "interfaces", "vrfs", "statics", "policy_routes"):
        if getattr(mine, name) != getattr(theirs, name):
            return f"{name}: {getattr(mine, name)} is taken as {getattr(theirs, name)}"
    return ""
