"""Mistakes at Internet gateways and with default routes, as changes of texts, and who finds them.

An edit replaces every place of a text that has its first part.
"""

from dataclasses import dataclass

from egovnet.isolation.model.finding_class import Severity

LEAK, RISK, HYGIENE = Severity.LEAK, Severity.RISK, Severity.HYGIENE
_SITES4 = "ip saddr { 10.9.1.0-10.9.2.255, 10.9.8.0/24 }"
_SNAT = f'\t\toifname "eth2" {_SITES4} snat ip to 203.0.113.64/29 persistent'
_SNAT6 = '\t\toifname "eth2" ip6 saddr fde9:9:1::/64 snat ip6 to 2001:db8:64::/112 persistent'
_OPEN = "ct direction original ct state established,new accept"
_LAST = '\t\toifname "eth2" drop comment "untranslated"\n'
_FORWARD_IN = "\tchain forward-eth2 {\n"
_FORWARD_OUT = "\tchain forward-eth1.100 {\n"


@dataclass(frozen=True)
class GatewayMutant:
    """A mistake, and one class of what is found of it."""

    name: str
    device: str
    edits: tuple[tuple[str, str], ...]
    klass: str
    severity: Severity

    def text(self, text: str) -> str:
        """The changed text."""
        for old, new in self.edits:
            assert old in text, (self.name, old)
            text = text.replace(old, new)
        return text


def _gw(name: str, klass: str, severity: Severity, *edits: tuple[str, str]) -> GatewayMutant:
    return GatewayMutant(name, "bj-gw1", edits, klass, severity)


MUTANTS = (
    # -- translation
    _gw(
        "no translation of IPv4",
        "P9 exit-cut",
        HYGIENE,
        (f'{_SNAT} comment "exit:internet"\n', ""),
    ),
    _gw(
        "no translation, and no filter of what leaves",
        "P9 untranslated-source",
        LEAK,
        (f'{_SNAT} comment "exit:internet"\n', ""),
        (f'{_SNAT6} comment "exit:internet"\n', ""),
        (_LAST, ""),
    ),
    _gw("no filter of what leaves", "P9 untranslated-source", RISK, (_LAST, "")),
    _gw(
        "a filter of what leaves that accepts a site",
        "P9 untranslated-source",
        RISK,
        (_LAST, f'\t\toifname "eth2" ip saddr 10.9.1.0/24 accept\n{_LAST}'),
    ),
    _gw(
        "a filter of what leaves that drops the pool",
        "P9 exit-cut",
        HYGIENE,
        ("ip saddr { 203.0.113.2, 203.0.113.64/29 } accept", "ip saddr 203.0.113.2 accept"),
    ),
    _gw(
        "translation of a prefix of nobody",
        "P9 gateway-translation",
        RISK,
        (_SNAT, _SNAT.replace("10.9.8.0/24", "10.9.8.0/23")),
    ),
    _gw(
        "translation of everything",
        "P9 gateway-translation",
        RISK,
        (f"{_SNAT} comment", '\t\toifname "eth2" masquerade comment'),
    ),
    _gw(
        "translation to another gateway's pool",
        "P9 gateway-translation",
        RISK,
        (_SNAT, _SNAT.replace("203.0.113.64/29", "203.0.113.64-203.0.113.72")),
    ),
    _gw(
        "translation of a prefix that leaves as it is",
        "P9 gateway-translation",
        RISK,
        (
            '\t\toifname "eth2" ip6 saddr fde9:9:1::/64 snat ip6',
            '\t\toifname "eth2" ip6 saddr { 2400:9:8::/64, fde9:9:1::/64 } snat ip6',
        ),
    ),
    _gw(
        "translation towards the zone",
        "P9 translated",
        RISK,
        (_SNAT, f'\t\toifname "eth1.100" ip saddr 198.51.100.0/24 masquerade\n{_SNAT}'),
    ),
    _gw(
        "addresses of a host that change with each connection",
        "not understood",
        RISK,
        (_SNAT, _SNAT.replace(" persistent", "")),
    ),
    _gw(
        "a target that is translated",
        "not understood",
        RISK,
        (_SNAT, f'\t\toifname "eth2" ip daddr 203.0.113.64 dnat ip to 10.9.1.5\n{_SNAT}'),
    ),
    # -- filter
    _gw(
        "a rule inwards",
        "P9 undeclared-flow",
        LEAK,
        (
            _FORWARD_IN,
            f'{_FORWARD_IN}\t\toifname "eth1.100" ip daddr 10.9.1.5 tcp dport 443 {_OPEN}\n',
        ),
    ),
    _gw(
        "everything inwards that is established",
        "not understood",
        RISK,
        (_FORWARD_IN, f"{_FORWARD_IN}\t\tct state established accept\n"),
    ),
    _gw(
        "a source of nobody that may leave",
        "P9 undeclared-flow",
        LEAK,
        (_FORWARD_OUT, f'{_FORWARD_OUT}\t\toifname "eth2" ip saddr 10.1.10.0/24 {_OPEN}\n'),
    ),
    _gw(
        "all that comes from the zone",
        "P9 undeclared-flow",
        LEAK,
        (_FORWARD_OUT, f"{_FORWARD_OUT}\t\taccept\n"),
    ),
    _gw(
        "a default of forwarding that accepts",
        "P9 undeclared-flow",
        LEAK,
        (
            "hook forward priority filter; policy drop;",
            "hook forward priority filter; policy accept;",
        ),
    ),
    _gw(
        "a site that does not get out",
        "P9 exchange-cut",
        HYGIENE,
        (
            'oifname "eth2" ip6 saddr { 2400:9:8::/64, fde9:9:1::/64 } ct direction original',
            'oifname "eth2" ip6 saddr fde9:9:1::/64 ct direction original',
        ),
    ),
    _gw(
        "a gateway that the Internet may log in to",
        "P9 firewall-reached",
        RISK,
        ("\tchain local-eth2 {\n", "\tchain local-eth2 {\n\t\ttcp dport 22 accept\n"),
    ),
    _gw(
        "a gateway that the Internet may speak BGP to",
        "P9 firewall-reached",
        RISK,
        (
            "\tchain local-eth2 {\n",
            "\tchain local-eth2 {\n\t\tip saddr 203.0.113.1 tcp dport 179 accept\n",
        ),
    ),
    # -- routes and sessions of the gateway
    _gw(
        "a route of the intranet's to the provider",
        "P9 firewall-route",
        RISK,
        (
            "ip route 0.0.0.0/0 203.0.113.1\n",
            "ip route 0.0.0.0/0 203.0.113.1\nip route 10.1.10.0/24 203.0.113.1\n",
        ),
    ),
    _gw(
        "a default route to the zone",
        "P9 firewall-route",
        RISK,
        ("ip route 0.0.0.0/0 203.0.113.1\n", "ip route 0.0.0.0/0 10.200.0.13\n"),
    ),
    _gw(
        "no default route",
        "P9 firewall-route",
        HYGIENE,
        ("ip route 0.0.0.0/0 203.0.113.1\n", ""),
    ),
    _gw(
        "more specific routes announced",
        "P9 firewall-announces",
        RISK,
        (
            "ip prefix-list gateway-internet_bj-gw1 seq 5 permit 0.0.0.0/0\n",
            "ip prefix-list gateway-internet_bj-gw1 seq 5 permit 0.0.0.0/0 le 32\n",
        ),
    ),
    _gw(
        "a gateway that learns routes",
        "P9 firewall-accepts",
        RISK,
        ("route-map nothing deny 10", "route-map nothing permit 10"),
    ),
    _gw(
        "a session with the provider",
        "P9 firewall-announces",
        RISK,
        (
            " no bgp default ipv4-unicast\n",
            " no bgp default ipv4-unicast\n neighbor 203.0.113.1 remote-as 64999\n",
        ),
        (
            "  network 0.0.0.0/0\n",
            "  network 0.0.0.0/0\n  neighbor 203.0.113.1 activate\n"
            "  neighbor 203.0.113.1 route-map nothing in\n",
        ),
    ),
    # -- the default route in the backbone
    GatewayMutant(
        "the default route in the public zone",
        "bj-pe1",
        (
            (
                "  rt vpn both 65000:2002\n",
                "  rt vpn import 65000:2001 65000:2002\n  rt vpn export 65000:2002\n",
            ),
        ),
        "P1 agency-leak",
        LEAK,
    ),
    GatewayMutant(
        "the default route in a department's VPN",
        "gd-pe1",
        (
            (
                "  rt vpn both 65000:2003\n",
                "  rt vpn import 65000:2001 65000:2003\n  rt vpn export 65000:2003\n",
            ),
        ),
        "P1 agency-leak",
        LEAK,
    ),
    GatewayMutant(
        "the default route in the intranet",
        "bj-pe1",
        (
            (
                "  rt vpn both 65000:1006\n",
                "  rt vpn import 65000:1006 65000:2001\n  rt vpn export 65000:1006\n",
            ),
        ),
        "P1 zone-leak",
        LEAK,
    ),
    GatewayMutant(
        "more than the default route from the gateway",
        "bj-pe1",
        (
            (
                "ip prefix-list gateway-internet_bj-gw1 seq 5 permit 0.0.0.0/0\n",
                "ip prefix-list gateway-internet_bj-gw1 seq 5 permit 0.0.0.0/0 le 32\n",
            ),
        ),
        "P5 filter-too-wide",
        RISK,
    ),
    GatewayMutant(
        "a second default route, from a customer of the zone",
        "bj-pe1",
        (
            (
                "ip prefix-list net-beijing_main seq 5 permit 10.9.8.0/24 le 32\n",
                "ip prefix-list net-beijing_main seq 5 permit 0.0.0.0/0 le 32\n",
            ),
        ),
        "P7 default-route",
        RISK,
    ),
    GatewayMutant(
        "a static default route in the zone's VRF",
        "bj-pe1",
        (
            (
                "\nvrf e-public\n",
                "\nvrf e-internet\n ip route 0.0.0.0/0 10.200.0.38\nexit-vrf\n!\nvrf e-public\n",
            ),
        ),
        "P7 default-route",
        RISK,
    ),
    GatewayMutant(
        "the gateway's VLAN in a department's VRF",
        "bj-pe1",
        (
            (
                "    address 10.200.0.13/30\n    address fde9:fa::d/126\n    vrf e-internet\n",
                "    address 10.200.0.13/30\n    address fde9:fa::d/126\n    vrf e-public\n",
            ),
        ),
        "P2 two-domains-in-one-vrf",
        LEAK,
    ),
    GatewayMutant(
        "the gateway's session in another VRF",
        "bj-pe1",
        (
            (
                "router bgp 65000 vrf e-public\n bgp router-id 10.255.0.4\n"
                " no bgp default ipv4-unicast\n",
                "router bgp 65000 vrf e-public\n bgp router-id 10.255.0.4\n"
                " no bgp default ipv4-unicast\n neighbor 10.200.0.14 remote-as 4200000002\n",
            ),
        ),
        "P5 session-in-wrong-vrf",
        LEAK,
    ),
)
