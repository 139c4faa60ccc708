"""The leak test: looks in the very files that go out for what is not for their readers."""

from __future__ import annotations

import html
import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import geopandas as gpd
import pandas as pd

from sia.agenda.reading.deliveries import Deliveries, read_deliveries
from sia.duiding import personal_data_warnings
from sia.duiding.figures import counting
from sia.dutch import getal
from sia.errors import Problem
from sia.settings import Openness, project_root
from sia.stages.figures import entries_of
from sia.stages.run import Run
from sia.store import read_table

Readers = Literal["publiek", "partners"]
OPEN: dict[Readers, tuple[Openness, ...]] = {
    "publiek": ("openbaar",),
    "partners": ("openbaar", "partners"),
}
"""Levels of plans, and folders of reports, that each kind of readers may know."""

_FREE = ("titel", "toelichting")
_AMOUNTS = ("kosten", "kosten_laag", "kosten_hoog")
_SMALL = 10_000
"""Smaller amounts are the same as many other figures."""
_SHORT = 12
"""A statement of fewer signs is a word that anybody may use."""
_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")
_AMOUNT = re.compile(r"(?<![\w.,])\d+(?:[.,]\d+)*(?!\w|[.,]\d)")
_WORD = re.compile(r"[^\W_]+")
_TAG = re.compile(r"<[^<>]{0,400}>")
_ZIP = b"PK\x03\x04"


@dataclass(frozen=True)
class Secrets:
    """What may stand in no file of some readers.

    Texts (titles, notes and numbers of plans, judgements that do not count) and amounts in euro,
    each with what it is; folders of this computer. What is `asked` about becomes public and looks
    like personal data: a person decides.
    """

    texts: dict[str, str]
    amounts: dict[int, str]
    paths: tuple[str, ...]
    asked: tuple[str, ...] = ()


def secrets_of(run: Run, readers: Readers) -> Secrets:
    """Collect what is not for some readers, from the deliveries and the record of judgements."""
    delivered = read_deliveries(run.bron, gpd.GeoDataFrame(run.table("gebieden")))
    plans = [delivered.reading.plans] if delivered else []
    register = run.folder / "agenda" / "register.parquet"
    if register.exists():
        plans.append(read_table(register))  # also what was withdrawn since
    texts = {
        text: f"de {what} van een vertrouwelijk plan"
        for one in plans
        for text, what in _of_plans(one, readers)
    }
    entries = entries_of(run)
    told = counting(entries, run.jaar)["uitspraak"]
    for text in set(entries["uitspraak"]) - set(told):
        if len(text) >= _SHORT:
            texts[text] = "een duiding die niet meetelt"
    areas = run.table("gebieden")
    names = {*areas["naam"].astype(str), *areas["wijknaam"].astype(str)}
    asked = [f"{text} ({said})" for text in told for said in personal_data_warnings(text, names)]
    root, home = project_root(), Path.home()
    paths = {str(root), root.as_posix(), *([] if home == Path(home.anchor) else [str(home)])}
    amounts = _amounts(delivered, readers) if delivered else {}
    return Secrets(texts, amounts, tuple(sorted(paths)), tuple(asked))


def _of_plans(plans: pd.DataFrame, readers: Readers) -> Iterator[tuple[str, str]]:
    if "vertrouwelijkheid" not in plans:
        return
    closed = ~plans["vertrouwelijkheid"].isin(OPEN[readers])
    for column in _FREE:
        if column in plans:
            known = set(plans.loc[~closed, column].dropna().astype(str))
            hidden = set(plans.loc[closed, column].dropna().astype(str)) - known - {""}
            yield from ((text, column) for text in sorted(hidden))


def _amounts(delivered: Deliveries, readers: Readers) -> dict[int, str]:
    plans = delivered.reading.plans
    closed = ~plans["vertrouwelijkheid"].isin(OPEN[readers])
    known = {value for name in _AMOUNTS for value in plans.loc[~closed, name].dropna()}
    found = {
        int(value): "de kosten van een vertrouwelijk plan"
        for name in _AMOUNTS
        for value in plans.loc[closed, name].dropna()
        if value not in known
    }
    if readers == "publiek":
        found |= {int(v): "een budget" for v in delivered.budgets["budget"].dropna()}
    return {value: what for value, what in found.items() if value >= _SMALL}


def leaks(files: Iterable[Path], folder: Path, secrets: Secrets) -> list[Problem]:
    """Say which files, named from `folder`, hold something that is not for their readers.

    They are read as they will be: also inside a zip or a workbook, without tags and escapes.
    """
    wanted = {_plain(text): what for text, what in secrets.texts.items()}
    forms = {
        form: f"{what} ({getal(value)})"
        for value, what in secrets.amounts.items()
        for form in (str(value), getal(value))
    }
    found: list[Problem] = []
    for path in files:
        name = path.relative_to(folder).as_posix()
        for inside, text in _readings(path.read_bytes()):
            where = f"{name}{inside}"
            said = [f"een map van deze computer ({one})" for one in secrets.paths if one in text]
            said += [forms[one] for one in sorted(forms.keys() & set(_AMOUNT.findall(text)))]
            plain = _plain(text)
            said += [what for secret, what in wanted.items() if secret in plain]
            found += [_problem(where, one) for one in said]
    return list(dict.fromkeys(found))


def _readings(content: bytes, inside: str = "") -> Iterator[tuple[str, str]]:
    """Yield the texts of a file, as readers and programs see them."""
    if content.startswith(_ZIP):
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            for name in packed.namelist():
                yield from _readings(packed.read(name), f"{inside}!{name}")
        return
    wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    text = content.decode("utf-16" if wide else "utf-8", "ignore").replace("\r\n ", "")
    text = _ESCAPED.sub(lambda code: chr(int(code[1], 16)), html.unescape(text))
    yield inside, text
    if "<" in text:
        yield inside, _TAG.sub(" ", text)


def _plain(text: str) -> str:
    """Return the words of a text, so that no layout hides it."""
    return f" {' '.join(_WORD.findall(text.casefold()))} "


def _problem(where: str, what: str) -> Problem:
    return Problem(
        f"Hierin staat {what}.",
        "Er is niets gepubliceerd. Kijk in het bestand, en meld het als het er niet hoort.",
        bestand=where,
    )
