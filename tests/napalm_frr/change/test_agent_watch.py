"""Labels on a router's ports: a capture that is ended has written what it saw."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.napalm_frr.change.agent_host import AgentHost

SEEN = "12:00:00.000000 MPLS (label 17, tc 0, [S], ttl 63) IP 10.1.0.1 > 10.1.0.2: ICMP"
#: Writes when it is told to end, and takes its time.
_TCPDUMP = f"""#!/bin/sh
trap 'sleep 0.6; echo "{SEEN}"; exit 0' TERM
while :; do sleep 0.05; done
"""


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AgentHost]:
    host = AgentHost(tmp_path_factory.mktemp("watch") / "host")
    host.reset()
    host.sh("cat >/usr/sbin/tcpdump && chmod 755 /usr/sbin/tcpdump", _TCPDUMP)
    yield host
    host.close()


def test_what_is_written_late_is_seen(host: AgentHost) -> None:
    driver = host.driver()
    handle = driver.watch_labels(["eth1", "eth2"], 60)
    assert driver.labels_seen(handle) == f"{SEEN}\n" * 2
    assert driver.labels_seen(handle) == ""
    assert host.processes() == 0
