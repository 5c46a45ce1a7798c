"""Closed lists of words: what is known to have no bearing on separation, and what is kept as said.

A word that stands in none of them, and that no reader handles, is reported as not understood.
"""

#: The router's own loopback.
LOOPBACK = "lo"
#: Linux's tables of the default instance: unspecified, default, main and local (rt_tables).
DEFAULT_TABLES = frozenset({0, 253, 254, 255})
#: Labels that zebra gives out; vtysh of 8.4 does not know `mpls label dynamic-block`.
DYNAMIC_LABELS = (16, 1048575)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: Said of a BGP neighbour as a whole: timers, sessions, capabilities.
PEER_HARMLESS = _words(
    """
    advertisement-interval capability disable-connected-check
    disable-link-bw-encoding-ieee dont-capability-negotiate ebgp-multihop enforce-first-as
    extended-optional-parameters graceful-restart graceful-restart-disable
    graceful-restart-helper override-capability passive port rpki
    sender-as-path-loop-detection solo strict-capability-match tcp-mss timers
    """
)

#: Said of it in one family: preferences, memory, and what only narrows.
FAMILY_HARMLESS = _words(
    """
    addpath-tx-all-paths addpath-tx-bestpath-per-AS capability disable-addpath-rx
    maximum-prefix-out nexthop-local soft-reconfiguration weight
    """
)

#: Said of it in one family and kept in its own words: it may bear on separation.
FAMILY_OPTIONS = _words(
    """
    advertise-map allowas-in as-override attribute-unchanged next-hop-self
    remove-private-AS soo unsuppress-map
    """
)

#: What `redistribute` may name, and what of it only one family knows.
PROTOCOLS = _words(
    """
    babel connected eigrp isis kernel nhrp openfabric ospf ospf6 rip ripng sharp
    static table
    """
)
IPV4_PROTOCOLS = _words("eigrp ospf rip table")
IPV6_PROTOCOLS = _words("ospf6 ripng")

#: `bgp WORD ...` of an instance: choosing among routes, timing, logging. `ebgp-requires-policy`
#: is among them because a neighbour without a policy is taken to let everything pass.
BGP_HARMLESS = _words(
    """
    always-compare-med bestpath client-to-client cluster-id coalesce-time
    conditional-advertisement dampening deterministic-med
    disable-ebgp-connected-route-check ebgp-requires-policy fast-convergence
    fast-external-failover graceful-restart graceful-shutdown hard-administrative-reset
    labeled-unicast log-neighbor-changes max-med maxmed minimum-holdtime network
    reject-as-sets route-reflector rr-allow-outbound-policy session-dscp shutdown
    suppress-duplicates suppress-fib-pending tcp-keepalive update-delay
    """
)

#: Of `router isis`: levels, timers, costs, the form of its own packets.
ISIS_HARMLESS = _words(
    """
    area-password attached-bit advertise-high-metrics domain-password dynamic-hostname
    fast-reroute hostname is-type log-adjacency-changes log-pdu-drops lsp-gen-interval
    lsp-mtu lsp-refresh-interval lsp-timers max-lsp-lifetime metric-style mpls-te net
    purge-originator set-attached-bit set-overload-bit spf spf-delay-ietf spf-interval
    topology
    """
)

#: Of `router ospf` and `router ospf6`: timers, costs, choosing among routes, and what narrows
#: what it announces. An instance's neighbours are at its ports, whatever is said of them.
OSPF_HARMLESS = _words(
    """
    aggregation auto-cost capability compatible default-metric distance distribute-list
    fast-reroute graceful-restart log-adjacency-changes max-metric maximum-paths mpls-te
    neighbor ospf proactive-arp refresh router-id router-info timers
    write-multiplier
    """
)
OSPF6_HARMLESS = _words(
    """
    aggregation auto-cost distance graceful-restart log-adjacency-changes maximum-paths
    ospf6 stub-router timers write-multiplier
    """
)

#: `ip ospf WORD ...`, `ipv6 ospf6 WORD ...` of an interface: how its neighbours are found.
OSPF_PORT_HARMLESS = _words(
    """
    authentication authentication-key bfd cost dead-interval hello-interval
    message-digest-key mpls mtu-ignore network priority retransmit-interval transmit-delay
    """
)
OSPF6_PORT_HARMLESS = _words(
    """
    advertise authentication bfd cost dead-interval hello-interval ifmtu instance-id
    mtu-ignore network priority retransmit-interval transmit-delay
    """
)

#: `bgp WORD ...` of the top level: lists.
BGP_LISTS = _words("as-path community-list extcommunity-list large-community-list")

#: After `set` in a route-map: neither extended communities nor where packets go.
SET_HARMLESS = _words(
    """
    aggregator as-path atomic-aggregate comm-list community distance label-index
    large-comm-list large-community local-preference max-metric metric metric-type
    min-metric origin originator-id tag weight
    """
)

#: After `set`: what a policy does to extended communities, next hops or tables; kept as said.
SET_TOUCHES = _words("evpn extcommunity ip ipv6 l3vpn src table")

#: After `match`: conditions that FRR knows; those that are not evaluated are kept as said. Not
#: `alias`: bgpd drops the condition where no alias of that name is defined.
MATCHES = _words(
    """
    as-path community evpn extcommunity interface ip ipv6 large-community
    local-preference mac metric origin peer probability rpki-extcommunity
    source-instance source-protocol tag
    """
)

#: Attributes of ifupdown2's stanzas.
STANZA_HARMLESS = _words(
    """
    address-purge arp-accept bond-ad-actor-sys-prio bond-ad-actor-system
    bond-ad-sys-mac-addr bond-ad-sys-priority bond-lacp-bypass-allow bond-lacp-rate
    bond-miimon bond-min-links bond-mode bond-num-grat-arp bond-num-unsol-na
    bond-use-carrier bond-xmit-hash-policy bridge-ageing bridge-bridgeprio bridge-fd
    bridge-gcint bridge-hashel bridge-hashmax bridge-hello bridge-igmp-version
    bridge-maxage bridge-maxwait bridge-mclmc bridge-mclmi bridge-mcmi
    bridge-mcqifaddr bridge-mcqpi bridge-mcqri bridge-mcquerier
    bridge-mcsnoop bridge-mcsqc bridge-mcsqi bridge-mcstats bridge-mld-version
    bridge-pathcosts bridge-portmcfl bridge-portmcrouter bridge-portprios bridge-stp
    bridge-waitport dns-domain dns-nameservers dns-search gro-offload
    gso-offload hwaddress ip-forward ip6-forward ipv6-addrgen link-autoneg link-duplex
    link-fec link-speed lro-offload mstpctl-ageing mstpctl-bpduguard mstpctl-fdelay
    mstpctl-forcevers mstpctl-hello mstpctl-maxage mstpctl-maxhops
    mstpctl-portadminedge mstpctl-portautoedge mstpctl-portbpdufilter
    mstpctl-portnetwork mstpctl-portp2p mstpctl-portpathcost mstpctl-portrestrrole
    mstpctl-portrestrtcn mstpctl-stp mstpctl-treeportcost mstpctl-treeportprio
    mstpctl-treeprio mstpctl-txholdcount mtu network preferred-lifetime rx-offload
    scope tso-offload tx-offload ufo-offload
    """
)

#: Attributes of features that are known and not modelled.
BRIDGE_VLAN_WORDS = _words(
    """
    bridge-access bridge-allow-untagged bridge-port-pvids bridge-port-vids bridge-pvid
    bridge-vids bridge-vlan-aware bridge-vlan-protocol bridge-vlan-stats
    bridge-vlan-vni-map
    """
)
VXLAN_WORDS = _words(
    """
    bridge-arp-nd-suppress bridge-learning vxlan-ageing vxlan-id vxlan-learning
    vxlan-local-tunnelip vxlan-mcastgrp vxlan-peer-node-ip vxlan-physdev vxlan-port
    vxlan-purge-remotes vxlan-remoteip vxlan-svcnodeip vxlan-tos vxlan-ttl
    """
)
TUNNEL_WORDS = _words(
    """
    tunnel-dev tunnel-endpoint tunnel-local tunnel-mode tunnel-physdev tunnel-tos
    tunnel-ttl
    """
)
MLAG_WORDS = _words(
    """
    clag-id clagd-args clagd-backup-ip clagd-enable clagd-peer-ip clagd-priority
    clagd-sys-mac clagd-vxlan-anycast-ip
    """
)
