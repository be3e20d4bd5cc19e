"""The days on which schools on a ladder are looked at: reminded of, and in the calendar of what is owed."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError

from plans.rules.ladder import Step
from plans.services.escalating import raise_concern, withdraw_step
from plans.services.seeing_through import record_look
from plans.tasks import remind_of_concerns_to_look_at
from schools.models import Notice, RoleGrant
from schools.services.people import end_membership
from schools.tenancy import trust_scope
from schools.words import on
from tests.factories import member
from tests.plans.ladder_world import make_ladder_world
from tests.plans.test_plans import text_of


def test_a_concern_that_is_to_be_looked_at_again_is_reminded_of_once_for_each_day(db: None):
    world = make_ladder_world()
    with time_machine.travel(date(2026, 11, 20), tick=False), trust_scope(world.trust):
        concern = world.opened()  # looked at again on 15 January
    lead, ceo = world.people["lead"], world.people["ceo"]

    def told() -> list[str]:
        with trust_scope(world.trust):
            rows = Notice.objects.filter(to=lead, subject__contains="concern to look at by").order_by("pk")
            return [row.subject.rpartition(" by ")[2] for row in rows]

    first = ["15 January 2027"]
    for day, days in ((date(2027, 1, 7), []), (date(2027, 1, 8), first), (date(2027, 1, 20), first)):
        with time_machine.travel(day, tick=False):
            remind_of_concerns_to_look_at()
            remind_of_concerns_to_look_at()
        assert told() == days, day
    with time_machine.travel(date(2027, 1, 21), tick=False):
        with trust_scope(world.trust):
            world.moved(concern, Step.HOLD, review_on=date(2027, 1, 28))
        remind_of_concerns_to_look_at()
        assert told() == ["15 January 2027", "28 January 2027"]
        with trust_scope(world.trust):
            assert not Notice.objects.filter(to=ceo, subject__contains="concern to look at by").exists()


def test_where_the_proposer_has_left_who_raises_concerns_now_is_reminded(db: None):
    """None of those with a role in the school; and where nobody raises them, who decides."""
    world = make_ladder_world()
    with time_machine.travel(date(2026, 11, 20), tick=False), trust_scope(world.trust):
        world.opened()
        end_membership(world.people["lead"], by=world.people["admin"], why="Moved away.")
        RoleGrant.objects.create(membership=world.people["director"], role="governor", school=world.school)
        new = world.people["new"] = member("Nia New", "si_lead")

    def told_on(day: date) -> set[str]:
        with time_machine.travel(day, tick=False):
            remind_of_concerns_to_look_at()
        with trust_scope(world.trust):
            rows = Notice.objects.filter(subject__contains="concern to look at by")
            found = set(rows.values_list("to", flat=True))
            rows.delete()
            return {key for key, person in world.people.items() if person.pk in found}

    assert told_on(date(2027, 1, 8)) == {"ceo", "new"}
    with trust_scope(world.trust):
        for one in (new, world.people["ceo"]):
            RoleGrant.objects.create(membership=one, role="governor", school=world.school)
    assert told_on(date(2027, 1, 9)) == {"trust_chair"}


def test_a_school_watched_after_its_ladder_is_reminded_of(db: None):
    world = make_ladder_world()
    with time_machine.travel(date(2026, 11, 20), tick=False), trust_scope(world.trust):
        concern = world.left()
        look = world.standing(concern).next_look
    assert look is not None
    with time_machine.travel(look.due_on, tick=False):
        remind_of_concerns_to_look_at()
    with trust_scope(world.trust):
        assert Notice.objects.filter(
            path=f"/t/alder/concerns/{concern.pk}/", subject__contains=on(look.due_on)
        ).exists()


def test_the_calendar_of_what_is_owed_has_the_day(db: None):
    world = make_ladder_world()
    with time_machine.travel(date(2026, 11, 20), tick=False), trust_scope(world.trust):
        concern = world.raised()
    page, looked_at = f"/t/{world.trust.slug}/calendar/?kind=concern", "Look at level 1 again"
    with time_machine.travel(date(2027, 1, 4), tick=False):
        assert looked_at not in text_of(world.client("lead").get(page))  # nobody has agreed yet
    with time_machine.travel(date(2026, 11, 23), tick=False), trust_scope(world.trust):
        world.decide(concern)
    with time_machine.travel(date(2027, 1, 4), tick=False):
        seen = text_of(world.client("head").get(page))
        assert looked_at in seen
        assert f"concerns/{concern.pk}/" in seen


def test_a_look_that_is_due_and_a_watch_that_can_end_stand_with_their_day(db: None):
    world = make_ladder_world()
    with time_machine.travel(date(2026, 11, 20), tick=False), trust_scope(world.trust):
        concern = world.left()
        looks = world.standing(concern).looks
    trust, name = f"/t/{world.trust.slug}", world.ladder.label
    pages = (f"{trust}/concerns/", f"{trust}/concerns/{concern.pk}/")
    assert len(looks) > 1

    def seen(key: str, page: str) -> str:
        return text_of(world.client(key).get(page))

    for number, look in enumerate(looks, start=1):
        with time_machine.travel(look.due_on - timedelta(days=1), tick=False):
            assert f"{name}: a look is due" not in seen("lead", f"{trust}/overview/")
        with time_machine.travel(look.due_on + timedelta(days=5), tick=False):
            for page in pages:
                assert f"Look {number} is due by {on(look.due_on)}." in seen("lead", page)
                assert "Overdue by 5 days" in seen("lead", page)
            assert "for a look or for the end of the watch" in seen("lead", pages[0])
            assert f"{name}: a look is due" in seen("lead", f"{trust}/overview/")
            assert f"{name}: a look is due" not in seen("trustee", f"{trust}/overview/")
            with trust_scope(world.trust):
                record_look(concern, by=world.people["lead"], on=look.due_on, finding="holds", words="Books.")
    last = looks[-1].due_on
    with time_machine.travel(last + timedelta(days=20), tick=False):
        said = f"Every look was taken by {on(last)}: the watch can be ended."
        assert all(said in seen("ceo", page) for page in pages)
        assert f"{world.school.known_as} since {on(last)}" in seen("ceo", pages[0])
        assert f"{name}: the watch can end" in seen("ceo", f"{trust}/overview/")
        assert f"{name}: a look is due" not in seen("ceo", f"{trust}/overview/")
        assert f"{name}: the watch can be ended" in seen("ceo", f"{trust}/calendar/?kind=concern")
        remind_of_concerns_to_look_at()
    with trust_scope(world.trust):
        assert not Notice.objects.filter(path=pages[1], subject__contains="to look at by").exists()


def test_a_look_that_finds_the_concern_again_stands_wherever_its_watch_does(db: None):
    """On the overview, in the list and on its own page alike; another look may be taken from the next day on."""
    world = make_ladder_world()
    with time_machine.travel(date(2026, 11, 20), tick=False), trust_scope(world.trust):
        concern = world.left()
        due = [one.due_on for one in world.standing(concern).looks]
    trust, name = f"/t/{world.trust.slug}", world.ladder.label
    for day in due:
        with time_machine.travel(day, tick=False), trust_scope(world.trust):
            finding = "slips" if day == due[-1] else "holds"
            record_look(concern, by=world.people["lead"], on=day, finding=finding, words="Books.")

    def seen(key: str, page: str) -> str:
        return text_of(world.client(key).get(page))

    with time_machine.travel(due[-1] + timedelta(days=1), tick=False):
        for key in ("lead", "ceo"):
            overview = seen(key, f"{trust}/overview/")
            assert f"{name}: the watch can end" not in overview
            assert f"{name}: a look is due" not in overview
        assert f"{name}: what led to the concern shows again" in seen("lead", f"{trust}/overview/")
        listed = seen("lead", f"{trust}/concerns/")
        assert f"On {on(due[-1])} what led to the concern showed again." in listed
        assert "The watch does not end like this" in seen("lead", f"{trust}/concerns/{concern.pk}/")
        with trust_scope(world.trust):
            world.propose(concern, Step.BACK, review_on=due[-1] + timedelta(days=20))
        assert "shows again" not in seen("lead", f"{trust}/overview/"), "the step that it asks for waits"
        with trust_scope(world.trust):
            withdraw_step(concern, by=world.people["lead"])
            record_look(
                concern, by=world.people["lead"], on=due[-1] + timedelta(days=1), finding="holds", words="Well."
            )
        assert "shows again" not in seen("lead", f"{trust}/overview/")


def test_it_is_looked_at_again_within_the_longest_stay(db: None):
    world = make_ladder_world()
    with time_machine.travel(date(2026, 11, 20), tick=False), trust_scope(world.trust):
        concern = world.opened()
        until = world.standing(concern).stay.until
        assert until is not None
        late = until + timedelta(days=1)
        for act in (
            lambda: world.propose(concern, Step.HOLD, review_on=late),
            lambda: raise_concern(world.other, world.entry(review_on=date(2090, 1, 2)), by=world.people["lead"]),
        ):
            with pytest.raises(ValidationError) as refused:
                act()
            assert "The longest stay there ends on" in refused.value.message_dict["review_on"][0]
        world.propose(concern, Step.HOLD, review_on=until)
    with time_machine.travel(late, tick=False), trust_scope(world.trust):
        withdraw_step(concern, by=world.people["lead"])
        world.propose(concern, Step.HOLD, review_on=late + timedelta(days=9))  # the stay is over already


def test_what_nobody_has_put_down_a_week_after_a_step_is_reminded_of_once(db: None):
    world = make_ladder_world()
    with time_machine.travel(date(2026, 11, 20), tick=False), trust_scope(world.trust):
        concern = world.opened()
        asked = [one.sentence for one in world.standing(concern).outstanding]

    def told(after: int) -> list[Notice]:
        with time_machine.travel(date(2026, 11, 20) + timedelta(days=after), tick=False):
            remind_of_concerns_to_look_at()
            remind_of_concerns_to_look_at()
        with trust_scope(world.trust):
            return list(Notice.objects.filter(subject__contains="things to do since").select_related("to"))

    assert told(6) == []
    [notice] = told(7)
    assert (notice.to, notice.subject) == (world.people["lead"], "Elm Primary: things to do since 20 November 2026")
    assert asked
    assert all(f"- {words}" in notice.body for words in asked)
    assert told(20) == [notice]
