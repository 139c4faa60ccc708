"""The fictional municipality: its raw files, written once."""

from __future__ import annotations

import shutil
from pathlib import Path

from filelock import FileLock

from sia.pipeline.intake_store import intake_key


def ensure_demo(folder: Path) -> Path:
    """Write the raw files of Voorbeeldstad unless they are there, made by this same generator.

    Parameters
    ----------
    folder : pathlib.Path
        Replaced as a whole when the generator changed; nothing is left half written.

    Returns
    -------
    pathlib.Path
        `folder`.
    """
    from sia import demo

    folder.parent.mkdir(parents=True, exist_ok=True)
    code = Path(demo.__file__).parent
    mark = intake_key([code], "GM9999", [])
    with FileLock(folder.parent / f".{folder.name}.slot"):
        stamp = folder / ".generator"
        if stamp.exists() and stamp.read_text(encoding="utf-8") == mark:
            return folder
        fresh = folder.with_name(f".{folder.name}.nieuw")
        shutil.rmtree(fresh, ignore_errors=True)
        demo.generate(fresh)
        # the planted truth is for tests and benchmarks, which plant their own
        shutil.rmtree(fresh / demo.TRUTH_FOLDER)
        (fresh / ".generator").write_text(mark, encoding="utf-8")
        shutil.rmtree(folder, ignore_errors=True)
        fresh.replace(folder)
    return folder
