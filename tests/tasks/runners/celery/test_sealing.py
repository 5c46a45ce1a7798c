"""What is sent: only under the key, without credentials, and with deadlines that still mean it."""

import time
from dataclasses import replace
from threading import Lock

import pytest
from cryptography.fernet import Fernet
from nornir.core.inventory import Host
from nornir.core.task import MultiResult, Result

from egovnet.tasks.code_version import own_code
from egovnet.tasks.credentials import Credentials
from egovnet.tasks.device import Deadline
from egovnet.tasks.read_running import read_running
from egovnet.tasks.runners.celery.sealing import OtherCodeError, Seal, SealBrokenError
from egovnet.tasks.runners.celery.shipment import (
    SHELF_LIFE,
    RemoteError,
    Shipment,
    opened,
    sealed_result,
)

SECRET = "correct-horse-battery"
SHIPMENT = Shipment("run", "bj-p1", "read", read_running, {"word": "a"}, False, 2, "digest", 100.0)


@pytest.fixture
def seal() -> Seal:
    return Seal(Fernet.generate_key().decode())


class OddError(Exception):
    """One that cannot be sent."""

    def __init__(self) -> None:
        super().__init__("is odd")
        self.lock = Lock()


def test_it_arrives_as_it_was_sent(seal: Seal) -> None:
    assert opened(SHIPMENT.sealed(seal), seal, now=101.0) == SHIPMENT


def test_another_key_and_an_altered_text(seal: Seal) -> None:
    sealed = SHIPMENT.sealed(seal)
    other = Seal(Fernet.generate_key().decode())
    assert other.name != seal.name
    with pytest.raises(SealBrokenError, match="was not sealed under this EGOVNET_BROKER_KEY"):
        opened(sealed, other, now=101.0)
    middle = len(sealed) // 2
    altered = sealed[:middle] + ("A" if sealed[middle] != "A" else "B") + sealed[middle + 1 :]
    with pytest.raises(SealBrokenError):
        opened(altered, seal, now=101.0)


def test_another_egovnet_s_objects_are_never_unpickled(
    seal: Seal, monkeypatch: pytest.MonkeyPatch
) -> None:
    sealed = SHIPMENT.sealed(seal)
    monkeypatch.setattr("egovnet.tasks.runners.celery.sealing.own_code", lambda: "9" * 64)
    monkeypatch.setattr("pickle.loads", lambda _: pytest.fail("it was unpickled"))
    with pytest.raises(OtherCodeError, match=f"code is {own_code()[:16]}, and here it is 9{{16}}"):
        opened(sealed, seal, now=101.0)


@pytest.mark.parametrize("kept", [Host("bj-p1", password=SECRET), Credentials("li", SECRET)])
def test_credentials_stay_here(seal: Seal, kept: object) -> None:
    sent = replace(SHIPMENT, arguments={"deep": [{"in": kept}]})
    with pytest.raises(RemoteError, match="does not leave its process") as error:
        sent.sealed(seal)
    assert SECRET not in str(error.value)
    result = MultiResult("read")
    result.append(Result(Host("bj-p1", password=SECRET), result=kept))
    arrived = seal.open(sealed_result(result, seal))
    assert arrived.failed
    assert SECRET not in repr([vars(entry) for entry in arrived])


def test_the_host_is_taken_off_a_result(seal: Seal) -> None:
    result = MultiResult("read")
    result.append(Result(Host("bj-p1", password=SECRET), result="text", changed=True, diff="+ a"))
    arrived = seal.open(sealed_result(result, seal))
    assert (arrived[0].result, arrived[0].changed, arrived[0].diff) == ("text", True, "+ a")
    assert (arrived[0].host, arrived.name, arrived.failed) == (None, "read", False)


def test_an_error_that_cannot_be_sent_is_told(seal: Seal) -> None:
    result = MultiResult("read")
    result.append(Result(None, result="traceback", failed=True, exception=OddError()))
    arrived = seal.open(sealed_result(result, seal))
    assert isinstance(arrived[0].exception, RemoteError)
    assert str(arrived[0].exception) == "OddError: is odd"


@pytest.mark.parametrize("late", [0.0, 7.5])
def test_a_deadline_is_the_same_moment_there(seal: Seal, late: float) -> None:
    deadline = Deadline(time.monotonic() + 60)
    sent = replace(SHIPMENT, arguments={"deadline": deadline, "seconds": 60.0})
    arrived = opened(sent.sealed(seal), seal, now=100.0 + late).arguments
    assert isinstance(arrived["deadline"], Deadline)
    assert arrived["deadline"] == pytest.approx(deadline - late, abs=0.5)
    assert arrived["seconds"] == 60.0, "a length of time stays one"


def test_what_is_old_is_not_opened(seal: Seal) -> None:
    with pytest.raises(RemoteError, match="was sent 3601 s ago"):
        opened(SHIPMENT.sealed(seal), seal, now=100.0 + SHELF_LIFE + 1)
