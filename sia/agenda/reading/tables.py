"""Sheets as partners fill them in: which table it is, its headings, and every row accounted for."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import pandas as pd

from sia.agenda.reading.cells import Cell, Question, cell_text, plain, understand
from sia.agenda.reading.fields import TABLES, Field
from sia.agenda.reading.files import TEXTS, Sheet
from sia.agenda.reading.mapping import Export
from sia.agenda.wording import number as dutch
from sia.errors import Problem
from sia.sources.numbers import read_number

FILE, ROW = "_bestand", "_rij"
"""Columns that say where a row came from."""
HELPERS = ("lees mij", "uitleg", "voorbeeld", "keuzes", "koppelkansen", "buurten", "regelingen")
"""Sheets of the template that hold no delivery."""
_LEAST = (2, 3)
"""Headings that a table has at least; a table of plans more."""
_LOOK = 25
"""A heading stands in the first so many rows."""
_TOTALS = frozenset({"totaal", "totalen", "subtotaal", "eindtotaal", "som", "saldo"})
_WHO = ("plan", "partner", "titel", "soort")
_HIDDEN = Problem(
    "Dit blad is verborgen en is niet gelezen.",
    "Maak het zichtbaar en lever opnieuw, als het meetelt.",
)
_NO_ONE = Problem(
    "Op deze rij staat geen nummer, partner, titel of soort werk: zij is niet als plan gelezen.",
    "Vul het plan aan, of haal de rij weg.",
)
_YEAR = re.compile(r"(?:19|20|21)\d\d")
_SCALES = {
    1e3: re.compile(
        r"(?:[x×*]|in|\()\s*(?:€|eur|euro)?\s*1[. ]?000(?![. ]?000)|"
        r"k€|€\s?k\b|k\s?euro?\b|duizend|'000",
        re.I,
    ),
    1e6: re.compile(
        r"(?:[x×*]|in|\()\s*(?:€|eur|euro)?\s*1[. ]?000[. ]?000|"
        r"m€|€\s?m\b|\bmln\b|\bmio\b|miljoen",
        re.I,
    ),
}
_SCALE_WORDS = re.compile(
    r"\b(?:in|x|k€|m€|mln|miljoen|duizend|duizenden|euros?|eur|1[. ]?000)\b", re.I
)


@dataclass(frozen=True, eq=False)
class Line:
    """One row of a delivery and what became of it.

    `tabel`: Key of `TABLES`.
    `bestand`: File and sheet.
    `rij`: Its number in the file.
    `waarden`: Typed value per field.
    `fouten`: Why it does not count; empty when it does.
    `vragen`: What its partner should look at; it counts all the same.
    `begrepen`: What was understood otherwise than it was written.
    `lot`: What became of a row without faults that is not taken in as it stands.
    """

    tabel: str
    bestand: str
    rij: int
    waarden: dict[str, object] = field(default_factory=dict)
    fouten: tuple[Problem, ...] = ()
    vragen: tuple[Problem, ...] = ()
    begrepen: tuple[str, ...] = ()
    lot: str = ""

    def with_(self, *found: Problem, lot: str = "") -> Line:
        """Return the row with more faults and questions, at its place in the file."""
        here = [replace(p, bestand=self.bestand, rij=str(self.rij)) for p in found]
        asked = tuple(p for p in here if isinstance(p, Question))
        wrong = tuple(p for p in here if not isinstance(p, Question))
        return replace(
            self,
            fouten=(*self.fouten, *wrong),
            vragen=(*self.vragen, *asked),
            lot=lot or self.lot,
        )

    def text(self, name: str) -> str:
        """Return a value as text, empty where there is none."""
        return str(self.waarden.get(name) or "")

    @property
    def stand(self) -> str:
        """What became of the row, in a few words."""
        if self.fouten:
            return "telt niet mee"
        return self.lot or ("telt mee, met een vraag" if self.vragen else "telt mee")


@dataclass(frozen=True, eq=False)
class Table:
    """One sheet, read.

    `tabel`: Key of `TABLES`; empty for a sheet that holds none of them.
    `problems`: About the sheet as a whole.
    `kort`: What was done with the sheet, in a few words.
    """

    tabel: str
    sheet: Sheet
    lines: tuple[Line, ...] = ()
    problems: tuple[Problem, ...] = ()
    kort: str = ""


def read_table(sheet: Sheet, wanted: str = "", export: Export | None = None) -> Table:
    """Find out which table a sheet holds, and read every row of it.

    `wanted`: Key of `TABLES` that the name of the file tells; default by sheet and headings.
    `export`: How this partner's export is read.
    """
    name = plain(sheet.blad)
    if name in HELPERS:
        return Table("", sheet, kort="hulpblad, niet gelezen")
    sheet = _by_year(sheet)
    told = wanted or next((t for t in TABLES if name.startswith(t[:6])), "")
    found = [(*_heading(sheet.cells, TABLES[t], export), t) for t in TABLES]
    enough = [(t == told, hits, -at, t) for hits, at, t in found if hits >= _LEAST[t == "plannen"]]
    if not enough:
        filled = sheet.cells.map(cell_text).astype(bool).any(axis=None)
        kort = "niet herkend" if filled else "leeg"
        return Table("", sheet, kort=kort)
    _, _, at, tabel = max(enough)
    if sheet.verborgen:
        hidden = replace(_HIDDEN, bestand=sheet.where)
        return Table("", sheet, problems=(hidden,), kort="verborgen, niet gelezen")
    return _read(sheet, tabel, -at, export)


def _by_year(sheet: Sheet) -> Sheet:
    """Return a sheet of budgets with a column per year as a row per year; others as they are."""
    cells = sheet.cells.to_numpy().tolist()
    for at, row in enumerate(cells[:_LOOK]):
        head = [cell_text(cell) for cell in row]
        names = set(_names(row, TABLES["plannen"], None))
        if "partner" not in names:
            continue
        if {"plan", "titel"} & names:
            # the heading of plans: a row below it that looks like one of budgets is a plan
            return sheet
        years = [place for place, text in enumerate(head) if _YEAR.fullmatch(text)]
        if len(years) > 1:
            return replace(sheet, cells=_row_per_year(sheet, cells, at, years))
    return sheet


def _row_per_year(
    sheet: Sheet, cells: list[list[object]], at: int, years: Sequence[int]
) -> pd.DataFrame:
    head = [cell_text(cell) for cell in cells[at]]
    rest = [place for place in range(len(head)) if place not in years]
    above = " ".join(cell_text(cell) for row in cells[:at] for cell in row)
    said = plain(" ".join([sheet.where, above, *(head[place] for place in rest)])).split()
    # what the title says of the scale holds for the amounts
    what = "fte" if "fte" in said else f"budget ({above})"
    rows: list[list[object]] = [[*(head[place] for place in rest), "jaar", what]]
    labels = [sheet.cells.index[at]]
    for label, row in zip(sheet.cells.index[at + 1 :], cells[at + 1 :], strict=True):
        given = [place for place in years if cell_text(row[place])]
        rows += [[*(row[p] for p in rest), head[place], row[place]] for place in given]
        labels += [label] * len(given)
    return pd.DataFrame(rows, index=labels, dtype=object)


def _heading(
    cells: pd.DataFrame, fields: Sequence[Field], export: Export | None
) -> tuple[int, int]:
    """Return how many headings the best row near the top holds, and which row that is."""
    tops = [
        (len({n for n in _names(row, fields, export) if n}), -at)
        for at, row in enumerate(cells.head(_LOOK).to_numpy().tolist())
    ]
    hits, at = max(tops, default=(0, 0))
    return hits, -at


def _names(row: Sequence[object], fields: Sequence[Field], export: Export | None) -> list[str]:
    """Return the field of every heading; empty for one that is none, or that came before."""
    exact = {plain(n): f.name for f in fields for n in (f.name, f.label)}
    other = {plain(n): f.name for f in fields for n in (*f.ook, f.label.split("(")[0])}
    here = {f.name for f in fields}
    own = {plain(k): v for k, v in export.kolommen.items() if v in here} if export else {}
    passed = set(map(plain, export.negeer)) if export else set()
    texts = [cell_text(cell) for cell in row]
    names = [""] * len(texts)
    for known, shorten in ((own, False), (exact, False), (other, True)):
        for at, text in enumerate(texts):
            bare = _SCALE_WORDS.sub(" ", text.split("(")[0]) if shorten else text
            name = known.get(plain(bare), "")
            if plain(text) in passed:
                continue
            if not names[at] and name and (known is exact or name not in names):
                names[at] = name
    return ["geometry" if text == "geometry" else n for text, n in zip(texts, names, strict=True)]


def _read(sheet: Sheet, tabel: str, at: int, export: Export | None) -> Table:
    fields, head = TABLES[tabel], sheet.cells.iloc[at].tolist()
    names = _names(head, fields, export)
    first = {name: place for place, name in reversed(list(enumerate(names))) if name}
    given = set(first) | (export.gives if export else set())
    if {"eerste_dag", "laatste_dag"} <= set(first):
        given.add("duur")
    missing = [f for f in fields if f.required and f.name not in given]
    problems = _about_headings(sheet.where, head, names, missing, export.negeer if export else ())
    body = sheet.cells.iloc[at + 1 :]
    beside = sheet.cells.iloc[at + 1 : at + 2] if tabel == "plannen" else body.iloc[:0]
    if any(cell_text(beside[first[n]].iloc[0]) for n in _WHO if n in first and len(beside)):
        beside = body.iloc[:0]
    times = _times(sheet.cells.iloc[: at + 1], fields, first, beside)
    times |= {f.name: 100.0 for f in fields if f.kind == "procent" and f.name in first
              and _are_shares(body[first[f.name]])}  # fmt: skip
    texts, lines = [plain(cell_text(cell)) for cell in head], []
    for label, row in zip(body.index, body.to_numpy(), strict=True):
        cells = {name: row[place] for name, place in first.items()}
        if not any(plain(cell_text(cells.get(f.name))) for f in fields):
            continue
        if [plain(cell_text(cell)) for cell in row] == texts:
            continue
        nobody = tabel == "plannen" and not any(cell_text(cells.get(name)) for name in _WHO)
        if export is not None and tabel == "plannen":
            cells = export.filled(cells)
        line = Line(tabel, sheet.where, int(label) + 1, lot=_no_plan(row.tolist(), cells))
        if not line.lot and nobody:
            line = replace(line, lot="geen plan").with_(
                *(() if label in beside.index else (_NO_ONE,))
            )
        if not line.lot:
            line = _line(cells, fields, times, line).with_(*_too_wide(sheet, head, row.tolist()))
        lines.append(line)
    if missing:
        return Table(tabel, sheet, (), problems, f"{len(lines)} rijen niet gelezen")
    return Table(tabel, sheet, tuple(lines), problems, f"gelezen als {tabel}")


def _no_plan(row: Sequence[object], cells: Mapping[str, object]) -> str:
    """Say that a row holds a total, or one word above a group of rows; empty for any other."""
    texts = [text for cell in row if (text := plain(cell_text(cell)))]
    numbered = plain(cell_text(cells.get("plan")))
    if any(text.split()[0] in _TOTALS for text in (texts[:1] if numbered else texts)):
        return "totaal, geen plan"
    return "tussenkop, geen plan" if len(set(texts)) == 1 and texts[0][0].isalpha() else ""


def _too_wide(sheet: Sheet, head: Sequence[object], row: Sequence[object]) -> list[Problem]:
    """Return the fault of a row of text with more cells than there are headings."""
    width = max(at for at, text in enumerate(head) if cell_text(text)) + 1
    if not sheet.bestand.lower().endswith(TEXTS) or not any(map(cell_text, row[width:])):
        return []
    wat = "Deze rij heeft meer cellen dan er koppen zijn, dus haar cellen zijn verschoven."
    return [Problem(wat, "Zet aanhalingstekens om een cel waarin een scheidingsteken staat.")]


def _about_headings(
    where: str,
    head: Sequence[object],
    names: Sequence[str],
    missing: Sequence[Field],
    passed: Sequence[str],
) -> tuple[Problem, ...]:
    texts = [cell_text(cell) for cell in head]
    twice = sorted({n for n in names if n and names.count(n) > 1})
    odd = [
        text for text, name in zip(texts, names, strict=True)
        if text and not name and not text.startswith("Unnamed") and text not in ("plaats", *passed)
    ]  # fmt: skip
    said = (
        ([f.label for f in missing], "Deze verplichte kolom ontbreekt.",
         "Gebruik het sjabloon, of zeg in `leveringen` welke kolom van uw export dit is."),
        (twice, "Deze kolom komt twee keer voor; de eerste telt.", "Houd er één over."),
        (odd, "Deze kolom kennen we niet; wat erin staat, telt niet mee.",
         "Verwijder de kolom, gebruik een naam uit het sjabloon of noem haar in `leveringen`."),
    )  # fmt: skip
    return tuple(
        Problem(wat, oplossing, where, kolom=column)
        for columns, wat, oplossing in said for column in columns
    )  # fmt: skip


def _times(
    top: pd.DataFrame, fields: Sequence[Field], first: dict[str, int], units: pd.DataFrame
) -> dict[str, float]:
    """Return what one stands for in each column, by its heading, the units below it or a title."""
    above = " ".join(cell_text(c) for row in top.iloc[:-1].to_numpy() for c in row)
    general = _scale(above)
    heads = {
        f.name: " ".join(map(cell_text, [top.iloc[-1, first[f.name]], *units[first[f.name]]]))
        for f in fields if f.name in first
    }  # fmt: skip
    amounts = {
        f.name: _scale(heads[f.name]) or general or 1.0
        for f in fields if f.kind == "bedrag" and f.name in first
    }  # fmt: skip
    months = {name: 1 / 12 for name, head in heads.items()
              if name == "duur" and re.search(r"\bm(?:aand|nd)", head, re.I)}  # fmt: skip
    return amounts | months


def _are_shares(column: pd.Series) -> bool:
    """Say whether a column of percentages holds shares: a cell of 100 % then holds a one."""
    found = [read_number(cell_text(cell)) for cell in column]
    given = [0.0 if n is None or n.percent else n.dutch() or 0.0 for n in found]
    return any(0 < c < 1 for c in given) and all(0 <= c <= 1 for c in given)


def _scale(text: str) -> float:
    return next((times for times, pattern in _SCALES.items() if pattern.search(text)), 0.0)


def _line(
    cells: dict[str, object], fields: Sequence[Field], times: dict[str, float], line: Line
) -> Line:
    """Return a row with its typed cells, what is wrong and doubtful, and what was understood."""
    values: dict[str, object] = {"geometry": cells.get("geometry")}
    problems: list[Problem] = []
    notes = []
    for f in fields:
        read = understand(f, cells.get(f.name), times.get(f.name, 1.0))
        values[f.name] = read.value
        if read.wat:
            problems.append(Problem(read.wat, f.uitleg, kolom=f.label))
        if read.vraag:
            shown = "" if "gelezen als" in read.vraag else f" Gelezen: {_shown(read.value)}."
            wat = read.vraag + shown
            problems.append(Question(wat, "Laat het weten als dit niet klopt.", kolom=f.label))
        written = cell_text(cells.get(f.name))
        if not read.wat and written and read.value is not None and _otherwise(written, read.value):
            notes.append(f"{f.label}: `{written}` = {_shown(read.value)}")
    return replace(line, waarden=values, begrepen=tuple(notes)).with_(*problems)


def _otherwise(written: str, value: Cell) -> bool:
    """Say whether a reader would not see at once that a cell says this."""
    if isinstance(value, str):
        return plain(written) != plain(value)
    return re.sub(r"[.€ ]|,0+$|,-$", "", written) != f"{value:g}" and written != f"{value}" and (
        written.replace(",", ".") != f"{value:g}"
    )  # fmt: skip


def _shown(value: Cell) -> str:
    if isinstance(value, float):
        return dutch(value, 0 if value == round(value) else 2)
    return str(value)


def typed(lines: Iterable[Line], fields: Sequence[Field]) -> pd.DataFrame:
    """Return good rows as a table with one type per column, also when there are none."""
    rows = [{**x.waarden, FILE: x.bestand, ROW: x.rij} for x in lines if not (x.fouten or x.lot)]
    table = pd.DataFrame(rows, columns=[*(f.name for f in fields), FILE, ROW])
    whole = {True: "int64", False: "Int64"}
    kinds = {f.name: whole[f.required] if f.whole else "float64" for f in fields if f.numeric}
    texts = {f.name: "str" for f in fields if f.name not in kinds} | {FILE: "str"}
    return table.fillna(dict.fromkeys(texts, "")).astype({**kinds, **texts, ROW: "int64"})


def told(tables: Iterable[Table], lines: Iterable[Line], closed: Collection[str]) -> list[Problem]:
    """Return all problems as everybody at the table may read them.

    `closed`: Labels of fields that are internal: what stands in them is in no message.
    """
    found = [problem for table in tables for problem in table.problems]
    for line in lines:
        level = line.text("vertrouwelijkheid")
        hidden = line.tabel == "plannen" and level not in ("partners", "openbaar")
        named = " ".join(filter(None, [line.text("plan"), f"({line.text('titel')})"]))
        for p in (*line.fouten, *line.vragen):
            if p.kolom and (hidden or p.kolom in closed):
                wat = "Deze cel klopt niet of roept een vraag op; wat erin staat, is intern."
                found.append(replace(p, wat=wat, oplossing="Zie de antwoordbrief van de partner."))
            elif line.tabel == "plannen" and line.text("plan") and not hidden:
                found.append(replace(p, wat=f"Plan {named}: {p.wat}"))
            else:
                found.append(p)
    return found
