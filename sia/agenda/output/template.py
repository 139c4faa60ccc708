"""The workbook in which a partner delivers its plans: drop-downs, explanation, example rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from sia.agenda.output.exports import safe_text, workbook_bytes
from sia.agenda.reading.decisions import (
    ACTION_FIELDS,
    ACTION_SHEET,
    DECISION_FIELDS,
    DECISION_SHEET,
)
from sia.agenda.reading.fields import FIELDS, Field
from sia.agenda.reading.files import SHEET

_ROWS = 1000
_INTRO = (
    ("Sjabloon investeringsplannen (DIA)", True),
    ("Vul op het blad Plannen één rij per plan in. Kolommen met een * zijn verplicht.", False),
    ("Het blad Uitleg zegt per kolom wat er moet staan en wie het te zien krijgt.", False),
    ("Het blad Voorbeeld laat vier ingevulde, fictieve rijen zien; die tellen niet mee.", False),
    ("Plaats: buurtcodes, of een straat of gebied als WKT, in RD of WGS84.", False),
    ("Op de bladen Besluiten en Acties legt u per koppelkans vast wat is besloten en wie wat "
     "doet; noem de koppelkans met haar nummer of met de plannummers.", False),
    ("Lever bij een volgende ronde al uw plannen opnieuw: gewijzigde en nieuwe plannen worden "
     "herkend aan het plannummer, en wat ontbreekt telt als ingetrokken.", False),
    ("Niveaus: intern = alleen uw organisatie; partners = de partners aan tafel; "
     "openbaar = iedereen.", False),
    ("Zet geen persoonsnamen in dit bestand.", False),
)  # fmt: skip

EXAMPLES: tuple[dict[str, str], ...] = (
    {f.name: f.voorbeeld for f in FIELDS} | {"voorgangers": ""},
    {
        "plan": "GEM-WEG-001", "partner": "Gemeente Voorbeeldstad (fictief)",
        "titel": "Herinrichting Lindestraat (fictief)", "soort": "weg",
        "opgaven": "veiligheid;klimaat",
        "wkt": "LINESTRING (257000 471003, 257250 471043)", "stelsel": "RD", "kosten": "420000",
        "vroegst": "2026", "voorkeur": "2028", "laatst": "2030", "duur": "1",
        "flexibiliteit": "vrij", "status": "idee", "zekerheid": "70", "fte": "0,6",
        "voorgangers": "GEM-RIO-001", "vertrouwelijkheid": "openbaar",
    },
    {
        "plan": "WEL-ENE-001", "partner": "Welzijn Voorbeeldstad (fictief)",
        "titel": "Energiecoaches aan huis (fictief)", "soort": "energiecoach",
        "opgaven": "energie;sociaal", "buurtcodes": "BU99990001;BU99990002", "kosten": "90000",
        "vroegst": "2026", "laatst": "2028", "duur": "2", "flexibiliteit": "bespreekbaar",
        "status": "begroot", "vertrouwelijkheid": "partners",
    },
    {
        "plan": "WEL-EVE-001", "partner": "Welzijn Voorbeeldstad (fictief)",
        "titel": "Buurtfeest Lindestraat (fictief)", "soort": "evenement", "opgaven": "sociaal",
        "buurtcodes": "BU99990001", "kosten": "8000", "vroegst": "2026", "laatst": "2026",
        "duur": "1", "eerste_dag": "2026-06-13", "laatste_dag": "2026-06-14",
        "flexibiliteit": "vast", "status": "begroot", "vertrouwelijkheid": "openbaar",
    },
)  # fmt: skip


def template(
    plans: pd.DataFrame | None = None,
    buurten: pd.DataFrame | None = None,
    kansen: pd.DataFrame | None = None,
    acties: pd.DataFrame | None = None,
) -> bytes:
    """Return the template workbook (xlsx).

    Parameters
    ----------
    plans : DataFrame, optional
        Rows to fill in beforehand, columns are field names; for the partner's own next round.
    buurten : DataFrame, index ``buurtcode``, optional
        With ``naam``: adds a sheet in which codes can be looked up.
    kansen : DataFrame, index ``kans``, optional
        With ``plannen``, ``fase`` and ``beslis_voor``, made for who gets the workbook: adds a
        sheet in which numbers can be looked up.
    acties : DataFrame, optional
        Actions to fill in beforehand, columns as in `sia.agenda.reading.decisions.ACTION_FIELDS`.

    Returns
    -------
    bytes
        The same input gives the same bytes.
    """
    book = Workbook()
    _intro(book.worksheets[0])
    sheets = {
        SHEET: (_sheet(book, SHEET, FIELDS, _records(plans)), FIELDS),
        DECISION_SHEET: (_sheet(book, DECISION_SHEET, DECISION_FIELDS, []), DECISION_FIELDS),
        ACTION_SHEET: (_sheet(book, ACTION_SHEET, ACTION_FIELDS, _records(acties)), ACTION_FIELDS),
    }
    _explanation(book, {name: fields for name, (_, fields) in sheets.items()})
    _sheet(book, "Voorbeeld", FIELDS, EXAMPLES)
    _choices(book, list(sheets.values()))
    if kansen is not None:
        shown = kansen.reset_index()[["kans", "plannen", "fase", "beslis_voor"]]
        _look_up(book, "Koppelkansen", ["Koppelkans", "Plannen", "Fase", "Beslis vóór"], shown)
    if buurten is not None:
        shown = buurten["naam"].sort_index().rename_axis("code").reset_index()
        _look_up(book, "Buurten", ["Buurtcode", "Naam"], shown)
    return workbook_bytes(book)


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
    sheet.append(labels)
    for position, cell in enumerate(sheet[1], start=1):
        cell.font = Font(bold=True, color="FFFFFF")
        cell.fill = PatternFill("solid", fgColor="1F4E79")
        cell.alignment = Alignment(wrap_text=True, vertical="top")
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
    if value is None or value == "" or (not isinstance(value, str) and bool(pd.isna(value))):  # type: ignore[call-overload]
        return None
    if field.kind in ("jaar", "geheel") and isinstance(value, str | int | float):
        return int(float(value))
    if field.kind in ("bedrag", "getal"):
        return float(str(value).replace(",", "."))
    return safe_text(str(value))


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
