"""What emulated routers are started from: plain data, for their process and for who starts it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from egovnet.lab.access import ACCOUNT


@dataclass(frozen=True)
class Durations:
    """Seconds that a router takes for its steps; tests need none."""

    read: float = 0.0
    check: float = 0.0
    withdraw: float = 0.0
    linux: float = 0.0
    provide: float = 0.0
    permanent: float = 0.0


MEASURED = Durations(read=0.4, check=0.3, withdraw=0.7, linux=1.8, provide=1.3, permanent=0.1)
"""About what the lab's emulated processor takes: 2 s for FRR's part, 1.8 s for ifreload."""


class RouterSpec(BaseModel):
    """One router as it is to be started."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    text: str
    address: tuple[str, int]
    host_key: str
    """An OpenSSH private key."""
    management: str = ""
    """The router's address as it knows it itself; "" for eth0's in its text."""
    ports: tuple[str, ...] = ()
    """What is cabled, eth0 among it; empty for eth0 to eth8 and what the text names."""


class FleetSpec(BaseModel):
    """A whole lab of emulated routers."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    control: Path
    """Where the control socket is made."""
    routers: tuple[RouterSpec, ...]
    public_key: str
    password: str = ""
    users: tuple[str, ...] = (ACCOUNT, "root")
    durations: dict[str, float] = {}
    latency: float = 0.0
