"""What a platform is: the contract between a device's text and everything above it.

A platform is a folder of this room with a `platform.py`, whose `PLATFORM` keeps this Protocol
(`registry` finds it). Nothing above asks what a platform is called: it asks what it can do, by
its `Capabilities`, and has the platform say or read everything that is in its own words.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, IntEnum, auto
from typing import Protocol

from egovnet.inventory.model.annotations import Form
from egovnet.inventory.model.borders import BorderOption
from egovnet.templates.model.device import Device
from egovnet.templates.model.facts import DeviceFacts
from egovnet.templates.model.ike_texts import IkeTexts
from egovnet.templates.model.interruption import InterruptionClass
from egovnet.templates.model.ipsec import IpsecState
from egovnet.templates.model.lines import LineMeaning
from egovnet.templates.model.parts import PartKind, Parts
from egovnet.templates.model.probe import Probe
from egovnet.templates.model.recorded_flow import RecordedFlow
from egovnet.templates.model.recorded_translation import RecordedTranslation
from egovnet.templates.model.running_state import RunningState
from egovnet.templates.model.state import BriefAnswer, DeviceState
from egovnet.templates.model.text_reading import TextReading


class Recognition(IntEnum):
    """How sure a platform is that a text is one of its own."""

    NO = 0
    #: It has words that other platforms have as well.
    POSSIBLE = 1
    #: It says so itself.
    CERTAIN = 2


class Commit(Enum):
    """What a router is while a configuration is pushed to it."""

    #: Lines take effect one after another: imports are withdrawn, then exports, then interfaces
    #: and VRFs change, then exports are added, then imports.
    IN_STEPS = auto()
    #: What it was, and then what it is to be; nothing between.
    AT_ONCE = auto()


@dataclass(frozen=True, slots=True)
class KernelTables:
    """Numbered tables of the router's kernel that VRFs are tied to."""

    #: Of the default instance, by all its numbers.
    default: frozenset[int]
    #: Of the management VRF.
    management: int
    #: Of the VRF in which frames without a tag end.
    untagged: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a platform can do and how it names things, as data. Lengths are in characters."""

    #: Ports that customers and circuits may be on.
    port: Form
    #: Name of a VLAN on a port, of `{port}` and `{vlan}`.
    vlan_interface: str = "{port}.{vlan}"
    #: The router's own loopback in the default table.
    loopback: str
    #: VPN ids, which names of VRFs are made of.
    vpn: Form
    #: Names that no VRF may have.
    reserved_vrfs: frozenset[str]
    #: Names that no port may have, and what has them already.
    reserved_ports: Mapping[str, str] = field(default_factory=dict)
    #: None: VRFs have no number on the router.
    tables: KernelTables | None
    #: A look-up that finds nothing in a VRF ends there, whatever routes it has.
    isolated_lookups: bool
    #: Frames without a tag on a port that carries VLANs would be routed in the default table.
    routes_untagged: bool
    commit: Commit
    #: The device may do otherwise than its own configuration says (interfaces of an operating
    #: system), which its driver then reports as faults.
    has_faults: bool
    #: The device shows what it does besides its configuration: rules, tables, labels, VPN routes.
    shows_running_state: bool
    #: The device can ask others to send nothing through it, so that it may be taken out.
    drains: bool = False
    #: It speaks BFD (RFC 5880) on circuits and with customers' routers.
    bfd: bool = False
    #: A customer's session may have timers of its own.
    session_timers: bool = False
    #: Of a customer's session it takes only what no router handed on (RFC 5082).
    ttl_security: bool = False
    #: The BFD of such a session is still that of two neighbours (RFC 5881).
    bfd_with_ttl_security: bool = False
    #: What it authenticates of the backbone's own sessions, each by a key: "isis", "ldp", "bgp".
    authenticates: frozenset[str] = frozenset()
    #: It carries VPNs from PE to PE in ESP, and drops what it cannot encrypt.
    encrypts: bool = False
    #: It filters packets by the connections that they are of.
    filters_packets: bool = False
    #: Options by which it joins another operator's backbone. A: a session may have a filter of what
    #: is announced. B: to routes of the neighbour it gives labels of its own.
    borders: frozenset[BorderOption] = frozenset()
    #: What it lacks for the others, for people.
    borders_lack: Mapping[BorderOption, str] = field(default_factory=dict)
    #: Seconds for which a change of that class interrupts, as measured; without: not measured.
    interruption_seconds: Mapping[InterruptionClass, float] = field(default_factory=dict)
    #: What of a router as a whole cannot be given another value while sites depend on it -> why,
    #: and what to do instead: a plan of it is refused.
    not_in_place: Mapping[PartKind, str] = field(default_factory=dict)

    def access_interface(self, port: str, vlan: int | None) -> str:
        """Name of the interface on a port; `vlan` None: the port itself."""
        return port if vlan is None else self.vlan_interface.format(port=port, vlan=vlan)

    def port_of(self, interface: str) -> str:
        """The port that an interface is a VLAN on; of any other its own name."""
        pattern = re.escape(self.vlan_interface.format(port="PORT", vlan="VLAN"))
        pattern = pattern.replace("PORT", "(.+)").replace("VLAN", r"\d+")
        found = re.fullmatch(pattern, interface)
        return found[1] if found else interface


class FlowRecords(Protocol):
    """How to read what a router's driver says of the flows that its filter recorded."""

    def read_flows(self, answer: str) -> tuple[RecordedFlow, ...]:
        """Every flow of an answer.

        Raises:
            FlowsNotReadError: it is none.
        """

    def read_translations(self, answer: str, now: int) -> tuple[RecordedTranslation, ...]:
        """Every translation of an answer that came at `now`, seconds since the epoch.

        Raises:
            FlowsNotReadError: it is none.
        """


class LabelWatch(Protocol):
    """How to read what a router's driver saw on its circuits."""

    def label_stacks(self, output: str) -> list[str]:
        """Each label stack that was seen, such as "label 17, label 80"."""


@dataclass(frozen=True, slots=True)
class KeptKeys:
    """A configuration that takes no key away that egovnet does not manage.

    Keys are named by their lines, without the keys themselves.
    """

    text: str
    #: Keys that are in `text` because the device has them.
    kept: tuple[str, ...] = ()
    #: Keys that go with what they belong to.
    gone: tuple[str, ...] = ()


class Platform(Protocol):
    """What a platform does with a device. Pure: text in, text or facts out."""

    #: As Nornir and NAPALM call it.
    name: str
    capabilities: Capabilities
    #: None: labels cannot be watched.
    label_watch: LabelWatch | None
    #: None: its filters record no flows.
    flow_records: FlowRecords | None
    #: None: nothing is written down about how its texts are known.
    text_reading: TextReading | None

    # -- configuration --------------------------------------------------------------------------

    def render(self, device: Device) -> str:
        """The intended text of `device`: canonical, so that the router prints the same back."""

    def render_day0(self, device: Device) -> str:
        """The text that a router is delivered with: its name, management and nothing else."""

    def render_ike(self, device: Device) -> IkeTexts | None:
        """What its key exchange goes by, which is not part of the text; None: it has none."""

    def read_config(self, text: str, source: str) -> DeviceFacts:
        """The facts of a text; `source` is where it came from, for findings and errors.

        Never a line ignored: what has no meaning here is in `not_understood`.

        Raises:
            ConfigTextError: it is no configuration, or cut off.
        """

    def recognises(self, text: str) -> Recognition:
        """Whether a text of unknown origin is one of this platform's."""

    def stated_name(self, text: str) -> tuple[str, int] | None:
        """The name that a text says is its router's, and the line (from 1); None: it says none."""

    # -- lines ----------------------------------------------------------------------------------

    def line_meaning(
        self,
        device: Device,
        part: str,
        path: tuple[str, ...],
        line: str,
        sign: str,
        *,
        shared: bool,
    ) -> LineMeaning:
        """What a line that differs is about.

        `path` are the headers of its context, `line` is "" for the context itself, `sign` "-"
        where the device has it and is not intended to, "+" where it lacks it. `shared`: the
        intended text has the context.
        """

    def statement(self, line: str) -> frozenset[str]:
        """What a line sets, however it is written: lines with equal statements set the same."""

    def parts(self, text: str) -> Parts:
        """Every statement of a text, by what it is about; none is left out. Never fails."""

    def faults(self, diff: str) -> Iterator[str]:
        """Of a driver's diff the sentences that say where the device does not do what its own
        text says."""

    def redact(self, text: str) -> str:
        """A whole text without its secrets."""

    def hide_keys(self, words: str) -> str:
        """Words for people without the keys of the lines that they quote, and else unchanged."""

    def keep_keys(self, running: str, intended: str) -> KeptKeys:
        """`intended` with the keys of `running` that somebody set by hand."""

    def keep_ports(self, running: str, intended: str, ports: Collection[str]) -> str:
        """`intended` with the lines of `running` that are of `ports`, of which it has none."""

    def redact_messages(self, messages: Iterable[str], texts: Iterable[str]) -> list[str]:
        """Sentences about devices that run `texts`, without the texts' secrets."""

    # -- state ----------------------------------------------------------------------------------

    def state_script(self, device: Device) -> str:
        """What asks a device for its state in one round trip."""

    def read_state(self, device: Device, answer: str) -> DeviceState:
        """The state that an answer to `state_script` tells of."""

    def brief_script(self, device: Device, seen: str = "") -> str:
        """The same in few words, or in none where the digest of the answer is `seen`.

        With `shows_running_state`, its answer is one to `running_script` without links as well.
        """

    def split_brief(self, output: str, seen: str = "") -> BriefAnswer:
        """What a brief script printed."""

    def read_brief(
        self,
        device: Device,
        said: str,
        routes: Mapping[str, frozenset[str]],
        running: str | None,
    ) -> DeviceState | None:
        """The state that a brief answer tells of, where each VRF has exactly `routes`.

        `running` is the text that was read beside it, None where it is as intended. None: all
        must be asked for.
        """

    def running_script(self, device: Device, *, links: bool) -> str:
        """What asks a device for its rules, routes, labels and, as a reflector, VPN routes.

        `links`: for its interfaces as well. Never asked where `shows_running_state` is false.
        """

    def read_running(self, answer: str, ipsec: str | None = None) -> RunningState:
        """The state that an answer to `running_script` tells of, and what the driver read of IPsec
        (None: nobody did); what makes no sense is in its `unread`."""

    def read_ipsec(self, answer: str) -> IpsecState:
        """What the driver read of IPsec alone. Asked only where the platform `encrypts`."""

    # -- probes ---------------------------------------------------------------------------------

    def probe_script(self, probes: Sequence[Probe], parallel: int = 8) -> str:
        """What sends echo requests from a router's VRFs, about `parallel` at once."""

    def read_answers(self, output: str, probes: Sequence[Probe]) -> list[bool]:
        """Whether each probe was answered, in order.

        Raises:
            PacketsNotSentError: the script did not come to its end.
        """
