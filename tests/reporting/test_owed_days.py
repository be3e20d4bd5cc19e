"""Days in the calendar of what is owed: targets of plans, support that was put off, and the end of the longest stay."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from plans.models import Milestone, Plan, SupportRequest
from plans.queries.stays import stands_of
from plans.services.aiming import StageEntry
from plans.services.approving import send_plan
from plans.services.supporting import Wanted, answer_request, ask_for_support
from plans.services.writing import PriorityEntry, begin_plan, write_priority
from reporting.queries.owed import Span, owed
from reporting.rules.owed import Owed
from schools.access import access_of
from schools.models import Membership, School
from schools.services.tokens import create_feed
from schools.tenancy import trust_scope
from tests.conftest import TODAY, Cast, stopped_at
from tests.factories import SchoolFactory
from tests.plans.ladder_world import make_ladder_world
from tests.plans.phase_world import make_phase_world, put_in
from tests.plans.test_progress import agreed_plan

NOW = datetime(2026, 11, 20, 9, tzinfo=ZoneInfo("Europe/London"))
DECEMBER, JANUARY, SPRING, FAR = date(2026, 12, 4), date(2027, 1, 15), date(2027, 3, 31), date(2028, 7, 31)


_now = stopped_at(NOW)


def told(person: Membership, *kinds: str, today: date = TODAY, until: date = SPRING) -> list[Owed]:
    access = access_of(person.user)
    assert access is not None
    schools = School.objects.visible_to(access)
    mine = list(schools if access.whole_trust else schools.filter(pk__in=access.school_ids))
    return [one for one in owed(access, mine, Span(today, until)) if one.kind in kinds]


def said(person: Membership, *kinds: str, of: str, **span: Any) -> set[tuple[str, date]]:
    return {(one.title, one.on) for one in told(person, *kinds, **span) if of in one.title}


# Targets of plans


@pytest.fixture
def plan(cast: Cast) -> Plan:
    """With a target in words, sent and approved."""
    made = agreed_plan(cast)
    with trust_scope(cast.alder):
        Milestone.objects.create(priority=made.priorities.get(), by_on=JANUARY, words="Only in the draft.")
    return made


def test_a_target_stands_on_its_day_and_one_nobody_has_sent_does_not(cast: Cast, plan: Plan) -> None:
    with trust_scope(cast.alder):
        assert said(cast.ben, "plan", of="arget") == {("Target to reach: Attendance: 95.5%", TODAY)}
        assert said(cast.ruth, "plan", of="arget") == said(cast.ben, "plan", of="arget")
        [one] = [one for one in told(cast.ben, "plan") if one.number]
        assert (one.page, one.place, one.school) == ("plan", {"pk": plan.pk}, cast.dunmere.pk)
        later = date(2026, 11, 21)
        assert said(cast.ben, "plan", of="arget", today=later) == set(), "figures tell what came of a measure"
        Plan.objects.filter(pk=plan.pk).update(state="closed", verdict="worked", closed_at=NOW, final={"sections": []})
        assert said(cast.ben, "plan", of="arget") == set()


def test_a_target_in_words_waits_until_somebody_says_whether_it_is_met(cast: Cast) -> None:
    with time_machine.travel(date(2026, 10, 5), tick=False), trust_scope(cast.alder):
        draft = begin_plan(cast.ashmere, "sip", by=cast.ada)
        write_priority(draft, PriorityEntry("Reading", milestones=[StageEntry(JANUARY, "Never sent")]), by=cast.ada)
    made = agreed_plan_in_words(cast)
    with trust_scope(cast.alder):
        before, after = date(2026, 11, 1), ("Was the target met? Every class reads", TODAY)
        assert said(cast.ada, "plan", of="arget", today=before) == {("Target to reach: Every class reads", TODAY)}
        late = date(2026, 11, 23)
        assert said(cast.ada, "plan", of="arget", today=late) == {after}
        Milestone.objects.filter(priority__plan=made).update(outcome="partly", said_at=NOW, said_by=cast.ben)
        assert said(cast.ada, "plan", of="arget", today=late) == set()
        assert said(cast.ada, "plan", of="Never sent") == set()


def agreed_plan_in_words(cast: Cast) -> Plan:
    made = agreed_plan(cast)
    with trust_scope(cast.alder):
        Milestone.objects.filter(priority__plan=made).delete()
        Milestone.objects.create(priority=made.priorities.get(), by_on=TODAY, words="Every class reads")
        send_plan(made, by=cast.ben)
    return made


# Support that was put off


def test_what_was_put_off_stands_on_its_day_for_who_asked_and_who_answers(cast: Cast) -> None:
    with trust_scope(cast.alder):
        row = ask_for_support(cast.dunmere, cast.version, Wanted("Our deputy is new.", "coaching"), by=cast.ben)
        assert isinstance(row, SupportRequest)
        asks = ask_for_support(cast.dunmere, cast.version, Wanted("Not answered."), by=cast.ben)
        assert isinstance(asks, SupportRequest)
        answer_request(row, by=cast.ada, outcome="later", later_on=DECEMBER)
        words = {("Asked for and put off to this day: Coaching for leaders", DECEMBER)}
        for person in (cast.ben, cast.ada):
            assert said(person, "support", of="put off") == words
            [one] = [one for one in told(person, "support") if one.page == "support_request"]
            url = reverse(one.page, kwargs={"trust": "alder", **one.place})
            assert cast.client(person).get(url).status_code == 200
        for person in (cast.gita, cast.tom, cast.carl):
            assert said(person, "support", of="put off") == set(), "who may not read the request is not told of it"
        assert said(cast.ada, "support", of="put off", today=date(2026, 12, 7)) == words, "still to be answered"


# The longest stay


def test_the_longest_stay_at_a_stage_ends_on_the_day_its_page_says(db: None) -> None:
    world = make_ladder_world()
    with trust_scope(world.trust):
        concern = world.opened()
        ends = world.standing(concern).stay.until
        assert ends
        words = {(f"{world.ladder.stages[0].label}: the longest stay is over (up to 2 terms)", ends)}
        for key in ("lead", "head", "ceo"):
            assert said(world.people[key], "concern", of="longest stay", until=FAR) == words
        for key in ("leader", "admin"):
            assert said(world.people[key], "concern", of="longest stay", until=FAR) == set()
        late = date(2028, 1, 10)
        assert said(world.people["lead"], "concern", of="longest stay", today=late, until=FAR) == words, "still there"


def test_the_longest_stay_in_a_phase_ends_on_the_day_its_page_says(db: None) -> None:
    world = make_phase_world()
    with trust_scope(world.trust):
        put_in(world, "phase_1", on=date(2026, 9, 3))
        [stand] = stands_of([world.school], today=TODAY)[world.school.pk]
        assert stand.stay.until
        words = {(f"{stand.level.label}: the longest stay is over (1 to 2 terms)", stand.stay.until)}
        assert said(world.people["head"], "category", of="longest stay", until=FAR) == words
        put_in(world, "phase_3", on=date(2026, 11, 2))
        assert said(world.people["head"], "category", of="longest stay", until=FAR) == set(), "no longest stay there"


def test_page_and_feed_ask_no_more_for_thirty_schools_with_such_days(
    cast: Cast, queries: Callable[..., list[str]]
) -> None:
    def put_off(school: School) -> None:
        row = ask_for_support(school, cast.version, Wanted("Our deputy is new."), by=cast.ruth)
        assert isinstance(row, SupportRequest)
        answer_request(row, by=cast.ada, outcome="later", later_on=DECEMBER)

    agreed_plan(cast)
    with trust_scope(cast.alder):
        put_off(cast.dunmere)
        _, secret = create_feed(by=cast.ruth)
    ruth, nobody = cast.client(cast.ruth), Client()
    page, feed = reverse("calendar_page", args=["alder"]), reverse("calendar_feed", args=["alder", secret])
    read = [lambda: ruth.get(page), lambda: nobody.get(feed)]
    for one in read:
        one()
    few = [len(queries(one)) for one in read]
    with trust_scope(cast.alder):
        for school in SchoolFactory.create_batch(30):
            put_off(school)
            priority = begin_plan(school, "sip", by=cast.ada).priorities.create(label="Reading")
            Milestone.objects.create(priority=priority, by_on=DECEMBER, measure="attendance_rate", value=Decimal(95))
    assert [len(queries(one)) for one in read] == few
    assert max(few) <= 15


# The page


def test_the_page_says_what_to_do_first_and_folds_the_weeks_that_follow(cast: Cast) -> None:
    page = cast.client(cast.ben).get(reverse("calendar_page", args=["alder"]))
    near, later = page.context["weeks"], page.context["later"]
    assert [one["name"] for one in near] == ["Next week"], "nothing is left of this one"
    assert later
    assert all(one["name"].startswith("Week of") for one in later)
    due = [(week["id"], f"{week['due']} due {week['name'].lower()}") for week in near if week["due"]]
    late = page.context["in_short"][: -len(due)]
    assert page.context["in_short"][-len(due) :] == due
    text = page.content.decode()
    assert all(f'<a href="#{place}">{words}</a>' in text for place, words in [*late, *due])
    for week in later:
        assert f'<details class="questions" id="{week["id"]}"><summary>{week["name"]}: ' in text
        assert week["due"] + week["held"] == len(week["items"])


def test_a_long_week_shows_its_first_and_counts_the_rest(cast: Cast) -> None:
    with trust_scope(cast.alder):
        for number in range(9):
            row = ask_for_support(cast.dunmere, cast.version, Wanted(f"Help {number}."), by=cast.ben)
            assert isinstance(row, SupportRequest)
            answer_request(row, by=cast.ada, outcome="later", later_on=date(2026, 11, 27))
    page = cast.client(cast.ben).get(reverse("calendar_page", args=["alder"]), {"kind": "support"})
    week = next(one for one in page.context["weeks"] if one["name"] == "Next week")
    assert (len(week["first"]), len(week["rest"])) == (6, len(week["items"]) - 6)
    assert f"<summary>{len(week['rest'])} more next week</summary>" in page.content.decode()
