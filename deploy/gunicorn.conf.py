"""How gunicorn serves the application; WEB_CONCURRENCY sets the number of processes (1 by default)."""

import os
import signal
import sys

ALLOCATION = {
    "MALLOC_ARENA_MAX": "2",
    "MALLOC_MMAP_THRESHOLD_": "1048576",
    "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",
}
"""How glibc allocates: a password's 19 MiB come from the system in large pages and go back to it at once.

Otherwise each of eight threads would keep 19 MiB for ever. glibc reads this only when a program starts, so that
the program is started once more, as the same process; other systems take no notice.
"""
if not ALLOCATION.keys() & os.environ.keys():
    os.environ.update(ALLOCATION)
    os.execv(sys.executable, sys.orig_argv)  # noqa: S606 -- Its own command line.

worker_class = "gthread"
threads = 8
control_socket_disable = True
timeout = 60
graceful_timeout = 20
keepalive = 5
max_requests = 0
backlog = 512
limit_request_line = 4094
limit_request_fields = 64
limit_request_field_size = 8190
accesslog = None  # The application writes its own structured log.
errorlog = "-"
loglevel = "warning"


def post_worker_init(_worker: object) -> None:
    """Leave Ctrl-C to the main process, which ends this one by a signal of its own.

    A terminal sends it to both; the second signal would meet the first in ``ThreadPoolExecutor.shutdown``,
    whose lock cannot be taken twice, and this process would hang for ever.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
