"""Coordinates of the map of the backbone, drawn by backbone_map.svg.j2.

Tiers are bands from the centre down. A network of more than MOST_NODES routers is drawn by region:
the deepest level at which that many nodes are enough.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from egovnet.playbooks.results.network_map import NetworkMap

#: More nodes than this are no picture any more.
MOST_NODES = 40
_PER_ROW = 8
_WIDTH, _HEIGHT = 124, 46
_GAP_X, _GAP_Y = 20, 46
_MARGIN_LEFT, _MARGIN_TOP = 112, 26
_NAME_LENGTH = 15


@dataclass(frozen=True, slots=True)
class Node:
    """A router, or all routers of a region. `findings` are numbers, the most severe first."""

    name: str
    label: str
    detail: str
    core: bool
    x: int
    y: int
    findings: tuple[int, ...] = ()
    width: int = _WIDTH
    height: int = _HEIGHT


@dataclass(frozen=True, slots=True)
class Mark:
    """How a page marks a node that has findings."""

    #: CSS class, and where the node leads.
    kind: str
    href: str
    #: In the node, and in full.
    words: str
    title: str


@dataclass(frozen=True, slots=True)
class Line:
    """A circuit, or all circuits between two regions."""

    path: str
    title: str
    thick: bool


@dataclass(frozen=True, slots=True)
class Band:
    """A tier's stripe."""

    name: str
    y: int
    height: int


@dataclass(frozen=True, slots=True)
class BackboneMap:
    """The whole picture."""

    width: int
    height: int
    bands: tuple[Band, ...]
    nodes: tuple[Node, ...]
    lines: tuple[Line, ...]
    by_region: bool
    #: Devices with findings that the inventory does not have.
    elsewhere: tuple[str, ...] = ()
    #: Where a box is a region: what is in it, down to the routers.
    tree: tuple["MapArea", ...] = ()


@dataclass(frozen=True, slots=True)
class MapArea:
    """A region with the routers in it, and the regions below it that have routers."""

    region: str
    name: str
    tier: str
    routers: tuple[str, ...]
    below: tuple["MapArea", ...]
    #: Routers in it and below, and how many of them have findings.
    count: int
    marked: int


@dataclass(slots=True)
class _Group:
    """What becomes one node."""

    name: str
    tier: str
    core: bool
    region: str
    routers: list[str] = field(default_factory=list)


def backbone_map(network: NetworkMap, findings: Mapping[str, Iterable[int]]) -> BackboneMap:
    """The map of `network`; `findings` are the numbers of each device's findings."""
    groups, by_region = _groups(network)
    rows = _rows(network, groups)
    nodes, bands, width, height = _place(network, rows, findings, by_region=by_region)
    at = {router: nodes[group.name] for group in groups for router in group.routers}
    return BackboneMap(
        width,
        height,
        tuple(bands),
        tuple(nodes.values()),
        tuple(_lines(network, at)),
        by_region,
        tuple(sorted(set(findings) - network.routers.keys())),
        _tree(network, findings.keys()) if by_region else (),
    )


def _tree(network: NetworkMap, marked: Collection[str]) -> tuple[MapArea, ...]:
    """The regions from the top down, without those in which there is no router."""
    routers: dict[str, list[str]] = {}
    below: dict[str | None, list[str]] = {}
    for name, router in network.routers.items():
        routers.setdefault(router.region, []).append(name)
    for name, region in network.regions.items():
        below.setdefault(region.parent, []).append(name)

    def area(region: str) -> MapArea:
        own = tuple(sorted(routers.get(region, ())))
        inner = tuple(one for one in map(area, below.get(region, ())) if one.count)
        return MapArea(
            region,
            network.regions[region].name,
            network.regions[region].tier,
            own,
            inner,
            len(own) + sum(one.count for one in inner),
            sum(name in marked for name in own) + sum(one.marked for one in inner),
        )

    return tuple(one for one in map(area, below.get(None, ())) if one.count)


def _groups(network: NetworkMap) -> tuple[list[_Group], bool]:
    """One group a router, or one a region at the deepest level that is still a picture."""
    if len(network.routers) <= MOST_NODES:
        return [
            _Group(name, router.tier, router.core, router.region, [name])
            for name, router in network.routers.items()
        ], False
    groups: dict[str, _Group] = {}
    for deepest in reversed(network.tiers):
        groups = {}
        for name, router in network.routers.items():
            region = _region_at(network, router.region, deepest)
            tier = network.regions[region].tier
            groups.setdefault(region, _Group(region, tier, False, region)).routers.append(name)
        if len(groups) <= MOST_NODES:
            break
    return list(groups.values()), True


def _region_at(network: NetworkMap, region: str, deepest: str) -> str:
    """The region itself, or the one above it that is no deeper than `deepest`."""
    tiers, entry = network.tiers, network.regions[region]
    while entry.parent is not None and tiers.index(entry.tier) > tiers.index(deepest):
        region, entry = entry.parent, network.regions[entry.parent]
    return region


def _rows(network: NetworkMap, groups: list[_Group]) -> list[tuple[str, list[_Group]]]:
    """Rows from the top. The centre's edge is above its core, every other below."""
    rows: list[tuple[str, list[_Group]]] = []
    order: dict[str, int] = {}
    for tier in network.tiers:
        here = [group for group in groups if group.tier == tier]
        core, edge = ([g for g in here if g.core is is_core] for is_core in (True, False))
        for row in (edge, core) if tier == network.tiers[0] else (core, edge):
            # Below what they hang on, so that few lines cross.
            row.sort(key=lambda group: order.get(network.regions[group.region].parent or "", 0))
            for index, group in enumerate(row):
                order[group.region] = index
            lines = -(-len(row) // _PER_ROW)
            length = -(-len(row) // lines) if lines else 1
            rows += [(tier, row[at : at + length]) for at in range(0, len(row), length)]
    return rows


def _place(
    network: NetworkMap,
    rows: list[tuple[str, list[_Group]]],
    findings: Mapping[str, Iterable[int]],
    *,
    by_region: bool,
) -> tuple[dict[str, Node], list[Band], int, int]:
    widest = max((len(row) for _, row in rows), default=1)
    inner = max(widest, 4) * (_WIDTH + _GAP_X) - _GAP_X
    nodes: dict[str, Node] = {}
    bands: list[Band] = []
    y = _MARGIN_TOP
    for tier, row in rows:
        used = len(row) * (_WIDTH + _GAP_X) - _GAP_X
        x = _MARGIN_LEFT + (inner - used) // 2
        for group in row:
            numbers = sorted({n for name in group.routers for n in findings.get(name, ())})
            label, detail = _words(network, group, by_region=by_region)
            nodes[group.name] = Node(group.name, label, detail, group.core, x, y, tuple(numbers))
            x += _WIDTH + _GAP_X
        top = y - _GAP_Y // 2
        if bands and bands[-1].name == tier:
            before = bands.pop()
            bands.append(Band(tier, before.y, top + _HEIGHT + _GAP_Y - before.y))
        else:
            bands.append(Band(tier, top, _HEIGHT + _GAP_Y))
        y += _HEIGHT + _GAP_Y
    return nodes, bands, _MARGIN_LEFT + inner + _GAP_X, max(y - _GAP_Y // 2 + 3, 60)


def _words(network: NetworkMap, group: _Group, *, by_region: bool) -> tuple[str, str]:
    if not by_region:
        return _shortened(group.name), " · ".join(network.routers[group.name].roles)
    count = len(group.routers)
    name = network.regions[group.name].name
    return _shortened(name), f"{count} router{'s' if count != 1 else ''}"


def _shortened(name: str) -> str:
    if len(name) > _NAME_LENGTH and name.endswith(")"):
        name = name.partition(" (")[0]  # its band says which tier it is of
    return name if len(name) <= _NAME_LENGTH else name[: _NAME_LENGTH - 1] + "…"


def _lines(network: NetworkMap, at: Mapping[str, Node]) -> Iterable[Line]:
    circuits: dict[tuple[str, str], list[str]] = {}
    for name, circuit in network.circuits.items():
        ends = sorted(circuit, key=lambda n: (at[n].y, at[n].x))
        upper, lower = (at[end].name for end in ends)
        if upper != lower:
            circuits.setdefault((upper, lower), []).append(name)
    by_name = {node.name: node for node in at.values()}
    rows: dict[int, list[int]] = {}
    for node in by_name.values():
        rows.setdefault(node.y, []).append(node.x)
    fan = Counter(upper for upper, _ in circuits)
    for (upper, lower), names in circuits.items():
        title = names[0] if len(names) == 1 else f"{upper} to {lower}: {len(names)} circuits"
        path = _curve(by_name[upper], by_name[lower], rows)
        yield Line(path, title, len(names) > 1 and fan[upper] < MOST_NODES)


def _curve(upper: Node, lower: Node, rows: Mapping[int, Sequence[int]]) -> str:
    """A line from one box to another that runs behind no third: between those of other rows."""
    if upper.y == lower.y:
        level = upper.y + upper.height // 2
        if lower.x - upper.x <= _WIDTH + _GAP_X:
            return f"M{upper.x + upper.width} {level}H{lower.x}"
        bottom = upper.y + upper.height
        deep = bottom + _GAP_Y // 2
        one, two = upper.x + upper.width // 2, lower.x + lower.width // 2
        return f"M{one} {bottom}C{one} {deep} {two} {deep} {two} {bottom}"
    x, y = upper.x + upper.width // 2, upper.y + upper.height
    end = lower.x + lower.width // 2
    path = f"M{x} {y}"
    for top in sorted(level for level in rows if upper.y < level < lower.y):
        straight = x + (end - x) * (top - y) // (lower.y - y)
        gap = min(_gaps(rows[top]), key=lambda at: abs(at - straight))
        path += _bend(x, y, gap, top) + f"V{top + _HEIGHT}"
        x, y = gap, top + _HEIGHT
    return path + _bend(x, y, end, lower.y)


def _gaps(boxes: Sequence[int]) -> list[int]:
    """Where a line passes between the boxes of a row, or beside them."""
    edges = sorted(boxes)
    return [edges[0] - _GAP_X // 2, *(x + _WIDTH + _GAP_X // 2 for x in edges)]


def _bend(x: int, y: int, to_x: int, to_y: int) -> str:
    middle = (y + to_y) // 2
    return f"C{x} {middle} {to_x} {middle} {to_x} {to_y}"
