"""Tasks on the workers of a Dask scheduler: what dies is done again, what stays away given up."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from sia.batch.outcome import Outcome
from sia.batch.tasks import Task
from sia.errors import Problem

PATIENCE = 300.0
"""Seconds without any worker after which what waits is given up: a new one may be on its way."""
_HERE = ("localhost", "127.0.0.1", "::1")


class WorkersLostError(RuntimeError):
    """There is no worker any more."""

    def __init__(self) -> None:
        super().__init__(
            f"Er was {PATIENCE:.0f} seconden lang geen enkele werker op het cluster, of de "
            "scheduler antwoordde niet."
        )


def open_to_others(scheduler: str | None, trusted: bool) -> list[Problem]:
    """Refuse a scheduler that anybody on the network can have run code as its user."""
    protocol, _, address = (scheduler or "").rpartition("://")
    if not scheduler or trusted or protocol == "tls" or urlsplit(f"//{address}").hostname in _HERE:
        return []
    return [
        Problem(
            f"Het cluster {scheduler} is niet versleuteld: wie bij dat adres kan, kan er elke "
            "opdracht laten draaien.",
            "Gebruik tls://, of zeg met --vertrouwd dat alleen wie u vertrouwt op dit netwerk kan.",
            kolom="--scheduler",
        )
    ]


class Remote:
    """Sends tasks to a cluster; what a lost scheduler forgot is sent again when one is back.

    `connect` returns a client of the scheduler, or raises `OSError` when it does not answer; `send`
    takes a client and a task and returns a future of Dask.
    """

    def __init__(self, connect: Callable[[], Any], send: Callable[[Any, Task], Any]) -> None:
        self._connect, self._send = connect, send
        self.client = connect()
        self._waiting: dict[Future[Outcome], Task] = {}
        # a future of Dask that nobody holds is forgotten by the cluster
        self._sent: dict[Future[Outcome], Any] = {}
        self._alone_since: float | None = None
        self._lost = False

    def submit(self, task: Task) -> Future[Outcome]:
        """Send a task; when the workers were given up before, it fails at once."""
        mine: Future[Outcome] = Future()
        if self._lost:
            mine.set_exception(WorkersLostError())
            return mine
        self._waiting[mine] = task
        if self.client.status == "running":
            self._hand_out(mine)
        return mine

    def _hand_out(self, mine: Future[Outcome]) -> None:
        theirs = self._sent[mine] = self._send(self.client, self._waiting[mine])
        theirs.add_done_callback(partial(self._hand_over, mine))

    def _hand_over(self, mine: Future[Outcome], theirs: Any) -> None:
        if theirs.cancelled():
            # the scheduler went, and with it all that it knew
            self._sent.pop(mine, None)
            return
        if self._waiting.pop(mine, None) is None:
            return
        self._sent.pop(mine, None)
        error = theirs.exception()
        if error is None:
            mine.set_result(theirs.result())
        else:
            mine.set_exception(error)

    def look(self) -> None:
        """Send again what was lost; give up what waits when no worker was there for too long."""
        if self._some():
            self._alone_since = None
            for mine in [one for one in self._waiting if one not in self._sent]:
                self._hand_out(mine)
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
        """Tell whether there is a worker, on a scheduler that may have come back."""
        try:
            if self.client.status == "closed":
                self.client = self._connect()
            return self.client.status == "running" and len(self.client.nthreads()) > 0
        except OSError:
            return False
