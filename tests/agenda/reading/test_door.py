"""What people send, in the forms in which they send it."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import geopandas as gpd
import openpyxl
import pytest
import shapely

from sia.agenda.reading.cells import parse_cell
from sia.agenda.reading.deliveries import FOLDER, Deliveries, read_deliveries
from sia.agenda.reading.fields import BY_NAME

HEAD = ["plan", "partner", "titel", "soort", "buurtcodes", "kosten", "vroegst", "laatst", "duur",
        "flexibiliteit", "status", "vertrouwelijkheid", "zekerheid"]  # fmt: skip
ROW = ["A-1", "Corporatie Een", "Werk Een", "renovatie", "BU99990001", 500_000, 2025, 2028, 1,
       "vrij", "begroot", "openbaar", None]  # fmt: skip
Send = Callable[[str, object], Path]


def row(**more: object) -> list[object]:
    return list((dict(zip(HEAD, ROW, strict=True)) | more).values())


def csv(*rows: list[object], head: list[str] = HEAD, sep: str = ";") -> str:
    lines = [sep.join("" if c is None else str(c) for c in line) for line in (head, *rows)]
    return "\n".join(lines) + "\n"


def book(*rows: list[object], sheet: str = "Plannen") -> bytes:
    made = openpyxl.Workbook()
    made.active.title = sheet
    for line in (HEAD, *rows):
        made.active.append(line)
    stream = io.BytesIO()
    made.save(stream)
    return stream.getvalue()


@pytest.fixture
def send(tmp_path: Path) -> Send:
    def put(name: str, content: object) -> Path:
        path = tmp_path / FOLDER / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)  # type: ignore[arg-type]
        return tmp_path

    return put


@pytest.fixture
def places(buurten: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    wijk = buurten.index.str[2:8]
    return buurten.assign(wijkcode="WK" + wijk, wijknaam="Wijk " + wijk)


def read(folder: Path, places: gpd.GeoDataFrame, **more: object) -> tuple[Deliveries, str]:
    found = read_deliveries([folder], places, **more)  # type: ignore[arg-type]
    assert found is not None
    return found, "\n".join(" ".join(p.cells()) for p in found.reading.problems)


@pytest.mark.parametrize(
    ("field", "written", "meant"),
    [
        *(("kosten", text, amount) for text, amount in {
            "€ 1,2 mln": 1.2e6, "1.2 mln": 1.2e6, "850k": 8.5e5, "EUR 500000": 5e5,
            "ca. 5 ton": 5e5, "500.000 (raming)": 5e5,
            "2,5 M€": 2.5e6, "€ 850 x 1.000": 8.5e5, "500.000 euro excl. btw": 5e5,
            "1 200 000": 1.2e6, "500.000,-": 5e5, "p.m.": None, "1 - 2 mln": 1.5e6, "80%": None,
            "1,2 mio": 1.2e6, "€ 450k": 4.5e5, "450.000,-": 4.5e5, "200-300k": 2.5e5,
            "450,000": 4.5e5, "nader te bepalen": None,
            "(500.000)": None, "450.000 per jaar": None, "1/2": None,
            "max. 450.000": 4.5e5, "450.000 incl. btw": 4.5e5, 1.125: 1.125, "450 dzd": 4.5e5,
        }.items()),
        *(("vroegst", text, 2027) for text in (
            "2027-Q2", "Q2 2027", "2e kwartaal 2027", "2027/2028", "2027/28", "2027-03", "mrt-27",
            "1-3-2027", "eind 2027", "vanaf 2027", "2027 e.v.", 2027.0, date(2027, 3, 1))),
        *(("vroegst", text, None) for text in ("7", "voor 2027", "binnenkort", "12027")),
        *(("vroegst", text, 2027) for text in (27, "'27", "27-28", "najaar '27", "week 12 2027",
                                               "Schooljaar 2027/2028", "2027?", "sept 2027")),
        *(("vroegst", text, 2027) for text in ("2027-07-01T00:00", "2027-07-01 00:00:00",
                                               "per 2027")),
        ("laatst", "2027/2028", 2028), ("laatst", "uiterlijk 2029", 2029),
        ("zekerheid", "80%", 80.0), ("zekerheid", 0.8, 80.0), ("zekerheid", "80", 80.0),
        ("zekerheid", "hoog", 80.0), ("zekerheid", "80 procent", 80.0), ("zekerheid", "soms", None),
        ("fte", "1,5 fte", 1.5), ("fte", "16 uur", None), ("duur", "anderhalf jaar", 2),
        ("duur", "26 weken", 1),
        ("duur", "2 jaar", 2), ("duur", "18 maanden", 2), ("duur", "lang", None),
        ("soort", "Rioolvervanging", "riolering"), ("status", "Vervallen", "ingetrokken"),
        ("graaft", "X", "ja"), ("opgaven", "Klimaat, wonen", "klimaat;wonen"),
        ("buurtcodes", "bu99990001, BU99990002", "BU99990001;BU99990002"),
        ("aangeleverd_op", "15 januari 2025", "2025-01-15"),
    ],
)  # fmt: skip
def test_a_cell_as_people_write_it(field: str, written: object, meant: object) -> None:
    value, wat = parse_cell(BY_NAME[field], written)
    assert value == meant
    assert bool(wat) == (meant is None)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", "sep=;\n" + csv(ROW)), ("a.csv", csv(ROW).encode("utf-16")),
        ("a.csv", csv(ROW).encode("utf-16-le")), ("a.csv", csv(ROW).encode("utf-32")),
        ("a.txt", csv(ROW, sep="\t")),
        ("a.CSV", csv(ROW, sep=",")), ("a.csv", csv(row(titel="Één")).encode("cp1252")),
        ("a.csv", "Plannen van ons\n\n" + csv(["Wijk Noord"], ROW, HEAD, ["Totaal", None, 5])),
        ("a.xlsx", book(ROW, sheet="plannen")),
        ("a.xlsm", book(ROW, sheet="Blad1")), ("Corporatie Een/map/a.csv", csv(row(partner=None))),
        ("a.csv", csv(ROW, head=[h.upper() for h in HEAD])),
    ],
)  # fmt: skip
def test_one_plan_from_any_form(
    name: str, content: object, send: Send, places: gpd.GeoDataFrame
) -> None:
    found, said = read(send(name, content), places)
    assert found.reading.plans["kosten"].to_dict() == {"A-1": 500_000.0}, said
    assert found.reading.plans["partner"].tolist() == ["Corporatie Een"]


def test_maps_of_any_kind_and_every_layer(
    send: Send, places: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    line = shapely.LineString([(250_100, 470_100), (250_300, 470_100)])
    fields = dict(zip(HEAD, row(buurtcodes=None), strict=True))
    (tmp_path / FOLDER).mkdir()

    def layer(plan: str) -> gpd.GeoDataFrame:
        return gpd.GeoDataFrame([fields | {"plan": plan, "geometry": line}], crs=28992)

    layer("N1").to_file(tmp_path / FOLDER / "n.gpkg", layer="gas")
    layer("N2").to_file(tmp_path / FOLDER / "n.gpkg", layer="stroom", mode="a")
    layer("N3").to_crs(4326).to_file(tmp_path / FOLDER / "wgs.geojson")
    layer("N4").set_crs(4326, allow_override=True).to_file(tmp_path / FOLDER / "rd.geojson")
    short = {"flexibiliteit": "flexibel", "vertrouwelijkheid": "niveau", "buurtcodes": "buurten"}
    layer("N5").rename(columns=short).to_file(tmp_path / FOLDER / "n5.shp")
    found, said = read(tmp_path, places)
    plans = found.reading.plans
    assert set(plans.index) == {"N1", "N2", "N3", "N4", "N5"}, said
    assert all(shape.hausdorff_distance(line) < 0.1 for shape in plans.geometry)
    assert {t.sheet.blad for t in found.tables} == {"gas", "stroom", ""}


@pytest.mark.parametrize("name", ["b.docx", "b.ods", "map/b.csv", "b.gpkg", "b.zip", "b.xls"])
def test_what_cannot_be_read_is_named_and_takes_nothing_down(
    name: str, send: Send, places: gpd.GeoDataFrame
) -> None:
    send("a.csv", csv(ROW))
    found, said = read(send(name, b"PK\x03\x04 niets"), places)
    assert name in said and list(found.reading.plans.index) == ["A-1"]
    assert len(found.files) == 2 and len(found.unread) == 1


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"kosten": 500}, "€ 500 is weinig voor renovatie"),
        ({"kosten": 500_000_000}, "is veel voor renovatie"),
        ({"kosten": "ca. 5 ton"}, "is een schatting"),
        ({"kosten": "onzin"}, "geen getal"),
        ({"flexibiliteit": "vast"}, "niet in welk jaar"),
        ({"zekerheid": 1}, "bijna onmogelijk"),
        ({"buurtcodes": "Nergens"}, "Onbekende buurt"),
    ],
)
def test_what_is_doubtful_is_asked_about_by_plan(
    more: dict[str, object], said: str, send: Send, places: gpd.GeoDataFrame
) -> None:
    _, text = read(send("a.csv", csv(row(**more))), places)
    assert said in text and "Plan A-1 (Werk Een)" in text


def test_a_line_that_lies_mostly_outside_is_asked_about(
    send: Send, places: gpd.GeoDataFrame
) -> None:
    line = "LINESTRING (240000 470100, 250300 470100)"
    content = csv([*row(buurtcodes=None), line], head=[*HEAD, "wkt"])
    _, said = read(send("a.csv", content.replace(line, f'"{line}"')), places)
    assert "97 % van dit plan ligt buiten de gemeente" in said


@pytest.mark.parametrize("named", ["Buurt 3", "buurt 3", "99990003", "BU99990003 ", "Buurt 3;"])
def test_a_buurt_by_name_and_a_wijk_by_code(
    named: str, send: Send, places: gpd.GeoDataFrame
) -> None:
    rows = (row(buurtcodes=f'"{named}"'), row(plan="A-2", buurtcodes="wk999900"),
            row(plan="A-3", buurtcodes="Buurt 1 en Buurt 2"))  # fmt: skip
    plans = read(send("a.csv", csv(*rows)), places)[0].reading.plans["buurtcodes"]
    assert plans["A-1"] == "BU99990003"
    assert plans["A-2"].count("BU") == len(places)
    assert plans["A-3"] == "BU99990001;BU99990002"


def test_headings_in_thousands_percent_cells_and_merged_partners(
    send: Send, places: gpd.GeoDataFrame
) -> None:
    made = openpyxl.load_workbook(io.BytesIO(book(row(kosten=500, zekerheid=0.8))))
    sheet = made["Plannen"]
    sheet.append(row(plan="A-2", partner=None, kosten=1.5, zekerheid=1))
    sheet.append(row(plan="A-3", partner=None, kosten=2, zekerheid=0.5))
    sheet["F1"] = "Raming (x € 1.000)"
    sheet.merge_cells("B2:B3")
    stream = io.BytesIO()
    made.save(stream)
    found, said = read(send("a.xlsx", stream.getvalue()), places)
    plans = found.reading.plans
    assert plans["kosten"].to_dict() == {"A-1": 500_000.0, "A-2": 1500.0, "A-3": 2000.0}
    assert plans["zekerheid"].to_dict() == {"A-1": 80.0, "A-2": 100.0, "A-3": 50.0}
    assert set(plans["partner"]) == {"Corporatie Een"}
    assert "gelezen als `Corporatie Een`, zoals erboven" in said


def test_of_two_files_the_newest_by_its_own_date_counts(
    send: Send, places: gpd.GeoDataFrame
) -> None:
    head = [*HEAD, "aangeleverd_op"]
    for name, cost, day in (("z", 1e5, "2024-01-15"), ("a", 9e5, "2024-09-15"), ("m", 3e5, "")):
        folder = send(f"{name}.csv", csv([*row(kosten=cost), day], head=head))
    found, said = read(folder, places)
    assert found.reading.plans["kosten"].tolist() == [9e5]
    assert said.count("is ouder dan rij 2 van a.csv") == 2
    # a date in the name counts where the rows have none; without any date nobody guesses
    send("a.csv", csv(row(kosten=1e5)))
    send("z.csv", csv(row(kosten=9e5)))
    send("m.csv", csv(row(kosten=3e5)))
    found, said = read(folder, places)
    assert found.reading.plans.empty and found.reading.rejected == ("A-1",)
    assert said.count("staat ook in") == 3
    for name, cost in (("plannen 2025-06.csv", 4e5), ("a plannen aug-2025.csv", 5e5)):
        send(name, csv(row(kosten=cost)))
        assert read(folder, places)[0].reading.plans["kosten"].tolist() == [cost]


def test_spellings_of_a_partner_are_one_and_asked_about(
    send: Send, places: gpd.GeoDataFrame
) -> None:
    send("a.csv", csv(ROW, row(plan="A-2", partner="corporatie een B.V."),
                      row(plan="A-3", partner="Corporatie Eenn")))  # fmt: skip
    money = "partner;jaar;budget\nCORPORATIE EEN;2025;1 mln\n"
    found, said = read(send("Budgetten 2025.csv", money + "Totaal;;1 mln\n"), places)
    assert len(found.budgets) == 1
    assert found.reading.plans.loc[["A-1", "A-2"], "partner"].tolist() == ["Corporatie Een"] * 2
    assert "`corporatie een B.V.` is gelezen als `Corporatie Een`" in said
    assert "Is partner `Corporatie Eenn` dezelfde als `Corporatie Een`?" in said
    assert found.budgets.iloc[0].tolist()[:3] == ["Corporatie Een", 2025, 1e6]
    known = found.reading.plans.assign(partner="corporatie een")
    again = read(send("a.csv", csv(ROW)), places, register=known)[0]
    assert set(again.reading.plans["partner"]) == {"corporatie een"}


@pytest.mark.parametrize(
    ("one", "other", "told"),
    [
        ("Gemeente Vierkant", "Gem. Vierkant", "is gelezen als `Gemeente Vierkant`"),
        ("Wonen & Zorg", "Wonen en Zorg", "is gelezen als"),
        ("Vitens", "Vittens", "Is partner `Vitens` dezelfde als `Vittens`?"),
        ("Corporatie Een", "Corporatie Eem", "Is partner `Corporatie Een` dezelfde als"),
        ("Corporatie Een", "Corporati\u0435 Een", "dezelfde als `Corporatie Een`?"),
    ],
)
def test_two_spellings_never_pass_for_two_partners(
    one: str, other: str, told: str, send: Send, places: gpd.GeoDataFrame
) -> None:
    sent = csv(row(partner=one), row(plan="A-2", partner=other))
    assert told in read(send("a.csv", sent), places)[1]


def test_a_workbook_is_read_as_its_reader_sees_it(send: Send, places: gpd.GeoDataFrame) -> None:
    made = openpyxl.Workbook()
    for line in (HEAD, row(zekerheid=1), row(plan="A-2", kosten="=100*5000")):
        made.active.append(line)
    made.active.cell(2, HEAD.index("zekerheid") + 1).number_format = "0%"
    stream = io.BytesIO()
    made.save(stream)
    found, said = read(send("a.xlsx", stream.getvalue()), places)
    assert found.reading.plans["zekerheid"].to_dict() == {"A-1": 100.0}
    assert "`formule zonder opgeslagen uitkomst` is geen getal" in said


def test_a_file_with_headings_only_is_told(send: Send, places: gpd.GeoDataFrame) -> None:
    send("a.csv", csv(ROW))
    found, said = read(send("b.csv", csv()), places)
    assert len(found.reading.plans) == 1
    assert "b.csv" in said and "geen enkele rij" in said


@pytest.mark.parametrize(
    ("named", "count"),
    [("stadsbreed", 36), ("GM9999", 36), ("BU99990001 (deels)", 1), ("Buurt 1 t/m Buurt 3", 0)],
)
def test_a_place_in_everyday_words(
    named: str, count: int, send: Send, places: gpd.GeoDataFrame
) -> None:
    found, said = read(send("a.csv", csv(row(buurtcodes=named))), places)
    codes = ";".join(found.reading.plans["buurtcodes"])
    assert codes.count("BU") == count
    assert ("Onbekende buurt of wijk: Buurt 1 t/m Buurt 3" in said) == (count == 0)


def test_of_some_points_those_outside_are_asked_about(send: Send, places: gpd.GeoDataFrame) -> None:
    head = [*HEAD, "wkt", "stelsel"]
    shape = "MULTIPOINT (250100 470100, 190000 440000, 191000 441000)"
    found, said = read(send("a.csv", csv([*row(buurtcodes=None), shape, "RD"], head=head)), places)
    assert len(found.reading.plans) == 1
    assert "67 % van dit plan ligt buiten de gemeente" in said


@pytest.mark.parametrize(
    ("titel", "asked"),
    [
        ("Renovatie voor mevrouw Verzonnen", True),
        ("Bel 06-12345678 over de tuin", True),
        ("Renovatie De Linde, Kerkstraat 12-40", False),
    ],
)
def test_a_public_title_about_a_person_is_asked_about(
    titel: str, asked: bool, send: Send, places: gpd.GeoDataFrame
) -> None:
    said = read(send("a.csv", csv(row(titel=f'"{titel}"'))), places)[1]
    assert ("lijkt over een persoon te gaan" in said) == asked
    hidden = csv(row(titel=f'"{titel}"', vertrouwelijkheid="partners"))
    assert "persoon" not in read(send("a.csv", hidden), places)[1]


def test_a_negative_cost_gets_one_reason(send: Send, places: gpd.GeoDataFrame) -> None:
    said = read(send("a.csv", csv(row(kosten=-5))), places)[1]
    assert "negatief" in said
    assert "andere bronnen" not in said


def test_an_export_is_read_by_its_mapping_the_second_time(
    send: Send, places: gpd.GeoDataFrame
) -> None:
    export = "Object;Straatdeel;Begroot;Jaar;Klaar;Wijk\n77;Lindestraat;250;2026;2028;Buurt 3\n"
    folder = send("beheer-2025.csv", export)
    _, said = read(folder, places)
    assert "beheer-2025.csv" in said
    send("leveringen/gemeente.toml", """
partner = "Gemeente Vierkant"
bestanden = "beheer-*.csv"
[kolommen]
Object = "plan"
Straatdeel = "titel"
Begroot = "kosten"
Jaar = "vroegst"
Klaar = "laatst"
[vast]
soort = "riool"
duur = "1"
flexibiliteit = "vrij"
status = "begroot"
vertrouwelijkheid = "partners"
[woorden.kosten]
250 = "250k"
""")  # fmt: skip
    found, said = read(folder, places)
    plan = found.reading.plans.loc["77"]
    assert (plan["partner"], plan["soort"], plan["kosten"], plan["buurtcodes"]) == (
        "Gemeente Vierkant", "riolering", 250_000.0, "BU99990003",
    ), said  # fmt: skip
    send("leveringen/fout.toml", 'partner = "X"\nbestanden = "x"\nvast = { prijs = "1" }\n')
    assert "`prijs` is geen kolom van het sjabloon" in read(folder, places)[1]


def _features(crs: str, *features: tuple[dict[str, object], list[tuple[float, float]]]) -> str:
    """Return lines as GeoJSON, as a service answers them."""
    listed = [
        {
            "type": "Feature",
            "properties": given,
            "geometry": {"type": "LineString", "coordinates": at},
        }
        for given, at in features
    ]
    named = {"type": "name", "properties": {"name": crs}}
    return json.dumps({"type": "FeatureCollection", "crs": named, "features": listed})


@pytest.fixture
def send_with_example(send: Send, repository: Path) -> Send:
    """Return what sends a file together with the example of its mapping."""

    def put(name: str, content: object) -> Path:
        example = repository / "docs" / "how-to" / "leveringen" / f"{Path(name).stem}.toml"
        send(f"leveringen/{example.name}", example.read_text(encoding="utf-8"))
        return send(name, content)

    return put


def test_works_of_a_coordination_platform_are_read_by_the_example(
    send_with_example: Send, places: gpd.GeoDataFrame
) -> None:
    known = {"id": 1, "wiorNummer": "W1", "projectnaam": "Lindestraat", "beschrijving": "Kabels",
             "hoofdstatus": "Uitvoering", "typeWerkzaamheden": "Vervanging",
             "datumStartUitvoering": "2026-05-01", "datumEindeUitvoering": "2027-02-01",
             "raming": 250000}  # fmt: skip
    without = {**known, "id": 2, "wiorNummer": "W2", "raming": None}
    line = [(250_100.0, 470_100.0), (250_300.0, 470_100.0)]
    found, said = read(
        send_with_example(
            "wior.geojson", _features("urn:ogc:def:crs:EPSG::28992", (known, line), (without, line))
        ),
        places,
    )
    plan = found.reading.plans.loc["W1"]
    assert (plan["vroegst"], plan["laatst"], plan["duur"], plan["status"], plan["kosten"]) == (
        2026, 2026, 2, "in uitvoering", 250_000.0,
    ), said  # fmt: skip
    assert list(found.reading.plans.index) == ["W1"] and found.reading.rejected == ("W2",)


def test_a_sewer_register_is_read_by_the_example(
    send_with_example: Send, places: gpd.GeoDataFrame
) -> None:
    known = {"Dataset": "Stad", "Stelsel": "", "stelseltype": "", "naam": "2507-2508-1",
             "type": "http://data.gwsw.nl/1.4/totaal/GemengdRiool", "Begindatum": "1962-01-01",
             "MateriaalLeiding": "", "Vervangingsjaar": "2029", "Kosten": "€ 1,2 mln"}  # fmt: skip
    line = [(250_100.0, 470_100.0), (250_300.0, 470_100.0)]
    features = _features("urn:ogc:def:crs:EPSG::28992", (known, line))
    folder = send_with_example("gwsw.geojson", features)
    found, said = read(folder, places)
    plan = found.reading.plans.loc["2507-2508-1"]
    assert (plan["vroegst"], plan["soort"], plan["kosten"]) == (2029, "riolering", 1.2e6), said


def test_budgets_may_have_a_column_per_year(send: Send, places: gpd.GeoDataFrame) -> None:
    send("a.csv", csv(ROW))
    table = "Eigen geld x € 1.000\nPartner;2025;2026;2027\nCorporatie Een;800;;1.250,5\n"
    found, said = read(send("budgetten.csv", table), places)
    given = found.budgets.set_index("jaar")["budget"].to_dict()
    assert given == {2025: 800_000.0, 2027: 1_250_500.0}, said
    found, said = read(send("budgetten.csv", "Partner;2025;2026\nCorporatie Een;5;geen\n"), places)
    # an amount that cannot be read stops its year and no other
    assert found.budgets.set_index("jaar")["budget"].to_dict() == {2025: 5.0, 2026: 0.0}, said
    people = "fte per jaar\nPartner;2025;2026\nCorporatie Een;2,5;3\n"
    found, said = read(send("budgetten.csv", people), places)
    assert found.budgets.set_index("jaar")["fte"].to_dict() == {2025: 2.5, 2026: 3.0}, said


def test_no_secret_stands_in_the_table_of_problems(send: Send, places: gpd.GeoDataFrame) -> None:
    head = [*HEAD, "kosten_laag", "voorgangers"]
    closed = {"vertrouwelijkheid": "intern", "titel": "Stil"}
    rows = [
        [*row(plan="GEHEIM", kosten="rond 7.654.321", **closed), 1, ""],
        [*row(plan="STIL", titel="Stil", kosten=777, vertrouwelijkheid="weet niet"), 1, "GEHEIM"],
        [*row(plan="OPEN"), "zo'n 4321", ""],
    ]  # fmt: skip
    send("budgetten.csv", "partner;jaar;budget\nCorporatie Een;2025;zo'n 8.765.432\n")
    found, said = read(send("a.csv", csv(*rows, head=head)), places)
    for secret in ("7.654.321", "GEHEIM", "STIL", "Stil", "777", "4321", "8.765.432"):
        assert secret not in said
    assert {p.rij for p in found.reading.problems} >= {"2", "3", "4"}
    assert found.budgets["budget"].tolist() == [0.0]


def test_a_row_that_is_shifted_does_not_count(send: Send, places: gpd.GeoDataFrame) -> None:
    found, said = read(
        send("a.csv", csv(row(titel="Werk, fase 2", zekerheid=80), ROW, sep=",")), places
    )
    assert "meer cellen dan er koppen zijn" in said
    assert found.reading.plans["titel"].tolist() == ["Werk Een"]


@pytest.mark.parametrize(
    ("sheets", "plans", "told"),
    [
        ({"Plannen": [HEAD, row(), row(plan="A-2")], "oud": [HEAD, row(plan="X")]}, 2, "verborgen"),
        ({"Plannen": [HEAD, row(), row(plan="A-2", kosten=None)]}, 0, "meer rijen of kolommen"),
        ({"Plannen": [HEAD, row(), [None] * 5 + [500_000], ["-"], [" "]]}, 1, "geen nummer"),
        ({"Plannen": [HEAD, row(), [None, "Een", "TOTAAL 2025-2028", None, None, 9e6]]}, 1, ""),
        ({"Plannen": [HEAD, [None] * 5 + ["x 1.000"], row(kosten=500)]}, 1, ""),
        ({"Plannen": [HEAD, row(), row(plan="a-1 ", kosten=9e5)]}, 2, "hetzelfde plan"),
        ({"Plannen": [HEAD, row(buurtcodes="Burt 3")]}, 1, "is gelezen als `buurt 3`"),
        ({"Plannen": [HEAD, row(zekerheid="PM")]}, 1, "gelezen als: niet bekend"),
        ({"Plannen": [["Duur (maanden)" if h == "duur" else h for h in HEAD],
                      row(duur=18)]}, 1, ""),
        ({"Plannen": [["Kosten (€ 1.000)" if h == "kosten" else h for h in HEAD],
                      row(kosten=500)]}, 1, ""),
        ({"Plannen": [["Kosten (x 1.000)" if h == "kosten" else h for h in HEAD],
                      row(kosten="0,5 mln")]}, 1, ""),
    ],
)  # fmt: skip
def test_no_sheet_gives_a_wrong_number_in_silence(
    send: Send, places: gpd.GeoDataFrame, sheets: dict[str, list[list[object]]], plans: int,
    told: str,
) -> None:  # fmt: skip
    made = openpyxl.Workbook()
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        sheet.sheet_state = "hidden" if name == "oud" else "visible"
        for line in rows:
            sheet.append(line)
        if told == "meer rijen of kolommen":
            sheet.merge_cells("F2:F3")
    del made["Sheet"]
    stream = io.BytesIO()
    made.save(stream)
    found, said = read(send("a.xlsx", stream.getvalue()), places)
    assert len(found.reading.plans) == plans and told in said
    assert set(found.reading.plans["kosten"]) <= {500_000.0, 900_000.0}
    assert set(found.reading.plans["duur"]) <= {1, 2}


def test_a_budget_is_of_one_year_and_of_its_own_partner(
    send: Send, places: gpd.GeoDataFrame
) -> None:
    send("a.csv", csv(row()))
    send("b.csv", csv(row(plan="B-1", partner="Netbeheer")))
    rows = [["Corporatie Een", "2026-2027", "1 mln"], ["Corporatie Een", 2028, "1,2 - 1,4 mln"],
            ["Corporatie Een", 2029, "PM"], ["Corporatie Een", 2030, -5],
            ["Netbeheer", 2026, 8e5]]  # fmt: skip
    send("budgetten.csv", csv(*rows, head=["partner", "jaar", "budget"]))
    theirs = csv(["Corporatie Een", 2031, 1], head=["partner", "jaar", "budget"])
    found, said = read(send("Netbeheer/budgetten.csv", theirs), places)
    held = found.budgets.set_index(["partner", "jaar"])["budget"].to_dict()
    assert held == {("Corporatie Een", 2028): 1.2e6, ("Corporatie Een", 2029): 0.0,
                    ("Corporatie Een", 2030): 0.0, ("Netbeheer", 2026): 8e5}  # fmt: skip
    assert "meer dan één jaar" in said and "van een andere partner" in said
