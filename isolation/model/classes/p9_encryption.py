"""P9: packets of an encrypted VPN leave a PE in ESP, or not at all."""

from egovnet.isolation.model.finding_class import FindingClass, Severity, always

_RISK = always(Severity.RISK)

CLEAR_EXPORT = FindingClass(
    id="P9 clear-export",
    severities=_RISK,
    title="An encrypted VPN whose routes lead past the tunnels",
    meaning="A VRF of an encrypted VPN exports its routes with another next hop than the one that "
    "its PE has for encrypted routes.",
    why="Other PEs send packets for them by the backbone's labels, in clear, where they take such "
    "routes.",
    remedy="Plan and apply the router: its text gives the next hop.",
    sentence="VRF {vrf} of the encrypted VPN {vpn} exports {family} routes with the next hop "
    "{address}",
)
CLEAR_IMPORT = FindingClass(
    id="P9 clear-import",
    severities=_RISK,
    title="An encrypted VPN that takes routes past the tunnels",
    meaning="A VRF of an encrypted VPN imports routes whatever next hop they have.",
    why="To a next hop that no tunnel leads to, packets go by the backbone's labels, in clear.",
    remedy="Plan and apply the router: its text has a policy for what the VRF imports.",
    sentence="VRF {vrf} of the encrypted VPN {vpn} takes {family} routes whose next hop is not "
    "encrypted",
)
CLEAR_NEXT_HOP = FindingClass(
    id="P9 clear-next-hop",
    severities=_RISK,
    title="A way to a next hop of encrypted routes besides its tunnel",
    meaning="A router has a route, or an address, for a next hop of encrypted routes other than "
    "by the tunnel to the PE whose it is.",
    why="Packets of encrypted VPNs follow it, in clear or to another PE.",
    remedy="Remove it; next hops of encrypted routes are nobody's addresses.",
    sentence="{device} has a way to {prefix}, of the next hops of encrypted VPNs, {way}",
)
TUNNEL_IN_CLEAR = FindingClass(
    id="P9 tunnel-in-clear",
    severities=_RISK,
    title="Tunnels whose packets pass without encryption",
    meaning="A PE with encrypted VPNs does not block GRE of its own address that IPsec has no "
    "policy for.",
    why="While IKE does not run, packets of encrypted VPNs leave in clear; or whoever can send to "
    "the PE has his taken for those of a VPN.",
    remedy="Plan and apply the router: its text has the policies at its loopback.",
    sentence="{device} does not block GRE {way} {address} that is not encrypted",
)
RUNS_IN_CLEAR = FindingClass(
    id="P9 runs-in-clear",
    severities={
        Severity.LEAK: "GRE between two PEs of the VPN passes in clear as things are",
        Severity.RISK: "it does once IKE ends, or nobody can say whether it does",
    },
    title="A PE whose kernel lets an encrypted VPN pass in clear",
    meaning="By the policies of IPsec that a PE's kernel has now, GRE of an encrypted VPN leaves "
    "it without ESP, or comes in without and is taken: a policy that blocks it is missing or was "
    "weakened, another one comes before it, no policy is asked on an interface, or keys encrypt "
    "nothing.",
    why="Its text is right, and its packets are in clear on the backbone, or whoever can send to "
    "the PE has his taken for those of the VPN.",
    remedy="Let `drift --remediate leak` put the policies of the text back; a policy that stands "
    "before them is removed by hand (`ip xfrm policy delete`), with whatever makes it.",
    sentence="VRF {vrf} of the encrypted VPN {vpn}: GRE {way} {address} may be in clear, as {why}",
)
UNKNOWN_TUNNEL = FindingClass(
    id="P9 unknown-tunnel",
    severities=_RISK,
    title="A tunnel that the inventory does not have",
    meaning="A router has a tunnel that no encrypted VPN of it asks for.",
    why="It joins the router to another place past everything that the inventory knows, and what "
    "comes out of it may have any label.",
    remedy="Remove it.",
    sentence="{interface} is a tunnel from {local} to {remote}, which the inventory does not have",
)
WAY_MISSING = FindingClass(
    id="P9 encrypted-way-missing",
    severities=_RISK,
    title="An encrypted VPN without a part of its way",
    meaning="A PE lacks something of a tunnel to another PE of the same encrypted VPN: the tunnel, "
    "labels in it, a route by it or the one that discards when it is down, or the policy by which "
    "routes with its next hops are taken.",
    why="Packets are dropped; and without the routes, whatever else leads to the next hop counts.",
    remedy="Plan and apply the router.",
    sentence="{device} lacks {what} for encrypted VPNs with {other}",
)
