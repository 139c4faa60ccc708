from __future__ import annotations

import importlib.util
import io
import json
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from sia.errors import InputError
from sia.sources import cbs, leefbaarometer, pdok
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


def _load_replay() -> ModuleType:
    # Tests are imported by path, so a neighbour has to be too.
    spec = importlib.util.spec_from_file_location("replay", Path(__file__).with_name("replay.py"))
    assert spec is not None
    assert spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    sys.modules["replay"] = loaded
    spec.loader.exec_module(loaded)
    return loaded


replay_module = _load_replay()
Answer, as_json = replay_module.Answer, replay_module.as_json

QUICK = Patience(attempts=3, timeout=2.0, first_wait=0.001, longest_wait=1.0)
CODES = ["GM9999", "WK999900", *(f"BU9999000{i}" for i in range(5))]
ROWS = [
    {"ID": i, "WijkenEnBuurten": c.ljust(10), "AantalInwoners_5": 10 * i}
    for i, c in enumerate(CODES)
]


@pytest.fixture
def server() -> Iterator[Any]:
    with replay_module.serving() as running:
        yield running


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


def zip_request(server: Any) -> FetchRequest:
    return table_request(
        server,
        name="cbs_vk100_2024_v1.zip",
        url=f"{server.base}/vk.zip",
        shape="zip",
        region_field="",
        prefixes=(),
    )


# One client for all tests: reading the certificates takes most of the time of making one.
CLIENT = httpx.Client()


def run(
    request: FetchRequest, folder: Path, patience: Patience = QUICK, **more: Any
) -> FetchReport:
    return fetch([request], folder, **{"patience": patience, "client": CLIENT, **more})


def rows_of(path: Path, key: str = "value") -> list[dict[str, Any]]:
    return json.loads(path.read_text(encoding="utf-8"))[key]


def archive(size: int = 300_000) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as zipped:
        zipped.writestr("vierkant.gpkg", bytes(i * 7919 % 251 for i in range(size)))
    return stream.getvalue()


@pytest.mark.parametrize("next_links", [True, False])
def test_pages_are_joined_into_one_file(
    server: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, next_links: bool
) -> None:
    monkeypatch.setattr(module, "_PAGE_LIMIT", 3)
    server.routes["/85984NED/TypedDataSet"] = replay_module.odata3(
        "85984NED", ROWS, 3, next_links=next_links
    )
    request, said = table_request(server), []
    report = run(request, tmp_path, progress=said.append)
    assert report.table()["status"].tolist() == [FETCHED]
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


def test_retry_after_is_honoured(server: Any, tmp_path: Path) -> None:
    path = "/85984NED/TypedDataSet"
    server.routes[path] = replay_module.odata3("85984NED", ROWS, 10)
    server.faults[path] = [Answer(b"", 429, {"Retry-After": "1"})]
    started = datetime.now(UTC)
    assert run(table_request(server), tmp_path).results[0].status == FETCHED
    assert datetime.now(UTC) - started >= timedelta(seconds=1)


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
    server.faults[path] = [Answer(b"{}", delay=0.6)]
    hasty = replace(QUICK, timeout=0.2)
    assert run(table_request(server), tmp_path, hasty).results[0].status == FETCHED
    server.faults[path] = [Answer(b"{}", delay=0.6)] * 3
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


def test_a_page_that_comes_twice_is_no_progress(server: Any, tmp_path: Path) -> None:
    path = "/85984NED/TypedDataSet"
    server.routes[path] = lambda _: as_json({"value": ROWS, "odata.nextLink": f"{path}?$skip=1"})
    assert "twee keer" in run(table_request(server), tmp_path).results[0].message


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
    assert report.table()["status"].tolist() == [FAILED, FETCHED]
    assert [result.name for result in report.failed] == ["weg.json"]


def test_features_are_joined_over_next_links_and_can_be_read(server: Any, tmp_path: Path) -> None:
    rows = [
        replay_module.square_feature(f"BU9999000{i}", 250_000.0 + 100 * i, 470_000.0)
        for i in range(5)
    ]
    path = "/wijken-en-buurten-2025/ogc/v1/collections/buurten/items"
    server.routes[path] = replay_module.features(rows, 2)
    hosts = Hosts(pdok_api=server.base)
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
    request = module.borders(2025, "GM9999", hosts=Hosts(pdok_api=server.base))[0]
    assert "1 van 7" in run(request, tmp_path).results[0].message


def test_a_wfs_without_links_is_paged_by_start_index(
    server: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_FEATURE_LIMIT", 2)
    rows = [
        replay_module.square_feature(f"BU9999000{i}", 250_000.0 + 100 * i, 470_000.0)
        for i in range(5)
    ]
    server.routes["/wijkenbuurten/2023/wfs/v1_0"] = replay_module.wfs(rows)
    request = module.borders(2023, "GM9999", hosts=Hosts(pdok_wfs=server.base))[0]
    assert run(request, tmp_path).results[0].status == FETCHED
    assert len(rows_of(tmp_path / request.name, "features")) == 5
    assert [asked.query["startIndex"] for asked in server.asked] == ["0", "2", "4"]
    assert "cql_filter" not in server.asked[0].query
    assert "<Literal>GM9999</Literal>" in server.asked[0].query["filter"]


def test_a_wfs_that_ignores_the_filter_is_caught(server: Any, tmp_path: Path) -> None:
    rows = [
        replay_module.square_feature(c, 250_000.0, 470_000.0) for c in ("BU99990000", "BU01530000")
    ]
    server.routes["/wijkenbuurten/2023/wfs/v1_0"] = replay_module.wfs(rows)
    request = module.borders(2023, "GM9999", hosts=Hosts(pdok_wfs=server.base))[0]
    assert "BU01530000" in run(request, tmp_path).results[0].message


def test_leefbaarometer_scores_land_as_a_table_that_its_reader_knows(
    server: Any, tmp_path: Path
) -> None:
    parts = {"fys": 0.1, "onv": -0.2, "soc": 0.0, "vrz": 0.1, "won": 0.0}
    rows = [
        {
            "type": "Feature",
            "geometry": None,
            "properties": {"bu_code": f"BU9999000{i}", "bu_naam": "Kern", "afw": 0.0, **parts},
        }
        for i in range(3)
    ]
    server.routes["/lbm3/ows"] = lambda _: as_json({"type": "FeatureCollection", "features": rows})
    hosts = Hosts(leefbaarometer=f"{server.base}/lbm3/ows")
    (request,) = module.leefbaarometer([2025], "GM9999", hosts=hosts)
    assert run(request, tmp_path).results[0].status == FETCHED
    found = leefbaarometer.recognise(tmp_path / request.name)
    assert found is not None
    assert found.year == 2024
    (table,) = leefbaarometer.read(found)
    assert len(table.values) == 3


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
    requests = module.kwb(2024, "GM9999", hosts=Hosts(opendata=server.base))
    report = fetch(requests, tmp_path, patience=QUICK, client=CLIENT)
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
    assert {"83765NED_2017_NL_TypedDataSet.json", "83765NED_2017_NL_DataProperties.json"} <= set(
        names
    )
    assert {"buurten_2024_GM0153.geojson", "wijkbuurtkaart_2017.zip"} <= set(names)
    assert "47018NED_2024_GM0153_TypedDataSet.json" in names
    assert "50150NED_2024_GM0153_TypedDataSet.json" in names
    assert "leefbaarometer_buurtscore24_2024_GM0153.json" in names
    assert "cbs_vk100_2024_v1.zip" in names
    assert all(str(request.year) in request.name for request in requests)
    assert all(request.licence and request.attribution for request in requests)
    assert all(urlsplit(request.url).scheme == "https" for request in requests)


def test_a_filter_holds_whatever_the_padding_of_the_keys() -> None:
    requests = plan("GM0153", [2020], landelijk=False)
    typed = next(r for r in requests if r.name == "84799NED_2020_GM0153_TypedDataSet.json")
    chosen = parse_qs(urlsplit(typed.url).query)["$filter"][0]
    assert chosen.count("startswith(WijkenEnBuurten,") == 3
    assert " eq '" not in chosen
    crime = next(r for r in requests if r.table == "47018NED")
    assert "Perioden eq '2020JJ00'" in parse_qs(urlsplit(crime.url).query)["$filter"][0]


def test_every_wrong_part_of_a_plan_is_told_at_once() -> None:
    with pytest.raises(InputError) as caught:
        plan("Enschede", [1999, 2012])
    assert len(caught.value.problems) == 3
    with pytest.raises(InputError, match="geen jaar"):
        plan("GM0153", [])


def test_all_addresses_can_be_pointed_elsewhere(server: Any) -> None:
    hosts = Hosts(**{f.name: server.base for f in fields(Hosts)})
    requests = plan("GM9999", [2018, 2023, 2025], vierkanten=True, hosts=hosts)
    assert {urlsplit(r.url).netloc for r in requests} == {urlsplit(server.base).netloc}


def test_a_given_client_stays_open(server: Any, tmp_path: Path) -> None:
    server.routes["/85984NED/TypedDataSet"] = replay_module.odata3("85984NED", ROWS, 10)
    with httpx.Client() as client:
        run(table_request(server), tmp_path, client=client)
        assert not client.is_closed
