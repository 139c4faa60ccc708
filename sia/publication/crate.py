"""What a stranger needs to cite a published set, and to make it again: RO-Crate and DCAT-AP-NL.

The crate (`CRATE`) names every file with its hash, the inputs with theirs, the software and the
command; `RECIPE` holds every choice, for `sia herbouw`. The catalogue entry (`CATALOGUE`) is what a
portal of open data reads; its addresses are relative to where it stands.
"""

from __future__ import annotations

import mimetypes
import platform
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sia import __version__
from sia.fingerprint import raw_hash
from sia.publication.leaks import Readers
from sia.settings import PLANS
from sia.stages.figures import record_of
from sia.stages.run import Run, code_hash
from sia.store import legible, sha256_file, write_json

CRATE, CATALOGUE, RECIPE = "ro-crate-metadata.json", "dcat.jsonld", "herbouw.json"
DESCRIBED = frozenset({CRATE, CATALOGUE, RECIPE})
_PLANS = "plannen (niet openbaar)"
_LICENCE = "https://creativecommons.org/licenses/by/4.0/"
_EU = "http://publications.europa.eu/resource/authority"
_TYPES = {".gpkg": "application/geopackage+sqlite3", ".ics": "text/calendar", ".csv": "text/csv"}


def inputs_of(bron: Iterable[Path]) -> dict[str, str]:
    """Return the hash of every raw file by its name; one hash for what partners delivered."""
    folders = list(bron)
    found = {
        legible(f"{folder.name}/{path.relative_to(folder).as_posix()}"): sha256_file(path)
        for folder in folders
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.relative_to(folder).parts[0] != PLANS
    }
    return {name: one for name, one in found.items() if "/." not in name} | {
        _PLANS: raw_hash(folders).plannen
    }


def describe(run: Run, folder: Path, readers: Readers) -> None:
    """Write crate, catalogue entry and recipe in the folder that holds the files of a set."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    listed = {path.relative_to(folder).as_posix(): path for path in files}
    hashes = {name: sha256_file(path) for name, path in listed.items()}
    asked = _recipe(run, hashes, readers)
    write_json(folder / RECIPE, asked)
    write_json(folder / CRATE, _crate(run, listed, asked))
    write_json(folder / CATALOGUE, _catalogue(run, listed))


def _recipe(run: Run, hashes: dict[str, str], readers: Readers) -> dict[str, Any]:
    """Return every choice behind a set, with the hashes of what went in and came out."""
    return {
        "voor": readers,
        "gemeente": run.gemeente.code,
        "jaar": run.jaar,
        "jaren": list(run.jaren),
        "basisjaar": run.basisjaar,
        "methode": run.methode.als_tabel(),
        "methode_kenmerk": run.methode.hash,
        "reeks": any("rapporten/" in name for name in hashes),
        "sia": __version__,
        "code": code_hash(),
        "python": platform.python_version(),
        "logboek": record_of(run).head(),
        "invoer": inputs_of(run.bron),
        "uitvoer": hashes,
    }


def _title(run: Run) -> str:
    return f"Stedelijke Investeringsafweging {run.gemeente.naam} {run.jaar}"


def _told(run: Run) -> str:
    fictief = "Fictieve gegevens: deze gemeente bestaat niet. " if run.gemeente.fictief else ""
    return (
        f"{fictief}Urgentie en potentie per buurt met de marge van elke plaats, typen, en een "
        f"voorstel voor een aanpak. Methode {run.methode.label}, SIA {__version__}. Signaal op "
        "buurtniveau; niet bedoeld voor besluiten over personen."
    )


def _publisher(run: Run) -> dict[str, str]:
    place = f"https://identifier.overheid.nl/tooi/id/gemeente/{run.gemeente.code.lower()}"
    own = {} if run.gemeente.fictief else {"@id": place}
    return {**own, "name": f"Gemeente {run.gemeente.naam}"}


def _format(name: str) -> str:
    kind = _TYPES.get(Path(name).suffix) or mimetypes.guess_type(name)[0]
    return kind or "application/octet-stream"


def _crate(run: Run, files: dict[str, Path], asked: dict[str, Any]) -> dict[str, Any]:
    command = f"sia herbouw . --bron MAP  # gemeente {asked['gemeente']}, jaar {asked['jaar']}"
    inputs = [
        {"@id": f"#invoer-{number}", "@type": "CreativeWork", "name": name, "sha256": one}
        for number, (name, one) in enumerate(sorted(asked["invoer"].items()))
    ]
    parts = [
        {
            "@id": name,
            "@type": "File",
            "encodingFormat": _format(name),
            "contentSize": str(path.stat().st_size),
            "sha256": asked["uitvoer"][name],
        }
        for name, path in files.items()
    ]
    parts += [{"@id": name, "@type": "File"} for name in (RECIPE, CATALOGUE)]
    publisher = {"@id": "#uitgever", "@type": "Organization", "name": _publisher(run)["name"]}
    return {
        "@context": "https://w3id.org/ro/crate/1.2/context",
        "@graph": [
            {
                "@id": CRATE,
                "@type": "CreativeWork",
                "about": {"@id": "./"},
                "conformsTo": {"@id": "https://w3id.org/ro/crate/1.2"},
            },
            {
                "@id": "./",
                "@type": "Dataset",
                "name": _title(run),
                "description": _told(run),
                "datePublished": datetime.now(UTC).date().isoformat(),
                "inLanguage": "nl",
                "license": {"@id": _LICENCE},
                "publisher": {"@id": "#uitgever"},
                "hasPart": [{"@id": one["@id"]} for one in parts],
                "mentions": {"@id": "#run"},
            },
            publisher,
            {"@id": _LICENCE, "@type": "CreativeWork", "name": "CC BY 4.0"},
            {
                "@id": "#sia",
                "@type": "SoftwareApplication",
                "name": "SIA/DIA",
                "softwareVersion": __version__,
                "identifier": asked["code"],
                "license": "https://spdx.org/licenses/EUPL-1.2",
            },
            {
                "@id": "#run",
                "@type": "CreateAction",
                "name": command,
                "instrument": {"@id": "#sia"},
                "object": [{"@id": one["@id"]} for one in (*inputs, {"@id": RECIPE})],
                "result": {"@id": "./"},
            },
            *parts,
            *inputs,
        ],
    }


def _catalogue(run: Run, files: dict[str, Path]) -> dict[str, Any]:
    publisher = {"@type": "foaf:Agent", **_publisher(run)}
    publisher["foaf:name"] = publisher.pop("name")
    return {
        "@context": {
            "dcat": "http://www.w3.org/ns/dcat#",
            "dct": "http://purl.org/dc/terms/",
            "foaf": "http://xmlns.com/foaf/0.1/",
            "vcard": "http://www.w3.org/2006/vcard/ns#",
            "spdx": "http://spdx.org/rdf/terms#",
        },
        "@id": "./",
        "@type": "dcat:Dataset",
        "dct:title": {"@language": "nl", "@value": _title(run)},
        "dct:description": {"@language": "nl", "@value": _told(run)},
        "dct:identifier": f"sia-{run.gemeente.code}-{run.jaar}",
        "dct:publisher": publisher,
        "dcat:contactPoint": {
            "@type": "vcard:Organization",
            "vcard:fn": run.gemeente.huisstijl.afzender or publisher["foaf:name"],
        },
        "dcat:theme": {"@id": f"{_EU}/data-theme/REGI"},
        "dct:accessRights": {"@id": f"{_EU}/access-right/PUBLIC"},
        "dct:language": {"@id": f"{_EU}/language/NLD"},
        "dct:temporal": {
            "@type": "dct:PeriodOfTime",
            "dcat:startDate": f"{run.jaar}-01-01",
            "dcat:endDate": f"{run.jaar}-12-31",
        },
        "dcat:distribution": [
            {
                "@type": "dcat:Distribution",
                "dct:title": {"@language": "nl", "@value": name},
                "dcat:accessURL": {"@id": name},
                "dcat:mediaType": {
                    "@id": f"https://www.iana.org/assignments/media-types/{_format(name)}"
                },
                "dct:license": {"@id": _LICENCE},
                "dcat:byteSize": path.stat().st_size,
                "spdx:checksum": {
                    "@type": "spdx:Checksum",
                    "spdx:algorithm": {"@id": "spdx:checksumAlgorithm_sha256"},
                    "spdx:checksumValue": sha256_file(path),
                },
            }
            for name, path in files.items()
            if "opendata/" in name
        ],
    }
