"""Rewrites of a router's facts that change nothing."""

from dataclasses import replace

from egovnet.templates.model.facts import DeviceFacts


def renamed(facts: DeviceFacts, old: str, new: str) -> DeviceFacts:
    """A VRF under another name, everywhere on its router."""

    def name(vrf: str | None) -> str | None:
        return new if vrf == old else vrf

    return replace(
        facts,
        interfaces={i.name: replace(i, vrf=name(i.vrf)) for i in facts.interfaces.values()},
        vrfs={name(v.name): replace(v, name=name(v.name)) for v in facts.vrfs.values()},
        bgp={
            name(vrf): replace(
                instance,
                vrf=name(vrf),
                neighbors={k: replace(n, vrf=name(n.vrf)) for k, n in instance.neighbors.items()},
            )
            for vrf, instance in facts.bgp.items()
        },
        statics=tuple(replace(s, vrf=name(s.vrf)) for s in facts.statics),
    )


def swapped(facts: DeviceFacts, one: str, other: str) -> DeviceFacts:
    """Two VRFs that change names."""
    return renamed(renamed(renamed(facts, one, "tmp"), other, one), "tmp", other)
