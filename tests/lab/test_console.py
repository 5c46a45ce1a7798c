from egovnet.lab.console import read_console

CONSOLE = """\
SeaBIOS (version 1.16)
egovnet: 3.90 kernel
egovnet: 4.50 links
egovnet: 9.00 node pe1 daemons
egovnet: 9.50 node pe1 ssh
egovnet: 9.70 warning: pe1: ifreload: something odd
egovnet: 9.80 node pe1 ready
egovnet: 9.90 failed: pe2: zebra did not start: exit code 1
egovnet: failed: modules are missing: FATAL: Module vrf not found
egovnet: 10.00 node pe3 re"""


def test_stages_nodes_warnings_and_failures_are_told_apart() -> None:
    report = read_console(CONSOLE)
    assert report.stages == {"kernel": 3.9, "links": 4.5}
    assert report.ssh == {"pe1": 9.5}
    assert report.ready == {"pe1": 9.8}, "a line still being written counts for nothing"
    assert report.warnings == ["pe1: ifreload: something odd"]
    assert report.failures == [
        "pe2: zebra did not start: exit code 1",
        "modules are missing: FATAL: Module vrf not found",
    ]


def test_a_kernel_that_panics_is_a_failure() -> None:
    assert read_console("[ 1.0] Kernel panic - not syncing: x\n").failures


def test_a_router_that_was_restarted_is_down_until_it_is_ready_again() -> None:
    console = "egovnet: 9.80 node pe1 ready\negovnet: 50.00 node pe1 down\n"
    assert read_console(console).down == {"pe1"}
    report = read_console(console + "egovnet: 51.00 node pe1 ssh\negovnet: 52.00 node pe1 ready\n")
    assert report.down == set()
    assert report.ready == {"pe1": 9.8}, "how long the lab took to boot does not change"
