"""One mistake at a time: each kind, in each field of every file of an inventory.

The fields are those that the models have, so that a new one is here by itself: where no entry of
the reference inventory has it, its example stands in one.
"""

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from egovnet.inventory.load import SECTIONS, examine
from egovnet.inventory.model.annotations import NOUNS, PLATFORMS, Form
from egovnet.inventory.model.schema_problems import in_yaml
from egovnet.inventory.model.shapes import Field, Shape, fields_of
from egovnet.inventory.registers import all_registers
from egovnet.inventory.source.nornir_hosts import ROUTER_KEYS
from egovnet.inventory.source.yaml_directory import YamlTexts
from egovnet.templates.registry import names as platforms
from tests.inventories import BACKBONE
from tests.legacy_lines import GOOD, TO_A_PLACE

Path = tuple[str | int, ...]
Files = dict[str, Any]
#: An unusual word, so that the line it is on is found by it.
ODD = "zzodd"

KEYS = {
    "isis/bj-p1--bj-p2": {
        "ends": ["bj-p1", "bj-p2"],
        "algorithm": "hmac-md5",
        "serial": 2,
        "created": "2026-04-01",
        "valid-until": "2027-04-01",
    }
}
#: Files of registers -> what each says.
REGISTERS = {register.file: register.model for register in all_registers()}
DRIFT = {
    "grace": {"service": 30},
    "share": 5,
    "acknowledged": {
        "snmp": {
            "devices": ["sh-*"],
            "class": "unmanaged",
            "subject": "snmp-server*",
            "approved-by": "Li Na",
            "reason": "monitoring",
            "expires": "2027-01-31",
        }
    },
}
FIREWALL = {
    "hostname": "127.20.20.51",
    "groups": ["frr", "centre"],
    "data": {
        "region": "beijing",
        "roles": ["firewall"],
        "management": "172.20.20.51/24",
        "attachment": {"pe": "bj-pe1", "pe-port": "eth9", "port": "eth1"},
    },
}
GATEWAY = {
    "hostname": "127.20.20.61",
    "groups": ["frr", "centre"],
    "data": {
        "region": "beijing",
        "roles": ["gateway"],
        "management": "172.20.20.61/24",
        "attachment": {"pe": "bj-pe1", "pe-port": "eth10", "port": "eth1"},
        "uplink": {
            "vpn": "internet",
            "port": "eth2",
            "addresses": ["203.0.113.2/30"],
            "next-hops": ["203.0.113.1"],
            "pool": ["203.0.113.64/29"],
            "records": {"most": 65536, "hours": 24, "days": 184},
        },
    },
}
INTERNET = {"name": "Internet zone", "zone": "extranet", "owner": "taxation", "part": "internet"}
EXCHANGES = {
    "party-papers": {
        "from": {"agency": "party", "vpn": "party", "prefixes": ["10.1.10.0/25"]},
        "to": {"agency": "government", "vpn": "government", "prefixes": ["10.1.20.0/25"]},
        "protocol": "tcp",
        "ports": [443],
        "level": 2,
        "owner": "government",
        "approved-by": "Li Na",
        "approved-on": "2026-03-02",
        "reason": "documents that both work on",
        "valid-from": "2026-04-01",
        "valid-until": "2099-03-31",
    },
    "court-portal": {
        "description": "The portal for courts",
        "from": {"agency": "court", "vpn": "court", "prefixes": ["10.1.30.0/25"]},
        "to": {"agency": "government", "vpn": "government", "application": "portal"},
        "protocol": "tcp",
        "ports": [443],
        "level": 3,
        "owner": "government",
        "approved-by": "Li Na",
        "approved-on": "2026-03-02",
        "reason": "files of cases",
        "valid-from": "2026-04-01",
        "valid-until": "2099-03-31",
    },
}
APPLICATIONS = {
    "portal": {
        "name": "Portal",
        "owner": "government",
        "vpn": "government",
        "level": 2,
        "servers": ["10.1.20.16/28"],
        "protocol": "tcp",
        "ports": [443],
    },
    "filing": {
        "name": "Tax filing",
        "owner": "taxation",
        "vpn": "taxation",
        "level": 2,
        "scope": {"tiers": ["province"], "regions": ["guangdong"], "sites": ["tax-guangdong"]},
        "servers": ["10.2.21.16/28", "fde9:2:21::/80"],
        "protocol": "tcp",
        "ports": [443, "8000-8010"],
        "users": {"regions": ["beijing", "sichuan"], "sites": ["tax-sichuan"]},
    },
}
LEVELS = {
    "backbone-encryption": {
        "requires": "backbone-encryption",
        "from-level": 3,
        "otherwise": "report",
        "source": "until the backbone encrypts, by the office of the centre",
    },
    "algorithms": {
        "requires": "algorithms",
        "from-level": 4,
        "otherwise": "refuse",
        "source": "the office of the centre",
        "allowed": {"ike": ["aes256gcm16-prfsha384-ecp384"]},
    },
}
#: Of network.yaml: every key of the plan, which the reference inventory keeps. The second pattern
#: of routers lets in a name that is misspelt: a name of nothing is one mistake, not two.
PLAN = {
    "aggregates": {"loopback-ipv4": {"province": 24, "prefecture": 28}},
    "site-pools": {
        "courts": {
            "zone": "intranet",
            "agency": "court",
            "tiers": ["prefecture"],
            "regions": ["sichuan"],
            "ipv4": "10.3.0.0/16",
            "ipv6": "fde9:3::/32",
            "sites": {"ipv4": 24, "ipv6": 64},
            "aggregates": {"prefecture": {"ipv4": 20, "ipv6": 48}},
        }
    },
    "names": {
        "routers": ["{region}-{role}{number}", "{word}-{word}"],
        "circuits": ["{a}--{b}"],
        "ports": ["eth{number}"],
        "vpns": ["{agency}", "{word}"],
        "sites": ["{word}-{word}"],
    },
    "domains": {
        "intranet": {"domain": "intranet.example", "hostmaster": "net.example", "ttl": 3600},
        "extranet": {"domain": "extranet.example"},
    },
}
ABBREVIATIONS = {
    "beijing": "bj",
    "guangdong": "gd",
    "guangzhou": "gz",
    "shanghai": "sh",
    "sichuan": "sc",
}
BORDERS = {
    "guangdong-1": {
        "option": "A",
        "neighbor": "guangdong",
        "neighbor-asn": 64844,
        "neighbor-router": "gd-asbr1",
        "neighbor-port": "eth4",
        "router": "gd-pe1",
        "port": "eth11",
        "numbering": "theirs",
        "vpns": {
            "taxation": {
                "vpn": "taxation",
                "neighbor-vpn": "taxation",
                "neighbor-zone": "extranet",
                "vlan": 3801,
                "links": ["10.44.0.0/30", "fde9:44::/126"],
                "site-role": "any-to-any-role",
                "accepts": ["10.64.0.0/16"],
                "announces": ["10.2.0.0/16"],
            }
        },
    },
}
ATTACHMENTS = {"services": {"vpn": "public", "prefixes": ["10.2.31.0/24"]}}
OWN_EXIT = {"access-class": "E", "internet-line": "China Telecom, 200 Mbit/s"}
#: What no example can say by itself: values that fit the rest of the reference inventory.
FITTING: dict[tuple[str, str], Any] = {
    # beside bfd, which they have as well
    ("sites", "ttl-security"): False,
    ("borders", "ttl-security"): False,
    ("hosts", "management-port"): "eth0",
    ("vpns", "address-plan"): "shared",
    ("hosts", "loopback-ipv4"): "10.255.0.1",
    ("hosts", "loopback-ipv6"): "fde9:ff::1",
}


@dataclass(frozen=True)
class Mistake:
    """A mistake, and what must be said of it."""

    kind: str
    file: str
    #: Of the value that is wrong, or of the mapping that lacks one.
    at: Path
    #: Files as they are written, of those that differ.
    texts: dict[str, str]
    #: A word that stands on the line, and nowhere else in the file; "": the mapping's line.
    word: str = ""
    #: Every one of these is in the message.
    said: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.kind} {self.file} {'.'.join(map(str, self.at))}"


def base() -> Files:
    """The reference inventory by file, with a value for every optional field of every model."""
    paths = sorted(path for path in BACKBONE.rglob("*.yaml") if path.name != "plan.lock.yaml")
    files: Files = {
        path.relative_to(BACKBONE).as_posix(): yaml.safe_load(path.read_text(encoding="utf-8"))
        for path in paths
    }
    files["drift.yaml"] = copy.deepcopy(DRIFT)
    files["legacy-circuits.yaml"] = yaml.safe_load(GOOD + TO_A_PLACE)
    files["hosts.yaml"]["bj-fw1"] = copy.deepcopy(FIREWALL)
    files["hosts.yaml"]["bj-gw1"] = copy.deepcopy(GATEWAY)
    files["vpns.yaml"]["internet"] = copy.deepcopy(INTERNET)
    files["exchanges.yaml"] = copy.deepcopy(EXCHANGES)
    files["applications.yaml"] = copy.deepcopy(APPLICATIONS)
    files["levels.yaml"] = copy.deepcopy(LEVELS)
    files["network.yaml"] |= copy.deepcopy(PLAN)
    files["vpns.yaml"]["taxation"]["name-servers"] = ["10.2.21.53"]
    for region, short in ABBREVIATIONS.items():
        files["regions.yaml"][region]["abbreviation"] = short
    files["borders.yaml"] = copy.deepcopy(BORDERS)
    files["keys.yaml"] = copy.deepcopy(KEYS)
    department = files["sites/guangdong.yaml"]["tax-guangdong"]
    department["attachments"] = copy.deepcopy(ATTACHMENTS)
    department["site-network-accesses"]["main"] |= copy.deepcopy(OWN_EXIT)
    had: set[tuple[Any, str]] = set()
    for place in [place for file in files for place in places(files, file)]:
        if place.present or place.field.required:
            had.add((place.model, place.field.key))
    for place in [place for file in files for place in places(files, file)]:
        if (place.model, place.field.key) not in had and _filled(files, place):
            had.add((place.model, place.field.key))
    return files


def _filled(files: Files, place: "Place") -> bool:
    """Whether the mapping has the key's example now: it is kept where it fits the rest."""
    mapping = _mapping(files[place.file], place.path[:-1])
    key = place.field.key
    value = FITTING.get((place.section, key), next(iter(place.field.examples), None))
    mapping[key] = copy.deepcopy(value)
    texts = {file: written(data) for file, data in files.items()}
    if value is not None and not examine(YamlTexts(texts)).problems:
        return True
    del mapping[key]
    return False


@dataclass(frozen=True)
class Place:
    """A field of a mapping in a file."""

    section: str
    file: str
    path: Path
    field: Field
    present: bool
    #: No mapping before it is of the same kind.
    first: bool
    #: Keys of the mapping that stand in other places of the file (Nornir's).
    model: Any = None


def places(files: Files, file: str) -> Iterator[Place]:
    """Every field of the first mapping of each kind in a file, and fields that only others have."""
    seen: set[tuple[str, ...]] = set()
    begun: set[tuple[str, ...]] = set()
    for section, path, model, data in models(files, file):
        kind = tuple("*" if isinstance(part, int) else part for part in _kind(path, section))
        first = kind not in begun
        begun.add(kind)
        for key, each in fields_of(model).items():
            nornirs = section == "hosts" and len(path) < 3
            if nornirs and (key in ROUTER_KEYS) != (len(path) == 1):
                continue
            present = key in data
            if (*kind, key) in seen or not (present or first):
                continue
            if present or first:
                seen.update({(*kind, key)} if present else ())
                yield Place(section, file, (*path, key), each, present, first, model)


def _kind(path: Path, section: str) -> tuple[str, ...]:
    """The path with names of entries left out."""
    names = {"network": (), "drift": (1,)}.get(section, (0, 2))
    return (section, *("*" if i in names else str(part) for i, part in enumerate(path)))


def models(files: Files, file: str) -> Iterator[tuple[str, Path, Any, dict[str, Any]]]:
    """(section, path, model, data) of every mapping that a model is made of."""
    stem = "sites" if file.startswith("sites/") else file.removesuffix(".yaml")
    if file in REGISTERS:
        yield from _below(stem, Shape(model=REGISTERS[file]), files[file], ())
    elif stem in ("groups", "defaults"):
        return
    else:
        section = next(each for each in SECTIONS.values() if each.name == stem)
        for path, model, data in _walk(section.shape, files[file], ()):
            yield stem, path, model, data
            if stem == "hosts" and len(path) == 1:
                yield from _below(stem, Shape(model=model), data["data"], (*path, "data"))


def _below(section: str, shape: Shape, data: object, path: Path) -> Iterator[Any]:
    for at, model, found in _walk(shape, data, path):
        yield section, at, model, found


def _walk(shape: Shape, data: object, path: Path) -> Iterator[tuple[Path, Any, dict[str, Any]]]:
    if shape.model is not None and isinstance(data, dict):
        yield path, shape.model, data
        for key, each in fields_of(shape.model).items():
            if key in data:
                yield from _walk(each.shape, data[key], (*path, key))
    elif shape.key is not None and shape.item is not None and isinstance(data, dict):
        for key, value in data.items():
            yield from _walk(shape.item, value, (*path, key))


def _mapping(data: Any, path: Path) -> Any:  # noqa: ANN401 -- YAML is any
    for part in path:
        data = data[part]
    return data


def written(data: object) -> str:
    """Data as a file with a line for each key."""
    how: dict[str, Any] = {"sort_keys": False, "allow_unicode": True}
    return str(yaml.dump(data, Dumper=yaml.CSafeDumper, default_flow_style=False, **how))


def mistakes(files: Files) -> Iterator[Mistake]:
    """Every kind of mistake in every field of `files`."""
    done: set[tuple[Any, str]] = set()
    for file in files:
        for place in places(files, file):
            if place.present and (place.model, place.field.key) not in done:
                done.add((place.model, place.field.key))
                yield from _of_field(files, place)
        yield from _of_entries(files, file)
    yield from _of_groups(files)


def _of_field(files: Files, place: Place) -> Iterator[Mistake]:
    key, shape = place.field.key, place.field.shape
    value = _mapping(files[place.file], place.path)
    inherited = place.section == "hosts" and key in ("platform", "tier")
    if place.field.required and not inherited:
        takes = _takes(files, shape)
        told = ("is missing", *takes) if takes else ("is missing", *_example(place.field))
        yield _changed(files, place, "removed", None, place.path, said=told)
    misspelt = _misspelt(key)
    yield _changed(
        files, place, "key misspelt", {misspelt: value}, (*place.path[:-1], misspelt),
        word=f"{misspelt}:", said=(f"did you mean '{key}'?",),
    )  # fmt: skip
    unknown = {key: value, ODD: 1}
    known = [
        each
        for each in fields_of(place.model)
        if place.section != "hosts"
        or len(place.path) > 3
        or (each in ROUTER_KEYS) == (len(place.path) == 2)
    ]
    yield _changed(
        files, place, "key unknown", unknown, (*place.path[:-1], ODD), word=ODD, said=tuple(known)
    )
    yield _twice(files, place)
    for kind, wrong, said in _wrong_values(files, place.field, value):
        at = (*place.path, 0) if kind == "item misspelt" else place.path
        yield _changed(files, place, kind, {key: wrong}, at, word=ODD, said=said)


def _wrong_values(
    files: Files,
    each: Field,
    value: Any,  # noqa: ANN401 -- YAML is any
) -> Iterator[tuple[str, Any, tuple[str, ...]]]:
    """(kind, wrong value, what must be said)."""
    shape = each.shape
    if shape.model is not None or shape.key is not None:
        yield "wrong type", ODD, ("where a mapping belongs",)
        return
    if shape.item is not None:
        yield "wrong type", ODD, ("where a list belongs",)
        if shape.item.choices:
            yield "item misspelt", [f"{value[0]}{ODD}"], shape.item.choices
        return
    yield "wrong type", {ODD: 1}, ()
    if int in shape.types:
        yield "wrong type", ODD, ()
    if shape.choices and not shape.types[1:]:
        yield "value misspelt", f"{value}{ODD}", shape.choices
    if shape.names is not None:
        known = _names(files, shape.names)
        yield (
            "dangling",
            f"{value}-{ODD}" if "-" in value else f"{value}{ODD}",
            (
                f"no {NOUNS[shape.names]} ",
                *known,
            ),
        )
    if shape.form is not None:
        yield "other form", f"{ODD} !", (shape.form.words,)


def _takes(files: Files, shape: Shape) -> tuple[str, ...]:
    if shape.choices:
        return shape.choices
    names = _names(files, shape.names) if shape.names is not None else []
    if not shape.roles:
        return tuple(names)
    hosts = files["hosts.yaml"]  # a P is none of what a site can be joined to
    return tuple(n for n in names if not set(hosts[n]["data"]["roles"]).isdisjoint(shape.roles))


def _example(each: Field) -> tuple[str, ...]:
    return (in_yaml(each.examples[0]),) if each.examples else ()


def _names(files: Files, section: str) -> list[str]:
    if section == PLATFORMS:
        return list(platforms())
    if section == "sites":
        return [name for file in files if file.startswith("sites/") for name in files[file]]
    return list(files[f"{section}.yaml"])


def _misspelt(key: str) -> str:
    """The key with one letter twice."""
    return key[:-1] + key[-1] * 2


def _changed(
    files: Files,
    place: Place,
    kind: str,
    instead: dict[str, Any] | None,
    at: Path,
    *,
    word: str = "",
    said: tuple[str, ...] = (),
) -> Mistake:
    data = copy.deepcopy(files[place.file])
    mapping = _mapping(data, place.path[:-1])
    items = list(mapping.items())
    mapping.clear()
    for key, value in items:
        if key != place.path[-1]:
            mapping[key] = value
        else:
            mapping.update(instead or {})
    return Mistake(kind, place.file, at, {place.file: written(data)}, word, said)


def _twice(files: Files, place: Place) -> Mistake:
    """The key given again at the end of its mapping; the second is the one that is reported."""
    data = copy.deepcopy(files[place.file])
    mapping = _mapping(data, place.path[:-1])
    value = mapping.pop(place.path[-1])
    mapping[f"{ODD}1"], mapping[f"{ODD}2"] = value, copy.deepcopy(value)
    key = str(place.path[-1])
    first, _, rest = written(data).partition(f"{ODD}2:")
    scalar, _, below = rest.partition("\n")
    text = first.replace(f"{ODD}1:", f"{key}:") + f"{key}:{scalar} # {ODD}\n{below}"
    return Mistake("key twice", place.file, place.path, {place.file: text}, ODD, ("given twice",))


def _of_entries(files: Files, file: str) -> Iterator[Mistake]:
    """Names of entries: misspelt where they are given, and of another form."""
    stem = "sites" if file.startswith("sites/") else file.removesuffix(".yaml")
    section = next((each for each in SECTIONS.values() if each.name == stem), None)
    if section is None or section.shape.key is None:
        return
    form = section.shape.key.form
    assert isinstance(form, Form)
    first = next(iter(files[file]))
    wrong = f"{first}_{ODD}"
    yield _renamed(files, file, (first, wrong), "name of another form", (form.words,))
    yield _renamed(files, file, (first, wrong), "name, everywhere", (form.words,), everywhere=True)
    if stem in NOUNS and _is_named(files, stem, first):
        right = f"{first}zz"
        yield _renamed(
            files, file, (first, right), "name misspelt",
            (f"no {NOUNS[stem]} '{first}'", right), at=(),
        )  # fmt: skip


def _is_named(files: Files, section: str, name: str) -> bool:
    """Whether an entry anywhere names that one."""
    data = copy.deepcopy(files)
    return any(_rename_in(data[file], file, section, (name, ODD)) for file in data)


def _renamed(
    files: Files,
    file: str,
    names: tuple[str, str],
    kind: str,
    said: tuple[str, ...],
    *,
    everywhere: bool = False,
    at: Path | None = None,
) -> Mistake:
    old, new = names
    data = {new if key == old else key: value for key, value in files[file].items()}
    texts = {file: written(data)}
    if everywhere:
        stem = "sites" if file.startswith("sites/") else file.removesuffix(".yaml")
        for other, content in files.items():
            changed = copy.deepcopy(data if other == file else content)
            if _rename_in(changed, other, stem, names):
                texts[other] = written(changed)
    return Mistake(kind, file, (new,) if at is None else at, texts, ODD if at is None else "", said)


def _rename_in(data: object, file: str, section: str, names: tuple[str, str]) -> bool:
    """Rename every name of an entry of `section` in the data of a file."""
    renamed = False
    old, new = names
    for _, _, model, found in models({file: data}, file):
        for key, each in fields_of(model).items():
            item = each.shape.item
            if each.shape.names == section and found.get(key) == old:
                found[key] = new
                renamed = True
            if item is not None and item.names == section and old in found.get(key, ()):
                found[key] = [new if name == old else name for name in found[key]]
                renamed = True
    return renamed


def _of_groups(files: Files) -> Iterator[Mistake]:
    """Mistakes in what hosts inherit: each is one, whoever inherits it."""
    for kind, entry, said in _GROUPS:
        name, below = next(iter(entry.items()))
        at: list[Any] = [name, *_innermost(below, kind)]
        given = _without_nothing(entry)
        texts = {"groups.yaml": written({**files["groups.yaml"], **given})}
        word = "" if kind == "removed" else ODD
        yield Mistake(kind, "groups.yaml", tuple(at), texts, word, said)
    for kind, defaults, said in _DEFAULTS:
        texts = {"defaults.yaml": written({**defaults, "connection_options": {}})}
        yield Mistake(kind, "defaults.yaml", tuple(_innermost(defaults, kind)), texts, ODD, said)
    for kind, groups, said in _HOSTS:
        hosts = copy.deepcopy(files["hosts.yaml"])
        hosts["bj-p1"].update(groups)
        at = ["bj-p1", *_innermost(groups, kind)] if groups else ["bj-p1"]
        if not groups:
            del hosts["bj-p1"]["groups"]
        word = ODD if groups else ""
        yield Mistake(kind, "hosts.yaml", tuple(at), {"hosts.yaml": written(hosts)}, word, said)
    renamed = {f"{k}r" if k == "frr" else k: v for k, v in files["groups.yaml"].items()}
    texts = {"groups.yaml": written(renamed)}
    said = ("no group 'frr'", "did you mean 'frrr'?")
    yield Mistake("name misspelt", "hosts.yaml", (), texts, "", said)


def _without_nothing(data: object) -> Any:  # noqa: ANN401 -- YAML is any
    if isinstance(data, dict):
        return {k: _without_nothing(v) for k, v in data.items() if v is not None}
    return data


def _innermost(data: object, kind: str) -> list[Any]:
    """Keys that lead to what is wrong: the odd word, or the key of the odd value."""
    if isinstance(data, dict):
        for key, value in data.items():
            if str(key).startswith(ODD) or (kind, key) in _WRONG_KEYS:
                return [key]
            below = _innermost(value, kind)
            if below or (isinstance(value, str) and ODD in value):
                return [key, *below]
    if isinstance(data, list):
        return [index for index, value in enumerate(data) if ODD in str(value)]
    return []


_HOST_KEYS = ("hostname", "port", "platform", "groups", "data", "connection_options")
_WRONG_KEYS = (("removed", "tier"), ("removed", "platform"))
#: (kind, entry of groups.yaml, what must be said). None stands for what was removed.
_GROUPS: tuple[tuple[str, dict[str, Any], tuple[str, ...]], ...] = (
    ("removed", {"frr": {"platform": None, "port": 2222}}, ("is missing", "frr")),
    (
        "removed",
        {"centre": {"data": {"tier": None}}},
        ("centre, province, prefecture, county",),
    ),
    ("key unknown", {"frr": {"platform": "frr", "port": 2222, ODD: 1}}, _HOST_KEYS),
    ("key unknown", {"centre": {"data": {"tier": "centre", ODD: 1}}}, ("region", "tier", "roles")),
    ("value misspelt", {"centre": {"data": {"tier": f"centre{ODD}"}}}, ("centre", "county")),
    ("value misspelt", {"frr": {"platform": f"frr{ODD}", "port": 2222}}, ("frr",)),
    ("wrong type", {"frr": {"platform": "frr", "port": ODD}}, ("whole number",)),
    ("wrong type", {"centre": {"data": ODD}}, ("key: value",)),
    ("wrong type", {"centre": ODD}, ("key: value",)),
    (
        "dangling",
        {"centre": {"data": {"tier": "centre"}, "groups": [ODD]}},
        ("no group", "frr, centre, province, prefecture"),
    ),
)
_DEFAULTS: tuple[tuple[str, dict[str, Any], tuple[str, ...]], ...] = (
    ("key unknown", {ODD: 1}, ("hostname", "port", "platform", "data")),
    ("key unknown", {"data": {ODD: 1}}, ("region", "tier")),
    ("wrong type", {"data": ODD}, ("key: value",)),
)
#: Of the first host; an empty mapping takes its groups away.
_HOSTS: tuple[tuple[str, dict[str, Any], tuple[str, ...]], ...] = (
    ("removed", {}, ("lacks platform and tier", "frr", "centre, province, prefecture, county")),
    ("dangling", {"groups": [f"frr{ODD}", "centre"]}, ("no group", "frr, centre, province")),
    ("wrong type", {"groups": ODD}, ("where a list belongs",)),
)
