"""Which domains can make types together."""

from __future__ import annotations

import numpy as np
import pandas as pd

TOGETHER = 20
"""Rows with every domain known below which a domain is given up."""


def known_together(scores: pd.DataFrame, least: int = TOGETHER) -> pd.DataFrame:
    """Return the scores without the domains that too few units know beside the others.

    Types rest on units with every domain known. Where years or municipalities lack different
    domains, none may have all of them. Domains are then given up one by one, each time the one
    without which most rows are complete (of equals the one known least often), until `least` rows
    are complete or two domains are left; when no choice reaches `least`, the first with the most
    complete rows is taken.

    Parameters
    ----------
    scores : DataFrame, shape (n_units, n_domains)
        NaN where missing.

    Returns
    -------
    DataFrame, shape (n_units, <= n_domains)
        The same rows; domains without any value are left out.
    """
    known = scores.notna()
    kept = [str(name) for name in scores.columns if known[name].any()]
    tried = {tuple(kept): _complete(known, kept)}
    while tried[tuple(kept)] < least and len(kept) > 2:
        given_up = max(
            kept,
            key=lambda one: (
                _complete(known, [name for name in kept if name != one]),
                -np.count_nonzero(known[one]),
            ),
        )
        kept = [name for name in kept if name != given_up]
        tried[tuple(kept)] = _complete(known, kept)
    best = max(tried, key=lambda names: min(tried[names], least))
    return scores[list(best)]


def _complete(known: pd.DataFrame, names: list[str]) -> int:
    return int(known[names].all(axis=1).sum())
