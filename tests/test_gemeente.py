"""Municipality files: the three that ship, what is wrong with others, and starting a new one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sia.errors import InputError
from sia.gemeente import TE_BEVESTIGEN, Gemeente, init_gemeente, load_gemeente
from voorbeeldstad.places import atoms

GOOD = """
code = "GM0164"
naam = "Hengelo"
te_bevestigen = ["BU01640900"]
[[stadsdeel]]
naam = "Noord"
wijken = ["WK016402"]
buurten = ["BU01640101"]
[drempels]
inwoners = 50
[aanpak]
corporatiebezit = 35
[[eigen_tabel]]
bestand = "stresstest.csv"
[eigen_tabel.kolommen]
hitte = "hittestress"
"""


@pytest.fixture
def folder(repository: Path) -> Path:
    return repository / "gemeenten"


def read(tmp_path: Path, text: str) -> Gemeente:
    path = tmp_path / "GM0164-proef.toml"
    path.write_text(text, encoding="utf-8")
    return load_gemeente(path)


def wrong(tmp_path: Path, text: str) -> str:
    with pytest.raises(InputError) as caught:
        read(tmp_path, text)
    return str(caught.value)


@pytest.mark.parametrize("which", ["Enschede", "enschede", "GM0153", "GM0153-enschede"])
def test_finds_by_name_code_or_file(folder: Path, which: str) -> None:
    assert load_gemeente(which, folder).code == "GM0153"


def test_every_shipped_file_loads(folder: Path) -> None:
    codes = {load_gemeente(path).code for path in sorted(folder.glob("*.toml"))}
    assert {"GM0153", "GM0164", "GM9999"} <= codes


def test_enschede_has_five_stadsdelen_and_marks_what_is_uncertain(folder: Path) -> None:
    enschede = load_gemeente("Enschede", folder)
    assert [part.naam for part in enschede.stadsdelen] == [
        "Centrum",
        "Noord",
        "Oost",
        "Zuid",
        "West",
    ]
    assert enschede.stadsdeel("BU01530003") == "Centrum"
    assert enschede.stadsdeel("BU01530301") == "West"
    assert enschede.stadsdeel("BU01530901") == "West"
    assert enschede.stadsdeel("BU01530900") == "Noord"
    assert enschede.stadsdeel("BU01530805") == "Oost"
    assert enschede.stadsdeel("BU01530905") == TE_BEVESTIGEN


def test_voorbeeldstad_is_fictional_and_has_the_stadsdelen_of_the_generator(folder: Path) -> None:
    city = load_gemeente("Voorbeeldstad", folder)
    assert city.fictief
    assert "fictief" in city.naam
    for atom in atoms():
        for code in (atom.oud[0], atom.nieuw[0]):
            assert city.stadsdeel(code) == atom.wijk.stadsdeel
    assert all("(fictief)" in partner.naam for partner in city.partners)


def test_reads_what_is_set_and_defaults_the_rest(tmp_path: Path) -> None:
    gemeente = read(tmp_path, GOOD)
    assert gemeente.drempels.inwoners == 50
    assert gemeente.drempels.aandeel_domein == pytest.approx(2 / 3)
    assert dict(gemeente.aanpak) == {"corporatiebezit": 35.0}
    assert gemeente.eigen_kolommen() == {"hitte": "hittestress"}
    assert gemeente.stadsdeel("BU01640101") == "Noord"
    assert gemeente.stadsdeel("BU01640299") == "Noord"
    assert gemeente.stadsdeel("BU01640900") == TE_BEVESTIGEN
    assert gemeente.stadsdeel("BU01640500") == ""
    assert gemeente.bestand == "GM0164-proef.toml"


def test_all_problems_come_at_once_in_dutch(tmp_path: Path) -> None:
    text = GOOD.replace('naam = "Hengelo"', 'name = "Hengelo"')
    text = text.replace("inwoners = 50", "inwoner = 50").replace("WK016402", "WK015302")
    text = text.replace('"hittestress"', '"hittestres"')
    message = wrong(tmp_path, text)
    assert "Bedoelde u `naam`?" in message
    assert "Bedoelde u `inwoners`?" in message
    assert "`WK015302` is geen code van" in message
    assert "Bedoelde u `hittestress`?" in message


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('code = "GM0164"', 'code = "0164"', "is geen gemeentecode"),
        ('code = "GM0164"', 'code = "GM0164"\nfictief = true', "fictief = false"),
        ('["BU01640900"]', '["BU01640101"]', "staat op 2 plaatsen"),
        ("inwoners = 50", "aandeel_domein = 1.5", "een getal tussen 0 en 1"),
        ("inwoners = 50", "inwoners = nan", "drempels.inwoners"),
        ('naam = "Hengelo"', 'naam = "Hengelo"\nbestand = "x"', "[[eigen_tabel]]"),
        ("[aanpak]", "[huisstijl]\nhoofdkleur = 'rood'\n[aanpak]", "is geen kleur"),
        ("[aanpak]", "[huisstijl]\nlogo = 'weg.png'\n[aanpak]", "bestaat niet"),
        ("corporatiebezit = 35", 'corporatiebezit = "veel"', "past hier niet"),
        ("hitte =", "niet_westers =", "spreekt van herkomst"),
        ('naam = "Noord"', 'naam = ""', "Dit veld is leeg"),
    ],
)
def test_wrong_values_are_explained(tmp_path: Path, old: str, new: str, expected: str) -> None:
    assert old in GOOD
    assert expected in wrong(tmp_path, GOOD.replace(old, new))


def test_refused_own_indicator_needs_a_complete_decision(tmp_path: Path) -> None:
    own = """
[[indicator]]
id = "vergrijzing"
naam = "Ouderen"
domein = "sociaal"
rol = "opgave"
richting = 1
eenheid = "%"
waarom = "Proef."
[[indicator.bron]]
naam = "cbs.kwb"
maat = "percentage_personen_65_jaar_en_ouder"
"""
    besluit = """
[[besluit]]
indicator = "vergrijzing"
blokkade = "alleen context"
wie = "B. de Vries, wethouder"
datum = 2026-02-01
reden = "Proef met het college."
"""
    assert "Geweigerd als opgave" in wrong(tmp_path, GOOD + own)
    half = besluit.replace('wie = "B. de Vries, wethouder"\n', "")
    assert "Dit veld ontbreekt" in wrong(tmp_path, GOOD + own + half)
    gemeente = read(tmp_path, GOOD + own + besluit)
    assert gemeente.besluiten[0].datum == "2026-02-01"
    assert "B. de Vries" in gemeente.catalogus().besluiten[0].zin()


def test_bad_date_is_explained(tmp_path: Path) -> None:
    besluit = (
        '[[besluit]]\nindicator = "x"\nblokkade = "herkomst"\nwie = "A"\n'
        'datum = "gisteren"\nreden = "b"\n'
    )
    assert "Hier hoort een datum" in wrong(tmp_path, GOOD + besluit)


def test_unknown_municipality_gets_a_suggestion_and_the_command(folder: Path) -> None:
    with pytest.raises(InputError) as caught:
        load_gemeente("Enschde", folder)
    assert "Bedoelde u `Enschede`?" in str(caught.value)
    assert "sia init" in str(caught.value)


def test_init_writes_a_file_that_loads_as_it_stands(tmp_path: Path) -> None:
    path = init_gemeente("GM0141", "Almelo", folder=tmp_path)
    assert path.name == "GM0141-almelo.toml"
    gemeente = load_gemeente("Almelo", tmp_path)
    assert (gemeente.code, gemeente.naam) == ("GM0141", "Almelo")
    assert gemeente.stadsdelen == ()


def test_init_examples_are_valid_when_uncommented(tmp_path: Path) -> None:
    path = init_gemeente("GM0141", "Almelo", folder=tmp_path)
    text = path.read_text(encoding="utf-8")
    text = re.sub(r"(?m)^# (?=\[|[a-z_]+ = )", "", text.partition("# Een eigen indicator")[0])
    path.write_text(text, encoding="utf-8")
    gemeente = load_gemeente(path)
    assert gemeente.stadsdelen[0].naam == "Noord"
    assert gemeente.partners[0].soort == "corporatie"
    assert gemeente.eigen_kolommen()["hitte"] == "hittestress"


@pytest.mark.parametrize("code", ["0141", "GM01", "../GM0141"])
def test_init_refuses_what_is_no_municipality(tmp_path: Path, code: str) -> None:
    with pytest.raises(InputError):
        init_gemeente(code, "X", folder=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_init_takes_every_code_that_a_run_takes(tmp_path: Path) -> None:
    made = load_gemeente(init_gemeente("GM9998", "Proefstad", folder=tmp_path))
    assert (made.code, made.naam, made.fictief) == ("GM9998", "Proefstad", True)
    assert not load_gemeente(init_gemeente("GM0141", "Almelo", folder=tmp_path)).fictief
    assert load_gemeente(init_gemeente(" gm0164", "Hengelo", folder=tmp_path)).code == "GM0164"


def test_init_overwrites_nothing(tmp_path: Path) -> None:
    first = init_gemeente("GM0141", "Almelo", folder=tmp_path)
    first.write_text("mijn werk", encoding="utf-8")
    with pytest.raises(InputError, match="Er is al een bestand"):
        init_gemeente("GM0141", "Almelo", folder=tmp_path)
    assert first.read_text(encoding="utf-8") == "mijn werk"


def test_init_refuses_a_name_that_would_break_the_file(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        init_gemeente("GM0141", 'A"\nfictief = true\n#', folder=tmp_path)
