"""Which stages rest on something else than what lies there now; nothing is run to know it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sia.dutch import opsomming
from sia.errors import InputError, refuse
from sia.fingerprint import hand_down
from sia.request import LAST_YEAR, check_folders_and_years, configure_processed
from sia.settings import Folders
from sia.stages import graph
from sia.stages.in_force import method_of
from sia.stages.opening import last_asked
from sia.stages.run import Run, raw_now

UNKNOWN = "niet te zeggen of stappen verouderd zijn"


def outdated(
    folders: Folders, code: str, stages: Mapping[str, Mapping[str, Any]]
) -> tuple[list[str], str]:
    """Return a Dutch sentence for every stage that the same request would make again.

    And why nothing can be said, where the last request cannot be compared with; else empty.
    `stages` is what the manifest of one year notes.
    """
    noted = {one.name: stages[one.name] for one in graph.STAGES if one.name in stages}
    noted = {name: entry for name, entry in noted.items() if "vingerafdruk" in entry}
    if not noted:
        return [], ""
    try:
        return list(_compared(folders, code, noted)), ""
    except InputError as error:
        [first, *_] = error.problems
        return [], f"{UNKNOWN}: {first.wat} {first.bestand}".rstrip()


def _compared(folders: Folders, code: str, noted: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    bron, choices = last_asked(folders, code)
    refuse(check_folders_and_years([LAST_YEAR], bron))
    gemeente = configure_processed(code, folders.processed)
    method = method_of(gemeente, choices)
    own = gemeente.with_thresholds(method.drempels)
    runs: dict[tuple[Any, ...], Run] = {}
    with hand_down(bron, raw_now(bron)):
        for stage, entry in noted.items():
            kept = entry["parameters"]
            key = (kept["jaar"], tuple(kept["jaren"]), kept["basisjaar"])
            run = runs.setdefault(key, Run(own, *key, bron, folders, method))
            if run.fingerprint(stage) != entry["vingerafdruk"]:
                yield _sentence(stage, entry.get("rust_op", {}), run.rests_on(stage))


def _sentence(stage: str, then: Mapping[str, str], now: Mapping[str, str]) -> str:
    changed = [name for name in now if then.get(name) != now[name]] if then else ["wat zij leest"]
    return f"de stap {stage} is verouderd; er veranderde iets in {opsomming(changed)}."
