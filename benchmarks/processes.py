"""What programs cost: processor time and memory of a process and all that it started, from /proc."""

import os
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from time import process_time

TICK_MS = 1000 / os.sysconf("SC_CLK_TCK")
_PARENT, _TIMES = 1, slice(11, 15)


def cpu_ms(roots: Iterable[int]) -> float:
    """Return user and system milliseconds of processes and all below them, the ended and awaited ones too."""
    facts = dict(_facts())
    return sum(sum(facts[pid][1]) for pid in _trees(roots, facts) if pid in facts) * TICK_MS


def _facts() -> Iterable[tuple[int, tuple[int, list[int]]]]:
    """Yield process → (parent, [utime, stime, cutime, cstime]) as proc(5) tells."""
    for folder in Path("/proc").iterdir():
        if not folder.name.isdecimal():
            continue
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        yield int(folder.name), (int(fields[_PARENT]), [int(field) for field in fields[_TIMES]])


def _trees(roots: Iterable[int], facts: dict[int, tuple[int, list[int]]]) -> list[int]:
    children = defaultdict(list)
    for pid, (parent, _times) in facts.items():
        children[parent].append(pid)
    found = list(roots)
    for pid in found:
        found += children[pid]
    return found


def children_of(root: int) -> list[int]:
    """Return the processes that a process started."""
    return [pid for pid, (parent, _times) in _facts() if parent == root]


def own_cpu_ms() -> float:
    """Return user and system milliseconds of this process."""
    return process_time() * 1000


def forget_peak(pid: int) -> None:
    """Let the peak of a process's memory count from now on (proc(5), clear_refs)."""
    Path(f"/proc/{pid}/clear_refs").write_text("5", encoding="ascii")


def peak_mib(pid: int) -> float:
    """Return the most resident memory that a process had since its peak was forgotten."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def resident_mib(pid: int) -> float:
    """Return the resident memory of one process in MiB."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20
