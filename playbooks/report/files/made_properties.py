"""Where a paper comes from, as the properties of a suite of JUnit XML."""

from xml.etree import ElementTree as ET

from egovnet.playbooks.report.text.visible import visible
from egovnet.playbooks.results.provenance import Provenance


def made_properties(made: Provenance | None) -> list[ET.Element]:
    """The element `properties`, which is the first of a suite; none where nothing is known."""
    if made is None:
        return []
    properties = ET.Element("properties")
    for name, value in made.to_dict().items():
        ET.SubElement(properties, "property", name=f"egovnet.{name}", value=visible(value))
    return [properties]
