from __future__ import annotations

import io
import re
from datetime import date
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
from scipy.optimize import linprog

from sia.agenda.insight.funding import shares
from sia.agenda.insight.publication import public_totals
from sia.agenda.output.calendar import items_of, public_works, to_html, to_ics
from sia.agenda.output.exports import geopackage_bytes, layer_bytes, safe_text, to_csv
from sia.agenda.output.workbook import to_xlsx
from sia.agenda.parameters import ProgrammeSettings
from sia.agenda.programme.inputs import Agenda, prepare
from sia.agenda.programme.linkages import Linkages, find_linkages
from sia.agenda.programme.optimise import Programme, left_out, optimise, timeline
from sia.agenda.programme.versions import differences
from sia.agenda.reading.combining import at_the_table
from sia.agenda.reading.fields import FIELD_LEVELS, FIELDS
from sia.agenda.reading.investments import Reading
from sia.agenda.reading.openness import view, with_levels
from voorbeeldstad.plans import DemoPlans


@pytest.fixture(scope="module")
def secrets(reading: Reading) -> set[str]:
    """Texts that no resident may find: hidden plans, amounts, windows with their plan, notes."""
    plans = reading.plans
    hidden = plans[plans["vertrouwelijkheid"] != "openbaar"]
    texts = set(hidden.index) | set(hidden["titel"])
    for column in ("kosten", "kosten_laag", "kosten_hoog", "bedrag_1"):
        amounts = plans[column].dropna().astype(int)
        texts |= {str(a) for a in amounts if a >= 10_000}
    return texts | set(plans["opmerking"]) | set(plans["bron_1"]) - {""}


def _public_outputs(
    reading: Reading, linkages: Linkages, agenda: Agenda, programme: Programme,
    buurten: gpd.GeoDataFrame, folder: Path,
) -> dict[str, str]:  # fmt: skip
    plans = reading.plans
    later = programme.starts.where(programme.starts != 2028, 2029)
    levels = plans["vertrouwelijkheid"]
    tables = {
        "plannen": plans,
        "kansen": linkages.kansen,
        "tijdlijn": timeline(agenda, programme.starts),
        "afgevallen": left_out(agenda, programme.starts),
        "verschillen": differences(programme.starts, later, agenda.plans),
        "aandelen": with_levels(shares(agenda, programme.starts), levels),
    }
    outputs = {f"{n}.csv": to_csv(t, "openbaar").decode("utf-8-sig") for n, t in tables.items()}
    book = openpyxl.load_workbook(io.BytesIO(to_xlsx(tables, "openbaar")))
    cells = [str(c.value) for s in book for r in s.iter_rows() for c in r if c.value is not None]
    outputs["alles.xlsx"] = "\n".join(cells)
    layer = folder / "plannen.gpkg"
    layer.write_bytes(layer_bytes("plannen", plans, "openbaar"))
    outputs["plannen.gpkg"] = gpd.read_file(layer).to_csv()
    works = public_works(plans, programme.starts)
    for code in buurten.index:
        items = items_of(works, code)
        outputs[f"{code}.html"] = to_html(items, buurten.loc[code, "naam"])
        ics = to_ics(items, buurten.loc[code, "naam"], date(2025, 1, 1)).decode("utf-8")
        outputs[f"{code}.ics"] = ics.replace("\r\n ", "")
    return outputs


def test_no_confidential_value_in_any_public_output(
    reading: Reading, linkages: Linkages, agenda: Agenda, programme: Programme,
    buurten: gpd.GeoDataFrame, secrets: set[str], tmp_path: Path,
) -> None:  # fmt: skip
    outputs = _public_outputs(reading, linkages, agenda, programme, buurten, tmp_path)
    public = set(reading.plans.index[reading.plans["vertrouwelijkheid"] == "openbaar"])
    assert any(plan in outputs["plannen.csv"] for plan in public)
    for name, text in outputs.items():
        amounts = set(re.findall(r"\b\d+\b", re.sub(r"(?<=\d)[. ](?=\d{3})", "", text)))
        leaks = [s for s in secrets if (s in amounts if s.isdigit() else s in text)]
        assert leaks == [], name


def test_rows_that_name_plans_do_not_leave_without_a_level(
    agenda: Agenda, programme: Programme, linkages: Linkages
) -> None:
    nameless = shares(agenda, programme.starts)
    for table in (nameless, nameless.set_index("plan"), linkages.members, linkages.links):
        with pytest.raises(ValueError, match="need a column vertrouwelijkheid"):
            view(table, "openbaar")
    with pytest.raises(ValueError, match="names no plans"):
        with_levels(pd.DataFrame({"jaar": [2025]}), agenda.plans["vertrouwelijkheid"])


def test_internal_cells_stay_with_their_partner(reading: Reading) -> None:
    me, other = sorted(set(reading.plans["partner"]))[:2]
    seen = view(reading.plans, "partners", me)
    own = seen["partner"] == me
    assert seen.loc[own, "kosten_laag"].notna().all()
    assert seen.loc[~own, ["kosten_laag", "kosten_hoog", "opmerking"]].isna().all().all()
    assert set(seen.loc[~own, "vertrouwelijkheid"]) <= {"partners", "openbaar"}
    assert "opmerking" not in view(reading.plans, "partners")
    assert other in set(seen["partner"])


def test_unknown_columns_never_leave(reading: Reading) -> None:
    extra = reading.plans.assign(bsn="123456782", telefoon="0612345678")
    for level in ("openbaar", "partners"):
        assert {"bsn", "telefoon"}.isdisjoint(view(extra, level).columns)  # type: ignore[arg-type]
    assert "bsn" not in view(extra, "intern", extra["partner"].iloc[0])


def test_a_hidden_index_does_not_slip_out(reading: Reading) -> None:
    with pytest.raises(ValueError, match="may not leave"):
        to_csv(reading.plans.rename_axis("interne_sleutel"), "openbaar")


def test_every_field_has_a_level_and_wrong_views_are_refused(reading: Reading) -> None:
    assert {f.name for f in FIELDS} <= set(FIELD_LEVELS)
    with pytest.raises(ValueError, match="no view"):
        view(reading.plans, "intern")
    with pytest.raises(ValueError, match="no view"):
        view(reading.plans, "geheim")  # type: ignore[arg-type]


def _spending(reading: Reading, rng: np.random.Generator) -> pd.DataFrame:
    plans = reading.plans
    return pd.DataFrame(
        {
            "gebied": rng.choice(["Noord", "Midden", "Zuid"], len(plans)),
            "jaar": rng.integers(2025, 2029, len(plans)),
            "partner": plans["partner"],
            "kosten": plans["kosten"],
            "vertrouwelijkheid": plans["vertrouwelijkheid"],
        },
        index=plans.index,
    )


@pytest.mark.parametrize("seed", range(5))
def test_no_single_plan_or_hidden_cell_follows_from_public_totals(
    seed: int, reading: Reading
) -> None:
    spending = _spending(reading, np.random.default_rng(seed))
    totals = public_totals(spending, rounding=1.0)
    assert totals["totaal"].notna().any()
    shown = totals.dropna(subset=["totaal"])
    known = spending[spending["vertrouwelijkheid"] != "intern"]
    position = {plan: i for i, plan in enumerate(known.index)}
    cells = [known[(known["gebied"] == r.gebied) & (known["jaar"] == r.jaar)].index
             for r in shown.itertuples()]  # fmt: skip
    incidence = np.zeros((len(cells), len(position)))
    for k, cell in enumerate(cells):
        incidence[k, [position[p] for p in cell]] = 1.0
    # The attacker knows every published total and which plans are in it, but no amount.
    for plan in list(known.index)[:12]:
        target = np.zeros(len(position))
        target[position[plan]] = 1.0
        low = linprog(target, A_eq=incidence, b_eq=shown["totaal"], bounds=(0, 1e8))
        high = linprog(-target, A_eq=incidence, b_eq=shown["totaal"], bounds=(0, 1e8))
        assert -high.fun - low.fun > 0.2 * known.loc[plan, "kosten"]


def test_totals_need_three_plans_of_three_partners_without_a_giant() -> None:
    def table(*rows: tuple[str, float]) -> pd.DataFrame:
        return pd.DataFrame({
            "gebied": "Noord", "jaar": 2026, "partner": [p for p, _ in rows],
            "kosten": [c for _, c in rows], "vertrouwelijkheid": "openbaar",
        }, index=[f"P{i}" for i in range(len(rows))])  # fmt: skip

    fine = table(("A", 4e5), ("B", 3e5), ("C", 3e5))
    assert public_totals(fine)["totaal"].tolist() == [1_000_000.0]
    for poor in (
        table(("A", 4e5), ("B", 3e5)),
        table(("A", 4e5), ("A", 3e5), ("B", 3e5)),
        table(("A", 9e6), ("B", 3e5), ("C", 3e5)),
    ):
        assert public_totals(poor)["totaal"].isna().all()
        assert public_totals(poor)["reden"].tolist() == ["te weinig plannen of partners"]


def test_difference_between_two_publications_betrays_no_plan() -> None:
    first = pd.DataFrame({
        "gebied": "Noord", "jaar": 2026, "partner": ["A", "B", "C"], "kosten": [4e5, 3e5, 3e5],
        "vertrouwelijkheid": "openbaar",
    }, index=["P1", "P2", "P3"])  # fmt: skip
    second = pd.concat([first, first.iloc[[0]].assign(kosten=5e6).rename(index={"P1": "P4"})])
    second = pd.concat([second, first.assign(kosten=4e6).rename(index="Q{}".format)])
    assert public_totals(second)["totaal"].notna().all()
    one_more = pd.concat([first, first.iloc[[1]].rename(index={"P2": "P5"})])
    hidden = public_totals(one_more, earlier=[first])
    assert hidden["totaal"].isna().all()
    assert hidden["reden"].tolist() == ["te weinig veranderd sinds een eerdere publicatie"]
    assert public_totals(first, earlier=[first])["totaal"].notna().all()


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+31", "-2", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "\u00a0=1", "＝1",
     "=cmd|' /C calc'!A0", "\ufeff=1"],
)  # fmt: skip
def test_no_formula_survives_in_any_format(text: str, tmp_path: Path) -> None:
    table = pd.DataFrame({"titel": [text], "vertrouwelijkheid": ["openbaar"]})
    assert str(safe_text(text)).startswith("'")
    sheet = openpyxl.load_workbook(io.BytesIO(to_xlsx({"blad": table}, "openbaar")))["blad"]
    cell = sheet.cell(2, 1)
    assert cell.data_type != "f"
    assert str(cell.value).startswith("'")
    fields = to_csv(table, "openbaar").decode("utf-8-sig").split("\r\n", 1)[1]
    assert fields.lstrip('"').startswith("'")
    layer = gpd.GeoDataFrame(table, geometry=gpd.points_from_xy([0.0], [0.0]), crs="EPSG:28992")
    target = tmp_path / "laag.gpkg"
    target.write_bytes(layer_bytes("laag", layer, "partners"))
    assert str(gpd.read_file(target)["titel"].iloc[0]).startswith("'")


def test_numbers_and_plain_text_stay_as_they_are() -> None:
    assert safe_text("Nieuw riool - fase 2") == "Nieuw riool - fase 2"
    assert safe_text(-5.0) == -5.0
    assert safe_text("a\x00b\x07") == "ab"


def test_same_table_same_bytes(reading: Reading) -> None:
    plans = reading.plans
    assert to_xlsx({"p": plans}, "partners") == to_xlsx({"p": plans}, "partners")
    frame = plans.reset_index()
    assert geopackage_bytes("laag", frame) == geopackage_bytes("laag", frame)


def test_the_workbook_reads_well(reading: Reading, linkages: Linkages) -> None:
    tables = {"plannen": reading.plans, "koppelkansen": linkages.kansen}
    content = to_xlsx(tables, "partners", uitleg={name: f"Over {name}." for name in tables})
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert book.sheetnames == ["Lees mij", *tables]
    assert book["Lees mij"]["B2"].value == "Over plannen."
    plans = {str(cell.value): cell for cell in book["plannen"][1]}
    under = {name: book["plannen"].cell(2, cell.column) for name, cell in plans.items()}
    assert under["Kosten (euro)"].number_format == "#,##0"
    assert under["Graafwerk"].value in ("ja", "nee")
    assert book["plannen"].auto_filter.ref and book["plannen"].freeze_panes == "B2"
    place = [cell.value for cell in book["plannen"][plans["Plaats"].column_letter][1:]]
    wkt = [cell.value for cell in book["plannen"][plans["Geometrie (WKT)"].column_letter][1:]]
    assert {w is None for p, w in zip(place, wkt, strict=True) if p == "buurt"} == {True}
    assert {w is None for p, w in zip(place, wkt, strict=True) if p != "buurt"} == {False}
    decide = next(c for c in book["koppelkansen"][1] if c.value == "Beslis vóór")
    assert book["koppelkansen"].cell(2, decide.column).number_format == "yyyy-mm-dd"


def test_programme_of_the_partners_table_knows_no_internal_plans(
    reading: Reading, scores: pd.DataFrame, demo: DemoPlans
) -> None:
    plans = reading.plans.copy()
    closed, shared_plan = (
        plans.index[(plans["vertrouwelijkheid"] == "intern") == closed][0]
        for closed in (True, False)
    )
    plans.loc[shared_plan, "voorgangers"] = f"{closed}+1"
    table = at_the_table(plans)
    assert len(table) < len(reading.plans)
    assert table.loc[shared_plan, "voorgangers"] == ""
    shared = find_linkages(table, scores)
    settings = ProgrammeSettings(2025, 2034, gat=0.005)
    agenda = prepare(table, shared, scores, demo.budgets, settings)
    hidden = set(reading.plans.index[reading.plans["vertrouwelijkheid"] == "intern"])
    assert hidden
    assert hidden.isdisjoint(agenda.plans.index)
    assert hidden.isdisjoint(";".join(shared.kansen["plannen"]).split(";"))
    # Two threads and a second run change nothing.
    pd.testing.assert_series_equal(optimise(agenda).starts, optimise(agenda).starts)
