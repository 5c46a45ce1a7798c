"""What protects VPNs: every algorithm that something of them depends on, and where it stands."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from egovnet.inventory.errors import Location
from egovnet.inventory.model import Network, PartSite, Site
from egovnet.inventory.model.algorithms import AlgorithmUse, AllowedAlgorithms
from egovnet.inventory.model.keys import KeyPurpose
from egovnet.inventory.model.levels import LevelRule
from egovnet.inventory.model.partial import as_far_as_known

#: What GB/T 39786-2021 chapter 5 allows: algorithms of national standards, SM2 (GB/T 32918), SM3
#: (GB/T 32905) and SM4 (GB/T 32907). The names are ours, for no platform here has any of them.
NATIONAL = AllowedAlgorithms(
    ike=("sm4-sm3-sm2",),
    esp=("sm4-sm3",),
    certificate=("sm2-sm3",),
    ssh=("sm2-sm3",),
    isis=("hmac-sm3",),
    ldp=("hmac-sm3",),
    bgp=("hmac-sm3",),
    platform=("hmac-sm3",),
    site=("hmac-sm3",),
)
#: The authorities' own, which nobody chooses: RFC 5480 with P-256, and RFC 8709.
CERTIFICATE, SSH = "ecdsa-p256", "ed25519"


@dataclass(frozen=True, slots=True)
class UsedAlgorithm:
    """That something of a VPN depends on an algorithm, which stands at a place of the inventory."""

    use: AlgorithmUse
    algorithm: str
    section: str
    location: Location

    def is_allowed(self, rule: LevelRule) -> bool:
        """Whether a rule has it among those of its use, or has none of its use."""
        allowed = rule.allowed.lists.get(self.use)
        return allowed is None or self.algorithm in allowed

    def __str__(self) -> str:
        return f"{self.use.value} by {self.algorithm}"


def algorithms_of_vpns(
    network: Network, from_level: int
) -> Mapping[str, tuple[UsedAlgorithm, ...]]:
    """VPN of that level or above -> what it depends on. Linear in VPNs and accesses.

    All depend on who may write to routers, and on the sessions that make their routes.
    """
    sites = _of_accesses(network)
    everybodys = tuple(_of_sessions(network))
    return {
        name: (
            *_of_encryption(network, name),
            *everybodys,
            UsedAlgorithm(AlgorithmUse.SSH, SSH, "vpns", (name, "level")),
            *sites.get(name, ()),
        )
        for name, vpn in network.vpns.items()
        if vpn.level is not None and vpn.level >= from_level
    }


def _of_encryption(network: Network, vpn: str) -> Iterator[UsedAlgorithm]:
    if not network.vpns[vpn].is_encrypted:
        return
    ipsec = network.backbone.ipsec
    for use, algorithm in ((AlgorithmUse.IKE, ipsec.ike), (AlgorithmUse.ESP, ipsec.esp)):
        yield UsedAlgorithm(use, algorithm, "network", ("ipsec", use.value))
    at = (vpn, "encryption")
    yield UsedAlgorithm(AlgorithmUse.CERTIFICATE, CERTIFICATE, "vpns", at)


def _of_sessions(network: Network) -> Iterator[UsedAlgorithm]:
    for purpose in network.backbone.authentication.purposes:
        # link state's is that of the hellos
        if purpose is not KeyPurpose.DOMAIN:
            use = AlgorithmUse(purpose.value)
            at = ("authentication", use.value)
            yield UsedAlgorithm(use, purpose.algorithm, "network", at)


def _of_accesses(network: Network) -> Mapping[str, tuple[UsedAlgorithm, ...]]:
    found: dict[str, tuple[UsedAlgorithm, ...]] = {}
    for name, site in network.written_sites.items():
        for vpn, used in as_far_as_known(_of_site(name, site)):
            found.setdefault(vpn, (used,))
    return found


def _of_site(name: str, site: Site) -> Iterator[tuple[str, UsedAlgorithm]]:
    if isinstance(site, PartSite):
        return  # the site that it is of says it
    for access, entry in site.site_network_accesses.items():
        if entry.authentication is not None:
            at = (name, "site-network-accesses", access, "authentication")
            yield site.vpn, UsedAlgorithm(AlgorithmUse.SITE, entry.authentication, "sites", at)
