"""The files of an inventory and what may stand in each, as models.

Nornir's own files have no models where an inventory is read, since what a host inherits is judged
as a whole; here each has one, made of `Router`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any

from pydantic import BaseModel, Field, TypeAdapter, create_model

from egovnet.inventory.load import SECTIONS
from egovnet.inventory.model import Closed, Name, Router
from egovnet.inventory.model.annotations import NameOf, about
from egovnet.inventory.model.shapes import Shape, shape_of
from egovnet.inventory.registers import all_registers
from egovnet.inventory.source.nornir_hosts import ROUTER_KEYS
from egovnet.inventory.source.sections import OPTIONAL_FILES


@dataclass(frozen=True)
class FileKind:
    """A file, or several of one kind."""

    #: Of the schema, and of the section that it says.
    name: str
    #: Its path within an inventory; of several, a pattern.
    path: str
    #: What it says, as a sentence.
    title: str
    annotation: Any
    #: Mappings in it may lack keys that are given elsewhere: hosts inherit.
    inherits: bool = False
    #: An inventory may lack the file.
    optional: bool = False

    @property
    def shape(self) -> Shape:
        """What the whole file is."""
        return shape_of(self.annotation)

    @property
    def adapter(self) -> TypeAdapter[Any]:
        """Reads what the whole file says."""
        return TypeAdapter(self.annotation)


_TITLES = {
    "network": "The backbone's numbers, its pools, the two zones and the management network.",
    "regions": "Units of government and their levels.",
    "agencies": "Who owns VPNs.",
    "hosts": "Routers, in Nornir's own format: what a group or the defaults say is inherited.",
    "groups": "What several routers have in common, in Nornir's own format.",
    "defaults": "What all routers have in common, in Nornir's own format.",
    "circuits": "Links of the backbone, each between two routers.",
    "vpns": "VPN services, each of one agency in one of the two zones.",
    "sites": "Places of agencies, and where they are joined to PEs.",
    "exchanges": "What two agencies may exchange at the interconnection platform.",
    "applications": "Business applications: where they are deployed and who may use them.",
    "levels": "What is asked of VPNs, applications and exchanges by their levels of protection.",
    "borders": "Where the backbone of another operator is joined, and which VPNs cross.",
    "keys": "What is known of each key of the backbone's sessions; egovnet keys writes it.",
}
_ROUTER = Router.model_fields
_GROUPS = Annotated[
    tuple[Annotated[str, NameOf("groups")], ...],
    about("Groups that it inherits from; the first that says something wins.", ["province"]),
]
_OPTIONS = Annotated[
    dict[str, dict[str, Any]],
    Field(alias="connection_options"),
    about("Nornir's options for each kind of connection; egovnet sets its own.", {}),
]


def _model(name: str, doc: str, fields: Mapping[str, Any]) -> type[BaseModel]:
    made: type[BaseModel] = create_model(name, __base__=Closed, __doc__=doc, **fields)
    return made


def _of_router(*, nornirs: bool) -> dict[str, Any]:
    return {
        name: (info.annotation, info)
        for name, info in _ROUTER.items()
        if (name in ROUTER_KEYS) == nornirs
    }


RouterData = _model("RouterData", "What egovnet knows of a router.", _of_router(nornirs=False))
_DATA = Annotated[
    RouterData,  # type: ignore[valid-type] # made when it runs
    about("What egovnet knows of it.", {"region": "beijing", "roles": ["pe"]}),
]
_NORNIRS = _of_router(nornirs=True)
_BELOW: dict[str, Any] = {"data": (_DATA, ...), "connection_options": (_OPTIONS, {})}
_IN_GROUPS: dict[str, Any] = {**_NORNIRS, "groups": (_GROUPS, ()), **_BELOW}
HostDefaults = _model("HostDefaults", "What every router inherits.", {**_NORNIRS, **_BELOW})
Host = _model("Host", "A router.", _IN_GROUPS)
HostGroup = _model("HostGroup", "What the routers of a group inherit.", _IN_GROUPS)


@cache
def file_kinds() -> tuple[FileKind, ...]:
    """Every kind of file that people write, in the order in which one writes them."""
    annotations: dict[str, Any] = {
        section.name: section.annotation for section in SECTIONS.values()
    }
    annotations |= {
        "hosts": dict[Name, Host],  # type: ignore[valid-type] # made when it runs
        "groups": dict[str, HostGroup],  # type: ignore[valid-type] # made when it runs
        "defaults": HostDefaults,
    }
    kinds = [
        FileKind(
            name,
            "sites/*.yaml" if name == "sites" else f"{name}.yaml",
            title,
            annotations[name],
            inherits=name in ("hosts", "groups", "defaults"),
            optional=name in OPTIONAL_FILES,
        )
        for name, title in _TITLES.items()
    ]
    for register in all_registers():
        title = " ".join((register.model.__doc__ or "").split("\n\n")[0].split())
        kinds.append(
            FileKind(
                register.file.removesuffix(".yaml"),
                register.file,
                title,
                register.model,
                optional=True,
            )
        )
    return tuple(kinds)
