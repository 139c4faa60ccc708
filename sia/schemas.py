"""The tables between the stages: what must be true of each, checked on write and on read."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

import geopandas as gpd
import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaErrors

from sia.areas import CHANGES
from sia.catalogue.model import DOMAINS
from sia.errors import Problem, refuse

BUURT: Final = r"BU\d{4}[0-9A-Z]{4}"
WIJK: Final = r"WK\d{4}[0-9A-Z]{2}"
GEMEENTE: Final = r"GM\d{4}"

FLAG: Final = r"waargenomen|overgenomen|geschat|model|ontbreekt: .+"

AANPAKKEN: Final[tuple[str, ...]] = (
    "integrale gebiedsaanpak",
    "gerichte koppelkansen",
    "deel-buurtaanpak",
    "volgen",
    "basis",
    "niet gerangschikt",
)
"""All classes, from the heaviest effort to none; every buurt gets exactly one."""

QUANTILES: Final[tuple[str, ...]] = tuple(f"p{number:02d}" for number in range(101))

_SHOWN = 5
"""Rows that a message names; the rest is counted."""


Checks = list[pa.Check]


def _like(pattern: str, error: str) -> pa.Check:
    return pa.Check(lambda s: s.str.fullmatch(pattern), error=error)


def _between(low: float, high: float, error: str = "") -> pa.Check:
    return pa.Check.in_range(low, high, error=error or f"ligt niet tussen {low} en {high}")


_NOT_NEGATIVE = pa.Check.ge(0, error="is negatief")
_YEAR = _between(1990, 2100, "is geen jaartal")

_KINDS: Final[Mapping[str, tuple[Any, bool, Checks]]] = MappingProxyType(
    {
        "tekst": (str, False, []),
        "tekst of niets": (str, True, []),
        "getal": (float, True, []),
        "aandeel": (float, True, [_between(0, 1)]),
        "punten": (float, True, [_between(0, 100)]),
        "silhouet": (float, True, [_between(-1, 1)]),
        "aantal of niets": (float, True, [_NOT_NEGATIVE]),
        "plaats": (float, True, [pa.Check.ge(1, error="is geen rang")]),
        "rang": ("Int64", True, [pa.Check.ge(1, error="is geen rang (1 of hoger)")]),
        "nummer": ("Int64", True, []),
        "peiljaar": ("Int64", True, [_YEAR]),
        "aantal": ("int64", False, [_NOT_NEGATIVE]),
        "jaar": ("int64", False, [_YEAR]),
        "ja of nee": (bool, False, []),
        "vorm": ("geometry", False, []),
    }
)
"""What a column can hold: its type, whether a value may be missing, and what must be true."""


def _columns(kind: str, *names: str, **more: Any) -> dict[str, pa.Column]:
    """Return columns of one kind; `checks` come beside those of the kind."""
    dtype, nullable, checks = _KINDS[kind]
    given = {"nullable": nullable, "checks": [*checks, *more.pop("checks", [])], **more}
    return {name: pa.Column(dtype, **given) for name in names}


def _texts(pattern: str, error: str, *names: str) -> dict[str, pa.Column]:
    return _columns("tekst", *names, checks=[_like(pattern, error)])


def _every(kind: str, **more: Any) -> dict[str, pa.Column]:
    """Return one kind for all columns, whatever they are called."""
    return _columns(kind, ".+", regex=True, **more)


def _buurten() -> pa.Index:
    rising = pa.Check(lambda s: s.is_monotonic_increasing, error="niet gesorteerd op buurtcode")
    checks = [_like(BUURT, "geen geldige buurtcode"), rising]
    return pa.Index(str, name="buurtcode", unique=True, coerce=False, checks=checks)


def _table(
    columns: Mapping[str, pa.Column],
    checks: Checks | None = None,
    *,
    index: pa.Index | pa.MultiIndex | None = None,
    strict: bool = False,
) -> pa.DataFrameSchema:
    return pa.DataFrameSchema(
        dict(columns), index=index or _buurten(), strict=strict, checks=checks or []
    )


def _rule(true_of: Callable[[pd.DataFrame], Any], error: str) -> pa.Check:
    return pa.Check(true_of, error=error)


_RUNNING, _TYPES = pa.Index("int64"), pa.Index("int64", name="type", unique=True)
_FILES = ("bestand", "bron", "tabel", "jaar", "niveau", "vorm", "status", "opmerking", "sha256")


def _all_float() -> pa.DataFrameSchema:
    infinite = [float("inf"), float("-inf")]
    return _table(_every("getal"), [_rule(lambda t: ~t.isin(infinite), "oneindige waarde")])


def _named(side: str) -> pa.Check:
    def holds(table: pd.DataFrame) -> pd.Series[bool]:
        return table[side].notna() == (table[f"{side}_naam"] != "")

    return _rule(holds, "een type heeft een naam precies als het bekend is")


def _means(name: str, *, required: bool) -> dict[str, pa.Column]:
    return {
        **_columns("getal", name, f"{name}_laag", f"{name}_hoog", required=required),
        **_columns("aandeel", f"{name}_q", required=required),
    }


_NUMBERS = ("minimum", "maximum", "gemiddelde", "standaardafwijking")
_PLACES = ("rang_p05", "rang_p50", "rang_p95", "plaats_best", "plaats_slechtst")
_APPROACH = pa.Check.isin(AANPAKKEN, error="is geen aanpak")
_CLASSES = "|hoog-hoog|hoog-laag|laag-laag|laag-hoog|niet significant"
_BOTH = ("urgentie", "verandering")
_OF_TYPES = "verandering|kan ruis zijn|ruis onbekend|zelfde type|niet te vergelijken"
_CAUSES = ("herziening", "grenzen", "methode", "bron", "echte verandering")
_OF_SCORES = "stijgt|daalt|binnen de ruis|ruis onbekend|niet te vergelijken"
_AREA_KIND = pa.Check.isin(("stad", "stadsdeel", "wijk", "dia"), error="is geen soort gebied")
_AREA_LEVELS = [pa.Index(str, name="soort", checks=_AREA_KIND), pa.Index(str, name="sleutel")]

_MAKERS: Final = MappingProxyType(
    {
        "bestanden": lambda: _table(_columns("tekst", *_FILES), index=_RUNNING, strict=True),
        "gebieden": lambda: _table(
            {
                **_columns("tekst", "naam", "wijknaam", "stadsdeel"),
                **_texts(WIJK, "geen geldige wijkcode", "wijkcode"),
                **_texts(GEMEENTE, "geen geldige gemeentecode", "gemeentecode"),
                **_columns("aantal of niets", "inwoners", "huishoudens"),
                **_columns("ja of nee", "water"),
                "borders_year": pa.Column("int64", checks=pa.Check.ge(0, error="is geen jaar")),
                **_columns("vorm", "geometry"),
            },
            [
                _rule(lambda t: t["gemeentecode"].nunique() == 1, "meer dan één gemeente"),
                _rule(
                    lambda t: t.index.str[2:8] == t["wijkcode"].str[2:8],
                    "de wijkcode hoort niet bij de buurtcode",
                ),
            ],
            strict=True,
        ),
        "indicatoren": _all_float,
        "vlaggen": lambda: _table(_every("tekst", checks=[_like(FLAG, "geen bekende vlag")])),
        "peiljaren": lambda: _table(_every("peiljaar")),
        "noemers": lambda: _table(_every("aantal of niets")),
        "normen": lambda: _table(
            {
                **_texts("land|gemeente", "is geen `land` of `gemeente`", "bron"),
                **_columns("aantal", "n"),
                **_columns("getal", *_NUMBERS, *QUANTILES),
            },
            [
                _rule(
                    lambda t: (
                        (t[list(QUANTILES)].diff(axis=1).iloc[:, 1:] >= 0).all(axis=1)
                        | (t["n"] == 0)
                    ),
                    "de kwantielen lopen niet op",
                )
            ],
            index=pa.Index(str, name="indicator", unique=True),
            strict=True,
        ),
        "herkomst": lambda: _table(
            {
                **_columns("tekst", "indicator", "bron", "tabel", "methode", "bestand", "sha256"),
                **_columns("jaar", "levering", "peiljaar"),
                "cellen": pa.Column("int64", checks=pa.Check.ge(1, error="is nul")),
                **_texts(".+", "is leeg", "bronvermelding"),
            },
            index=_RUNNING,
            strict=True,
        ),
        "verantwoording": lambda: _table(
            {
                **_columns("ja of nee", "opgenomen", "grenzen"),
                **_columns("tekst", "bronnen", "zonder_rij"),
                **_texts(".+", "is leeg", "toelichting"),
            },
            strict=True,
        ),
        "marges_laag": _all_float,
        "marges_hoog": _all_float,
        "scores": lambda: _table(
            {
                **_columns("punten", "urgentie", "potentie"),
                **_columns("punten", *DOMAINS, required=False),
                **_columns("rang", "rang"),
                **_columns("ja of nee", "gerangschikt"),
                **_columns("tekst", "reden"),
                **_columns("plaats", *_PLACES, required=False),
                **_columns(
                    "aandeel", "kans_top10", "kans_kwart", "kans_samen", "omslag", required=False
                ),
                **_columns("tekst", "ruilt_met", required=False),
                "stapeling": pa.Column(
                    "Int64",
                    nullable=True,
                    required=False,
                    checks=_between(0, len(DOMAINS), "is geen aantal domeinen"),
                ),
            },
            [
                _rule(
                    lambda t: t["rang"].notna() == t["gerangschikt"],
                    "een buurt heeft een rang precies als zij gerangschikt is",
                ),
                _rule(
                    lambda t: (t["reden"] != "") == ~t["gerangschikt"],
                    "een buurt heeft een reden precies als zij niet gerangschikt is",
                ),
            ],
        ),
        "bijdragen": _all_float,
        "audit": lambda: _table(
            {
                **_texts(".+", "is leeg", "controle", "soort"),
                **_columns("tekst", "kolom"),
                **_columns("ja of nee", "index"),
                **_columns("aantal", "rij"),
                **_columns("getal", "getal"),
                **_columns("tekst of niets", "tekst"),
            },
            index=_RUNNING,
            strict=True,
        ),
        "typologie": lambda: _table(
            {
                **_columns("nummer", "type", "tweede_type"),
                **_columns("tekst of niets", "typenaam"),
                **_columns("silhouet", "silhouet"),
                **_columns("aandeel", "zekerheid"),
                **_columns("aantal", "domeinen"),
                **_columns("tekst", "reden"),
                **_columns("tekst", "woningen", required=False),
            },
            [
                _rule(
                    lambda t: t["type"].notna() | (t["reden"] != ""),
                    "een buurt zonder type heeft geen reden",
                )
            ],
        ),
        "typeprofielen": lambda: _table(_every("getal", nullable=False), index=_TYPES),
        "aanpak": lambda: _table(
            {
                **_columns("tekst", "aanpak", checks=[_APPROACH]),
                **_texts(".+", "is leeg", "toelichting"),
                **_columns("punten", "corporatiebezit"),
            }
        ),
        "deelbuurten": lambda: _table(
            {
                **_columns("tekst", "naam"),
                **_texts(BUURT, "geen geldige buurtcode", "buurtcode"),
                **_texts(rf"{BUURT}( {BUURT})*", "geen geldige buurtcodes", "buurtcodes"),
                **_texts("ongunstig|gunstig", "is geen `ongunstig` of `gunstig`", "richting"),
                **_columns("aantal of niets", "inwoners"),
                "vierkanten": pa.Column("int64", checks=pa.Check.ge(1, error="is leeg")),
                **_columns("getal", "score", "verschil"),
                **_columns("aandeel", "p", "q"),
                **_columns("vorm", "geometry"),
            },
            index=pa.Index(str, name="deelbuurt", unique=True),
        ),
        "gebiedsindeling": lambda: _table(
            {**_columns("nummer", "dia_gebied"), **_columns("tekst", "naam", "reden")},
            [
                _rule(
                    lambda t: t["dia_gebied"].notna() == (t["naam"] != ""),
                    "een buurt heeft een naam van een gebied precies als zij in een gebied ligt",
                )
            ],
            strict=True,
        ),
        "ruimte": lambda: _table(
            {
                **_columns("getal", "verandering", *(f"{name}_i" for name in _BOTH)),
                **_columns("aandeel", *(f"{name}_{one}" for name in _BOTH for one in "pq")),
                **_texts(_CLASSES, "is geen klasse", *(f"{name}_klasse" for name in _BOTH)),
            },
            strict=True,
        ),
        "trajecten": lambda: _table(
            {
                **_columns("jaar", "eerste_jaar", "laatste_jaar"),
                **_columns("nummer", "van", "naar"),
                **_columns("tekst", "van_naam", "naar_naam"),
                **_columns("aandeel", "kans_anders"),
                **_texts(_OF_TYPES, "is geen oordeel", "oordeel"),
                **_columns("tekst", "toelichting"),
            },
            [
                _rule(
                    lambda t: (t["oordeel"] == "niet te vergelijken") == (t["toelichting"] != ""),
                    "een buurt heeft een reden precies als zij niet te vergelijken is",
                ),
                *(_named(side) for side in ("van", "naar")),
            ],
            strict=True,
        ),
        "verandering": lambda: _table(
            {
                **_columns("punten", "basisjaar", "dit jaar"),
                **_columns("getal", *_CAUSES, "verschil", "laag", "hoog"),
                **_columns("aandeel", "q"),
                **_texts(_OF_SCORES, "is geen oordeel", "oordeel"),
                **_texts("|".join(CHANGES), "is geen lot van een grens", "grens"),
                **_columns("tekst", "toelichting"),
                **_columns("getal", *DOMAINS, required=False),
            },
            [
                _rule(
                    lambda t: (
                        (t["oordeel"] == "niet te vergelijken") == t["echte verandering"].isna()
                    ),
                    "een buurt is niet te vergelijken precies als haar verandering ontbreekt",
                ),
                _rule(
                    lambda t: t["echte verandering"].notna() | (t["toelichting"] != ""),
                    "een buurt die niet te vergelijken is heeft geen reden",
                ),
            ],
            strict=True,
        ),
        "verandering_gebieden": lambda: _table(
            {
                **_columns("aantal", "buurten", "van"),
                **_means("urgentie", required=True),
                **{k: c for one in DOMAINS for k, c in _means(one, required=False).items()},
                **_columns("jaar", "sinds"),
                **_columns("ja of nee", "ruis_bekend"),
                **_columns("aandeel", "fdr", nullable=False),
            },
            [_rule(lambda t: t["buurten"] <= t["van"], "meer buurten te vergelijken dan er zijn")],
            index=pa.MultiIndex(_AREA_LEVELS, unique=["soort", "sleutel"]),
            strict=True,
        ),
        "jaarscores": lambda: _table(_columns("punten", r"\d{4}", regex=True), strict=True),
    }
)

NAMES: Final[tuple[str, ...]] = tuple(_MAKERS)
"""Every table that has a schema, by its file name without ``.parquet``."""


def schema(name: str) -> pa.DataFrameSchema:
    """Return the schema of one table.

    `name`: one of `NAMES`.
    Raises KeyError when there is no such table.
    """
    maker: Callable[[], pa.DataFrameSchema] = _MAKERS[name]
    return maker()


def validate(name: str, table: pd.DataFrame) -> pd.DataFrame:
    """Return `table` as it is when it keeps its contract.

    The same object.

    `name`: one of `NAMES`.
    Raises InputError: every breach at once, in Dutch, with the table, the column and the first
        rows.
    Raises KeyError when there is no such table.
    """
    problems = _geo_problems(name, table)
    try:
        schema(name).validate(pd.DataFrame(table), lazy=True)
    except SchemaErrors as errors:
        problems.extend(_problems(name, errors.failure_cases))
    refuse(problems)
    return table


def _geo_problems(name: str, table: pd.DataFrame) -> list[Problem]:
    if name not in ("gebieden", "deelbuurten"):
        return []
    oplossing = "Maak de stap die deze tabel schrijft opnieuw."
    if not isinstance(table, gpd.GeoDataFrame):
        wat = "Deze tabel heeft geen geometrie."
        return [Problem(bestand=name, kolom="geometry", wat=wat, oplossing=oplossing)]
    if table.crs is None or table.crs.to_epsg() != 28992:
        wat = f"De coördinaten zijn niet in Rijksdriehoek (EPSG:28992) maar in {table.crs}."
        return [Problem(bestand=name, kolom="geometry", wat=wat, oplossing=oplossing)]
    return []


_STRUCTURE: Final = MappingProxyType(
    {
        "column_in_dataframe": "Deze kolom ontbreekt.",
        "column_in_schema": "Deze kolom hoort hier niet.",
        "not_nullable": "Hier ontbreken waarden die er moeten zijn.",
        "field_uniqueness": "Hier staan dubbele waarden.",
    }
)


def _problems(name: str, cases: pd.DataFrame) -> list[Problem]:
    """Turn pandera's list of failures into one problem per column and check."""
    problems, oplossing = [], "Maak de stap die deze tabel schrijft opnieuw, of meld het als fout."
    grouped = cases.groupby(["column", "check"], sort=True, dropna=False)
    for (column, check), group in grouped:
        wat = _in_dutch(str(check), group)
        structural = str(check) in ("column_in_dataframe", "column_in_schema")
        where = str(group["failure_case"].iloc[0]) if structural else _column(column)
        rij = "" if structural else _rows(group)
        problems.append(Problem(wat, oplossing, f"{name}.parquet", rij, where))
    return problems


def _column(column: object) -> str:
    return "" if column is None or column != column else str(column)


def _in_dutch(check: str, group: pd.DataFrame) -> str:
    if check in _STRUCTURE:
        return _STRUCTURE[check]
    if check.startswith(("dtype(", "coerce_dtype(")):
        wanted = re.sub(r".*\('?(.*?)'?\)$", r"\1", check)
        return f"Het type is {group['failure_case'].iloc[0]}, verwacht werd {wanted}."
    return check[0].upper() + check[1:] + "."


def _rows(group: pd.DataFrame) -> str:
    rows = [str(row) for row in group["index"].tolist() if row is not None and row == row]
    shown = list(dict.fromkeys(rows))
    more = f" en {len(shown) - _SHOWN} andere" if len(shown) > _SHOWN else ""
    return ", ".join(shown[:_SHOWN]) + more
