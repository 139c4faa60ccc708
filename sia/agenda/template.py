"""The workbook in which a partner delivers its plans: drop-downs, explanation, example rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from sia.agenda.exports import safe_text, workbook_bytes
from sia.agenda.fields import FIELDS, Field
from sia.agenda.investments import SHEET

_ROWS = 1000
_INTRO = (
    ("Sjabloon investeringsplannen (DIA)", True),
    ("Vul op het blad Plannen één rij per plan in. Kolommen met een * zijn verplicht.", False),
    ("Het blad Uitleg zegt per kolom wat er moet staan en wie het te zien krijgt.", False),
    ("Het blad Voorbeeld laat drie ingevulde, fictieve rijen zien; die tellen niet mee.", False),
    ("Plaats: buurtcodes, of een straat of gebied als WKT, in RD of WGS84.", False),
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
)  # fmt: skip


def template(plans: pd.DataFrame | None = None, buurten: pd.DataFrame | None = None) -> bytes:
    """Return the template workbook (xlsx).

    Parameters
    ----------
    plans : DataFrame, optional
        Rows to fill in beforehand, columns are field names; for the partner's own next round.
    buurten : DataFrame, index ``buurtcode``, optional
        With ``naam``: adds a sheet in which codes can be looked up.

    Returns
    -------
    bytes
        The same input gives the same bytes.
    """
    book = Workbook()
    _intro(book.worksheets[0])
    rows = [] if plans is None else plans.to_dict("records")
    sheet = _plan_sheet(book, SHEET, [{str(k): v for k, v in row.items()} for row in rows])
    _explanation(book)
    _plan_sheet(book, "Voorbeeld", EXAMPLES)
    _choices(book, sheet)
    if buurten is not None:
        _areas(book, buurten)
    return workbook_bytes(book)


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


def _plan_sheet(book: Workbook, name: str, rows: Sequence[Mapping[str, object]]) -> Worksheet:
    sheet: Worksheet = book.create_sheet(name)
    _heading(sheet, [_label(field) for field in FIELDS])
    for row in rows:
        values = [row.get(field.name) for field in FIELDS]
        sheet.append([_written(f, v) for f, v in zip(FIELDS, values, strict=True)])
    for position, field in enumerate(FIELDS, start=1):
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


def _explanation(book: Workbook) -> None:
    sheet = book.create_sheet("Uitleg")
    _heading(sheet, ["Kolom", "Verplicht", "Wie mag het zien", "Uitleg", "Keuzes", "Voorbeeld"])
    for field in FIELDS:
        sheet.append([
            field.label, "ja" if field.required else "nee", field.level, field.uitleg,
            "; ".join(field.choices), safe_text(field.voorbeeld),
        ])  # fmt: skip
    for column, width in (("A", 30), ("C", 16), ("D", 80), ("E", 60), ("F", 40)):
        sheet.column_dimensions[column].width = width


def _choices(book: Workbook, sheet: Worksheet) -> None:
    """Put every list of choices on its own sheet column and hang drop-downs on the plan sheet."""
    lists = book.create_sheet("Keuzes")
    choosing = [field for field in FIELDS if field.choices]
    for column, field in enumerate(choosing, start=1):
        lists.cell(1, column, field.label).font = Font(bold=True)
        for row, choice in enumerate(field.choices, start=2):
            lists.cell(row, column, choice)
        letter = get_column_letter(column)
        source = f"Keuzes!${letter}$2:${letter}${len(field.choices) + 1}"
        # Several opgaven may be joined with semicolons, so there the list only advises.
        several = field.kind == "keuzes"
        rule = DataValidation(
            type="list", formula1=source, allow_blank=not field.required,
            errorStyle="warning" if several else "stop", showErrorMessage=not several,
        )  # fmt: skip
        rule.error, rule.errorTitle = "Kies een waarde uit de lijst.", field.label[:32]
        rule.prompt, rule.promptTitle = field.uitleg[:255], field.label[:32]
        rule.showInputMessage = True
        target = get_column_letter(FIELDS.index(field) + 1)
        rule.add(f"{target}2:{target}{_ROWS}")
        sheet.add_data_validation(rule)


def _areas(book: Workbook, buurten: pd.DataFrame) -> None:
    sheet = book.create_sheet("Buurten")
    _heading(sheet, ["Buurtcode", "Naam"])
    for code, name in buurten["naam"].sort_index().items():
        sheet.append([str(code), safe_text(str(name))])
