"""The properties of separation, in words: what each says, why, and how it is kept.

How each is evaluated stands in the modules of `egovnet.isolation.properties`.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Definition:
    """A property. `id` is "P1" to "P11", or "coverage": what took part at all."""

    id: str
    title: str
    #: What holds where it is proved.
    says: str
    #: What becomes possible where it does not hold.
    why: str
    #: What an engineer keeps to, so that it holds.
    keep: str


DEFINITIONS = {
    one.id: one
    for one in (
        Definition(
            "P1",
            "Nobody has the routes of a network that it may not reach",
            "Whatever customers announce, no VRF takes a route of a network that it may not "
            "reach: neither by a route target (RFC 4364 section 4.3), nor by a policy that adds "
            "one on the way, nor through a third network that both may reach.",
            "A route is what draws packets. One route target too many joins two networks, "
            "anywhere in the backbone, without a word of any router.",
            "Let the inventory write the route targets; put exchanges between networks into it. "
            "Delete extended communities of customers at every session.",
        ),
        Definition(
            "P2",
            "Every access is in the VRF of its own VPN, and in no other",
            "Each port and VLAN of the inventory is bound to one VRF, in which nobody is who may "
            "not meet it; no interface is in a VRF that the inventory does not know.",
            "What is in one VRF is one network: nothing separates two customers there.",
            "Bind an access to the VRF that the inventory plans for it. Remove interfaces that "
            "nobody ordered.",
        ),
        Definition(
            "P3",
            "No packet leaves its table but by a route target",
            "No static route, rule, imported VRF, shared table or link inside a router leads from "
            "one table into another, and a VRF that has no route for a packet discards it.",
            "Such ways pass every route target by, and show in no VPN route.",
            "Give each VRF a table of its own and a route of last resort that discards, in both "
            "families. Nothing else belongs between tables.",
        ),
        Definition(
            "P4",
            "Labels, LDP and the IGP run on circuits alone",
            "No port of a customer takes labelled packets, LDP or the IGP (RFC 4364 section 13.1). "
            "Where the inventory asks for keys, every session of the backbone's has its own.",
            "Who may send labels chooses the table in which its packets arrive; who speaks LDP "
            "or the IGP joins the backbone (RFC 5920 section 4).",
            "Switch all three off wherever a circuit of the inventory is not, and let egovnet make "
            "the keys.",
        ),
        Definition(
            "P5",
            "A session with a customer is in its VRF, and lets in what was agreed",
            "Each session speaks to the access that it is for, lets in the site's own prefixes, "
            "and no more routes than were agreed (RFC 4364 section 7).",
            "A customer that announces another's prefixes draws its packets; one that announces "
            "without limit fills the tables that all share.",
            "Apply the access's own inbound policy and its maximum of prefixes, in both families.",
        ),
        Definition(
            "P6",
            "Management is reached through the management port alone",
            "No customer is in the management VRF, and that VRF takes no part in BGP.",
            "Who reaches management can try to log in to every router.",
            "Keep the management port in its VRF, and everything else out of it.",
        ),
        Definition(
            "P7",
            "Default routes are where they are intended",
            "No VRF has, announces or accepts a default route, but for gateways of the inventory.",
            "A default route draws all that is not known otherwise: a mistake elsewhere becomes "
            "a path.",
            "Announce what is there and no default route; let the filter refuse it.",
        ),
        Definition(
            "P8",
            "VPN routes are exchanged with the backbone's own routers alone",
            "Every session that carries VPN routes is internal and with a router of the inventory.",
            "Who is at the other end gets the routes of all VPNs, and can announce into any.",
            "No neighbour of another AS, and none in a VRF, has a VPN address family.",
        ),
        Definition(
            "P9",
            "What must be one VRF's alone is, and agencies meet in exchanges alone",
            "Route distinguishers, labels, loopbacks and next hops belong to one, and no policy "
            "changes route targets, next hops or tables on the way. What a firewall of the "
            "interconnection platform lets through is exactly what the exchanges in force say: "
            "networks, prefixes, ports, and who opens the connection.",
            "Two routes with one distinguisher are one route; two VRFs with one label are one "
            "table to packets from the backbone. Where agencies meet, a rule too many is a "
            "connection that nobody approved.",
            "Let the inventory and the router allocate them; write none by hand. Put exchanges "
            "into the register, and apply the plan when one has ended.",
        ),
        Definition(
            "P10",
            "IPv4 and IPv6 are separated alike",
            "All of the above holds in each address family by itself (RFC 4659), and what one "
            "family restricts the other does, too.",
            "A second family that was forgotten is a second network that nobody looks at.",
            "Write every policy for both families, or for none.",
        ),
        Definition(
            "P11",
            "A push opens no path at any moment",
            "In every state that routers may be in between the old and the new configuration, in "
            "any combination, nothing meets that may not, but what met before.",
            "Routers are pushed one after another, and interfaces within one as well: a moment is "
            "enough for a packet.",
            "Push what is refused here in two steps: first take away, then add.",
        ),
        Definition(
            "coverage",
            "Nothing was left out",
            "Every line of every text was understood, each text says which port is in which VRF, "
            "and every router of the inventory took part.",
            "What the proof did not see it cannot vouch for.",
            "Give all texts whole; remove lines that nothing needs.",
        ),
    )
}

#: What no property looks at, for who might think that one does.
NOT_COVERED = (
    (
        "What runs besides its text, where only texts are proved",
        "`prove --running` and `drift` take rules, all kernel tables, labels, links and the "
        "reflectors' VPN routes as well, and policies of IPsec, at one moment; `verify` looks at "
        "sessions and packets, and at IPsec where a VPN is encrypted. "
        "None looks at prefixes that the IGP carries, at what LDP says its labels are for, and at "
        "bridges' tables.",
    ),
    (
        "The hosts",
        "Who may log in to a router, what else runs there, kernel parameters, users and keys.",
    ),
    (
        "Networks of customers",
        "Their own routers, firewalls and hosts, and what they pass on from one network to "
        "another behind the backbone.",
    ),
    (
        "Cables",
        "Whether a port leads where the inventory says; a circuit that is tapped or changed. "
        "VPN packets are in clear in the backbone, but for those of encrypted VPNs.",
    ),
    (
        "Load",
        "Whether one network can take bandwidth or memory from another: only the number of "
        "routes is looked at (P5).",
    ),
    (
        "What is said within a permitted path",
        "An exchange that is in force is a path for its prefixes and ports; what is said on it is "
        "not looked at.",
    ),
    (
        "Multicast, and layer-2 VPNs",
        "Lines that make them are not understood, and deny the proof.",
    ),
    (
        "Physical separation",
        "Routers, circuits and their capacity are shared. Rules that ask for separate equipment "
        "are not met.",
    ),
)

#: Where the proof does not know, and takes the worst for granted: if it is not so, nothing leaks.
AT_ITS_WORST = (
    "Customers announce any route, with any community, that their session's policy lets in.",
    "A policy's condition that is not evaluated holds, and does not.",
    "A policy on VPN sessions that denies routes, or strips targets, does not help.",
    "A VRF whose ports a text does not name has somebody in it.",
    "A path in one direction counts, whether or not answers come back.",
    "A router that is down, a session that is shut by the other side, is up.",
    "A circuit may be there, and may not, unless the texts of both its ends surely make them "
    "neighbours of the IGP; so may labels of LDP, unless both loopbacks are surely in the IGP.",
    "Where so many circuits lack LDP that searching all their ways would take more than some 50 "
    "steps for each router, those that are left are taken to be on a way.",
)
