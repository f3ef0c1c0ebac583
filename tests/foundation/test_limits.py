"""A function over hostile input ends in time, whatever it does, and the next call works."""

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.foundation.limits import LimitExceeded, run_limited


def double(number):
    return number * 2


def loop(_value):
    while True:
        pass


def sleep(seconds):
    time.sleep(seconds)


def eat(count):
    return len([bytes(1024 * 1024) for _ in range(count)])


def dig(depth):
    return 0 if depth == 0 else 1 + dig(depth - 1)


def crash(_value):
    os.kill(os.getpid(), signal.SIGSEGV)


def complain(text):
    raise ValueError(text)


class Unsendable(Exception):
    def __init__(self, first, second):
        super().__init__(first, second)
        self.lock = open(__file__)  # noqa: PTH123, SIM115


def complain_strangely(_value):
    raise Unsendable("a", "b")


def pid(_value):
    return os.getpid()


def test_the_result_comes_back_from_another_process():
    assert run_limited(double, 21, cpu_seconds=1) == 42
    assert run_limited(pid, None, cpu_seconds=1) != os.getpid()


def test_a_child_is_kept_between_calls():
    assert run_limited(pid, None, cpu_seconds=1) == run_limited(pid, None, cpu_seconds=1)


def test_what_the_function_raises_is_raised_here():
    with pytest.raises(ValueError, match="wrong"):
        run_limited(complain, "wrong", cpu_seconds=1)


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_an_error_that_cannot_be_sent_is_told_by_its_name():
    with pytest.raises(RuntimeError, match="Unsendable"):
        run_limited(complain_strangely, None, cpu_seconds=1)


@pytest.mark.parametrize(
    ("function", "value", "reason"),
    [(loop, None, "time"), (eat, 4000, "memory"), (dig, 100_000, "depth"), (crash, None, "crash")],
)
def test_what_passes_a_limit_is_ended_and_the_next_call_works(function, value, reason):
    run_limited(double, 1, cpu_seconds=1)
    begun = time.monotonic()
    with pytest.raises(LimitExceeded) as raised:
        run_limited(function, value, cpu_seconds=0.5)
    assert raised.value.reason == reason
    assert time.monotonic() - begun < 2.5
    assert run_limited(double, 4, cpu_seconds=1) == 8


def test_a_child_that_only_sleeps_is_ended_by_the_wall_clock():
    run_limited(double, 1, cpu_seconds=1)
    begun = time.monotonic()
    with pytest.raises(LimitExceeded):
        run_limited(sleep, 60, cpu_seconds=1, wall_seconds=0.3)
    assert time.monotonic() - begun < 2


def test_cpu_time_of_earlier_calls_is_not_counted():
    for _ in range(4):
        with pytest.raises(LimitExceeded):
            run_limited(loop, None, cpu_seconds=0.2)
    assert all(run_limited(double, number, cpu_seconds=0.2) == 2 * number for number in range(200))


def test_many_threads_share_the_children():
    with ThreadPoolExecutor(16) as threads:
        results = list(threads.map(lambda number: run_limited(double, number, cpu_seconds=2), range(200)))
    assert results == [2 * number for number in range(200)]


def _double_in_fork(number, results):
    results.put(run_limited(double, number, cpu_seconds=2))


def test_a_forked_process_gets_children_of_its_own():
    assert run_limited(double, 1, cpu_seconds=1) == 2
    context = multiprocessing.get_context("fork")
    results = context.SimpleQueue()
    process = context.Process(target=_double_in_fork, args=(5, results))
    process.start()
    assert results.get() == 10
    process.join()
    assert process.exitcode == 0
    assert run_limited(double, 3, cpu_seconds=1) == 6


SCRIPT = """
import sys, time
sys.path.insert(0, {tests!r})
import test_limits
print(test_limits.run_limited(test_limits.pid, None, cpu_seconds=1), flush=True)
time.sleep(60)
"""


def test_children_end_with_a_parent_that_is_killed():
    script = SCRIPT.format(tests=str(Path(__file__).parent))
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as process:
        child = int(process.stdout.readline())
        assert Path(f"/proc/{child}").exists()
        process.kill()
        process.wait()
    for _ in range(50):
        if not Path(f"/proc/{child}").exists():
            return
        time.sleep(0.1)
    pytest.fail("the child outlived its parent")
