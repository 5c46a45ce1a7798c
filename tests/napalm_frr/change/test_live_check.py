"""Which texts the router's agent lets vtysh check, on a real router."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from napalm.base.exceptions import ReplaceConfigException

from napalm_frr import FRRDriver
from tests.napalm_frr.beside import BesideReal

if TYPE_CHECKING:
    from tests.napalm_frr.beside import Beside
    from tests.napalm_frr.conftest import TwoRouters

pytestmark = pytest.mark.real_only("an emulated router has one vtysh")
#: In place of vtysh: counts the checks it is asked for.
COUNTING = (
    'printf \'#!/bin/sh\\n[ "$1" != -C ] || echo so >>/run/checks\\nexec /usr/bin/vtysh "$@"\\n\''
    " > /usr/sbin/vtysh; chmod 755 /usr/sbin/vtysh; rm -f /run/checks"
)


def checks(beside: BesideReal) -> int:
    return int(beside.run("cat /run/checks 2>/dev/null | wc -l"))


def test_a_text_is_checked_once_by_a_vtysh(
    router: FRRDriver, r1: Beside, two_routers: TwoRouters
) -> None:
    assert isinstance(r1, BesideReal)
    text = router.running_text() + "ip prefix-list CHECKED seq 5 permit 10.0.0.0/8\n"
    wrong = text + "ip prefix-list CHECKED seq 6 perhaps 10.0.0.0/8\n"
    router.load_replace_candidate(config=text)
    r1.run(COUNTING)
    try:
        for times, config in enumerate((text, text + "!\n", text), start=1):
            # another vtysh, another text, and the first again: it was not the last
            for _ in range(2):
                other = two_routers.driver("r1")
                other.open()
                other.load_replace_candidate(config=config)
                other.close()
            assert checks(r1) == times
        for _ in range(2):
            with pytest.raises(ReplaceConfigException, match="perhaps"):
                router.load_replace_candidate(config=wrong)
        assert checks(r1) == 5
    finally:
        r1.run("rm -f /usr/sbin/vtysh /run/checks")
