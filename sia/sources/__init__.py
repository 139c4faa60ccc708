"""Open data of every publisher through one door: ``intake`` reads a folder and leaves nothing out.

The modules of the publishers need pandas and geopandas; they are loaded when a folder is read, so
that the records in `sia.sources.base` stay cheap to import.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from sia.sources.base import Intake

__all__ = ["intake"]


def intake(
    bron: Path | Sequence[Path],
    *,
    gemeente: str | None = None,
    jaren: Sequence[int] | None = None,
    streng: bool = False,
    voortgang: Callable[[Path], None] | None = None,
) -> Intake:
    """Read everything in one or more folders that can serve a municipality and some years.

    Parameters
    ----------
    bron : pathlib.Path or sequence of pathlib.Path
        Folders (searched downward) or files.
    gemeente : str, optional
        Gemeentecode ("GM0153"). National tables are kept whole, because norms need the country;
        files that hold nothing about this gemeente are passed over.
    jaren : sequence of int, optional
        Years of the SIA. Figures of later years and of more than five years earlier are passed
        over; borders are always read.
    streng : bool
        Raise instead of reporting when any file is at fault.
    voortgang : callable, optional
        Called with the path of each file before it is read.

    Returns
    -------
    Intake
        ``files`` has a row for every file, also for those that were not read, with the reason.

    Raises
    ------
    InputError
        When a folder does not exist, `gemeente` is no code, or (`streng`) with the problems of
        all files together.
    """
    from sia.sources.registry import read_folder

    return read_folder(bron, gemeente=gemeente, jaren=jaren, streng=streng, voortgang=voortgang)
