"""The agenda per area: what the SIA puts forward, and what is planned, agreed and paid there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd

from sia.agenda.insight.areas import in_area
from sia.agenda.reading.fields import Openness
from sia.agenda.reading.openness import public_totals, view
from sia.pipeline.agenda_record import FOLDER
from sia.pipeline.run import Run
from sia.store import read_table

Division = Literal["dia", "wijk"]
OUTSIDE = "Buiten de DIA-gebieden"
INVESTMENT_COLUMNS = (
    "buurtcode",
    "titel",
    "partner",
    "start",
    "eind",
    "status",
    "vertrouwelijkheid",
)


def area_of(run: Run, indeling: Division = "dia") -> pd.Series:
    """Return the name of the area of every buurt.

    Parameters
    ----------
    run : Run
    indeling : {"dia", "wijk"}
        ``dia``: the areas that the typology stage proposes; where that stage did not run, the
        wijken. A buurt without a wijk name is an area of its own.

    Returns
    -------
    Series of str, index ``buurtcode``
        Buurten in no DIA area carry `OUTSIDE`.
    """
    areas = run.table("gebieden")
    if indeling == "dia" and run.has("gebiedsindeling"):
        proposed = run.table("gebiedsindeling")["naam"].reindex(areas.index).fillna("")
        return proposed.where(proposed != "", OUTSIDE).rename("gebied")
    return areas["wijknaam"].where(areas["wijknaam"] != "", areas["naam"]).rename("gebied")


def division_text(run: Run, indeling: Division = "dia") -> str:
    """Say in Dutch what an area is here."""
    if indeling == "dia" and run.has("gebiedsindeling"):
        return "Een gebied is hier een DIA-gebied uit de gebiedsindeling van notebook 04."
    if indeling == "dia":
        return "Er is nog geen gebiedsindeling uit notebook 04; een gebied is hier daarom een wijk."
    return "Een gebied is hier een wijk."


def candidates(run: Run, indeling: Division = "dia") -> pd.DataFrame:
    """Return the buurten that the SIA puts forward for a joint area approach, most urgent first."""
    table = run.table("aanpak")
    chosen = table.index[table["aanpak"] == "integrale gebiedsaanpak"]
    scores, areas = run.table("scores"), run.table("gebieden")
    shown = pd.DataFrame(
        {
            "buurt": areas["naam"].reindex(chosen),
            "gebied": area_of(run, indeling).reindex(chosen),
            "urgentie": scores["urgentie"].reindex(chosen),
            "potentie": scores["potentie"].reindex(chosen),
            "reden": table["toelichting"].reindex(chosen),
        }
    )
    return shown.sort_values("urgentie", ascending=False, kind="stable")


def candidate_areas(run: Run, indeling: Division = "dia") -> pd.Index:
    """Return the buurten of the areas that hold a candidate: an area is more than one buurt."""
    area, found = area_of(run, indeling), candidates(run, indeling)
    inside = area.isin(set(found["gebied"]) - {OUTSIDE})
    return area.index[inside | area.index.isin(found.index)]


def candidate_area_table(run: Run, indeling: Division = "dia") -> pd.DataFrame:
    """Return one row per area that holds a candidate, the area with the most urgent one first.

    Returns
    -------
    DataFrame
        ``gebied``, ``buurten`` (in the area), ``inwoners``, ``kandidaten`` (names),
        ``hoogste urgentie``, ``gemiddelde urgentie`` (weighted by inhabitants, NaN unknown).
    """
    found, area = candidates(run, indeling), area_of(run, indeling)
    people = run.table("gebieden")["inwoners"]
    urgency = run.table("scores")["urgentie"]
    rows = []
    for name, own in found.groupby("gebied", sort=False):
        codes = area.index[area == name] if name != OUTSIDE else own.index
        known = codes[urgency[codes].notna().to_numpy() & (people[codes] > 0).to_numpy()]
        mean = np.average(urgency[known], weights=people[known]) if len(known) else np.nan
        rows.append(
            {
                "gebied": name,
                "buurten": len(codes),
                "inwoners": people[codes].sum(min_count=1),
                "kandidaten": ", ".join(own["buurt"]),
                "hoogste urgentie": own["urgentie"].max(),
                "gemiddelde urgentie": mean,
            }
        )
    columns = ["gebied", "buurten", "inwoners", "kandidaten", "hoogste urgentie"]
    return pd.DataFrame(rows, columns=[*columns, "gemiddelde urgentie"])


def _stored(run: Run, name: str) -> pd.DataFrame:
    return read_table(run.folder / FOLDER / f"{name}.parquet")


def has_agenda(run: Run) -> bool:
    """Tell whether this municipality and year have an agenda."""
    return (run.folder / FOLDER / "programma.parquet").exists()


def public_investments(run: Run) -> pd.DataFrame:
    """Return the programmed plans per buurt, for the report.

    Parameters
    ----------
    run : Run

    Returns
    -------
    DataFrame
        `INVESTMENT_COLUMNS`, a row per buurt and plan; ``vertrouwelijkheid`` is ``openbaar`` or
        ``partners``, so that the report's editions can choose. Nothing in it is above the level
        of its row but the level itself. Empty when there is no agenda.
    """
    if not has_agenda(run):
        return pd.DataFrame(columns=list(INVESTMENT_COLUMNS))
    programma = _stored(run, "programma")
    status = _stored(run, "plannen")["status"]
    table = programma.assign(
        buurtcode=programma["buurtcodes"].str.split(";"), status=status.reindex(programma.index)
    ).explode("buurtcode")
    return table[list(INVESTMENT_COLUMNS)].reset_index(drop=True)


def area_agenda(run: Run, niveau: Openness) -> dict[str, dict[str, pd.DataFrame]]:
    """Return the agenda of every area that has one, made for a level of openness.

    Parameters
    ----------
    run : Run
    niveau : {"openbaar", "partners"}

    Returns
    -------
    dict of area name to dict of DataFrame
        ``werken``: programmed plans (``titel``, ``partner``, ``start``, ``eind``, ``status``; for
        partners also ``samen``). ``koppelkansen``: ``soort_kans``, ``werken`` (titles),
        ``partners``; for partners also ``fase``, ``jaar`` (in which the programme does it
        together, NA else), ``beslis_voor``, ``besluit``. ``geld``: for partners ``jaar``,
        ``partner``, ``bron``, ``bedrag`` (euro); public ``jaar``, ``totaal`` (euro, NaN hidden),
        ``reden``. ``wacht``: partners only, ``wie``, ``partner``, ``actie``, ``voor``, ``werken``.
        Areas are sorted by name; empty when there is no agenda.
    """
    if not has_agenda(run):
        return {}
    area = _stored(run, "gebieden")["gebied"]
    titles = _stored(run, "plannen")["titel"]
    status = _stored(run, "plannen")["status"]
    programma = _stored(run, "programma")
    works = view(programma.assign(status=status.reindex(programma.index)), niveau)
    kansen = _stored(run, "status").assign(werken=lambda t: _titles(t["plannen"], titles))
    kansen = view(kansen, niveau)
    waits = _stored(run, "wachtlijst").merge(
        _stored(run, "status")[["plannen", "buurtcodes"]], left_on="kans", right_index=True
    )
    waits = waits.assign(werken=_titles(waits["plannen"], titles))
    waits = view(waits.iloc[:0] if niveau == "openbaar" else waits, niveau)
    money = _public_money(run) if niveau == "openbaar" else _stored(run, "geld")
    made = {}
    for name in sorted(set(area)):
        codes = area.index[area == name]
        parts = {
            "werken": _cut(in_area(works, codes), _WORKS),
            "koppelkansen": _cut(in_area(kansen, codes), _KANSEN),
            "geld": _cut(money[money["gebied"] == name], _MONEY),
            "wacht": pd.DataFrame()
            if niveau == "openbaar"
            else _cut(in_area(waits, codes), _WAITS),
        }
        if len(parts["werken"]) or len(parts["koppelkansen"]):
            made[str(name)] = parts
    return made


def report_agendas(run: Run) -> dict[str, dict[str, dict[str, pd.DataFrame]]]:
    """Return the agenda per DIA area for each edition of the report.

    Returns
    -------
    dict of edition to dict of area name to dict of DataFrame
        As `area_agenda` makes them: the internal edition shows what partners share. Empty when
        there is no agenda, or when it was made for wijken.
    """
    if not has_agenda(run) or not run.has("gebiedsindeling"):
        return {}
    if not _stored(run, "gebieden")["gebied"].equals(area_of(run)):
        return {}
    return {"openbaar": area_agenda(run, "openbaar"), "intern": area_agenda(run, "partners")}


_WORKS = ("titel", "partner", "start", "eind", "status", "samen")
_KANSEN = (
    "soort_kans", "werken", "partners", "fase", "jaar", "beslis_voor", "besluit",
)  # fmt: skip
_MONEY = ("jaar", "partner", "bron", "bedrag", "totaal", "reden")
_WAITS = ("wie", "partner", "actie", "voor", "werken")


def _cut(table: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    return table[[c for c in columns if c in table]].reset_index(drop=True)


def _titles(plannen: pd.Series, titles: pd.Series) -> pd.Series:
    """Replace ``;``-joined plan numbers by titles."""
    return plannen.map(lambda text: "; ".join(str(titles.get(p, p)) for p in text.split(";")))


def spending(programma: pd.DataFrame, area: pd.Series) -> pd.DataFrame:
    """Return what every plan costs per area and year, as `public_totals` wants it.

    Parameters
    ----------
    programma : DataFrame, index ``plan``
        As `sia.agenda.programme.optimise.timeline` returns it.
    area : Series, index ``buurtcode``

    Returns
    -------
    DataFrame, index ``plan``
        ``gebied``, ``jaar``, ``partner``, ``kosten`` (euro, spread evenly over years and
        buurten), ``vertrouwelijkheid``; a row per plan, area and year.
    """
    spans = zip(programma["start"], programma["eind"], strict=True)
    years = pd.Series([list(range(a, b + 1)) for a, b in spans], programma.index, dtype=object)
    table = programma[["partner", "kosten", "vertrouwelijkheid"]].assign(
        buurtcode=programma["buurtcodes"].str.split(";"), jaar=years
    )
    parts = table["buurtcode"].map(len) * table["jaar"].map(len)
    table = table.assign(kosten=table["kosten"] / parts).explode("buurtcode").explode("jaar")
    table["gebied"] = table["buurtcode"].map(area).fillna("overig")
    table["jaar"] = table["jaar"].astype(int)
    keys = ["plan", "gebied", "jaar", "partner", "vertrouwelijkheid"]
    summed = table.rename_axis("plan").reset_index().groupby(keys, sort=True)["kosten"].sum()
    return summed.reset_index().set_index("plan")


def publications(earlier: pd.DataFrame | None, base: pd.DataFrame) -> pd.DataFrame:
    """Return what every publication so far was made from: ``nummer`` counts from 1.

    Parameters
    ----------
    earlier : DataFrame or None
        As this function returned it for the last publication.
    base : DataFrame, index ``plan``
        See `spending`. The same as the last time is the same publication.
    """
    new = base.reset_index()
    if earlier is None:
        return new.assign(nummer=1)
    last = int(earlier["nummer"].max())
    before = earlier[earlier["nummer"] == last].drop(columns="nummer").reset_index(drop=True)
    if before.equals(new[before.columns]):
        return earlier
    return pd.concat([earlier, new.assign(nummer=last + 1)], ignore_index=True)


def _public_money(run: Run) -> pd.DataFrame:
    """Return public totals that betray no plan, also not by comparison with earlier versions."""
    every = _stored(run, "publicaties")
    parts = [own.set_index("plan") for _, own in every.groupby("nummer")]
    return public_totals(parts[-1], earlier=parts[:-1])
