"""Nornir transform function `EgovnetGroups`: the groups of egovnet's own inventory plugin, for
plain Nornir that reads an inventory's files.

```python
InitNornir(inventory={"plugin": "SimpleInventory", "options": {...},
                      "transform_function": "EgovnetGroups"})
```
"""

from nornir.core.inventory import Group, Host


def egovnet_groups(host: Host) -> None:
    """Let `host` be in groups of its platform, tier, region and roles, after those it is in.

    So a filter such as `F(groups__contains="pe")` finds the same routers.
    """
    for name in (host.platform, host.get("tier"), host.get("region"), *(host.get("roles") or ())):
        if name and name not in host.groups:
            host.groups.add(Group(name=str(name)))
