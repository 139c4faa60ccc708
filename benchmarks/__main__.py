"""Run every benchmark, or the named ones, and print their Markdown."""

from __future__ import annotations

import argparse
import importlib
import pkgutil
import sys
import time
from collections.abc import Callable
from pathlib import Path


def discover() -> tuple[str, ...]:
    """Return the names of the modules beside this one, sorted; names with ``_`` in front are ours.

    Returns
    -------
    tuple of str
    """
    found = pkgutil.iter_modules([str(Path(__file__).parent)])
    return tuple(sorted(module.name for module in found if not module.name.startswith("_")))


def load(name: str) -> Callable[[bool], str]:
    """Return ``main`` of one benchmark.

    Parameters
    ----------
    name : str
        Module name under ``benchmarks``.

    Raises
    ------
    AttributeError
        When the module has no ``main``.
    """
    main: Callable[[bool], str] = importlib.import_module(f"benchmarks.{name}").main
    return main


def run(names: tuple[str, ...], quick: bool) -> int:
    """Print the Markdown of each benchmark; return how many of them failed."""
    failed = 0
    for name in names:
        started = time.perf_counter()
        try:
            text = load(name)(quick)
        except Exception as error:
            failed += 1
            text = f"**Failed**: {type(error).__name__}: {error}"
        print(f"## {name}\n\n{text}\n\n_{time.perf_counter() - started:.1f} s_\n", flush=True)
    return failed


def main(arguments: list[str] | None = None) -> int:
    """Parse the command line and run; the exit status is 1 when a benchmark failed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help="benchmarks to run (default: all)")
    parser.add_argument("--quick", action="store_true", help="small sizes, to try whether it works")
    parser.add_argument("--list", action="store_true", help="print the names and stop")
    chosen = parser.parse_args(arguments)
    known = discover()
    if chosen.list:
        print("\n".join(known))
        return 0
    unknown = sorted(set(chosen.names) - set(known))
    if unknown:
        parser.error(f"unknown benchmark: {', '.join(unknown)}; known: {', '.join(known)}")
    return 1 if run(tuple(chosen.names) or known, chosen.quick) else 0


if __name__ == "__main__":
    sys.exit(main())
