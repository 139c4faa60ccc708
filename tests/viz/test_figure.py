"""A figure on a readers' page: the colours of that page, and hatching that can be hidden."""

from __future__ import annotations

import re

import pandas as pd

from sia.viz.figure import INK, canvas, finish
from sia.viz.theme import NO_DATA, URGENTIE


def test_on_a_page_every_colour_is_a_role_and_hatching_has_a_name() -> None:
    with canvas(3, 2) as figure:
        axes = figure.add_subplot()
        axes.barh([0, 1], [1, 2], color=[NO_DATA, URGENTIE[3]], hatch="//", edgecolor=INK)
        chart = finish(figure, "Titel", "Tekst", pd.DataFrame())
    page = chart.on_page()
    assert NO_DATA in chart.svg()
    assert not re.findall(r"(?:fill|stroke)(?:: |=\")#", page)
    assert {"var(--geen)", "var(--urg-4)", "var(--inkt)"} <= set(re.findall(r"var\([^)]*\)", page))
    assert page.count("<pattern") == page.count('class="arcering"') > 0
