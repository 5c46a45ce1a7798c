"""NAPALM driver for FRRouting 8.4 on Debian with ifupdown2 and nftables, over Netmiko.

`napalm.get_network_driver("frr")` finds `FRRDriver`. A device's text is whole: its name, what Linux
applies, what nftables filters, where anything, and what FRR applies (`device_text`); all are
diffed, pushed, read back and undone together.

What a commit does
------------------
1. At load, before anything changes: `vtysh -C` on the text, a strict check of the interfaces
   part, `nft -c` on the packet filter, and a refusal to touch what manages the router or to drop
   SSH that comes in by it (`filter_guard`).
2. The controller computes the commands (`delta`) and sends them with the inverse ones to the
   router, where the agent (`router_agent*.sh`) takes the lock, takes a snapshot and compares it
   with what the controller saw.
3. A process of its own session on the router withdraws, changes Linux (`ifreload -a`), provides
   and reads back. It does not need the SSH session any more. What Linux cannot change on an
   interface that is there (a VRF's table, a VLAN's number or port) is taken away before `ifreload`
   and made anew (`delta.remade`): the ports of such a VRF are down until they are in it again,
   and its instances of FRR go before it and come after it. A packet filter that changes closes
   before all that and opens after it: between, the kernel has the tables of the old and of the
   new one, whose names end in `-next`, and a packet passes that passes both.
4. The controller compares what was read back with the candidate, FRR's part line by line and
   Linux's against the kernel (`linux_check`). Where they differ it corrects, at most twice: once
   more with a delta, then with `frr-reload.py`. Then it accepts, or the router goes back. A
   router that hears no verdict in `accept_seconds` goes back by itself.
5. With `revert_in` the same process waits for `confirm_commit` from any session, else goes
   back.

What is atomic and what is not
------------------------------
FRR has no candidate and no commit: a change is a replay of lines, and packets see the states
between.

- **Not atomic: the running state, while a commit runs** (2 to 6 s on an emulated router). Lines
  take effect one by one, and Linux's part between two groups of them. The order keeps VPNs apart:
  imports go first, then exports; imports come last.
- **Atomic: the packet filter.** It is replaced in one transaction of nft. What packets had put into
  its dynamic sets goes on in those of the same names; a change of other parts leaves it alone.
- **All or nothing: the outcome.** Either the router reads back as the candidate, or it is restored
  and reads back as the snapshot; if that too fails the error says so (`RouterNotRestored`). A value
  that FRR does not print (a session's state, counters) is not part of it.
- **Boot**: /etc/frr/frr.conf, /etc/hostname and /etc/nftables.conf change only when a commit is
  final. So does /etc/network/interfaces, except for the seconds of `ifreload`, which reads only
  that file. They are each replaced whole, one after the other; until all are, /etc/nftables.conf
  holds both filters. systemd's nftables.service is enabled with the first filter. A power cut in
  between boots a mixture, and the router knows: the agent left a mark before. When it is next asked
  about commits or for one, it first takes the router back (to undone), or, where the confirmation
  had been begun, completes it (to confirmed); `broken` says that it could not.
- **A restart inside the timer** comes back with the old texts; the pending commit is then `undone`,
  and `confirm_commit` says so.
- **The timer** is one process. It survives the controller, the session and sshd, not `kill -9` on
  itself: then the commit stays, unconfirmed (status `orphan`); the next commit is refused and
  `rollback()` undoes it.
- **The id** of a commit may be chosen by the controller (`commit_as`), before it commits. So
  whoever recovers after it asks each router what became of exactly that commit (`commit_state`),
  extends it, confirms it or takes it back, and never another's. A router remembers its last eight
  commits.
- **FRR's daemons**: one that ended while a commit was under way is started again on the way back; a
  text that needs one that does not run is refused (`DaemonDeadError`), and nothing is compared with
  it.
- **Storage**: a commit is refused (`DeviceStorageError`) where the router has no room for all that
  it would write; going back needs no disk.
- **The lock** binds this driver's writers only; a person at vtysh is not stopped. What a person
  changes before a commit is seen (the snapshot differs from what was read) and reckoned with; what
  is changed while a commit is pending is not made permanent by its confirmation, and is undone by
  going back, in the start-up files as well.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from napalm_frr.change.commit import CommitStage, CommitState
    from napalm_frr.driver import FRRDriver

__all__ = ["CommitStage", "CommitState", "FRRDriver"]
#: Where each is. NAPALM, Netmiko and paramiko take a second to import: who wants the agent's text,
#: as the lab and `python -m napalm_frr` do, needs none of them.
_MODULES = {
    "CommitStage": "napalm_frr.change.commit",
    "CommitState": "napalm_frr.change.commit",
    "FRRDriver": "napalm_frr.driver",
}


def __getattr__(name: str) -> object:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_MODULES[name]), name)


def __dir__() -> list[str]:
    # napalm.get_network_driver() looks through it for the driver's class
    return sorted({*globals(), *__all__})
