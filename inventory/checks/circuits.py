"""Circuits: two routers, and a port of its own at each end."""

from collections.abc import Iterator

from egovnet.inventory.errors import Problem, Report
from egovnet.inventory.model import Network


def check(network: Network, report: Report) -> Iterator[Problem]:
    """Yield every problem of these."""
    ports: dict[tuple[str, str], str] = {}
    for name, circuit in network.circuits.items():
        if circuit.a.router == circuit.b.router:
            yield report("circuits", (name, "b"), "both ends on one router", "name two routers")
            continue  # whose ports they are is not known
        for end_name, end in (("a", circuit.a), ("b", circuit.b)):
            key = (end.router, end.port)
            if key in ports:
                yield report(
                    "circuits",
                    (name, end_name, "port"),
                    f"{end.router} {end.port} is taken by circuit {ports[key]}",
                    "use a free port",
                )
            ports.setdefault(key, name)
