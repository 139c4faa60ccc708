"""The only step that touches a network: open data of a municipality to files that intake knows.

A request names what is asked for, where it lands and the other ways to the same (`questions`);
`fetch` brings it in page by page, checks that the answer is what was asked, and only then replaces
the file. Finished pages and begun downloads stay in ``.ophalen`` so that a broken run goes on where
it stopped. What a connection can do wrong ends in `web`.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit

import httpx

from sia.areas import level_of, normalise_codes
from sia.errors import Problem, refuse
from sia.sources.delivery import REGISTER, service_error
from sia.sources.questions import (
    FIRST_SQUARES_YEAR,
    PUBLIC_HOSTS,
    FetchRequest,
    Hosts,
    borders,
    catalogues,
    crime,
    editions,
    health,
    kwb,
    leefbaarometer,
    nearness,
    ses,
    squares,
    tables,
)
from sia.sources.web import PATIENT, QUICK, AgainError, FetchError, Patience, Web
from sia.store import read_note, sha256_file, write_bytes, write_json

FETCHED = "opgehaald"
PRESENT = "al aanwezig"
FAILED = "mislukt"

WORK = ".ophalen"
_PAGE_LIMIT = 10_000
_MAX_PAGES = 2_000
_MAX_UNPACKED = 40 << 30
_KEPT_HOURS = 24
_ROWS_SHOWN = 5
_MOST_LACKING = 0.05
_MAY_BE_EMPTY = "_MeasureGroups.json"
_ASK = "Geef een gemeentecode als GM0153 en jaren vanaf 2013."
_OTHER_YEAR = (
    "Kies een ander jaar. Een nieuw jaar wordt opgezocht in de catalogus van CBS; of die "
    "antwoordt, zegt `sia fetch --proef`."
)
_INSIDE = ".cbsp.nl"
"""CBS's own network: links in its answers may name a computer of it instead of the public one."""


class WrongError(FetchError):
    """An answer that came in whole and is not what was asked; nothing of it is kept."""


@dataclass(frozen=True)
class FetchResult:
    """What became of one request.

    `status`: `FETCHED`, `PRESENT` or `FAILED`.
    `size`: bytes of the file; 0 when failed.
    `attempts`: HTTP requests that were made, repeats included.
    """

    name: str
    url: str
    status: str
    size: int = 0
    attempts: int = 0
    message: str = ""


@dataclass(frozen=True)
class FetchReport:
    """Results of all requests, in order."""

    results: tuple[FetchResult, ...]

    @property
    def failed(self) -> tuple[FetchResult, ...]:
        """Return the requests that brought no file."""
        return tuple(result for result in self.results if result.status == FAILED)


def plan(
    gemeente: str,
    jaren: Sequence[int],
    *,
    vierkanten: bool = False,
    hosts: Hosts = PUBLIC_HOSTS,
    tabellen: Mapping[int, str] | None = None,
) -> list[FetchRequest]:
    """Return all requests for one municipality and some years.

    KWB of the whole country, so that norms rest on all buurten; borders per year; crime, health,
    distances, SES-WOA and Leefbaarometer.

    `vierkanten`: also the 100 m squares; that file is national and large.
    `tabellen`: id of the KWB of each year, from `known_tables`.
    Raises InputError: no gemeentecode, no years, or a year without KWB.
    """
    known = tabellen or tables()
    code = _checked(gemeente, jaren, known)
    years = sorted(set(jaren))
    requests: list[FetchRequest] = []
    for year in years:
        requests += kwb(year, None, hosts=hosts, table=known[year], own=code)
        requests += borders(year, code, hosts=hosts)
        if vierkanten and year >= FIRST_SQUARES_YEAR:
            requests.append(squares(year, hosts=hosts))
    requests += crime(years, code, hosts=hosts)
    requests += health(years, code, hosts=hosts)
    requests += nearness(years, code, hosts=hosts)
    requests += ses(code, hosts=hosts)
    requests += leefbaarometer(years, code, hosts=hosts)
    return requests


def known_tables(
    jaren: Sequence[int], *, hosts: Hosts = PUBLIC_HOSTS, patience: Patience = QUICK
) -> dict[int, str]:
    """Return the id of the KWB of each year; a year that is new is looked up in the catalogues."""
    known = tables()
    if max(jaren, default=0) <= max(known):
        return known
    with Web(patience, PUBLIC_HOSTS.names()) as web:
        for url in catalogues(hosts):
            try:
                page, _ = web.patiently(partial(web.page, url), url)
                known = editions(page["value"]) | known
            except (FetchError, AgainError, KeyError, TypeError, AttributeError):
                # the other catalogue may know it; a year that neither knows is refused by `plan`
                continue
            if set(jaren) <= set(known):
                break
    return known


def fetch(
    requests: Sequence[FetchRequest],
    folder: Path,
    *,
    patience: Patience = PATIENT,
    progress: Callable[[str], None] | None = None,
    opnieuw: bool = False,
) -> FetchReport:
    """Bring the requests in; one that fails does not stop the others.

    `folder`: Files land here under their names, with `REGISTER` beside them.
    `progress`: Gets one Dutch line per page and per file.
    `opnieuw`: Fetch also what is present and unchanged.

    A file is replaced only by a complete, verified answer; otherwise the good one stays.
    """
    folder.mkdir(parents=True, exist_ok=True)
    results: list[FetchResult] = []
    with Web(patience, PUBLIC_HOSTS.names()) as web:
        run = _Run(folder, web, progress or (lambda _: None), opnieuw)
        for request in requests:
            for result in run.by_any_way(request):
                results.append(result)
                said = f" ({result.message})" if result.message else ""
                run.say(f"{result.name}: {result.status}{said}")
    return FetchReport(tuple(results))


@dataclass(frozen=True)
class _Run:
    """One call of `fetch`."""

    folder: Path
    web: Web
    say: Callable[[str], None]
    again: bool

    def by_any_way(self, request: FetchRequest) -> list[FetchResult]:
        """Try the ways to a file in order; return the files of the first that brings all."""
        reasons: list[str] = []
        attempts = 0
        for way in (request, *request.otherwise):
            results: list[FetchResult] = []
            for part in (*way.companions, way):
                results.append(self.one(part))
                if results[-1].status == FAILED and part.needed:
                    break
            last = results[-1]
            if last.status != FAILED:
                why = f"langs een andere weg, want {'; '.join(reasons)}" if reasons else ""
                said = "; ".join(filter(None, (last.message, why)))
                return [*results[:-1], replace(last, message=said)]
            attempts += sum(result.attempts for result in results)
            where = f"{urlsplit(last.url).hostname}: " if request.otherwise else ""
            reasons.append(f"{where}{last.message.rstrip('.')}")
        said = "; ".join(dict.fromkeys(reasons))
        return [FetchResult(request.name, request.url, FAILED, 0, attempts, f"{said}.")]

    def one(self, request: FetchRequest) -> FetchResult:
        """Bring one file in, or say why not."""
        target = self.folder / request.name
        if not self.again and _is_present(request, self.folder):
            return FetchResult(request.name, request.url, PRESENT, target.stat().st_size)
        work = self.folder / WORK / request.name
        before, said = self.web.attempts, ""
        try:
            work.mkdir(parents=True, exist_ok=True)
            if request.shape in ("zip", "file"):
                answered = self._download(request, work, target)
            else:
                content, answered, said = self._collected(request, work)
                write_bytes(target, content)
            _register(request, self.folder, answered)
            shutil.rmtree(work, ignore_errors=True)
        except (FetchError, AgainError) as error:
            if isinstance(error, WrongError):
                shutil.rmtree(work, ignore_errors=True)
            said = f"{error}."
        except Exception as error:
            # a fault of ours in one file must not take the other files down; it is shown as such
            said = f"onverwachte fout ({type(error).__name__}: {error})."
        else:
            size, attempts = target.stat().st_size, self.web.attempts - before
            return FetchResult(request.name, request.url, FETCHED, size, attempts, said)
        attempts = self.web.attempts - before
        return FetchResult(request.name, request.url, FAILED, 0, attempts, said)

    def _collected(self, request: FetchRequest, work: Path) -> tuple[bytes, str, str]:
        """Return the merged, verified answer, who gave it, and a remark.

        Pages that were finished earlier are not asked again.
        """
        rows: list[dict[str, Any]] = []
        first: dict[str, Any] = {}
        seen: set[str] = set()
        answered = ""
        for number, (page, where) in enumerate(self._pages(request, work)):
            batch = page[_rows_key(request)]
            mark = json.dumps(batch[:1], sort_keys=True)
            if batch and mark in seen:
                raise WrongError("de dienst geeft dezelfde pagina twee keer")
            seen.add(mark)
            rows += batch
            first, answered = first or page, answered or where
            if number:
                self.say(f"{request.name}: {len(rows)} rijen")
        said = _verify(request, rows, first, self.folder)
        merged = json.dumps(
            _merged(request, first, rows), ensure_ascii=False, separators=(",", ":")
        )
        return merged.encode("utf-8"), answered, said

    def _pages(self, request: FetchRequest, work: Path) -> Iterator[tuple[dict[str, Any], str]]:
        _forget_old(work)
        url: str | None = request.url
        asked: set[str] = set()
        for number in range(1, _MAX_PAGES + 1):
            if url is None:
                return
            if url in asked:
                raise WrongError("de dienst verwijst naar een pagina die er al is")
            asked.add(url)
            kept = work / f"pagina_{number:04d}.json"
            page = read_note(kept)
            # one that someone cut off is asked for again
            whole = isinstance(page.get("antwoord"), dict) and page.get("van")
            if page.get("url") != url or not whole:
                content, answer = self.web.patiently(partial(self.web.page, url), url)
                page = {"url": url, "van": answer.url, "antwoord": _page(request, content, answer)}
                write_json(kept, page)
            yield page["antwoord"], str(page["van"])
            url = _next_url(request, url, page["antwoord"])
        raise WrongError(f"de dienst houdt na {_MAX_PAGES} pagina's niet op")

    def _download(self, request: FetchRequest, work: Path, target: Path) -> str:
        """Download a file, going on where an earlier attempt stopped, and check all of it."""
        part = work / "deel"
        save = partial(self.web.save, request.url, part)
        answer = self.web.patiently(save, request.url)
        if request.shape == "zip":
            _check_zip(part)
        else:
            _check_file(part, target.suffix)
        if request.member:
            _take_member(part, request.member)
        part.replace(target)
        return str(answer.url)


def _is_present(request: FetchRequest, folder: Path) -> bool:
    """Tell whether the file is there, from this very request, and unchanged since."""
    target = folder / request.name
    entry = _entries(folder).get(request.name, {})
    if not target.exists() or entry.get("url") != request.url:
        return False
    return bool(entry.get("sha256") == sha256_file(target))


def _entries(folder: Path) -> dict[str, Any]:
    # A damaged register only means that everything is fetched and written down again.
    files = read_note(folder / REGISTER).get("bestanden")
    return files if isinstance(files, dict) else {}


def _register(request: FetchRequest, folder: Path, answered: str) -> None:
    target = folder / request.name
    entries = _entries(folder)
    entries[request.name] = {
        "url": request.url,
        "antwoord_van": answered,
        "sha256": sha256_file(target),
        "bytes": target.stat().st_size,
        "moment": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "bron": request.source,
        "tabel": request.table,
        "jaar": request.year,
        "licentie": request.licence,
        "bronvermelding": request.attribution,
    }
    write_json(folder / REGISTER, {"bestanden": entries})


def _forget_old(work: Path) -> None:
    """Throw pages away that are so old that the next ones may be of another delivery."""
    first = work / "pagina_0001.json"
    if first.exists() and time.time() - first.stat().st_mtime > _KEPT_HOURS * 3600:
        for page in work.glob("pagina_*.json"):
            page.unlink()


def _page(request: FetchRequest, page: Any, answer: Any) -> dict[str, Any]:
    """Return a page when it is what this kind of service answers."""
    key = _rows_key(request)
    if not isinstance(page, dict) or not isinstance(page.get(key), list):
        said = service_error(page)
        raise WrongError(f"het antwoord heeft geen `{key}`{': ' if said else ''}{said}")
    if not all(isinstance(row, dict) for row in page[key]):
        raise WrongError(f"`{key}` bevat iets anders dan rijen")
    if request.shape == "odata":
        return page
    if not all(isinstance(row.get("properties"), dict) for row in page[key]):
        raise WrongError("het antwoord heeft gebieden zonder kenmerken")
    if "crs" not in page:
        page["crs"] = {"type": "name", "properties": {"name": _crs(page, answer.headers)}}
    return page


def _crs(page: Mapping[str, Any], headers: Mapping[str, str]) -> str:
    """Return the reference system of an OGC answer: what its header says, else its first place."""
    said = headers.get("Content-Crs", "")
    place: Any = next((row.get("geometry") for row in page["features"]), None)
    place = place.get("coordinates") if isinstance(place, dict) else None
    while isinstance(place, list) and place and isinstance(place[0], list):
        place = place[0]
    first = place[0] if isinstance(place, list) and place else None
    degrees = isinstance(first, int | float) and abs(first) <= 180
    if ("28992" not in said) if said else degrees:
        return "urn:ogc:def:crs:OGC:1.3:CRS84"
    return "urn:ogc:def:crs:EPSG::28992"


def _rows_key(request: FetchRequest) -> str:
    return "value" if request.shape == "odata" else "features"


def _next_url(request: FetchRequest, url: str, page: Mapping[str, Any]) -> str | None:
    """Return the address of the next page, or None; it is asked of the same computer."""
    if request.shape == "odata":
        link = page.get("odata.nextLink") or page.get("@odata.nextLink")
        if not link and len(page["value"]) == _PAGE_LIMIT and "odata.nextLink" not in page:
            raise WrongError(f"het antwoord houdt op bij {_PAGE_LIMIT} rijen")
    else:
        links = page.get("links")
        listed = links if isinstance(links, list) else []
        links_on = (ln for ln in listed if isinstance(ln, dict) and ln.get("rel") == "next")
        link = next((ln["href"] for ln in links_on if ln.get("href")), None)
        link = link or _further(httpx.URL(url), len(page["features"]))
    if not link:
        return None
    asked, given = urlsplit(url), urlsplit(str(httpx.URL(url).join(str(link))))
    if given.hostname != asked.hostname and not str(given.hostname).endswith(_INSIDE):
        raise WrongError(f"de volgende pagina staat op een andere computer ({given.hostname})")
    # the Feed of CBS goes back to Atom XML when a link of its own forgets what it was asked for
    forgot = "$format=" in unquote(asked.query) and "$format=" not in unquote(given.query)
    query = f"{given.query}&$format=json" if forgot else given.query
    return urlunsplit((asked.scheme, asked.netloc, given.path, query, ""))


def _further(url: httpx.URL, returned: int) -> str:
    """Return the next page of a WFS, which is paged by number; empty when this was the last."""
    if "startIndex" not in url.params or returned < int(url.params["count"]):
        return ""
    start = int(url.params["startIndex"]) + returned
    return str(url.copy_merge_params({"startIndex": str(start)}))


def _verify(
    request: FetchRequest, rows: Sequence[Mapping[str, Any]], first: Mapping[str, Any], folder: Path
) -> str:
    """Refuse other rows than were asked for, too few, or doubles; return a remark."""
    if not rows and not request.name.endswith(_MAY_BE_EMPTY):
        raise WrongError("het antwoord is leeg; klopt de gemeentecode en bestaat dit jaar?")
    for total in ("numberMatched", "totalFeatures"):
        matched = first.get(total)
        if isinstance(matched, int) and matched != len(rows):
            raise WrongError(f"het antwoord heeft {len(rows)} van {matched} gebieden")
    _refuse_doubles(request, rows)
    if not request.region_field:
        return ""
    codes = [_region(request, row) for row in rows]
    if "" in codes:
        raise WrongError(f"rijen zonder `{request.region_field}`")
    strange = sorted({c for c in codes if not c.startswith(request.prefixes or ("",))})
    if strange:
        raise WrongError(f"het antwoord gaat over andere gebieden dan gevraagd ({_few(strange)})")
    lacking = [p for p in request.prefixes if not any(c.startswith(p) for c in codes)]
    if lacking:
        raise WrongError(f"in het antwoord ontbreekt {', '.join(lacking)}")
    return _verify_whole(request, set(codes), first, folder)


def _refuse_doubles(request: FetchRequest, rows: Sequence[Mapping[str, Any]]) -> None:
    """Refuse rows with one number, or with one region and one value of every other dimension."""
    for key in ("ID", "Id", "id"):
        numbers = [row[key] for row in rows if key in row]
        if len(set(map(str, numbers))) != len(numbers):
            raise WrongError("het antwoord bevat rijen dubbel")
    if request.shape == "geojson" and len({json.dumps(row) for row in rows}) != len(rows):
        raise WrongError("het antwoord bevat gebieden dubbel")
    if request.shape != "odata" or not request.region_field:
        return
    free = {"ID", "Id", "ValueAttribute", "StringValue", "Title", "Description"}
    seen: set[tuple[str, ...]] = set()
    for row in rows:
        dimensions = {
            key: cell.strip()
            for key, cell in row.items()
            if isinstance(cell, str) and key not in free and not re.search(r"_\d+$", key)
        }
        mark = tuple(f"{key}={dimensions[key]}" for key in sorted(dimensions))
        if mark in seen:
            raise WrongError(f"{_region(request, row)} staat twee keer in het antwoord")
        seen.add(mark)


def _verify_whole(
    request: FetchRequest, codes: set[str], first: Mapping[str, Any], folder: Path
) -> str:
    """Compare the regions with the list of regions, where there is one."""
    listed = {
        code
        for code in _listed(folder, request.regions)
        if code.startswith(request.prefixes or ("",))
    }
    if not listed:
        of_buurten = bool(request.prefixes) and all(p[:2] == "BU" for p in request.prefixes)
        if of_buurten and len(codes) == 1 and not first.get("numberMatched"):
            raise WrongError("het antwoord heeft één gebied, en niets zegt dat dit alles is")
        return ""
    absent = sorted(listed - codes)
    strict = request.region_field == "WijkenEnBuurten" and "Observations" not in request.name
    if absent and (strict or len(absent) > _MOST_LACKING * len(listed)):
        raise WrongError(f"het antwoord mist {len(absent)} van {len(listed)} ({_few(absent)})")
    return f"zonder {_few(absent)}" if absent else ""


def _listed(folder: Path, names: Sequence[str]) -> set[str]:
    path = next((folder / name for name in names if (folder / name).exists()), None)
    if path is None:
        return set()
    rows = json.loads(path.read_text(encoding="utf-8"))["value"]
    return {str(row.get("Key", row.get("Identifier", ""))).strip() for row in rows}


def _few(codes: Sequence[str]) -> str:
    more = ", ..." if len(codes) > _ROWS_SHOWN else ""
    return ", ".join(codes[:_ROWS_SHOWN]) + more


def _region(request: FetchRequest, row: Mapping[str, Any]) -> str:
    cells = row["properties"] if request.shape == "geojson" else row
    return str(cells.get(request.region_field) or "").strip()


def _merged(
    request: FetchRequest, first: Mapping[str, Any], rows: list[dict[str, Any]]
) -> dict[str, Any]:
    """Return one answer that holds all rows and points to no further page."""
    if request.only_rows:
        return {"value": [row["properties"] for row in rows]}
    paging = {"odata.nextLink", "@odata.nextLink", "links", "timeStamp"}
    merged = {key: value for key, value in first.items() if key not in paging}
    if "numberReturned" in merged:
        merged["numberReturned"] = len(rows)
    merged[_rows_key(request)] = rows
    return merged


def _check_zip(part: Path) -> None:
    """Refuse a zip that is none, empty, locked or damaged; read every member of it."""
    try:
        with zipfile.ZipFile(part) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
            if not any(member.file_size for member in members):
                raise WrongError("het zipbestand is leeg")
            if any(member.flag_bits & 1 for member in members):
                raise WrongError("het zipbestand is met een wachtwoord versleuteld")
            if sum(member.file_size for member in members) > _MAX_UNPACKED:
                raise WrongError("het zipbestand is uitgepakt groter dan 40 GB")
            damaged = archive.testzip()
    except (zipfile.BadZipFile, zlib.error, RuntimeError, EOFError, OSError, ValueError) as error:
        raise WrongError("het antwoord is geen zipbestand, of een beschadigd") from error
    if damaged:
        raise WrongError(f"`{damaged}` in het zipbestand is beschadigd")


def _check_file(part: Path, suffix: str) -> None:
    """Refuse a file that does not begin as its kind does, or a GeoPackage that is cut off."""
    size = part.stat().st_size
    with part.open("rb") as stream:
        head = stream.read(100)
    known = {".gpkg": b"SQLite format 3\x00", ".xls": b"\xd0\xcf\x11\xe0"}.get(suffix, b"")
    markup = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith((b"<html", b"<!doctype"))
    if not head.startswith(known) or not head or markup:
        raise WrongError(f"het antwoord is geen {suffix}-bestand")
    if suffix == ".gpkg":
        # SQLite writes its size in pages of so many bytes at fixed places (1 stands for 65,536)
        page, pages = int.from_bytes(head[16:18]), int.from_bytes(head[28:32])
        if size < (page if page > 1 else 65_536) * pages:
            raise WrongError("het GeoPackage is afgekapt")


def _take_member(part: Path, pattern: str) -> None:
    """Replace a zip by the one file in it that is of use."""
    with zipfile.ZipFile(part) as archive:
        fitting = [name for name in archive.namelist() if re.search(pattern, name)]
        if len(fitting) != 1:
            raise WrongError(f"in het zipbestand staan {len(fitting)} bestanden als `{pattern}`")
        content = archive.read(fitting[0])
    write_bytes(part, content)


def _checked(gemeente: str, jaren: Sequence[int], known: Mapping[int, str]) -> str:
    import pandas as pd

    codes, problems = normalise_codes(pd.Series([gemeente]), level="gemeente")
    if not problems and level_of(codes[0]) != "gemeente":
        problems = [Problem(f"`{gemeente}` is geen gemeente.", _ASK)]
    if not jaren:
        problems.append(Problem("Er is geen jaar opgegeven.", _ASK))
    span = f"{min(known)} tot en met {max(known)}"
    problems += [
        Problem(f"Voor {year} is geen KWB-tabel bekend; wel voor {span}.", _OTHER_YEAR)
        for year in sorted(set(jaren) - set(known))
    ]
    refuse(problems)
    return str(codes[0])
