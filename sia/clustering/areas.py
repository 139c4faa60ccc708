"""DIA areas of one municipality: the proposal, named, beside the divisions that exist."""

from __future__ import annotations

import re
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from sia.catalogue.model import DOMAINS
from sia.clustering.contiguity import Contiguity, contiguity
from sia.clustering.regions import compare_areas, propose_areas
from sia.methode import AreaSettings

_WIJK_NUMBER = re.compile(r"^Wijk \d+ ")
"""CBS puts the number of the wijk before its name."""


@dataclass(frozen=True, eq=False)
class Areas:
    """The proposed DIA areas of one year, for charts and tables.

    Parameters
    ----------
    buurten : DataFrame, index ``buurtcode``
        ``dia_gebied`` (Int64), ``naam``, ``reden``, ``geschat``; as ``gebiedsindeling.parquet``.
    gebieden : DataFrame, index ``gebied``
        As `sia.clustering.regions.AreaProposal`, with ``naam``.
    overeenkomst : dict of str to float
        Adjusted Rand index with wijken and with stadsdelen.
    verbonden : DataFrame
        Neighbours that share no border (`sia.clustering.contiguity.Contiguity.added`).
    """

    buurten: pd.DataFrame
    gebieden: pd.DataFrame
    overeenkomst: dict[str, float]
    verbonden: pd.DataFrame


def find_areas(
    areas: gpd.GeoDataFrame, scores: pd.DataFrame, settings: AreaSettings | None = None
) -> Areas:
    """Propose DIA areas on the domain scores.

    Parameters
    ----------
    areas : GeoDataFrame, index ``buurtcode``
        As ``gebieden.parquet``.
    scores : DataFrame, index ``buurtcode``
        As ``scores.parquet``.
    settings : AreaSettings, optional
    """
    graph = contiguity(areas)
    domains = [name for name in DOMAINS if name in scores]
    found = propose_areas(scores[domains], areas["inwoners"], graph, settings)
    number = found.buurten["gebied"]
    names = _area_names(number, areas)
    called = number.map(names).astype("str").where(number.notna(), "")
    agreement = {
        label: compare_areas(number, areas[column])[0]
        for label, column in (("wijken", "wijkcode"), ("stadsdelen", "stadsdeel"))
        if areas[column].nunique() > 1 and number.notna().any()
    }
    return Areas(
        buurten=pd.DataFrame(
            {
                "dia_gebied": number,
                "naam": called,
                "reden": found.buurten["reden"],
                "geschat": found.buurten["geschat"],
            }
        ),
        gebieden=found.gebieden.assign(naam=names.reindex(found.gebieden.index)),
        overeenkomst=agreement,
        verbonden=_named_links(graph, areas),
    )


def _area_names(area: pd.Series[int], areas: pd.DataFrame) -> pd.Series[str]:
    """Name each area after the wijken, or the buurten, in which most of its people live."""
    names: dict[int, str] = {}
    for number, codes in area.dropna().groupby(area).groups.items():
        own = areas.loc[codes]
        label = "wijknaam" if (own["wijknaam"] != "").all() else "naam"
        people = own["inwoners"].fillna(0.0).groupby(own[label]).sum()
        top = people.sort_values(ascending=False, kind="stable")
        top.index = [_WIJK_NUMBER.sub("", str(name)) for name in top.index]
        large = [str(name) for name in top.index[top >= 0.25 * max(float(top.sum()), 1.0)]]
        names[int(str(number))] = " en ".join((large or [str(top.index[0])])[:2])
    double = pd.Series(names)
    for name in double[double.duplicated()].unique():
        for order, number in enumerate(double.index[double == name], start=1):
            names[number] = f"{name} ({order})"
    return pd.Series(names, dtype="str")


def _named_links(graph: Contiguity, areas: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "buurt": graph.added["van"].map(areas["naam"]),
            "verbonden met": graph.added["naar"].map(areas["naam"]),
            "afstand in meters": graph.added["afstand"],
            "reden": graph.added["reden"],
        }
    )
