"""Deel-buurten as tables for readers."""

from __future__ import annotations

import pandas as pd

from sia.dutch import opsomming


def pocket_table(pockets: pd.DataFrame, names: pd.Series[str]) -> pd.DataFrame:
    """Return the deel-buurten with the buurten that hide them.

    Parameters
    ----------
    pockets : DataFrame, index ``deelbuurt``
        As ``deelbuurten.parquet``.
    names : Series of str, index ``buurtcode``
    """
    return pd.DataFrame(
        {
            "deel-buurt": pockets["naam"],
            "in buurt": [
                opsomming([str(names[code]) for code in codes.split()])
                for codes in pockets["buurtcodes"]
            ],
            "inwoners": pockets["inwoners"],
            "vierkanten": pockets["vierkanten"],
            "verschil met de rest": pockets["verschil"],
            "q": pockets["q"],
        }
    )


def pocket_figures(figures: pd.DataFrame, names: pd.Series[str]) -> pd.DataFrame:
    """Return what each deel-buurt rests on: the figures inside it and in the rest of its buurt.

    Parameters
    ----------
    figures : DataFrame
        As `sia.pockets.PocketResult.indicatoren`.
    names : Series of str, index ``deelbuurt``
    """
    if figures.empty:
        return figures
    return pd.DataFrame(
        {
            "deel-buurt": figures["deelbuurt"].map(names),
            "cijfer": figures["indicator"],
            "eenheid": figures["eenheid"],
            "in de deel-buurt": figures["deel_buurt"],
            "in de rest van de buurt": figures["rest_van_buurt"],
        }
    )
