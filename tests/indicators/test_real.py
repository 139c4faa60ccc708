"""The real files of CBS, RIVM, politie and PBL: what Enschede and Hengelo get out of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from sia.gemeente import load_gemeente
from sia.indicators import MISSING, build_indicators, design, eligibility
from sia.methode import WeighingSettings
from sia.schemas import validate
from sia.sources.base import Intake
from sia.sources.registry import read_folder as intake
from sia.weighing import weigh_table

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def read(real_data: Path) -> Intake:
    return intake(real_data)


def test_no_file_is_left_unexplained(read: Intake, real_data: Path) -> None:
    present = [p for p in real_data.rglob("*") if p.is_file()]
    assert len(read.files) == len(present)
    assert not (read.files["status"] == "fout").any()
    assert (read.files["opmerking"] != "").all()
    kinds = {(table.source, table.year) for table in read.tables}
    assert {("cbs.kwb", 2017), ("cbs.kwb", 2020), ("cbs.kwb", 2024)} <= kinds
    assert {("rivm.gezondheid", year) for year in (2012, 2016, 2020)} <= kinds
    gemeenten = {table.origin.table for table in read.tables if table.source == "woonikveilig"}
    assert len(gemeenten) == 14


@pytest.mark.parametrize(
    ("jaar", "borders", "domeinen", "weg"),
    [
        (2017, 2019, {"sociaal", "veiligheid"}, {"wonen", "energie"}),
        (2020, 2021, {"sociaal", "wonen", "voorzieningen"}, {"veiligheid", "energie"}),
        (2024, 2021, {"sociaal", "wonen", "voorzieningen"}, {"veiligheid", "energie"}),
    ],
)
def test_enschede_keeps_its_seventy_buurten(
    read: Intake, repository: Path, jaar: int, borders: int, domeinen: set[str], weg: set[str]
) -> None:
    enschede = load_gemeente("Enschede", repository / "gemeenten")
    made = build_indicators(read, enschede, jaar)
    for name, frame in made.frames().items():
        validate(name, frame)
    plan, frame = design(made, enschede), eligibility(made, enschede)
    assert len(made.areas) == len(frame) == 70
    assert set(made.areas["borders_year"]) == {borders}
    assert domeinen <= set(plan.domeinen)
    assert weg <= set(plan.domeinen_vervallen)
    assert 50 <= frame["gerangschikt"].sum() < 60
    countryside = made.areas["naam"].str.contains("Buurtschap|havengebied|Marssteden|Kennispark")
    assert not frame.loc[countryside, "gerangschikt"].any()
    held = made.areas.loc[frame["gerangschikt"], "inwoners"].sum() / made.areas["inwoners"].sum()
    assert held >= 0.93
    assert (frame.loc[~frame["gerangschikt"], "reden"] != "").all()
    assert (made.values.isna() == made.flags.apply(lambda c: c.str.startswith(MISSING))).all().all()
    assert (made.areas["stadsdeel"] != "").all()
    assert made.besluiten == ()


def test_enschede_2017_lists_the_buurten_without_a_row(read: Intake, repository: Path) -> None:
    enschede = load_gemeente("Enschede", repository / "gemeenten")
    made = build_indicators(read, enschede, 2017)
    without = made.verantwoording["zonder_rij"].str.contains("cbs.kwb 2017")
    assert without.sum() == 8
    reasons = eligibility(made, enschede).loc[without[without].index, "reden"]
    assert set(reasons) == {"Het inwonertal is onbekend (geen rij in de bron)."}


def test_enschede_2020_first_release_is_national_and_health_is_modelled(
    read: Intake, repository: Path
) -> None:
    made = build_indicators(read, load_gemeente("Enschede", repository / "gemeenten"), 2020)
    assert made.norms.at["bijstand", "bron"] == "land"
    assert made.norms.at["bijstand", "n"] > 8_000
    assert made.norms.at["warmtevraag", "bron"] == "gemeente"
    assert "model" in set(made.flags["ervaren_gezondheid"])
    assert made.flags["woningwaarde"].str.startswith(MISSING).all()


def test_hengelo_goes_through_every_domain_that_it_has_figures_of(
    read: Intake, repository: Path
) -> None:
    hengelo = load_gemeente("Hengelo", repository / "gemeenten")
    made = build_indicators(read, hengelo, 2019)
    plan = design(made, hengelo)
    # gas per dwelling is the size of the house, address density is no heat
    assert plan.domeinen_vervallen == ("klimaat", "energie")
    assert {"corporatiebezit", "woningen_voor_2000"} <= set(plan.indicatoren)
    assert len(made.areas) == 62
    assert eligibility(made, hengelo)["gerangschikt"].sum() == 40


@pytest.mark.parametrize("jaar", [2017, 2020, 2024])
def test_enschede_puts_first_what_its_people_would_name(
    read: Intake, repository: Path, jaar: int
) -> None:
    enschede = load_gemeente("Enschede", repository / "gemeenten")
    made = build_indicators(read, enschede, jaar)
    scores = weigh_table(made, enschede, WeighingSettings(draws=0)).scores
    first = set(made.areas["naam"][scores["rang"] <= 15])
    assert {"Pathmos", "Stevenfenne", "Twekkelerveld", "Wesselerbrink Noord-Oost"} <= first
    last = set(made.areas["naam"][scores["rang"] > scores["rang"].max() - 15])
    assert {"Stokhorst", "'t Zwering", "Bolhaar", "het Brunink"} <= last
