"""The driver is a distribution of its own: it starts without egovnet, and brings no lab."""

import subprocess
import sys

_ASK = """
import sys
from napalm import get_network_driver
driver = get_network_driver("frr")
print(driver.__module__.partition(".")[0])
print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""


def test_the_driver_starts_without_egovnet() -> None:
    """NAPALM finds it by its name, and nothing of ours or of Nornir comes with it."""
    done = subprocess.run(
        [sys.executable, "-c", _ASK], capture_output=True, text=True, check=True, timeout=60
    )
    package, loaded = done.stdout.splitlines()
    assert package == "napalm_frr"
    assert not {"egovnet", "nornir", "celery", "sqlalchemy"}.intersection(loaded.split())
