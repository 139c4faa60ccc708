"""A city of random figures, with all that weighing it takes."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sia.catalogue import load_catalogue
from sia.catalogue.model import Catalogue
from sia.indicators.norms import norm_row, norms_frame
from sia.methode import WeighingSettings
from sia.weighing import Weighing, weigh

CATALOGUE: Catalogue = load_catalogue()
QUICK = WeighingSettings(draws=0)


def names(domain: str, count: int, role: str = "opgave") -> tuple[str, ...]:
    """Return the first indicators of a domain in the catalogue."""
    return tuple(e.id for e in CATALOGUE if e.domein == domain and e.rol == role)[:count]


URGENT = (*names("sociaal", 4), *names("wonen", 1), *names("veiligheid", 2))
KANSEN = names("potentie", 3, "kans")
ALL = (*URGENT, *KANSEN)
CORPORATION = "corporatiebezit"


def codes(count: int) -> pd.Index:
    return pd.Index([f"BU9999{n:04d}" for n in range(count)], name="buurtcode")


def city(count: int = 12, seed: int = 0, columns: tuple[str, ...] = ALL) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    values = rng.uniform(10.0, 60.0, (count, len(columns)))
    return pd.DataFrame(values, index=codes(count), columns=list(columns))


def norms_of(values: pd.DataFrame) -> pd.DataFrame:
    n = len(values)
    people = np.full(n, 1000.0)
    rows = {c: norm_row(values[c].to_numpy(dtype=float), people >= 100, n) for c in values}
    return norms_frame(rows)


def verdict(index: pd.Index, unranked: dict[str, str] | None = None) -> pd.DataFrame:
    reasons = pd.Series("", index=index, dtype="str")
    for code, reason in (unranked or {}).items():
        reasons[code] = reason
    return pd.DataFrame({"gerangschikt": reasons == "", "reden": reasons})


def weighed(
    values: pd.DataFrame,
    unranked: dict[str, str] | None = None,
    how: WeighingSettings = QUICK,
    **more: object,
) -> Weighing:
    taking = tuple(str(c) for c in values.columns)
    more.setdefault("norms", norms_of(values))
    return weigh(values, verdict(values.index, unranked), taking, CATALOGUE, settings=how, **more)  # type: ignore[arg-type]
