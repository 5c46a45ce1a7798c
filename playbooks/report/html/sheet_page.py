"""A site's sheet as one self-contained HTML page, to be printed or sent."""

from egovnet.playbooks.report.html.page import environment
from egovnet.playbooks.report.text.sheet_words import facts, of_access, title
from egovnet.playbooks.results.site_sheet import SiteSheet


def sheet_page(sheet: SiteSheet) -> str:
    """The whole page."""
    return (
        environment()
        .get_template("sheet_page.html.j2")
        .render(
            sheet=sheet,
            title=sheet.site,
            made=sheet.made,
            facts=list(facts(sheet)),
            accesses=[
                (f"A{title(sheet, access)[1:]}", access, list(of_access(access)))
                for access in sheet.accesses
            ],
        )
    )
