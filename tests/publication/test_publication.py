"""Only what is for its readers leaves, and only when the very files hold no secret."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from shapely import box
from typer.testing import CliRunner

from benchmarks.publication_rebuild import SETTINGS, delivered, moved, published, rebuilt
from sia import cli
from sia.duiding import Entry, Record
from sia.dutch import getal
from sia.errors import InputError
from sia.gemeente import Gemeente
from sia.publication import leaks, publish, rebuild, secrets_of
from sia.publication.crate import DESCRIBED
from sia.publication.rebuild import _take_record, compared
from sia.settings import Folders
from sia.stages import graph
from sia.stages.opening import checked_run
from sia.stages.run import Made, Run
from sia.store import sha256_file, write_table

CODE = "BU99980000"
PLANS = """plan;partner;titel;soort;buurtcodes;kosten;vroegst;voorkeur;laatst;duur;flexibiliteit;\
status;vertrouwelijkheid
A1;Waterbedrijf;Open werk;riolering;BU99980000;2500000;2025;2025;2030;1;vrij;begroot;openbaar
A2;Waterbedrijf;Geheim werk café;riolering;BU99980000;1234000;2025;2025;2030;1;vrij;begroot;intern
A3;Waterbedrijf;Onder partners;riolering;BU99980000;3456000;2025;2025;2030;1;vrij;begroot;partners
A4;Waterbedrijf;Open werk;riolering;BU99980000;2500000;2026;2026;2030;1;vrij;begroot;intern
"""
BUDGETS = "partner;jaar;budget;fte\nWaterbedrijf;2025;7654000;\n"
FILES = {
    "openbaar/rapport.html": "Open werk kost € 2.500.000",
    "openbaar/kaart.html": "<p>kaart</p>",
    "openbaar/agenda/index.html": "Open werk",
    "partners/agenda/agenda.csv": "Onder partners;3456000",
}
PUBLIC = {name.removeprefix("openbaar/") for name in FILES if name.startswith("openbaar/")}
MAP = "openbaar/kaart.html"
RUNNER = CliRunner()
INTERNAL = (
    "intern/rapport.html",
    "intern/notebooks/07_agenda.ipynb",
    "intern/rapporten/buurt.html",
)


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A city of one buurt whose reports are a few lines."""
    monkeypatch.setenv("SIA_HOME", str(tmp_path))
    plans = tmp_path / "ruw" / "plannen"
    plans.mkdir(parents=True)
    (plans / "water.csv").write_text(PLANS, encoding="utf-8")
    (plans / "budgetten.csv").write_text(BUDGETS, encoding="utf-8")
    folders = Folders(tmp_path / "verwerkt", tmp_path / "rapporten")
    city = Gemeente("GM9998", "Proefstad")
    run = Run(city, 2024, (2024,), 2024, (tmp_path / "ruw",), folders)
    areas = gpd.GeoDataFrame(
        {"naam": ["Pathmos"], "wijknaam": ["Wijk 1"]},
        index=pd.Index([CODE], name="buurtcode"),
        geometry=[box(200000, 450000, 200500, 450500)],
        crs=28992,
    )
    write_table(run.folder / "gebieden.parquet", areas)
    run.note(graph.stage("indicatoren"), Made({"gebieden": areas}))
    for name in (*FILES, *INTERNAL):
        written(run, name, FILES.get(name, "Geheim werk café"))
    return run


def written(run: Run, name: str, text: str) -> None:
    """Write a file as if the stage of its reports had."""
    path = run.reports / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    made = tuple(run.reports / one for one in FILES if (run.reports / one).exists())
    run.note(graph.stage("rapport"), Made({}, None, {}, made))


def names(folder: Path) -> set[str]:
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    return {name for name in files if Path(name).name not in DESCRIBED}


def test_each_kind_of_readers_has_a_folder_with_only_what_is_theirs(
    run: Run, tmp_path: Path
) -> None:
    place = publish(run, tmp_path / "uit")
    assert place == tmp_path / "uit" / "publiek" / "GM9998" / "2024"
    assert names(place) == PUBLIC
    assert names(publish(run, tmp_path / "uit", "partners")) == set(FILES)
    (place / "oud.html").write_text("van een vorige keer")
    publish(run, tmp_path / "uit")
    assert names(tmp_path / "uit" / "publiek") == {f"GM9998/2024/{name}" for name in PUBLIC}


@pytest.mark.parametrize("readers", ["publiek", "partners"])
@pytest.mark.parametrize("secret", ["Geheim werk café", "1.234.000", "1234000"])
def test_a_secret_stops_a_publication_and_leaves_the_last_one(
    run: Run, tmp_path: Path, readers: str, secret: str
) -> None:
    place = publish(run, tmp_path / "uit", readers)
    [copy] = place.rglob("kaart.html")
    kept = copy.read_bytes()
    written(run, MAP, f"<p>{secret}</p>")
    with pytest.raises(InputError, match="vertrouwelijk plan") as caught:
        publish(run, tmp_path / "uit", readers)
    named = copy.relative_to(place).as_posix()
    assert {problem.bestand for problem in caught.value.problems} == {named}
    assert copy.read_bytes() == kept


@pytest.mark.parametrize("secret", ["Onder partners", "3.456.000", "7654000"])
def test_what_partners_may_know_is_not_public(run: Run, tmp_path: Path, secret: str) -> None:
    written(run, MAP, secret)
    with pytest.raises(InputError):
        publish(run, tmp_path / "uit")
    assert publish(run, tmp_path / "uit", "partners").is_dir()


def test_a_file_that_the_last_run_did_not_write_is_refused(run: Run, tmp_path: Path) -> None:
    (run.reports / "openbaar/opendata").mkdir()
    (run.reports / "openbaar/opendata/eigen.csv").write_text("zelf neergezet")
    (run.reports / MAP).write_text("met de hand gewijzigd")
    with pytest.raises(InputError) as caught:
        publish(run, tmp_path / "uit")
    found = [problem.bestand for problem in caught.value.problems]
    assert found == [MAP, "openbaar/opendata/eigen.csv"]
    assert not (tmp_path / "uit").exists()
    nothing = replace(run, folders=replace(run.folders, reports=tmp_path / "leeg"))
    with pytest.raises(InputError, match="nog geen rapport"):
        publish(nothing, tmp_path / "uit")


def packed(text: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr("open/data.csv", f"a;{text}\n")
    return stream.getvalue()


@pytest.mark.parametrize(
    "hide",
    [
        str.encode,
        lambda text: f"<p>{text.upper()}</p>".encode(),
        lambda text: json.dumps({"titel": text}).encode(),
        lambda text: "<p><b>{}</b> {}</p>".format(*text.split(" ", 1)).encode(),
        lambda text: "".join(f"&#{ord(sign)};" for sign in text).encode(),
        lambda text: f"{text[:6]}\r\n {text[6:]}".encode(),
        lambda text: text.replace(" ", "\u00a0").encode("utf-16"),
        packed,
    ],
)
def test_a_secret_is_found_however_it_is_written(
    run: Run, tmp_path: Path, hide: Callable[[str], bytes]
) -> None:
    (tmp_path / "bestand").write_bytes(hide("Geheim werk café"))
    [problem] = leaks([tmp_path / "bestand"], tmp_path, secrets_of(run, "publiek"))
    assert "titel" in problem.wat


def test_amounts_and_folders_are_found_and_longer_numbers_are_not(run: Run, tmp_path: Path) -> None:
    secrets, folder = secrets_of(run, "publiek"), tmp_path / "los"
    assert set(secrets.amounts) == {1234000, 3456000, 7654000}
    folder.mkdir()
    (folder / "a.csv").write_text("x;1234000\n")
    (folder / "b.html").write_text(f"<td>€ {getal(7654000)}</td>")
    (folder / "c.json").write_text(json.dumps({"map": str(tmp_path / "ruw")}))
    (folder / "d.txt").write_text("12340001 11234000 0.1234000 1.234.000.000 2.500.000")
    found = leaks(sorted(folder.iterdir()), folder, secrets)
    assert [problem.bestand for problem in found] == ["a.csv", "b.html", "c.json"]


def test_a_judgement_that_looks_like_personal_data_is_asked_about(run: Run, tmp_path: Path) -> None:
    record = Record(run.folders.record("GM9998"))
    said = ("In Pathmos Pathmos is het stil.", "Jan Jansen klaagt.")
    for text in said:
        record.add(Entry("GM9998", 2024, CODE, text, "anders", "herkend", "v"))
    with pytest.raises(InputError, match="een naam") as caught:
        publish(run, tmp_path / "uit")
    assert len(caught.value.problems) == 1
    assert publish(run, tmp_path / "uit", checked=True).is_dir()


def test_a_judgement_that_does_not_count_is_a_secret(run: Run, tmp_path: Path) -> None:
    record = Record(run.folders.record("GM9998"))
    record.add(Entry("GM9998", 2024, CODE, "Dit klopt niet.", "anders", "herkend", "v", id="a"))
    record.add(
        Entry("GM9998", 2024, CODE, "Klopt.", "anders", "herkend", "v", corrigeert="a", id="b")
    )
    written(run, MAP, "Dit klopt niet.")
    with pytest.raises(InputError, match="die niet meetelt"):
        publish(run, tmp_path / "uit")


def test_a_city_without_plans_can_be_published(run: Run, tmp_path: Path) -> None:
    for path in (run.bron[0] / "plannen").iterdir():
        path.unlink()
    again = replace(run, _prints={})
    again.note(graph.stage("indicatoren"), Made({"gebieden": pd.DataFrame()}))
    written(again, MAP, "kaart")
    assert publish(again, tmp_path / "uit").is_dir()


def described(place: Path, name: str) -> Any:
    return json.loads((place / name).read_text(encoding="utf-8"))


def test_a_set_says_what_it_was_made_from_and_of_what(run: Run, tmp_path: Path) -> None:
    (run.bron[0] / "kwb.csv").write_text("cijfers")
    written(run, "openbaar/opendata/scores.csv", "buurtcode;urgentie")
    again = replace(run, _prints={})
    again.note(graph.stage("indicatoren"), Made({"gebieden": pd.DataFrame()}))
    outputs = tuple(p for p in run.reports.rglob("*") if p.is_file() and "intern" not in p.parts)
    again.note(graph.stage("rapport"), Made({}, None, {}, outputs))
    place = publish(again, tmp_path / "uit")
    things = {one["@id"]: one for one in described(place, "ro-crate-metadata.json")["@graph"]}
    root = things["./"]
    assert things["ro-crate-metadata.json"]["about"] == {"@id": "./"}
    assert {"name", "description", "datePublished", "license"} <= set(root)
    parts = {one["@id"] for one in root["hasPart"]}
    assert parts == names(place) | {"herbouw.json", "dcat.jsonld"}
    for name in names(place):
        assert things[name]["sha256"] == sha256_file(place / name)
    action = things[root["mentions"]["@id"]]
    inputs = {things[one["@id"]].get("name") for one in action["object"]}
    assert {"ruw/kwb.csv", "plannen (niet openbaar)"} <= inputs
    assert not any("water.csv" in str(name) for name in inputs), "names of plan files stay inside"
    references = re.findall(r'"@id": "([^"]+)"', json.dumps(list(things.values())))
    assert [one for one in references if one not in things and "://" not in one] == []
    entry = described(place, "dcat.jsonld")
    needed = ("title", "description", "identifier", "publisher", "accessRights")
    assert all(entry[f"dct:{name}"] for name in needed)
    assert entry["dcat:theme"] and entry["dcat:contactPoint"]
    [file] = entry["dcat:distribution"]
    assert file["dcat:accessURL"]["@id"] == "opendata/scores.csv"


def test_a_rebuild_wants_the_same_raw_files_and_names_what_differs(
    run: Run, tmp_path: Path
) -> None:
    place = publish(run, tmp_path / "uit")
    asked = described(place, "herbouw.json")
    assert (asked["jaren"], asked["basisjaar"], asked["reeks"]) == ([2024], 2024, False)
    assert compared(asked, run) == []
    (run.reports / MAP).write_text("anders")
    assert [problem.bestand for problem in compared(asked, run)] == ["kaart.html"]
    (run.bron[0] / "erbij.csv").write_text("nieuw")
    (run.bron[0] / "plannen" / "budgetten.csv").write_text(BUDGETS + "\n")
    with pytest.raises(InputError, match="anders dan toen") as caught:
        rebuild(place, run.bron)
    found = [problem.bestand for problem in caught.value.problems]
    assert found == ["plannen (niet openbaar)", "ruw/erbij.csv"]
    with pytest.raises(InputError, match="geen recept"):
        rebuild(tmp_path, run.bron)


def test_a_rebuild_takes_judgements_and_what_agendas_remember_along(
    run: Run, tmp_path: Path
) -> None:
    own = Folders.of(tmp_path)
    Record(own.record("GM9998")).add(
        Entry("GM9998", 2024, CODE, "Klopt.", "anders", "herkend", "v", id="a")
    )
    for jaar, name in ((2023, "versies"), (2024, "register"), (2024, "programma")):
        table = own.year("GM9998", jaar) / "agenda" / f"{name}.parquet"
        table.parent.mkdir(parents=True, exist_ok=True)
        table.write_text(f"{name} {jaar}")
    other = own.year("GM9997", 2024) / "scores.parquet"
    other.parent.mkdir(parents=True, exist_ok=True)
    other.write_text("beside this one in its atlas")
    _take_record(run)
    assert (run.folders.year("GM9997", 2024) / "scores.parquet").read_bytes() == other.read_bytes()
    assert Record(run.folders.record("GM9998")).check() == []
    assert Record(run.folders.record("GM9998")).head() == Record(own.record("GM9998")).head()
    there = {
        p.relative_to(run.folder.parent).as_posix() for p in run.folder.parent.rglob("agenda/*")
    }
    assert there == {"2023/agenda/versies.parquet", "2024/agenda/register.parquet"}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Path]]:
    """Return a project with plans, secrets and judgements, and its published set."""
    home, patch = tmp_path_factory.mktemp("project"), pytest.MonkeyPatch()
    patch.setenv("SIA_HOME", str(home))
    plans = delivered(home, (2024,)) / "plannen"
    hidden = (("Zilvermeeuw", "7381940", "intern"), ("Purperreiger", "6529317", "partners"))
    lines = (plans / "gasnet-voorbeeld.csv").read_text("utf-8-sig").splitlines()
    for number, (title, amount, level) in enumerate(hidden):
        cells = dict(zip(lines[0].split(";"), lines[1].split(";"), strict=True))
        cells |= {"plan": f"GAS-LEI-90{number}", "titel": title, "opmerking": f"over {title}"}
        cells |= {"kosten": amount, "kosten_laag": "", "kosten_hoog": ""}
        lines.append(";".join((cells | {"vertrouwelijkheid": level}).values()))
    (plans / "gasnet-voorbeeld.csv").write_text("\n".join(lines), encoding="utf-8")
    budgets = (plans / "budgetten.csv").read_text("utf-8-sig").splitlines()
    partner, jaar, _, fte = budgets[1].split(";")
    budgets[1] = f"{partner};{jaar};5872643;{fte}"
    (plans / "budgetten.csv").write_text("\n".join(budgets), encoding="utf-8")
    yield home, published(home, (2024,), reeks=False)
    patch.undo()


def spilled(places: Iterable[Path]) -> set[str]:
    """Return which of the secrets of `project` stand anywhere in some folders, also in zips."""
    amounts = [form for n in (7381940, 6529317, 5872643) for form in (str(n), getal(n))]
    secret = re.compile("|".join(["Zilvermeeuw", "Purperreiger", *map(re.escape, amounts)]))

    def look(content: bytes) -> set[str]:
        found = set(secret.findall(content.decode("utf-8", "ignore")))
        if zipfile.is_zipfile(io.BytesIO(content)):
            packed = zipfile.ZipFile(io.BytesIO(content))
            found = found.union(*(look(packed.read(name)) for name in packed.namelist()))
        return found

    files = [path for place in places for path in place.rglob("*") if path.is_file()]
    assert files
    return set().union(*(look(path.read_bytes()) for path in files))


OF_2024 = ("-g", "GM9999", "-j", "2024")
COMMANDS = (
    ("agenda", *OF_2024),
    ("rapport", *OF_2024, "Wilgenrijk", "--editie", "intern"),
    ("publiceer", *OF_2024),
    ("rapport", *OF_2024),
    ("publiceer", *OF_2024, "--voor", "partners"),
    ("land", "-j", "2024"),
)


def test_no_command_or_edition_puts_a_secret_where_the_public_looks(
    project: tuple[Path, Path], tmp_path: Path
) -> None:
    """Nor does notebook 09 in the internal edition; the public can be published after it."""
    home, _ = project
    run = checked_run("GM9999", 2024, home / "data" / "raw")
    for stage in ("rapport", "atlas"):
        run.publish(stage, editie="intern")
    for command in COMMANDS:
        more = ["--naar", str(tmp_path)] if command[0] == "publiceer" else []
        done = RUNNER.invoke(cli.app, [*command, "-b", str(home / "data" / "raw"), *more])
        assert done.exit_code == 0, (command, done.output, done.exception)
        public = [*home.glob("reports/*/*/openbaar"), tmp_path / "publiek", home / "publicatie"]
        assert spilled(place for place in public if place.exists()) == set(), command
    shared = spilled([tmp_path / "partners"])
    assert shared == {"Purperreiger", "6529317"}, "partners see theirs, and the test sees a secret"
    assert "Zilvermeeuw" in spilled([home / "data" / "processed"])


def test_a_set_with_plans_and_judgements_is_made_again_elsewhere_to_the_byte(
    project: tuple[Path, Path], tmp_path: Path
) -> None:
    """Another folder, locale, time zone, hash seed and number of threads, all at once."""
    (home, place), other = project, tmp_path / "nu"
    assert any("Wat wij zien" in path.read_text("utf-8") for path in place.glob("*.html"))
    assert (place / "agenda" / "index.html").exists()
    where = moved(place, home, other)
    [otherwise] = [one for one in SETTINGS.values() if one]
    assert rebuilt(*where, **otherwise) == "Herbouwd: elk bestand is tot op de byte hetzelfde."


def test_a_manifest_says_nothing_of_where_it_was_made(run: Run, tmp_path: Path) -> None:
    text = (run.folder / "manifest.json").read_text(encoding="utf-8")
    assert "kaart.html" in text
    assert str(tmp_path) not in text
