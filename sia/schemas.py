"""The tables between the stages: what must be true of each, checked on write and on read."""

from __future__ import annotations

import re
from collections.abc import Callable
from types import MappingProxyType
from typing import Final

import geopandas as gpd
import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaErrors

from sia.areas import CHANGES
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

DOMAIN_COLUMNS: Final[tuple[str, ...]] = (
    "sociaal",
    "wonen",
    "veiligheid",
    "voorzieningen",
    "klimaat",
    "energie",
)

QUANTILES: Final[tuple[str, ...]] = tuple(f"p{number:02d}" for number in range(101))

_SHOWN = 5
"""Rows that a message names; the rest is counted."""


def _index(pattern: str, name: str) -> pa.Index:
    return pa.Index(
        str,
        name=name,
        unique=True,
        coerce=False,
        checks=[
            pa.Check(
                lambda s: s.str.fullmatch(pattern),
                error=f"geen geldige {name}",
            ),
            pa.Check(
                lambda s: s.is_monotonic_increasing,
                error=f"niet gesorteerd op {name}",
            ),
        ],
    )


def _buurten() -> pa.Index:
    return _index(BUURT, "buurtcode")


def _share(*, nullable: bool = True) -> pa.Column:
    return pa.Column(
        float,
        nullable=nullable,
        checks=pa.Check.in_range(0, 1, error="ligt niet tussen 0 en 1"),
    )


def _points(*, required: bool = True) -> pa.Column:
    return pa.Column(
        float,
        nullable=True,
        required=required,
        checks=pa.Check.in_range(0, 100, error="ligt niet tussen 0 en 100"),
    )


def _count(*, nullable: bool = True) -> pa.Column:
    return pa.Column(float, nullable=nullable, checks=pa.Check.ge(0, error="is negatief"))


def _text(pattern: str = "", wat: str = "") -> pa.Column:
    checks = [pa.Check(lambda s: s.str.fullmatch(pattern), error=wat)] if pattern else []
    return pa.Column(str, nullable=False, checks=checks)


def _rank(*, required: bool = True) -> pa.Column:
    return pa.Column(
        "Int64",
        nullable=True,
        required=required,
        checks=pa.Check.ge(1, error="is geen rang (1 of hoger)"),
    )


def _percentile_rank() -> pa.Column:
    return pa.Column(
        float, nullable=True, required=False, checks=pa.Check.ge(1, error="is geen rang")
    )


def _optional_share() -> pa.Column:
    column = _share()
    column.required = False
    return column


def _gebieden() -> pa.DataFrameSchema:
    return pa.DataFrameSchema(
        {
            "naam": _text(),
            "wijkcode": _text(WIJK, "geen geldige wijkcode"),
            "wijknaam": _text(),
            "stadsdeel": _text(),
            "gemeentecode": _text(GEMEENTE, "geen geldige gemeentecode"),
            "inwoners": _count(),
            "huishoudens": _count(),
            "water": pa.Column(bool),
            "borders_year": pa.Column("int64", checks=pa.Check.ge(0, error="is geen jaar")),
            "geometry": pa.Column("geometry", nullable=False),
        },
        index=_buurten(),
        strict=True,
        checks=[
            pa.Check(lambda t: t["gemeentecode"].nunique() == 1, error="meer dan één gemeente"),
            pa.Check(
                lambda t: t.index.str[2:8] == t["wijkcode"].str[2:8],
                error="de wijkcode hoort niet bij de buurtcode",
            ),
        ],
    )


def _all_float() -> pa.DataFrameSchema:
    return pa.DataFrameSchema(
        {".+": pa.Column(float, nullable=True, regex=True)},
        index=_buurten(),
        checks=pa.Check(lambda t: ~t.isin([float("inf"), float("-inf")]), error="oneindige waarde"),
    )


def _vlaggen() -> pa.DataFrameSchema:
    known = pa.Check(lambda s: s.str.fullmatch(FLAG), error="geen bekende vlag")
    return pa.DataFrameSchema(
        {".+": pa.Column(str, nullable=False, regex=True, checks=known)}, index=_buurten()
    )


def _peiljaren() -> pa.DataFrameSchema:
    year = pa.Check.in_range(1990, 2100, error="is geen jaartal")
    return pa.DataFrameSchema(
        {".+": pa.Column("Int64", nullable=True, regex=True, checks=year)}, index=_buurten()
    )


def _noemers() -> pa.DataFrameSchema:
    return pa.DataFrameSchema(
        {
            ".+": pa.Column(
                float, nullable=True, regex=True, checks=pa.Check.ge(0, error="is negatief")
            )
        },
        index=_buurten(),
    )


def _normen() -> pa.DataFrameSchema:
    number = pa.Column(float, nullable=True)
    columns = {
        "bron": _text("land|gemeente", "is geen `land` of `gemeente`"),
        "n": pa.Column("int64", checks=pa.Check.ge(0, error="is negatief")),
        **dict.fromkeys(("minimum", "maximum", "gemiddelde", "standaardafwijking"), number),
        **dict.fromkeys(QUANTILES, number),
    }
    index = pa.Index(str, name="indicator", unique=True)
    ordered = pa.Check(
        lambda t: (t[list(QUANTILES)].diff(axis=1).iloc[:, 1:] >= 0).all(axis=1) | (t["n"] == 0),
        error="de kwantielen lopen niet op",
    )
    return pa.DataFrameSchema(columns, index=index, strict=True, checks=ordered)


def _scores() -> pa.DataFrameSchema:
    return pa.DataFrameSchema(
        {
            "urgentie": _points(),
            "potentie": _points(),
            **{domain: _points(required=False) for domain in DOMAIN_COLUMNS},
            "rang": _rank(),
            "gerangschikt": pa.Column(bool),
            "reden": _text(),
            **{name: _percentile_rank() for name in ("rang_p05", "rang_p50", "rang_p95")},
            "kans_top10": _optional_share(),
            "kans_kwart": _optional_share(),
            "plaats_best": _percentile_rank(),
            "plaats_slechtst": _percentile_rank(),
            "omslag": _optional_share(),
            "ruilt_met": pa.Column(str, required=False),
        },
        index=_buurten(),
        checks=[
            pa.Check(
                lambda t: t["rang"].notna() == t["gerangschikt"],
                error="een buurt heeft een rang precies als zij gerangschikt is",
            ),
            pa.Check(
                lambda t: (t["reden"] != "") == ~t["gerangschikt"],
                error="een buurt heeft een reden precies als zij niet gerangschikt is",
            ),
        ],
    )


def _bijdragen() -> pa.DataFrameSchema:
    return _all_float()


def _typologie() -> pa.DataFrameSchema:
    return pa.DataFrameSchema(
        {
            "type": pa.Column("Int64", nullable=True),
            "typenaam": pa.Column(str, nullable=True),
            "silhouet": pa.Column(
                float,
                nullable=True,
                checks=pa.Check.in_range(-1, 1, error="ligt niet tussen -1 en 1"),
            ),
            "zekerheid": _share(),
            "tweede_type": pa.Column("Int64", nullable=True),
            "domeinen": pa.Column("int64", checks=pa.Check.ge(0, error="is negatief")),
            "reden": _text(),
            "woningen": pa.Column(str, nullable=False, required=False),
        },
        index=_buurten(),
        checks=pa.Check(
            lambda t: t["type"].notna() | (t["reden"] != ""),
            error="een buurt zonder type heeft geen reden",
        ),
    )


def _typeprofielen() -> pa.DataFrameSchema:
    return pa.DataFrameSchema(
        {".+": pa.Column(float, regex=True, nullable=False)},
        index=pa.Index("int64", name="type", unique=True),
    )


def _aanpak() -> pa.DataFrameSchema:
    return pa.DataFrameSchema(
        {
            "aanpak": pa.Column(
                str, nullable=False, checks=pa.Check.isin(AANPAKKEN, error="is geen aanpak")
            ),
            "toelichting": _text(".+", "is leeg"),
            "corporatiebezit": pa.Column(
                float,
                nullable=True,
                checks=pa.Check.in_range(0, 100, error="ligt niet tussen 0 en 100"),
            ),
        },
        index=_buurten(),
    )


def _deelbuurten() -> pa.DataFrameSchema:
    return pa.DataFrameSchema(
        {
            "naam": _text(),
            "buurtcode": _text(BUURT, "geen geldige buurtcode"),
            "buurtcodes": _text(rf"{BUURT}( {BUURT})*", "geen geldige buurtcodes"),
            "richting": _text("ongunstig|gunstig", "is geen `ongunstig` of `gunstig`"),
            "inwoners": _count(),
            "vierkanten": pa.Column("int64", checks=pa.Check.ge(1, error="is leeg")),
            "score": pa.Column(float, nullable=True),
            "verschil": pa.Column(float, nullable=True),
            "p": _share(),
            "q": _share(),
            "geometry": pa.Column("geometry", nullable=False),
        },
        index=pa.Index(str, name="deelbuurt", unique=True),
    )


def _gebiedsindeling() -> pa.DataFrameSchema:
    return pa.DataFrameSchema(
        {
            "dia_gebied": pa.Column("Int64", nullable=True),
            "naam": _text(),
            "reden": _text(),
        },
        index=_buurten(),
        strict=True,
        checks=pa.Check(
            lambda t: t["dia_gebied"].notna() == (t["naam"] != ""),
            error="een buurt heeft een naam van een gebied precies als zij in een gebied ligt",
        ),
    )


def _ruimte() -> pa.DataFrameSchema:
    columns = {"verandering": pa.Column(float, nullable=True)}
    for name in ("urgentie", "verandering"):
        columns[f"{name}_i"] = pa.Column(float, nullable=True)
        columns[f"{name}_p"], columns[f"{name}_q"] = _share(), _share()
        columns[f"{name}_klasse"] = _text(
            "|hoog-hoog|hoog-laag|laag-laag|laag-hoog|niet significant", "is geen klasse"
        )
    return pa.DataFrameSchema(columns, index=_buurten(), strict=True)


def _trajecten() -> pa.DataFrameSchema:
    year = pa.Column("int64", checks=pa.Check.in_range(1990, 2100, error="is geen jaartal"))
    judgements = "verandering|kan ruis zijn|ruis onbekend|zelfde type|niet te vergelijken"
    return pa.DataFrameSchema(
        {
            "eerste_jaar": year,
            "laatste_jaar": year,
            "van": pa.Column("Int64", nullable=True),
            "naar": pa.Column("Int64", nullable=True),
            "van_naam": _text(),
            "naar_naam": _text(),
            "kans_anders": _share(),
            "oordeel": _text(judgements, "is geen oordeel"),
            "toelichting": _text(),
        },
        index=_buurten(),
        strict=True,
        checks=[
            pa.Check(
                lambda t: (t["oordeel"] == "niet te vergelijken") == (t["toelichting"] != ""),
                error="een buurt heeft een reden precies als zij niet te vergelijken is",
            ),
            *(
                pa.Check(
                    lambda t, side=side: t[side].notna() == (t[f"{side}_naam"] != ""),
                    error="een type heeft een naam precies als het bekend is",
                )
                for side in ("van", "naar")
            ),
        ],
    )


def _verandering() -> pa.DataFrameSchema:
    number = pa.Column(float, nullable=True)
    causes = ("herziening", "grenzen", "methode", "bron", "echte verandering")
    parts = (*causes, "verschil", "laag", "hoog")
    judgements = "stijgt|daalt|binnen de ruis|ruis onbekend|niet te vergelijken"
    domain = pa.Column(float, nullable=True, required=False)
    return pa.DataFrameSchema(
        {
            "basisjaar": _points(),
            "dit jaar": _points(),
            **dict.fromkeys(parts, number),
            "q": _share(),
            "oordeel": _text(judgements, "is geen oordeel"),
            "grens": _text("|".join(CHANGES), "is geen lot van een grens"),
            "toelichting": _text(),
            **dict.fromkeys(DOMAIN_COLUMNS, domain),
        },
        index=_buurten(),
        strict=True,
        checks=[
            pa.Check(
                lambda t: (t["oordeel"] == "niet te vergelijken") == t["echte verandering"].isna(),
                error="een buurt is niet te vergelijken precies als haar verandering ontbreekt",
            ),
            pa.Check(
                lambda t: t["echte verandering"].notna() | (t["toelichting"] != ""),
                error="een buurt die niet te vergelijken is heeft geen reden",
            ),
        ],
    )


def _means(name: str, *, required: bool) -> dict[str, pa.Column]:
    number = pa.Column(float, nullable=True, required=required)
    chance = _share() if required else _optional_share()
    return {name: number, f"{name}_laag": number, f"{name}_hoog": number, f"{name}_q": chance}


def _verandering_gebieden() -> pa.DataFrameSchema:
    count = pa.Column("int64", checks=pa.Check.ge(0, error="is negatief"))
    domains: dict[str, pa.Column] = {}
    for name in DOMAIN_COLUMNS:
        domains |= _means(name, required=False)
    kinds = pa.Check.isin(("stad", "stadsdeel", "wijk", "dia"), error="is geen soort gebied")
    return pa.DataFrameSchema(
        {
            "buurten": count,
            "van": count,
            **_means("urgentie", required=True),
            **domains,
            "sinds": pa.Column("int64", checks=pa.Check.in_range(1990, 2100, error="is geen jaar")),
            "ruis_bekend": pa.Column(bool),
            "fdr": _share(nullable=False),
        },
        index=pa.MultiIndex(
            [pa.Index(str, name="soort", checks=kinds), pa.Index(str, name="sleutel")],
            unique=["soort", "sleutel"],
        ),
        strict=True,
        checks=pa.Check(
            lambda t: t["buurten"] <= t["van"], error="meer buurten te vergelijken dan er zijn"
        ),
    )


def _jaarscores() -> pa.DataFrameSchema:
    year = _points()
    year.regex = True
    return pa.DataFrameSchema({r"\d{4}": year}, index=_buurten(), strict=True)


def _herkomst() -> pa.DataFrameSchema:
    year = pa.Column("int64", checks=pa.Check.in_range(1990, 2100, error="is geen jaartal"))
    return pa.DataFrameSchema(
        {
            "indicator": _text(),
            "bron": _text(),
            "tabel": _text(),
            "levering": year,
            "peiljaar": year,
            "cellen": pa.Column("int64", checks=pa.Check.ge(1, error="is nul")),
            "methode": _text(),
            "bronvermelding": _text(".+", "is leeg"),
            "bestand": _text(),
            "sha256": _text(),
        },
        index=pa.Index("int64"),
        strict=True,
    )


def _bestanden() -> pa.DataFrameSchema:
    names = ("bestand", "bron", "tabel", "jaar", "niveau", "vorm", "status", "opmerking", "sha256")
    return pa.DataFrameSchema(
        {name: _text() for name in names}, index=pa.Index("int64"), strict=True
    )


def _audit() -> pa.DataFrameSchema:
    return pa.DataFrameSchema(
        {
            "controle": _text(".+", "is leeg"),
            "kolom": _text(),
            "index": pa.Column(bool),
            "soort": _text(".+", "is leeg"),
            "rij": pa.Column("int64", checks=pa.Check.ge(0, error="is negatief")),
            "getal": pa.Column(float, nullable=True),
            "tekst": pa.Column(str, nullable=True),
        },
        index=pa.Index("int64"),
        strict=True,
    )


def _verantwoording() -> pa.DataFrameSchema:
    return pa.DataFrameSchema(
        {
            "opgenomen": pa.Column(bool),
            "grenzen": pa.Column(bool),
            "bronnen": _text(),
            "zonder_rij": _text(),
            "toelichting": _text(".+", "is leeg"),
        },
        index=_buurten(),
        strict=True,
    )


_MAKERS: Final = MappingProxyType(
    {
        "bestanden": _bestanden,
        "gebieden": _gebieden,
        "indicatoren": _all_float,
        "vlaggen": _vlaggen,
        "peiljaren": _peiljaren,
        "noemers": _noemers,
        "normen": _normen,
        "herkomst": _herkomst,
        "verantwoording": _verantwoording,
        "marges_laag": _all_float,
        "marges_hoog": _all_float,
        "scores": _scores,
        "bijdragen": _bijdragen,
        "audit": _audit,
        "typologie": _typologie,
        "typeprofielen": _typeprofielen,
        "aanpak": _aanpak,
        "deelbuurten": _deelbuurten,
        "gebiedsindeling": _gebiedsindeling,
        "ruimte": _ruimte,
        "trajecten": _trajecten,
        "verandering": _verandering,
        "verandering_gebieden": _verandering_gebieden,
        "jaarscores": _jaarscores,
    }
)

NAMES: Final[tuple[str, ...]] = tuple(_MAKERS)
"""Every table that has a schema, by its file name without ``.parquet``."""


def schema(name: str) -> pa.DataFrameSchema:
    """Return the schema of one table.

    Parameters
    ----------
    name : str
        One of `NAMES`.

    Raises
    ------
    KeyError
        When there is no such table.
    """
    maker: Callable[[], pa.DataFrameSchema] = _MAKERS[name]
    return maker()


def validate(name: str, table: pd.DataFrame) -> pd.DataFrame:
    """Return `table` as it is when it keeps its contract.

    The same object.

    Parameters
    ----------
    name : str
        One of `NAMES`.

    Raises
    ------
    InputError
        Every breach at once, in Dutch, with the table, the column and the first rows.
    KeyError
        When there is no such table.
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
    problems = []
    grouped = cases.groupby(["column", "check"], sort=True, dropna=False)
    for (column, check), group in grouped:
        wat = _in_dutch(str(check), group)
        structural = str(check) in ("column_in_dataframe", "column_in_schema")
        where = str(group["failure_case"].iloc[0]) if structural else _column(column)
        problems.append(
            Problem(
                bestand=f"{name}.parquet",
                rij="" if structural else _rows(group),
                kolom=where,
                wat=wat,
                oplossing="Maak de stap die deze tabel schrijft opnieuw, of meld het als fout.",
            )
        )
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
