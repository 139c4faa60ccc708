"""One request: whose turn it is, what is left behind, and what a reader is told."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest
from typer.testing import CliRunner

from sia import batch, cli
from sia.batch import command, summary, warm
from sia.errors import InputError
from sia.request import Known
from tests.batch.tiny import PARAMETERS, write_notebook, write_project

KNOWN = {
    "GM0001": Known("GM0001", "Verdwenen", {2019}),
    "GM0344": Known("GM0344", "Utrecht", {2019, 2020}),
    "GM9991": Known("GM9991", "Zonneveen (fictief)", {2019, 2020}),
}
FAILS = (
    'print("LET OP: een bestand met fouten")\nassert (gemeente, jaar) != ("GM9998", 2021), "stuk"'
)
START = """
import signal
import sys
# what starts in the background of a shell ignores this signal from birth
signal.signal(signal.SIGINT, signal.default_int_handler)
from pathlib import Path
from sia import batch
from sia.stages import graph
graph.STAGES = (graph.Stage("intake", "", "01_a"),)
root = Path(sys.argv[1])
request = batch.Request(("GM9999",), (2020, 2021), (root / "ruw",), werkers=2)
sys.exit(batch.start(request, root, print).exit_code())
"""


@pytest.fixture
def project(home: Path) -> Path:
    return write_project(home, FAILS, "print(jaar)")


def asked(root: Path, *gemeenten: str, **options: object) -> batch.Request:
    return batch.Request(gemeenten, (2020, 2021), (root / "ruw",), **options)


def unread() -> dict[str, Known]:
    raise AssertionError("the raw files were read")


def test_all_means_every_real_municipality_in_the_years_it_existed(project: Path) -> None:
    request = batch.Request(("alle",), (2019, 2020), (project / "ruw",))
    chosen = batch.choose(request, lambda: KNOWN)
    assert [(one.gemeente.code, one.jaren) for one in chosen] == [
        ("GM0001", (2019,)),
        ("GM0344", (2019, 2020)),
    ]


def test_an_invented_country_is_run_when_there_is_no_other(project: Path) -> None:
    invented = {code: one for code, one in KNOWN.items() if code == "GM9991"}
    [only] = batch.choose(asked(project, "alle"), lambda: invented)
    assert only.gemeente.fictief


def test_a_municipality_asked_for_twice_runs_once_and_without_reading(project: Path) -> None:
    chosen = batch.choose(asked(project, "GM9999", "Eendorp (fictief)", "GM9998"), unread)
    assert [one.gemeente.code for one in chosen] == ["GM9998", "GM9999"]


def test_every_unknown_municipality_is_named_at_once(project: Path) -> None:
    with pytest.raises(InputError) as caught:
        batch.choose(asked(project, "Utrech", "GM9999", "Nergens"), lambda: KNOWN)
    assert len(caught.value.problems) == 2
    with pytest.raises(InputError, match="bestaat niet"):
        batch.choose(batch.Request(("GM9999",), (2020,), (project / "weg",)), unread)


def test_raw_folders_without_files_are_refused_before_anything_starts(project: Path) -> None:
    (project / "ruw" / "ruw.csv").unlink()
    with pytest.raises(InputError, match="staan geen bestanden"):
        batch.start(asked(project, "GM9999"), project, print)


def test_one_failed_year_takes_nobody_down_and_is_explained(project: Path) -> None:
    said: list[str] = []
    result = batch.start(asked(project, "GM9999", "GM9998"), project, said.append)
    assert result.exit_code() == 1
    good = {(o.gemeente, o.jaar) for o in result.outcomes if o.good}
    assert good == {("GM9998", 2020), ("GM9999", 2020), ("GM9999", 2021)}
    text = "\n".join(said)
    assert "MISLUKT Andersdorp (fictief) 2021" in text
    assert "01_a.ipynb, cel [3]: AssertionError: stuk" in text
    assert "wat klaar is, wordt overgeslagen" in text
    assert re.search(r"Kosten per gemeente en jaar \(4\): middelste [\d,]+ s rekentijd", text)
    page = (project / "reports" / "overzicht.html").read_text(encoding="utf-8")
    assert "1 van de 4 runs (gemeente en jaar) mislukt" in page
    assert "Rekentijd (s)" in page and "Kosten per gemeente en jaar" in page
    assert "cel [3]" in page
    assert "LET OP: een bestand met fouten" in page
    assert not re.search(r"https?://", page)
    for address in re.findall(r'href="([^"#]+)"', page):
        assert (project / "reports" / address).exists()
    own = (project / "reports" / "GM9999" / "overzicht.html").read_text(encoding="utf-8")
    assert "Alle 2 runs" in own
    assert "Andersdorp" not in own


def test_the_record_says_all_that_a_machine_needs(project: Path) -> None:
    batch.start(asked(project, "GM9999"), project, print)
    record = json.loads((project / "reports" / "GM9999" / "laatste-run.json").read_text())
    assert record["eindstatus"] == 0
    assert record["opdracht"]["gemeenten"] == ["GM9999"]
    assert record["opdracht"]["bron"] == ["ruw"]
    made = [path for path in (project / "reports").rglob("*") if path.is_file()]
    assert [p.name for p in made if str(project) in p.read_text(encoding="utf-8")] == []
    assert record["begin"] <= record["einde"]
    assert set(record["invoer"]) == {"ruw/ruw.csv"}
    assert {"sia", "python", "pandas", "papermill"} <= set(record["versies"])
    assert record["hoogste_geheugen"] > 1e6
    first = record["uitkomsten"][0]
    assert first["status"] == "klaar"
    assert first["warnings"] == ["LET OP: een bestand met fouten"]
    assert len(first["fingerprint"]) == 64
    assert len(list((project / "reports" / "runs").iterdir())) == 1
    batch.start(asked(project, "GM9999"), project, print)
    record = json.loads((project / "reports" / "GM9999" / "laatste-run.json").read_text())
    assert {o["status"] for o in record["uitkomsten"]} == {"ongewijzigd"}
    assert record["uitkomsten"][0]["warnings"] == ["LET OP: een bestand met fouten"]


def test_the_set_of_reports_is_made_where_it_is_asked_for(home: Path) -> None:
    project = write_project(home, "print(jaar)")
    source = project / "notebooks" / "02_b.ipynb"
    write_notebook(source, "print(reeks)", parameters=f"{PARAMETERS}reeks = False\n")
    copy = project / "reports" / "GM9999" / "2020" / "intern" / "notebooks" / "02_b.ipynb"
    for wanted in (True, False):
        made = batch.start(asked(project, "GM9999", reeks=wanted), project, print)
        assert {o.notebook for o in made.outcomes if o.status == "klaar"} >= {"02_b"}
        last = nbformat.read(copy, as_version=4).cells[-1]
        assert last.outputs[0].text == f"{wanted}\n"


@pytest.mark.parametrize("name", ["run", "batch", "demo"])
def test_the_command_line_asks_for_the_set(
    name: str, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[batch.Request] = []

    def start(request: batch.Request, *_: object) -> batch.BatchResult:
        heard.append(request)
        return batch.BatchResult(())

    monkeypatch.setattr(batch, "start", start)
    monkeypatch.setattr("voorbeeldstad.ensure", lambda folder: folder)
    who = [] if name == "demo" else ["-g", "GM9999"]
    for more in ([], ["--reeks"]):
        CliRunner().invoke(cli.app, [name, *who, "-j", "2020", *more], catch_exceptions=False)
    assert [one.reeks for one in heard] == [False, True]
    assert heard[1].facts()["reeks"] is True


def test_a_file_with_another_method_runs_what_rests_on_it_and_is_told(project: Path) -> None:
    batch.start(asked(project, "GM9999"), project, print)
    other = project / "anders.toml"
    other.write_text("[weging.gewichten]\nwonen = 2.0\n")
    again = batch.start(asked(project, "GM9999", methode=other), project, print)
    assert {(o.notebook, o.status) for o in again.outcomes} == {
        ("01_a", "ongewijzigd"),
        ("02_b", "klaar"),
    }
    own = project / "reports" / "GM9999"
    record = json.loads((own / "laatste-run.json").read_text())
    assert record["opdracht"]["methode"] == "./anders.toml"
    assert set(record["methode"]) == {"GM9999"}
    assert record["methode"]["GM9999"]["afwijkingen"] == {"weging.gewichten.wonen": [1.0, 2.0]}
    page = (own / "overzicht.html").read_text(encoding="utf-8")
    assert f"Methode {record['methode']['GM9999']['label']}: 1 keuze anders" in page
    assert "weging.gewichten.wonen = 2.0 (standaard 1.0)" in page


def test_a_wrong_method_is_refused_with_all_its_faults_before_anything_is_read(
    project: Path,
) -> None:
    other = project / "fout.toml"
    other.write_text("[weging]\nlaagg = 5\nhoog = 20\n")
    with pytest.raises(InputError) as caught:
        batch.choose(batch.Request(("alle",), (2020,), (project / "ruw",), methode=other), unread)
    assert [problem.kolom for problem in caught.value.problems] == ["weging.hoog", "weging.laagg"]


def test_a_method_that_only_one_municipality_cannot_have_is_refused(project: Path) -> None:
    own = project / "gemeenten" / "GM9998-dorp.toml"
    own.write_text(own.read_text() + "[methode.gebieden]\nminimum = 9000.0\n")
    other = project / "anders.toml"
    other.write_text("[gebieden]\nmaximum = 8000.0\n")
    with pytest.raises(InputError, match="9000"):
        batch.start(asked(project, "GM9999", "GM9998", methode=other), project, print)
    assert not (project / "reports").exists()


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_stopped_it_ends_at_once_and_says_how_to_go_on(
    tmp_path: Path, repository: Path, sent: int
) -> None:
    root = write_project(tmp_path, PID)
    environment = {**os.environ, "PYTHONPATH": str(repository), "SIA_HOME": str(root)}
    process = subprocess.Popen(
        [sys.executable, "-c", START, str(root)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    deadline = time.monotonic() + 240
    while len(list(root.glob("pid-*"))) < 2 and time.monotonic() < deadline:
        time.sleep(0.1)
    process.send_signal(sent)
    said, _ = process.communicate(timeout=150)
    assert process.returncode == 130
    assert "Start dezelfde opdracht opnieuw" in said
    record = json.loads((root / "reports" / "GM9999" / "laatste-run.json").read_text())
    assert {o["status"] for o in record["uitkomsten"]} == {"niet gedraaid"}
    assert not list(root.rglob("*.part*"))
    pids = [int(path.name.partition("-")[2]) for path in root.glob("pid-*")]
    assert len(pids) == 2
    while any(map(_runs, pids)) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not any(map(_runs, pids))


PID = """import os, time
from pathlib import Path
_ = Path(bron[0]).parent.joinpath(f"pid-{os.getpid()}").write_text("")
time.sleep(300)"""


def _runs(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def test_plain_kernels_give_the_same_notebooks_as_warm_ones(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def outputs() -> list[object]:
        folder = project / "reports" / "GM9999"
        books = [nbformat.read(p, as_version=4) for p in sorted(folder.rglob("*.ipynb"))]
        return [[cell.get("outputs") for cell in book.cells] for book in books]

    batch.start(asked(project, "GM9999"), project, print)
    warmed = outputs()
    monkeypatch.setattr(warm, "available", lambda: False)
    result = batch.start(asked(project, "GM9999", opnieuw=True), project, print)
    assert {o.status for o in result.outcomes} == {"klaar"}
    assert outputs() == warmed


def test_a_warm_server_that_does_not_start_is_no_failure(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise EOFError("unexpected EOF")

    monkeypatch.setattr("multiprocessing.context.ForkServerProcess.start", refuse)
    result = batch.start(asked(project, "GM9999"), project, print)
    assert {o.status for o in result.outcomes} == {"klaar"}


def test_a_log_has_plain_lines(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    batch.start(asked(project, "GM9998"), project, print)
    lines = capsys.readouterr().err.splitlines()
    well = r"[12]/4 · GM9998 2020 01_a: klaar, \d+,\d s, 1 waarschuwing"
    assert any(re.match(well, line) for line in lines[:2])
    assert any("mislukt" in ln and "cel [3]" in ln for ln in lines)
    assert any(ln.endswith("/4 · GM9998 2021: overgeslagen") for ln in lines)
    assert not any("\x1b" in ln for ln in lines)


def test_quiet_says_nothing_of_what_goes_well(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said: list[str] = []
    batch.start(asked(project, "GM9999"), project, said.append, "stil")
    assert (said, capsys.readouterr().err) == ([], "")
    batch.start(asked(project, "GM9998"), project, said.append, "stil")
    assert any(line.startswith("MISLUKT Andersdorp") for line in said)
    assert "4 · GM9998 2021 01_a: mislukt" in capsys.readouterr().err


def test_raw_folders_are_read_only_when_somebody_must_be_looked_up(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "_read", lambda *_: unread())
    assert batch.start(asked(project, "GM9999"), project, print).exit_code() == 0


def test_a_file_that_nobody_knows_is_named_at_the_end(project: Path) -> None:
    from sia.sources.store import open_store

    raw = project / "ruw"
    (raw / "jeugdzorg.csv").write_text("wijknaam;aantal\nNoord;3\n", encoding="utf-8")
    (raw / "kaart.gml").write_text("<gml/>", encoding="utf-8")
    (raw / "leesmij.txt").write_text("uitleg", encoding="utf-8")
    open_store([raw], project / "data" / "processed")
    said: list[str] = []
    batch.start(asked(project, "GM9999"), project, said.append)
    assert "3 bestanden van geen bekende bron: jeugdzorg.csv, kaart.gml en ruw.csv" in said[-1]
    page = (project / "reports" / "GM9999" / "overzicht.html").read_text(encoding="utf-8")
    assert "3 bestanden van geen bekende bron: jeugdzorg.csv, kaart.gml en ruw.csv" in page


def test_many_unknown_files_are_counted_and_ten_of_them_named() -> None:
    text = summary.unknown_text([f"{n:02d}.csv" for n in range(12)])
    assert text.startswith("12 bestanden van geen bekende bron: 00.csv, 01.csv,")
    assert "09.csv en nog 2. " in text
    assert summary.unknown_text([]) == ""


def test_a_report_of_an_earlier_run_is_named_as_such(project: Path) -> None:
    for jaar in (2020, 2021):
        place = project / "reports" / "GM9998" / str(jaar) / "openbaar"
        place.mkdir(parents=True)
        for name in ("atlas.html", "rapport.html"):
            (place / name).write_text("van de vorige keer")
    said: list[str] = []
    batch.start(asked(project, "GM9998"), project, said.append)
    named = [line.partition(":")[0] for line in said if line.startswith(("Atlas", "Rapport"))]
    old = "van een eerdere run"
    assert named == ["Atlas", f"Atlas {old}", "Rapport", f"Rapport {old}"]


def test_the_base_year_stays_and_a_change_is_told(project: Path) -> None:
    write_notebook(
        project / "notebooks" / "02_b.ipynb",
        "from pathlib import Path\n"
        "place = Path(verwerkt) / gemeente / str(jaar)\n"
        "place.mkdir(parents=True, exist_ok=True)\n"
        "_ = (place / 'normen.parquet').write_text(str(basisjaar))",
    )

    def scale(*jaren: int, basisjaar: int | None = None) -> list[str]:
        request = batch.Request(("GM9999",), jaren, (project / "ruw",), basisjaar=basisjaar)
        said: list[str] = []
        batch.start(request, project, said.append)
        norms = sorted((project / "data" / "processed" / "GM9999").glob("*/normen.parquet"))
        return [path.read_text() for path in norms] + [s for s in said if "basisjaar" in s]

    assert scale(2021, 2022) == ["2021", "2021"]
    *scales, told = scale(2022)
    assert scales == ["2021", "2021"]
    assert told.startswith("Eendorp (fictief): het basisjaar blijft 2021")
    assert scale(2020, 2021, 2022)[:3] == ["2021"] * 3
    *scales, told = scale(2020, 2022, basisjaar=2022)
    assert scales == ["2022", "2021", "2022"]
    assert "verandert van 2021 in 2022. Op de schaal van 2021 staan nog: 2021" in told
    with pytest.raises(InputError, match="2030 is geen van de gevraagde jaren"):
        scale(2022, basisjaar=2030)
