"""A router's memory, and what a restart leaves of it."""

from egovnet.lab.emulated.router.router import Router
from tests.lab.emulated.conftest import STATIC, TEXTS


def test_a_restart_loses_what_was_not_written() -> None:
    router = Router("r1", TEXTS["r1"])
    before = router.boot_id
    router.run_script(STATIC)
    router.hostname = "renamed"
    router.note()
    assert router.running_text() != TEXTS["r1"] == router.startup_text()
    router.restart()
    assert router.running_text() == TEXTS["r1"]
    assert router.boot_id != before
    digests = [digest for _, digest in router.timeline.entries]
    assert digests[0] == digests[-1] != digests[1]
