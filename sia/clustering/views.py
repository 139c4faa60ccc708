"""Areas and spatial association as tables and sentences for readers."""

from __future__ import annotations

import pandas as pd

from sia.clustering.moran import CLASSES
from sia.clustering.regions import compare_areas
from sia.dutch import meervoud

VARIABLES = {"urgentie": "urgentie", "verandering": "verandering van de urgentie"}


def area_table(areas: pd.DataFrame) -> pd.DataFrame:
    """Return one row per proposed area (`sia.clustering.areas.Areas`)."""
    return pd.DataFrame(
        {
            "gebied": areas.index,
            "naam": areas["naam"],
            "buurten": areas["buurten"],
            "kandidaten": areas["kandidaten"],
            "inwoners": areas["inwoners"],
            "compactheid": areas["compactheid"],
            "binnen de grenzen": areas["binnen"],
            "reden": areas["reden"],
        }
    )


def compare_table(area: pd.Series[int], wijken: pd.Series[str]) -> pd.DataFrame:
    """Return per proposed area over which wijken it lies, in buurten."""
    _, overlap = compare_areas(area, wijken)
    rows = []
    for number, row in overlap.iterrows():
        parts = row[row > 0].sort_values(ascending=False, kind="stable")
        text = ", ".join(f"{wijk} ({count})" for wijk, count in parts.items())
        rows.append({"gebied": int(str(number)), "wijken (aantal buurten)": text})
    return pd.DataFrame(rows)


def areas_text(areas: pd.DataFrame) -> str:
    """Say how many areas there are and round how many candidates."""
    if areas.empty:
        return "Er is geen DIA-gebied voorgesteld: er is geen kandidaat, en geen gebied genoemd."
    number = meervoud(len(areas), "gebied", "gebieden")
    around = meervoud(int(areas["kandidaten"].sum()), "kandidaat", "kandidaten")
    return f"{number} voorgesteld, met {around} voor een integrale gebiedsaanpak."


def moran_table(whole: pd.DataFrame, local: pd.DataFrame) -> pd.DataFrame:
    """Return the global Moran of each variable in words, and the local classes as counts.

    Parameters
    ----------
    whole : DataFrame, index variable
        As `sia.clustering.moran.global_moran`.
    local : DataFrame, index ``buurtcode``
        As ``ruimte.parquet``.
    """
    rows = []
    for name, row in whole.iterrows():
        counts = local[f"{name}_klasse"].value_counts()
        rows.append(
            {
                "maat": VARIABLES[str(name)],
                "Morans I": float(row["I"]),
                "verwacht bij toeval": float(row["verwacht"]),
                "p": float(row["p"]),
                "buurten": int(row["n"]),
                **{klasse: int(counts.get(klasse, 0)) for klasse in CLASSES[:4]},
            }
        )
    return pd.DataFrame(rows)


def moran_text(whole: pd.DataFrame, span: tuple[int, int]) -> str:
    """Say what the association amounts to, in one sentence per variable."""
    if whole.empty:
        return "Te weinig buurten hebben een score en een grens om samenhang te meten."
    sentences = []
    for name, row in whole.iterrows():
        size = f"{float(row['I']):.2f}".replace(".", ",")
        near = "lijken op elkaar" if row["I"] > row["verwacht"] else "verschillen juist van elkaar"
        sure = "meer dan toeval" if row["p"] < 0.05 else "niet te onderscheiden van toeval"
        sentences.append(
            f"Buurten naast elkaar {near} in {VARIABLES[str(name)]} (Morans I {size}): {sure}."
        )
    if span[0] == span[1]:
        sentences.append("Er is één vergelijkbaar jaar, dus nog geen verandering.")
    return " ".join(sentences)
