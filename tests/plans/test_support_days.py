"""The days on which support is booked: working days of the school, near enough, while it is of the trust."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError

from plans.models import SupportBooking
from plans.services.booking import Terms, book_support
from schools.audit import record_act
from schools.models import Period
from schools.tenancy import trust_scope
from tests.conftest import TODAY, Cast, stopped_at
from tests.plans.support_world import book, place
from tests.plans.test_support_booking import BOOK, at, text_of

OCTOBER, DECEMBER = date(2026, 10, 9), date(2026, 12, 4)


_today = stopped_at(TODAY)


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (date(2026, 12, 25), "25 December 2026 is a bank holiday: enter a working day"),
        (date(2026, 12, 5), "5 December 2026 is a Saturday: enter a working day"),
        (date(2026, 12, 22), "Dunmere Primary is closed on 22 December 2026: enter a day of one of its half terms"),
    ],
)
def test_support_comes_on_a_working_day_while_the_school_is_open(cast: Cast, day: date, said: str):
    with trust_scope(cast.alder):
        place(cast, cast.dunmere, "reinforce")
        with pytest.raises(ValidationError) as refused:
            book(cast, DECEMBER, day)
        assert refused.value.message_dict == {"dates": [said]}
        assert not SupportBooking.objects.exists()
        assert len(book(cast, DECEMBER)) == 1


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (date(2019, 6, 4), "4 June 2019 is before the last academic year: enter a day from 1 September 2025 on"),
        (date(2025, 8, 28), "28 August 2025 is before the last academic year: enter a day from 1 September 2025 on"),
        (date(2028, 9, 1), "1 September 2028 is after the next academic year: enter a day up to 31 August 2028"),
        (date(9999, 12, 1), "1 December 9999 is after the next academic year: enter a day up to 31 August 2028"),
    ],
)
def test_support_is_booked_from_the_last_academic_year_to_the_next(cast: Cast, day: date, said: str):
    with trust_scope(cast.alder):
        for school in (cast.dunmere, None):
            terms = Terms(dates=[DECEMBER, day], provider="external", provider_words="A peer", what="Peer challenge")
            with pytest.raises(ValidationError) as refused:
                book_support(school, cast.version, terms, by=cast.ada)
            assert refused.value.message_dict == {"dates": [said]}
    page = cast.client(cast.ada).post(
        at(cast, "book/"), {**BOOK, "against": "", "what": "It", "dates": f"{day:%d/%m/%Y}"}
    )
    assert (page.status_code, said in str(page.context["form"].errors["dates"])) == (422, True)


def test_support_is_booked_while_the_school_is_of_the_trust(cast: Cast):
    beyond = {"entitlement": "", "what": "Coaching"}
    with trust_scope(cast.alder):
        record_act("school.changed", cast.dunmere, by=None)
        cast.dunmere.joined_on, cast.dunmere.left_on = OCTOBER, DECEMBER
        cast.dunmere.save()
        assert len(book(cast, OCTOBER, DECEMBER - timedelta(days=1), **beyond)) == 2
        for day, said in (
            (
                OCTOBER - timedelta(days=1),
                "Dunmere Primary joined the trust on 9 October 2026: enter a day from then on",
            ),
            (DECEMBER, "Dunmere Primary leaves the trust on 4 December 2026: enter a day before it"),
        ):
            with pytest.raises(ValidationError) as refused:
                book(cast, day, **beyond)
            assert refused.value.message_dict == {"dates": [said]}


def test_the_schools_own_holidays_count_and_the_trust_itself_has_none(cast: Cast):
    own = date(2026, 12, 17)
    with trust_scope(cast.alder):
        half = Period.objects.get(year=2026, season="autumn", half=2, school=None)
        half.pk, half.school, half.ends_on = None, cast.ashmere, date(2026, 12, 16)
        half.save()
        assert len(book(cast, own, entitlement="", what="Coaching")) == 1
        with pytest.raises(ValidationError, match="Ashmere Primary is closed on 17 December 2026"):
            book(cast, own, school=cast.ashmere, entitlement="", what="Coaching")
        terms = Terms(dates=[date(2026, 12, 22)], provider="external", provider_words="A peer", what="Peer challenge")
        assert len(book_support(None, cast.version, terms, by=cast.ada)) == 1


def test_the_sentence_stands_beside_the_days(cast: Cast):
    with trust_scope(cast.alder):
        place(cast, cast.dunmere, "reinforce")
    page = cast.client(cast.ada).post(at(cast, "book/"), {**BOOK, "dates": "25 December 2026"})
    assert "25 December 2026 is a bank holiday: enter a working day" in text_of(page)
