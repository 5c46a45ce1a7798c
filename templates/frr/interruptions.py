"""For how long FRR 8.4.4 loses packets when something of each class is changed, in seconds.

Measured on the lab's routers (two emulated processors for all of them, FRR's default timers) by
`tests/bench/live_interruptions.py`: the longest run of echo requests, 50 a second, that were lost
between sites' hosts, of the change and of the way back. Hardware that pushes faster loses less.
"""

from egovnet.templates.model.interruption import InterruptionClass as Class
from egovnet.templates.model.parts import PartKind

#: Without AS_NUMBER (see below), and OTHER.
SECONDS = {
    # LDP's sessions, IS-IS' system id and all of BGP, one after another
    Class.LOOPBACK: 26.5,
    Class.IGP: 2.2,
    # ldpd waits for adjacencies with the former identity to time out
    Class.LABELS: 18.4,
    Class.ROUTER_ID: 5.1,
    Class.REFLECTOR: 5.2,
    Class.REFLECTOR_ONE: 0.0,
    # IS-IS' hold time: the adjacency with the former address is not given up before
    Class.CIRCUIT: 30.6,
    Class.CIRCUIT_GONE: 3.5,
    # its ports are down while Linux makes it anew
    Class.TABLE: 2.0,
    # what withdraws a label and what gives a new one are two parts of a push
    Class.VRF: 7.6,
    # the new route is there before the old one goes
    Class.DISTINGUISHER: 0.0,
    Class.TARGETS: 1.7,
    Class.PORT: 0.3,
    Class.SESSION: 3.5,
    Class.ROUTE: 0.03,
}

#: Another AS number takes bgpd's default instance away and makes one anew. Once it has had VPN
#: routes, bgpd 8.4.4 then ends: timers of routes that were withdrawn outlive the instance
#: (`rfapiBiStartWithdrawTimer`, an assertion in `rfapi_import.c`). Watched on the lab: on four of
#: seven routers, reflectors among them, seconds or a minute later.
NOT_IN_PLACE = {
    PartKind.AS_NUMBER: (
        "FRR 8.4 cannot give a router in service another AS number: bgpd ends when the instance "
        "that has VPN routes is taken away. Take the sites out of service first: in one change "
        "without them, in the next with the new number, in the last with the sites again, once "
        "their customers' routers expect the new number"
    )
}
