"""A PE with an encrypted VPN, and what its kernel has of IPsec, as iproute2 6.1 prints it."""

from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from egovnet.inventory.allocation.allocate import allocate
from egovnet.inventory.load import load
from egovnet.isolation.model.expectation import Expectation, from_inventory
from egovnet.isolation.model.verdict import Verdict
from egovnet.isolation.prove_running import prove_running
from egovnet.templates.frr.state.ipsec_reader import read_ipsec
from egovnet.templates.intend.build_devices import intend
from egovnet.templates.model.facts import DeviceFacts
from egovnet.templates.model.running_state import RunningState
from egovnet.templates.registry import read_config, render
from tests.small_encryption import small_encryption

PE, OWN, OTHER, POOL = "bj-pe1", "10.255.0.2", "10.255.0.3", "10.255.0.0/20"


def policy(
    src: str,
    dst: str,
    way: str,
    *templates: str,
    proto: str = "proto gre ",
    action: str = "",
    priority: int = 371328,
    ptype: str = "main",
    after: str = "",
) -> str:
    """A line of the agent; `after` are words behind the templates."""
    asked = "".join(
        rf"tmpl src 0.0.0.0 dst 0.0.0.0\{chr(9) * 2}{template}\{chr(9)}" for template in templates
    )
    action = f"action {action} " if action else ""
    own = f"dir {way} {action}priority {priority} ptype {ptype} "
    return f"policy src {src} dst {dst} {proto}\\\t{own}\\\t{asked}{after}\\"


ESP = "proto esp reqid 1 mode transport"
AGREED_ESP = "proto esp spi 0xc7faa855 reqid 2 mode transport"
LAST = 4000000000
BLOCK_OUT = policy(f"{OWN}/32", "0.0.0.0/0", "out", action="block", priority=LAST)
BLOCK_IN = policy("0.0.0.0/0", f"{OWN}/32", "in", action="block", priority=LAST)
#: What strongSwan 5.9.8 has for the whole pool, and for a PE that it has agreed with.
TRAPS = (
    policy("0.0.0.0/0", POOL, "out", ESP, priority=389504),
    policy(POOL, "0.0.0.0/0", "in", ESP, priority=389504),
)
AGREED = (
    policy(f"{OWN}/32", f"{OTHER}/32", "out", AGREED_ESP, priority=366975),
    policy(f"{OTHER}/32", f"{OWN}/32", "in", ESP, priority=366975),
)
SOCKETS = (
    "policy src 0.0.0.0/0 dst 0.0.0.0/0 \\\tsocket in priority 0 ptype main \\",
    "policy src ::/0 dst ::/0 \\\tsocket out priority 0 ptype main \\",
)
KEYS = tuple(
    f"keys src {a} dst {b} proto esp mode transport cipher rfc4106(gcm(aes))"
    for a, b in ((OWN, OTHER), (OTHER, OWN))
)
WELL = (*SOCKETS, *AGREED, *TRAPS, BLOCK_OUT, BLOCK_IN, *KEYS)


@cache
def network() -> tuple[dict[str, DeviceFacts], Expectation]:
    with TemporaryDirectory() as place:
        read = load(small_encryption(Path(place) / "inventory"))
    allocation = allocate(read)
    devices = intend(read, allocation).values()
    facts = {one.name: read_config(render(one), one.name, "frr") for one in devices}
    return facts, from_inventory(read, allocation)


def verdict_with(*lines: str, told: bool = False) -> Verdict:
    """The verdict over the network, where the PE's kernel has these."""
    facts, expectation = network()
    ipsec = read_ipsec("".join(f"{line}\n" for line in lines))
    if told:
        ipsec = replace(ipsec, missing_told=True)
    return prove_running(facts, {PE: RunningState(ipsec=ipsec)}, expectation)
