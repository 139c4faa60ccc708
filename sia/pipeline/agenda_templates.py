"""What partners fill in: the workbook and the tables beside it, ready to send."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd

from sia.agenda.output.template import template
from sia.agenda.reading.decisions import ACTION_FIELDS, ACTIONS, DECISION_FIELDS, DECISIONS
from sia.agenda.reading.deliveries import BUDGET_FIELDS, BUDGETS, SUBSIDIES, SUBSIDY_FIELDS
from sia.agenda.reading.fields import Field
from sia.agenda.reading.organisation import VERVALLEN
from sia.errors import InputError, Problem
from sia.pipeline.agenda_record import FOLDER
from sia.settings import Folders
from sia.store import read_table, write_bytes

WORKBOOK = "plannen-{}.xlsx"
_TABLES: dict[str, tuple[Field, ...]] = {
    BUDGETS: BUDGET_FIELDS,
    SUBSIDIES: SUBSIDY_FIELDS,
    DECISIONS: DECISION_FIELDS,
    ACTIONS: ACTION_FIELDS,
}


def write_templates(
    gemeente: str, folder: Path, folders: Folders, partner: str | None = None
) -> list[Path]:
    """Write the workbook for a partner and the empty tables that go beside it.

    Parameters
    ----------
    gemeente : str
        Code, ``GM0153``.
    folder : pathlib.Path
        Where they go.
    folders : Folders
        Of the project: codes of buurten, numbers of koppelkansen, and the partner's own plans
        are taken from the newest year that was processed, as far as they are there.
    partner : str, optional
        Whose plans and open actions are filled in beforehand. Only this partner may get that
        workbook: its internal fields are in it.

    Returns
    -------
    list of pathlib.Path

    Raises
    ------
    InputError
        When one of the files is there already, or the partner is not known.
    """
    newest = _newest(folders.year(gemeente, 0).parent, "gebieden.parquet")
    agenda = _newest(folders.year(gemeente, 0).parent, f"{FOLDER}/register.parquet")
    plans, actions = _own(agenda, partner)
    name = WORKBOOK.format("partner" if partner is None else _slug(partner))
    targets = [folder / name, *(folder / table for table in _TABLES)]
    there = [
        Problem("Dit bestand is er al.", "Kies een andere map.", bestand=path.name)
        for path in targets if path.exists()
    ]  # fmt: skip
    if there:
        raise InputError(there)
    buurten = None if newest is None else read_table(newest)[["naam"]]
    write_bytes(targets[0], template(plans, buurten, _open_kansen(agenda), actions))
    for table, fields in _TABLES.items():
        heading = ";".join(field.name for field in fields) + "\r\n"
        write_bytes(folder / table, b"\xef\xbb\xbf" + heading.encode("utf-8"))
    return targets


def _newest(root: Path, name: str) -> Path | None:
    found = [p for p in root.glob(f"*/{name}") if p.relative_to(root).parts[0].isdigit()]
    return max(found, key=lambda p: int(p.relative_to(root).parts[0]), default=None)


def _own(
    register: Path | None, partner: str | None
) -> tuple[pd.DataFrame | None, pd.DataFrame | None]:
    """Return the partner's plans and open actions, as rows of the template."""
    if partner is None:
        return None, None
    plans = pd.DataFrame() if register is None else read_table(register)
    names = sorted(set(plans["partner"])) if len(plans) else []
    if register is None or partner not in names:
        known = "; ".join(names) or "er zijn nog geen plannen verwerkt"
        raise InputError([Problem(f"Partner `{partner}` is niet bekend.", f"Bekend: {known}.")])
    own = gpd.GeoDataFrame(plans[plans["partner"] == partner])
    shaped = own["plaats"] != "buurt"
    rows = pd.DataFrame(own.drop(columns="geometry").astype(object).reset_index())
    rows["wkt"] = own.geometry.to_wkt(rounding_precision=2).where(shaped, "").to_numpy()
    rows["stelsel"] = shaped.map({True: "RD", False: ""}).to_numpy()
    rows["graaft"] = own["graaft"].map({True: "ja", False: "nee"}).to_numpy()
    path = register.with_name("acties.parquet")
    actions = read_table(path) if path.exists() else None
    if actions is not None:
        actions = actions[(actions["partner"] == partner) & actions["klaar"].isna()].astype(object)
    return rows, actions


def _open_kansen(register: Path | None) -> pd.DataFrame | None:
    """Return the koppelkansen that go on, as the partners' table may see them."""
    path = None if register is None else register.with_name("status.parquet")
    if path is None or not path.exists():
        return None
    state = read_table(path)
    return state[~state["fase"].isin(["klaar", VERVALLEN])]


def _slug(partner: str) -> str:
    words = "".join(c if c.isalnum() else " " for c in partner.lower()).split()
    return "-".join(words)
