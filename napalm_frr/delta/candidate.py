"""A candidate before it is seen against the running configuration; pure."""

from __future__ import annotations

from dataclasses import dataclass

from napalm_frr.delta.merge import merge_device
from napalm_frr.text.device_state import DeviceState
from napalm_frr.text.device_text import DeviceText


@dataclass(frozen=True)
class Loaded:
    """What was loaded; `against` makes the candidate of it."""

    #: The whole text to have instead of the running one; None to start from the running one.
    replacement: DeviceText | None
    #: What to merge into it, in order.
    fragments: tuple[DeviceText, ...] = ()

    def against(self, running: DeviceState) -> DeviceState:
        """The configuration that a commit would lead to."""
        state = running if self.replacement is None else DeviceState.of(self.replacement)
        for fragment in self.fragments:
            state = merge_device(state, fragment)
        return state
