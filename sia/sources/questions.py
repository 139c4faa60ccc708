"""What is asked of each service: addresses, filters and names, and the other ways to the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import Any, Literal
from urllib.parse import quote, urlencode, urlsplit

from sia.sources import cbs, nabijheid
from sia.toml import of_package

Shape = Literal["odata", "geojson", "zip", "file"]

CRIME_TABLE, HEALTH_TABLE, SES_TABLE, SES_YEAR = "47018NED", "50150NED", "86296NED", 2025
FIRST_HEALTH_YEAR, FIRST_SCORES_YEAR, FIRST_SQUARES_YEAR = 2012, 2012, 2012
FIRST_WFS_YEAR, FIRST_OGC_YEAR = 2019, 2022
FEATURE_LIMIT = 1_000

_ADULTS = "Leeftijd eq '20300'"
_JSON = {"$format": "json"}
"""Asked of OData v3, whose Feed answers Atom XML without it."""
_RD_URI = "http://www.opengis.net/def/crs/EPSG/0/28992"
_DOSSIER = "/-/media/cbs/dossiers/nederland-regionaal/wijk-en-buurtstatistieken"
_LAYERS = (("buurten", "buurt", "BU"), ("wijken", "wijk", "WK"), ("gemeenten", "gemeente", "GM"))
_LAST_MEASUREMENT = 2024


@dataclass(frozen=True)
class Hosts:
    """Addresses of the services, without a slash at the end.

    `opendata`, `feed`: CBS OData v3; `opendata` refuses queries over 10,000 rows, `feed` pages
        through them.
    `catalogus`: the list of all tables in OData v3.
    `datasets`: CBS OData v4.
    `dataderden`, `dataderden_api`: CBS's host for tables of third parties (police, RIVM); the
        first pages.
    `pdok_api`, `pdok_wfs`: PDOK's OGC API Features, and its WFS and files.
    `download`, `bestanden`, `cbs`, `kaarten`: CBS's file servers for squares, spreadsheets, old
        maps and the wijk- en buurtkaart.
    `leefbaarometer`, `leefbaarometer_bestanden`: GeoServer and files of the Leefbaarometer.
    """

    opendata: str = "https://opendata.cbs.nl/ODataApi/odata"
    feed: str = "https://opendata.cbs.nl/ODataFeed/odata"
    catalogus: str = "https://opendata.cbs.nl/ODataCatalog"
    datasets: str = "https://datasets.cbs.nl/odata/v1/CBS"
    dataderden: str = "https://dataderden.cbs.nl/ODataFeed/odata"
    dataderden_api: str = "https://dataderden.cbs.nl/ODataApi/odata"
    pdok_api: str = "https://api.pdok.nl/cbs"
    pdok_wfs: str = "https://service.pdok.nl/cbs"
    download: str = "https://download.cbs.nl/vierkant"
    bestanden: str = "https://download.cbs.nl/regionale-kaarten"
    cbs: str = "https://www.cbs.nl"
    kaarten: str = "https://geodata.cbs.nl/files/Wijkenbuurtkaart"
    leefbaarometer: str = "https://geo.leefbaarometer.nl/lbm3/ows"
    leefbaarometer_bestanden: str = "https://www.leefbaarometer.nl/resources"

    def names(self) -> frozenset[str]:
        """Return the names of the computers."""
        return frozenset(str(urlsplit(address).hostname) for address in asdict(self).values())


PUBLIC_HOSTS = Hosts()


@dataclass(frozen=True)
class FetchRequest:
    """One file to be fetched.

    `name`: file name it lands under; carries table id and year, so that intake recognises it.
    `url`: address with query.
    `shape` ({"odata", "geojson", "zip", "file"}): how pages and validity are handled.
    `region_field`: column or property with the region code; empty where there is none to verify.
    `prefixes`: every returned code starts with one of these, and each occurs; empty: whole
        country.
    `only_rows`: of a GeoJSON answer keep the properties as rows of a table.
    `regions`: names of files of which the first that is there lists the regions that have to be in
        the answer.
    `member`: pattern of the only file in a zip that is kept, under `name`.
    `companions`: files that describe this one; they are fetched before it.
    `needed`: of a companion: whether this way is of no use without it.
    `otherwise`: other ways to the same figures, in order, when this one fails.
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
    regions: tuple[str, ...] = ()
    member: str = ""
    companions: tuple[FetchRequest, ...] = ()
    needed: bool = True
    otherwise: tuple[FetchRequest, ...] = ()


services = partial(of_package, "sources/services.toml")
"""Returns what the services are called."""


def kwb(
    year: int,
    gemeente: str | None,
    *,
    hosts: Hosts = PUBLIC_HOSTS,
    table: str = "",
    own: str = "",
) -> list[FetchRequest]:
    """Return the request for Kerncijfers wijken en buurten of a year.

    OData v3 (its Feed, then its Api), OData v4 and the yearly spreadsheet, in that order; for the
    whole country the spreadsheet comes before v4, which is too slow for it.

    `gemeente`: None for the whole country.
    `table`: id of the table, for a year that is not in `cbs.TABLES`.
    `own`: gemeente that OData v4 is asked for where `gemeente` is None.
    """
    table = table or tables()[year]
    common = _common("cbs.kwb", table, year, f"CBS, Kerncijfers wijken en buurten {year}")
    feed = _odata3(hosts.feed, gemeente, common, names=True)
    api = (_odata3(hosts.opendata, gemeente, common, names=True),) if gemeente else ()
    sheets = tuple(_sheets(year, hosts, common))
    v4 = (_odata4(hosts.datasets, gemeente or own or None, common),)
    others = (*api, *v4, *sheets) if gemeente else (*sheets, *v4)
    return [replace(feed, otherwise=others)]


def crime(
    years: Sequence[int], gemeente: str, *, hosts: Hosts = PUBLIC_HOSTS
) -> list[FetchRequest]:
    """Return the requests for registered crime per buurt, one file per year."""
    requests = []
    for year in years:
        common = _common("politie.misdrijven", CRIME_TABLE, year, "politie via CBS", "politie")
        condition = f"Perioden eq '{year}JJ00'"
        requests.append(
            _two_ways(hosts.dataderden, hosts.dataderden_api, gemeente, common, condition)
        )
    return requests


def health(
    years: Sequence[int], gemeente: str, *, hosts: Hosts = PUBLIC_HOSTS
) -> list[FetchRequest]:
    """Return the request for Gezondheid per wijk en buurt: adults, all years of the table."""
    year = max(years)
    if year < FIRST_HEALTH_YEAR:
        return []
    text = "RIVM, GGD'en en CBS, Gezondheid per wijk en buurt"
    common = _common("rivm.gezondheid", HEALTH_TABLE, year, text)
    return [_two_ways(hosts.dataderden, hosts.dataderden_api, gemeente, common, _ADULTS)]


def ses(gemeente: str, *, hosts: Hosts = PUBLIC_HOSTS) -> list[FetchRequest]:
    """Return the request for SES-WOA (all years in one table)."""
    common = _common("cbs.ses", SES_TABLE, SES_YEAR, "CBS, SES-WOA")
    return [_two_ways(hosts.feed, hosts.opendata, gemeente, common)]


def nearness(
    years: Sequence[int], gemeente: str, *, hosts: Hosts = PUBLIC_HOSTS
) -> list[FetchRequest]:
    """Return the requests for Nabijheid voorzieningen: distances that the KWB lacks, per year."""
    requests = []
    for table, year in nabijheid.TABLES.items():
        if year in years:
            text = f"CBS, Nabijheid voorzieningen {year}"
            common = _common(nabijheid.NAME, table, year, text)
            requests.append(_two_ways(hosts.feed, hosts.opendata, gemeente, common))
    return requests


def borders(year: int, gemeente: str, *, hosts: Hosts = PUBLIC_HOSTS) -> list[FetchRequest]:
    """Return the requests for buurten, wijken and the gemeente outline of a year.

    From PDOK's OGC API, its WFS (with an OGC filter: it ignores ``cql_filter`` without a word) or
    the national file; before `FIRST_WFS_YEAR` from the national file alone.
    """
    text = f"CBS/Kadaster via PDOK, wijk- en buurtkaart {year}"
    common = _common("cbs.pdok", "wijkbuurtkaart", year, text, "kaart")
    known = services()["kaarten"]
    files = tuple(
        _file(url, common)
        for url in _filled(
            known.get(str(year)) or known["tot_2026" if year < 2026 else "daarna"], hosts, jaar=year
        )
    )
    if year < FIRST_WFS_YEAR:
        return [replace(files[0], otherwise=files[1:])]
    requests = []
    for layer, singular, prefix in _LAYERS:
        ogc = [_ogc_url(layer, year, gemeente, hosts)] if year >= FIRST_OGC_YEAR else []
        wfs = [_wfs_url(name, year, gemeente, hosts) for name in _wfs_types(layer, year)]
        ways = [
            FetchRequest(
                name=f"{layer}_{year}_{gemeente}.geojson",
                url=url,
                shape="geojson",
                region_field=f"{singular}code",
                prefixes=(f"{prefix}{gemeente[2:]}",),
                regions=_region_lists(year, gemeente),
                **common,
            )
            for url in (*ogc, *wfs)
        ]
        requests.append(replace(ways[0], otherwise=(*ways[1:], *files)))
    return requests


def squares(year: int, size: int = 100, *, hosts: Hosts = PUBLIC_HOSTS) -> FetchRequest:
    """Return the request for the national file of squares, in its newest version."""
    common = _common("cbs.vierkanten", f"vk{size}", year, f"CBS, vierkanten van {size} m, {year}")
    known = services()["vierkanten"]
    later = {f"jaar{n}": year + n for n in (1, 2, 3)}
    urls = _filled(known.get(str(year), []) + known["altijd"], hosts, jaar=year, maat=size, **later)
    first, *others = (_file(url, common) for url in dict.fromkeys(urls))
    return replace(first, otherwise=tuple(others))


def leefbaarometer(
    years: Sequence[int], gemeente: str, *, hosts: Hosts = PUBLIC_HOSTS
) -> list[FetchRequest]:
    """Return the requests for Leefbaarometer scores per buurt, the measurements up to each year.

    There is one every two years; of one that is not there yet, the one before serves.
    """
    common = _common("leefbaarometer", "lbm3", _LAST_MEASUREMENT, "", "leefbaarometer")
    common["attribution"] = "Bron: Leefbaarometer, ministerie van BZK"
    archive = _file(
        f"{hosts.leefbaarometer_bestanden}/open-data-leefbaarometer-meting-2024.zip", common
    )
    archive = replace(archive, name="leefbaarometer_2024.csv", member=r"buurten[^/]*\.csv$")
    wanted = sorted({year - year % 2 for year in years if year >= FIRST_SCORES_YEAR})
    requests = []
    for year in wanted:
        earlier = range(year, min(year, _LAST_MEASUREMENT) - 1, -2)
        first, *others = (_scores(each, gemeente, hosts, common) for each in earlier)
        requests.append(replace(first, otherwise=(*others, archive)))
    return requests


def tables() -> dict[int, str]:
    """Return the id of the KWB of every year that was known when this was written."""
    return {year: table for table, year in cbs.TABLES.items()}


def catalogues(hosts: Hosts) -> tuple[str, str]:
    """Return the questions to both catalogues of CBS for the editions of the KWB."""
    title = "Kerncijfers wijken en buurten"
    return (
        _query(f"{hosts.catalogus}/Tables", {**_JSON, **_filter(f"substringof('{title}',Title)")}),
        _query(f"{hosts.datasets}/Datasets", {"$filter": f"contains(Title,'{title}')"}),
    )


def editions(rows: Iterable[Mapping[str, Any]]) -> dict[int, str]:
    """Return year -> table id of the KWB out of a catalogue's rows; other titles are left out."""
    found = {}
    for row in rows:
        title = str(row.get("Title", "")).strip()
        year = title.removeprefix("Kerncijfers wijken en buurten ")
        if year.isdigit() and len(year) == 4 and str(row.get("Language", "nl")) == "nl":
            found[int(year)] = str(row["Identifier"])
    return found


def _scores(year: int, gemeente: str, hosts: Hosts, common: dict[str, Any]) -> FetchRequest:
    layer = f"buurtscore{year % 100:02d}"
    query = _get_feature(f"lbm3:{layer}") | {"cql_filter": f"id LIKE 'BU{gemeente[2:]}%'"}
    return FetchRequest(
        name=f"leefbaarometer_{layer}_{year}_{gemeente}.json",
        url=_query(hosts.leefbaarometer, query),
        shape="geojson",
        region_field="id",
        prefixes=(f"BU{gemeente[2:]}",),
        only_rows=True,
        **{**common, "table": layer, "year": year},
    )


def _two_ways(
    feed: str, api: str, gemeente: str, common: dict[str, Any], condition: str = ""
) -> FetchRequest:
    first, other = (_odata3(host, gemeente, common, condition) for host in (feed, api))
    return replace(first, otherwise=(other,))


def _sheets(year: int, hosts: Hosts, common: dict[str, Any]) -> Iterable[FetchRequest]:
    era = "voor_2019" if year < 2019 else "voor_2023" if year < 2023 else "daarna"
    for url in _filled(services()["rekenbladen"][era], hosts, jaar=year):
        suffix = url.rpartition(".")[2]
        shape: Shape = "zip" if suffix == "xlsx" else "file"
        yield replace(_file(url, common), name=f"kwb-{year}.{suffix}", shape=shape)


def _filled(templates: Iterable[str], hosts: Hosts, **words: object) -> list[str]:
    places = {**asdict(hosts), "dossier": _DOSSIER, **words}
    return [template.format(**places) for template in templates]


def _file(url: str, common: dict[str, Any]) -> FetchRequest:
    name = url.rpartition("/")[2]
    shape: Shape = "zip" if name.endswith(".zip") else "file"
    return FetchRequest(name=name, url=url, shape=shape, **common)


def _common(source: str, table: str, year: int, text: str, licence: str = "cbs") -> dict[str, Any]:
    return {
        "source": source,
        "table": table,
        "year": year,
        "licence": services()["licenties"][licence],
        "attribution": f"Bron: {text}, tabel {table}" if table.endswith("NED") else f"Bron: {text}",
    }


def _name(common: Mapping[str, Any], gemeente: str | None, entity: str) -> str:
    return f"{common['table']}_{common['year']}_{gemeente or 'NL'}_{entity}.json"


def _region_lists(year: int, gemeente: str) -> tuple[str, ...]:
    """Return the names of the files that may list the regions of a year."""
    common = {"table": tables().get(year, ""), "year": year}
    return tuple(
        _name(common, where, entity)
        for where in (None, gemeente)
        for entity in ("WijkenEnBuurten", "WijkenEnBuurtenCodes")
    )


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


def _part(
    base: str,
    gemeente: str | None,
    common: dict[str, Any],
    asked: Mapping[str, str],
    entity: str,
    region: str = "",
    condition: str = "",
) -> FetchRequest:
    """Return the request for one set of a table, with its regions when it has them."""
    starts = _starts(gemeente, region) if region else ""
    return FetchRequest(
        name=_name(common, gemeente, entity),
        url=_query(f"{base}/{common['table']}/{entity}", {**asked, **_filter(starts, condition)}),
        shape="odata",
        region_field=region,
        prefixes=_prefixes(gemeente) if region else (),
        **common,
    )


def _odata3(
    host: str,
    gemeente: str | None,
    common: dict[str, Any],
    condition: str = "",
    names: bool = False,
) -> FetchRequest:
    part = partial(_part, host, gemeente, common, _JSON)
    listed = (part("WijkenEnBuurten", "Key"),) if names else ()
    figures = part("TypedDataSet", "WijkenEnBuurten", condition)
    # the columns of these two cannot be told apart by their keys
    alike = common["source"] in ("cbs.ses", nabijheid.NAME)
    companions = (replace(part("DataProperties"), needed=alike), *listed)
    return replace(figures, companions=companions, regions=tuple(each.name for each in listed))


def _odata4(host: str, gemeente: str | None, common: dict[str, Any]) -> FetchRequest:
    part = partial(_part, host, gemeente, common, {})
    listed = part("WijkenEnBuurtenCodes", "Identifier")
    described = (replace(part(name), needed=False) for name in ("MeasureCodes", "MeasureGroups"))
    figures = part("Observations", "WijkenEnBuurten")
    return replace(figures, companions=(*described, listed), regions=(listed.name,))


def _ogc_url(layer: str, year: int, gemeente: str, hosts: Hosts) -> str:
    query = {"f": "json", "limit": str(FEATURE_LIMIT), "crs": _RD_URI, "gemeentecode": gemeente}
    base = f"{hosts.pdok_api}/wijken-en-buurten-{year}/ogc/v1/collections/{layer}/items"
    return _query(base, query)


def _wfs_types(layer: str, year: int) -> list[str]:
    """Return what the WFS of a year may call a layer, likeliest first."""
    old = f"gemeenten{year}" if layer == "gemeenten" else f"cbs_{layer}_{year}"
    plain = f"wijkenbuurten:{layer}"
    return [plain] if year >= FIRST_OGC_YEAR else [old, plain]


def _wfs_url(layer: str, year: int, gemeente: str, hosts: Hosts) -> str:
    condition = (
        '<Filter xmlns="http://www.opengis.net/fes/2.0"><PropertyIsEqualTo>'
        f"<ValueReference>gemeentecode</ValueReference><Literal>{gemeente}</Literal>"
        "</PropertyIsEqualTo></Filter>"
    )
    paging = {"count": str(FEATURE_LIMIT), "startIndex": "0", "filter": condition}
    return _query(f"{hosts.pdok_wfs}/wijkenbuurten/{year}/wfs/v1_0", _get_feature(layer) | paging)


def _get_feature(layer: str) -> dict[str, str]:
    return {
        "service": "WFS",
        "version": "2.0.0",
        "request": "GetFeature",
        "typeNames": layer,
        "outputFormat": "application/json",
        "srsName": "EPSG:28992",
    }


def _query(base: str, params: Mapping[str, str]) -> str:
    return f"{base}?{urlencode(params, quote_via=quote, safe='$')}" if params else base
