"""Signs that a school may slip: counted, each with its reason."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from reporting.rules.early import KINDS, Moved, Owed, Seen, is_listed, signs_of
from schools.models import RoleGrant
from schools.services.people import end_role
from schools.strategy.early_warning import EarlyWarning
from schools.strategy.measures import official_measures
from schools.tenancy import trust_scope
from tests.conftest import TODAY, Cast
from tests.factories import SchoolFactory

METHOD = EarlyWarning()
ATTENDANCE, ABSENCE = (official_measures()[key] for key in ("attendance_rate", "persistent_absence_rate"))


def moved(measure: Any, now: str, before: str, by: float) -> Moved:
    return Moved(measure, Decimal(now), Decimal(before), "autumn term 2025/26", by)


CASES: list[tuple[Seen, list[str], str]] = [
    (Seen(), [], ""),
    (Seen(weaker=["Attendance"], asked=10), [], ""),
    (Seen(weaker=["Attendance", "Reading"], asked=10), ["trend"], "Two criteria became weaker"),
    (Seen(weaker=["Attendance", "Reading"], stronger=1, asked=10), [], ""),
    (Seen(weaker=["A", "B", "C"], stronger=1, asked=10), ["trend"], ", 1 stronger: A, B and C."),
    (Seen(unknown=1, old=1, asked=9), [], ""),
    (Seen(unknown=1, old=1, asked=8), ["known"], "1 is unknown and 1 rests on old evidence"),
    (Seen(unknown=4, asked=0), [], ""),
    (Seen(has_head=False), ["leaders"], "The school has no headteacher."),
    (Seen(has_head=False, head_left_on=date(2026, 8, 31)), ["leaders"], "no headteacher since 31 August 2026"),
    (Seen(head_left_on=date(2025, 11, 21)), ["leaders"], "changed in November 2025"),
    (Seen(head_left_on=date(2025, 11, 20)), [], ""),
    (Seen(moved=[moved(ATTENDANCE, "93.1", "94.0", 1.0)]), [], ""),
    (Seen(moved=[moved(ATTENDANCE, "93.0", "94.0", 1.0)]), ["figures"], "a year before"),
    (Seen(moved=[moved(ATTENDANCE, "95.0", "94.0", 1.0)]), [], ""),
    (Seen(moved=[moved(ABSENCE, "17", "15", 2.0)]), ["figures"], "a year before"),
    (Seen(moved=[moved(ABSENCE, "13", "15", 2.0)]), [], ""),
    (Seen(owed=[Owed("Days of support", "day", Decimal(4), Decimal(3))]), ["support"], "3 of 4 days have come"),
    (Seen(owed=[Owed("Coaching", "session", Decimal(1), Decimal(0))]), ["support"], "0 of 1 session has come so far"),
    (Seen(owed=[Owed("Days of support", "day", Decimal(5), Decimal(4))]), [], ""),
    (
        Seen(owed=[Owed("Days", "day", Decimal(4), Decimal(0)), Owed("Visits", "visit", Decimal(2), Decimal(0))]),
        ["support"],
        "0 of 4 days have come so far this year. One more part of the offer is behind.",
    ),
    (Seen(owed=[Owed("Days of support", "day", Decimal(0), Decimal(0))]), [], ""),
    (Seen(overdue=["the risk matrix is 12 days past its day"]), ["overdue"], "The risk matrix is 12 days past"),
]


@pytest.mark.parametrize(("seen", "kinds", "said"), CASES)
def test_each_sign_has_its_measure_and_its_reason(seen: Seen, kinds: list[str], said: str) -> None:
    signs = signs_of(seen, METHOD, today=TODAY)
    assert [one.kind for one in signs] == kinds
    assert said in " ".join(one.words for one in signs)


def test_two_kinds_list_a_school_and_two_of_one_kind_do_not() -> None:
    two = Seen(moved=[moved(ATTENDANCE, "90", "94", 1.0), moved(ABSENCE, "25", "15", 2.0)])
    assert len(signs_of(two, METHOD, today=TODAY)) == 2
    assert not is_listed(signs_of(two, METHOD, today=TODAY), METHOD)
    both = Seen(moved=two.moved, has_head=False)
    assert is_listed(signs_of(both, METHOD, today=TODAY), METHOD)


@given(
    weaker=st.integers(0, 9), stronger=st.integers(0, 9), unknown=st.integers(0, 9), old=st.integers(0, 9),
    asked=st.integers(0, 20), more=st.integers(1, 5),
)  # fmt: skip
def test_it_never_helps_to_be_worse(weaker: int, stronger: int, unknown: int, old: int, asked: int, more: int) -> None:
    def kinds(weaker: int, unknown: int) -> set[str]:
        seen = Seen(weaker=["x"] * weaker, stronger=stronger, unknown=unknown, old=old, asked=asked)
        return {one.kind for one in signs_of(seen, METHOD, today=TODAY)}

    assert kinds(weaker, unknown) <= kinds(weaker + more, unknown + more)


def test_the_overview_asks_for_the_first_of_the_list(cast: Cast) -> None:
    client, url = cast.client(cast.ruth), reverse("early_warning", args=["alder"])
    assert f'hx-get="{url}"' in client.get(reverse("overview", args=["alder"])).content.decode()
    box = client.get(url, headers={"HX-Request": "true"}).content.decode()
    assert "how they are counted" in box
    assert "<html" not in box


def test_each_kind_is_described(cast: Cast) -> None:
    text = cast.client(cast.ruth).get(reverse("early_warning", args=["alder"])).content.decode()
    assert all(label in text for label in KINDS.values())


def test_a_school_whose_head_has_left_is_told_with_its_reason(cast: Cast) -> None:
    with trust_scope(cast.alder):
        end_role(RoleGrant.objects.get(role="head", school=cast.dunmere), by=cast.olive, why="Retired.")
    client, url = cast.client(cast.ruth), reverse("early_warning", args=["alder"])
    today = timezone.localdate()
    said = f"The school has had no headteacher since {today.day} {today:%B %Y}."
    assert said in client.get(url).content.decode()
    assert cast.client(cast.gita).get(url).status_code == 403
    assert cast.client(cast.cleo).get(url).status_code == 404


def test_as_many_questions_for_thirty_schools(cast: Cast, queries: Callable[..., list[str]]) -> None:
    client, url = cast.client(cast.ruth), reverse("early_warning", args=["alder"])
    client.get(url)
    few = len(queries(lambda: client.get(url)))
    with trust_scope(cast.alder):
        SchoolFactory.create_batch(30)
    assert len(queries(lambda: client.get(url))) == few
