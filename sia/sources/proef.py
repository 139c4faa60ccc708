"""One small question to each service: does it work, what changed, is it gone, and since when.

The answers stay in ``.ophalen/proef``; `judge` holds for an answer that was recorded earlier too.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sia.sources.delivery import PROBED
from sia.sources.fetch import WORK
from sia.sources.questions import PUBLIC_HOSTS, Hosts, services
from sia.sources.web import QUICK, AgainError, Answer, FetchError, Patience, Web, document
from sia.store import read_note, write_bytes, write_json

if TYPE_CHECKING:
    import pandas as pd

WORKS, CHANGED, GONE, SILENT = "werkt", "gewijzigd", "weg", "geen antwoord"

_START = 512


@dataclass(frozen=True)
class Question:
    """What one service is asked, and which fields its answer has to have.

    `vorm`: odata, geojson, tekst or bestand.
    `velden`: patterns: whole names of fields, or a part of the text.
    """

    dienst: str
    url: str
    vorm: str
    velden: tuple[str, ...]


def questions(hosts: Hosts = PUBLIC_HOSTS) -> list[Question]:
    """Return the questions of ``services.toml``."""
    places = asdict(hosts)
    return [
        Question(q["dienst"], q["url"].format(**places), q["vorm"], tuple(q["velden"]))
        for q in services()["proef"]
    ]


def judge(question: Question, body: bytes) -> list[str]:
    """Return the fields that an answer lacks.

    Raises FetchError, AgainError when it is no answer at all.
    """
    if question.vorm in ("tekst", "bestand"):
        text = body.decode("utf-8", "replace")
        return [field for field in question.velden if not re.search(field, text)]
    page = document(Answer(question.url, {}, body))
    rows = page.get("value" if question.vorm == "odata" else "features", [])
    row: dict[str, Any] = rows[0] if isinstance(rows, list) and rows else {}
    names = row.get("properties", {}) if question.vorm == "geojson" else row
    return [
        field for field in question.velden if not any(re.fullmatch(field, name) for name in names)
    ]


def probe(
    folder: Path,
    *,
    hosts: Hosts = PUBLIC_HOSTS,
    patience: Patience = QUICK,
    progress: Callable[[str], None] | None = None,
) -> pd.DataFrame:
    """Ask every service its question.

    Columns dienst, status (werkt, gewijzigd, weg, geen antwoord), sinds, melding.

    `folder`: what was found is noted here, so that a later call can say since when it is so.
    """
    import pandas as pd

    # without a note, or with a damaged one, everything is so since today
    before, today = read_note(folder / PROBED), dt.datetime.now(dt.UTC).date().isoformat()
    rows = []
    with Web(patience, PUBLIC_HOSTS.names()) as web:
        for question in questions(hosts):
            if progress is not None:
                progress(f"{question.dienst} ...")
            status, said = _asked(web, question, folder / WORK / "proef")
            old = before.get(question.dienst, {})
            since = old.get("sinds", today) if old.get("status") == status else today
            rows.append((question.dienst, status, since, said))
    noted = {dienst: {"status": status, "sinds": since} for dienst, status, since, _ in rows}
    write_json(folder / PROBED, noted)
    return pd.DataFrame(rows, columns=["dienst", "status", "sinds", "melding"])


def _asked(web: Web, question: Question, answers: Path) -> tuple[str, str]:
    ask = (
        partial(web.head, question.url, _START)
        if question.vorm == "bestand"
        else partial(web.text, question.url)
    )
    try:
        answer = web.patiently(ask, question.url)
        answers.mkdir(parents=True, exist_ok=True)
        name = re.sub(r"\W+", "-", question.dienst.lower()).strip("-")
        write_bytes(answers / f"{name}.txt", answer.body)
        absent = judge(question, answer.body)
    except FetchError as error:
        return (GONE if re.search(r"status 4(04|10)", str(error)) else CHANGED), f"{error}"
    except AgainError as error:
        return SILENT, f"{error}"
    return (CHANGED, f"zonder {', '.join(absent)}") if absent else (WORKS, "")
