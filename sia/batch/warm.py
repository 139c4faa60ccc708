"""Kernels that are forked from a warm server, so that no notebook pays for the imports again.

`ForkProvisioner` is a Jupyter kernel provisioner (entry point ``sia-fork``). It asks
multiprocessing's fork server, which has the geodata stack loaded and has never run a cell, for a
new process and starts ipykernel in it. Every kernel is a fresh fork of that clean server: nothing
of one notebook reaches another. Where fork is not available (Windows) the batch uses Jupyter's own
provisioner and only loses time.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import multiprocessing
import os
import select
import signal
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from multiprocessing.context import ForkServerProcess
from multiprocessing.forkserver import ensure_running
from pathlib import Path
from typing import Any

from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from sia.extras import extra

with extra("batch"):
    from jupyter_client.connect import KernelConnectionInfo
    from jupyter_client.provisioning.factory import KernelProvisionerFactory
    from jupyter_client.provisioning.local_provisioner import LocalProvisioner
    from traitlets.config import Config

_log = logging.getLogger(__name__)

PROVISIONER = "sia-fork"
PRELOAD = "sia.batch.warm_preload"


def available() -> bool:
    """Tell whether this process can fork warm kernels; a daemon may not have children."""
    can_fork = "forkserver" in multiprocessing.get_all_start_methods()
    return can_fork and not multiprocessing.current_process().daemon


def kernel_config() -> Config:
    """Return how Jupyter talks to kernels here: over local sockets where the platform has them.

    With TCP two kernels that start at the same moment can be given the same port.
    """
    config = Config()
    if os.name == "posix":
        config.KernelManager.transport = "ipc"
        # Jupyter's default name of the sockets is the same for every kernel of a folder
        config.KernelManager.ip = str(Path(tempfile.gettempdir()) / f"sia-{uuid.uuid4().hex[:12]}")
    return config


@contextlib.contextmanager
def warm_kernels(enabled: bool = True) -> Iterator[bool]:
    """Let kernels start from the warm server within the block; yield whether they do."""
    warm = enabled and available()
    if warm:
        multiprocessing.get_context("forkserver").set_forkserver_preload([PRELOAD])
    factory = KernelProvisionerFactory.instance()
    before = factory.default_provisioner_name, ForkProvisioner.warm
    factory.default_provisioner_name, ForkProvisioner.warm = PROVISIONER, warm
    try:
        yield warm
    finally:
        factory.default_provisioner_name, ForkProvisioner.warm = before


def start_server() -> None:
    """Let the warm server load, where it serves, while this process loads what it needs itself."""
    chosen = KernelProvisionerFactory.instance().default_provisioner_name
    if chosen == PROVISIONER and ForkProvisioner.warm:
        # one that cannot start is told of by the first kernel
        with contextlib.suppress(OSError):
            ensure_running()


_running: set[ForkProvisioner] = set()
_stopping = threading.Event()


class StoppedError(RuntimeError):
    """The batch was told to stop: no kernel starts any more."""


@contextlib.contextmanager
def stopped() -> Iterator[None]:
    """Within the block every kernel of this process is killed and none starts."""
    _stopping.set()
    for provisioner in list(_running):
        with contextlib.suppress(ProcessLookupError):
            provisioner.end()
    try:
        yield
    finally:
        _stopping.clear()


def stopping() -> bool:
    """Tell whether kernels are being stopped on purpose."""
    return _stopping.is_set()


_finished = threading.local()


@dataclass(frozen=True)
class Usage:
    """Peak resident memory in bytes and seconds of processor time, where they are known."""

    memory: int | None = None
    cpu: float | None = None


def last_usage() -> Usage:
    """Return what the last kernel of this thread used, and forget it."""
    usage: Usage = getattr(_finished, "usage", Usage())
    _finished.usage = Usage()
    return usage


def _usage(pid: int) -> Usage:
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
        times = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()
    except OSError:
        return Usage()
    peak = next((ln.split()[1] for ln in status.splitlines() if ln.startswith("VmHWM:")), None)
    # utime, stime and those of children that ended: fields 14 to 17 of proc(5)
    ticks = sum(map(int, times[11:15]))
    return Usage(None if peak is None else int(peak) * 1024, ticks / os.sysconf("SC_CLK_TCK"))


class ForkedKernel:
    """A forked kernel process with the few methods of `subprocess.Popen` that Jupyter calls."""

    stdin = stdout = stderr = None

    def __init__(self, process: ForkServerProcess) -> None:
        self._process = process
        self.pid = int(process.pid or 0)

    def poll(self) -> int | None:
        """Return the exit status, or None while the kernel runs."""
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int | None:
        """Wait for the kernel to end and return its exit status."""
        self._process.join(timeout)
        return self._process.exitcode

    def send_signal(self, signum: int) -> None:
        """Send a signal to the kernel."""
        os.kill(self.pid, signum)

    def kill(self) -> None:
        """Kill the kernel at once."""
        self._process.kill()

    def terminate(self) -> None:
        """Ask the kernel to end."""
        self._process.terminate()


class ForkProvisioner(LocalProvisioner):
    """Starts kernels by forking the warm server instead of starting a new Python.

    Where the server cannot be (`available`), or is not wanted, it starts them as Jupyter does.
    """

    warm = True

    def end(self) -> None:
        """Kill the kernel and what it started."""
        if self.pid is not None and hasattr(os, "killpg"):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)
        if self.process is not None:
            # no process groups here, or the kernel has no group of its own yet
            self.process.kill()

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Fork a kernel that listens on the connection file in `cmd`, Jupyter's kernel command.

        Of what else `subprocess.Popen` takes, ``env`` and ``cwd`` are honoured.
        """
        if _stopping.is_set():
            raise StoppedError("De batch is gestopt.")
        _running.add(self)
        if not self.warm:
            return await super().launch_kernel(cmd, **kwargs)
        cwd = str(kwargs.get("cwd") or Path.cwd())
        process = multiprocessing.get_context("forkserver").Process(
            target=_kernel,
            args=(cmd[cmd.index("-f") :], dict(kwargs.get("env") or {}), cwd, os.getpid()),
        )
        try:
            process.start()
        except (EOFError, OSError) as error:
            # the server itself could not start; a slower batch is better than none
            _log.warning("Geen warme kernels (%s); verder met gewone kernels.", error)
            ForkProvisioner.warm = False
            return await super().launch_kernel(cmd, **kwargs)
        kernel: Any = ForkedKernel(process)
        self.process = kernel
        self.pid = kernel.pid
        self.pgid = self.pid
        self.cwd = cwd
        return self.connection_info

    async def shutdown_requested(self, restart: bool = False) -> None:
        """Note what the kernel used before it goes, and see it go: its manager looks seldom."""
        if self.pid:
            _finished.usage = _usage(self.pid)
        for _ in range(20):
            if await self.poll() is not None:
                break
            await asyncio.sleep(0.01)

    async def cleanup(self, restart: bool = False) -> None:
        """Forget the kernel when it has gone."""
        _running.discard(self)
        await super().cleanup(restart)


def _watch(batch: int, connection: Path, sockets: Path | None) -> None:
    """Clear up after the kernel that forked this process; end it if its batch has ended.

    A process of its own: what a kernel binds while it is being ended is found when it has gone,
    and a cell that never lets go of the interpreter is ended too.
    """
    kernel = os.getppid()
    os.setsid()
    for lives in _living(batch):
        if os.getppid() != kernel:
            break
        if not lives:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(kernel, signal.SIGKILL)
    while os.getppid() == kernel:
        time.sleep(0.01)
    # the manager of the kernel does the same, if it lives
    connection.unlink(missing_ok=True)
    if sockets is not None:
        for socket in sockets.parent.glob(f"{sockets.name}-*"):
            socket.unlink(missing_ok=True)


def _living(pid: int) -> Iterator[bool]:
    """Tell every half second whether a process lives; at once when it ends, where that is told."""
    with contextlib.suppress(ProcessLookupError):
        if hasattr(os, "pidfd_open"):
            end = os.pidfd_open(pid)
            while not select.select([end], [], [], 0.5)[0]:
                yield True
        else:
            while True:
                os.kill(pid, 0)
                yield True
                time.sleep(0.5)
    yield False


def _sockets(connection: Path) -> Path | None:
    """Return where the sockets of a kernel stand, less their numbers; None over TCP."""
    known = json.loads(connection.read_text(encoding="utf-8"))
    return Path(known["ip"]) if known["transport"] == "ipc" else None


def _kernel(arguments: list[str], env: Mapping[str, str], cwd: str, batch: int) -> None:
    """Become an ipykernel in the forked process; ends when the batch that asked for it ends."""
    # the fork server lives as long as a kernel does, so its own end cannot be what ends a kernel
    connection = Path(arguments[arguments.index("-f") + 1])
    sockets = _sockets(connection)
    os.setsid()
    if os.fork() == 0:
        try:
            _watch(batch, connection, sockets)
        finally:
            os._exit(0)
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(env)
    # a kernel per core: one that also spreads a matrix product over the cores keeps others waiting
    threadpool_limits(limits=1, user_api="blas")
    # a kernel that Jupyter starts itself has its working folder first on the path
    sys.path[0:0] = [""]
    sys.argv = ["ipykernel_launcher", *arguments]
    with extra("batch"):
        from ipykernel.kernelapp import IPKernelApp

    # ipykernel reads its parent from the environment when it is imported, which was in the server
    IPKernelApp.launch_instance(
        argv=arguments, parent_handle=os.getppid(), log_level=logging.CRITICAL
    )
