"""Stage 09: what became of every buurt over the years, like with like."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from sia.clustering.domains import known_together
from sia.clustering.number import most_types
from sia.clustering.typology import Typology
from sia.clustering.years import Change, change, transitions
from sia.methode import TypologySettings
from sia.pipeline.panel import URGENTIE, Panel, comparable_years, score_noise
from sia.pipeline.run import Run
from sia.pipeline.types import TOO_FEW_FOR_TYPES
from sia.pipeline.types import panel as published_scores
from sia.viz.dataset import LEFT_OUT, MAYBE_NOISE, OTHER_TYPE, SAME_TYPE, UNKNOWN
from sia.weighing import known_error

STAGE = "09_trajecten"
DRAWS = 200
ONE_YEAR = "Er is één vergelijkbaar jaar, dus er valt nog geen verandering te zien."
COUNTS = ("inwoners", "huishoudens")


@dataclass(frozen=True, eq=False)
class Trajectories:
    """Types and urgentie of every buurt in every comparable year.

    Parameters
    ----------
    panel : Panel
    namen : dict of int to str
        Type number -> name; the numbers and names of notebook 04.
    typen : DataFrame of Int64, index today's ``buurtcode``, one column per year
        NA where the buurt was no same place, or had too few figures.
    buurten : DataFrame, index today's ``buurtcode``
        As ``trajecten.parquet``.
    verandering : Change or None
        Between the first and the last year; None when there is one year.
    overgang : DataFrame of int
        Transition matrix between the first and the last year.
    ruis_bekend : tuple of int
        Score indicators with a known measurement error, those of which only the rounding is
        known, and all of them.
    """

    panel: Panel
    namen: dict[int, str]
    typen: pd.DataFrame
    buurten: pd.DataFrame
    verandering: Change | None
    overgang: pd.DataFrame
    ruis_bekend: tuple[int, int, int]


def trajectories_step(run: Run, *, zaad: int = 2024) -> Trajectories:
    """Type all comparable years as one panel, judge every change, and write it per buurt.

    The types are fitted on comparable scores (shared indicators, one scale, pooled over the
    years) with the number of types of notebook 04, and take over its numbers by optimal matching.
    """
    panel = comparable_years(run)
    everything = panel.scores.drop(columns=URGENTIE)
    scores = known_together(everything)
    model = _model(run, scores, zaad)
    rows, keys = panel.rows(scores.index)
    linked = scores.iloc[rows].set_axis(keys)
    first, last = panel.jaren[0], panel.jaren[-1]
    names: dict[int, str] = {}
    types, found = pd.Series(pd.NA, linked.index, dtype="Int64", name="type"), None
    if model is not None:
        names, types = _names(run, model), model.predict(linked)
        if first != last:
            noise = score_noise(panel, draws=DRAWS, zaad=zaad)
            domains = everything.columns.get_indexer(pd.Index(model.domains_))
            found = change(model, linked, noise[:, rows][:, :, domains], first, last)
    wide = types.unstack("jaar").reindex(columns=list(panel.jaren))
    wide = wide.reindex(run.table("gebieden").index).astype("Int64")
    known = _known_noise(panel)
    # rounding alone is no measure of how uncertain a figure is
    table = _judged(panel, wide, found, names, quiet=known[0] == 0)
    run.write(
        STAGE,
        {"trajecten": table},
        zaad=zaad,
        trekkingen=DRAWS,
        vergeleken=list(panel.jaren),
        indicatoren=len(panel.indicatoren),
    )
    return Trajectories(
        panel=panel,
        namen=names,
        typen=wide,
        buurten=table,
        verandering=found,
        overgang=transitions(types, first, last),
        ruis_bekend=known,
    )


def _model(run: Run, scores: pd.DataFrame, zaad: int) -> Typology | None:
    """Fit the types of notebook 04 anew on comparable scores, and give them its numbers.

    None when 04 made no types, or too few buurten are comparable for as many.
    """
    k = len(run.table("typeprofielen"))
    if k == 0 or most_types(scores) < k:
        return None
    published = Typology(TypologySettings(n_types=k, seed=zaad)).fit(published_scores(run))
    return Typology(TypologySettings(n_types=k, seed=zaad)).fit(scores).renumbered(published)


def _names(run: Run, model: Typology) -> dict[int, str]:
    """Return the names that notebook 04 gave; a type that it did not name has its number."""
    known = run.table("typologie").dropna(subset=["type"]).drop_duplicates("type")
    names = dict(zip(known["type"].astype(int), known["typenaam"].astype(str), strict=True))
    return {int(n): names.get(int(n), f"type {n}") for n in sorted(model.numbers_)}


def _known_noise(panel: Panel) -> tuple[int, int, int]:
    """Count the indicators whose error is known, those with only a known rounding, and all."""
    last, result = panel.tabellen[panel.jaren[-1]], panel.resultaten[panel.jaren[-1]]
    margins = (last.lower, last.upper) if len(last.lower.columns) else None
    _, error = known_error(result, last.catalogue, last.denominators, margins)
    known = {*error.scale, *error.rounded}
    if error.lower is not None:
        known |= {str(name) for name, column in error.lower.items() if column.notna().any()}
    return len(known), len(set(error.printed) - known), result.values.shape[1]


def _judged(
    panel: Panel,
    types: pd.DataFrame,
    found: Change | None,
    names: dict[int, str],
    *,
    quiet: bool,
) -> pd.DataFrame:
    """Give every buurt of today a judgement on its change, or the reason why there is none."""
    first, last = panel.jaren[0], panel.jaren[-1]
    table = pd.DataFrame(index=types.index)
    table["eerste_jaar"], table["laatste_jaar"] = first, last
    table["van"], table["naar"] = types[first], types[last]
    for side in ("van", "naar"):
        table[f"{side}_naam"] = table[side].map(names).astype(object).fillna("").astype("str")
    table["kans_anders"] = float("nan")
    table["oordeel"], table["toelichting"] = LEFT_OUT, ""
    if found is None:
        table["toelichting"] = ONE_YEAR if first == last else TOO_FEW_FOR_TYPES
        return table
    judged = found.buurten
    rows = judged.index
    table.loc[rows, "kans_anders"] = judged["kans_anders"].round(9)
    table.loc[rows, "oordeel"] = SAME_TYPE
    sure = UNKNOWN if quiet else OTHER_TYPE
    table.loc[rows[judged["gewijzigd"]], "oordeel"] = MAYBE_NOISE
    table.loc[rows[judged["overtuigend"]], "oordeel"] = sure
    table["toelichting"] = [
        _why_not(str(code), panel, types) if code not in rows else "" for code in types.index
    ]
    return table


def _why_not(code: str, panel: Panel, types: pd.DataFrame) -> str:
    """Say why a buurt has no type in both years: its border, or too few figures."""
    first, last = panel.jaren[0], panel.jaren[-1]
    if code not in set(panel.plaatsen[first].now):
        return str(panel.grenzen[first].at[code, "toelichting"])
    known = types.loc[code].notna()
    without = [str(jaar) for jaar in (first, last) if not known[jaar]]
    return f"Te weinig cijfers voor een type in {' en '.join(without)}."


def panel_text(found: Trajectories) -> str:
    """Say which years are compared, on how many indicators, and which are left out and why."""
    panel = found.panel
    years = ", ".join(map(str, panel.jaren))
    known, rounded, total = found.ruis_bekend
    text = (
        f"Vergeleken: {years}, op de {total} opgave-indicatoren die in al deze jaren bestaan. "
        f"Van {known} daarvan is bekend hoe onzeker het cijfer is, van {rounded} alleen hoe het "
        f"is afgerond; de andere {total - known - rounded} tellen als exact."
    )
    for jaar, reason in panel.weggelaten["reden"].items():
        text += f" Niet vergeleken: {jaar} ({reason})."
    return text


def change_text(found: Trajectories) -> str:
    """Say how many buurten changed type, and how much of that noise alone would bring."""
    if found.verandering is None:
        return str(found.buurten["toelichting"].iloc[0])
    judged = found.verandering
    counts = found.buurten["oordeel"].value_counts()
    moved, rows = int(judged.buurten["gewijzigd"].sum()), len(judged.buurten)
    text = (
        f"{moved} van de {rows} vergelijkbare buurten kregen een ander type "
        f"({_percent(judged.gewijzigd)}). Niet te vergelijken: {int(counts.get(LEFT_OUT, 0))}."
    )
    if not found.ruis_bekend[0]:
        return text + " Van geen enkel cijfer is de onzekerheid bekend: lees dit als signaal."
    text += (
        f" Door ruis alleen zou {_percent(judged.door_ruis)} van type wisselen. Overtuigend "
        f"veranderd: {int(counts.get(OTHER_TYPE, 0))}."
    )
    if moved:
        text += f" Van de wisselingen gaat {_percent(judged.boven_ruis)} boven de ruis uit."
    return text


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %".replace(".", ",")


def changed_table(run: Run, found: Trajectories) -> pd.DataFrame:
    """Return the buurten whose type changed, the most certain first."""
    rows = found.buurten[found.buurten["oordeel"].isin([OTHER_TYPE, MAYBE_NOISE, UNKNOWN])]
    rows = rows.sort_values("kans_anders", ascending=False, kind="stable")
    return pd.DataFrame(
        {
            "buurt": run.table("gebieden")["naam"].reindex(rows.index),
            "van": [f"{n}. {found.namen[n]}" for n in rows["van"]],
            "naar": [f"{n}. {found.namen[n]}" for n in rows["naar"]],
            "kans dat het verschil echt is (%)": 100 * rows["kans_anders"],
            "oordeel": rows["oordeel"],
        }
    )


def left_out_table(run: Run, found: Trajectories) -> pd.DataFrame:
    """Return the buurten that cannot be compared, with the reason; nobody disappears."""
    rows = found.buurten[found.buurten["oordeel"] == LEFT_OUT]
    names = run.table("gebieden")["naam"].reindex(rows.index)
    return pd.DataFrame({"buurt": names, "reden": rows["toelichting"]})


def transition_table(found: Trajectories) -> pd.DataFrame:
    """Return the transition matrix with names: rows the first year, columns the last."""
    table = found.overgang
    first, last = found.panel.jaren[0], found.panel.jaren[-1]
    shown = table.rename(columns=lambda key: f"{key} in {last}")
    labels = [
        f"{key}. {found.namen[key]}" if key in found.namen else str(key) for key in table.index
    ]
    shown.insert(0, f"type in {first}", labels)
    return shown


def trend_table(run: Run, found: Trajectories) -> pd.DataFrame:
    """Return comparable urgentie per year for the buurten that rose or fell most."""
    urgentie = found.panel.urgentie()
    first, last = found.panel.jaren[0], found.panel.jaren[-1]
    change_ = (urgentie[last] - urgentie[first]).dropna()
    order = change_.abs().sort_values(ascending=False, kind="stable").index[:15]
    shown = urgentie.loc[order].rename(columns=str)
    shown.insert(0, "buurt", run.table("gebieden")["naam"].reindex(order))
    return shown.assign(verandering=change_.reindex(order))


def check_trajectories(found: Trajectories) -> str:
    """Say that every buurt has a judgement or a reason."""
    counts = found.buurten["oordeel"].value_counts()
    listed = ", ".join(f"{name} {count}" for name, count in counts.items())
    return f"In orde: alle {int(counts.sum())} buurten hebben een oordeel: {listed}."
