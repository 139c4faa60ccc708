"""What a batch leaves behind: a record for machines and a page for people."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from dataclasses import asdict
from html import escape
from importlib.metadata import version
from pathlib import Path
from typing import Any

from sia.batch.execute import FAILED
from sia.batch.run import BatchResult
from sia.store import write_json, write_text

_LIBRARIES = ("geopandas", "numpy", "pandas", "papermill", "pyarrow", "scikit-learn", "scipy")

_PAGE = """<!doctype html>
<html lang="nl"><head><meta charset="utf-8"><title>Overzicht van de run</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>body{{font-family:sans-serif;margin:2rem;color:#1a1a1a}}table{{border-collapse:collapse}}
th,td{{border:1px solid #767676;padding:.3rem .6rem;text-align:left;vertical-align:top}}
td.n{{text-align:right}}tr.mislukt{{font-weight:bold}}</style></head>
<body><main><h1>Overzicht van de run</h1><p>{summary}</p>
<table><caption>Elk notebook met status, duur en geheugen</caption>
<thead><tr><th scope="col">Gemeente</th><th scope="col">Jaar</th><th scope="col">Notebook</th>
<th scope="col">Status</th><th scope="col">Seconden</th><th scope="col">Geheugen (MB)</th>
<th scope="col">Wat er gebeurde en wat u kunt doen</th></tr></thead>
<tbody>{rows}</tbody></table></main></body></html>
"""


def write_record(result: BatchResult, target: Path, settings: Mapping[str, Any]) -> None:
    """Write the machine-readable record of a batch.

    Parameters
    ----------
    result : BatchResult
    target : pathlib.Path
        JSON with the settings, the versions in use and one entry per outcome: status, seconds,
        peak memory in bytes, fingerprint of code and inputs.
    settings : mapping
        What was asked for.
    """
    write_json(
        target,
        {
            "opdracht": dict(settings),
            "versies": {
                "sia": version("sia-dia"),
                "python": platform.python_version(),
                **{name: version(name) for name in _LIBRARIES},
            },
            "uitkomsten": [asdict(outcome) for outcome in result.outcomes],
        },
    )


def _advice(status: str, cell: int | None, message: str) -> str:
    if status != FAILED:
        return message
    where = f"Cel {cell}: " if cell else ""
    return (
        f"{where}{message} — open de uitgevoerde kopie van dit notebook, lees de melding onder "
        "die cel, herstel de oorzaak en start dezelfde opdracht opnieuw: wat klaar is, wordt "
        "overgeslagen."
    )


def write_summary(result: BatchResult, target: Path) -> None:
    """Write the page for people: status, duration and memory of each notebook.

    Parameters
    ----------
    result : BatchResult
    target : pathlib.Path
        One HTML file without anything from outside.
    """
    counts = {o.status: 0 for o in result.outcomes}
    for outcome in result.outcomes:
        counts[outcome.status] += 1
    summary = ", ".join(f"{count} {status}" for status, count in sorted(counts.items()))
    rows = "".join(
        f'<tr class="{escape(o.status)}"><td>{escape(o.gemeente)}</td><td>{o.jaar}</td>'
        f"<td>{escape(o.notebook)}</td><td>{escape(o.status)}</td>"
        f'<td class="n">{f"{o.seconds:.1f}".replace(".", ",")}</td>'
        f'<td class="n">{"–" if o.memory is None else round(o.memory / 1e6)}</td>'
        f"<td>{escape(_advice(o.status, o.cell, o.message))}</td></tr>"
        for o in result.outcomes
    )
    write_text(target, _PAGE.format(summary=escape(summary), rows=rows))
