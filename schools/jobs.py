"""Background jobs. A job is a row first; the message to the worker is only a nudge, and a sweep finds what was left."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import timedelta
from typing import TypeVar

from celery import current_app
from celery.exceptions import SoftTimeLimitExceeded
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from kombu.exceptions import OperationalError

from schools.models import Job, Trust
from schools.tenancy import trust_scope

log = logging.getLogger(__name__)
T = TypeVar("T")

LEASE = timedelta(seconds=30)
"""How long a worker may be silent. A working job renews it; a killed one is taken up again after it."""

MOST_ATTEMPTS = 3

KINDS: dict[str, str] = {}
"""Kind of job -> name of the Celery task that does it. Each app adds its own when its tasks are loaded."""

ON_FAILURE: dict[str, Callable[[Trust, int], None]] = {}
"""Kind of job -> what to do, with the trust open, when it has failed for good: the person is told in a sentence."""


def start(kind: str, *, trust: Trust, subject_id: int) -> None:
    """Put a job in line and, once this transaction is saved, nudge a worker. Asking again does nothing new."""
    Job.objects.get_or_create(kind=kind, trust=trust, subject_id=subject_id)
    transaction.on_commit(lambda: nudge(kind, trust.pk, subject_id))


def nudge(kind: str, trust_id: int, subject_id: int) -> None:
    """Tell a worker. A broker that is away is no error: the sweep will find the row."""
    with suppress(OperationalError):
        current_app.send_task(KINDS[kind], args=[trust_id, subject_id], retry=False)


def take(kind: str, trust_id: int, subject_id: int) -> int | None:
    """Take the job if it is free. The number of this attempt, or None when somebody has it or it is finished."""
    now = timezone.now()
    free = Q(state=Job.State.QUEUED) | Q(state=Job.State.RUNNING, lease_until__lt=now)
    rows = Job.objects.filter(free, kind=kind, trust_id=trust_id, subject_id=subject_id)
    taken = rows.update(state=Job.State.RUNNING, attempt=F("attempt") + 1, lease_until=now + LEASE)
    if not taken:
        return None
    return Job.objects.values_list("attempt", flat=True).get(kind=kind, trust_id=trust_id, subject_id=subject_id)


def renew(kind: str, trust_id: int, subject_id: int, attempt: int) -> bool:
    """Keep the job for another lease. False when another worker has taken it since: then stop."""
    mine = Job.objects.filter(
        kind=kind, trust_id=trust_id, subject_id=subject_id, attempt=attempt, state=Job.State.RUNNING
    )
    return bool(mine.update(lease_until=timezone.now() + LEASE))


def finish(kind: str, trust_id: int, subject_id: int, attempt: int, *, failed: bool = False) -> bool:
    """Close the job. False, and nothing is changed, when another worker has taken it since: its end is theirs."""
    mine = Job.objects.filter(
        kind=kind, trust_id=trust_id, subject_id=subject_id, attempt=attempt, state=Job.State.RUNNING
    )
    state = Job.State.FAILED if failed else Job.State.DONE
    return bool(mine.update(state=state, finished_at=timezone.now(), lease_until=None))


def sweep() -> int:
    """Nudge again what nobody is doing, and give up on what failed three times. Returns how many were found."""
    now = timezone.now()
    forgotten = Q(state=Job.State.QUEUED, created_at__lt=now - LEASE / 2)
    lapsed = Q(state=Job.State.RUNNING, lease_until__lt=now)
    found = Job.objects.filter(forgotten | lapsed).select_related("trust")
    jobs = list(found.order_by("created_at")[:500])
    each_alone(jobs, _take_up, what="job left behind")
    return len(jobs)


def _take_up(job: Job) -> None:
    if job.attempt >= MOST_ATTEMPTS:
        give_up(job)
    else:
        nudge(job.kind, job.trust_id, job.subject_id)


def give_up(job: Job) -> None:
    """Close a job that failed for good and let its app say so, both or neither; not if its worker is back since."""
    unchanged = Job.objects.filter(pk=job.pk, state=job.state, attempt=job.attempt, lease_until=job.lease_until)
    with trust_scope(job.trust):
        closed = unchanged.update(state=Job.State.FAILED, finished_at=timezone.now(), lease_until=None)
        if closed and job.kind in ON_FAILURE:
            ON_FAILURE[job.kind](job.trust, job.subject_id)


def in_each_trust(act: Callable[[Trust], object], *, what: str) -> None:
    """Do it with each trust open. One that breaks holds no other trust back."""

    def opened(trust: Trust) -> None:
        with trust_scope(trust):
            act(trust)

    each_alone(Trust.objects.order_by("pk"), opened, what=f"{what} of a trust")


def each_alone(things: Iterable[T], act: Callable[[T], object], *, what: str) -> None:
    """Do it for each. One that fails is logged and holds no other back; all failures are raised together at the end."""
    problems: list[Exception] = []
    for thing in things:
        try:
            act(thing)
        except SoftTimeLimitExceeded:  # there is no time left for the others
            raise
        except Exception as problem:
            log.exception("%s failed", what, extra={"on": str(getattr(thing, "pk", thing))})
            problems.append(problem)
    if problems:
        raise ExceptionGroup(f"{what}: {len(problems)} failed", problems)
