"""The same batch on a Dask cluster of real processes: survives a worker that dies."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path

import nbformat
import pytest

from sia import batch
from sia.batch import cluster as remote
from sia.batch.advice import advice
from sia.batch.run import verified_task

distributed = pytest.importorskip("distributed")


@pytest.fixture(scope="module")
def cluster() -> Iterator[object]:
    """Two worker processes on this machine; no dashboard, no spill folder in the checkout."""
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
    ) as running:
        yield running


def write_task(folder: Path, year: int, source: str) -> batch.Task:
    cell = nbformat.v4.new_code_cell(f"jaar = {year}\nverwerkt = ''")
    cell.metadata["tags"] = ["parameters"]
    kernel = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    book = nbformat.v4.new_notebook(
        cells=[cell, nbformat.v4.new_code_cell(source)], metadata=kernel
    )
    path = folder / "notebooks" / "01_a.ipynb"
    path.parent.mkdir(exist_ok=True)
    nbformat.write(book, path)
    output = folder / "reports" / "GM9999" / str(year) / "notebooks" / "01_a.ipynb"
    parameters = {"jaar": year, "verwerkt": str(folder / "verwerkt")}
    return batch.Task(path, "GM9999", year, parameters, output, fingerprint=str(year))


@pytest.mark.slow
def test_the_same_batch_runs_on_a_cluster(cluster: object, tmp_path: Path) -> None:
    tasks = [write_task(tmp_path, year, "print(jaar)") for year in (2020, 2021)]
    result = batch.run_batch(tasks, scheduler=cluster.scheduler_address)
    assert [o.status for o in result.outcomes] == ["klaar", "klaar"]
    again = batch.run_batch(tasks, scheduler=cluster.scheduler_address)
    assert [o.status for o in again.outcomes] == ["ongewijzigd", "ongewijzigd"]


@pytest.mark.slow
def test_a_worker_that_dies_is_survived(cluster: object, tmp_path: Path) -> None:
    slow = "import time\ntime.sleep(6)\nprint(jaar)"
    tasks = [write_task(tmp_path, year, slow) for year in (2020, 2021)]
    victim = next(iter(cluster.workers.values())).pid

    def kill() -> None:
        time.sleep(4)
        os.kill(victim, signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    result = batch.run_batch(tasks, scheduler=cluster.scheduler_address)
    killer.join()
    assert [o.status for o in result.outcomes] == ["klaar", "klaar"]


@pytest.mark.slow
def test_a_cluster_without_workers_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote, "PATIENCE", 1.0)
    slow = "import time\ntime.sleep(60)"
    tasks = [write_task(tmp_path, year, slow) for year in (2020, 2021, 2022)]
    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=1, processes=True, dashboard_address=None
    ) as running:
        threading.Timer(3.0, lambda: running.scale(0)).start()
        result = batch.run_batch(tasks, scheduler=running.scheduler_address)
    assert {o.status for o in result.outcomes} == {"mislukt"}
    assert all("geen enkele werker" in o.message for o in result.outcomes)
    assert "Start weer werkers" in advice(result.outcomes[0])


class Scheduler:
    """A scheduler without a cluster: answers what it is told to, and can go away."""

    def __init__(self) -> None:
        self.status, self.workers, self.sent = "running", 1, []

    def nthreads(self) -> dict[int, int]:
        if self.workers < 0:
            raise OSError("no scheduler there")
        return dict.fromkeys(range(self.workers), 1)

    def send(self, task: str) -> Future[str]:
        made: Future[str] = Future()
        self.sent.append((task, made))
        return made

    def goes(self) -> None:
        """Cancel what it knew, as a client of Dask does when the connection is lost."""
        for _, made in self.sent:
            made.cancel()
        self.status, self.workers = "connecting", -1


def test_what_a_lost_scheduler_forgot_is_sent_again_when_one_is_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first, second = Scheduler(), Scheduler()
    answers = iter([first, OSError("still away"), second])

    def connect() -> Scheduler:
        answer = next(answers)
        if isinstance(answer, OSError):
            raise answer
        return answer

    sender = remote.Remote(connect, lambda client, task: client.send(task))
    done, lost = sender.submit("a"), sender.submit("b")
    first.sent[0][1].set_result("klaar")
    first.goes()
    late = sender.submit("c")
    sender.look()
    assert (done.result(), lost.done(), late.done()) == ("klaar", False, False)
    first.status = "closed"
    sender.look()
    sender.look()
    assert [task for task, _ in second.sent] == ["b", "c"]
    for _, made in second.sent:
        made.set_result("ook klaar")
    assert lost.result() == late.result() == "ook klaar"
    third = sender.submit("d")
    second.goes()
    monkeypatch.setattr(remote, "PATIENCE", 0.0)
    sender.look()
    with pytest.raises(remote.WorkersLostError, match="scheduler antwoordde niet"):
        third.result()
    assert isinstance(sender.submit("e").exception(), remote.WorkersLostError)


@pytest.mark.parametrize(
    ("address", "good"),
    [
        ("tls://computer:8786", True),
        ("tcp://127.0.0.1:8786", True),
        ("localhost:8786", True),
        ("tcp://[::1]:8786", True),
        ("tcp://computer:8786", False),
        ("computer:8786", False),
        ("tcp://127.0.0.1.kwaad.nl:8786", False),
        ("ws://10.0.0.1:8786", False),
    ],
)
def test_a_cluster_without_encryption_is_refused_unless_its_network_is_trusted(
    address: str, good: bool
) -> None:
    assert (remote.open_to_others(address, False) == []) is good
    assert remote.open_to_others(address, True) == remote.open_to_others(None, False) == []


def test_a_worker_with_other_inputs_refuses(tmp_path: Path) -> None:
    outcome = verified_task(write_task(tmp_path, 2020, "print(jaar)"), "another base", [], False)
    assert outcome.status == "mislukt"
    assert "andere bronbestanden" in outcome.message
