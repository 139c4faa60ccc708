"""The explorer: what it shows is what the tables hold, and its code makes the same view again."""

from __future__ import annotations

import re
import time
from base64 import b64decode
from html import escape

import numpy as np
import pandas as pd
import pytest

import sia
from sia.dutch import getal
from sia.errors import InputError
from sia.explorer.drawing import picture, table_html
from sia.explorer.view import View, spearman
from sia.explorer.widget import Verkenner
from sia.stad import Stad

X, Y = "laag_inkomen", "ervaren_gezondheid"


@pytest.fixture(scope="module")
def opened(stad: Stad) -> Verkenner:
    return stad.verken(X, Y)


@pytest.fixture
def open_(opened: Verkenner) -> Verkenner:
    """Return the explorer as it opens: every test may change it."""
    opened.zoek.value = ""
    opened.jaar.value, opened.naast.value = 2024, 0
    opened.x.value, opened.y.value = X, Y
    opened._choose(())
    return opened


def land(stad: Stad) -> pd.DataFrame:
    areas = stad.tabel("gebieden")
    return areas[~areas["water"]]


def shown(found: Verkenner) -> list[str]:
    """Return the names in the table that the reader sees."""
    return re.findall(r'<th scope="row">([^<]*)</th>', found.doek.html)


def scatter(found: Verkenner, number: int = 1) -> str:
    return found.doek.html.split("data-vlak")[number].partition("</g>")[0]


@pytest.mark.parametrize("wanted", ["score urgentie", "score sociaal", "woningvoorraad"])
def test_another_figure_gives_its_own_relation(open_: Verkenner, stad: Stad, wanted: str) -> None:
    open_.y.value = wanted
    tables = {"score": stad.tabel("scores"), "": stad.indicatoren}
    table = tables["score" if wanted.startswith("score") else ""]
    both = pd.concat([stad.indicatoren[X], table[wanted.removeprefix("score ")]], axis=1)
    both = both.loc[land(stad).index].dropna()
    r = both.rank().corr().iloc[0, 1]
    reach = 1.96 * np.sqrt((1 + r**2 / 2) / (len(both) - 3))
    found = open_.beeld.samenhang
    assert (found.n, found.r) == (len(both), pytest.approx(r))
    assert found.laag == pytest.approx(np.tanh(np.arctanh(r) - reach))
    assert found.hoog == pytest.approx(np.tanh(np.arctanh(r) + reach))
    assert f"(Spearman) {getal(r, 2)}," in open_.doek.zin
    # a figure that is in a score goes with it by itself: that is said in place of a finding
    assert ("vanzelf" in open_.doek.zin) == wanted.startswith("score")


def test_every_indicator_and_score_but_origin_can_be_chosen(open_: Verkenner, stad: Stad) -> None:
    keys = [key for _, key in open_.x.options]
    origin = {key for key in stad.indicatoren if "achtergrond" in key or "herkomst" in key}
    assert origin
    assert set(stad.indicatoren.columns) - set(keys) == origin
    assert set(open_.beeld.jaar.waarden) == set(keys)
    with pytest.raises(InputError, match="geen cijfer"):
        stad.verken(min(origin))
    assert {"score urgentie", "score potentie", *(f"score {d}" for d in stad.domeinen)} <= set(keys)
    assert len(dict(open_.x.options)) == len(keys)


def test_r_is_given_only_where_it_means_something() -> None:
    rising = pd.DataFrame({"x": range(12), "y": np.arange(12) ** 3})
    assert spearman(rising).r == pytest.approx(1)
    assert spearman(rising[:9]).r is None
    assert spearman(rising.assign(y=5.0)).r is None
    assert spearman(rising.assign(y=[np.nan] * 3 + [1.0] * 9)).n == 9


def test_the_year_shows_the_figures_of_that_year(open_: Verkenner, stad: Stad) -> None:
    open_.jaar.value = 2023
    earlier = stad.in_jaar(2023)
    expected = earlier.indicatoren.loc[land(earlier).index, X]
    pd.testing.assert_series_equal(open_.beeld.alles["x"], expected, check_names=False)
    assert "2023" in open_.grafiek.title
    assert (open_.beeld.alles["x"].to_numpy() != stad.indicatoren.loc[expected.index, X]).any()


def test_two_years_share_their_axes_and_show_what_changed(open_: Verkenner, stad: Stad) -> None:
    open_.naast.value = 2023
    earlier, places = stad.in_jaar(2023), land(stad).index
    then = earlier.indicatoren[X].reindex(places)
    seen = open_.beeld.alles
    pd.testing.assert_series_equal(seen["x_toen"], then, check_names=False)
    change = (stad.indicatoren.loc[places, X] - then).rename("x_verschil")
    pd.testing.assert_series_equal(seen["x_verschil"], change, check_names=False)
    both = earlier.indicatoren.loc[land(earlier).index, [X, Y]].dropna()
    r = both.rank().corr().iloc[0, 1]
    assert f"In 2023: {getal(r, 2)}, van" in open_.doek.zin
    assert open_.doek.html.count("data-vlak") == 2
    ticks = [re.findall(r">(-?−?[\d.,]+)</text>", scatter(open_, number)) for number in (1, 2)]
    assert ticks[0] == ticks[1] != []
    assert sum("2023" in name for name in open_.tabel.columns) == 2
    codes = list(places[:3])
    open_.buurten.value = codes
    traces = scatter(open_, 2).count('stroke-width="1.5"')
    assert traces == seen.loc[codes, ["x", "y", "x_toen", "y_toen"]].notna().all(axis=1).sum()


def test_a_figure_of_too_few_people_stays_out_of_the_session(
    stad: Stad, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalogue = type(stad.run.catalogue)
    whole, few = catalogue.frame, stad.tabel("noemers")["laag_inkomen"].quantile(0.3)
    limited = pd.Series({X: few})
    monkeypatch.setattr(
        catalogue, "frame", lambda self: whole(self).assign(publicatiedrempel=limited)
    )
    found = Verkenner(stad.run, X, openbaar=True).beeld
    hidden = stad.tabel("noemers").loc[found.alles.index, X] < few
    assert hidden.any()
    assert found.alles.loc[hidden, "x"].isna().all()
    assert set(found.alles.loc[hidden & stad.indicatoren[X].notna(), "herkomst_x"]) == {
        "ontbreekt: te weinig om te tonen, of onbekend hoeveel"
    }
    assert stad.verken(X).beeld.alles["x"].equals(stad.indicatoren.loc[hidden.index, X].rename("x"))


def test_a_choice_of_buurten_filters_table_scatter_and_r(open_: Verkenner, stad: Stad) -> None:
    codes = list(land(stad).index[:14])
    everything = scatter(open_).count("<path")
    open_.buurten.value = codes
    assert shown(open_) == sorted(escape(stad.namen[code]) for code in codes)
    assert list(open_.tabel.index) == codes
    both = stad.indicatoren.loc[codes, [X, Y]].dropna()
    assert open_.beeld.samenhang.r == pytest.approx(both.rank().corr().iloc[0, 1])
    assert "Keuze van 14 buurten" in open_.doek.zin
    faded = scatter(open_).count('opacity="0.25"')
    others = land(stad).index.difference(codes)
    assert faded == stad.indicatoren.loc[others, [X, Y]].notna().any(axis=1).sum()
    assert scatter(open_).count("<path") == everything
    open_.knoppen["Alle buurten"].click()
    assert len(shown(open_)) == len(land(stad))


def test_search_click_and_box_choose_buurten(open_: Verkenner, stad: Stad) -> None:
    first, second, third = land(stad).index[:3]
    open_._message(None, {"doe": "kies", "codes": [first]}, [])
    open_.zoek.value = stad.namen[second].upper()
    assert second in [code for _, code in open_.buurten.options]
    open_.buurten.value = [second]
    assert open_.beeld.buurten == (first, second)
    open_._message(None, {"doe": "kies", "codes": [first]}, [])
    assert open_.beeld.buurten == (second,)
    open_._message(None, {"doe": "lus", "codes": [third, first]}, [])
    assert open_.beeld.buurten == (first, third)
    open_.zoek.value = "bestaat niet"
    assert (open_.buurten.options, open_.beeld.buurten) == ((), (first, third))


def test_the_table_can_be_sorted_on_every_figure(open_: Verkenner, stad: Stad) -> None:
    values = stad.indicatoren.loc[stad.namen[land(stad).index].sort_values(kind="stable").index, X]
    cells = re.findall(
        r'<tr data-b="(\w+)"><th.*?</th><td>.*?</td><td data-v="(.*?)">', open_.doek.html
    )
    assert cells == [(code, "" if pd.isna(v) else f"{v:.6g}") for code, v in values.items()]


def test_medians_are_those_of_the_woonbuurten(open_: Verkenner, stad: Stad) -> None:
    year = open_.beeld.jaar
    places = stad.tabel("scores").index[year.woonbuurt.reindex(stad.namen.index, fill_value=False)]
    assert year.mediaan(X) == pytest.approx(stad.indicatoren.loc[places, X].median())
    scores, areas = stad.tabel("scores"), stad.tabel("gebieden")
    assert set(scores.index[scores["gerangschikt"]]) <= set(places)
    assert (areas.loc[places, "inwoners"] >= stad.methode.drempels.inwoners).all()
    decimals = open_.beeld.figuur("x").decimalen
    assert f"mediaan stad {getal(year.mediaan(X), decimals)}" in open_.doek.html
    assert np.isnan(year.land(X))
    assert "mediaan land" not in open_.doek.html
    norms = year.normen.copy()
    year.normen = norms.assign(bron="land")
    try:
        assert year.land(X) == norms.at[X, "p50"]
        assert f"mediaan land {getal(norms.at[X, 'p50'], decimals)}" in picture(open_.beeld).markup
        assert np.isnan(year.land("score urgentie"))
    finally:
        year.normen = norms


def test_missing_and_carried_forward_are_marked(open_: Verkenner, stad: Stad) -> None:
    flags = stad.tabel("vlaggen").loc[land(stad).index]
    kinds = flags.apply(lambda column: column.str.partition(":")[0])
    partly = kinds.columns[(kinds == "ontbreekt").any() & (kinds == "overgenomen").any()]
    open_.x.value = partly[0]
    seen = open_.beeld.alles
    assert (seen["soort_x"] == "overgenomen").equals(kinds[partly[0]] == "overgenomen")
    missing = seen[seen["x"].isna()]
    assert (missing["soort_x"] == "ontbreekt").all()
    assert missing["herkomst_x"].str.fullmatch("ontbreekt: .+").all()
    left = open_.doek.html[: open_.doek.html.index("data-vlak")].partition("Y: ")[0]
    assert left.count('url(#sia-geen-kaart)"') == len(missing)
    alone = seen[["x", "y"]].isna().sum(axis=1).eq(1).sum()
    assert f"mist een van beide ({alone})" in open_.doek.html


def test_names_from_data_stay_text(stad: Stad) -> None:
    codes = land(stad).index
    own = pd.Series(np.arange(len(codes), dtype=float), codes, name='=1+1<img src=x onerror="y">')
    found = stad.verken(eigen=own)
    year = found.beeld.jaar
    year.gebieden = year.gebieden.assign(naam="<script>alert(1)</script>", wijknaam="@SOM(A1)")
    view = View(year, found.x.value, found.y.value)
    html = picture(view).markup + table_html(view)
    assert "<script" not in html
    assert "<img" not in html
    assert "&lt;script&gt;" in html
    found.beeld = view
    lines = found.csv().decode("utf-8-sig").splitlines()
    assert lines[0].split(";")[3].strip('"').startswith("'=1+1")
    assert lines[1].split(";")[1:3] == ["<script>alert(1)</script>", "'@SOM(A1)"]


def test_own_figures_stand_beside_the_others_and_in_no_score(stad: Stad) -> None:
    codes = land(stad).index
    own = pd.DataFrame({"buurtcode": codes, "hoogte": range(len(codes)), "nat": 1.0})
    own.loc[0, "nat"] = 5.0
    found = stad.verken("nat", "hoogte", eigen=own)
    assert found.beeld.alles["y"].tolist() == list(range(len(codes)))
    assert found.beeld.alles["x"].iloc[0] == 5.0
    scores = found.beeld.jaar.waarden["score urgentie"]
    assert scores.equals(stad.tabel("scores").loc[codes, "urgentie"].rename("score urgentie"))
    with pytest.raises(InputError, match="geen buurt van deze stad"):
        stad.verken(eigen=pd.Series([1.0, 2.0], ["BU00000000", codes[0]], name="x"))


def test_the_code_makes_the_same_view(stad: Stad) -> None:
    codes = land(stad).index
    own = pd.Series(np.linspace(0, 1, len(codes)), codes, name="eigen 'maat'")
    found = sia.verkenner(stad, X, "sociaal", eigen=own, buurten=[stad.namen[codes[2]], codes[5]])
    found.x.value = "eigen eigen 'maat'"
    found.knoppen["Python-code"].click()
    again: dict[str, Verkenner] = {}
    exec(found.python.value, again)
    assert again["verkenner"].doek.html == found.doek.html
    assert again["verkenner"].tabel.equals(found.tabel)
    assert again["stad"].methode.hash == stad.methode.hash


def test_what_is_handed_over_is_what_is_shown(
    open_: Verkenner, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[dict[str, object]] = []
    monkeypatch.setattr(open_.doek, "send", sent.append)
    for kind in ("Tabel (CSV)", "Beeld (SVG)", "Beeld (PNG)"):
        open_.knoppen[kind].click()
    table, drawn, painted = (b64decode(str(one["inhoud"]).partition(",")[2]) for one in sent)
    assert table == open_.csv()
    assert drawn.decode() == painted.decode() == open_.grafiek.markup
    assert [one["png"] for one in sent] == [False, False, True]


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        ({"x": "laag_inkomn"}, "laag_inkomen"),
        ({"jaar": 1999}, "geen van de jaren"),
        ({"buurten": ["Atlantis"]}, "Atlantis"),
    ],
)
def test_an_unknown_choice_says_what_to_do(
    stad: Stad, choice: dict[str, object], said: str
) -> None:
    with pytest.raises(InputError, match=said):
        stad.verken(**choice)


def test_every_choice_is_answered_within_200_ms(open_: Verkenner) -> None:
    spent = []
    for _, key in open_.x.options[:12]:
        begun = time.process_time()
        open_.x.value = key
        spent.append(time.process_time() - begun)
    assert np.median(spent) < 0.2


def test_every_control_has_a_name(open_: Verkenner) -> None:
    controls = (open_.x, open_.y, open_.jaar, open_.zoek, open_.buurten, open_.python)
    assert all(one.description for one in (*controls, *open_.knoppen.values()))
    assert re.search(r'role="img"[^>]*aria-label="[^"]{40,}"', open_.doek.html)
