"""Address families, as every fact and every part of a device names them."""

from typing import Literal

AddressFamily = Literal["ipv4", "ipv6"]
