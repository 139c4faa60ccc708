"""The raw folder of Voorbeeldstad as `sia demo` wants it: written once, with partners' plans."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
from filelock import FileLock

from sia.agenda.output import template
from sia.agenda.reading import deliveries
from sia.fingerprint import digest, tree_hash
from voorbeeldstad.generate import generate
from voorbeeldstad.plan_files import write_deliveries
from voorbeeldstad.plans import demo_buurten, demo_plans, pilots_where_needed
from voorbeeldstad.truth import DemoTruth

PLANS_SEED = 2025


def write_plans(folder: Path, truth: DemoTruth) -> list[Path]:
    """Write the plans, means, decisions and actions of Voorbeeldstad's partners.

    Parameters
    ----------
    folder : pathlib.Path
        Raw folder of Voorbeeldstad; they go to its subfolder ``plannen``.
    truth : DemoTruth
        What was planted; the pilot areas lie around its most urgent buurten.
    """
    buurten = demo_buurten()
    latest = truth.buurten.xs(truth.buurten.index.get_level_values("jaar").max(), level="jaar")
    pilots = pilots_where_needed(buurten, latest["urgentie"].where(latest["gerangschikt"]))
    made = demo_plans(buurten, np.random.default_rng(PLANS_SEED), pilots=pilots)
    return write_deliveries(folder / deliveries.FOLDER, made, buurten)


def ensure(folder: Path) -> Path:
    """Write the raw files of Voorbeeldstad unless they are there, made by this same generator.

    Parameters
    ----------
    folder : pathlib.Path
        Replaced as a whole when the generator changed; nothing is left half written.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    mark = _mark()
    with FileLock(folder.parent / f".{folder.name}.slot"):
        stamp = folder / ".generator"
        if stamp.exists() and stamp.read_text(encoding="utf-8") == mark:
            return folder
        fresh = folder.with_name(f".{folder.name}.nieuw")
        shutil.rmtree(fresh, ignore_errors=True)
        write_plans(fresh, generate(fresh))
        (fresh / ".generator").write_text(mark, encoding="utf-8")
        shutil.rmtree(folder, ignore_errors=True)
        fresh.replace(folder)
    return folder


def _mark() -> str:
    """Return one hash over the generator and over what lays out the partners' files."""
    layouts = (Path(str(deliveries.__file__)).parent, Path(str(template.__file__)))
    code = (Path(__file__).parent, *layouts)
    return digest(tree_hash(part, (".py", ".toml")) for part in code)
