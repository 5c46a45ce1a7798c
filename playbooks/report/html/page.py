"""What the HTML pages share: Jinja with escaping, and the frame.

Device text is hostile input: everything is escaped, a page has no script, and its content security
policy lets none run. `page.html.j2` and `page.css` are the frame that each page extends.
"""

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from egovnet.playbooks.report.text.moments import full_moment
from egovnet.playbooks.report.text.visible import visible
from egovnet.playbooks.results.verdict import counted


@cache
def environment() -> Environment:
    """Jinja over this folder."""
    made = Environment(
        loader=PackageLoader("egovnet.playbooks.report.html", ""),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=True,
    )
    made.filters["visible"] = visible
    made.filters["full_moment"] = full_moment
    made.globals["counted"] = counted
    return made
