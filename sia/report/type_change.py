"""Which buurten changed type since the first comparable year, and whether that exceeds noise."""

from __future__ import annotations

import pandas as pd

from sia.change.words import LEFT_OUT, OTHER_TYPE, SAME_TYPE
from sia.dutch import MISSING, kans, meervoud
from sia.report.judgements import with_judgement
from sia.report.sentences import OWN_TABLE, Grond, Zin, count, listed, named
from sia.viz.dataset import Cijfers
from sia.viz.tables import html_table

CAPTION = "Buurten met een ander type"


def moved(trajecten: pd.DataFrame, codes: pd.Index) -> pd.DataFrame:
    """Return the buurten of an area whose type differs, the most certain first."""
    own = trajecten.reindex(codes.intersection(trajecten.index, sort=False))
    rows = own[~own["oordeel"].isin([SAME_TYPE, LEFT_OUT])]
    return rows.sort_values("kans_anders", ascending=False, kind="stable")


def type_sentence(trajecten: pd.DataFrame, names: pd.Series[str]) -> Zin | None:
    """Say how many buurten changed type and for which that is more than noise; None if unknown."""
    if trajecten.empty:
        return None
    own = trajecten.reindex(names.index.intersection(trajecten.index, sort=False))
    compared = own[own["oordeel"] != LEFT_OUT]
    if compared.empty:
        return Zin("Van geen enkele buurt is het type door de jaren te vergelijken.")
    year = str(int(own["eerste_jaar"].iloc[0]))
    since = Grond("eerste jaar waarmee het type is vergeleken", year, OWN_TABLE)
    rows = moved(trajecten, names.index)
    if rows.empty:
        return Zin(
            f"Elke buurt die te vergelijken is, heeft hetzelfde type als in {year}.", (since,)
        )
    number = len(rows)
    verb = "heeft" if number == 1 else "hebben"
    text = f"{meervoud(number, 'buurt', 'buurten')} {verb} een ander type dan in {year}."
    sure = [str(names[code]) for code in rows.index[rows["oordeel"] == OTHER_TYPE]]
    grounds = (since, count(number, "buurten met een ander type", OWN_TABLE))
    if not sure:
        return Zin(f"{text} Geen van die wisselingen is duidelijk groter dan de ruis.", grounds)
    text += f" Meer dan ruis is dat in {listed(sure)}."
    return Zin(text, (*grounds, *named(sure, CAPTION)))


def type_table(trajecten: pd.DataFrame, cijfers: Cijfers) -> str:
    """Return the buurten of an area whose type differs, with the judgement; empty when none."""
    names = cijfers.naam
    if trajecten.empty:
        return ""
    rows = moved(trajecten, names.index)
    if rows.empty:
        return ""
    first, last = int(rows["eerste_jaar"].iloc[0]), int(rows["laatste_jaar"].iloc[0])
    shown = pd.DataFrame(
        {
            "Buurt": names.reindex(rows.index),
            f"Type in {first}": _types(rows, "van"),
            f"Type in {last}": _types(rows, "naar"),
            "Kans dat het type echt anders is": rows["kans_anders"].map(kans),
            "Oordeel": rows["oordeel"].astype(str),
        }
    )
    return html_table(
        with_judgement(shown, cijfers), CAPTION, getallen=("Kans dat het type echt anders is",)
    )


def _types(rows: pd.DataFrame, side: str) -> list[str]:
    return [
        MISSING if pd.isna(number) else f"{number}. {name}"
        for number, name in zip(rows[side], rows[f"{side}_naam"], strict=True)
    ]
