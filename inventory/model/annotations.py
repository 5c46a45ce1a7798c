"""What the annotation of a field says besides its type: read by errors, schemas and the manual.

```python
region: Annotated[Name, NameOf("regions"), about("Region that it is in.", "beijing")]
metric: Annotated[int, Field(ge=1), about("Cost of the link.", 10, unit="IS-IS metric")] = 10
```

A field without a description, example or unit where its kind asks for one fails
`tests/house/test_every_field.py`.
"""

import re
from dataclasses import dataclass
from typing import Any

from pydantic import Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.fields import FieldInfo
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema


@dataclass(frozen=True, slots=True)
class Form:
    """What a text must look like: as a pattern for the whole of it, and in words for people.

    The words end the sentence "write ...". In an annotation it is the type's pattern.
    """

    pattern: str
    words: str
    example: str

    def fits(self, text: str) -> bool:
        """Whether the whole of `text` has the form."""
        return re.fullmatch(self.pattern, text) is not None

    @property
    def remedy(self) -> str:
        """What to do where a text has another form."""
        return f"write {self.words}, such as {self.example}"

    def __get_pydantic_core_schema__(
        self, source: type[str], handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """The type's own schema with the pattern."""
        schema = handler(source)
        assert schema["type"] == "str", "a Form stands right after str"  # noqa: S101 -- programming error
        return {**schema, "pattern": f"^(?:{self.pattern})$"}

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """The pattern, and what an editor says where it is not kept."""
        return {**handler(schema), "patternErrorMessage": self.remedy}


@dataclass(frozen=True, slots=True)
class NameOf:
    """The text names an entry of a section: one that is not there is reported by itself."""

    section: str
    #: Of a router: one of the roles that it has to have; none: any router does. A network's checks
    #: refuse others; with it, people are offered those that fit.
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class InWords:
    """What a value is, for people, where its type does not say it: one of them, and several."""

    one: str
    several: str


#: What names of platforms are names of: no section, whoever reads an inventory knows them.
PLATFORMS = "platforms"
#: Section -> what an entry of it is called.
NOUNS = {
    PLATFORMS: "platform",
    "regions": "region",
    "agencies": "agency",
    "hosts": "router",
    "groups": "group",
    "circuits": "circuit",
    "vpns": "VPN",
    "sites": "site",
    "exchanges": "exchange",
    "applications": "application",
    "levels": "level rule",
    "borders": "border",
    "keys": "key",
}


def a_noun(section: str) -> str:
    """An entry of a section with its article, such as "an agency"."""
    noun = NOUNS[section]
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def nouns(section: str) -> str:
    """Several entries of a section, such as "agencies"."""
    noun = NOUNS[section]
    return f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"


def about(description: str, *examples: object, unit: str = "") -> FieldInfo:
    """What a field is, in sentences with their full stops; values that it may have; its unit.

    The first example is the one that errors show.
    """
    extra: dict[str, Any] | None = {"unit": unit} if unit else None
    info: FieldInfo = Field(
        description=description, examples=list(examples) or None, json_schema_extra=extra
    )
    return info
