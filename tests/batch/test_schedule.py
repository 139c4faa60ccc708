"""Tasks run after what they need, municipality by municipality; a busy one is passed over."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest
from filelock import FileLock

from sia import batch
from sia.batch.schedule import Line
from tests.batch.tiny import plan_of, write_project


@pytest.fixture
def project(home: Path) -> Path:
    return write_project(home, "print(jaar)", "print(jaar)")


def tasks(root: Path, years: tuple[int, ...] = (2020,)) -> list[batch.Task]:
    return [task for code in ("GM9998", "GM9999") for task in plan_of(root, years, code)]


def test_one_municipality_is_finished_before_the_next_is_begun(project: Path) -> None:
    seen: list[tuple[str, str]] = []
    batch.run_batch(
        tasks(project), workers=1, progress=lambda o: seen.append((o.gemeente, o.notebook))
    )
    assert seen == [
        ("GM9998", "01_a"),
        ("GM9998", "02_b"),
        ("GM9999", "01_a"),
        ("GM9999", "02_b"),
    ]


def test_what_the_longest_row_waits_for_goes_first(tmp_path: Path) -> None:
    def task(name: str, jaar: int, *after: tuple[str, int]) -> batch.Task:
        folders = {"verwerkt": str(tmp_path)}
        return batch.Task(Path(f"{name}.ipynb"), "GM9999", jaar, folders, tmp_path, after=after)

    chain = [task("b", jaar, ("b", jaar - 1)) for jaar in (2021, 2022)]
    line = Line("GM9999", [task("a", 2020), task("a", 2021), task("b", 2020), *chain])
    line.advance()
    assert [one.key for one in line.waiting] == [("b", 2020), ("a", 2020), ("a", 2021)]


def test_a_busy_municipality_is_passed_over_and_waited_for(project: Path) -> None:
    folder = project / "data" / "processed" / "GM9998"
    folder.mkdir(parents=True)
    other = FileLock(folder / ".slot", thread_local=False)
    other.acquire()
    seen: list[str] = []
    said: list[str] = []

    def release_when_waited_for() -> None:
        deadline = time.monotonic() + 30
        while not said and time.monotonic() < deadline:
            time.sleep(0.05)
        other.release()

    waiter = threading.Thread(target=release_when_waited_for)
    waiter.start()
    result = batch.run_batch(
        tasks(project), workers=2, progress=lambda o: seen.append(o.gemeente), say=said.append
    )
    waiter.join()
    assert result.exit_code() == 0
    assert seen == ["GM9999", "GM9999", "GM9998", "GM9998"]
    assert said == ["GM9998: een andere run is hiermee bezig; wachten tot die klaar is."]


def test_every_task_has_one_outcome(project: Path) -> None:
    result = batch.run_batch(tasks(project, (2020, 2021)), workers=2)
    assert len(result.outcomes) == 8
    assert len({(o.gemeente, o.jaar, o.notebook) for o in result.outcomes}) == 8
    assert {o.status for o in result.of("GM9998").outcomes} == {"klaar"}
