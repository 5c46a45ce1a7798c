"""Customers' routers: those that are awaited, those that answer, those that should and do not.

Pure. Of an access that waits for its customer the PE's side is checked, by facts of the running
text against the intended ones; of one in service whose customer is silent it is said plainly.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from egovnet.inventory.allocation.allocate import Allocation, vrf_of
from egovnet.inventory.model import Network, ServiceState
from egovnet.playbooks.results.verification import WaitingAccess
from egovnet.playbooks.verify.control_plane import Check, Ground
from egovnet.tasks.against_intended import AgainstIntended
from egovnet.templates.intend.access_ends import access_addresses, access_interface
from egovnet.templates.intend.device_facts import intended_facts
from egovnet.templates.model.device import Device
from egovnet.templates.model.facts import DeviceFacts
from egovnet.templates.registry import read_config

#: Kinds of checks: what is provisioned for an awaited customer, and a customer that is silent.
PE_SIDE, CUSTOMER = "PE side of awaited access", "customer"


@dataclass(frozen=True, slots=True)
class CustomerAccess:
    """A site-network-access as its PE has it."""

    site: str
    access: str
    pe: str
    vrf: str
    port: str
    #: The customer's addresses, of the families that its site has.
    addresses: tuple[str, ...]
    awaited: bool

    @property
    def label(self) -> str:
        """As everywhere: "site/access"."""
        return f"{self.site}/{self.access}"

    def waiting(self, answering: Collection[str]) -> WaitingAccess:
        """What is reported of one that is awaited; `answering`: addresses that are there."""
        answers = any(address in answering for address in self.addresses)
        return WaitingAccess(self.site, self.access, self.pe, self.port, answers)

    def silent(self) -> Check:
        """What is said of one that should answer and does not."""
        return self._failed(
            CUSTOMER,
            f"the customer's router at {self.site} ({self.label}: {self.port} in VRF {self.vrf}) "
            f"does not answer; if it is not there yet, set state: {ServiceState.WAITING}",
        )

    def pe_side(self, wrong: Collection[str]) -> Check:
        """The check of an awaited one; `wrong` is what is not as intended."""
        if not wrong:
            return Check(PE_SIDE, self.pe, self.label, passed=True)
        return self._failed(PE_SIDE, f"{self.label} is not as intended: {'; '.join(wrong)}")

    def _failed(self, kind: str, message: str) -> Check:
        sites = frozenset({self.site})
        ground = Ground(accesses=((self.pe, self.vrf, self.site),))
        return Check(
            kind,
            self.pe,
            self.label,
            passed=False,
            message=message,
            sites=sites,
            vrf=self.vrf,
            ground=ground,
        )


def customer_accesses(network: Network, allocation: Allocation) -> tuple[CustomerAccess, ...]:
    """All of a network, in the inventory's order."""
    return tuple(
        CustomerAccess(
            site,
            name,
            access.pe,
            allocation.vrf_name[vrf_of(network, site, access)],
            access_interface(network, access, allocation.vlan[f"{site}/{name}"]),
            tuple(
                str(end.ip)
                for end in access_addresses(allocation, f"{site}/{name}").ce
                if end.version in entry.versions
            ),
            entry.awaits(name),
        )
        for site, entry in network.sites.items()
        for name, access in entry.site_network_accesses.items()
    )


def not_provisioned(device: Device, access: CustomerAccess, found: AgainstIntended) -> list[str]:
    """What of an access's port, VRF, session, filters and routes is not as intended on its PE."""
    wrong = [said for subject, said in found.faults if subject in (access.port, access.vrf)]
    if found.text:
        running = read_config(found.text, "running", device.platform, name=device.name)
        wrong += _differing(running, intended_facts(device), access)
    return wrong


def _differing(
    running: DeviceFacts, intended: DeviceFacts, access: CustomerAccess
) -> Iterator[str]:
    if running.interfaces.get(access.port) != intended.interfaces[access.port]:
        yield f"port {access.port}"
    if running.vrfs.get(access.vrf) != intended.vrfs.get(access.vrf):
        yield f"VRF {access.vrf}"
    for address in access.addresses:
        if _neighbor(running, access.vrf, address) != _neighbor(intended, access.vrf, address):
            yield f"session with {address}, or its filters"
        if _ways(running, access.vrf, address) != _ways(intended, access.vrf, address):
            yield f"static routes by {address}"


def _neighbor(facts: DeviceFacts, vrf: str, address: str) -> object:
    instance = facts.bgp.get(vrf)
    return None if instance is None else instance.neighbors.get(address)


def _ways(facts: DeviceFacts, vrf: str, address: str) -> set[object]:
    """Prefixes that are routed by a next hop."""
    by = (vrf, address)
    return {way.prefix for way in facts.statics if (way.vrf, str(way.next_hop)) == by}
