"""The catalogue as it stands, its fairness rules, and its page."""

from __future__ import annotations

import copy
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sia.catalogue import DOMAINS, Besluit, catalogue_page, load_catalogue
from sia.catalogue.load import FOLDER
from sia.catalogue.model import SOURCES, Indicator
from sia.catalogue.refused import is_origin, refusal
from sia.errors import InputError
from sia.toml import problems_of, validate

ORIGIN = (
    "aantal_uit_marokko",
    "aantal_uit_turkije",
    "percentage_met_herkomstland_nederland",
    "percentage_met_herkomstland_uit_europa_excl_nl",
    "percentage_met_herkomstland_buiten_europa",
    "percentage_geb_in_nl_met_herkomstland_nederland",
    "perc_geb_in_nl_met_herkomstland_in_europa_ex_nl",
    "perc_geb_in_nl_met_herkomstland_buiten_europa",
    "perc_geb_buiten_nl_met_herkomstlnd_in_europa_ex_nl",
    "perc_geb_buiten_nl_met_herkomstlnd_buiten_europa",
    "percentage_westerse_migratieachtergrond",
    "percentage_niet_westerse_migratieachtergrond",
    "percentage_uit_marokko",
    "percentage_uit_nederlandse_antillen_en_aruba",
    "percentage_uit_suriname",
    "percentage_uit_turkije",
    "percentage_overige_nietwestersemigratieachtergrond",
    "a_w_all",
    "a_nw_all",
    "a_marok",
    "a_antaru",
    "a_suri",
    "a_tur",
    "a_ov_nw",
    "a_nl_all",
    "a_eur_al",
    "a_neu_al",
    "p_n_w_al",
    "p_w_all",
    "p_nw_all",
    "p_west_al",
    "p_marokko",
    "p_ant_aru",
    "p_surinam",
    "p_turkije",
    "p_over_nw",
)
"""Measures of origin, in the spellings of the editions of the CBS table and of PDOK."""
PROXIES = (
    "thuistaal_niet_nederlands",
    "Moedertaal",
    "aandeel anderstaligen",
    "moskeebezoek",
    "religie",
    "tweede_nationaliteit",
    "statushouders",
    "home_language",
    "Etnische samenstelling",
)
PLAIN = (
    "percentage_huishoudens_met_laag_inkomen",
    "kinderdagverblijf_gemiddelde_afstand_in_km",
    "riolering_ouder_dan_40_jaar",
    "percentage_jongeren_met_jeugdzorg_in_natura",
    "diefstal_inbraak_woning",
    "afstand_bibliotheek",
    "turkoois_water",
)


def entry(**changes: object) -> dict[str, object]:
    base: dict[str, object] = {
        "id": "proef",
        "naam": "Proef",
        "domein": "sociaal",
        "rol": "opgave",
        "richting": 1,
        "eenheid": "%",
        "waarom": "Om te proberen.",
        "bron": [{"naam": "eigen", "maat": "proefmaat"}],
    }
    return base | changes


def said(content: dict[str, object]) -> list[str]:
    found = problems_of(Indicator, content, "proef.toml")[1]
    return [f"{problem.kolom}: {problem.wat} {problem.oplossing}" for problem in found]


def test_has_enough_indicators_in_every_domain() -> None:
    catalogue = load_catalogue()
    scored = [e for e in catalogue if e.telt_mee]
    assert len(scored) >= 45
    for domain in (*DOMAINS, "potentie"):
        assert len(catalogue.of(domein=domain)) >= 3, domain


def test_ids_are_unique_and_in_order_of_domain() -> None:
    catalogue = load_catalogue()
    assert len(set(catalogue.ids)) == len(catalogue)
    seen = list(dict.fromkeys(e.domein for e in catalogue))
    assert seen == [*DOMAINS, "potentie", "context"]


def test_page_is_what_the_generator_makes(repository: Path) -> None:
    written = (repository / "docs" / "reference" / "indicatoren.md").read_text(encoding="utf-8")
    assert written == catalogue_page(), "draai `python -m sia.catalogue`"


def test_sources_page_explains_every_source(repository: Path) -> None:
    page = (repository / "docs" / "reference" / "databronnen.md").read_text(encoding="utf-8")
    assert [name for name in SOURCES if f"`{name}`" not in page] == []


def test_page_names_every_indicator_and_reason() -> None:
    page = catalogue_page()
    for e in load_catalogue():
        assert f"`{e.id}`" in page
        assert e.waarom in page


def test_nothing_in_the_package_is_refused() -> None:
    assert {e.id: e.refusal() for e in load_catalogue() if e.refusal()} == {}


def test_external_indices_stay_outside_the_score() -> None:
    catalogue = load_catalogue()
    assert catalogue["leefbaarometer"].rol == "toets"
    assert catalogue["ses_woa"].rol == "toets"


def test_corporatiebezit_is_a_potential_only() -> None:
    catalogue = load_catalogue()
    measure = "perc_huurwoningen_in_bezit_woningcorporaties"
    users = [e for e in catalogue for b in e.bronnen if measure in b.maten()]
    assert {e.rol for e in users} == {"kans"}


def test_sensitive_figures_have_a_threshold_and_stay_at_buurt_level() -> None:
    catalogue = load_catalogue()
    for name in ("laag_inkomen", "bijstand", "inkomen_per_inwoner", "ervaren_gezondheid", "wmo"):
        assert catalogue[name].alleen_buurt, name
        assert catalogue[name].publicatiedrempel >= 100, name


@pytest.mark.parametrize("name", [*ORIGIN, *PROXIES])
def test_origin_and_proxies_are_recognised(name: str) -> None:
    assert is_origin(name)


@pytest.mark.parametrize("name", PLAIN)
def test_ordinary_measures_are_let_through(name: str) -> None:
    assert not is_origin(name)
    assert refusal("opgave", [name], [], ["cbs.kwb"]) is None


@given(
    st.sampled_from(ORIGIN),
    st.sampled_from(["opgave", "kans"]),
    st.sampled_from(["maat", "teller", "noemer", "id", "naam"]),
    st.booleans(),
)
def test_origin_is_refused_wherever_it_hides(
    measure: str, rol: str, where: str, upper: bool
) -> None:
    name = measure.upper() if upper else measure
    names = ["proef", name] if where != "noemer" else ["proef"]
    found = refusal(rol, names, [name] if where == "noemer" else [], ["eigen"])
    assert found is not None
    assert found.blokkade == "herkomst"


@pytest.mark.parametrize(
    "measure",
    [
        "percentage_personen_65_jaar_en_ouder",
        "aantal_personen_0_tot_15_jaar",
        "mannen",
        "percentage_gescheid",
        "percentage_eenpersoonshuishoudens",
        "percentage_huishoudens_met_kinderen",
        "percentage_meergezinswoning",
    ],
)
def test_age_household_and_dwelling_type_are_context_only(measure: str) -> None:
    found = refusal("opgave", [measure], [], ["cbs.kwb"])
    assert found is not None
    assert found.blokkade == "alleen context"
    assert refusal("context", [measure], [], ["cbs.kwb"]) is None


def test_corporatiebezit_is_refused_as_opgave_and_not_as_kans() -> None:
    names = ["perc_huurwoningen_in_bezit_woningcorporaties"]
    assert refusal("kans", names, [], ["cbs.kwb"]) is None
    found = refusal("opgave", names, [], ["cbs.kwb"])
    assert found is not None
    assert found.blokkade == "alleen kans"


def test_refused_indicator_stops_the_catalogue_with_a_dutch_message() -> None:
    bron = [{"naam": "cbs.kwb", "maat": "percentage_uit_turkije"}]
    refused = validate(Indicator, entry(bron=bron), "x.toml")
    with pytest.raises(InputError) as caught:
        load_catalogue(extra=[refused])
    assert "percentage_uit_turkije" in str(caught.value)
    assert "[[besluit]]" in str(caught.value)


def test_named_decision_lifts_a_block_and_is_kept() -> None:
    bron = [{"naam": "cbs.kwb", "maat": "percentage_personen_65_jaar_en_ouder"}]
    aged = validate(Indicator, entry(bron=bron), "x.toml")
    besluit = Besluit("proef", "alleen context", "A. Jansen, directeur", "2026-01-31", "Proef.")
    catalogue = load_catalogue(extra=[aged], besluiten=[besluit])
    assert catalogue["proef"].rol == "opgave"
    assert "A. Jansen" in catalogue.besluiten[0].zin()


def test_decision_lifts_only_the_block_that_it_names() -> None:
    bron = [{"naam": "cbs.kwb", "maat": "percentage_uit_turkije"}]
    refused = validate(Indicator, entry(bron=bron), "x.toml")
    besluit = Besluit("proef", "alleen context", "A", "2026-01-31", "Proef.")
    with pytest.raises(InputError) as caught:
        load_catalogue(extra=[refused], besluiten=[besluit])
    assert len(caught.value.problems) == 2


def test_decision_without_effect_is_a_problem() -> None:
    besluit = Besluit("bijstand", "herkomst", "A", "2026-01-31", "Proef.")
    with pytest.raises(InputError, match="heft niets op"):
        load_catalogue(besluiten=[besluit])


def test_own_entry_replaces_the_package_entry() -> None:
    own = validate(Indicator, entry(id="bijstand", naam="Eigen bijstand"), "x.toml")
    catalogue = load_catalogue(extra=[own])
    assert catalogue["bijstand"].naam == "Eigen bijstand"
    assert len(catalogue) == len(load_catalogue())


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"domien": "x"}, "Bedoelde u `domein`?"),
        ({"rol": "opgaaf"}, "Bedoelde u `opgave`?"),
        ({"richting": 0}, "heeft een richting"),
        ({"richting": 2}, "buiten de grenzen"),
        ({"meenemen": "twee"}, "past hier niet"),
        ({"meenemen": True}, "past hier niet"),
        ({"bron": []}, "lijst is leeg"),
        ({"bron": [{"naam": "cbs.kwbb", "maat": "x"}]}, "Bedoelde u `cbs.kwb`?"),
        ({"bron": [{"naam": "eigen", "maat": "x", "teller": "y"}]}, "Geef of een maat"),
        ({"bron": [{"naam": "eigen", "teller": "y"}]}, "zonder noemer"),
        ({"bron": [{"naam": "eigen", "maat": "x", "van": 2020, "tot": 2019}]}, "ligt na 2019"),
        ({"domein": "potentie"}, "hoort niet in domein"),
        ({"schaal": 100.0}, "zonder noemer"),
        ({"publicatiedrempel": 5}, "drempel zonder noemer"),
        ({"id": "Met Hoofdletters"}, "is geen id"),
        ({"naam": " "}, "Dit veld is leeg"),
    ],
)
def test_wrong_entries_are_explained(changes: dict[str, object], expected: str) -> None:
    assert any(expected in text for text in said(entry(**changes)))


def test_all_problems_come_at_once(tmp_path: Path) -> None:
    text = '[[indicator]]\nid = "a"\nrol = "x"\n[[indicator]]\nid = "a"\nkleur = 1\n'
    (tmp_path / "a.toml").write_text(text, encoding="utf-8")
    (tmp_path / "b.toml").write_text("[[indicator]\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_catalogue(tmp_path)
    files = {problem.bestand for problem in caught.value.problems}
    assert {"a.toml", str(tmp_path / "b.toml")} <= files
    assert len(caught.value.problems) > 5


def test_empty_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="geen enkel catalogusbestand"):
        load_catalogue(tmp_path)


def test_each_file_holds_its_own_domain() -> None:
    for path in FOLDER.glob("*.toml"):
        entries = tomllib.loads(path.read_text(encoding="utf-8"))["indicator"]
        assert {e["domein"] for e in entries} == {path.stem}


def test_valid_entry_has_no_problems() -> None:
    content = entry()
    before = copy.deepcopy(content)
    assert said(content) == []
    assert content == before


def test_list_of_sources_keeps_the_order() -> None:
    bron = [
        {"naam": ["cbs.pdok", "cbs.kwb"], "maat": "x", "tot": 2020},
        {"naam": "eigen", "maat": "y"},
    ]
    read = validate(Indicator, entry(bron=bron), "x.toml")
    assert [b.naam for b in read.bronnen] == ["cbs.pdok", "cbs.kwb", "eigen"]
    assert [b.geldt(2021) for b in read.bronnen] == [False, False, True]
