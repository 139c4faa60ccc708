from __future__ import annotations

import gzip
import io
import json
import sqlite3
import time
import zipfile
from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from sia.errors import InputError
from sia.sources import cbs, leefbaarometer, pdok, questions, web
from sia.sources import fetch as module
from sia.sources.fetch import (
    FAILED,
    FETCHED,
    PRESENT,
    REGISTER,
    FetchReport,
    FetchRequest,
    Hosts,
    Patience,
    fetch,
    plan,
)
from sia.store import sha256_file
from tests.sources import replay as replay_module

Answer, as_json = replay_module.Answer, replay_module.as_json

QUICK = Patience(attempts=3, timeout=2.0, first_wait=0.001, longest_wait=1.0)
CODES = ["GM9999", "WK999900", *(f"BU9999000{i}" for i in range(5))]
ROWS = [
    {"ID": i, "WijkenEnBuurten": c.ljust(10), "AantalInwoners_5": 10 * i}
    for i, c in enumerate(CODES)
]


@pytest.fixture(scope="module")
def running() -> Iterator[Any]:
    with replay_module.serving() as replay:
        yield replay


@pytest.fixture
def server(running: Any) -> Any:
    running.routes.clear()
    running.faults.clear()
    running.asked.clear()
    return running


def table_request(server: Any, **more: Any) -> FetchRequest:
    defaults = {
        "name": "85984NED_2024_GM9999_TypedDataSet.json",
        "url": f"{server.base}/85984NED/TypedDataSet",
        "shape": "odata",
        "source": "cbs.kwb",
        "table": "85984NED",
        "year": 2024,
        "licence": "CC BY 4.0",
        "attribution": "Bron: CBS, tabel 85984NED",
        "region_field": "WijkenEnBuurten",
        "prefixes": ("BU9999", "WK9999", "GM9999"),
    }
    return FetchRequest(**{**defaults, **more})


def all_at(server: Any) -> Hosts:
    """Return the addresses of all services on one server, so that nothing else is ever asked."""
    return Hosts(**{f.name: server.base for f in fields(Hosts)})


def ways(request: FetchRequest) -> list[FetchRequest]:
    """Return every file that a request may ask for."""
    return [
        part
        for way in (request, *request.otherwise)
        for part in (*way.companions, replace(way, otherwise=()))
    ]


def zip_request(server: Any) -> FetchRequest:
    return table_request(
        server,
        name="cbs_vk100_2024_v1.zip",
        url=f"{server.base}/vk.zip",
        shape="zip",
        region_field="",
        prefixes=(),
    )


def run(
    request: FetchRequest, folder: Path, patience: Patience = QUICK, **more: Any
) -> FetchReport:
    return fetch([request], folder, **{"patience": patience, **more})


def rows_of(path: Path, key: str = "value") -> list[dict[str, Any]]:
    return json.loads(path.read_text(encoding="utf-8"))[key]


def archive(size: int = 300_000) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as zipped:
        zipped.writestr("vierkant.gpkg", bytes(i * 7919 % 251 for i in range(size)))
    return stream.getvalue()


def test_pages_are_joined_into_one_file(server: Any, tmp_path: Path) -> None:
    server.routes["/85984NED/TypedDataSet"] = replay_module.odata3("85984NED", ROWS, 3)
    request, said = table_request(server), []
    report = run(request, tmp_path, progress=said.append)
    assert [result.status for result in report.results] == [FETCHED]
    content = json.loads((tmp_path / request.name).read_text())
    assert content["value"] == ROWS
    assert "odata.nextLink" not in content
    assert "85984NED" in content["odata.metadata"]
    assert server.count("/85984NED/TypedDataSet") == 3
    assert any("6 rijen" in line for line in said)


def test_the_register_says_what_came_from_where(server: Any, tmp_path: Path) -> None:
    server.routes["/85984NED/TypedDataSet"] = replay_module.odata3("85984NED", ROWS, 10)
    request = table_request(server)
    run(request, tmp_path)
    entry = json.loads((tmp_path / REGISTER).read_text())["bestanden"][request.name]
    assert entry["sha256"] == sha256_file(tmp_path / request.name)
    assert entry["bytes"] == (tmp_path / request.name).stat().st_size
    assert (entry["url"], entry["licentie"]) == (request.url, "CC BY 4.0")
    assert entry["bronvermelding"] == "Bron: CBS, tabel 85984NED"
    assert datetime.fromisoformat(entry["moment"]) <= datetime.now(UTC)


def test_an_unchanged_file_is_not_fetched_again(server: Any, tmp_path: Path) -> None:
    path = "/85984NED/TypedDataSet"
    server.routes[path] = replay_module.odata3("85984NED", ROWS, 10)
    request = table_request(server)
    run(request, tmp_path)
    assert run(request, tmp_path).results[0].status == PRESENT
    assert server.count(path) == 1
    assert run(request, tmp_path, opnieuw=True).results[0].status == FETCHED
    (tmp_path / request.name).write_text("door iemand veranderd")
    assert run(request, tmp_path).results[0].status == FETCHED
    (tmp_path / REGISTER).write_text("{kapot")
    assert run(request, tmp_path).results[0].status == FETCHED
    assert server.count(path) == 4


PASSING_FAULTS = {
    "500": Answer(b"", 500),
    "503": Answer(b"<html>storing</html>", 503),
    "429": Answer(b"", 429, {"Retry-After": "0"}),
    "cut body": Answer(json.dumps({"value": ROWS}).encode(), cut=20),
    "cut JSON": Answer(json.dumps({"value": ROWS}).encode()[:60]),
    "HTML with 200": Answer(b"\n<!doctype html><title>Onderhoud</title>"),
}


@pytest.mark.parametrize("fault", PASSING_FAULTS)
def test_a_passing_fault_is_survived(server: Any, tmp_path: Path, fault: str) -> None:
    path = "/85984NED/TypedDataSet"
    server.routes[path] = replay_module.odata3("85984NED", ROWS, 10)
    server.faults[path] = [PASSING_FAULTS[fault]] * 2
    result = run(table_request(server), tmp_path).results[0]
    assert (result.status, result.attempts) == (FETCHED, 3)


@pytest.mark.parametrize("fault", PASSING_FAULTS)
def test_a_lasting_fault_never_replaces_a_good_file(
    server: Any, tmp_path: Path, fault: str
) -> None:
    request, path = table_request(server), "/85984NED/TypedDataSet"
    server.routes[path] = replay_module.odata3("85984NED", ROWS, 10)
    run(request, tmp_path)
    before = sha256_file(tmp_path / request.name)
    server.faults[path] = [PASSING_FAULTS[fault]] * 3
    report = run(request, tmp_path, opnieuw=True)
    assert [r.status for r in report.failed] == [FAILED]
    assert report.results[0].message.endswith(".")
    assert sha256_file(tmp_path / request.name) == before


def test_retry_after_is_honoured(
    server: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, slept = "/85984NED/TypedDataSet", []
    monkeypatch.setattr(time, "sleep", slept.append)
    server.routes[path] = replay_module.odata3("85984NED", ROWS, 10)
    server.faults[path] = [Answer(b"", 429, {"Retry-After": "1"})]
    assert run(table_request(server), tmp_path).results[0].status == FETCHED
    assert 1.0 in slept


@pytest.mark.parametrize(
    "asked",
    ["3600", format_datetime(datetime.now(UTC) + timedelta(hours=2), usegmt=True)],
    ids=["seconds", "date"],
)
def test_a_service_that_asks_for_hours_is_left_for_later(
    server: Any, tmp_path: Path, asked: str
) -> None:
    path = "/85984NED/TypedDataSet"
    server.faults[path] = [Answer(b"", 429, {"Retry-After": asked})]
    result = run(table_request(server), tmp_path).results[0]
    assert (result.status, result.attempts) == (FAILED, 1)
    assert "probeer het later" in result.message


def test_a_slow_service_times_out_and_is_asked_again(server: Any, tmp_path: Path) -> None:
    path = "/85984NED/TypedDataSet"
    server.routes[path] = replay_module.odata3("85984NED", ROWS, 10)
    server.faults[path] = [Answer(b"{}", delay=0.3)]
    hasty = replace(QUICK, timeout=0.1)
    assert run(table_request(server), tmp_path, hasty).results[0].status == FETCHED
    server.faults[path] = [Answer(b"{}", delay=0.3)] * 3
    result = run(table_request(server), tmp_path, hasty, opnieuw=True).results[0]
    assert (result.status, "niet op tijd" in result.message) == (FAILED, True)


WRONG_ANSWERS = {
    "other municipality": (
        {"value": [*ROWS, {"ID": 99, "WijkenEnBuurten": "BU01530000"}]},
        "andere gebieden dan gevraagd (BU01530000)",
    ),
    "nothing": ({"value": []}, "leeg"),
    "no buurten": ({"value": ROWS[:2]}, "ontbreekt BU9999"),
    "no region column": ({"value": [{"RegioS": "GM9999"}]}, "zonder `WijkenEnBuurten`"),
    "double rows": ({"value": [*ROWS, ROWS[0]]}, "dubbel"),
    "no rows key": ({"rows": []}, "heeft geen `value`"),
    "a refusal": ({"odata.error": {"message": {"value": "Te groot"}}}, "geen `value`: Te groot"),
    "one region twice": (
        {"value": [{"WijkenEnBuurten": c, "x": i} for i, c in enumerate([*CODES, CODES[3]])]},
        "BU99990001 staat twee keer",
    ),
    "rows that are none": ({"value": [1, 2]}, "iets anders dan rijen"),
    "a list": ([], "heeft geen `value`"),
}


@pytest.mark.parametrize("wrong", WRONG_ANSWERS)
def test_wrong_rows_with_status_200_are_refused(server: Any, tmp_path: Path, wrong: str) -> None:
    content, said = WRONG_ANSWERS[wrong]
    server.routes["/85984NED/TypedDataSet"] = lambda _: as_json(content)
    result = run(table_request(server), tmp_path).results[0]
    assert result.status == FAILED
    assert said in result.message
    assert not (tmp_path / "85984NED_2024_GM9999_TypedDataSet.json").exists()
    server.routes["/85984NED/TypedDataSet"] = lambda _: as_json({"value": ROWS})
    assert run(table_request(server), tmp_path).results[0].status == FETCHED


def test_a_page_that_comes_twice_is_no_progress(server: Any, tmp_path: Path) -> None:
    path = "/85984NED/TypedDataSet"
    server.routes[path] = lambda _: as_json({"value": ROWS, "odata.nextLink": f"{path}?$skip=1"})
    assert "twee keer" in run(table_request(server), tmp_path).results[0].message


def test_pages_that_go_round_are_asked_once(server: Any, tmp_path: Path) -> None:
    path, more = "/85984NED/TypedDataSet", iter(range(10, 99))

    def route(_: Any) -> Answer:
        rows = [{"ID": next(more), "WijkenEnBuurten": f"BU9999{next(more):04d}"}]
        return as_json({"value": rows, "odata.nextLink": path})

    server.routes[path] = route
    result = run(table_request(server), tmp_path).results[0]
    assert (result.status, "pagina die er al is" in result.message) == (FAILED, True)
    assert server.count(path) == 1


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Answer(b"<!DOCTYPE html><html>404</html>"), "geen .csv-bestand"),
        (Answer(b"", 416), "past niet meer"),
    ],
)
def test_what_is_no_file_is_refused_for_its_own_reason(
    server: Any, tmp_path: Path, answer: Answer, said: str
) -> None:
    server.routes["/kwb.csv"] = lambda _: answer
    asked = replace(zip_request(server), name="kwb.csv", url=f"{server.base}/kwb.csv", shape="file")
    result = run(asked, tmp_path).results[0]
    assert (result.status, said in result.message) == (FAILED, True), result.message


def test_a_next_page_on_another_host_is_not_asked(server: Any, tmp_path: Path) -> None:
    server.routes["/85984NED/TypedDataSet"] = lambda _: as_json(
        {"value": ROWS, "odata.nextLink": "https://example.org/meer"}
    )
    assert "example.org" in run(table_request(server), tmp_path).results[0].message


def test_a_refused_question_is_asked_once_and_explained(server: Any, tmp_path: Path) -> None:
    path = "/85984NED/TypedDataSet"
    error = {"odata.error": {"message": {"value": "The query returns more than 10000 records."}}}
    server.faults[path] = [as_json(error, status=500)]
    result = run(table_request(server), tmp_path).results[0]
    assert (result.attempts, "te groot" in result.message) == (1, True)
    result = run(table_request(server, url=f"{server.base}/weg"), tmp_path).results[0]
    assert (result.attempts, "404" in result.message) == (1, True)


def test_a_broken_run_goes_on_at_the_page_where_it_stopped(server: Any, tmp_path: Path) -> None:
    path, request = "/85984NED/TypedDataSet", table_request(server)
    paged = replay_module.odata3("85984NED", ROWS, 3)
    server.routes[path] = lambda asked: (
        Answer(b"", 500) if asked.query.get("$skip") == "6" else paged(asked)
    )
    assert run(request, tmp_path).results[0].status == FAILED
    server.routes[path], server.asked[:] = paged, []
    assert run(request, tmp_path).results[0].status == FETCHED
    assert server.count(path) == 1
    assert rows_of(tmp_path / request.name) == ROWS
    assert not (tmp_path / ".ophalen" / request.name).exists()


def test_a_cut_off_kept_page_is_asked_again(server: Any, tmp_path: Path) -> None:
    request, path = table_request(server), "/85984NED/TypedDataSet"
    kept = tmp_path / ".ophalen" / request.name / "pagina_0001.json"
    kept.parent.mkdir(parents=True)
    kept.write_text('{"url": "half')
    server.routes[path] = replay_module.odata3("85984NED", ROWS, 10)
    assert run(request, tmp_path).results[0].status == FETCHED


def test_a_download_goes_on_where_it_broke_off(server: Any, tmp_path: Path) -> None:
    content = archive()
    server.routes["/vk.zip"] = replay_module.ranged(content)
    server.faults["/vk.zip"] = [Answer(content, 200, {"ETag": '"v1"'}, cut=150_000)]
    result = run(zip_request(server), tmp_path).results[0]
    assert (result.status, result.attempts) == (FETCHED, 2)
    assert (tmp_path / "cbs_vk100_2024_v1.zip").read_bytes() == content
    assert server.asked[1].headers["Range"].startswith("bytes=")
    assert server.asked[1].headers["If-Range"] == '"v1"'


def test_a_download_that_changed_meanwhile_starts_anew(server: Any, tmp_path: Path) -> None:
    old, new = archive(200_000), archive(250_000)
    server.routes["/vk.zip"] = replay_module.ranged(new, '"v2"')
    server.faults["/vk.zip"] = [Answer(old, 200, {"ETag": '"v1"'}, cut=100_000)]
    assert run(zip_request(server), tmp_path).results[0].status == FETCHED
    assert (tmp_path / "cbs_vk100_2024_v1.zip").read_bytes() == new


@pytest.mark.parametrize("damage", ["html", "flipped"])
def test_a_damaged_zip_is_refused(server: Any, tmp_path: Path, damage: str) -> None:
    content = bytearray(archive())
    content[len(content) // 2] ^= 0xFF
    body = b"<html></html>" if damage == "html" else bytes(content)
    server.routes["/vk.zip"] = lambda _: Answer(body)
    result = run(zip_request(server), tmp_path).results[0]
    assert result.status == FAILED
    assert "zip" in result.message
    assert not (tmp_path / "cbs_vk100_2024_v1.zip").exists()


def test_one_failing_request_does_not_stop_the_others(server: Any, tmp_path: Path) -> None:
    server.routes["/85984NED/TypedDataSet"] = replay_module.odata3("85984NED", ROWS, 10)
    broken = table_request(server, name="weg.json", url=f"{server.base}/weg")
    report = fetch([broken, table_request(server)], tmp_path, patience=QUICK)
    assert [result.status for result in report.results] == [FAILED, FETCHED]
    assert [result.name for result in report.failed] == ["weg.json"]


def test_features_are_joined_over_next_links_and_can_be_read(server: Any, tmp_path: Path) -> None:
    rows = [
        replay_module.square_feature(f"BU9999000{i}", 250_000.0 + 100 * i, 470_000.0)
        for i in range(5)
    ]
    path = "/wijken-en-buurten-2025/ogc/v1/collections/buurten/items"
    server.routes[path] = replay_module.features(rows, 2)
    hosts = all_at(server)
    request = module.borders(2025, "GM9999", hosts=hosts)[0]
    assert run(request, tmp_path).results[0].status == FETCHED
    found = pdok.recognise(tmp_path / request.name)
    assert found is not None
    areas, table = pdok.read(found)
    assert len(areas.frame) == 5  # type: ignore[union-attr]
    assert table.values["aantal_inwoners"].sum() == 500  # type: ignore[union-attr]
    asked = server.asked[0].query
    assert (asked["gemeentecode"], asked["crs"][-5:]) == ("GM9999", "28992")


def test_fewer_features_than_matched_is_a_broken_answer(server: Any, tmp_path: Path) -> None:
    rows = [replay_module.square_feature("BU99990000", 250_000.0, 470_000.0)]
    content = {"type": "FeatureCollection", "numberMatched": 7, "features": rows}
    path = "/wijken-en-buurten-2025/ogc/v1/collections/buurten/items"
    server.routes[path] = lambda _: as_json(content)
    request = module.borders(2025, "GM9999", hosts=all_at(server))[0]
    assert "1 van 7" in run(request, tmp_path).results[0].message


def test_a_wfs_without_links_is_paged_by_start_index(
    server: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(questions, "FEATURE_LIMIT", 2)
    rows = [
        replay_module.square_feature(f"BU9999000{i}", 250_000.0 + 100 * i, 470_000.0)
        for i in range(5)
    ]
    server.routes["/wijkenbuurten/2023/wfs/v1_0"] = replay_module.wfs(rows)
    request = module.borders(2023, "GM9999", hosts=all_at(server))[0]
    assert run(request, tmp_path).results[0].status == FETCHED
    assert len(rows_of(tmp_path / request.name, "features")) == 5
    asked = [each.query for each in server.asked if "startIndex" in each.query]
    assert [query["startIndex"] for query in asked] == ["0", "2", "4"]
    assert "cql_filter" not in asked[0]
    assert "<Literal>GM9999</Literal>" in asked[0]["filter"]


def test_a_wfs_that_ignores_the_filter_is_caught(server: Any, tmp_path: Path) -> None:
    rows = [
        replay_module.square_feature(c, 250_000.0, 470_000.0) for c in ("BU99990000", "BU01530000")
    ]
    server.routes["/wijkenbuurten/2023/wfs/v1_0"] = replay_module.wfs(rows)
    request = module.borders(2023, "GM9999", hosts=all_at(server))[0]
    assert "BU01530000" in run(request, tmp_path).results[0].message


SCORES = {"kscore": 5, "afw": 0.1, "fys": 0.1, "onv": -0.2, "soc": 0.1, "vrz": 0.1, "won": 0.0}


@pytest.mark.parametrize("newest", [2026, 2024])
def test_leefbaarometer_scores_of_the_last_measurement_that_there_is(
    server: Any, tmp_path: Path, newest: int
) -> None:
    def answer(asked: Any) -> Any:
        if asked.query.get("typeNames") != f"lbm3:buurtscore{newest % 100}":
            said = "<ows:ExceptionReport><ows:ExceptionText>Unknown layer</ows:ExceptionText>"
            return Answer(said.encode())
        assert asked.query["cql_filter"] == "id LIKE 'BU9999%'"
        rows = [
            {"id": f"BU9999000{i}", "name": "Kern", "year": str(newest), **SCORES} for i in range(3)
        ]
        features = [{"type": "Feature", "geometry": None, "properties": row} for row in rows]
        return as_json({"type": "FeatureCollection", "totalFeatures": 3, "features": features})

    server.routes["/"] = server.routes[""] = answer
    (request,) = module.leefbaarometer([2026], "GM9999", hosts=all_at(server))
    (result,) = run(request, tmp_path).results
    assert (result.status, "Unknown layer" in result.message) == (FETCHED, newest == 2024)
    found = leefbaarometer.recognise(tmp_path / result.name)
    assert found is not None
    (table,) = leefbaarometer.read(found)
    assert (found.year, len(table.values)) == (newest, 3)


def test_the_file_of_the_leefbaarometer_takes_the_place_of_its_service(
    server: Any, tmp_path: Path
) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as zipped:
        zipped.writestr("meting/scores wijken 2002-2024.csv", "wk_code\n")
        zipped.writestr(
            "meting/scores buurten 2002-2024.csv", "bu_code,jaar,afw\nBU99990000,2024,0.1"
        )
    archive = "/open-data-leefbaarometer-meting-2024.zip"
    server.routes[archive] = lambda _: Answer(stream.getvalue())
    (request,) = module.leefbaarometer([2023], "GM9999", hosts=all_at(server))
    (result,) = run(request, tmp_path).results
    assert (result.name, result.status) == ("leefbaarometer_2024.csv", FETCHED)
    assert (tmp_path / result.name).read_text().startswith("bu_code,")


def test_a_fetched_table_and_its_companions_are_recognised(server: Any, tmp_path: Path) -> None:
    columns = {"Bevolkingsdichtheid_34": 1.0, "HuishoudensTotaal_29": 2.0}
    rows = [{**row, **columns} for row in ROWS]
    base = "/85984NED"
    server.routes[f"{base}/TypedDataSet"] = replay_module.odata3("85984NED", rows, 10)
    described = [
        {"ID": i, "Key": key, "Title": title, "Type": "Topic", "ParentID": None}
        for i, (key, title) in enumerate(
            [
                ("AantalInwoners_5", "Aantal inwoners"),
                ("Bevolkingsdichtheid_34", "Bevolkingsdichtheid"),
            ]
        )
    ]
    server.routes[f"{base}/DataProperties"] = lambda _: as_json({"value": described})
    names = [{"Key": code.ljust(10), "Title": f"Naam {code}"} for code in CODES]
    server.routes[f"{base}/WijkenEnBuurten"] = lambda _: as_json({"value": names})
    requests = module.kwb(2024, "GM9999", hosts=all_at(server))
    report = fetch(requests, tmp_path, patience=QUICK)
    assert report.failed == ()
    found = cbs.recognise(tmp_path / requests[0].name)
    assert found is not None
    assert (found.table, found.year, found.shape) == ("85984NED", 2024, "odata3")
    table = cbs.read(found)
    assert table.values["aantal_inwoners"].tolist() == [20, 30, 40, 50, 60, 0, 10]
    assert table.regions.loc["BU99990000", "naam"] == "Naam BU99990000"


def test_the_plan_names_table_and_year_in_every_file() -> None:
    requests = plan("0153", [2017, 2024, 2025], vierkanten=True)
    names = [request.name for request in requests]
    assert len(set(names)) == len(names)
    assert {"83765NED_2017_NL_TypedDataSet.json", "WijkBuurtkaart_2017_v3.zip"} <= set(names)
    assert {"buurten_2024_GM0153.geojson", "47018NED_2024_GM0153_TypedDataSet.json"} <= set(names)
    assert {"leefbaarometer_buurtscore24_2024_GM0153.json", "2025-cbs_vk100_2024_v1.zip"} <= set(
        names
    )
    every = [part for request in requests for part in ways(request)]
    assert "83765NED_2017_NL_DataProperties.json" in {part.name for part in every}
    assert all(str(part.year) in part.name for part in every)
    assert all(part.licence and part.attribution for part in every)
    assert all(urlsplit(part.url).scheme == "https" for part in every)
    assert {urlsplit(part.url).hostname for part in every} <= Hosts().names()


def test_the_filters_hold_whatever_the_padding_of_the_keys() -> None:
    asked = [*module.kwb(2020, "GM0153"), *plan("GM0153", [2020])]
    every = [part for r in asked for part in ways(r) if part.prefixes]
    typed = [part for part in every if part.name.endswith("TypedDataSet.json")]
    assert {part.table for part in typed} == {
        *("84799NED", "47018NED", "50150NED", "84953NED", "86296NED")
    }
    for part in typed:
        query = parse_qs(urlsplit(part.url).query)
        assert query["$format"] == ["json"]
        assert query["$filter"][0].count("startswith(WijkenEnBuurten,") == 3
        assert "WijkenEnBuurten eq" not in query["$filter"][0]
    first = {r.table: r.url for r in plan("GM0153", [2020]) if r.shape == "odata"}
    assert all("/ODataFeed/" in url for url in first.values())
    assert "Perioden%20eq%20%272020JJ00%27" in first["47018NED"]
    assert "Leeftijd%20eq%20%2720300%27" in first["50150NED"]


SQUARES = {2020: "2023-{}_vol", 2021: "2024-{}_vol", 2022: "2024-{}_v2", 2023: "2024-{}_v1"}


@pytest.mark.parametrize("year", SQUARES)
def test_squares_have_the_name_under_which_they_were_published(year: int) -> None:
    assert module.squares(year).url.endswith(SQUARES[year].format(f"cbs_vk100_{year}") + ".zip")


def test_squares_of_a_new_year_are_asked_in_every_version() -> None:
    names = [part.name for part in ways(module.squares(2027))]
    assert names == [
        f"{2027 + n}-cbs_vk100_2027_{v}.zip" for n, v in ((3, "vol"), (2, "v2"), (1, "v1"))
    ]


@pytest.mark.parametrize(
    ("year", "first"),
    [
        (2014, "shape-2014-versie-30.zip"),
        (2016, "shape-2016-versie-30.zip"),
        (2018, "WijkBuurtkaart_2018_v3.zip"),
        (2021, "typeNames=cbs_buurten_2021"),
        (2022, "wijken-en-buurten-2022/ogc/v1/collections/buurten"),
        (2027, "wijken-en-buurten-2027/ogc/v1/collections/buurten"),
    ],
)
def test_borders_are_asked_where_the_year_is(year: int, first: str) -> None:
    request = module.borders(year, "GM0153")[0]
    assert first in request.url
    assert ways(request)[-1].shape in ("zip", "file")


def test_every_wrong_part_of_a_plan_is_told_at_once() -> None:
    with pytest.raises(InputError) as caught:
        plan("Enschede", [1999, 2012])
    assert len(caught.value.problems) == 3
    with pytest.raises(InputError, match="geen jaar"):
        plan("GM0153", [])


def test_all_addresses_can_be_pointed_elsewhere(server: Any) -> None:
    hosts = all_at(server)
    requests = plan("GM9999", [2018, 2023, 2025], vierkanten=True, hosts=hosts)
    assert {urlsplit(r.url).netloc for r in requests} == {urlsplit(server.base).netloc}


V4 = {
    "Observations": [
        {"Id": i, "Measure": "T001036", "Value": 10.0 * i, "WijkenEnBuurten": code}
        for i, code in enumerate(CODES)
    ],
    "MeasureCodes": [{"Identifier": "T001036", "Title": "Aantal inwoners", "MeasureGroupId": None}],
    "MeasureGroups": [],
    "WijkenEnBuurtenCodes": [{"Identifier": code, "Title": f"Naam {code}"} for code in CODES],
}


def test_odata_4_takes_the_place_of_3_and_is_read(server: Any, tmp_path: Path) -> None:
    for entity, rows in V4.items():
        content = {"@odata.context": f"https://x/85984NED/$metadata#{entity}", "value": rows}
        server.routes[f"/85984NED/{entity}"] = lambda _, content=content: as_json(content)
    server.routes["/85984NED/TypedDataSet"] = lambda _: Answer(b"", 503)
    report = run(module.kwb(2024, "GM9999", hosts=all_at(server))[0], tmp_path)
    assert report.failed == ()
    assert "langs een andere weg" in report.results[-1].message
    found = cbs.recognise(tmp_path / report.results[-1].name)
    assert found is not None
    assert cbs.read(found).values["aantal_inwoners"].tolist() == [20, 30, 40, 50, 60, 0, 10]


def test_figures_come_in_without_their_description(server: Any, tmp_path: Path) -> None:
    names = [{"Key": code.ljust(10), "Title": "x"} for code in CODES]
    server.routes["/85984NED/WijkenEnBuurten"] = lambda _: as_json({"value": names})
    server.routes["/85984NED/TypedDataSet"] = replay_module.odata3("85984NED", ROWS, 10)
    report = run(module.kwb(2024, "GM9999", hosts=all_at(server))[0], tmp_path)
    assert [result.status for result in report.results] == [FAILED, FETCHED, FETCHED]
    assert "DataProperties" in report.failed[0].name


def test_the_spreadsheet_is_the_last_way(server: Any, tmp_path: Path) -> None:
    server.routes["/kwb-2023.xlsx"] = lambda _: Answer(archive())
    (request,) = module.kwb(2023, None, hosts=all_at(server))
    (result,) = run(request, tmp_path).results
    assert (result.name, result.status) == ("kwb-2023.xlsx", FETCHED)


def test_every_reason_is_told_when_no_way_is_left(server: Any, tmp_path: Path) -> None:
    (result,) = run(module.kwb(2023, "GM9999", hosts=all_at(server))[0], tmp_path).results
    assert (result.status, result.name) == (FAILED, "85618NED_2023_GM9999_TypedDataSet.json")
    assert "127.0.0.1: de dienst antwoordt met status 404" in result.message


def test_a_region_of_the_list_may_not_be_absent(server: Any, tmp_path: Path) -> None:
    base, names = "/85984NED", [{"Key": code.ljust(10), "Title": "x"} for code in CODES]
    server.routes[f"{base}/WijkenEnBuurten"] = lambda _: as_json({"value": names})
    server.routes[f"{base}/DataProperties"] = lambda _: as_json({"value": [{"ID": 1}]})
    server.routes[f"{base}/TypedDataSet"] = lambda _: as_json({"value": ROWS[:-1]})
    (result,) = run(module.kwb(2024, "GM9999", hosts=all_at(server))[0], tmp_path).results
    assert (result.status, "mist 1 van 7 (BU99990004)" in result.message) == (FAILED, True)


@pytest.mark.parametrize(("areas", "status"), [(40, FETCHED), (38, FETCHED), (20, FAILED)])
def test_a_map_is_compared_with_the_list_of_regions(
    server: Any, tmp_path: Path, areas: int, status: str
) -> None:
    codes = [f"BU999900{i:02d}" for i in range(40)]
    listed = {"value": [{"Key": code} for code in codes]}
    (tmp_path / "85984NED_2024_NL_WijkenEnBuurten.json").write_text(json.dumps(listed))
    rows = [
        replay_module.square_feature(c, 250_000.0 + i * 100, 470_000.0) for i, c in enumerate(codes)
    ]
    path = "/wijken-en-buurten-2024/ogc/v1/collections/buurten/items"
    server.routes[path] = replay_module.features(rows[:areas], 1000)
    result = run(module.borders(2024, "GM9999", hosts=all_at(server))[0], tmp_path).results[0]
    assert result.status == status
    assert ("BU99990039" in result.message) == (areas == 38)


def test_one_buurt_is_not_taken_for_a_municipality(server: Any, tmp_path: Path) -> None:
    row = replay_module.square_feature("BU99990000", 250_000.0, 470_000.0)
    path = "/wijken-en-buurten-2024/ogc/v1/collections/buurten/items"
    server.routes[path] = lambda _: as_json({"type": "FeatureCollection", "features": [row]})
    result = run(module.borders(2024, "GM9999", hosts=all_at(server))[0], tmp_path).results[0]
    assert (result.status, "één gebied" in result.message) == (FAILED, True)


@pytest.mark.parametrize(
    ("headers", "place", "system"),
    [
        ({"Content-Crs": "<http://www.opengis.net/def/crs/EPSG/0/28992>"}, 250_000.0, "28992"),
        ({"Content-Crs": "<http://www.opengis.net/def/crs/OGC/1.3/CRS84>"}, 5.0, "CRS84"),
        ({}, 5.0, "CRS84"),
    ],
)
def test_an_answer_says_in_which_system_its_places_are(
    server: Any, tmp_path: Path, headers: dict[str, str], place: float, system: str
) -> None:
    rows = [replay_module.square_feature(f"BU9999000{i}", place, 52.0) for i in range(2)]
    path = "/wijken-en-buurten-2024/ogc/v1/collections/buurten/items"
    content = {"type": "FeatureCollection", "features": rows}
    server.routes[path] = lambda _: as_json(content, headers=headers)
    request = module.borders(2024, "GM9999", hosts=all_at(server))[0]
    assert run(request, tmp_path).results[0].status == FETCHED
    named = json.loads((tmp_path / request.name).read_text())["crs"]["properties"]["name"]
    assert named.endswith(system)


@pytest.mark.parametrize("catalogue", ["/Tables", "/Datasets"])
def test_a_new_year_is_found_in_either_catalogue(
    server: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, catalogue: str
) -> None:
    title = "Kerncijfers wijken en buurten "
    rows = [
        {"Identifier": "90002NED", "Title": f"{title}2031", "Language": "nl"},
        {"Identifier": "90003ENG", "Title": f"{title}2031", "Language": "en"},
        {"Identifier": "90004NED", "Title": f"Toelichting {title}2031", "Language": "nl"},
        {"Identifier": "00001NED", "Title": f"{title}2024", "Language": "nl"},
    ]
    server.routes[catalogue] = lambda _: as_json({"value": rows})
    known = module.known_tables([2024, 2031], hosts=all_at(server), patience=QUICK)
    assert (known[2031], known[2024]) == ("90002NED", "85984NED")
    requests = plan("GM9999", [2031], tabellen=known)
    assert requests[0].name == "90002NED_2031_NL_TypedDataSet.json"
    shown = [{**ROWS[0], "Bevolkingsdichtheid_34": 1, "HuishoudensTotaal_29": 2}]
    (tmp_path / requests[0].name).write_text(json.dumps({"value": shown}))
    found = cbs.recognise(tmp_path / requests[0].name)
    assert found is not None
    assert (found.year, found.table) == (2031, "90002NED")


def test_a_link_of_the_service_to_its_own_network_is_asked_of_the_public_computer(
    server: Any, tmp_path: Path
) -> None:
    path = "/85984NED/TypedDataSet"
    inside = f"https://dataderden.prod.cbsp.nl{path}?$skip=6"

    def route(asked: Any) -> Any:
        last = "$skip" in asked.query
        return as_json(
            {"value": ROWS[6:]} if last else {"value": ROWS[:6], "odata.nextLink": inside}
        )

    server.routes[path] = route
    asked = table_request(server, url=f"{server.base}{path}?$format=json")
    assert run(asked, tmp_path).results[0].status == FETCHED
    assert [each.query["$format"] for each in server.asked] == ["json", "json"]


def deep(size: int = 100_000) -> bytes:
    return b'{"value":' + b"[" * size + b"]" * size + b"}"


def locked() -> bytes:
    """Return a zip whose only member says that it is encrypted."""
    content = bytearray(archive(1000))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + place] |= 1
    return bytes(content)


def empty() -> bytes:
    stream = io.BytesIO()
    zipfile.ZipFile(stream, "w").close()
    return stream.getvalue()


IN_GZIP = {"Content-Encoding": "gzip"}
FAULTS = {
    "redirect loop": (Answer(b"", 302, {"Location": "/fault"}), "kring"),
    "redirect elsewhere": (Answer(b"", 302, {"Location": "https://example.org/x"}), "example.org"),
    "redirect to http": (Answer(b"", 302, {"Location": "http://opendata.cbs.nl/x"}), "opendata"),
    "redirect to nowhere": (Answer(b"", 302), "status 302"),
    "redirect to nonsense": (Answer(b"", 302, {"Location": "http://[::"}), "verbinding"),
    "bad gzip": (Answer(b"no gzip", headers=IN_GZIP), "gzip"),
    "gzip bomb": (Answer(gzip.compress(bytes(3 << 20)), headers=IN_GZIP), "groter dan"),
    "deep JSON": (Answer(deep()), "diep"),
    "exception of a WFS": (Answer(b"<ows:ExceptionReport/>"), "weigert"),
    "hangs up": (Answer(b"x", cut=0), "verbinding"),
    "endless": (Answer(b"x" * 65_536, every=0.0), "groter dan"),
    "drip": (Answer(b" ", every=0.02), "seconden niet klaar"),
    "drip of headers": (Answer(b"a: b\r\n", every=0.02, slowly="headers"), "seconden niet klaar"),
    "nothing": (Answer(b""), "geen JSON"),
}
ZIP_FAULTS = {
    "empty zip": (Answer(empty()), "leeg"),
    "locked zip": (Answer(locked()), "wachtwoord"),
    "endless zip": (Answer(b"x" * 65_536, every=0.0), "groter dan"),
    "drip of a zip": (Answer(b" ", every=0.02), "te langzaam"),
    "web page": (Answer(b"<html></html>"), "zip"),
    "416": (Answer(b"", 416), "past niet meer"),
    "wrong part": (Answer(b"x", 206, {"Content-Range": "bytes 0-0/5"}), "andere plaats"),
}


@pytest.mark.parametrize("fault", [*FAULTS, *ZIP_FAULTS])
def test_every_fault_is_a_sentence_and_stops_nothing_else(
    server: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    monkeypatch.setattr(web, "MAX_ANSWER", 1 << 20)
    monkeypatch.setattr(web, "MAX_FILE", 1 << 20)
    answer, said = (FAULTS | ZIP_FAULTS)[fault]
    kind = zip_request if fault in ZIP_FAULTS else table_request
    broken = replace(kind(server), url=f"{server.base}/fault")
    part = tmp_path / ".ophalen" / broken.name / "deel"
    part.parent.mkdir(parents=True)
    if fault in ("416", "wrong part"):
        part.write_bytes(b"begun")
        part.with_suffix(".etag").write_text('"v1"')
    server.routes["/fault"] = lambda _: answer
    good = replace(table_request(server), name="goed.json")
    server.routes["/85984NED/TypedDataSet"] = replay_module.odata3("85984NED", ROWS, 10)
    patience = replace(QUICK, attempts=1, timeout=0.5)
    report = fetch([broken, good], tmp_path, patience=patience)
    assert [result.status for result in report.results] == [FAILED, FETCHED]
    assert said in report.results[0].message, report.results[0].message
    # and the next time, when the service is well again
    server.routes["/fault"] = replay_module.ranged(archive())
    if fault in FAULTS:
        server.routes["/fault"] = lambda _: as_json({"value": ROWS})
    assert run(broken, tmp_path).results[0].status == FETCHED


def test_a_computer_that_did_not_answer_is_asked_once_more_for_the_next(
    server: Any, tmp_path: Path
) -> None:
    server.routes["/85984NED/TypedDataSet"] = lambda _: Answer(b"", 503)
    asked = [replace(table_request(server), name=f"{n}.json") for n in "ab"]
    report = fetch(asked, tmp_path, patience=QUICK)
    assert [result.attempts for result in report.results] == [3, 1]


def test_an_unexpected_fault_is_that_of_one_file(
    server: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_verify", lambda *_: 1 / 0)
    result = run(table_request(server), tmp_path).results[0]
    server.routes["/85984NED/TypedDataSet"] = replay_module.odata3("85984NED", ROWS, 10)
    result = run(table_request(server), tmp_path).results[0]
    assert (result.status, "ZeroDivisionError" in result.message) == (FAILED, True)


@pytest.mark.parametrize("url", ["http://opendata.cbs.nl/x", "https://example.org/x"])
def test_only_listed_computers_are_asked_and_only_over_https(tmp_path: Path, url: str) -> None:
    request = FetchRequest("x.json", url, "odata", "cbs.kwb", "t", 2024, "l", "a")
    result = fetch([request], tmp_path, patience=QUICK).results[0]
    assert (result.status, result.attempts) == (FAILED, 1)
    assert str(urlsplit(url).hostname) in result.message


def test_a_download_that_is_whole_already_is_kept(server: Any, tmp_path: Path) -> None:
    content, request = archive(), zip_request(server)
    part = tmp_path / ".ophalen" / request.name / "deel"
    part.parent.mkdir(parents=True)
    part.write_bytes(content)
    part.with_suffix(".etag").write_text('"v1"')
    left = {"Content-Range": f"bytes */{len(content)}"}
    server.routes["/vk.zip"] = lambda _: Answer(b"", 416, left)
    assert run(request, tmp_path).results[0].status == FETCHED
    assert (tmp_path / request.name).read_bytes() == content


@pytest.mark.parametrize("whole", [True, False])
def test_a_geopackage_is_checked_to_its_end(server: Any, tmp_path: Path, whole: bool) -> None:
    path = tmp_path / "bron" / "a.gpkg"
    path.parent.mkdir()
    with sqlite3.connect(path) as database:
        database.execute("create table a (b)")
    content = path.read_bytes()
    server.routes["/a.gpkg"] = lambda _: Answer(content if whole else content[:-100])
    request = replace(zip_request(server), name="a.gpkg", url=f"{server.base}/a.gpkg", shape="file")
    result = run(request, tmp_path / "raw").results[0]
    assert (result.status == FETCHED, "afgekapt" in result.message) == (whole, not whole)
