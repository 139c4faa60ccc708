"""The fictional municipality: its raw files, written once."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
from filelock import FileLock

from sia.agenda.reading.deliveries import FOLDER
from sia.demo import DemoTruth, plan_files, plans
from sia.fingerprint import digest, tree_hash

PLANS_SEED = 2025


def write_demo_plans(folder: Path, truth: DemoTruth) -> list[Path]:
    """Write the fictional plans, means, decisions and actions of Voorbeeldstad's partners.

    Parameters
    ----------
    folder : pathlib.Path
        Raw folder of Voorbeeldstad; they go to its subfolder ``plannen``.
    truth : DemoTruth
        What was planted; the pilot areas lie around its most urgent buurten.

    Returns
    -------
    list of pathlib.Path
    """
    buurten = plans.demo_buurten()
    latest = truth.buurten.xs(truth.buurten.index.get_level_values("jaar").max(), level="jaar")
    pilots = plans.pilots_where_needed(buurten, latest["urgentie"].where(latest["gerangschikt"]))
    made = plans.demo_plans(buurten, np.random.default_rng(PLANS_SEED), pilots=pilots)
    return plan_files.write_deliveries(folder / FOLDER, made, buurten)


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
    agenda = code.parent / "agenda"
    names = ("fields.py", "template.py", "deliveries.py", "decisions.py")
    written_by = [agenda / name for name in names]
    mark = digest(tree_hash(part, (".py", ".toml")) for part in (code, *written_by))
    with FileLock(folder.parent / f".{folder.name}.slot"):
        stamp = folder / ".generator"
        if stamp.exists() and stamp.read_text(encoding="utf-8") == mark:
            return folder
        fresh = folder.with_name(f".{folder.name}.nieuw")
        shutil.rmtree(fresh, ignore_errors=True)
        truth = demo.generate(fresh)
        write_demo_plans(fresh, truth)
        # the planted truth is for tests and benchmarks, which plant their own
        shutil.rmtree(fresh / demo.TRUTH_FOLDER)
        (fresh / ".generator").write_text(mark, encoding="utf-8")
        shutil.rmtree(folder, ignore_errors=True)
        fresh.replace(folder)
    return folder
