"""The worker: every job's name and the workflow that does it."""

import gc
from collections.abc import Callable, Mapping
from typing import Any

from flask import Flask
from huey import crontab

from app.domain.access.values import Actor
from app.foundation import queue
from app.foundation.db import db
from app.foundation.errors import AppError
from app.foundation.logs import log
from app.foundation.settings import Settings
from app.jobs.announcing import declare, make_huey
from app.workflows import (
    awarding,
    bundling,
    forgetting,
    keeping,
    leaving,
    minting,
    notifying,
    regrading,
    rendering,
    renewing,
    reporting,
    sealing,
    shortening,
    sitting,
    verifying,
)

JOBS: Mapping[str, Callable[..., object]] = {
    "badges.make": minting.make,
    "certificates.hand-over": bundling.make_file,
    "certificates.look-back": awarding.look_back,
    "certificates.programmes": awarding.award,
    "certificates.render": rendering.render,
    "corrections.apply": regrading.apply,
    "corrections.reckon": regrading.reckon,
    "files.forget": keeping.forget_file,
    "mail.send": notifying.send,
    "notify.sign-in": notifying.tell_of_sign_in,
    "notify.annulled": notifying.tell_of_annulment,
    "notify.corrected": notifying.tell_of_correction,
    "notify.exam-cancelled": notifying.tell_of_cancelled_exam,
    "notify.exam-named": notifying.tell_of_exam,
    "notify.exam-proctor": notifying.tell_proctor,
    "notify.extra-attempt": notifying.tell_of_extra_attempt,
    "notify.extra-time": notifying.tell_of_extra_time,
    "notify.revoked": notifying.tell_of_revocation,
    "notify.work-marked": notifying.tell_of_mark,
    "notify.work-returned": notifying.tell_of_return,
    "reports.forget": leaving.forget_person,
    "reports.make": reporting.make_file,
}
"""Name of a job → the workflow that does it."""


def perform(app: Flask, job_id: int) -> bool:
    """Do one outbox row, if it is due and nobody else does it; tell whether it was done."""
    with app.app_context():
        claimed = queue.claim(job_id)
        if claimed is None:
            return False
        name, arguments = claimed
        try:
            JOBS[name](Actor.system(name), **arguments)
        except Exception as error:  # noqa: BLE001 -- The worker is the one place that outlives any failure.
            db.session.rollback()
            queue.fail(job_id, f"{type(error).__name__}: {error}")
            log().error(
                "job.failed",
                job=job_id,
                name=name,
                error=type(error).__name__,
                exc_info=not isinstance(error, AppError),
            )
            return False
        queue.finish(job_id)
        return True


def perform_due(app: Flask) -> int:
    """Do everything that is due, in this process; return how many were done."""
    with app.app_context():
        due = queue.list_due()
    return sum(perform(app, job_id) for job_id in due)


def keep_time(app: Flask) -> None:
    """Do what each minute asks for: seal the chains, end overdue attempts, and so on; announce what lies waiting."""
    with app.app_context():
        for name, act in TIMETABLE.items():
            try:
                act(Actor.system(name))
            except Exception as error:  # noqa: BLE001 -- One act of the timetable must not stop the others.
                db.session.rollback()
                log().error("timetable.failed", name=name, error=type(error).__name__, exc_info=True)
        for job_id in queue.list_due():
            queue.announce(job_id)


TIMETABLE: Mapping[str, Callable[[Actor], Any]] = {
    "seal": sealing.seal,
    "finish-overdue": sitting.finish_overdue,
    "resume-signing": rendering.resume,
    "count-checks": verifying.count_checks,
    "end-older-certificates": shortening.proceed,
    "remind-of-ends": renewing.remind,
    "list-ended-badges": minting.keep_lists,
    "forget-names": forgetting.forget_names,
    "remove-old-files": leaving.remove_old,
}
"""What happens every minute, by the name that stands in the audit trail."""


COLLECT_AFTER = 20_000
"""How many new objects start a search for garbage. Python's 700 suit small programs; a job that writes thousands of
rows, all held until it ends, would be searched two thousand times in vain."""


def collect_rarely() -> None:
    """Leave what is loaded out of the search for garbage, as web servers do, and search more rarely."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER)


def run(app: Flask, settings: Settings, workers: int = 1) -> None:
    """Serve the queue and the clock until a signal ends it."""
    huey = make_huey(settings)
    deliver = declare(huey, lambda job_id: perform(app, job_id))
    queue.use(deliver)

    @huey.periodic_task(crontab(minute="*"), name="minute")  # type: ignore[untyped-decorator]
    def minute() -> None:
        keep_time(app)

    collect_rarely()
    perform_due(app)
    consumer = huey.create_consumer(
        workers=workers, periodic=True, check_worker_health=True, initial_delay=0.1, max_delay=1.0
    )
    consumer.run()
