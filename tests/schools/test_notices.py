"""News at a humane time, in one digest a person, sent once."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from smtplib import SMTPException

import pytest
import time_machine
from django.core import mail
from django.db import OperationalError, connection
from django.utils import timezone

from schools.models import Notice, Period, RoleGrant
from schools.rules import LONDON, humane_time
from schools.services import notices
from schools.services.calendar import Break, set_own_breaks
from schools.services.notices import send_digests, tell
from schools.services.post import at_work
from schools.tasks import send_digests as send_digests_task
from schools.tenancy import trust_scope
from tests.conftest import Cast

AT_WORK = datetime(2026, 11, 20, 10, tzinfo=LONDON)  # a Friday within a half term


@pytest.mark.parametrize(
    ("now", "sent"),
    [
        ("2026-11-20 07:59", "2026-11-20 08:00"),  # Friday, before the hour
        ("2026-11-20 08:00", "2026-11-23 08:00"),  # Friday, after it: Monday
        ("2026-11-21 06:00", "2026-11-23 08:00"),  # Saturday
        ("2026-11-22 23:30", "2026-11-23 08:00"),  # Sunday night
        ("2026-11-24 22:15", "2026-11-25 08:00"),  # a night in the week
        ("2026-10-23 20:00", "2026-10-26 08:00"),  # over the change of the clocks
        ("2026-03-27 20:00", "2026-03-30 08:00"),
        ("2026-12-24 07:30", "2026-12-24 08:00"),
        ("2026-12-24 17:00", "2026-12-29 08:00"),  # Christmas Eve, a Thursday: over four days off
        ("2026-12-25 07:59", "2026-12-29 08:00"),
        ("2027-03-25 20:00", "2027-03-30 08:00"),  # before Good Friday
        ("2027-05-03 07:00", "2027-05-04 08:00"),
    ],
)
def test_news_waits_for_the_morning_of_a_working_day(now: str, sent: str) -> None:
    at = humane_time(datetime.fromisoformat(now).replace(tzinfo=LONDON), hour=8)
    assert at.astimezone(LONDON).strftime("%Y-%m-%d %H:%M") == sent


def put(cast: Cast, to, subject: str, *, due: bool = True) -> None:
    when = AT_WORK + (timedelta(minutes=-1) if due else timedelta(hours=1))
    with trust_scope(cast.alder):
        tell(to, subject=subject, body="Words.", path="/t/alder/", not_before=when)


def test_a_person_gets_one_email_and_gets_it_once(cast: Cast) -> None:
    put(cast, cast.ben, "The matrix is agreed")
    put(cast, cast.ben, "A decision was made")
    put(cast, cast.ruth, "Two matrices are in")
    put(cast, cast.ruth, "Later", due=False)
    assert send_digests(AT_WORK) == 2
    assert send_digests(AT_WORK) == 0
    to_ben = next(each for each in mail.outbox if each.to == [cast.ben.user.email])
    assert to_ben.subject == "A decision was made, and 1 other (Alder Trust)"
    assert "A decision was made" in to_ben.body
    assert "/t/alder/" in to_ben.body
    assert all("Later" not in each.body for each in mail.outbox)


def test_an_address_that_fails_holds_nobody_back_and_is_tried_again(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(cast, cast.ben, "One")
    put(cast, cast.ruth, "Two")
    send = notices.send_mail

    def failing(subject, text, sender, to):
        if to == [cast.ben.user.email]:
            raise SMTPException("mailbox unknown")
        return send(subject, text, sender, to)

    monkeypatch.setattr(notices, "send_mail", failing)
    assert send_digests(AT_WORK) == 1
    with trust_scope(cast.alder):
        assert Notice.objects.get(sent_at=None).to == cast.ben
    monkeypatch.setattr(notices, "send_mail", send)
    assert send_digests(AT_WORK) == 1


def test_nobodys_failure_holds_anybody_back_and_it_is_seen(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither in the same trust nor in those that follow; Alder comes before Birch."""
    put(cast, cast.ben, "One")
    put(cast, cast.ruth, "Two")
    with trust_scope(cast.birch):
        tell(cast.cleo, subject="Three", body="Words.", not_before=AT_WORK)
    usual = notices.render_to_string

    def broken(template, about):
        if about["person"] == cast.ben.user:
            raise ValueError("a template that breaks")
        return usual(template, about)

    monkeypatch.setattr(notices, "render_to_string", broken)
    with pytest.raises(ExceptionGroup, match="digests of a trust: 1 failed"):
        send_digests(AT_WORK)
    assert {each.to[0] for each in mail.outbox} == {cast.ruth.user.email, cast.cleo.user.email}
    monkeypatch.setattr(notices, "render_to_string", usual)
    assert send_digests(AT_WORK) == 1


def test_the_mark_is_saved_before_the_email_leaves(live_cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    put(live_cast, live_cast.ben, "One")
    unmarked_when_sent = []

    def sending(*args):
        assert not connection.in_atomic_block
        with trust_scope(live_cast.alder):
            unmarked_when_sent.append(Notice.objects.filter(sent_at=None).count())

    monkeypatch.setattr(notices, "send_mail", sending)
    assert send_digests(AT_WORK) == 1
    assert unmarked_when_sent == [0]


def test_a_mark_that_cannot_be_saved_sends_nothing(live_cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    put(live_cast, live_cast.ben, "One")
    usual = notices.Notice.objects.filter

    @contextmanager
    def not_saved(trust):
        with trust_scope(trust) as opened:
            yield opened
            if usual(to=live_cast.ben).exclude(sent_at=None).exists():
                raise OperationalError("the connection was lost at the commit")

    monkeypatch.setattr(notices, "trust_scope", not_saved)
    with pytest.raises(ExceptionGroup):
        send_digests(AT_WORK)
    assert mail.outbox == []
    monkeypatch.setattr(notices, "trust_scope", trust_scope)
    assert send_digests(AT_WORK) == 1
    assert len(mail.outbox) == 1


def test_a_worker_killed_while_it_sends_sends_nothing_twice(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """At most once: the price is that this digest may not have left."""
    put(cast, cast.ben, "One")

    def killed(*args):
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(notices, "send_mail", killed)
        with pytest.raises(SystemExit):
            send_digests(AT_WORK)
    assert send_digests(AT_WORK) == 0
    assert mail.outbox == []


def test_who_has_left_is_told_nothing(cast: Cast) -> None:
    put(cast, cast.ben, "One")
    with trust_scope(cast.alder):
        cast.ben.ended_at = timezone.now()
        cast.ben.save()
    assert send_digests(AT_WORK) == 0


def test_the_clock_sends_what_is_due(cast: Cast) -> None:
    put(cast, cast.ben, "One")
    with time_machine.travel(AT_WORK, tick=False):
        send_digests_task()
    assert len(mail.outbox) == 1


@pytest.mark.parametrize(
    ("now", "told"),
    [
        ("2026-12-18 11:45", {"head", "lead"}),  # the last day of the autumn term
        ("2026-12-18 12:05", set()),
        ("2026-12-21 09:00", {"lead"}),  # a working day in the holidays
        ("2026-12-19 10:00", set()),  # a Saturday
        ("2026-11-20 07:20", set()),
        ("2026-11-20 07:30", {"head", "lead"}),
        ("2026-11-20 17:55", set()),
        ("2027-08-10 10:00", {"lead"}),  # in the summer
    ],
)
def test_post_leaves_while_its_reader_is_at_work(cast: Cast, now: str, told: set[str]) -> None:
    """The head by the calendar of the school, the lead on every working day."""
    at = datetime.fromisoformat(now).replace(tzinfo=LONDON)
    people = {"head": cast.ben, "lead": cast.ada}
    with trust_scope(cast.alder):
        for one in people.values():
            tell(one, subject="News", body="Words.", not_before=at - timedelta(days=1))
    send_digests(at)
    assert {name for name, one in people.items() if [one.user.email] in [each.to for each in mail.outbox]} == told


def test_a_school_with_dates_of_its_own_goes_by_them(cast: Cast) -> None:
    """In the trust's half-term week Dunmere works, and in the week after it does not."""
    with trust_scope(cast.alder):
        half = Period.objects.halves().get(year=2026, season="autumn", half=1, school=None)
        back = Period.objects.halves().get(year=2026, season="autumn", half=2, school=None)
        away = half.ends_on + timedelta(days=3)
        at = datetime.combine(away, time(10), tzinfo=LONDON)
        assert at_work([cast.ben.pk], at) == set()
        later = Break("autumn", back.starts_on - timedelta(days=3), back.starts_on + timedelta(days=7))
        set_own_breaks(cast.dunmere, 2026, [later], by=cast.olive)
        assert at_work([cast.ben.pk], at) == {cast.ben.pk}
        assert at_work([cast.ben.pk], at + timedelta(days=7)) == set()


def test_who_works_for_the_trust_goes_by_working_days_whatever_they_do_at_a_school(cast: Cast) -> None:
    """The lead who is a governor at one school reads what comes in the holidays; a governor alone does not."""
    with trust_scope(cast.alder):
        grant = RoleGrant.objects.create(membership=cast.ada, role="governor", school=cast.dunmere)
        assert at_work([cast.ada.pk, cast.ben.pk], datetime(2026, 12, 21, 9, tzinfo=LONDON)) == {cast.ada.pk}
        RoleGrant.objects.filter(membership=cast.ada).exclude(pk=grant.pk).update(ended_at=timezone.now())
        assert at_work([cast.ada.pk], datetime(2026, 12, 21, 9, tzinfo=LONDON)) == set()


def test_a_school_is_at_work_from_the_day_its_year_begins(cast: Cast) -> None:
    """Be that in September, or already in August."""

    def works(day: date) -> bool:
        return at_work([cast.ben.pk], datetime.combine(day, time(10), tzinfo=LONDON)) == {cast.ben.pk}

    with trust_scope(cast.alder):
        first = Period.objects.halves().filter(year=2026, season="autumn", half=1)
        first.update(starts_on=date(2026, 9, 3))
        assert [works(date(2026, 9, day)) for day in (1, 2, 3)] == [False, False, True]
        first.update(starts_on=date(2026, 8, 27))
        assert [works(date(2026, 8, day)) for day in (26, 27, 28)] == [False, True, True]


def test_what_was_asked_for_or_is_urgent_leaves_at_any_hour(cast: Cast) -> None:
    """And takes nothing with it that can wait."""
    night = datetime(2026, 12, 19, 23, tzinfo=LONDON)
    with trust_scope(cast.alder):
        tell(cast.ben, subject="Can wait", body="Words.", not_before=night)
        tell(cast.ben, subject="The inspection is on Monday", body="Words.", not_before=night, at_once=True)
    assert send_digests(night) == 1
    assert "Can wait" not in mail.outbox[0].body
    with trust_scope(cast.alder):
        assert [one.subject for one in Notice.objects.filter(sent_at=None)] == ["Can wait"]
