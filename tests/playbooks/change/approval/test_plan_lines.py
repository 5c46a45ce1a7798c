"""Whose the changed lines of a plan are, for changes of every kind an owner makes."""

from hypothesis import HealthCheck, given

from egovnet.inventory.model import Site
from egovnet.playbooks.change.dependents import Dependents
from egovnet.playbooks.change.device_parts import PartSites
from egovnet.playbooks.change.plan import DevicePlan
from egovnet.playbooks.change.plan_lines import PlanLines
from egovnet.templates.intend.build_devices import intend
from egovnet.templates.registry import render
from tests.changed_networks import Change, changed_networks
from tests.hypothesis_profiles import examples


@given(changed_networks())
@examples(100, unchecked=[HealthCheck.data_too_large])
def test_nobodys_site_changes_without_its_owner(change: Change) -> None:
    """Whoever has a site that is another, or gone, or new, has a matter in the plan; and every line
    is a matter, of a place where its router is."""
    old, new = intend(change.before, change.numbers), intend(change.after, change.new_numbers)
    devices = {
        name: DevicePlan("", render(old[name]), render(new[name]), "")
        for name in old.keys() & new.keys()
    }
    now = Dependents(change.after, change.new_numbers)
    known = PlanLines(PartSites(now, Dependents(change.before, change.numbers)))
    lines = list(known.of(devices))
    for line in lines:
        assert line.matters
        places = {
            (network.routers[line.device].region, network.routers[line.device].tier.value)
            for network in (change.before, change.after)
        }
        assert {(matter.region, matter.tier) for matter in line.matters} <= places
    owners = {matter.agency for line in lines for matter in line.matters}
    for name in change.before.sites.keys() | change.after.sites.keys():
        sites = [n.sites.get(name) for n in (change.before, change.after)]
        if _on_routers(sites[0]) == _on_routers(sites[1]):
            continue
        for network, site in zip((change.before, change.after), sites, strict=True):
            if site is not None:
                assert network.vpns[site.vpn].owner in owners, (name, change.kinds)


def _on_routers(site: Site | None) -> Site | None:
    """Without what no router has: its description, and the preference of static routes."""
    if site is None:
        return None
    accesses = {
        name: access.model_copy(update={"access_priority": 1})
        if access.routing_protocol == "static"
        else access
        for name, access in site.site_network_accesses.items()
    }
    return site.model_copy(update={"description": "", "site_network_accesses": accesses})
