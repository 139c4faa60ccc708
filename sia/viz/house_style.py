"""The house style of a municipality, out of its file."""

from __future__ import annotations

from sia.gemeente import Gemeente
from sia.logo import data_uri
from sia.viz.theme import Theme, checked


def theme_of(gemeente: Gemeente) -> Theme:
    """Return the house style of a municipality."""
    style = gemeente.huisstijl
    theme = Theme(
        gemeente=gemeente.naam,
        primair=style.hoofdkleur,
        accent=style.steunkleur,
        logo=data_uri(style.logo) if style.logo else "",
        logo_tekst=style.logo_tekst,
        fictief=gemeente.fictief,
    )
    return checked(theme, gemeente.bestand)
