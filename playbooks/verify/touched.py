"""What of a network the lines of a change are about, so that what fails can be held against it."""

from dataclasses import dataclass

Named = frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Touched:
    """Places on routers, each as (router, name), of which lines change: the old or the new ones."""

    #: Routers that the change pushes to.
    devices: frozenset[str] = frozenset()
    #: Sites whose access there has lines: its port, session, filters or static routes.
    accesses: Named = frozenset()
    #: VRFs whose table is made anew or has lines of its own, and those whose routes come or go
    #: otherwise: targets, distinguisher, redistribution.
    tables: Named = frozenset()
    routing: Named = frozenset()
    #: Ports of circuits.
    circuits: Named = frozenset()
    #: Routers with lines of the backbone as a whole: IGP, labels, loopback, reflection, sessions.
    backbone: frozenset[str] = frozenset()
    #: Routers with lines of which nobody knows what depends on them.
    anything: frozenset[str] = frozenset()

    def access(self, router: str, vrf: str, site: str) -> bool:
        """Whether a customer may answer for these lines, or no longer."""
        return (
            (router, site) in self.accesses
            or (router, vrf) in self.tables
            or router in self.anything
        )

    def vrf(self, router: str, vrf: str) -> bool:
        """Whether a VRF may have other routes for these lines."""
        place = (router, vrf)
        return place in self.tables or place in self.routing or router in self.anything

    def circuit(self, router: str, port: str) -> bool:
        """Whether a circuit may come up for these lines, or go down, seen from one end."""
        return (router, port) in self.circuits or router in self.backbone or router in self.anything

    @property
    def ways(self) -> bool:
        """Whether packets may take another way through the backbone, or none."""
        return bool(self.circuits or self.backbone or self.anything)
