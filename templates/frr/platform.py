"""FRRouting on Linux with ifupdown2, as a platform."""

from egovnet.inventory.model import BorderOption
from egovnet.inventory.model.annotations import Form
from egovnet.templates.frr import kept_ports, lines, recognition
from egovnet.templates.frr import parts as text_parts
from egovnet.templates.frr.config import config_reader, known_texts
from egovnet.templates.frr.config.vocabulary import DEFAULT_TABLES, LOOPBACK
from egovnet.templates.frr.interruptions import NOT_IN_PLACE, SECONDS
from egovnet.templates.frr.probes import echo, labels
from egovnet.templates.frr.render import renderer
from egovnet.templates.frr.reserved_names import INTERFACES, VRFS
from egovnet.templates.frr.secrets import kept_keys, key_lines, secret_places
from egovnet.templates.frr.state import (
    brief_state,
    ipsec_reader,
    recorded_flows,
    running_reader,
    running_script,
    state_reader,
)
from egovnet.templates.model.text_reading import TextReading
from egovnet.templates.platform import (
    Capabilities,
    Commit,
    FlowRecords,
    KernelTables,
    LabelWatch,
    Platform,
)

_CAPABILITIES = Capabilities(
    # `.` and the VLAN id (up to 5 characters) follow; a Linux interface name has 15.
    port=Form(
        r"[a-z][a-z0-9]{0,9}",
        "a lower-case letter, then lower-case letters and digits, at most 10 characters in all, as "
        "Linux calls it",
        "eth3",
    ),
    loopback=LOOPBACK,
    # 10 characters leave room in a Linux interface name (15) for zone prefix and spoke number.
    vpn=Form(
        r"[a-z][a-z0-9]{0,9}",
        "a lower-case letter, then lower-case letters and digits, at most 10 characters in all: "
        "names of VRFs are made of it",
        "taxation",
    ),
    reserved_vrfs=frozenset(VRFS),
    reserved_ports=INTERFACES,
    # 1001 is the first table that ifupdown2 takes, as on Cumulus; customers' start at 1002.
    tables=KernelTables(default=DEFAULT_TABLES, management=1001, untagged=5000),
    # Linux's rule l3mdev: what a VRF's table does not have is looked up in the main one.
    isolated_lookups=False,
    routes_untagged=True,
    commit=Commit.IN_STEPS,
    has_faults=True,
    shows_running_state=True,
    interruption_seconds=SECONDS,
    not_in_place=NOT_IN_PLACE,
    drains=True,
    bfd=True,
    session_timers=True,
    ttl_security=True,
    # bgpd 8.4 takes such a session for one over several hops: its BFD is on UDP port 4784
    bfd_with_ttl_security=False,
    # TCP-MD5 and IS-IS' HMAC-MD5: release 8.4 has neither TCP-AO nor key chains for them
    authenticates=frozenset(("isis", "ldp", "bgp")),
    encrypts=True,
    filters_packets=True,
    borders=frozenset((BorderOption.A,)),
    borders_lack={
        BorderOption.B: "FRR 8.4, whose texts are written here, gives a neighbour's VPN routes no "
        "label of its own, so that their packets are dropped; FRR 10.3 of Debian 13 does (mpls bgp "
        "l3vpn-multi-domain-switching), and loses labels of more than two next hops"
    },
)


class Frr:
    """FRR 8.4 on Debian 12: one text of ifupdown2's interfaces and of frr.conf."""

    name = "frr"
    capabilities = _CAPABILITIES
    label_watch: LabelWatch | None = labels
    flow_records: FlowRecords | None = recorded_flows
    text_reading: TextReading | None = known_texts

    render = staticmethod(renderer.render)
    render_day0 = staticmethod(renderer.render_day0)
    render_ike = staticmethod(renderer.render_ike)
    read_config = staticmethod(config_reader.read_config)
    recognises = staticmethod(recognition.recognises)
    stated_name = staticmethod(recognition.stated_name)

    line_meaning = staticmethod(lines.line_meaning)
    statement = staticmethod(lines.statement)
    parts = staticmethod(text_parts.parts)
    faults = staticmethod(text_parts.faults)
    redact = staticmethod(secret_places.redact_text)
    keep_keys = staticmethod(kept_keys.keep_keys)
    keep_ports = staticmethod(kept_ports.keep_ports)
    hide_keys = staticmethod(key_lines.hide_keys)
    redact_messages = staticmethod(secret_places.redact_messages)

    state_script = staticmethod(state_reader.state_script)
    read_state = staticmethod(state_reader.read_state)
    brief_script = staticmethod(brief_state.brief_script)
    split_brief = staticmethod(brief_state.split_brief)
    read_brief = staticmethod(brief_state.read_brief)
    running_script = staticmethod(running_script.running_script)
    read_running = staticmethod(running_reader.read_running)
    read_ipsec = staticmethod(ipsec_reader.read_ipsec)

    probe_script = staticmethod(echo.probe_script)
    read_answers = staticmethod(echo.read_answers)


PLATFORM: Platform = Frr()
