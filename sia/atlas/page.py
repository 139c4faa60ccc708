"""The atlas as one HTML file that asks nothing of anyone."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import jinja2
from markupsafe import Markup

from sia.atlas.content import Atlas, content
from sia.report.build import finished
from sia.report.material import Editie
from sia.viz.leaflet import dump
from sia.viz.theme import FICTIONAL


@cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.PackageLoader("sia.atlas", "static"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )


def _own(name: str) -> Markup:
    """Return a style sheet or script that comes with this package."""
    return Markup(files("sia.atlas").joinpath("static", name).read_text(encoding="utf-8"))  # noqa: S704


def atlas_page(atlas: Atlas, editie: Editie, rapporten: Mapping[str, str]) -> str:
    """Return the atlas of one municipality and year as a whole page.

    Parameters
    ----------
    editie : str
        ``openbaar`` or ``intern``.
    rapporten : mapping of str to str
        Address of every report that is there, relative to the page: ``rapport``, ``reeks`` and by
        code of the buurt.

    Raises
    ------
    OutsideRequestError
        Something on the page would be fetched from elsewhere.
    """
    made = content(atlas, editie)
    page = (
        _environment()
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
            css=_own("tokens.css") + _own("atlas.css"),
            js=_own("atlas.js"),
            data=Markup(dump({**made, "rapporten": dict(rapporten)})),  # noqa: S704 - escaped by dump
        )
    )
    return finished(page)
