"""A second platform, as unlike FRR as the contract allows, to prove that nothing above knows one.

Ports are `ge-0/0/1`, a VLAN's unit is `ge-0/0/1.100`, the loopback is `lo0.0` and management is
`me0`; VRFs have no kernel tables and their look-ups end there; a configuration is committed as a
whole; labels cannot be watched. Its language has one statement a line: see `render`.

Used in a test as `with registered(TOY):`, or by a device that runs its text: see `device`.
"""

import re
from collections.abc import Iterator

from egovnet.inventory.model.annotations import Form
from egovnet.templates.model.device import Device
from egovnet.templates.model.text_reading import TextReading
from egovnet.templates.platform import (
    Capabilities,
    Commit,
    FlowRecords,
    KeptKeys,
    LabelWatch,
    Platform,
    Recognition,
)
from tests.toy_platform import lines, probes, state
from tests.toy_platform.language import HEAD, render, render_day0
from tests.toy_platform.reader import read_config


def _recognises(text: str) -> Recognition:
    return Recognition.CERTAIN if text.startswith(HEAD) else Recognition.NO


def _no_ike(_device: Device) -> None:
    """It encrypts nothing."""


def _stated_name(text: str) -> tuple[str, int] | None:
    found = re.search(r"^system (\S+)", text, re.M)
    return (found[1], text.count("\n", 0, found.start()) + 1) if found else None


class Toy:
    """The toy, as `egovnet.templates.platform.Platform` wants one."""

    name = "toy"
    capabilities = Capabilities(
        port=Form(r"ge-\d+/\d+/\d+|me0", "ge- and three numbers with / between", "ge-0/0/1"),
        loopback="lo0.0",
        vpn=Form(r"[a-z][a-z0-9]{0,30}", "letters and digits", "taxation"),
        reserved_vrfs=frozenset({"master"}),
        tables=None,
        isolated_lookups=True,
        routes_untagged=False,
        commit=Commit.AT_ONCE,
        has_faults=False,
        shows_running_state=False,
    )
    label_watch: LabelWatch | None = None
    text_reading: TextReading | None = None
    flow_records: FlowRecords | None = None

    render = staticmethod(render)
    render_day0 = staticmethod(render_day0)
    render_ike = staticmethod(_no_ike)
    read_config = staticmethod(read_config)
    recognises = staticmethod(_recognises)
    stated_name = staticmethod(_stated_name)

    line_meaning = staticmethod(lines.line_meaning)
    statement = staticmethod(lines.statement)
    parts = staticmethod(lines.parts)

    @staticmethod
    def faults(diff: str) -> Iterator[str]:
        del diff
        return iter(())  # it does what its text says

    redact = staticmethod(lines.redact)
    hide_keys = staticmethod(lines.redact)

    @staticmethod
    def keep_keys(running: str, intended: str) -> KeptKeys:
        return KeptKeys(intended)  # it has no keys

    redact_messages = staticmethod(lines.redact_messages)

    state_script = staticmethod(state.state_script)
    read_state = staticmethod(state.read_state)
    brief_script = staticmethod(state.brief_script)
    split_brief = staticmethod(state.split_brief)
    read_brief = staticmethod(state.read_brief)
    running_script = staticmethod(state.running_script)
    read_running = staticmethod(state.read_running)
    read_ipsec = staticmethod(state.read_ipsec)

    probe_script = staticmethod(probes.probe_script)
    read_answers = staticmethod(probes.read_answers)


TOY: Platform = Toy()
