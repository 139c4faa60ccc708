"""Money per area and year, and which of its totals may be published."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from scipy.optimize import linprog


def spending(programma: pd.DataFrame, area: pd.Series) -> pd.DataFrame:
    """Return what every plan costs per area and year, as `public_totals` wants it.

    Returns (index ``plan``): ``gebied``, ``jaar``, ``partner``, ``kosten`` (euro, spread evenly
        over years and buurten), ``vertrouwelijkheid``; a row per plan, area and year.
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
    """Return what every publication so far was made from: ``nummer`` counts from 1."""
    new = base.reset_index()
    if earlier is None:
        return new.assign(nummer=1)
    last = int(earlier["nummer"].max())
    before = earlier[earlier["nummer"] == last].drop(columns="nummer").reset_index(drop=True)
    if before.equals(new[before.columns]):
        return earlier
    return pd.concat([earlier, new.assign(nummer=last + 1)], ignore_index=True)


def public_money(published: pd.DataFrame) -> pd.DataFrame:
    """Return public totals that betray no plan, also not by comparison with earlier versions."""
    parts = [own.set_index("plan") for _, own in published.groupby("nummer")]
    return public_totals(parts[-1], earlier=parts[:-1])


def public_totals(
    plans: pd.DataFrame,
    earlier: Sequence[pd.DataFrame] = (),
    rounding: float = 100_000.0,
) -> pd.DataFrame:
    """Return the money per area and year that may be published without betraying anybody.

    `plans`: ``gebied``, ``jaar``, ``partner``, ``kosten`` (euro), ``vertrouwelijkheid``.
    `earlier`: What earlier publications were made from.
    `rounding`: Totals are rounded to this amount.
    Returns: ``gebied``, ``jaar``, ``totaal`` (euro; NaN when hidden), ``reden``.

    Costs are spread evenly over years and buurten and the years of a plan are public, so the totals
    of years, areas and publications are linked. A cell is hidden when its difference with any cell
    that is shown rests on too few; and after that until no amount of a plan, nor of plans of one
    partner that always stand together, lies between bounds within `_NEAR` of the truth (each bound
    a linear programme over all that was ever shown).
    """
    released: list[pd.DataFrame] = []
    for table in (*earlier, plans):
        shared = _shared(table)
        keys = sorted({(str(a), int(t)) for a, t in shared[["gebied", "jaar"]].to_numpy()})
        cells = {
            (area, year): shared[(shared["gebied"] == area) & (shared["jaar"] == year)]
            for area, year in keys
        }
        why = _refusals(cells, released, rounding)
        released += [cell for key, cell in cells.items() if not why[key]]
    rows = [
        (*key, float("nan") if why[key] else _rounded(cell["kosten"].sum(), rounding), why[key])
        for key, cell in cells.items()
    ]
    return pd.DataFrame(rows, columns=["gebied", "jaar", "totaal", "reden"])


_Key = tuple[str, int]
_CENT = 0.01
_LEAST = 3
"""A total, and any difference of two, needs at least so many plans, of so many partners."""
_REMAINDER = 0.1
"""Without its two largest partners a total keeps at least this share of the largest (p% rule)."""
_NEAR = 0.25
"""An amount that is known to within this share is known."""
_FEW = "te weinig plannen of partners"
_YEARS = "te weinig verschil met een ander jaar of gebied"
_BEFORE = "te weinig veranderd sinds een eerdere publicatie"
_LINKED = "volgt uit andere totalen"


def _rounded(amount: float, step: float) -> float:
    return float(round(amount / step) * step)


def _safe(amounts: pd.Series, partners: pd.Series) -> bool:
    """Say whether amounts per plan betray nobody when only their sum is known."""
    held = amounts[amounts > 0]
    sums = held.groupby(partners[held.index]).sum().sort_values(ascending=False)
    if min(len(held), len(sums)) < _LEAST:
        return False
    return bool(sums.iloc[2:].sum() >= _REMAINDER * sums.iloc[0])


def _apart(change: pd.Series, partners: pd.Series) -> bool:
    """Say whether the difference of two totals betrays nobody; no difference does not."""
    sizes = change.abs()
    if not (sizes > _CENT).any():
        return True
    sums = sizes.groupby(partners).sum()
    near = (abs(change.sum()) - sums).abs() <= _NEAR * sums
    return _safe(sizes.where(sizes > _CENT, 0.0), partners) and not near[sums > 0].any()


def _shared(table: pd.DataFrame) -> pd.DataFrame:
    """Return what partners share, with what the cell is of the whole amount of a plan."""
    shared = table[table["vertrouwelijkheid"] != "intern"]
    # a plan of which the cost changed is another amount to find
    whole = shared.groupby(level=0)["kosten"].transform("sum").round(2)
    return shared.assign(deel=shared["kosten"] / whole.where(whole > 0, 1.0), geheel=whole)


def _refusals(
    cells: Mapping[_Key, pd.DataFrame], before: Sequence[pd.DataFrame], rounding: float
) -> dict[_Key, str]:
    """Return why each cell is not shown beside what was shown before; empty for what is shown."""
    why: dict[_Key, str] = {}
    for key, cell in cells.items():
        here = [cells[k] for k, reason in why.items() if not reason]
        why[key] = _refusal(cell, before, here)
    while True:
        shown = {key: cell for key, cell in cells.items() if not why[key]}
        found = _betrayed([*before, *shown.values()], rounding)
        holding = [key for key, cell in shown.items() if found & set(cell.index)]
        if not holding:
            return why
        why[min(holding, key=lambda key: (shown[key]["kosten"].sum(), key))] = _LINKED


def _refusal(
    cell: pd.DataFrame, before: Sequence[pd.DataFrame], here: Sequence[pd.DataFrame]
) -> str:
    if not _safe(cell["kosten"], cell["partner"]):
        return _FEW
    for others, reason in ((here, _YEARS), (before, _BEFORE)):
        for other in others:
            if cell.index.intersection(other.index).empty:
                continue
            change = cell["kosten"].sub(other["kosten"], fill_value=0.0)
            if not _apart(change, cell["partner"].combine_first(other["partner"])):
                return reason
    return ""


def _betrayed(cells: Sequence[pd.DataFrame], rounding: float) -> set[str]:
    """Return the plans of the first amount that follows from the totals of these cells."""
    if not cells:
        return set()
    long = pd.concat(
        [cell.assign(cel=number) for number, cell in enumerate(cells)]
    ).rename_axis("plan").reset_index()  # fmt: skip
    share = long.pivot_table(index=["plan", "partner", "geheel"], columns="cel", values="deel")
    share = share.fillna(0.0).round(9)
    pattern = share.apply(tuple, axis=1)
    partner = share.index.get_level_values("partner")
    # plans of one partner that always stand together are one amount; alike ones hide each other
    units = [group.index for _, group in share.groupby([partner, pattern])]
    alike = Counter(pattern[unit[0]] for unit in units)
    matrix = np.array([share.loc[unit[0]].to_numpy() for unit in units]).T
    amounts = np.array([unit.get_level_values("geheel").to_numpy().sum() for unit in units])
    sums = matrix @ amounts
    for at, unit in enumerate(units):
        if alike[pattern[unit[0]]] == 1 and _known(matrix, sums, amounts[at], at, rounding):
            return set(unit.get_level_values("plan"))
    return set()


def _known(matrix: np.ndarray, sums: np.ndarray, amount: float, at: int, rounding: float) -> bool:
    """Say whether all amounts that fit the rounded sums are near the true one."""
    limit = np.concatenate([sums + rounding / 2, rounding / 2 - sums])
    both = np.vstack([matrix, -matrix])
    for sign, bound in ((1.0, 1 - _NEAR), (-1.0, 1 + _NEAR)):
        goal = np.zeros(matrix.shape[1])
        goal[at] = sign
        solved = linprog(goal, A_ub=both, b_ub=limit, bounds=(0, None), method="highs")
        # an amount without an upper bound is not known
        if solved.status != 0 or float(solved.fun or 0.0) < sign * bound * amount:
            return False
    return True
