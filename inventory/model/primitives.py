"""Building blocks of the sections' models: names, prefixes, numbers, and how they are refused.

Keys in YAML are kebab-case, as in the YANG modules of L3SM (RFC 8299).
"""

from ipaddress import IPv4Network, IPv6Network, ip_interface
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from egovnet.inventory.model.schema_problems import shown

IPNetwork = IPv4Network | IPv6Network


def kebab(name: str) -> str:
    """A field's name as a key in YAML."""
    return name.replace("_", "-")


class Closed(BaseModel):
    """Base of all models here: unknown keys are errors, values never change."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, alias_generator=kebab, populate_by_name=True
    )


def refusal(found: str, remedy: str, *at: str) -> PydanticCustomError:
    """An error in our own words, about the key `at` of the model that raises it.

    `egovnet.inventory.model.schema_problems` takes it apart again.
    """
    context = {"found": found, "remedy": remedy, "at": at}
    return PydanticCustomError("egovnet", "{found} -> {remedy}", context)


#: How long it may be is a platform's matter: names of VRFs are made of it.
VpnId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]{0,30}$")]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,40}$")]
#: Any platform's; what its own ports look like, a platform says.
Port = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9/._:-]{0,39}$")]
MAX_ASN = 4294967294
Asn = Annotated[int, Field(strict=True, ge=1, le=MAX_ASN)]
#: Free text that is safe inside `description` lines of any platform.
Text = Annotated[str, Field(max_length=120, pattern=r"^[^\x00-\x1f!#\"'`$\\]*$")]


def _network(value: object, family: str) -> object:
    """Refuse host bits instead of dropping them: 10.0.0.1/24 is a typing mistake."""
    if isinstance(value, IPv4Network | IPv6Network):
        return value
    example = "fde9::/64" if family == "IPv6" else "10.0.0.0/24"
    if not isinstance(value, str):
        raise refusal(
            f"{shown(value)} is no prefix", f"write one such as {example}, IPv6 in quotes"
        )
    try:
        network = ip_interface(value).network
    except ValueError as error:
        raise refusal(
            f"{value!r} is no {family} prefix", f"write a prefix such as {example}"
        ) from error
    if not family.startswith(f"IPv{network.version}") and family != "IPv4 or IPv6":
        raise refusal(f"{value!r} is no {family} prefix", f"write a prefix such as {example}")
    if "/" not in value:
        raise refusal(f"{value!r} has no length", f"write a prefix such as {example}")
    if int(network.network_address) != int(ip_interface(value).ip):
        raise refusal(f"{value!r} has host bits set", f"write {network}")
    return network


def _any_network(value: object) -> object:
    return _network(value, "IPv4 or IPv6")


def _network4(value: object) -> object:
    return _network(value, "IPv4")


def _network6(value: object) -> object:
    return _network(value, "IPv6")


def _vlan(value: object) -> object:
    """One message for one mistake, where a union of types would give one for each."""
    whole = isinstance(value, int) and not isinstance(value, bool)
    if value is None or value == "untagged" or (whole and 1 <= value <= 4094):  # type: ignore[operator] # `whole` says int
        return value
    raise refusal(
        f"{shown(value)} is no VLAN",
        "use 1 to 4094 or untagged, or leave vlan out to have one allocated",
    )


Prefix = Annotated[IPv4Network | IPv6Network, BeforeValidator(_any_network)]
Prefix4 = Annotated[IPv4Network, BeforeValidator(_network4)]
Prefix6 = Annotated[IPv6Network, BeforeValidator(_network6)]
Vlan = Annotated[int | Literal["untagged"] | None, BeforeValidator(_vlan)]


class NumberRange(Closed):
    """An inclusive range of numbers to allocate from."""

    first: Annotated[int, Field(strict=True, ge=1)]
    last: Annotated[int, Field(strict=True, ge=1)]

    @model_validator(mode="after")
    def _ordered(self) -> "NumberRange":
        if self.last < self.first:
            raise refusal(
                f"last ({self.last}) is before first ({self.first})", "swap or correct them"
            )
        return self
