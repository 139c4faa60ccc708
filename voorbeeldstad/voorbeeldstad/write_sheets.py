"""Spreadsheets as CBS and RIVM publish them, the same bytes every time."""

from __future__ import annotations

import io
import math
import zipfile
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

from openpyxl import Workbook

from sia.store import write_bytes
from voorbeeldstad.measures import Measure, of
from voorbeeldstad.observe import Observed, Regions

_MOMENT = datetime(2024, 1, 1)
_ZIP_MOMENT = (2024, 1, 1, 0, 0, 0)


def write_kwb(folder: Path, observed: Observed, regions: Regions) -> None:
    """Write one year of the Kerncijfers as the yearly workbook.

    The workbook has the short names (``p_wcorpw``), a period for a missing value, decimal commas
    in text cells and blanks behind names, as CBS has them.

    Parameters
    ----------
    folder : pathlib.Path
    observed : Observed
    regions : Regions
    """
    jaar = observed.jaar
    columns = [m for m in of("kwb") if m.present(jaar) and m.get("kwb")]
    header = ["gwb_code_10", "gwb_code_8", "regio", "gm_naam", "recs", "gwb_code", "ind_wbi"]
    lines = observed.lines(columns)
    rows = (
        [
            region.code,
            region.code[2:],
            f"{region.naam} ",
            region.gemeente,
            region.soort,
            region.code,
            region.wijziging,
            *(_cell(value, m) for m, value in zip(columns, lines[region.code], strict=True)),
        ]
        for region in regions
    )
    names = [*header, *(m.label("kwb", jaar) for m in columns)]
    path = folder / f"voorbeeldstad-fictief-kwb-{jaar}.xlsx"
    _save(path, f"KWB{jaar} (fictief)", names, rows)


def write_health(folder: Path, observed: Observed, regions: Regions) -> None:
    """Write RIVM estimates as the workbook of one year: text cells, empty where missing."""
    jaar = observed.jaar
    kinds = of("rivm")
    keys = [f"{m.get('v3')}_{place}" for place, m in enumerate(kinds, start=4)]
    names = ["ID", "Leeftijd", "Marges", "WijkenEnBuurten", "Perioden"]
    names += ["Gemeentenaam_1", "SoortRegio_2", "Codering_3", *keys]
    lines = observed.lines(kinds)
    rows = (
        [
            1 + 3 * number,
            20300,
            "MW00000",
            region.code.ljust(10),
            f"{jaar}JJ00",
            region.gemeente.ljust(40),
            region.soort.ljust(10),
            region.code.ljust(20),
            *(_health(value) for value in lines[region.code]),
        ]
        for number, region in enumerate(regions)
    )
    path = folder / f"voorbeeldstad-fictief-RIVM_gezondheid{jaar}_18+.xlsx"
    _save(path, f"RIVM {jaar} 18+ (fictief)", names, rows)


def _cell(value: float, measure: Measure) -> str | int:
    if not math.isfinite(value):
        return "       ."
    if measure.decimalen:
        return f"{value:.{measure.decimalen}f}".replace(".", ",")
    return round(value)


def _health(value: float) -> str | None:
    return f"{value:8.1f}" if math.isfinite(value) else None


def _save(path: Path, title: str, names: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    book = Workbook(write_only=True)
    book.properties.creator = "Voorbeeldstad (fictief)"
    book.properties.title = title
    book.properties.created = book.properties.modified = _MOMENT
    sheet = book.create_sheet(title)
    sheet.append(list(names))
    for row in rows:
        sheet.append(list(row))
    buffer = io.BytesIO()
    book.save(buffer)
    write_bytes(path, _same_moment(buffer.getvalue()))


def _same_moment(content: bytes) -> bytes:
    """Pack a workbook again with one fixed moment for all its parts.

    openpyxl writes the clock into the archive and into ``docProps/core.xml``.
    """
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as book,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed,
    ):
        for name in sorted(book.namelist()):
            part = book.read(name)
            if name == "docProps/core.xml":
                part = _fixed_core(part)
            packed.writestr(zipfile.ZipInfo(name, _ZIP_MOMENT), part, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _fixed_core(part: bytes) -> bytes:
    text = part.decode("utf-8")
    start = text.index("<dcterms:modified")
    start = text.index(">", start) + 1
    end = text.index("</dcterms:modified>")
    return (text[:start] + _MOMENT.strftime("%Y-%m-%dT%H:%M:%SZ") + text[end:]).encode("utf-8")
