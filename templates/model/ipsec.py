"""IPsec as a router's kernel has it: policies, whom it has keys with, switches. No key is in it.

Findings quote `text`, which is the line that the router printed. What is not understood of a
policy stands in its `conditions`: it may be asked of a packet, and it may not.
"""

from dataclasses import dataclass
from typing import Literal

from egovnet.inventory.model import IPNetwork
from egovnet.templates.model.device import IPAddress


@dataclass(frozen=True, slots=True)
class IpsecTemplate:
    """What a policy asks of packets: `required` with "esp" and "transport" is RFC 4303's."""

    protocol: str
    mode: str
    required: bool = True


@dataclass(frozen=True, slots=True)
class IpsecPolicy:
    """A policy of IPsec (RFC 4301 section 4.4.1) of the whole router, none of a program's socket.

    The lowest `priority` that a packet matches decides. `direction` "in", "out" or "fwd".
    """

    direction: str
    source: IPNetwork
    destination: IPNetwork
    priority: int
    text: str
    #: None: any.
    protocol: str | None = None
    blocks: bool = False
    templates: tuple[IpsecTemplate, ...] = ()
    #: Words that narrow it, or that nobody knows: marks, ports, interfaces, kinds.
    conditions: tuple[str, ...] = ()
    #: For virtual interfaces of IPsec alone, of which packets of other interfaces have nothing.
    of_interface: bool = False


@dataclass(frozen=True, slots=True)
class IpsecAssociation:
    """That a router has keys for packets from one address to another; one for all like it.

    `cipher` is the kernel's name of the algorithm, "" before both ends have agreed.
    """

    source: IPAddress
    destination: IPAddress
    protocol: str
    mode: str
    cipher: str = ""


@dataclass(frozen=True, slots=True)
class IpsecSwitch:
    """That packets of an interface are asked for no policy: those that leave by it ("out"), or
    that come in ("in"). `interface` may be `all`, or `default`: those that are made from now on."""

    direction: Literal["in", "out"]
    interface: str
    text: str


@dataclass(frozen=True, slots=True)
class IpsecState:
    """All of one router. A kernel that was never asked for IPsec has none, and is not asked."""

    policies: tuple[IpsecPolicy, ...] = ()
    associations: tuple[IpsecAssociation, ...] = ()
    switches: tuple[IpsecSwitch, ...] = ()
    #: What was not read, and why; "" for nothing.
    unread: str = ""
    #: That policies of the router's own text are not there is told already: they are taken to be.
    missing_told: bool = False
