"""Warm kernels: forked from one clean server, so nothing of one notebook reaches another."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import nbformat
import pytest
from jupyter_client.manager import KernelManager

from sia import batch
from sia.batch import warm
from sia.batch.advice import advice

pytestmark = pytest.mark.skipif(not warm.available(), reason="this platform cannot fork kernels")

LEAK = """import os, sys, pandas, matplotlib
pandas.lek = 1
os.environ["LEK"] = "1"
os.chdir("/")
matplotlib.rcParams["font.size"] = 99
sys.path.append("/lek")
lek = 1"""
LOOK = """import os, sys, pandas, matplotlib
from pathlib import Path
leaks = ["lek" in globals(), hasattr(pandas, "lek"), "LEK" in os.environ, "/lek" in sys.path,
         matplotlib.rcParams["font.size"] == 99]
print(leaks, Path.cwd() == Path(map_), os.getppid())"""


def task(folder: Path, name: str, source: str, **changes: object) -> batch.Task:
    cell = nbformat.v4.new_code_cell(f"map_ = {str(folder)!r}\nverwerkt = ''")
    cell.metadata["tags"] = ["parameters"]
    kernel = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    book = nbformat.v4.new_notebook(
        cells=[cell, nbformat.v4.new_code_cell(source)], metadata=kernel
    )
    nbformat.write(book, folder / f"{name}.ipynb")
    output = folder / "uit" / f"{name}.ipynb"
    return batch.Task(
        folder / f"{name}.ipynb", "GM9999", 2020, {"verwerkt": str(folder)}, output, **changes
    )


def printed(executed: batch.Task) -> str:
    book = nbformat.read(executed.output, as_version=4)
    return "".join(o.get("text", "") for o in book.cells[-1].outputs)


def errors_in(executed: batch.Task) -> list[str]:
    book = nbformat.read(executed.output, as_version=4)
    outputs = [o for cell in book.cells for o in cell.get("outputs", [])]
    return [o.ename for o in outputs if o.output_type == "error"]


def running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[0]
    return state != "Z"


@pytest.mark.parametrize("enabled", [True, False], ids=["warm", "plain"])
def test_nothing_leaks_from_one_notebook_to_the_next(tmp_path: Path, enabled: bool) -> None:
    first, second = task(tmp_path, "lek", LEAK), task(tmp_path, "kijk", LOOK)
    with warm.warm_kernels(enabled):
        assert [batch.run_notebook(t).status for t in (first, second)] == ["klaar", "klaar"]
    assert printed(second).startswith("[False, False, False, False, False] True")


def test_a_kernel_starts_with_what_every_notebook_needs_and_without_a_debugger(
    tmp_path: Path,
) -> None:
    needed = "sia.schemas", "pandera.backends.pandas", "pyarrow.dataset"
    look = task(tmp_path, "kijk", f"import sys\nprint([m in sys.modules for m in {needed}])")
    bare = task(tmp_path, "kaal", "import sys\nprint('debugpy.server' in sys.modules)")
    with warm.warm_kernels():
        assert [batch.run_notebook(t).status for t in (look, bare)] == ["klaar", "klaar"]
    assert (printed(look), printed(bare)) == ("[True, True, True]\n", "False\n")


def test_a_kernel_that_is_killed_is_a_failure_not_a_hang(tmp_path: Path) -> None:
    suicide = task(tmp_path, "dood", "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)")
    with warm.warm_kernels():
        outcome = batch.run_notebook(suicide)
    assert (outcome.status, outcome.cell) == ("mislukt", 3)
    assert outcome.message.startswith("DeadKernelError")
    assert "--werkers 1" in advice(outcome)
    assert "DeadKernelError" in errors_in(suicide)


def test_a_notebook_that_hangs_is_stopped(tmp_path: Path) -> None:
    hang = task(
        tmp_path, "hangt", "import os, time\nprint(os.getpid())\ntime.sleep(600)", timeout=2
    )
    with warm.warm_kernels():
        outcome = batch.run_notebook(hang)
    assert (outcome.status, outcome.cell) == ("mislukt", 3)
    assert outcome.message.startswith("CellTimeoutError")
    assert "--tijdslimiet" in advice(outcome)
    assert "CellTimeoutError" in errors_in(hang)
    assert outcome.seconds < 60


def test_no_kernel_outlives_its_notebook(tmp_path: Path) -> None:
    ask = task(tmp_path, "pid", "import os\nprint(os.getpid())")
    with warm.warm_kernels():
        batch.run_notebook(ask)
    pid, deadline = int(printed(ask)), time.monotonic() + 10
    while running(pid) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not running(pid)


def test_a_kernel_that_ended_leaves_no_sockets_when_its_manager_does_not_clear_up() -> None:
    with warm.warm_kernels():
        manager = KernelManager(config=warm.kernel_config())
        manager.start_kernel()
        client = manager.blocking_client()
        client.start_channels()
        client.wait_for_ready(timeout=60)
        client.stop_channels()
        place = Path(manager.ip)
        assert list(place.parent.glob(f"{place.name}-*"))
        os.kill(manager.provisioner.pid, signal.SIGKILL)
        until = time.monotonic() + 20
        while list(place.parent.glob(f"{place.name}-*")) and time.monotonic() < until:
            time.sleep(0.1)
        assert not list(place.parent.glob(f"{place.name}-*"))
        assert not Path(manager.connection_file).exists()
