"""The contract of every service: what is asked, and what its answer has to hold."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from sia.sources import proef
from sia.sources.fetch import Hosts
from sia.sources.proef import CHANGED, GONE, SILENT, WORKS, Question, judge, probe, questions
from sia.sources.web import AgainError, FetchError, Patience
from tests.sources import replay as replay_module

QUESTIONS = {question.dienst: question for question in questions()}
QUICK = Patience(attempts=1, timeout=2.0)


@pytest.fixture(scope="module")
def server() -> Iterator[Any]:
    with replay_module.serving() as running:
        yield running


def invented(question: Question, without: str = "") -> bytes:
    """Return an answer of the right shape with invented values, less one field."""
    names = [re.sub(r"_\\d\+$", "_5", field) for field in question.velden if field != without]
    row = dict.fromkeys(names, "x")
    if question.vorm == "odata":
        return json.dumps({"odata.metadata": "x", "value": [row]}).encode()
    if question.vorm == "geojson":
        feature = {"type": "Feature", "geometry": None, "properties": row}
        return json.dumps({"type": "FeatureCollection", "features": [feature]}).encode()
    if question.vorm == "bestand":
        return b"PK\x03\x04..." if names else b"<html>"
    return b'<Name>wijkenbuurten:cbs_buurten_2021</Name> "gemeentecode"' if names else b"<x/>"


@pytest.mark.parametrize("dienst", QUESTIONS)
def test_an_answer_of_the_right_shape_is_accepted_and_one_without_a_field_named(
    dienst: str,
) -> None:
    question = QUESTIONS[dienst]
    assert judge(question, invented(question)) == []
    assert urlsplit(question.url).scheme == "https"
    assert urlsplit(question.url).hostname in Hosts().names()
    for field in question.velden:
        assert judge(question, invented(question, field)) == [field]


@pytest.mark.parametrize("body", [b"", b"<html></html>", b'{"value": ', b"[" * 200_000])
def test_no_answer_at_all_is_refused(body: bytes) -> None:
    with pytest.raises((FetchError, AgainError)):
        judge(QUESTIONS["CBS OData v3, Feed"], body)


def test_each_service_is_asked_and_since_when_is_kept(
    server: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hosts = Hosts(**{f.name: f"{server.base}/{f.name}" for f in fields(Hosts)})
    places = {urlsplit(q.url).path: q for q in questions(hosts)}
    assert len(places) == len(QUESTIONS)
    for path, question in places.items():
        server.routes[path] = lambda _, q=question: replay_module.Answer(invented(q))
    first = probe(tmp_path, hosts=hosts, patience=QUICK)
    assert set(first["status"]) == {WORKS}
    broken = iter(places.items())
    path, question = next(broken)
    changed = invented(question, question.velden[1])
    server.routes[path] = lambda _: replay_module.Answer(changed)
    del server.routes[next(broken)[0]]
    server.routes[next(broken)[0]] = lambda _: replay_module.Answer(b"", 503)
    noted = json.loads((tmp_path / proef.PROBED).read_text())
    old = {dienst: {**entry, "sinds": "2020-01-01"} for dienst, entry in noted.items()}
    (tmp_path / proef.PROBED).write_text(json.dumps(old))
    again = probe(tmp_path, hosts=hosts, patience=QUICK)
    assert again["status"].tolist()[:4] == [CHANGED, GONE, SILENT, WORKS]
    assert question.velden[1] in again["melding"][0]
    assert (again["sinds"][3], again["sinds"][0] > "2026") == ("2020-01-01", True)
    (tmp_path / proef.PROBED).write_text("{")
    assert probe(tmp_path, hosts=hosts, patience=QUICK)["sinds"].min() > "2026"


RECORDED = {
    "CBS OData v4, catalogus": "services-answers/cbs-odata4/_catalog.json",
    "CBS OData v4, maten": "services-answers/cbs-odata4/83625NED/measure-codes.json",
    "Leefbaarometer, WFS": "services-answers/leefbaarometer/"
    "buurtscore24_wfs_one_feature_2026-02-15.json",
    "CBS OData v3, Api": "data/cbs-odata3-raw-json-fixtures/meta_7.json",
    "CBS OData v3, catalogus": "data/cbs-odata3-raw-json-fixtures/tables_1.json",
}


@pytest.mark.real
@pytest.mark.parametrize("dienst", RECORDED)
def test_a_recorded_answer_fits_the_contract(services_answers: Path, dienst: str) -> None:
    body = (services_answers.parent / RECORDED[dienst]).read_bytes()
    assert judge(QUESTIONS[dienst], body) == []


@pytest.mark.real
def test_recorded_observations_fit_but_for_the_region_of_another_table(
    services_answers: Path,
) -> None:
    body = (services_answers / "cbs-odata4" / "83625NED" / "observations-page-1.json").read_bytes()
    question = QUESTIONS["CBS OData v4, waarnemingen"]
    assert judge(question, body) == ["WijkenEnBuurten"]


@pytest.mark.real
def test_the_editions_stand_in_the_recorded_catalogue(services_answers: Path) -> None:
    from sia.sources.questions import editions, tables

    path = services_answers / "cbs-catalogue" / "cbs_catalog_wijk_buurt.jsonl"
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    named = [{key.capitalize(): value for key, value in row.items()} for row in rows]
    found = editions(named)
    assert found == {year: tables()[year] for year in range(2018, 2026)}
