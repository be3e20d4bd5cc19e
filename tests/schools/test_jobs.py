"""Jobs: a row that one worker has at a time, and no failure that holds others back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.utils import timezone

from schools import jobs
from schools.models import Job, Trust
from schools.services.register import uploads
from schools.tasks import sweep_jobs
from tests.factories import TrustFactory

KIND = "a kind of these tests"


@pytest.fixture
def trust(db: None) -> Trust:
    return TrustFactory(slug="alder")


def put(trust: Trust, subject_id: int = 7, **fields: object) -> Job:
    return Job.objects.create(kind=KIND, trust=trust, subject_id=subject_id, **fields)


def lapse() -> None:
    Job.objects.update(lease_until=timezone.now() - timedelta(seconds=1))


def test_who_was_overtaken_neither_finishes_nor_fails_it(trust: Trust) -> None:
    put(trust)
    first = jobs.take(KIND, trust.pk, 7)
    lapse()
    second = jobs.take(KIND, trust.pk, 7)
    assert (first, second) == (1, 2)
    for failed in (False, True):
        assert not jobs.finish(KIND, trust.pk, 7, first, failed=failed)
        assert Job.objects.get().state == Job.State.RUNNING
    assert jobs.finish(KIND, trust.pk, 7, second)
    assert not jobs.finish(KIND, trust.pk, 7, second, failed=True)  # once is enough
    assert Job.objects.get().state == Job.State.DONE


def test_a_worker_that_is_back_is_not_given_up(trust: Trust) -> None:
    put(trust, state="running", attempt=3)
    lapse()
    seen = Job.objects.get()
    assert jobs.renew(KIND, trust.pk, 7, 3)  # between the sweep's look and its act
    jobs.give_up(seen)
    assert Job.objects.get().state == Job.State.RUNNING


def test_one_that_cannot_be_given_up_holds_no_other_back(trust: Trust, monkeypatch: pytest.MonkeyPatch) -> None:
    for subject in (1, 2, 3):
        put(trust, subject, state="running", attempt=3)
    lapse()
    told = []

    def tell(trust: Trust, subject: int) -> None:
        if subject == 1:
            raise ValueError("this one breaks")
        told.append(subject)

    monkeypatch.setitem(jobs.ON_FAILURE, KIND, tell)
    with pytest.raises(ExceptionGroup, match="1 failed"):
        jobs.sweep()
    assert told == [2, 3]
    assert dict(Job.objects.values_list("subject_id", "state")) == {1: "running", 2: "failed", 3: "failed"}


def test_a_sweep_that_fails_holds_the_other_kind_back_no_more(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    swept = []
    monkeypatch.setattr(jobs, "sweep", lambda: 1 / 0)
    monkeypatch.setattr(uploads, "sweep", lambda: swept.append("uploads"))
    with pytest.raises(ExceptionGroup):
        sweep_jobs()
    assert swept == ["uploads"]


def test_each_is_done_alone_and_failures_are_seen(caplog: pytest.LogCaptureFixture) -> None:
    done = []

    def act(number: int) -> None:
        done.append(number)
        if number % 2:
            raise ValueError(number)

    with pytest.raises(ExceptionGroup, match="numbers: 2 failed") as raised:
        jobs.each_alone([1, 2, 3, 4], act, what="numbers")
    assert done == [1, 2, 3, 4]
    assert [str(problem) for problem in raised.value.exceptions] == ["1", "3"]
    assert [record.on for record in caplog.records] == ["1", "3"]


def test_when_the_time_is_up_nothing_more_is_begun() -> None:
    done = []

    def act(number: int) -> None:
        done.append(number)
        raise SoftTimeLimitExceeded

    with pytest.raises(SoftTimeLimitExceeded):
        jobs.each_alone([1, 2], act, what="numbers")
    assert done == [1]
