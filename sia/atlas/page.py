"""The atlas as one HTML file that asks nothing of anyone."""

from __future__ import annotations

from collections.abc import Mapping

from markupsafe import Markup

from sia.atlas.content import Atlas, content
from sia.report.build import environment, finished
from sia.report.material import Editie
from sia.viz.leaflet import dump
from sia.viz.theme import FICTIONAL, static_text


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
            css=Markup(static_text("viz/tokens.css", "atlas/atlas.css")),  # noqa: S704 - ours
            js=Markup(static_text("viz/samen.js", "atlas/atlas.js")),  # noqa: S704 - ours
            data=Markup(dump({**made, "rapporten": dict(rapporten)})),  # noqa: S704 - escaped by dump
        )
    )
    return finished(page)
