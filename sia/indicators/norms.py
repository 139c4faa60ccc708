"""What is usual: the distribution of each indicator over the buurten of the country."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from sia.indicators.lookup import NATIONAL, Floats

QUANTILES: tuple[str, ...] = tuple(f"p{number:02d}" for number in range(101))
"""Column names of the hundred and one quantiles."""

COUNTRY = "land"
MUNICIPALITY = "gemeente"


def norm_row(values: Floats, lived_in: npt.NDArray[np.bool_], n_roster: int) -> dict[str, object]:
    """Return the distribution of one indicator.

    ``bron``: ``land`` when at least `NATIONAL` woonbuurten have a value,
    else ``gemeente``, and then only the municipality's own count; ``n``, ``minimum``,
    ``maximum``, ``gemiddelde``, ``standaardafwijking`` (sample, n - 1) and the quantiles
    (linear, Hyndman & Fan 1996 type 7). All NaN when no buurt has a value.

    `values` (ndarray of float, shape (n_codes,)): every buurt of the country that a source holds;
        the municipality's first.
    `lived_in` (ndarray of bool, shape (n_codes,)): which of them are woonbuurten; the others do
        not count.
    `n_roster`: number of the municipality's buurten.
    """
    usable = lived_in & ~np.isnan(values)
    national = int(usable.sum()) >= NATIONAL
    kept = values[usable] if national else values[:n_roster][usable[:n_roster]]
    row: dict[str, object] = {"bron": COUNTRY if national else MUNICIPALITY, "n": len(kept)}
    if len(kept) == 0:
        numbers = ("minimum", "maximum", "gemiddelde", "standaardafwijking", *QUANTILES)
        return row | dict.fromkeys(numbers, float("nan"))
    spread = float(np.std(kept, ddof=1)) if len(kept) > 1 else float("nan")
    row |= {
        "minimum": float(kept.min()),
        "maximum": float(kept.max()),
        "gemiddelde": float(kept.mean()),
        "standaardafwijking": spread,
    }
    quantiles = np.quantile(kept, np.linspace(0, 1, len(QUANTILES)))
    return row | dict(zip(QUANTILES, map(float, quantiles), strict=True))


def norms_frame(rows: dict[str, dict[str, object]]) -> pd.DataFrame:
    """Return the rows of `norm_row` as one table, index ``indicator``."""
    frame = pd.DataFrame.from_dict(rows, orient="index")
    frame.index = pd.Index(frame.index, name="indicator", dtype="str")
    return frame.astype({"bron": "str", "n": "int64"})
