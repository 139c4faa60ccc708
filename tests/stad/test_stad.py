"""The door: one city, another choice, and what follows; nothing published is ever written over."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from folium import Map
from matplotlib.figure import Figure

import sia
from sia.catalogue import DOMAIN_NAMES
from sia.dutch import opsomming
from sia.errors import InputError
from sia.stad import Stad
from sia.stages import run as runs
from sia.stages.graph import Stage
from sia.stages.run import Made, Run
from sia.store import sha256_file
from sia.weighing.what_if import NOBODY, reweighed

PER_1000 = "per 1.000 inwoners"


def files(stad: Stad) -> dict[str, str]:
    """Return the hash of every file that was published of a municipality."""
    folder = stad.run.folder.parent
    return {str(p): sha256_file(p) for p in sorted(folder.rglob("*")) if p.is_file()}


@pytest.fixture
def overlast(stad: Stad) -> pd.Series[float]:
    """Return a figure that no other indicator of the city tells."""
    codes = stad.tabel("gebieden").index
    drawn = np.random.default_rng(7).gamma(2.0, 6.0, len(codes))
    return pd.Series(drawn.round(1), codes, name="overlast")


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the names of the stages that were made since the test began."""
    names: list[str] = []
    real = runs._compute

    def counted(run: Run, stage: Stage) -> Made:
        names.append(stage.name)
        return real(run, stage)

    monkeypatch.setattr(runs, "_compute", counted)
    return names


# the ten lines --------------------------------------------------------------------------------
def test_a_published_city_is_read_and_not_made_again(stad: Stad, made: list[str]) -> None:
    order = stad.rangorde()
    assert order["rang"].tolist() == sorted(order["rang"])
    assert set(stad.intake.columns) >= {"bestand", "status"}
    assert list(stad.indicatoren.index) == list(stad.namen.index)
    assert made == []
    assert (stad.stappen()["stand"] == "gepubliceerd")["weging"]


def test_another_weight_and_an_own_figure_change_the_order(
    stad: Stad, overlast: pd.Series[float]
) -> None:
    anders = stad.met_methode(gewichten={"veiligheid": 2}).met_indicator(
        overlast, domein="veiligheid", richting=1, eenheid=PER_1000
    )
    found = stad.vergelijk(anders)
    assert set(found.keuzes["keuze"]) == {"weging.gewichten.veiligheid", "indicator overlast"}
    assert found.tabel["verschuiving"].abs().max() > 0
    first = found.tabel.iloc[0]
    assert first["buurt"] in found.zin()
    assert set(found.erbij) <= set(stad.namen)
    assert len(found.erbij) == len(found.eruit)
    assert "overlast" in repr(anders)
    assert "overlast" not in repr(stad)


def test_an_own_figure_stands_beside_the_others_in_every_step(
    stad: Stad, overlast: pd.Series[float]
) -> None:
    anders = stad.met_indicator(overlast, domein="veiligheid", richting=1, eenheid=PER_1000)
    pd.testing.assert_series_equal(anders.indicatoren["overlast"], overlast)
    scaled = anders.weging.genormaliseerd["overlast"]
    assert scaled.notna().all()
    assert scaled.between(0, 100).all()
    raw = anders.weging.ruw["overlast"]
    assert scaled.corr(raw, method="spearman") > 0.99
    turned = stad.met_indicator(overlast, domein="veiligheid", richting=-1, eenheid=PER_1000)
    assert turned.weging.genormaliseerd["overlast"].corr(raw, method="spearman") < -0.99
    assert anders.weging.opbouw().astype(str).map(lambda cell: "overlast" in cell).any().any()


def test_a_buurt_without_an_own_figure_is_missing_and_says_why(
    stad: Stad, overlast: pd.Series[float]
) -> None:
    gone = overlast.index[0]
    anders = stad.met_indicator(
        overlast.drop(gone), domein="veiligheid", richting=1, eenheid=PER_1000
    )
    assert np.isnan(anders.indicatoren.at[gone, "overlast"])
    assert anders.tabel("vlaggen").at[gone, "overlast"] == "ontbreekt: geen eigen cijfer"


def test_a_dutch_csv_a_frame_and_a_series_give_the_same_city(
    stad: Stad, overlast: pd.Series[float], tmp_path: Path
) -> None:
    target = tmp_path / "overlast.csv"
    rows = [f"{code};Wijk;{value}".replace(".", ",") for code, value in overlast.items()]
    target.write_text("\n".join(["Buurt;naam;overlast", *rows]), encoding="utf-8-sig")
    frame = pd.DataFrame({"buurt": overlast.index, "x": 1.0, "overlast": overlast.to_numpy()})
    about = {"domein": "veiligheid", "richting": 1, "eenheid": PER_1000}
    hashes = {
        stad.met_indicator(given, kolom=kolom, **about).run.fingerprint("weging")
        for given, kolom in ((overlast, ""), (target, "overlast"), (frame, "overlast"))
    }
    assert len(hashes) == 1


@pytest.mark.parametrize(
    ("heading", "cells", "said"),
    [
        ("overlast", ("1.234", "2.345", "0,5"), ""),
        ("overlast", ("1.234", "2.345", "3.456"), "duizendtal"),
        ("overlast", ("1,5", "2.5", "3,5"), "door elkaar"),
        ("% overlast", ("8,1 %", "9,2", "3,5 %"), "procentteken"),
        ("overlast", ("veel", "weinig", "geen"), "0 kolommen|niet herkend|Geen enkele kolom"),
    ],
)
def test_a_file_of_a_colleague_is_read_as_carefully_as_an_own_table(
    stad: Stad, tmp_path: Path, heading: str, cells: tuple[str, ...], said: str
) -> None:
    codes = stad.tabel("gebieden").index[: len(cells)]
    rows = [f"{code};{cell}" for code, cell in zip(codes, cells, strict=True)]
    (tmp_path / "x.csv").write_text("\n".join([f"buurtcode;{heading}", *rows]), encoding="utf-8")
    about = {"domein": "veiligheid", "richting": 1, "eenheid": PER_1000, "naam": "meldingen"}
    if said:
        with pytest.raises(InputError, match=said):
            stad.met_indicator(tmp_path / "x.csv", **about)
    else:
        [own] = stad.met_indicator(tmp_path / "x.csv", **about).run.eigen
        assert list(own.waarden) == [1234.0, 2345.0, 0.5]


def test_without_an_indicator_it_takes_no_part(stad: Stad) -> None:
    gone = str(stad.weging.ruw.columns[0])
    name = stad.run.catalogue[gone].naam
    by_id, by_name = stad.zonder(gone), stad.zonder(name)
    assert gone not in by_id.weging.ruw
    assert gone in by_id.indicatoren
    assert by_id.methode.hash == by_name.methode.hash
    assert list(stad.vergelijk(by_id).keuzes["keuze"]) == ["indicatoren.zonder"]


def test_the_map_and_the_charts_can_be_taken_further(stad: Stad, tmp_path: Path) -> None:
    kaart = stad.kaart("potentie")
    assert isinstance(kaart, Map)
    assert "Voorbeeldstad" in kaart.get_root().render()
    chart = stad.grafiek.rangen()
    assert isinstance(chart.figure, Figure)
    target = chart.opslaan(tmp_path / "rangen.png")
    assert target.read_bytes().startswith(b"\x89PNG")
    assert "rangen()" in repr(stad.grafiek)


# nothing is written over ----------------------------------------------------------------------
def test_a_variant_writes_nothing_and_says_so(stad: Stad, overlast: pd.Series[float]) -> None:
    before = files(stad)
    assert before
    own = stad.met_indicator(overlast, domein="wonen", richting=1, eenheid=PER_1000)
    heavier = stad.met_methode(gewichten={"wonen": 3})
    for variant in (own, heavier):
        variant.rangorde()
        assert "Niet weggeschreven" in variant.publiceer("weging")
    with pytest.raises(InputError, match="gepubliceerd"):
        own.run.publish("weging")
    heavier.kaart()
    assert files(stad) == before


def test_a_table_that_is_changed_by_its_reader_stays_as_it_was(stad: Stad) -> None:
    taken = stad.tabel("scores")
    taken["urgentie"] = 0.0
    scaled = stad.weging.genormaliseerd
    scaled[:] = 0.0
    assert stad.tabel("scores")["urgentie"].max() > 0
    assert stad.weging.genormaliseerd.max(axis=None) > 0


def test_a_choice_that_is_changed_back_costs_nothing(stad: Stad, made: list[str]) -> None:
    usual = stad.methode.weging.weights["klimaat"]
    heavier = stad.met_methode(gewichten={"klimaat": 1.7})
    heavier.rangorde()
    assert made == ["weging"]
    stad.met_methode(gewichten={"klimaat": 1.8}).met_methode(gewichten={"klimaat": 1.7}).rangorde()
    heavier.met_methode(gewichten={"klimaat": usual}).rangorde()
    assert made == ["weging"]


# one answer for other weights -----------------------------------------------------------------
@pytest.mark.parametrize("factor", [0.0, 2.0])
def test_three_ways_to_weigh_a_domain_otherwise_agree(stad: Stad, factor: float) -> None:
    scores = stad.tabel("scores")
    anders = stad.met_methode(gewichten={"veiligheid": factor})
    quick = reweighed(scores, {"veiligheid": factor}, stad.methode.weging)
    pd.testing.assert_series_equal(
        quick.tabel["na"], anders.tabel("scores")["rang"], check_names=False
    )
    found = stad.vergelijk(anders)
    assert set(found.erbij) == set(stad.namen[list(quick.erbij)])
    assert set(found.eruit) == set(stad.namen[list(quick.eruit)])
    said = "telt dubbel" if factor else "telt niet mee"
    row = stad.weging.wat_als().set_index("als").loc[f"{DOMAIN_NAMES['veiligheid']} {said}"]
    assert row["komt in het hoogste kwart"] == (opsomming(found.erbij) or NOBODY)
    assert row["gaat eruit"] == (opsomming(found.eruit) or NOBODY)


# refusals -------------------------------------------------------------------------------------
def test_everything_that_is_wrong_with_a_figure_is_said_at_once(
    stad: Stad, overlast: pd.Series[float]
) -> None:
    wrong = pd.concat([overlast.astype(object), pd.Series({"BU00000000": 3.0})])
    wrong.iloc[1] = "veel"
    with pytest.raises(InputError) as told:
        stad.met_indicator(wrong, domein="veilgheid", richting=2, eenheid=" ", naam="overlast")
    columns = [problem.kolom for problem in told.value.problems]
    assert {"domein", "richting", "eenheid", "overlast"} <= set(columns)
    text = str(told.value)
    assert "`veiligheid`" in text
    assert "BU00000000" in text
    assert "`veel` is geen getal" in text


def test_origin_is_refused_and_so_is_a_name_that_is_taken(
    stad: Stad, overlast: pd.Series[float]
) -> None:
    about = {"domein": "sociaal", "richting": 1, "eenheid": "%"}
    with pytest.raises(InputError, match="mag niet meetellen"):
        stad.met_indicator(overlast, naam="percentage niet-westerse migratieachtergrond", **about)
    taken = next(iter(stad.run.catalogue)).naam
    with pytest.raises(InputError, match="Er is al een indicator"):
        stad.met_indicator(overlast, naam=taken, **about)


@pytest.mark.parametrize(("value", "said"), [(3.0, "Alle cijfers zijn gelijk"), (np.nan, "Geen")])
def test_a_column_that_says_nothing_is_refused(
    stad: Stad, overlast: pd.Series[float], value: float, said: str
) -> None:
    with pytest.raises(InputError, match=said):
        stad.met_indicator(
            overlast * 0 + value, domein="sociaal", richting=1, eenheid="%", naam="vlak"
        )


def test_a_frame_must_say_which_column_and_have_codes(
    stad: Stad, overlast: pd.Series[float]
) -> None:
    two = pd.DataFrame({"een": overlast, "twee": overlast})
    about = {"domein": "sociaal", "richting": 1, "eenheid": "%"}
    with pytest.raises(InputError, match="Zeg met `kolom="):
        stad.met_indicator(two, **about)
    with pytest.raises(InputError, match="Bedoelde u `twee`"):
        stad.met_indicator(two, kolom="twe", **about)
    with pytest.raises(InputError, match="Geen kolom bevat buurtcodes"):
        stad.met_indicator(two.reset_index(drop=True), kolom="een", **about)
    with pytest.raises(InputError, match="bestaat niet"):
        stad.met_indicator("nergens.csv", **about)


def test_what_is_unknown_gets_what_was_perhaps_meant(stad: Stad) -> None:
    with pytest.raises(InputError, match="Voorbeeldstad"):
        sia.open("Voorbeeldstat", 2024, stad.run.bron, verwerkt=stad.run.folders.processed)
    with pytest.raises(InputError, match="Bedoelde u `vlaggen`"):
        stad.tabel("vlagen")
    with pytest.raises(InputError, match="gewichten"):
        stad.met_methode(gewicht={"veiligheid": 2})
    with pytest.raises(InputError, match="veiligheid"):
        stad.met_methode(gewichten={"veilgheid": 2})
    with pytest.raises(InputError, match="Bedoelde u"):
        stad.zonder(str(stad.indicatoren.columns[0]) + "x")
    with pytest.raises(InputError, match="Bedoelde u `weging`"):
        stad.controle("wegin")
    with pytest.raises(InputError, match="2023, 2024"):
        stad.in_jaar(1999)
    with pytest.raises(InputError, match="niet te vergelijken"):
        stad.vergelijk(stad.in_jaar(2023))


def test_a_name_is_never_taken_for_markup(stad: Stad, overlast: pd.Series[float]) -> None:
    anders = stad.met_indicator(
        overlast, domein="sociaal", richting=1, eenheid="<b>", naam="<script>x</script>"
    )
    pages = (anders._repr_html_(), stad.vergelijk(anders)._repr_html_())
    for page in pages:
        assert "<script>" not in page
        assert "&lt;script&gt;" in page
    assert "<b>" not in pages[1]
    assert "<script>x</script>" in repr(anders)


def test_the_lines_of_the_first_lesson_run_as_they_stand(
    stad: Stad, repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lesson = (repository / "docs" / "tutorials" / "eerste-kaart.md").read_text(encoding="utf-8")
    [lines] = re.findall(r"```python\n(.*?)```", lesson, re.DOTALL)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sia, "open", lambda naam, jaar: stad)
    told: dict[str, Any] = {}
    exec(lines, told)
    assert told["anders"].methode.weging.weights["veiligheid"] == 2
    assert "zwerfafval" in told["anders"].indicatoren
    assert (tmp_path / "mijn-kaart.html").stat().st_size > 100_000


# a real city ----------------------------------------------------------------------------------
@pytest.mark.real
@pytest.mark.slow
def test_a_real_city_opens_and_answers(
    real_data: Path, tmp_path: Path, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIA_HOME", str(repository))
    maps, health = (
        real_data / "cbs-buurten-2019-topojson",
        real_data / "rivm-gezondheid-buurt-2012-2016-2020",
    )
    with pytest.raises(InputError, match="over sociaal"):
        sia.open("Hengelo", 2019, maps, verwerkt=tmp_path / "een").rangorde()
    hengelo = sia.open(
        "Hengelo",
        2019,
        [maps, health],
        methode={"weging": {"doorrekeningen": 40}},
        verwerkt=tmp_path / "verwerkt",
        rapporten=tmp_path / "rapporten",
    )
    assert "nog niet gemaakt" in repr(hengelo)
    order = hengelo.rangorde()
    assert len(order) == 40 and len(hengelo.namen) == 62
    codes = hengelo.namen.index
    own = pd.Series(np.arange(len(codes), dtype=float), codes, name="meldingen")
    anders = hengelo.met_methode(gewichten={"veiligheid": 2}).met_indicator(
        own, domein="veiligheid", richting=1, eenheid=PER_1000
    )
    found = hengelo.vergelijk(anders)
    assert len(found.keuzes) == 2
    assert found.tabel["verschuiving"].abs().max() > 0
    assert "Hengelo" in hengelo.kaart().get_root().render()
    assert not hengelo.run.folder.exists()
