"""What asks a router for its rules, routes, labels, links and VPN routes, in few words.

The kernel prints a line a route, and a nation's edge has thousands that differ in nothing but the
prefix. The router's own awk leaves out what is like a line before: of labelled routes of VRFs,
those with the same way on (table, exit, innermost label, interface); of the backbone's protocols,
those out of the same interfaces. Everything else is printed as it is, so that what nobody foresaw
is never left out. `exit` is the loopback that the router's main table has behind the outer label.
"""

from egovnet.templates.model.device import AddressFamily, Device

#: Protocol numbers of Linux (rtnetlink) and of FRR's zebra (zebra/rt_netlink.h).
KERNEL, BOOT, BGP, ISIS, OSPF, LDP, STATIC = 2, 3, 186, 187, 188, 193, 196
VERSION: dict[AddressFamily, int] = {"ipv4": 4, "ipv6": 6}
RULES, ROUTES = "show running rules {family}", "show running routes {family}"
LABELS, LINKS, VPN = "show running labels", "show running links", "show running vpn {family}"

_ROUTES_AWK = """
function hops(mode,   i, gate, port, out, n, part, inner, outer, key, word, text) {
  gate = out = text = ""
  for (i = 2; i <= NF; i++) {
    if ($i == "mpls") out = $(i + 1)
    if ($i == "via") gate = ($(i + 1) ~ /^inet/) ? $(i + 2) : $(i + 1)
    if ($i != "dev") continue
    port = $(i + 1)
    if (mode == "learn") {
      key = gate " " port " " out
      if (key in exits) exits[key] = exits[key] "," $1
      else exits[key] = $1
    } else {
      word = " dev " port
      if (out != "" && mode == "exits") {
        n = split(out, part, "/"); inner = part[n]
        outer = (n > 1) ? substr(out, 1, length(out) - length(inner) - 1) : ""
        key = gate " " port " " outer
        word = " exit " ((key in exits) ? exits[key] : "?") " label " inner word
      }
      if (index(text " ", word " ") == 0) text = text word
    }
    gate = out = ""
  }
  return text
}
$0 == "all" { all = 1; next }
{
  table = 254; proto = 3; labelled = 0
  for (i = 2; i < NF; i++) {
    if ($i == "table") table = $(i + 1)
    if ($i == "proto") proto = $(i + 1)
    if ($i == "mpls") labelled = 1
  }
  backbone = (proto == 187 || proto == 188) && table == 254 && $1 ~ /[.:]|default/
}
!all { if (backbone && $1 !~ /[/]/) hops("learn"); next }
backbone || (table != 254 && labelled && $1 ~ /[.:]|default/) {
  like = "table " table " proto " proto hops(backbone ? "ports" : "exits")
  if (!seen[like]++) print "like", $1, like
  next
}
{ sub(/ nhid [0-9]+/, ""); print }
"""
_LABELS_AWK = """
/ proto 193 / && / dev / {
  like = ""
  for (i = 2; i < NF; i++) if ($i == "dev" && index(like " ", " dev " $(i + 1) " ") == 0)
    like = like " dev " $(i + 1)
  if (!seen[like]++) print "like", $1, "proto 193" like
  next
}
{ print }
"""
#: `subtype=5` are a router's own: they are in the VPN tables from a VRF of it (FRR's
#: bgp_route.h, BGP_ROUTE_IMPORTED), with the next hop that they have in that VRF.
_VPN_AWK = """
/^BGP table version|^No BGP prefixes/ { print "read"; next }
/^Route Distinguisher: / { rd = $3; next }
/^ +UN=| EC[{]/ && path {
  like = "rd " rd; path = 0
  for (i = 1; i <= NF; i++)
    if ($i ~ /^(UN|label)=/ || $i == "subtype=5") like = like " " $i
  like = like (match($0, /EC[{][^}]*[}]/) ? " " substr($0, RSTART, RLENGTH) : "")
  if (!seen[like]++) print prefix, like
  next
}
/^[a-zA-Z*>= ]*[*]/ {
  if (path) print "unread", prefix, rd
  path = 1
}
rd != "" && match($0, /[0-9a-f:.]+[/][0-9]+/) { prefix = substr($0, RSTART, RLENGTH) }
END { if (path) print "unread", prefix, rd }
"""


def running_script(device: Device, *, links: bool) -> str:
    """Shell text that asks for all of it; `links`: interfaces as well, which drift reads anyhow."""
    lines = []
    for family, version in VERSION.items():
        ip = f"ip -o -N -{version} route show table"
        lines += [
            f"echo 'kernel# {RULES.format(family=family)}'",
            f"ip -N -{version} rule 2>&1",
            f"echo 'kernel# {ROUTES.format(family=family)}'",
            f"{{ {ip} 254; echo all; {ip} all; }} 2>&1 | awk '{_ROUTES_AWK}'",
        ]
    lines += [f"echo 'kernel# {LABELS}'", f"ip -o -N -f mpls route 2>&1 | awk '{_LABELS_AWK}'"]
    if links:
        lines += [f"echo 'kernel# {LINKS}'", "ip -d -j addr show"]
    for family in VERSION if device.reflector else ():
        lines += [
            f"echo 'kernel# {VPN.format(family=family)}'",
            f"vtysh -c 'show bgp {family} vpn' 2>&1 | awk '{_VPN_AWK}'",
        ]
    return "\n".join(lines)
