"""Where the partners' plans lie."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from sia.dutch import getal, meervoud
from sia.viz.figure import EDGE, STRONG, Chart, canvas, finish
from sia.viz.theme import NO_DATA, QUALITATIVE, URGENTIE

_MARKS = "osD^vPX*<>hp8d"
_DIA, _OTHER = URGENTIE[0], NO_DATA


def plan_map(
    gebieden: gpd.GeoDataFrame,
    plannen: gpd.GeoDataFrame,
    dia: pd.Index,
    namen: pd.Series | None = None,
) -> Chart:
    """Draw every plan as a mark at its place, by partner, over the buurten."""
    inside = gebieden.index.isin(dia)
    with canvas(8.6, 6.4) as figure:
        axes = figure.add_axes((0.01, 0.2, 0.98, 0.79))
        gebieden.plot(
            ax=axes,
            color=[_DIA if yes else _OTHER for yes in inside],
            edgecolor=EDGE,
            linewidth=0.4,
        )
        middles = plannen.geometry.representative_point()
        handles: list[Artist] = [
            Patch(facecolor=_DIA, edgecolor=EDGE, label="gebied met gezamenlijke aanpak")
        ]
        for number, partner in enumerate(sorted(set(plannen["partner"]))):
            own = middles[plannen["partner"] == partner]
            mark = _MARKS[number % len(_MARKS)]
            colour = QUALITATIVE[number % len(QUALITATIVE)]
            axes.plot(own.x, own.y, mark, color=colour, markeredgecolor=EDGE, markersize=5,
                      markeredgewidth=0.4, linestyle="none")  # fmt: skip
            handles.append(Line2D([], [], marker=mark, color=colour, markeredgecolor=EDGE,
                                  linestyle="none", label=partner))  # fmt: skip
        if namen is not None:
            _name_areas(axes, gebieden.loc[inside], namen)
        axes.set_aspect("equal")
        axes.set_axis_off()
        figure.legend(handles=handles, ncols=3, loc="lower left", frameon=False, fontsize=8)
        return finish(figure, "Plannen van partners op de kaart", _text(plannen, dia),
                      _counts(plannen))  # fmt: skip


def _name_areas(axes: Axes, dia: gpd.GeoDataFrame, namen: pd.Series) -> None:
    """Draw a line around each area and write its name in it, on a light ground."""
    whole = dia[["geometry"]].assign(gebied=namen.reindex(dia.index)).dissolve("gebied")
    whole.boundary.plot(ax=axes, color=STRONG, linewidth=1.4)
    for name, point in whole.representative_point().items():
        axes.annotate(str(name), (point.x, point.y), ha="center", va="center", fontsize=8,
                      fontweight="bold", zorder=5,
                      bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 1.5},
                      )  # fmt: skip


def _counts(plannen: pd.DataFrame) -> pd.DataFrame:
    counts = plannen["partner"].value_counts().sort_index()
    return pd.DataFrame({"partner": counts.index.astype(str), "plannen": counts.astype(str)})


def _text(plannen: pd.DataFrame, dia: pd.Index) -> str:
    wanted = set(dia)
    touching = sum(bool(wanted.intersection(codes.split(";"))) for codes in plannen["buurtcodes"])
    total = meervoud(len(plannen), "plan", "plannen")
    lie = "ligt" if touching == 1 else "liggen"
    return f"Van {total} {lie} er {getal(touching)} in een gemarkeerd gebied."
