"""How far scores may be off because the figures under them are: noise of measurement only.

Rates get a binomial error given their denominator, counts the random rounding of CBS, and modelled
figures the margins of their publisher; each version of the figures goes through the same index.
Choices of method are equal in all years and change no buurt. Indicators without a denominator or
margins are taken as exact.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from sia.change.panel import Panel
from sia.index import DataError, IndexDesign, NoTreatment, build_index
from sia.index.choices import Noise, prepare_noise
from sia.methode import ChangeSettings
from sia.weighing import URGENTIE, known_error, margins_of

Array = npt.NDArray[np.float64]


def urgency_spread(panel: Panel, settings: ChangeSettings) -> pd.DataFrame:
    """Return the standard error of comparable urgentie by the noise in the figures."""
    parts = {}
    for jaar in panel.jaren:
        rng = np.random.default_rng([settings.seed, jaar, 1])
        result, (known, error) = panel.resultaten[jaar], known_in(panel, jaar)
        source = prepare_noise(error, result.values, known)
        drawn = drawn_scores(result.values, result.design, source, [URGENTIE], settings.draws, rng)
        parts[jaar] = pd.Series(drawn[:, :, 0].std(axis=0), result.values.index)
    return panel.wide(pd.concat(parts, names=["jaar", "buurtcode"]))


def known_in(panel: Panel, jaar: int) -> tuple[pd.DataFrame | None, DataError]:
    """Return denominators and the known error of the figures of one year that can change."""
    table, result = panel.tabellen[jaar], panel.resultaten[jaar]
    rows = result.values.index
    alike = panel.gelijk.reindex(panel.plaatsen[jaar].now[rows]).set_axis(rows).fillna(False)

    def of_alike(figures: pd.DataFrame) -> pd.DataFrame:
        return figures.reindex_like(alike).where(alike.astype(bool))

    low, high = margins_of(table) or (table.lower, table.upper)
    return known_error(
        replace(result, values=of_alike(result.values)),
        table.catalogue,
        of_alike(table.denominators),
        (of_alike(low), of_alike(high)),
        panel.modelsamenhang,
    )


def drawn_scores(
    values: pd.DataFrame,
    plan: IndexDesign,
    source: Noise | None,
    nodes: Sequence[str],
    draws: int,
    rng: np.random.Generator,
) -> Array:
    """Draw how far the scores may be off because the figures under them are.

    `plan`: On a fixed scale, so that a version of the figures is comparable with the figures.
    `source`: The known error of `values`.
    `nodes`: Scores that are wanted.
    Returns (ndarray, shape (draws, n_units, n_nodes)): Drawn score minus score, points; zero where
        nothing is known of the error or no score is.
    """
    rows = values.index
    if source is None:
        return np.zeros((draws, len(rows), len(nodes)))
    # on a fixed scale the treatment of outliers would only differ from draw to draw
    plain = replace(plan, treat=NoTreatment())
    versions = [values.to_numpy(), *(source.draw(rng) for _ in range(draws))]
    stacked = pd.DataFrame(np.concatenate(versions), columns=list(values.columns))
    scores = build_index(stacked, plain).scores[list(nodes)].to_numpy()
    drawn = scores.reshape(draws + 1, len(rows), len(nodes))
    return np.asarray(np.nan_to_num(drawn[1:] - drawn[0]))
