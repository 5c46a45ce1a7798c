"""Nodes of the virtual network as tests ask them: routers, and the sites' hosts."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any, Generic, TypeVar

from egovnet.inventory.model import Network
from egovnet.lab.backend import Backend, Completed
from egovnet.lab.customer import site_lans
from egovnet.lab.errors import LabError
from egovnet.lab.router_shell import show_line

N = TypeVar("N")


class CommandError(LabError):
    """A command on a node did not exit 0."""


class Named(Mapping[str, N], Generic[N]):
    """Nodes by name; a name that is none is answered with those that are."""

    def __init__(self, what: str, nodes: Mapping[str, N]) -> None:
        self._what, self._nodes = what, dict(nodes)

    def __getitem__(self, name: str) -> N:
        try:
            return self._nodes[name]
        except KeyError:
            known = ", ".join(sorted(self._nodes))
            raise KeyError(f"the lab has no {self._what} {name!r}; it has {known}") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._nodes)

    def __len__(self) -> int:
        return len(self._nodes)


@dataclass(frozen=True)
class Node:
    """Any node: a shell on it."""

    name: str
    lab: Backend

    def try_run(self, command: str, seconds: float = 60.0) -> Completed:
        """Run a shell line, however it ends; LabError where the lab is not there."""
        return self.lab.exec(self.name, command, timeout=seconds)

    def run(self, command: str, seconds: float = 60.0) -> str:
        """What a shell line prints.

        Raises:
            CommandError: it did not exit 0; with what it printed.
        """
        done = self.try_run(command, seconds)
        if done.exit_code:
            raise CommandError(
                f"{command}: exit {done.exit_code}: {done.stdout}{done.stderr}".rstrip(),
                where=self.name,
            )
        return done.stdout


@dataclass(frozen=True)
class RouterNode(Node):
    """A router of the inventory."""

    def show(self, command: str) -> str:
        """What FRR's shell prints, such as for `show ip route vrf e-taxes`."""
        return self.run(show_line(command))

    def show_json(self, command: str) -> Any:
        """The same as data: `json` is put behind it."""
        return json.loads(self.show(f"{command} json"))


@dataclass(frozen=True)
class HostNode(Node):
    """The host of a site: where a citizen or an official sits."""

    site: str
    network: Network

    @property
    def addresses(self) -> tuple[str, ...]:
        """Its own addresses, one for each of the site's prefixes."""
        return addresses_of(self.network, self.site)

    def reaches(self, target: str, tries: int = 3) -> bool:
        """Whether a site's host, or an address, answers it: in every family that both have.

        One answer of `tries` echo requests is enough; silence is waited for a second each.

        Raises:
            ValueError: no site, and no address; or the two have no family in common.
        """
        for address in self._addresses_at(target):
            for _ in range(tries):
                if self.try_run(f"ping -n -c 1 -W 1 {address}").exit_code == 0:
                    break
            else:
                return False
        return True

    def reaches_none(self, target: str) -> bool:
        """Whether nothing at all answers it: in no family, of one request each."""
        return not any(
            self.try_run(f"ping -n -c 1 -W 1 {address}").exit_code == 0
            for address in self._addresses_at(target)
        )

    def _addresses_at(self, target: str) -> tuple[str, ...]:
        if target not in self.network.sites:
            try:
                return (str(ip_address(target)),)
            except ValueError:
                sites = ", ".join(self.network.sites)
                raise ValueError(f"{target}: no address, and no site of {sites}") from None
        ours = {ip_address(address).version for address in self.addresses}
        found = addresses_of(self.network, target)
        both = tuple(address for address in found if ip_address(address).version in ours)
        if not both:
            raise ValueError(f"{self.site} and {target} have no family of addresses in common")
        return both


def addresses_of(network: Network, site: str) -> tuple[str, ...]:
    """Addresses of the site's host in the lab."""
    return tuple(str(lan.host.ip) for lan in site_lans(network, site))
