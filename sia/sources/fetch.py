"""The only step that touches a network: open data of a municipality to files that intake knows.

A request names what is asked for and where it lands; `fetch` brings it in page by page, checks
that the answer is what was asked, and only then replaces the file. Finished pages and begun
downloads stay in ``.ophalen`` so that a broken run goes on where it stopped.
"""

from __future__ import annotations

import datetime as dt
import email.utils
import json
import shutil
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlencode, urlsplit, urlunsplit

import httpx
import tenacity

from sia.areas import level_of, normalise_codes
from sia.errors import Problem, refuse
from sia.store import sha256_file, write_bytes, write_json

if TYPE_CHECKING:
    import pandas as pd

REGISTER = "ophaalregister.json"
FETCHED = "opgehaald"
PRESENT = "al aanwezig"
FAILED = "mislukt"

Shape = Literal["odata", "geojson", "zip"]

KWB_TABLES: dict[int, str] = {
    2013: "82339NED",
    2014: "82931NED",
    2015: "83220NED",
    2016: "83487NED",
    2017: "83765NED",
    2018: "84286NED",
    2019: "84583NED",
    2020: "84799NED",
    2021: "85039NED",
    2022: "85318NED",
    2023: "85618NED",
    2024: "85984NED",
    2025: "86165NED",
}
CRIME_TABLE = "47018NED"
HEALTH_TABLE, HEALTH_YEARS = "50150NED", (2012, 2016, 2020, 2022, 2024)
OLD_HEALTH_TABLE, OLD_HEALTH_YEARS = "50120NED", (2012, 2016, 2020)
SES_TABLE, SES_YEAR = "86296NED", 2025
LEEFBAAROMETER_YEARS = (2020, 2022, 2024)
FIRST_WFS_YEAR, FIRST_OGC_YEAR = 2019, 2025
FIRST_SQUARES_YEAR = 2015

_RD_URI = "http://www.opengis.net/def/crs/EPSG/0/28992"
_WORK = ".ophalen"
_PAGE_LIMIT = 10_000
_FEATURE_LIMIT = 1_000
_MAX_PAGES = 2_000
_MAX_BYTES = 4 << 30
_BLOCK = 1 << 16
_ROWS_SHOWN = 5
_BUSY = (408, 425, 429, 500, 502, 503, 504)


@dataclass(frozen=True)
class Hosts:
    """Addresses of the services, without a slash at the end.

    Parameters
    ----------
    opendata, feed : str
        CBS OData v3; `opendata` refuses queries over 10,000 rows, `feed` pages through them.
    datasets : str
        CBS OData v4.
    dataderden : str
        CBS's host for tables of third parties (police, RIVM).
    pdok_api, pdok_wfs : str
        PDOK's OGC API Features and WFS.
    download, kaarten : str
        CBS's file servers for squares and for the old wijk- en buurtkaart.
    leefbaarometer : str
        GeoServer of the Leefbaarometer.
    """

    opendata: str = "https://opendata.cbs.nl/ODataApi/odata"
    feed: str = "https://opendata.cbs.nl/ODataFeed/odata"
    dataderden: str = "https://dataderden.cbs.nl/ODataApi/odata"
    pdok_api: str = "https://api.pdok.nl/cbs"
    pdok_wfs: str = "https://service.pdok.nl/cbs"
    download: str = "https://download.cbs.nl/vierkant"
    kaarten: str = "https://geodata.cbs.nl/files/Wijkenbuurtkaart"
    leefbaarometer: str = "https://geo.leefbaarometer.nl/lbm3/ows"


PUBLIC_HOSTS = Hosts()


@dataclass(frozen=True)
class FetchRequest:
    """One file to be fetched.

    Parameters
    ----------
    name : str
        File name it lands under; carries table id and year, so that intake recognises it.
    url : str
        Address with query.
    shape : {"odata", "geojson", "zip"}
        How pages and validity are handled.
    region_field : str
        Column or property with the region code; empty where there is none to verify.
    prefixes : tuple of str
        Every returned code starts with one of these, and each occurs; empty: whole country.
    only_rows : bool
        Of a GeoJSON answer keep the properties as rows of a table, each with its ``jaar``.
    """

    name: str
    url: str
    shape: Shape
    source: str
    table: str
    year: int
    licence: str
    attribution: str
    region_field: str = ""
    prefixes: tuple[str, ...] = ()
    only_rows: bool = False


@dataclass(frozen=True)
class FetchResult:
    """What became of one request.

    Parameters
    ----------
    status : str
        `FETCHED`, `PRESENT` or `FAILED`.
    size : int
        Bytes of the file; 0 when failed.
    attempts : int
        HTTP requests that were made, repeats included.
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

    def table(self) -> pd.DataFrame:
        """Return a table for the reader: bestand, status, bytes, pogingen, melding."""
        import pandas as pd

        rows = [(r.name, r.status, r.size, r.attempts, r.message) for r in self.results]
        return pd.DataFrame(rows, columns=["bestand", "status", "bytes", "pogingen", "melding"])


class FetchError(Exception):
    """An answer that will not get better by asking again."""


class _AgainError(Exception):
    """An answer that may be better next time; `wait` is what the service asked for, in seconds."""

    def __init__(self, message: str, wait: float | None = None) -> None:
        super().__init__(message)
        self.wait = wait


def plan(
    gemeente: str,
    jaren: Sequence[int],
    *,
    landelijk: bool = True,
    vierkanten: bool = False,
    hosts: Hosts = PUBLIC_HOSTS,
) -> list[FetchRequest]:
    """Return all requests for one municipality and some years.

    KWB, borders per year; crime, health, SES-WOA and Leefbaarometer.

    Parameters
    ----------
    landelijk : bool
        Fetch KWB for the whole country, so that norms rest on all buurten.
    vierkanten : bool
        Also the 100 m squares; that file is national and large.

    Raises
    ------
    InputError
        No gemeentecode, no years, or a year without KWB.
    """
    code = _checked(gemeente, jaren)
    years = sorted(set(jaren))
    requests: list[FetchRequest] = []
    for year in years:
        requests += kwb(year, None if landelijk else code, hosts=hosts)
        requests += borders(year, code, hosts=hosts)
        if vierkanten and year >= FIRST_SQUARES_YEAR:
            requests.append(squares(year, hosts=hosts))
    requests += crime(years, code, hosts=hosts)
    requests += health(years, code, hosts=hosts)
    requests += ses(code, hosts=hosts)
    requests += leefbaarometer(years, code, hosts=hosts)
    return requests


def kwb(year: int, gemeente: str | None, *, hosts: Hosts = PUBLIC_HOSTS) -> list[FetchRequest]:
    """Return the requests for Kerncijfers wijken en buurten of a year (OData v3).

    Parameters
    ----------
    gemeente : str or None
        None for the whole country, which comes from the paging host.
    """
    table = KWB_TABLES[year]
    host = hosts.opendata if gemeente else hosts.feed
    text = _kwb_text(year, table)
    names = FetchRequest(
        name=_name(table, year, gemeente, "WijkenEnBuurten"),
        url=_query(f"{host}/{table}/WijkenEnBuurten", _filter(_starts(gemeente, "Key"))),
        shape="odata",
        region_field="Key",
        prefixes=_prefixes(gemeente),
        **_common("cbs.kwb", table, year, "CC BY 4.0", text),
    )
    return [*_odata3(host, table, year, gemeente, "cbs.kwb", text), names]


def crime(
    years: Sequence[int], gemeente: str, *, hosts: Hosts = PUBLIC_HOSTS
) -> list[FetchRequest]:
    """Return the requests for registered crime per buurt, one file per year."""
    text = "Bron: politie via CBS, tabel {} ({})"
    requests = []
    for year in years:
        requests += _odata3(
            hosts.dataderden,
            CRIME_TABLE,
            year,
            gemeente,
            "politie.misdrijven",
            text.format(CRIME_TABLE, year),
            extra=f"Perioden eq '{year}JJ00'",
        )
    return requests


def health(
    years: Sequence[int], gemeente: str, *, hosts: Hosts = PUBLIC_HOSTS
) -> list[FetchRequest]:
    """Return the requests for Gezondheid per wijk en buurt, up to the last year asked for."""
    text = "Bron: RIVM, GGD'en en CBS, Gezondheid per wijk en buurt, tabel {}"
    known = [year for year in HEALTH_YEARS if year <= max(years)]
    if not known:
        return []
    periods = " or ".join(f"Perioden eq '{year}JJ00'" for year in known)
    return _odata3(
        hosts.dataderden,
        HEALTH_TABLE,
        known[-1],
        gemeente,
        "rivm.gezondheid",
        text.format(HEALTH_TABLE),
        extra=f"({periods})",
    )


def ses(gemeente: str, *, hosts: Hosts = PUBLIC_HOSTS) -> list[FetchRequest]:
    """Return the requests for SES-WOA (all years in one table)."""
    text = f"Bron: CBS, SES-WOA, tabel {SES_TABLE}"
    return _odata3(hosts.opendata, SES_TABLE, SES_YEAR, gemeente, "cbs.ses", text)


def borders(year: int, gemeente: str, *, hosts: Hosts = PUBLIC_HOSTS) -> list[FetchRequest]:
    """Return the requests for buurten, wijken and the gemeente outline of a year.

    From PDOK's OGC API, its WFS (with an OGC filter: it ignores ``cql_filter`` without a word), or
    for the years before both the national file of CBS.
    """
    text = f"Bron: CBS/Kadaster via PDOK, wijk- en buurtkaart {year}"
    if year < FIRST_WFS_YEAR:
        name = f"wijkbuurtkaart_{year}.zip"
        common = _common("cbs.pdok", "wijkbuurtkaart", year, "CC BY 4.0", text)
        url = f"{hosts.kaarten}/WijkBuurtkaart_{year}_v3.zip"
        return [FetchRequest(name=name, url=url, shape="zip", **common)]
    build = _ogc_url if year >= FIRST_OGC_YEAR else _wfs_url
    return [
        FetchRequest(
            name=f"{layer}_{year}_{gemeente}.geojson",
            url=build(layer, year, gemeente, hosts),
            shape="geojson",
            region_field=f"{singular}code",
            prefixes=(f"{prefix}{gemeente[2:]}",),
            **_common("cbs.pdok", layer, year, "CC BY 4.0", text),
        )
        for layer, singular, prefix in (
            ("buurten", "buurt", "BU"),
            ("wijken", "wijk", "WK"),
            ("gemeenten", "gemeente", "GM"),
        )
    ]


def squares(year: int, size: int = 100, *, hosts: Hosts = PUBLIC_HOSTS) -> FetchRequest:
    """Return the request for the national file of squares (published the year after)."""
    text = f"Bron: CBS, statistieken per vierkant van {size} m, {year}"
    return FetchRequest(
        name=f"cbs_vk{size}_{year}_v1.zip",
        url=f"{hosts.download}/{size}/{year + 1}-cbs_vk{size}_{year}_v1.zip",
        shape="zip",
        **_common("cbs.vierkanten", f"vk{size}", year, "CC BY 4.0", text),
    )


def leefbaarometer(
    years: Sequence[int], gemeente: str, *, hosts: Hosts = PUBLIC_HOSTS
) -> list[FetchRequest]:
    """Return the requests for Leefbaarometer scores per buurt, the measurements up to each year."""
    wanted = sorted({max(m for m in LEEFBAAROMETER_YEARS if m <= y) for y in years if y >= 2020})
    requests = []
    for year in wanted:
        layer = f"buurtscore{year % 100}"
        query = {
            "service": "WFS",
            "version": "2.0.0",
            "request": "GetFeature",
            "typeNames": f"lbm3:{layer}",
            "outputFormat": "application/json",
            "srsName": "EPSG:28992",
            "cql_filter": f"bu_code LIKE 'BU{gemeente[2:]}%'",
        }
        text = f"Bron: Leefbaarometer, ministerie van BZK, {year}"
        requests.append(
            FetchRequest(
                name=f"leefbaarometer_{layer}_{year}_{gemeente}.json",
                url=_query(hosts.leefbaarometer, query),
                shape="geojson",
                region_field="bu_code",
                prefixes=(f"BU{gemeente[2:]}",),
                only_rows=True,
                **_common("leefbaarometer", layer, year, "CC0 1.0", text),
            )
        )
    return requests


@dataclass(frozen=True)
class Patience:
    """How long to keep trying.

    Parameters
    ----------
    attempts : int
        Requests per page, the first included.
    timeout : float
        Seconds without a byte before a request is given up.
    first_wait, longest_wait : float
        Seconds; waits double from the first to the longest, with jitter. A service that asks for
        a longer wait than the longest is left for later.
    """

    attempts: int = 5
    timeout: float = 60.0
    first_wait: float = 1.0
    longest_wait: float = 120.0


def fetch(
    requests: Sequence[FetchRequest],
    folder: Path,
    *,
    client: httpx.Client | None = None,
    patience: Patience = Patience(),
    progress: Callable[[str], None] | None = None,
    opnieuw: bool = False,
) -> FetchReport:
    """Bring the requests in; one that fails does not stop the others.

    Parameters
    ----------
    folder : pathlib.Path
        Files land here under their names, with `REGISTER` beside them.
    client : httpx.Client, optional
        Default one that follows redirects.
    progress : callable, optional
        Gets one Dutch line per page and per file.
    opnieuw : bool
        Fetch also what is present and unchanged.

    Notes
    -----
    A file is replaced only by a complete, verified answer; otherwise the good one stays.
    """
    folder.mkdir(parents=True, exist_ok=True)
    say = progress or (lambda _: None)
    owned = client is None
    http = client or httpx.Client(
        timeout=httpx.Timeout(patience.timeout),
        follow_redirects=True,
        headers={"User-Agent": "sia"},
    )
    results = []
    try:
        for request in requests:
            results.append(_fetch_one(request, folder, http, patience, say, opnieuw))
            last = results[-1]
            say(f"{last.name}: {last.status}" + (f" ({last.message})" if last.message else ""))
    finally:
        if owned:
            http.close()
    return FetchReport(tuple(results))


@dataclass
class _Session:
    """One request under way."""

    request: FetchRequest
    work: Path
    http: httpx.Client
    patience: Patience
    say: Callable[[str], None]
    attempts: int = field(default=0)

    def patiently(self, call: Callable[[], Any]) -> Any:
        """Call until it works, with back-off; counts what was asked of the service."""
        backoff = tenacity.wait_exponential_jitter(
            multiplier=self.patience.first_wait,
            max=self.patience.longest_wait,
            jitter=self.patience.first_wait,
        )

        def wait(state: tenacity.RetryCallState) -> float:
            error = state.outcome.exception() if state.outcome else None
            asked = error.wait if isinstance(error, _AgainError) else None
            return backoff(state) if asked is None else asked

        def counted() -> Any:
            self.attempts += 1
            try:
                return call()
            except httpx.TimeoutException as error:
                raise _AgainError("de dienst antwoordt niet op tijd") from error
            except httpx.TransportError as error:
                raise _AgainError(f"de verbinding brak af ({type(error).__name__})") from error

        retrying = tenacity.Retrying(
            stop=tenacity.stop_after_attempt(self.patience.attempts),
            wait=wait,
            retry=tenacity.retry_if_exception_type(_AgainError),
            reraise=True,
        )
        return retrying(counted)

    def accept(self, response: httpx.Response) -> None:
        """Raise for every status that is no success, retryable or not."""
        status = response.status_code
        if status in (200, 206):
            return
        if status not in _BUSY:
            raise FetchError(f"de dienst antwoordt met status {status}{_said(response)}")
        detail = _said(response)
        if "10000" in detail or "10.000" in detail:
            raise FetchError(f"de vraag is te groot voor deze dienst{detail}")
        asked = _retry_after(response.headers.get("Retry-After", ""))
        if asked is not None and asked > self.patience.longest_wait:
            raise FetchError(
                f"de dienst vraagt om {asked:.0f} seconden te wachten; probeer het later opnieuw"
            )
        raise _AgainError(f"de dienst antwoordt met status {status}{detail}", asked)


def _fetch_one(
    request: FetchRequest,
    folder: Path,
    http: httpx.Client,
    patience: Patience,
    say: Callable[[str], None],
    opnieuw: bool,
) -> FetchResult:
    target = folder / request.name
    if not opnieuw and _is_present(request, folder):
        return FetchResult(request.name, request.url, PRESENT, target.stat().st_size)
    work = folder / _WORK / request.name
    session = _Session(request, work, http, patience, say)
    work.mkdir(parents=True, exist_ok=True)
    try:
        if request.shape == "zip":
            _download(session, target)
        else:
            write_bytes(target, _collected(session))
    except (FetchError, _AgainError) as error:
        return FetchResult(
            request.name, request.url, FAILED, attempts=session.attempts, message=f"{error}."
        )
    except OSError as error:
        message = f"het bestand is niet te schrijven ({error})."
        return FetchResult(request.name, request.url, FAILED, 0, session.attempts, message)
    shutil.rmtree(work, ignore_errors=True)
    _register(request, folder)
    return FetchResult(request.name, request.url, FETCHED, target.stat().st_size, session.attempts)


def _is_present(request: FetchRequest, folder: Path) -> bool:
    """Tell whether the file is there, from this very request, and unchanged since."""
    target = folder / request.name
    entry = _entries(folder).get(request.name, {})
    if not target.exists() or entry.get("url") != request.url:
        return False
    return bool(entry.get("sha256") == sha256_file(target))


def _entries(folder: Path) -> dict[str, Any]:
    path = folder / REGISTER
    if not path.exists():
        return {}
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError):
        # A damaged register only means that everything is fetched and written down again.
        return {}
    files = content.get("bestanden") if isinstance(content, dict) else None
    return files if isinstance(files, dict) else {}


def _register(request: FetchRequest, folder: Path) -> None:
    target = folder / request.name
    entries = _entries(folder)
    entries[request.name] = {
        "url": request.url,
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


def _collected(session: _Session) -> bytes:
    """Return the merged, verified answer; pages that were finished earlier are not asked again."""
    rows: list[dict[str, Any]] = []
    first: dict[str, Any] = {}
    seen: set[str] = set()
    for number, page in enumerate(_pages(session)):
        batch = page[_rows_key(session.request)]
        mark = json.dumps(batch[:1], sort_keys=True)
        if batch and mark in seen:
            raise FetchError("de dienst geeft dezelfde pagina twee keer")
        seen.add(mark)
        rows += batch
        first = first or page
        if number:
            session.say(f"{session.request.name}: {len(rows)} rijen")
    _verify(session.request, rows, first)
    merged = _merged(session.request, first, rows)
    return json.dumps(merged, ensure_ascii=False, separators=(",", ":")).encode("utf-8")


def _pages(session: _Session) -> Iterator[dict[str, Any]]:
    url: str | None = session.request.url
    for number in range(1, _MAX_PAGES + 1):
        if url is None:
            return
        kept = session.work / f"pagina_{number:04d}.json"
        page = _kept_page(kept, url)
        if page is None:
            page = session.patiently(partial(_ask, session, url))
            write_json(kept, {"url": url, "antwoord": page})
        yield page
        url = _next_url(session.request, url, page)
    raise FetchError(f"de dienst houdt na {_MAX_PAGES} pagina's niet op")


def _kept_page(path: Path, url: str) -> dict[str, Any] | None:
    if not path.exists():
        return None
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError):
        # Someone cut the page off; it is asked for again.
        return None
    page: dict[str, Any] | None = content["antwoord"] if content["url"] == url else None
    return page


def _ask(session: _Session, url: str) -> dict[str, Any]:
    """Ask one page and return it when it is what this kind of service answers."""
    headers = {"Accept": "application/json"}
    response = session.http.get(url, headers=headers, timeout=session.patience.timeout)
    session.accept(response)
    start = response.content.lstrip()[:1]
    if start == b"<":
        raise _AgainError("de dienst stuurt een webpagina in plaats van gegevens")
    try:
        page = response.json()
    except ValueError as error:
        raise _AgainError("het antwoord is afgekapt of geen JSON") from error
    key = _rows_key(session.request)
    if not isinstance(page, dict) or not isinstance(page.get(key), list):
        raise FetchError(f"het antwoord heeft geen `{key}`")
    if not all(isinstance(row, dict) for row in page[key]):
        raise FetchError(f"`{key}` bevat iets anders dan rijen")
    return page


def _rows_key(request: FetchRequest) -> str:
    return "value" if request.shape == "odata" else "features"


def _next_url(request: FetchRequest, url: str, page: Mapping[str, Any]) -> str | None:
    """Return the address of the next page, or None; it has to be on the same host."""
    if request.shape == "odata":
        link = page.get("odata.nextLink") or page.get("@odata.nextLink")
        if not link and len(page["value"]) >= _PAGE_LIMIT:
            link = _further(url, "$skip", _PAGE_LIMIT)
    else:
        link = next((ln["href"] for ln in page.get("links", []) if _is_next(ln)), None)
        if not link and "startIndex=" in url and len(page["features"]) >= _FEATURE_LIMIT:
            link = _further(url, "startIndex", _FEATURE_LIMIT)
    if not link:
        return None
    asked, given = urlsplit(url), urlsplit(str(httpx.URL(url).join(str(link))))
    if given.hostname != asked.hostname:
        raise FetchError(f"de volgende pagina staat op een andere computer ({given.hostname})")
    return urlunsplit((asked.scheme, asked.netloc, given.path, given.query, ""))


def _is_next(link: Any) -> bool:
    return isinstance(link, dict) and link.get("rel") == "next" and bool(link.get("href"))


def _further(url: str, parameter: str, step: int) -> str:
    address = httpx.URL(url)
    current = int(address.params.get(parameter, "0"))
    return str(address.copy_merge_params({parameter: str(current + step)}))


def _verify(
    request: FetchRequest, rows: Sequence[Mapping[str, Any]], first: Mapping[str, Any]
) -> None:
    """Refuse an answer with other rows than were asked for, too few, or doubles."""
    if not rows:
        raise FetchError("het antwoord is leeg; klopt de gemeentecode en bestaat dit jaar?")
    matched = first.get("numberMatched")
    if isinstance(matched, int) and matched != len(rows):
        raise FetchError(f"het antwoord heeft {len(rows)} van {matched} gebieden")
    if request.shape == "odata" and "ID" in rows[0]:
        numbers = [row.get("ID") for row in rows]
        if len(set(numbers)) != len(numbers):
            raise FetchError("het antwoord bevat rijen dubbel")
    if not request.region_field:
        return
    codes = [_region(request, row) for row in rows]
    if "" in codes:
        raise FetchError(f"rijen zonder `{request.region_field}`")
    strange = sorted({c for c in codes if not c.startswith(request.prefixes or ("",))})
    if strange:
        shown = ", ".join(strange[:_ROWS_SHOWN])
        raise FetchError(f"het antwoord gaat over andere gebieden dan gevraagd ({shown})")
    lacking = [p for p in request.prefixes if not any(c.startswith(p) for c in codes)]
    if lacking:
        raise FetchError(f"in het antwoord ontbreekt {', '.join(lacking)}")


def _region(request: FetchRequest, row: Mapping[str, Any]) -> str:
    cells = row.get("properties") or {} if request.shape == "geojson" else row
    return str(cells.get(request.region_field) or "").strip()


def _merged(
    request: FetchRequest, first: Mapping[str, Any], rows: list[dict[str, Any]]
) -> dict[str, Any]:
    """Return one answer that holds all rows and points to no further page."""
    if request.only_rows:
        return {"value": [{"jaar": request.year, **row["properties"]} for row in rows]}
    paging = {"odata.nextLink", "@odata.nextLink", "links", "timeStamp"}
    merged = {key: value for key, value in first.items() if key not in paging}
    if "numberReturned" in merged:
        merged["numberReturned"] = len(rows)
    merged[_rows_key(request)] = rows
    if request.shape == "geojson" and "crs" not in merged:
        merged["crs"] = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::28992"}}
    return merged


def _download(session: _Session, target: Path) -> None:
    """Download a zip, going on where an earlier attempt stopped, and check every member of it."""
    part = session.work / "deel"
    session.patiently(lambda: _download_on(session, part))
    try:
        with zipfile.ZipFile(part) as archive:
            damaged = archive.testzip()
    except zipfile.BadZipFile as error:
        part.unlink()
        raise FetchError("het antwoord is geen zipbestand") from error
    if damaged:
        part.unlink()
        raise FetchError(f"`{damaged}` in het zipbestand is beschadigd")
    part.replace(target)


def _download_on(session: _Session, part: Path) -> None:
    tag_path = part.with_suffix(".etag")
    tag = tag_path.read_text(encoding="utf-8") if tag_path.exists() else ""
    have = part.stat().st_size if part.exists() and tag else 0
    headers = {"Range": f"bytes={have}-", "If-Range": tag} if have else {}
    with session.http.stream(
        "GET", session.request.url, headers=headers, timeout=session.patience.timeout
    ) as response:
        if response.status_code not in (200, 206):
            response.read()
        session.accept(response)
        goes_on = response.status_code == 206 and have > 0
        tag_path.write_text(_strong_tag(response), encoding="utf-8")
        with part.open("ab" if goes_on else "wb") as stream:
            for block in response.iter_bytes(_BLOCK):
                if stream.tell() > _MAX_BYTES:
                    raise FetchError("het bestand is groter dan 4 GB")
                stream.write(block)


def _strong_tag(response: httpx.Response) -> str:
    """Return what proves that a later answer is the same file (RFC 9110, section 13.1.5)."""
    tag = str(response.headers.get("ETag", ""))
    if tag and not tag.startswith("W/"):
        return tag
    return str(response.headers.get("Last-Modified", ""))


def _said(response: httpx.Response) -> str:
    """Return what the service says about its refusal, shortened."""
    try:
        content = response.json()
    except ValueError:
        return ""
    error = (
        content.get("odata.error") or content.get("error") or {}
        if isinstance(content, dict)
        else {}
    )
    message = error.get("message") if isinstance(error, dict) else ""
    text = message.get("value") if isinstance(message, dict) else message
    return f": {str(text)[:200]}" if text else ""


def _retry_after(header: str) -> float | None:
    """Return the seconds of a Retry-After header, a number or a date."""
    if header.strip().isdigit():
        return float(header)
    try:
        moment = email.utils.parsedate_to_datetime(header)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=dt.UTC)
    return max(0.0, (moment - dt.datetime.now(dt.UTC)).total_seconds())


def _checked(gemeente: str, jaren: Sequence[int]) -> str:
    import pandas as pd

    codes, problems = normalise_codes(pd.Series([gemeente]), level="gemeente")
    if not problems and level_of(codes[0]) != "gemeente":
        problems = [_plan_problem(f"`{gemeente}` is geen gemeente.")]
    if not jaren:
        problems.append(_plan_problem("Er is geen jaar opgegeven."))
    known = f"{min(KWB_TABLES)} tot en met {max(KWB_TABLES)}"
    for year in sorted(set(jaren) - set(KWB_TABLES)):
        problems.append(_plan_problem(f"Voor {year} is geen KWB-tabel bekend; wel voor {known}."))
    refuse(problems)
    return str(codes[0])


def _plan_problem(wat: str) -> Problem:
    return Problem(wat=wat, oplossing="Geef een gemeentecode als GM0153 en jaren vanaf 2013.")


def _kwb_text(year: int, table: str) -> str:
    return f"Bron: CBS, Kerncijfers wijken en buurten {year}, tabel {table}"


def _common(source: str, table: str, year: int, licence: str, text: str) -> dict[str, Any]:
    return {
        "source": source,
        "table": table,
        "year": year,
        "licence": licence,
        "attribution": text,
    }


def _name(table: str, year: int, gemeente: str | None, entity: str) -> str:
    return f"{table}_{year}_{gemeente or 'NL'}_{entity}.json"


def _prefixes(gemeente: str | None) -> tuple[str, ...]:
    """Return what codes start with; only the country's own rows may stand beside a gemeente's."""
    return tuple(f"{level}{gemeente[2:]}" for level in ("BU", "WK", "GM")) if gemeente else ()


def _starts(gemeente: str | None, region: str) -> str:
    """Return the filter on one gemeente.

    Keys are padded with blanks to ten positions, and an equality with the wrong padding gives an
    empty answer with status 200; the start of the key is the same whatever the padding.
    """
    return " or ".join(f"startswith({region},'{prefix}')" for prefix in _prefixes(gemeente))


def _filter(*conditions: str) -> dict[str, str]:
    parts = [f"({condition})" for condition in conditions if condition]
    return {"$filter": " and ".join(parts)} if parts else {}


def _odata3(
    host: str,
    table: str,
    year: int,
    gemeente: str | None,
    source: str,
    text: str,
    extra: str = "",
) -> list[FetchRequest]:
    common = _common(source, table, year, "CC BY 4.0", text)
    query = _filter(_starts(gemeente, "WijkenEnBuurten"), extra)
    requests = [
        FetchRequest(
            name=_name(table, year, gemeente, "TypedDataSet"),
            url=_query(f"{host}/{table}/TypedDataSet", query),
            shape="odata",
            region_field="WijkenEnBuurten",
            prefixes=_prefixes(gemeente),
            **common,
        )
    ]
    name = _name(table, year, gemeente, "DataProperties")
    url = f"{host}/{table}/DataProperties"
    return [*requests, FetchRequest(name=name, url=url, shape="odata", **common)]


def _ogc_url(layer: str, year: int, gemeente: str, hosts: Hosts) -> str:
    query = {"f": "json", "limit": str(_FEATURE_LIMIT), "crs": _RD_URI, "gemeentecode": gemeente}
    base = f"{hosts.pdok_api}/wijken-en-buurten-{year}/ogc/v1/collections/{layer}/items"
    return _query(base, query)


def _wfs_url(layer: str, year: int, gemeente: str, hosts: Hosts) -> str:
    query = {
        "service": "WFS",
        "version": "2.0.0",
        "request": "GetFeature",
        "typeNames": f"wijkenbuurten:{layer}",
        "outputFormat": "application/json",
        "srsName": "EPSG:28992",
        "count": str(_FEATURE_LIMIT),
        "startIndex": "0",
        "filter": (
            '<Filter xmlns="http://www.opengis.net/fes/2.0"><PropertyIsEqualTo>'
            f"<ValueReference>gemeentecode</ValueReference><Literal>{gemeente}</Literal>"
            "</PropertyIsEqualTo></Filter>"
        ),
    }
    return _query(f"{hosts.pdok_wfs}/wijkenbuurten/{year}/wfs/v1_0", query)


def _query(base: str, params: Mapping[str, str]) -> str:
    return f"{base}?{urlencode(params)}" if params else base
