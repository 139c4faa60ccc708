"""The atlas as one HTML file that asks nothing of anyone."""

from __future__ import annotations

from collections.abc import Mapping

from markupsafe import Markup

from sia.atlas.content import Atlas, content
from sia.report.build import environment, finished, static_text
from sia.report.material import Editie
from sia.viz.leaflet import dump
from sia.viz.theme import FICTIONAL


def _own(name: str, package: str = "sia.atlas") -> Markup:
    """Return a style sheet or script that comes with this package."""
    return Markup(static_text(name, package))  # noqa: S704


def atlas_page(atlas: Atlas, editie: Editie, rapporten: Mapping[str, str]) -> str:
    """Return the atlas of one municipality and year as a whole page.

    `rapporten` has the address of every report that is there, relative to the page: ``rapport``,
    ``reeks`` and by code of the buurt. Refused when something would be fetched from elsewhere.
    """
    made = content(atlas, editie)
    page = (
        environment("sia.atlas", "static")
        .get_template("atlas.html.j2")
        .render(
            gemeente=made["gemeente"],
            jaar=made["jaar"],
            editie=editie,
            theme=atlas.materiaal.theme,
            fictief=FICTIONAL if made["fictief"] else "",
            rapporten=rapporten,
            bron=made["bron"],
            versie=made["versie"],
            css=_own("tokens.css", "sia.viz") + _own("atlas.css"),
            js=_own("samen.js", "sia.viz") + _own("atlas.js"),
            data=Markup(dump({**made, "rapporten": dict(rapporten)})),  # noqa: S704 - escaped by dump
        )
    )
    return finished(page)
