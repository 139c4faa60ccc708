"""Stage 04, in space: proposed DIA areas, and where urgentie and its change lie together."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pandas as pd

from sia.catalogue.model import DOMAINS
from sia.change.panel import Panel
from sia.clustering.contiguity import Contiguity, contiguity
from sia.clustering.moran import CLASSES, global_moran, local_moran
from sia.clustering.regions import compare_areas, propose_areas
from sia.methode import AreaSettings
from sia.pipeline.panel import comparable_years
from sia.pipeline.run import Run
from sia.pipeline.types import write_stage

_WIJK_NUMBER = re.compile(r"^Wijk \d+ ")
"""CBS puts the number of the wijk before its name."""
VARIABLES = {"urgentie": "urgentie", "verandering": "verandering van de urgentie"}


@dataclass(frozen=True, eq=False)
class Areas:
    """The proposed DIA areas of one run, for charts and tables.

    Parameters
    ----------
    buurten : DataFrame, index ``buurtcode``
        ``dia_gebied`` (Int64), ``naam``, ``reden``, ``geschat``.
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


@dataclass(frozen=True, eq=False)
class Association:
    """Global and local Moran of urgentie and of its change.

    Parameters
    ----------
    globaal : DataFrame, index variable
        As `sia.clustering.moran.global_moran`.
    buurten : DataFrame, index ``buurtcode``
        As ``ruimte.parquet``.
    van_tot : tuple of int
        Years between which the change is measured; equal when there is one year.
    """

    globaal: pd.DataFrame
    buurten: pd.DataFrame
    van_tot: tuple[int, int]


def areas_step(run: Run, settings: AreaSettings | None = None) -> Areas:
    """Propose DIA areas on the domain scores and write them."""
    bounds = settings or AreaSettings()
    areas, scores = run.table("gebieden"), run.table("scores")
    graph = contiguity(areas)
    domains = [name for name in DOMAINS if name in scores]
    found = propose_areas(scores[domains], areas["inwoners"], graph, bounds)
    names = _area_names(found.buurten["gebied"], areas)
    buurten = pd.DataFrame(
        {
            "dia_gebied": found.buurten["gebied"],
            "naam": found.buurten["gebied"].map(names),
            "reden": found.buurten["reden"],
            "geschat": found.buurten["geschat"],
        }
    )
    buurten["naam"] = buurten["naam"].astype("str").where(buurten["dia_gebied"].notna(), "")
    agreement = {
        label: compare_areas(found.buurten["gebied"], areas[column])[0]
        for label, column in (("wijken", "wijkcode"), ("stadsdelen", "stadsdeel"))
        if areas[column].nunique() > 1
    }
    write_stage(
        run,
        {"gebiedsindeling": buurten},
        gebied_minimum=bounds.minimum,
        gebied_maximum=bounds.maximum,
        gebieden_overeenkomst={name: round(value, 6) for name, value in agreement.items()},
    )
    listed = found.gebieden.assign(naam=names.reindex(found.gebieden.index))
    return Areas(buurten, listed, agreement, _named_links(graph, areas))


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


def area_table(found: Areas) -> pd.DataFrame:
    """Return one row per proposed area for a reader."""
    table = found.gebieden
    return pd.DataFrame(
        {
            "gebied": table.index,
            "naam": table["naam"],
            "buurten": table["buurten"],
            "inwoners": table["inwoners"],
            "binnen de grenzen": table["binnen"],
            "reden": table["reden"],
        }
    )


def compare_table(run: Run, found: Areas) -> pd.DataFrame:
    """Return per proposed area over which wijken it lies, in buurten."""
    areas = run.table("gebieden")
    _, overlap = compare_areas(found.buurten["dia_gebied"], areas["wijknaam"])
    rows = []
    for number, row in overlap.iterrows():
        parts = row[row > 0].sort_values(ascending=False, kind="stable")
        text = ", ".join(f"{wijk} ({count})" for wijk, count in parts.items())
        rows.append({"gebied": int(str(number)), "wijken (aantal buurten)": text})
    return pd.DataFrame(rows)


def agreement_text(found: Areas) -> str:
    """Say how far the proposal follows the divisions that exist."""
    parts = [f"{name} {value:.2f}".replace(".", ",") for name, value in found.overeenkomst.items()]
    told = " en ".join(parts) if parts else "geen bestaande indeling om mee te vergelijken"
    return (
        f"{len(found.gebieden)} gebieden voorgesteld. Overeenkomst met bestaande indelingen "
        f"(aangepaste Rand-index, 1 = dezelfde indeling, 0 = toeval): {told}."
    )


def association_step(run: Run, panel: Panel | None = None, *, zaad: int = 2024) -> Association:
    """Measure how urgentie and its change lie together in space, and write it per buurt.

    The change is that of comparable urgentie between the first and the last year of the panel,
    for places whose border did not move.
    """
    years = panel or comparable_years(run)
    values = pd.DataFrame({"urgentie": run.table("scores")["urgentie"]})
    values["verandering"] = _change(years).reindex(values.index)
    used = values.loc[:, values.notna().sum() >= 3]
    graph = contiguity(run.table("gebieden"))
    whole = global_moran(used, graph, seed=zaad)
    local = local_moran(used, graph, seed=zaad)
    table = values[["verandering"]].copy()
    for name in VARIABLES:
        known = name in used
        for part in ("statistic", "p", "q"):
            column = f"{name}_{'i' if part == 'statistic' else part}"
            table[column] = getattr(local, part)[name].round(9) if known else float("nan")
        table[f"{name}_klasse"] = local.klasse[name] if known else ""
        table[f"{name}_klasse"] = table[f"{name}_klasse"].fillna("")
    table["verandering"] = table["verandering"].round(9)
    first, last = years.jaren[0], years.jaren[-1]
    kept = {str(v): round(float(i), 6) for v, i in whole["I"].items()}
    write_stage(run, {"ruimte": table}, moran=kept, verandering_van_tot=[first, last])
    return Association(whole, table, (first, last))


def _change(panel: Panel) -> pd.Series[float]:
    urgentie = panel.urgentie()
    if len(panel.jaren) < 2:
        return pd.Series(float("nan"), index=urgentie.index)
    return urgentie[panel.jaren[-1]] - urgentie[panel.jaren[0]]


def moran_table(found: Association) -> pd.DataFrame:
    """Return the global Moran of each variable in words, and the local classes as counts."""
    rows = []
    for name, row in found.globaal.iterrows():
        local = found.buurten[f"{name}_klasse"].value_counts()
        rows.append(
            {
                "maat": VARIABLES[str(name)],
                "Morans I": float(row["I"]),
                "verwacht bij toeval": float(row["verwacht"]),
                "p": float(row["p"]),
                "buurten": int(row["n"]),
                **{klasse: int(local.get(klasse, 0)) for klasse in CLASSES[:4]},
            }
        )
    return pd.DataFrame(rows)


def moran_text(found: Association) -> str:
    """Say what the association amounts to, in one sentence per variable."""
    sentences = []
    for name, row in found.globaal.iterrows():
        size = f"{float(row['I']):.2f}".replace(".", ",")
        near = "lijken op elkaar" if row["I"] > row["verwacht"] else "verschillen juist van elkaar"
        sure = "meer dan toeval" if row["p"] < 0.05 else "niet te onderscheiden van toeval"
        sentences.append(
            f"Buurten naast elkaar {near} in {VARIABLES[str(name)]} (Morans I {size}): {sure}."
        )
    if found.van_tot[0] == found.van_tot[1]:
        sentences.append("Er is één vergelijkbaar jaar, dus nog geen verandering.")
    return " ".join(sentences)
