"""A school's own half-term holidays, set by the trust's administrator."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from categorisation.models import Assessment
from schools.models import AuditEntry, Period
from schools.queries import half_terms_of, own_breaks
from schools.services.calendar import Break, faults_of_breaks, set_own_breaks, set_year, usual_dates
from schools.tenancy import trust_scope
from tests.conftest import Cast

LONG = Break("autumn", date(2026, 10, 16), date(2026, 11, 2))
YEAR = {"since": date(2026, 9, 1), "until": date(2027, 8, 31)}


def ends(cast: Cast) -> tuple[date, date]:
    """The last day of the first half of autumn, at Dunmere and at Ashmere."""
    found = half_terms_of([cast.dunmere, cast.ashmere], **YEAR)
    return found[cast.dunmere.pk][0].ends, found[cast.ashmere.pk][0].ends


def test_one_school_has_a_longer_holiday_and_may_follow_the_trust_again(cast: Cast) -> None:
    with trust_scope(cast.alder):
        set_own_breaks(cast.ashmere, 2026, [LONG], by=cast.olive)
        assert ends(cast) == (date(2026, 10, 23), date(2026, 10, 16))
        acts = AuditEntry.objects.filter(did="calendar.own")
        set_own_breaks(cast.ashmere, 2026, [LONG], by=cast.olive)
        assert acts.count() == 1, "nothing changed"
        set_own_breaks(cast.ashmere, 2026, [], by=cast.olive)
        assert ends(cast) == (date(2026, 10, 23), date(2026, 10, 23))
        assert own_breaks(cast.ashmere, 2026) == {}


def test_the_trust_s_term_moves_the_school_s_with_it(cast: Cast) -> None:
    with trust_scope(cast.alder):
        set_own_breaks(cast.ashmere, 2026, [LONG], by=cast.olive)
        autumn, *rest = usual_dates(2026)
        later = autumn.__class__(**{**vars(autumn), "starts_on": date(2026, 9, 7), "ends_on": date(2026, 12, 16)})
        set_year(2026, [later, *rest], by=cast.olive)
        own = Period.objects.filter(school=cast.ashmere).order_by("half")
        assert [(one.starts_on, one.ends_on) for one in own] == [
            (date(2026, 9, 7), date(2026, 10, 16)),
            (date(2026, 11, 2), date(2026, 12, 16)),
        ]
        outside = autumn.__class__(**{**vars(autumn), "starts_on": date(2026, 10, 19)})
        with pytest.raises(ValidationError, match="Ashmere"):
            set_year(2026, [outside, *rest], by=cast.olive)


def test_dates_that_ratings_stand_on_are_kept(cast: Cast) -> None:
    with trust_scope(cast.alder):
        set_own_breaks(cast.ashmere, 2026, [LONG], by=cast.olive)
        half = Period.objects.get(school=cast.ashmere, half=1)
        place = {"school": cast.ashmere, "period": half, "strategy_version": cast.version}
        Assessment.objects.create(**place, due_on=date(2026, 10, 1))
        with pytest.raises(ValidationError, match="on record"):
            set_own_breaks(cast.ashmere, 2026, [], by=cast.olive)


@pytest.mark.parametrize(
    ("days", "field", "said"),
    [
        ((date(2026, 10, 16), None), "second_half_on", "both"),
        ((None, date(2026, 11, 2)), "first_half_ends_on", "both"),
        ((date(2026, 8, 16), date(2026, 11, 2)), "first_half_ends_on", "not inside"),
        ((date(2026, 10, 16), date(2026, 10, 16)), "second_half_on", "after 16 October 2026"),
        ((date(2026, 10, 16), date(2026, 12, 30)), "second_half_on", "before the term ends"),
    ],
)
def test_what_is_wrong_stands_beside_its_day(
    cast: Cast, days: tuple[date | None, date | None], field: str, said: str
) -> None:
    given = dict(zip(("autumn-first_half_ends_on", "autumn-second_half_on"), days, strict=True))
    with trust_scope(cast.alder):
        faults = faults_of_breaks(2026, given)
    assert list(faults) == [f"autumn-{field}"]
    assert said in faults[f"autumn-{field}"]


def test_the_page_saves_refuses_and_keeps_what_was_typed(cast: Cast) -> None:
    client, url = cast.client(cast.olive), reverse("calendar_school", args=["alder", 2026, cast.ashmere.pk])
    typed = {"autumn-first_half_ends_on": "2026-10-16", "autumn-second_half_on": "2026-10-12"}
    refused = client.post(url, typed).content.decode()
    assert "after 16 October 2026" in refused
    assert 'value="2026-10-16"' in refused
    saved = client.post(url, typed | {"autumn-second_half_on": "2026-11-02"})
    assert saved.status_code == 302
    assert "Ashmere" in client.get(saved["Location"]).content.decode()
    assert cast.client(cast.ada).get(url).status_code == 403
    assert cast.client(cast.cleo).get(url).status_code == 404
    assert client.get(reverse("calendar_school", args=["alder", 2031, cast.ashmere.pk])).status_code == 404
