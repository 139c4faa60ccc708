"""Chains on the workers of a Dask scheduler, without waiting for ever when none is left."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import Any

from sia.batch.outcome import Outcome
from sia.batch.tasks import Chain

PATIENCE = 300.0
"""Seconds without any worker after which what waits is given up: a new one may be on its way."""


class WorkersLostError(RuntimeError):
    """There is no worker any more."""

    def __init__(self) -> None:
        super().__init__(f"Er was {PATIENCE:.0f} seconden lang geen enkele werker op het cluster.")


class Remote:
    """Sends jobs to a cluster and gives them up when its workers stay away.

    Parameters
    ----------
    workers : callable
        Returns how many workers there are now; an `OSError` counts as none.
    send : callable
        Takes a chain, returns a future of Dask.
    """

    def __init__(self, workers: Callable[[], int], send: Callable[[Chain], Any]) -> None:
        self._workers = workers
        self._send = send
        # a future of Dask that nobody holds is forgotten by the cluster
        self._waiting: dict[Future[list[Outcome]], Any] = {}
        self._alone_since: float | None = None
        self._lost = False

    def submit(self, chain: Chain) -> Future[list[Outcome]]:
        """Send a chain; when the workers were given up before, it fails at once."""
        mine: Future[list[Outcome]] = Future()
        if self._lost:
            mine.set_exception(WorkersLostError())
            return mine
        theirs = self._waiting[mine] = self._send(chain)
        theirs.add_done_callback(partial(self._hand_over, mine))
        return mine

    def _hand_over(self, mine: Future[list[Outcome]], theirs: Any) -> None:
        if self._waiting.pop(mine, None) is None:
            return
        if theirs.cancelled():
            mine.cancel()
            return
        error = theirs.exception()
        if error is None:
            mine.set_result(theirs.result())
        else:
            mine.set_exception(error)

    def look(self) -> None:
        """Give up what waits when there has been no worker for too long."""
        if self._some():
            self._alone_since = None
            return
        now = time.monotonic()
        if self._alone_since is None:
            self._alone_since = now
        if now - self._alone_since < PATIENCE:
            return
        self._lost = True
        for mine in list(self._waiting):
            if self._waiting.pop(mine, None) is not None:
                mine.set_exception(WorkersLostError())

    def _some(self) -> bool:
        try:
            return self._workers() > 0
        except OSError:
            return False
