"""Runs a function over hostile input in a kept child process, within limits of CPU time, memory and patience.

The children come from a forkserver, so that they carry none of this process's threads, sockets or secrets, and a new
one costs a fork. A child that passes a limit is killed and replaced; the next call gets another.
"""

import multiprocessing
import os
import resource
import signal
import threading
from collections.abc import Callable
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from pickle import PicklingError
from typing import TYPE_CHECKING, TypeVar, cast

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess

T = TypeVar("T")
R = TypeVar("R")

MEMORY = 768 * 1024 * 1024
"""Bytes of address space that a child may use, the program itself included."""
CHILDREN = 2
"""How many children a process keeps: what waits for one waits in the calling thread."""
PATIENCE = 5.0
"""Seconds of the wall clock for each second of CPU: a child that sleeps or starves is ended too."""
_CALLS = 2000
_STARTING = 60.0
_ENDING = 2.0
_READY = "ready"


class LimitExceeded(Exception):
    """The function passed a limit: ``reason`` is ``time``, ``memory``, ``depth`` or ``crash``."""

    def __init__(self, reason: str) -> None:
        """Keep the reason."""
        super().__init__(reason)
        self.reason = reason


class _Child:
    """A child process and the pipe to it; one thread at a time uses it."""

    def __init__(self) -> None:
        self.pipe, theirs = multiprocessing.Pipe()
        context = multiprocessing.get_context("forkserver")
        self.process: BaseProcess = context.Process(target=_serve, args=(theirs,), daemon=True)
        self.process.start()
        theirs.close()
        self.calls = 0
        if not self._is_ready():
            self.end()
            raise LimitExceeded("crash")

    def _is_ready(self) -> bool:
        """Wait until the child has loaded what it needs: that is no part of anybody's time."""
        try:
            return self.pipe.poll(_STARTING) and self.pipe.recv() == _READY
        except (EOFError, OSError):
            return False

    def call(self, task: object, seconds: float) -> tuple[str, object]:
        """Send a task and return how it ended; raise LimitExceeded where nothing came back in time."""
        self.calls += 1
        try:
            self.pipe.send(task)
            if not self.pipe.poll(seconds):
                raise LimitExceeded("time")
            return cast("tuple[str, object]", self.pipe.recv())
        except (EOFError, OSError) as error:
            raise LimitExceeded(self._why_gone()) from error

    def _why_gone(self) -> str:
        self.process.join(_ENDING)
        ended_by_time = {-signal.SIGPROF, -signal.SIGXCPU}
        return "time" if self.process.exitcode in ended_by_time else "crash"

    def end(self) -> None:
        """Kill the child and forget it."""
        self.pipe.close()
        self.process.kill()
        self.process.join(_ENDING)


class _Pool:
    """The children of this process: started when first needed, lent to one thread at a time."""

    def __init__(self) -> None:
        self.idle: list[_Child] = []
        self.lock = threading.Lock()
        self.places = threading.BoundedSemaphore(CHILDREN)

    def call(self, module: str, task: object, seconds: float) -> tuple[str, object]:
        """Have a child do a task; keep the child only where it kept the limits."""
        with self.places:
            child = self._take(module)
            try:
                answer = child.call(task, seconds)
            except BaseException:
                child.end()
                raise
            if answer[0] == "limit" or child.calls >= _CALLS:
                child.end()
            else:
                self._give_back(child)
            return answer

    def _take(self, module: str) -> _Child:
        with self.lock:
            if self.idle:
                return self.idle.pop()
        multiprocessing.get_context("forkserver").set_forkserver_preload([module])
        return _Child()

    def _give_back(self, child: _Child) -> None:
        with self.lock:
            self.idle.append(child)


def run_limited(
    function: Callable[[T], R],
    value: T,
    cpu_seconds: float,
    memory_bytes: int = MEMORY,
    wall_seconds: float | None = None,
) -> R:
    """Return ``function(value)`` as a child process computed it.

    The function stands at the top of a module; value and result can be pickled. What the function raises is raised
    here. Raises LimitExceeded where it needs more than ``cpu_seconds``, ``memory_bytes`` or ``wall_seconds`` (by
    default a multiple of the CPU time), nests too deeply, or brings its process down.
    """
    task = (function, value, cpu_seconds, memory_bytes)
    patience = cpu_seconds * PATIENCE if wall_seconds is None else wall_seconds
    how, result = _here.pool.call(function.__module__, task, patience)
    if how == "limit":
        raise LimitExceeded(str(result))
    if how == "error":
        raise cast("Exception", result)
    return cast("R", result)


class _Here:
    """What belongs to this process alone, and is made anew after a fork."""

    def __init__(self) -> None:
        self.pool = _Pool()

    def begin_anew(self) -> None:
        """Forget the children of the process that this one was forked from: they are not ours to use or to end."""
        server = forkserver._forkserver  # noqa: SLF001 -- CPython would wait for a server that is not our child.
        alive = getattr(server, "_forkserver_alive_fd", None)
        if alive is not None:
            os.close(alive)
        server.__init__()  # type: ignore[misc]
        for child in self.pool.idle:
            child.pipe.close()
        self.pool = _Pool()


_here = _Here()
os.register_at_fork(after_in_child=_here.begin_anew)


def _serve(pipe: Connection) -> None:
    """Do tasks until the other end of the pipe is closed, which happens when the parent ends, however it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    pipe.send(_READY)
    while True:
        try:
            function, value, cpu_seconds, memory_bytes = pipe.recv()
            _limit(cpu_seconds, memory_bytes)
            pipe.send(("result", function(value)))
        except (EOFError, BrokenPipeError):
            return
        except MemoryError:
            pipe.send(("limit", "memory"))
        except RecursionError:
            pipe.send(("limit", "depth"))
        except Exception as error:  # noqa: BLE001 -- It is raised again where the function was asked for.
            _send_error(pipe, error)
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)


def _limit(cpu_seconds: float, memory_bytes: int) -> None:
    """Let the kernel end this process: SIGPROF at the exact time, SIGXCPU should that fail."""
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_PROF, cpu_seconds)
    usage = resource.getrusage(resource.RUSAGE_SELF)
    spent = usage.ru_utime + usage.ru_stime
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(spent + cpu_seconds) + 2, hard))
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, hard))


def _send_error(pipe: Connection, error: Exception) -> None:
    try:
        pipe.send(("error", error))
    except (TypeError, AttributeError, ValueError, PicklingError):
        pipe.send(("error", RuntimeError(f"{type(error).__name__}: {error}")))
