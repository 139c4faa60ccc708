"""An indicator that a researcher lays beside those of the catalogue, for this city only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sia.catalogue.model import ALL_DOMAINS, Bron, Indicator
from sia.catalogue.refused import refusal
from sia.errors import InputError, Problem, suggestion
from sia.fingerprint import digest
from sia.indicators.build import TABLES
from sia.indicators.eligibility import WOONBUURT, kinds
from sia.indicators.norms import norm_row
from sia.sources import own as own_table
from sia.stages.run import Made

if TYPE_CHECKING:
    from sia.stages.run import Run

BUURT = r"BU\d{4}[0-9A-Z]{4}"


@dataclass(frozen=True, eq=False)
class OwnIndicator:
    """A figure of a researcher, with what the catalogue would say of it.

    `waarden`: Series of float, index ``buurtcode``
    `jaar`: the year that it is of: in other years it is missing.
    """

    entry: Indicator
    waarden: pd.Series[float]
    jaar: int

    @property
    def hash(self) -> str:
        """Hash of the figures and of what is said of them."""
        rows = [f"{code}={value!r}" for code, value in self.waarden.items()]
        return digest([repr(self.entry), str(self.jaar), *rows])


def own_indicator(
    waarden: pd.Series[float], run: Run, *, naam: str, domein: str, richting: int, eenheid: str
) -> OwnIndicator:
    """Check a figure per buurt and return it as an indicator of this city.

    `waarden` (Series, index ``buurtcode``): a buurt that is not in it has no figure.
    `naam`, `domein`, `richting`, `eenheid`: as in the catalogue; ``potentie`` is a domain here
        too.
    Raises InputError with everything that is wrong with it at once.
    """
    areas, listed = run.table("gebieden"), run.catalogue
    name = (naam or str(waarden.name or "")).strip()
    problems = [
        *_about(name, domein, richting, eenheid, [one.naam for one in listed]),
        *_codes(waarden, areas),
    ]
    numbers = pd.to_numeric(waarden, errors="coerce").astype(float)
    lost = numbers.isna() & waarden.notna() | np.isinf(numbers)
    problems += [
        Problem(
            rij=str(code),
            kolom=name,
            wat=f"`{waarden[code]}` is geen getal.",
            oplossing="Geef een getal, of laat de cel leeg als het onbekend is.",
        )
        for code in waarden.index[lost][:5]
    ]
    known = numbers[~lost].reindex(areas.index).dropna()
    if not problems and known.nunique() < 2:
        wat = "Geen enkele buurt heeft een cijfer." if known.empty else "Alle cijfers zijn gelijk."
        problems.append(Problem(kolom=name, wat=wat, oplossing="Geef cijfers die verschillen."))
    if problems:
        raise InputError(problems)
    entry = Indicator(
        id=_id(name, listed.ids),
        naam=name,
        domein=domein,
        rol="kans" if domein == "potentie" else "opgave",
        richting=richting,
        eenheid=eenheid,
        bronnen=(Bron("eigen", maat=name),),
        waarom="Eigen cijfer, voor deze analyse naast de catalogus gelegd.",
    )
    return OwnIndicator(entry, known.rename(entry.id), run.jaar)


def _about(
    name: str, domein: str, richting: int, eenheid: str, known: Iterable[str]
) -> Iterator[Problem]:
    scored = [one for one in ALL_DOMAINS if one != "context"]
    if domein not in scored:
        wat, hint = f"`{domein}` is geen domein.", suggestion(str(domein), scored)
        yield Problem(wat, hint, kolom="domein")
    if richting not in (1, -1):
        hint = "Geef +1 (hoger is een grotere opgave of kans) of -1 (lager is groter)."
        yield Problem(f"De richting is {richting!r}.", hint, kolom="richting")
    if not eenheid.strip():
        hint = "Schrijf bijvoorbeeld 'per 1.000 inwoners'."
        yield Problem("De eenheid is leeg.", hint, kolom="eenheid")
    if not name:
        yield Problem("Het cijfer heeft geen naam.", "Geef `naam=...`.", kolom="naam")
    elif name.casefold() in {one.casefold() for one in known}:
        wat = f"Er is al een indicator `{name}`."
        yield Problem(wat, "Geef een andere naam.", kolom="naam")
    if blocked := refusal("opgave", (name,), (), ()):
        wat = f"Dit cijfer mag niet meetellen: {blocked.reden}"
        yield Problem(wat, "Bekijk het naast de uitkomst, niet erin.", kolom="naam")


def _codes(waarden: pd.Series[float], areas: pd.DataFrame) -> Iterator[Problem]:
    index = waarden.index.astype(str)
    twice = sorted(set(index[index.duplicated()]))
    strange = [code for code in dict.fromkeys(index) if code not in areas.index]
    if twice:
        rows, hint = ", ".join(twice[:5]), "Geef elke buurt één cijfer."
        yield Problem("Deze buurten staan er dubbel in.", hint, rij=rows)
    if strange:
        wat = f"{len(strange)} rijen horen bij geen buurt van deze stad."
        hint = f"De index hoort buurtcodes te bevatten, zoals {areas.index[0]}."
        yield Problem(wat, hint, rij=", ".join(strange[:5]))


def _id(name: str, taken: Iterable[str]) -> str:
    words = "".join(c if c.isalnum() else "_" for c in name.casefold()).strip("_") or "eigen"
    used = set(taken)
    number = next(n for n in range(1, len(used) + 2) if n == 1 or f"{words}_{n}" not in used)
    return words if words not in used else f"{words}_{max(number, 2)}"


def read_own(
    cijfers: pd.Series[float] | pd.DataFrame | str | Path, kolom: str, jaar: int = 0
) -> pd.Series[float]:
    """Return one figure per buurt out of a Series, a frame or a file.

    `cijfers`: buurtcodes stand in the index or, in a frame or file, in the first column that holds
        them.
    `kolom`: which column; may be empty when there is only one.
    `jaar`: of a file that has a row per buurt and year, the rows of this one.
    Raises InputError when the file cannot be read, no column holds buurtcodes, or it is not clear
        which column is meant.
    """
    if isinstance(cijfers, pd.Series):
        return cijfers
    frame = cijfers if isinstance(cijfers, pd.DataFrame) else _read_file(Path(cijfers), jaar)
    if not frame.index.astype(str).str.fullmatch(BUURT).all() or frame.empty:
        frame = _by_code(frame)
    if kolom:
        if kolom not in frame:
            hint = suggestion(kolom, map(str, frame.columns))
            raise InputError([Problem(f"Er is geen kolom `{kolom}`.", hint, kolom=kolom)])
        return frame[kolom]
    if frame.shape[1] != 1:
        names = ", ".join(map(str, frame.columns))
        wat = f"Er zijn {frame.shape[1]} kolommen: {names}."
        raise InputError([Problem(wat, "Zeg met `kolom=...` welke het is.", kolom="kolom")])
    return frame.iloc[:, 0]


def _read_file(path: Path, jaar: int) -> pd.DataFrame:
    """Read a table as the intake reads one of the municipality: it guesses at nothing."""
    if not path.is_file():
        wat, oplossing = "Dit bestand bestaat niet.", "Controleer de naam en de map."
        raise InputError.one(wat, oplossing, bestand=str(path))
    found = own_table.recognise(path)
    if found is None:
        wat = f"Dit bestand {own_table.near_miss(path) or 'is geen tabel in CSV of Excel'}."
        oplossing = "Lever één rij per buurt, met een kolom buurtcode en een kolom per cijfer."
        raise InputError.one(wat, oplossing, bestand=str(path))
    read = own_table.read(replace(found, year=jaar))
    own = next((one for one in read if one.year == jaar), None)
    if own is None:
        years = ", ".join(str(one.year) for one in read)
        wat = f"Dit bestand gaat over {years}, niet over {jaar}."
        raise InputError.one(wat, "Kies een ander jaar of een ander bestand.", bestand=str(path))
    return own.values.set_axis(own.measures["column"][own.values.columns].to_list(), axis="columns")


def _by_code(frame: pd.DataFrame) -> pd.DataFrame:
    for name, column in frame.items():
        if column.astype(str).str.strip().str.fullmatch(BUURT).any():
            codes = column.astype(str).str.strip().rename("buurtcode")
            return frame.drop(columns=[name]).set_index(codes)
    wat = f"Geen kolom bevat buurtcodes; gevonden: {', '.join(map(str, frame.columns))}."
    raise InputError([Problem(wat, "Voeg een kolom toe met codes als BU01530000.")])


def with_own(made: Made, run: Run) -> Made:
    """Lay the figures of a researcher beside the tables of a year; its norms are the city's."""
    tables = {name: table.copy() for name, table in made.tables.items()}
    index = tables["gebieden"].index
    lived_in = (kinds(made.result, run.gemeente).reindex(index) == WOONBUURT).to_numpy()
    rows = {}
    for own in run.eigen:
        name = own.entry.id
        here = own.jaar == run.jaar
        values = own.waarden.reindex(index) if here else pd.Series(np.nan, index)
        known = values.notna()
        why = "geen eigen cijfer" if here else f"eigen cijfer is van {own.jaar}"
        tables["indicatoren"][name] = values
        tables["vlaggen"][name] = np.where(known, "waargenomen", f"ontbreekt: {why}")
        tables["peiljaren"][name] = pd.Series(own.jaar, index, dtype="Int64").where(known)
        for empty in ("noemers", "marges_laag", "marges_hoog"):
            tables[empty][name] = np.nan
        rows[name] = norm_row(np.asarray(values, dtype=np.float64), lived_in, len(index))
    own_norms = pd.DataFrame.from_dict(rows, orient="index")[tables["normen"].columns]
    both = pd.concat([tables["normen"], own_norms.astype(tables["normen"].dtypes)])
    tables["normen"] = both.rename_axis("indicator")
    own_tables = {field: tables[name] for name, field in TABLES.items()}
    table = replace(made.result, catalogue=run.catalogue, **own_tables)
    return Made(tables, table, made.parameters)
