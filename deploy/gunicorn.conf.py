"""How gunicorn serves the application; WEB_CONCURRENCY sets the number of processes (1 by default)."""

import gc
import os
import signal
import sys

ALLOCATION = {"MALLOC_ARENA_MAX": "1"}
"""How glibc allocates: all threads from one heap, which keeps the 19 MiB of a password's hash for the next one.

Each of eight threads would else keep 19 MiB for ever; and to fetch them from the system for every hash would cost
a third of it. glibc reads this only when a program starts, so that the program is started once more, as the
same process; other systems take no notice.
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
    """Leave Ctrl-C to the main process, and what was loaded for good out of the search for garbage.

    A terminal sends Ctrl-C to both; the second signal would meet the first in ``ThreadPoolExecutor.shutdown``,
    whose lock cannot be taken twice, and this process would hang for ever.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.collect()
    gc.freeze()
