"""The workbook in which a partner delivers its plans: drop-downs, explanation, example rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import geopandas as gpd
import pandas as pd
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from sia.agenda.output.exports import safe_text, workbook_bytes
from sia.agenda.output.workbook import write_heading
from sia.agenda.reading.cells import parse_cell
from sia.agenda.reading.decisions import (
    ACTION_SHEET,
    ACTIONS,
    DECISION_SHEET,
    DECISIONS,
    MANDATE_SHEET,
    MANDATES,
)
from sia.agenda.reading.deliveries import BUDGETS, SUBSIDIES
from sia.agenda.reading.fields import (
    ACTION_FIELDS,
    BUDGET_FIELDS,
    DECISION_FIELDS,
    EXAMPLES,
    FIELDS,
    MANDATE_FIELDS,
    SUBSIDY_FIELDS,
    Field,
)
from sia.agenda.reading.files import SHEET
from sia.agenda.reading.organisation import VERVALLEN
from sia.errors import InputError, Problem
from sia.toml import of_package

WORKBOOK = "plannen-{}.xlsx"
_ROWS = 1000
_INTRO = (
    ("Sjabloon investeringsplannen (DIA)", True),
    ("Vul op het blad Plannen één rij per plan in. Kolommen met een * zijn verplicht.", False),
    ("Het blad Uitleg zegt per kolom wat er moet staan en wie het te zien krijgt.", False),
    ("Het blad Voorbeeld laat vier ingevulde, fictieve rijen zien; die tellen niet mee.", False),
    ("Het blad Regelingen noemt subsidies van het Rijk: wat zeker is, met de bron.", False),
    ("Plaats: buurtcodes, of een straat of gebied als WKT, in RD of WGS84.", False),
    ("Op de bladen Besluiten en Acties legt u per koppelkans vast wat is besloten en wie wat "
     "doet; noem de koppelkans met haar nummer of met de plannummers. Het blad Mandaten zegt wie "
     "bij u waarover besluit, en tot welk bedrag.", False),
    ("Lever bij een volgende ronde al uw plannen opnieuw: gewijzigde en nieuwe plannen worden "
     "herkend aan het plannummer. Gaat een plan niet door, zet dan de status op ingetrokken; wat "
     "ontbreekt, blijft staan en komt terug als vraag.", False),
    ("Niveaus: intern = alleen uw organisatie; partners = de partners aan tafel; "
     "openbaar = iedereen.", False),
    ("Zet geen persoonsnamen in dit bestand.", False),
)  # fmt: skip


def template(
    plans: pd.DataFrame | None = None,
    buurten: pd.DataFrame | None = None,
    kansen: pd.DataFrame | None = None,
    acties: pd.DataFrame | None = None,
) -> bytes:
    """Return the template workbook (xlsx).

    `plans`: Rows to fill in beforehand, columns are field names; for the partner's own next round.
    `buurten` (index ``buurtcode``): With ``naam``: adds a sheet in which codes can be looked up.
    `kansen` (index ``kans``): With ``plannen``, ``fase`` and ``beslis_voor``, made for who gets the
        workbook: adds a sheet in which numbers can be looked up.
    `acties`: Actions to fill in beforehand, columns as in
        `sia.agenda.reading.decisions.ACTION_FIELDS`.
    Returns: The same input gives the same bytes.
    """
    book = Workbook()
    _intro(book.worksheets[0])
    sheets = {
        SHEET: (_sheet(book, SHEET, FIELDS, _records(plans)), FIELDS),
        DECISION_SHEET: (_sheet(book, DECISION_SHEET, DECISION_FIELDS, []), DECISION_FIELDS),
        ACTION_SHEET: (_sheet(book, ACTION_SHEET, ACTION_FIELDS, _records(acties)), ACTION_FIELDS),
        MANDATE_SHEET: (_sheet(book, MANDATE_SHEET, MANDATE_FIELDS, []), MANDATE_FIELDS),
    }
    _explanation(book, {name: fields for name, (_, fields) in sheets.items()})
    _sheet(book, "Voorbeeld", FIELDS, EXAMPLES)
    _choices(book, list(sheets.values()))
    if kansen is not None:
        shown = kansen.reset_index()[["kans", "plannen", "fase", "beslis_voor"]]
        _look_up(book, "Koppelkansen", ["Koppelkans", "Plannen", "Fase", "Beslis vóór"], shown)
    _look_up(book, "Regelingen", list(_SCHEME.values()), known_schemes().rename(columns=_SCHEME))
    if buurten is not None:
        shown = buurten["naam"].sort_index().rename_axis("code").reset_index()
        _look_up(book, "Buurten", ["Buurtcode", "Naam"], shown)
    return workbook_bytes(book)


def known_schemes() -> pd.DataFrame:
    """Return the national schemes of ``regelingen.toml``; what is not in it is ``onbekend``."""
    rows = of_package("agenda/output/regelingen.toml")["regeling"]
    table = pd.DataFrame(rows, columns=list(_SCHEME)).convert_dtypes()
    return table.astype(object).where(table.notna(), "onbekend")


_SCHEME = {
    "naam": "Regeling", "loket": "Loket", "voor": "Voor wie en wat", "open_van": "Open van",
    "open_tot": "Open tot en met", "budget": "Budget (euro)",
    "zeker": "Wat zeker is", "bron": "Bron",
}  # fmt: skip


def delivery_files(
    agenda: Mapping[str, pd.DataFrame], buurten: pd.DataFrame | None, partner: str | None = None
) -> dict[str, bytes]:
    """Return the workbook for a partner and the empty tables that go beside it, by file name.

    `agenda`: ``register``, ``acties`` and ``status`` of the newest agenda, as far as they are
        there.
    `buurten` (index ``buurtcode``, or None): ``naam``.
    `partner`: Whose plans and open actions are filled in beforehand. Only this partner may get that
        workbook: its internal fields are in it.
    Raises `InputError` when the partner is not known.
    """
    plans, actions = (None, None) if partner is None else _own(agenda, partner)
    state = agenda.get("status")
    going = None if state is None else state[~state["fase"].isin(["klaar", VERVALLEN])]
    name = WORKBOOK.format("partner" if partner is None else slug(partner))
    beside = {
        BUDGETS: BUDGET_FIELDS, SUBSIDIES: SUBSIDY_FIELDS,
        DECISIONS: DECISION_FIELDS, ACTIONS: ACTION_FIELDS, MANDATES: MANDATE_FIELDS,
    }  # fmt: skip
    return {name: template(plans, buurten, going, actions)} | {
        table: f"\ufeff{';'.join(field.name for field in fields)}\r\n".encode()
        for table, fields in beside.items()
    }


def _own(
    agenda: Mapping[str, pd.DataFrame], partner: str
) -> tuple[pd.DataFrame, pd.DataFrame | None]:
    """Return the partner's plans and open actions, as rows of the template."""
    names = sorted(set(agenda["register"]["partner"])) if "register" in agenda else []
    if partner not in names:
        known = "; ".join(names) or "er zijn nog geen plannen verwerkt"
        raise InputError([Problem(f"Partner `{partner}` is niet bekend.", f"Bekend: {known}.")])
    plans, actions = agenda["register"], agenda.get("acties")
    own = gpd.GeoDataFrame(plans[plans["partner"] == partner])
    shaped = own["plaats"] != "buurt"
    rows = pd.DataFrame(own.drop(columns="geometry").astype(object).reset_index())
    rows["wkt"] = own.geometry.to_wkt(rounding_precision=2).where(shaped, "").to_numpy()
    rows["stelsel"] = shaped.map({True: "RD", False: ""}).to_numpy()
    if actions is not None:
        actions = actions[(actions["partner"] == partner) & actions["klaar"].isna()].astype(object)
    return rows, actions


def slug(partner: str) -> str:
    """Return the name of a partner as part of the name of a file."""
    words = "".join(c if c.isalnum() else " " for c in partner.lower()).split()
    return "-".join(words)


def _records(table: pd.DataFrame | None) -> list[dict[str, object]]:
    rows = [] if table is None else table.to_dict("records")
    return [{str(k): v for k, v in row.items()} for row in rows]


def _intro(sheet: Worksheet) -> None:
    sheet.title = "Lees mij"
    sheet.column_dimensions["A"].width = 100
    for text, heading in _INTRO:
        sheet.append([text])
        cell = sheet.cell(sheet.max_row, 1)
        cell.alignment = Alignment(wrap_text=True)
        cell.font = Font(bold=heading, size=14 if heading else 11)


def _heading(sheet: Worksheet, labels: list[str]) -> None:
    write_heading(sheet, labels)
    for position in range(1, len(labels) + 1):
        sheet.column_dimensions[get_column_letter(position)].width = 20
    sheet.freeze_panes = "B2"


def _label(field: Field) -> str:
    return f"{field.label} *" if field.required else field.label


def _sheet(
    book: Workbook, name: str, fields: tuple[Field, ...], rows: Sequence[Mapping[str, object]]
) -> Worksheet:
    sheet: Worksheet = book.create_sheet(name)
    _heading(sheet, [_label(field) for field in fields])
    for row in rows:
        values = [row.get(field.name) for field in fields]
        sheet.append([_written(f, v) for f, v in zip(fields, values, strict=True)])
    for position, field in enumerate(fields, start=1):
        if field.kind in ("tekst", "lijst"):
            # else a spreadsheet makes a date of plan number 1-2 and a 7 of 007
            sheet.column_dimensions[get_column_letter(position)].number_format = "@"
        if field.kind == "bedrag":
            for number in range(2, len(rows) + 2):
                sheet.cell(number, position).number_format = "#,##0"
    return sheet


def _written(field: Field, value: object) -> object:
    typed, _ = parse_cell(field, value)
    return None if typed == "" else safe_text(typed)


def _explanation(book: Workbook, sheets: Mapping[str, tuple[Field, ...]]) -> None:
    sheet = book.create_sheet("Uitleg")
    _heading(
        sheet,
        ["Kolom", "Verplicht", "Wie mag het zien", "Uitleg", "Keuzes", "Voorbeeld", "Blad"],
    )
    for name, fields in sheets.items():
        for field in fields:
            sheet.append([
                field.label, "ja" if field.required else "nee", field.level, field.uitleg,
                "; ".join(field.choices), safe_text(field.voorbeeld), name,
            ])  # fmt: skip
    for column, width in (("A", 30), ("C", 16), ("D", 80), ("E", 60), ("F", 40)):
        sheet.column_dimensions[column].width = width


def _choices(book: Workbook, sheets: Sequence[tuple[Worksheet, tuple[Field, ...]]]) -> None:
    """Put every list of choices in a column of its own and hang drop-downs on the sheets."""
    lists = book.create_sheet("Keuzes")
    choosing = [(sheet, fields, f) for sheet, fields in sheets for f in fields if f.choices]
    for column, (sheet, fields, field) in enumerate(choosing, start=1):
        lists.cell(1, column, field.label).font = Font(bold=True)
        for row, choice in enumerate(field.choices, start=2):
            lists.cell(row, column, choice)
        letter = get_column_letter(column)
        rule = _drop_down(field, f"Keuzes!${letter}$2:${letter}${len(field.choices) + 1}")
        target = get_column_letter(fields.index(field) + 1)
        rule.add(f"{target}2:{target}{_ROWS}")
        sheet.add_data_validation(rule)


def _drop_down(field: Field, source: str) -> DataValidation:
    # Several opgaven may be joined with semicolons, so there the list only advises.
    several = field.kind == "keuzes"
    rule = DataValidation(
        type="list", formula1=source, allow_blank=not field.required,
        errorStyle="warning" if several else "stop", showErrorMessage=not several,
    )  # fmt: skip
    rule.error, rule.errorTitle = "Kies een waarde uit de lijst.", field.label[:32]
    rule.prompt, rule.promptTitle = field.uitleg[:255], field.label[:32]
    rule.showInputMessage = True
    return rule


def _look_up(book: Workbook, name: str, headings: list[str], table: pd.DataFrame) -> None:
    """Add a sheet in which codes can be looked up."""
    sheet = book.create_sheet(name)
    _heading(sheet, headings)
    for row in table.astype(str).itertuples(index=False, name=None):
        sheet.append([safe_text(cell) for cell in row])
    for position in range(2, len(headings) + 1):
        sheet.column_dimensions[get_column_letter(position)].width = 40
