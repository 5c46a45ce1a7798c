"""Building blocks of the sections' models: names, prefixes, numbers, and how they are refused.

Keys in YAML are kebab-case, as in the YANG modules of L3SM (RFC 8299).
"""

import re
import unicodedata
from contextlib import suppress
from ipaddress import (
    IPv4Address,
    IPv4Interface,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_interface,
)
from math import isfinite
from socket import AF_INET, AF_INET6, inet_pton
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    StringConstraints,
    model_validator,
)
from pydantic_core import PydanticCustomError

from egovnet.inventory.model.annotations import Form, NameOf, about
from egovnet.inventory.model.as_numbers import MAX_ASN, reserved_asn
from egovnet.inventory.model.shown import shown
from egovnet.inventory.model.usable_addresses import why_unusable, why_unusable_address

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
VpnId = Annotated[
    str,
    Form(
        r"[a-z][a-z0-9]{0,30}",
        "a lower-case letter, then lower-case letters and digits, at most 31 characters in all",
        "taxation",
    ),
]
Name = Annotated[
    str,
    Form(
        r"[a-z][a-z0-9-]{0,40}",
        "a lower-case letter, then lower-case letters, digits and hyphens, at most 41 characters "
        "in all",
        "bj-pe1",
    ),
]
#: Any platform's; what its own ports look like, a platform says.
Port = Annotated[
    str,
    Form(
        r"[A-Za-z][A-Za-z0-9/._:-]{0,39}",
        "a port's name: a letter, then letters, digits and / . _ : -, at most 40 characters in all",
        "eth3",
    ),
]
#: Of a region or an agency, as it stands in names by rule.
Abbreviation = Annotated[
    str,
    Form(
        r"[a-z][a-z0-9]{0,9}",
        "a lower-case letter, then lower-case letters and digits, at most 10 characters in all",
        "gd",
    ),
]
RegionName = Annotated[Name, NameOf("regions")]
AgencyName = Annotated[Name, NameOf("agencies")]
RouterName = Annotated[Name, NameOf("hosts")]
PeName = Annotated[Name, NameOf("hosts", roles=("pe",))]
#: Of the backbone: no firewall and no gateway, which are behind a PE.
BackboneRouterName = Annotated[Name, NameOf("hosts", roles=("p", "rr", "pe", "platform"))]
VpnName = Annotated[VpnId, NameOf("vpns")]
SiteName = Annotated[Name, NameOf("sites")]
ApplicationName = Annotated[Name, NameOf("applications")]


#: Letters that show nothing (Unicode's Default_Ignorable_Code_Point): two names look alike by them.
#: Selectors of variants are no such: Mongolian and Han are written with them.
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0")


def printed(value: str) -> str:
    """Refuse what is not printed: controls, and what turns the direction of reading."""
    odd = next((c for c in value if not c.isprintable() or c in _BLANK), None)
    if odd is None:
        return value
    name = unicodedata.name(odd, "a control or unassigned character")
    remedy = "write a plain space" if unicodedata.category(odd) == "Zs" else "remove it"
    raise refusal(f"{shown(value)} holds U+{ord(odd):04X} ({name})", remedy)


#: Free text for people: all that is printed, in any script, apostrophes too. It is shown in
#: tables and pages and never put into a device's text, which is made of `Name`s only (a property:
#: `tests/templates/frr/render/test_rendered_values.py`).
Text = Annotated[str, Field(max_length=120), AfterValidator(printed)]
#: As `Text`, of what must have one: a name that is blank is an empty cell in every table.
Title = Annotated[
    str,
    StringConstraints(strip_whitespace=True),
    Field(min_length=1, max_length=120),
    AfterValidator(printed),
]


_ASDOT = re.compile(r"(0|[1-9][0-9]{0,4})\.(0|[1-9][0-9]{0,4})")


def _asplain(value: object) -> object:
    """Refuse asdot: RFC 5396 has asplain for all, and FRR takes 1.10 in a route target for an
    address.

    YAML has 1.10 and 1.1 for one number, so that what was meant is known of quoted ones only.
    """
    asdot = _ASDOT.fullmatch(value) if isinstance(value, str) else None
    if asdot is not None and all(int(half) <= 0xFFFF for half in asdot.groups()):
        number = (int(asdot[1]) << 16) + int(asdot[2])
        raise refusal(f"{shown(value)} is in asdot notation", f"write {number} (RFC 5396)")
    if isinstance(value, float) and isfinite(value) and not value.is_integer():
        raise refusal(
            f"{value} is not an AS number",
            "write it without a dot (RFC 5396): 1.10 in asdot notation is 1 * 65536 + 10 = 65546",
        )
    return value


def _asn(value: int) -> int:
    reserved = reserved_asn(value, value)
    if reserved is not None:
        raise refusal(f"AS {value} is reserved: {reserved}", "use an AS number that is assigned")
    return value


Asn = Annotated[
    int,
    BeforeValidator(_asplain),
    Field(strict=True, ge=1, le=MAX_ASN),
    AfterValidator(_asn),
]


#: A length as everybody writes it; `ipaddress` takes masks and leading zeros besides.
_LENGTH = re.compile(r"0|[1-9][0-9]{0,2}")


def any_prefix(value: object) -> IPNetwork:
    """A prefix of either family, of whatever addresses."""
    return _prefix(value, "IPv4 or IPv6")


def _network(value: object, family: str) -> object:
    """A prefix of usable unicast, or what is wrong with it."""
    network = _prefix(value, family)
    if network.prefixlen == 0:
        raise refusal(
            f"{network} is the default route",
            "write prefixes; the default route is announced by the gateway of an Internet zone",
        )
    why = why_unusable(network)
    if why is not None:
        raise refusal(f"{network} {why}", "use a prefix that routers forward (RFC 6890)")
    return network


def _prefix(value: object, family: str) -> IPNetwork:
    """Refuse host bits instead of dropping them: 10.0.0.1/24 is a typing mistake."""
    if isinstance(value, IPv4Network | IPv6Network):
        return value
    example = "fde9::/64" if family == "IPv6" else "10.0.0.0/24"
    if not isinstance(value, str):
        raise refusal(
            f"{shown(value)} is not a prefix", f"write one such as {example}, IPv6 in quotes"
        )
    _refuse_zone(value)
    usual = _usual_prefix(value)
    if usual is not None and (family.startswith(f"IPv{usual.version}") or family == "IPv4 or IPv6"):
        return usual
    try:
        interface = ip_interface(value)
    except ValueError as error:
        raise refusal(
            f"{value!r} is not an {family} prefix", f"write a prefix such as {example}"
        ) from error
    network = interface.network
    if not family.startswith(f"IPv{network.version}") and family != "IPv4 or IPv6":
        raise refusal(f"{value!r} is not an {family} prefix", f"write a prefix such as {example}")
    if "/" not in value:
        raise refusal(f"{value!r} has no length", f"write a prefix such as {example}")
    if int(network.network_address) != int(interface.ip):
        raise refusal(f"{value!r} has host bits set", f"write {network}")
    if not _LENGTH.fullmatch(value.partition("/")[2]):
        raise refusal(f"{value!r} has no length in bits", f"write {network}")
    return network


def _usual_prefix(value: str) -> IPNetwork | None:
    """A prefix without fault; None: `_prefix` looks for the fault."""
    text, slash, length = value.partition("/")
    if not (slash and _LENGTH.fullmatch(length)):
        return None
    try:
        if ":" in text:
            return IPv6Network((int.from_bytes(inet_pton(AF_INET6, text)), int(length)))
        return IPv4Network((int.from_bytes(inet_pton(AF_INET, text)), int(length)))
    except (OSError, ValueError):
        return None


def _refuse_zone(value: str) -> None:
    """`ipaddress` takes anything after a `%`, line breaks too (RFC 4007 section 11)."""
    if "%" in value:
        found = f"{shown(value)} has a zone id"
        raise refusal(found, "write the address alone: a zone means something on one host only")


def _any_network(value: object) -> object:
    return _network(value, "IPv4 or IPv6")


def _network4(value: object) -> object:
    return _network(value, "IPv4")


def _network6(value: object) -> object:
    return _network(value, "IPv6")


def _usable(address: IPv4Address | IPv6Address) -> None:
    why = why_unusable_address(address)
    if why is not None:
        raise refusal(f"{address} {why}", "use an address that routers forward to (RFC 6890)")


def _address4(value: object) -> object:
    return _address(value, IPv4Address, "IPv4", "10.255.0.1")


def _address6(value: object) -> object:
    return _address(value, IPv6Address, "IPv6", "fde9:ff::1")


def _address(
    value: object, kind: type[IPv4Address] | type[IPv6Address], family: str, example: str
) -> object:
    # an address and not the number that stands for one, which `ipaddress` takes too
    if isinstance(value, str):
        _refuse_zone(value)
        with suppress(ValueError):
            value = kind(value)
    if type(value) is not kind:
        found = f"{shown(value)} is not an {family} address"
        raise refusal(found, f"write one such as {example}")
    _usable(value)
    return value


def _any_address(value: object) -> object:
    """An address of either family; one message where a union would give two."""
    if isinstance(value, IPv4Address | IPv6Address):
        return value
    if isinstance(value, str) and ":" in value:
        return _address(value, IPv6Address, "IPv6", "fde9:2:21::53")
    return _address(value, IPv4Address, "IPv4 or IPv6", "10.2.21.53")


def _interface4(value: object) -> object:
    """An address with the length of its network, which is neither the first nor the last of it."""
    form = "write one such as 172.20.20.11/24"
    if isinstance(value, str):
        _refuse_zone(value)
        with suppress(ValueError):
            if _LENGTH.fullmatch(value.partition("/")[2]):
                value = IPv4Interface(value)
    if type(value) is not IPv4Interface:
        raise refusal(f"{shown(value)} is not an IPv4 address with its length", form)
    _usable(value.ip)
    network = value.network
    if network.prefixlen < 31 and value.ip in (network[0], network[-1]):
        which = "network" if value.ip == network[0] else "broadcast"
        raise refusal(f"{value} is the {which} address of {network}", form)
    return value


#: A name of the domain name system (RFC 1123 section 2.1), in ASCII.
_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
#: What resolvers take for an old form of an IPv4 address: 10.1, 0x7f.1, 017700000001.
_NUMERIC = re.compile(r"[0-9]+|0[xX][0-9A-Fa-f]*")


def _hostname(value: str) -> str:
    """A name, or an address that something can answer on."""
    form = "write a name such as bj-p1.example.gov, or an address such as 10.0.0.1"
    labels = value.split(".")
    if ":" not in value and not _NUMERIC.fullmatch(labels[-1]):
        if not all(map(_LABEL.fullmatch, labels)):
            raise refusal(f"{shown(value)} is not a host name", form)
        return value
    try:
        address = ip_address(value)
    except ValueError as error:
        raise refusal(f"{shown(value)} is neither a host name nor an address", form) from error
    # a lab answers on loopback addresses
    why = None if address.is_loopback else why_unusable_address(address)
    if why is not None:
        raise refusal(f"{address} {why}", "name what the router answers on")
    return value


def _vlan(value: object) -> object:
    """One message for one mistake, where a union of types would give one for each."""
    whole = isinstance(value, int) and not isinstance(value, bool)
    if value is None or value == "untagged" or (whole and 1 <= value <= 4094):  # type: ignore[operator] # `whole` says int
        return value
    if isinstance(value, str) and value.isascii() and value.isdecimal():
        raise refusal(f"{value} in quotes, which is text", f"write {value} without them")
    raise refusal(
        f"{shown(value)} is not a valid VLAN",
        "use 1 to 4094 or untagged, or leave vlan out to have one allocated",
    )


# A plain validator: as a union, pydantic would first read each IPv6 prefix as an IPv4 one.
Prefix = Annotated[
    IPv4Network | IPv6Network,
    PlainValidator(_any_network, json_schema_input_type=IPv4Network | IPv6Network),
]
Prefix4 = Annotated[IPv4Network, BeforeValidator(_network4)]
Prefix6 = Annotated[IPv6Network, BeforeValidator(_network6)]
Address4 = Annotated[IPv4Address, BeforeValidator(_address4)]
Address6 = Annotated[IPv6Address, BeforeValidator(_address6)]
Address = Annotated[
    IPv4Address | IPv6Address,
    PlainValidator(_any_address, json_schema_input_type=IPv4Address | IPv6Address),
]
Interface4 = Annotated[IPv4Interface, BeforeValidator(_interface4)]
Hostname = Annotated[
    str,
    Form(
        r"[A-Za-z0-9][A-Za-z0-9.:-]*",
        "a host name or an address: letters, digits, dots and hyphens",
        "bj-p1.example.gov",
    ),
    Field(max_length=253),
    AfterValidator(_hostname),
]
#: As its vendor printed it on the chassis.
SerialNumber = Annotated[
    str,
    Form(
        r"[A-Za-z0-9][A-Za-z0-9._/-]{1,63}",
        "a serial number: letters, digits and . _ / -, 2 to 64 characters in all",
        "FDO2231A0BC",
    ),
]
Vlan = Annotated[
    Annotated[int, Field(ge=1, le=4094)] | Literal["untagged"] | None, BeforeValidator(_vlan)
]


class NumberRange(Closed):
    """An inclusive range of numbers to allocate from."""

    first: Annotated[int, Field(strict=True, ge=1), about("The lowest.", 100, unit="number")]
    last: Annotated[
        int,
        Field(strict=True, ge=1),
        about("The highest; it is handed out too.", 3999, unit="number"),
    ]

    @model_validator(mode="after")
    def _ordered(self) -> "NumberRange":
        if self.last < self.first:
            raise refusal(
                f"last ({self.last}) is before first ({self.first})", "swap or correct them"
            )
        return self
