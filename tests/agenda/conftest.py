"""Tiny random agendas, small enough to try every schedule."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from benchmarks._tiny_agendas import best_by_trying, random_agenda
from sia.agenda.dia import Dia, make_dia
from sia.agenda.output.files import agenda_output
from sia.agenda.parameters import ProgrammeSettings
from sia.agenda.programme.inputs import Agenda, prepare
from sia.agenda.programme.linkages import Linkages, find_linkages
from sia.agenda.programme.optimise import Programme, optimise
from sia.agenda.reading.combining import combine
from sia.agenda.reading.deliveries import FOLDER, Deliveries, read_deliveries
from sia.agenda.reading.investments import Reading, validate
from sia.viz.theme import Theme
from voorbeeldstad.plan_files import write_deliveries
from voorbeeldstad.plans import DemoPlans, demo_plans

START = 2025
City = dict[str, pd.DataFrame]


@pytest.fixture(scope="session")
def make_agenda() -> Callable[..., Agenda]:
    return random_agenda


@pytest.fixture(scope="session")
def try_every() -> Callable[..., float | None]:
    return best_by_trying


@pytest.fixture(scope="session")
def buurten() -> gpd.GeoDataFrame:
    """Thirty-six square buurten of 700 m."""
    side, size = 6, 700.0
    codes = [f"BU9999{i:04d}" for i in range(side * side)]
    squares = [
        shapely.box(*(np.array([c, r, c + 1, r + 1]) * size + np.tile([250_000, 470_000], 2)))
        for r in range(side)
        for c in range(side)
    ]
    names = [f"Buurt {i}" for i in range(side * side)]
    index = pd.Index(codes, name="buurtcode")
    return gpd.GeoDataFrame({"naam": names}, geometry=squares, crs="EPSG:28992", index=index)


@pytest.fixture(scope="session")
def scores(buurten: gpd.GeoDataFrame) -> pd.DataFrame:
    columns = ["urgentie", "sociaal", "wonen", "veiligheid", "voorzieningen", "klimaat", "energie"]
    values = np.random.default_rng(5).uniform(0, 100, (len(buurten), len(columns)))
    table = pd.DataFrame(values, index=buurten.index, columns=columns)
    table.iloc[0] = np.nan
    return table


@pytest.fixture(scope="session")
def demo(buurten: gpd.GeoDataFrame) -> DemoPlans:
    return demo_plans(buurten, np.random.default_rng(1))


@pytest.fixture(scope="session")
def reading(demo: DemoPlans, buurten: gpd.GeoDataFrame) -> Reading:
    return combine(validate(rows, buurten, name) for name, rows in demo.deliveries.items())


@pytest.fixture(scope="session")
def linkages(reading: Reading, scores: pd.DataFrame) -> Linkages:
    return find_linkages(reading.plans, scores)


@pytest.fixture(scope="session")
def agenda(reading: Reading, linkages: Linkages, scores: pd.DataFrame, demo: DemoPlans) -> Agenda:
    settings = ProgrammeSettings(2025, 2034, gat=0.002, tijd=60.0, threads=1)
    return prepare(reading.plans, linkages, scores, demo.budgets, settings)


@pytest.fixture(scope="session")
def programme(agenda: Agenda) -> Programme:
    return optimise(agenda)


@pytest.fixture(scope="session")
def city(buurten: gpd.GeoDataFrame, scores: pd.DataFrame, demo: DemoPlans) -> City:
    """Return what the SIA says of the square city: its pilots ask for a joint approach."""
    pilots = [code for codes in demo.pilots.values() for code in codes]
    integral = pd.Series(buurten.index.isin(pilots), index=buurten.index)
    approach = integral.map({True: "integrale gebiedsaanpak", False: "regulier"})
    names = {code: name for name, codes in demo.pilots.items() for code in codes}
    proposed = pd.Series(buurten.index.map(names), buurten.index).fillna("")
    return {
        "gebieden": buurten.assign(wijknaam=buurten["naam"].str[:7], inwoners=1000.0),
        "scores": scores.assign(potentie=50.0),
        "aanpak": pd.DataFrame({"aanpak": approach, "toelichting": "Hoge urgentie."}),
        "gebiedsindeling": proposed.to_frame("naam"),
    }


@pytest.fixture(scope="session")
def raw(
    demo: DemoPlans, buurten: gpd.GeoDataFrame, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Return a raw folder with what the partners delivered."""
    folder = tmp_path_factory.mktemp("geleverd")
    write_deliveries(folder / FOLDER, demo, buurten)
    return folder


@pytest.fixture(scope="session")
def delivered(raw: Path, buurten: gpd.GeoDataFrame) -> Deliveries:
    found = read_deliveries([raw], buurten)
    assert found is not None
    return found


@pytest.fixture(scope="session")
def choices() -> ProgrammeSettings:
    return ProgrammeSettings(2025, 2034, gat=0.002, tijd=120.0)


@pytest.fixture(scope="session")
def dia(delivered: Deliveries, city: City, choices: ProgrammeSettings) -> Dia:
    made = make_dia(2024, delivered, city, {}, choices)
    assert made is not None
    return made


@pytest.fixture(scope="session")
def output(dia: Dia, buurten: gpd.GeoDataFrame) -> tuple[City, dict[str, bytes]]:
    """Return the tables and the files that leave."""
    return agenda_output(dia, {}, buurten["naam"], asdict(Theme(gemeente="Vierkant")))
