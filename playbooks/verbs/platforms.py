"""`platforms`: what the platforms of routers can do, and who is on them."""

from collections import Counter

from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.results.outcome import Outcome
from egovnet.playbooks.results.platforms import ListedPlatform, PlatformList
from egovnet.templates.platform import Commit
from egovnet.templates.registry import names, platform


def list_platforms(workspace: Workspace) -> Outcome[PlatformList]:
    """Every platform that is installed, by name."""
    routers = Counter(router.platform for router in workspace.network.routers.values())
    return Outcome(
        "platforms", PlatformList(tuple(_listed(name, routers[name]) for name in names()))
    )


def _listed(name: str, routers: int) -> ListedPlatform:
    can = platform(name).capabilities
    return ListedPlatform(
        name=name,
        routers=routers,
        commits_at_once=can.commit is Commit.AT_ONCE,
        shows_running_state=can.shows_running_state,
        drains=can.drains,
        bfd=can.bfd,
        session_timers=can.session_timers,
        authenticates=tuple(sorted(can.authenticates)),
        filters_packets=can.filters_packets,
        encrypts=can.encrypts,
        borders=tuple(sorted(option.value for option in can.borders)),
        borders_lack={option.value: why for option, why in can.borders_lack.items()},
        ports=can.port.words,
        vpns=can.vpn.words,
    )
