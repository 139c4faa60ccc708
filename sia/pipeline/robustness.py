"""What a researcher asks of the index beside its ranks: weights, indicators, and the years."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from sia.areas import Measure, convert, has_border
from sia.catalogue.load import load_catalogue
from sia.catalogue.model import DOMAIN_NAMES
from sia.index import Audit, IndexResult, decompose_change
from sia.indicators import IndicatorTable, build_indicators
from sia.pipeline.intake import read_intake
from sia.pipeline.run import Run
from sia.pipeline.scores import audit_tables, reweigh
from sia.pipeline.table import load_indicators
from sia.sources.base import AreaLayer, Origin, Publisher
from sia.store import read_table
from sia.viz import display
from sia.weighing import URGENTIE, Weighing, what_if
from sia.weighing.ranking import domain_points
from sia.weighing.what_if import left_out_table as left_out_table

if TYPE_CHECKING:
    from IPython.display import HTML

BELOW = " (noemer)"
CHANGE_COLUMNS = {
    "before": "basisjaar",
    "revision": "herziening",
    "border": "grenzen",
    "method": "methode",
    "real": "echte verandering",
    "after": "dit jaar",
    "change": "verschil",
}


def what_if_table(run: Run, weging: Weighing) -> pd.DataFrame:
    """Return who enters and leaves the best quarter when a domain weighs double or nothing."""
    return what_if.what_if_table(weging.scores, run.table("gebieden")["naam"])


def swap_curve(weging: Weighing) -> pd.DataFrame:
    """Return how the ranking moves from equal domains to equal indicators."""
    return pd.DataFrame() if weging.urgentie is None else what_if.swap_curve(weging.urgentie)


def domain_contributions(run: Run, weging: Weighing, meeste: int = 20) -> pd.DataFrame:
    """Return points of urgentie per domain, for the buurten ranked first."""
    return domain_points(weging, meeste)


def urgency_domains(weging: Weighing) -> dict[str, str]:
    """Return the Dutch name of each domain that takes part in urgentie this year."""
    return {key: DOMAIN_NAMES[key] for key in what_if.scored_domains(weging.scores)}


@dataclass(frozen=True, eq=False)
class BaseYear:
    """The figures of the base year on the way to those of this year.

    Parameters
    ----------
    then, now : IndexResult
        Urgentie of the base year and of this year.
    published : DataFrame, buurten of the base year x indicators
        As its tables hold it.
    known : DataFrame, same shape
        As the sources say now.
    moved : DataFrame or None
        `known` on the borders of this year; None when the borders still hold.
    denominators : DataFrame
        Of the rates in `moved`, or in `known` when that is None.
    table : IndicatorTable
        Of the base year.
    """

    then: IndexResult
    now: IndexResult
    published: pd.DataFrame
    known: pd.DataFrame
    moved: pd.DataFrame | None
    denominators: pd.DataFrame
    table: IndicatorTable

    @property
    def comparable(self) -> pd.DataFrame:
        """Figures of the base year that can be laid beside those of this year."""
        return self.known if self.moved is None else self.moved


def base_year(run: Run, weging: Weighing) -> BaseYear | None:
    """Return the figures of the base year beside those of this year.

    Parameters
    ----------
    run : Run
    weging : Weighing
        Of this year.

    Returns
    -------
    BaseYear or None
        None in the base year itself, and when one of the years has no index.
    """
    base = run.of_year(run.basisjaar)
    now = weging.urgentie
    if run.jaar == run.basisjaar or now is None or not base.has("scores"):
        return None
    then = reweigh(base).urgentie
    if then is None:
        return None
    table = load_indicators(base)
    rows, names = then.values.index, _both(then, now)
    known = _as_known_now(run, base, table).reindex(index=rows, columns=names)
    below = table.denominators.reindex(index=rows, columns=names)
    moved = _on_borders(known, below, table, run)
    return BaseYear(
        then=then,
        now=now,
        published=table.values.loc[rows, names],
        known=known,
        moved=None if moved is None else moved[0],
        denominators=below if moved is None else moved[1],
        table=table,
    )


def change_step(run: Run, weging: Weighing) -> pd.DataFrame:
    """Split the change of urgentie since the base year into its causes.

    The base year as its tables hold it is compared with what its sources say now (revision), with
    the same figures on the borders of this year (borders), with the indicators and the scale of
    this year (method), and with this year (real change). The parts sum to the difference.

    Parameters
    ----------
    run : Run
    weging : Weighing
        Of this year.

    Returns
    -------
    DataFrame, index ``buurtcode``
        The columns of `CHANGE_COLUMNS`; empty in the base year itself, and when one of the years
        has no index.
    """
    return split_change(base_year(run, weging))


def split_change(base: BaseYear | None) -> pd.DataFrame:
    """Split the change as `change_step` does, from figures that are at hand."""
    if base is None:
        return pd.DataFrame(columns=list(CHANGE_COLUMNS.values()), dtype=float)
    split = decompose_change(
        base.published,
        base.now.values.reindex(columns=base.published.columns),
        base.then.design,
        base.now.design,
        revised=base.known,
        redrawn=base.moved,
        node=URGENTIE,
    )
    return split.rename(columns=CHANGE_COLUMNS)


def _both(then: IndexResult, now: IndexResult) -> list[str]:
    return list(dict.fromkeys([*then.values.columns, *now.values.columns]))


def _as_known_now(run: Run, base: Run, table: IndicatorTable) -> pd.DataFrame:
    """Return the figures of the base year as the sources of this year's run give them."""
    files = ["bestand", "sha256"]
    read, read_then = (read_table(one.folder / "bestanden.parquet")[files] for one in (run, base))
    if set(map(tuple, read.to_numpy())) == set(map(tuple, read_then.to_numpy())):
        return table.values
    return build_indicators(read_intake(run), run.gemeente, run.basisjaar).values


def _on_borders(
    values: pd.DataFrame, below: pd.DataFrame, table: IndicatorTable, run: Run
) -> tuple[pd.DataFrame, pd.DataFrame] | None:
    """Return figures and denominators of the base year on the borders of this year.

    None when the borders still hold.
    """
    now = run.table("gebieden")
    if same_borders(table.areas, now):
        return None
    kinds = {
        name: Measure("aandeel", name + BELOW)
        if below[name].notna().any()
        else Measure("niet optelbaar")
        for name in values.columns
    }
    counts = {k.denominator: Measure("aantal") for k in kinds.values() if k.denominator}
    full = pd.concat([values, below.add_suffix(BELOW)[list(counts)]], axis=1)
    moved = convert(full, kinds | counts, year_layer(table.areas, run), year_layer(now, run))
    sizes = moved.values[list(counts)].rename(columns=lambda name: name.removesuffix(BELOW))
    return moved.values[list(values.columns)], sizes


def same_borders(then: gpd.GeoDataFrame, now: pd.DataFrame) -> bool:
    """Tell whether two years have the same codes with the same borders."""
    if not then.index.equals(now.index):
        return False
    return bool((then["borders_year"] == now["borders_year"]).all()) or bool(
        then.geometry.geom_equals(gpd.GeoSeries(now["geometry"])).all()
    )


def year_layer(areas: pd.DataFrame, run: Run) -> AreaLayer:
    """Return the areas of a processed year as borders."""
    whole = gpd.GeoDataFrame(areas, geometry="geometry", crs=28992)
    drawn = whole[has_border(whole.geometry)]
    year = int(drawn["borders_year"].max())
    # the tables of a year do not say what the publisher noted of changes
    drawn = drawn.assign(indelingswijziging=pd.Series(pd.NA, drawn.index, dtype="Int64"))
    source = Origin(run.folder / "gebieden.parquet", "", Publisher("", "", ""), "gebieden", year)
    return AreaLayer("buurt", year, drawn.rename_axis("code"), source)


def change_table(run: Run, verandering: pd.DataFrame) -> pd.DataFrame:
    """Return the split change with names, the largest rise first."""
    names = run.table("gebieden")["naam"]
    shown = verandering.sort_values("verschil", ascending=False, na_position="last", kind="stable")
    shown.insert(0, "buurt", names.reindex(shown.index))
    return shown


def indicator_domains() -> dict[str, dict[str, str]]:
    """Return the Dutch names of the indicators of urgentie by id, per Dutch name of a domain."""
    return load_catalogue().by_domain()


def audit_page(run: Run, gevonden: Audit | None = None) -> HTML:
    """Return every check of the index on one page: its rule, its lights, and what is not green."""
    return display.audit_page(audit_tables(run, gevonden))
