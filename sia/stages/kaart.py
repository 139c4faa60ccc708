"""Stage kaart: the city on one map, as one page without a network."""

from __future__ import annotations

from sia.stages.figures import entries_of, figures
from sia.stages.inputs import Inputs
from sia.stages.run import Made, Run
from sia.store import write_text
from sia.viz.maps import buurt_map
from sia.viz.theme import theme_of


def make(inputs: Inputs) -> Made:
    """Draw the map; the result is a `BuurtKaart`."""
    entries = entries_of(inputs.outside("duiding"))
    tables = figures(inputs, entries, inputs.indicators())
    return Made({}, buurt_map(tables, theme_of(inputs.outside("huisstijl").gemeente)))


def publish(run: Run, made: Made, *, achtergrond: bool = False) -> Made:
    """Write the map as ``kaart.html`` in the reports of the year.

    `made`: of `make`.
    `achtergrond`: with a background map of PDOK, which asks for the internet.
    """
    drawn = made.result
    if achtergrond:
        tables = figures(run, entries_of(run))
        drawn = buurt_map(tables, theme_of(run.gemeente), achtergrond=True)
    target = run.edition("openbaar") / "kaart.html"
    write_text(target, drawn.get_root().render())
    return Made({}, drawn, {"achtergrond": achtergrond}, (target,))
