"""Time and extra memory of one call, measured in a process of its own."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path
from types import TracebackType

import psutil


class Peak:
    """Measure seconds and the rise of resident memory within a block, sampled every 5 ms.

    `processor` is the processor time of all threads together: what other work on the machine
    disturbs least.
    """

    seconds = 0.0
    processor = 0.0
    megabytes = 0.0

    def __enter__(self) -> Peak:
        self._process = psutil.Process()
        self._before = self._highest = self._process.memory_info().rss
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        self._start, self._cpu = time.perf_counter(), time.process_time()
        return self

    def _watch(self) -> None:
        while not self._stop.wait(0.005):
            self._highest = max(self._highest, self._process.memory_info().rss)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.seconds = time.perf_counter() - self._start
        self.processor = time.process_time() - self._cpu
        self._highest = max(self._highest, self._process.memory_info().rss)
        self._stop.set()
        self._thread.join()
        self.megabytes = (self._highest - self._before) / 2**20


def measured(script: str, *arguments: object) -> tuple[float, ...]:
    """Run a script whose last printed line is numbers; return them.

    Raises
    ------
    RuntimeError
        With the end of the script's own message when it fails.
    """
    done = subprocess.run(
        [sys.executable, "-c", script, *(str(one) for one in arguments)],
        capture_output=True,
        text=True,
        cwd=Path(__file__).resolve().parents[1],
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-600:])
    return tuple(float(number) for number in done.stdout.splitlines()[-1].split())
