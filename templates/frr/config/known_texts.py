"""What is known of FRR's texts: the releases with their rules, and the lines that are harmless.

Each rule was tried on the release's own daemons, and is kept as a case of the reader's oracle; each
harmless form was given to them as well (`tests/oracle`), or to ifupdown2 and a kernel.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from egovnet.templates.frr.config.releases import FIRST, RELEASES
from egovnet.templates.model.text_reading import HarmlessLines, KnownRelease, Rule

_DEBIAN = {"8.4": "Debian 12", "10.3": "Debian 13"}
#: A value that may be said again and again.
_REPEATED = re.compile(r"\b([A-Z]+)(?: \1)+$")
_TRIED = "what its daemons run is the same with a line of that form and without it"
_OF_LINUX = (
    "in the stanza of a VRF, of a port, of a VLAN and of a bridge: what ifupdown2 and the kernel "
    "make is the same with it and without it. A COMMAND stands in a hook; each form was run there "
    "and ended well (`ethtool` at a port without a wire apart; `logger` in a network namespace)"
)
#: Of FRR 10.3, in what it differs from 8.4: (field of `Release`, rule). None: of every line.
TEN = (
    (
        None,
        Rule(
            "A line that 8.4 does not have, or has not in the same words, is not read and denies "
            "the proof, such as `neighbor X remote-as auto`.",
            ("release-10-new-lines-are-not-read",),
        ),
    ),
    (
        "renamed",
        Rule(
            "`multicast enable` and `multicast disable` of a port are 8.4's `multicast` and "
            "`no multicast`.",
            ("release-10-multicast-enable",),
        ),
    ),
    (
        "dotted_as",
        Rule(
            "`1.1:7` is a route target or distinguisher of AS 65537 (asdot); 8.4 reads the address "
            "1.0.0.1.",
            ("release-10-targets-in-asdot", "release-10-what-is-no-asdot"),
        ),
    ),
    (
        "equal_prefix_rules",
        Rule(
            "A rule of a prefix list that is equal to another is there twice, under two numbers; "
            "8.4 drops the second.",
            ("release-10-equal-prefix-rules",),
        ),
    ),
    (
        "undoes_own_label",
        Rule(
            "`no label vpn export L` is refused where L is not the label that was said; 8.4 undoes "
            "any.",
            ("release-10-label-undone", "release-10-label-undone-by-another"),
        ),
    ),
    (
        "tests_gateways",
        Rule(
            "`set evpn gateway-ip` is left to a person; 8.4 refuses reserved, multicast and "
            "link-local gateways.",
            ("release-10-gateway-of-evpn",),
        ),
    ),
    (
        "keeps_vpn_networks",
        Rule(
            "`no network P rd RD label L` leaves the route where it is; 8.4 removes it.",
            ("release-10-vpn-route-undone",),
        ),
    ),
    (
        "keeps_no_bfd",
        Rule(
            "`no neighbor X bfd profile P` where X has no BFD makes no session; 8.4 makes one.",
            ("release-10-bfd-option-undone",),
        ),
    ),
    (
        "all_or_nothing",
        Rule(
            "Static routes, addresses of ports and `ipv6 nd` are taken at once or not at all: one "
            "lifetime or interval of `ipv6 nd` that does not fit another drops all of them. Such "
            "values are not read.",
            ("release-10-one-line-drops-all",),
        ),
    ),
    (
        "quit_drops",
        Rule(
            "`quit` at the top level drops static routes and addresses that were said before it.",
            ("release-10-quit-at-the-top",),
        ),
    ),
)
_RULES = {"10.3": TEN}


def releases() -> tuple[KnownRelease, ...]:
    """FRR's releases."""
    return tuple(
        KnownRelease(
            f"FRR {version}",
            f"FRR {release.table} of {_DEBIAN[version]}",
            tuple(rule for _, rule in _RULES.get(version, ())),
        )
        for version, release in RELEASES.items()
    )


def harmless() -> Iterator[HarmlessLines]:
    """Block by block of frr.conf, what both releases have first."""
    first = _forms(FIRST.table)
    tables = {v: _forms(release.table) for v, release in RELEASES.items() if release is not FIRST}
    for block, forms in first.items():
        others = {version: table.get(block, ()) for version, table in tables.items()}
        shared = tuple(form for form in forms if all(form in other for other in others.values()))
        yield HarmlessLines(f"frr.conf, {block}", _shortened(shared), _TRIED)
        for version, other in ((FIRST.version, forms), *others.items()):
            if left := tuple(form for form in other if form not in shared):
                part = f"frr.conf, {block}, FRR {version} alone"
                yield HarmlessLines(part, _shortened(left), _TRIED)
    yield _of_linux()


def _of_linux() -> HarmlessLines:
    """ifupdown2's, in any stanza."""
    forms = {form for part in _forms("ifupdown2").values() for form in part}
    return HarmlessLines("/etc/network/interfaces", tuple(sorted(forms)), _OF_LINUX)


def _shortened(forms: tuple[str, ...]) -> tuple[str, ...]:
    """`[no] X` for a form and the one that undoes it, `LINE...` for words without end."""
    short = dict.fromkeys(_REPEATED.sub(r"\1...", form) for form in forms)
    both = {form for form in short if f"no {form}" in short}
    kept = [f"[no] {form}" if form in both else form for form in short]
    return tuple(form for form in kept if form.removeprefix("no ") not in both)


def _forms(table: str) -> dict[str, tuple[str, ...]]:
    """Block -> forms, of `harmless-TABLE.tsv`."""
    path = Path(__file__).with_name(f"harmless-{table}.tsv")
    found: dict[str, list[str]] = {}
    for row in path.read_text(encoding="utf-8").splitlines():
        block, form, _ = row.split("\t")
        found.setdefault(block, []).append(form)
    return {block: tuple(sorted(set(forms))) for block, forms in found.items()}
