"""The school's reply, how a visit is considered, and what comes of it, on the pages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from monitoring.models import Visit
from monitoring.queries.asked import asked_for
from plans.models import Action
from plans.queries.actions import setting_of
from plans.rules.aiming import CHECK_PAST, PAST
from schools.models import Period
from schools.tenancy import trust_scope
from tests.conftest import Cast
from tests.factories import member
from tests.monitoring.visits_world import considered, final, sent


@pytest.fixture(autouse=True)
def _in_the_autumn_term(time_machine: Any) -> None:
    time_machine.move_to("2026-11-20T10:00Z")


def url(name: str, visit: Visit | None = None, **more: Any) -> str:
    return reverse(name, kwargs={"trust": "alder", **({"pk": visit.pk} if visit else {}), **more})


def make(cast: Cast, how: Callable[..., Visit], **more: Any) -> Visit:
    with trust_scope(cast.alder):
        return how(cast, **more)


def test_the_head_replies_and_the_comment_stands_beside_it(cast: Cast) -> None:
    visit, ben = make(cast, sent), cast.client(cast.ben)
    assert "Reply for the school" in ben.get(url("visit", visit)).content.decode()
    wrong = ben.post(url("visit_reply", visit), {"reply": "comment", "text": ""})
    assert wrong.status_code == 422
    page = ben.post(url("visit_reply", visit), {"reply": "comment", "text": "It was Year 4."}, follow=True)
    assert "It was Year 4." in page.content.decode()
    assert "It was Year 4." in cast.client(cast.ada).get(url("visit", visit)).content.decode()
    assert cast.client(cast.gita).post(url("visit_reply", visit), {"reply": "accurate"}).status_code == 403
    assert cast.client(cast.ada).post(url("visit_reply", visit), {"reply": "accurate"}).status_code == 403


def test_where_a_school_has_no_head_one_of_its_leaders_replies(cast: Cast) -> None:
    visit = make(cast, sent)
    with trust_scope(cast.alder):
        leader = member("Lena Hart", "leader", cast.dunmere)
    lena = cast.client(leader)
    assert lena.post(url("visit_reply", visit), {"reply": "accurate"}).status_code == 403
    with trust_scope(cast.alder):
        cast.ben.grants.update(ended_at=timezone.now())
    assert "Reply for the school" in lena.get(url("visit", visit)).content.decode()
    assert lena.post(url("visit_reply", visit), {"reply": "accurate"}).status_code == 302


def agreed(**changes: str) -> dict[str, str]:
    line = {"what": "More writing.", "owner": "", "words": "Subject leader", "due": "", "check": "15 January 2027"}
    named = {f"agreed-action-0-{name}": said for name, said in {"take": "on", **line}.items()}
    return {"agreed-on": "20 November 2026", "plan_changed": "no", **named, **changes}


def test_leaders_consider_it_and_the_actions_stand_in_the_plan(cast: Cast) -> None:
    visit, ben = make(cast, final), cast.client(cast.ben)
    page = ben.get(url("visit_consider", visit)).content.decode()
    assert "Plan more writing in science." in page, "what the form asked for"
    assert "15 January 2027" in page
    wrong = ben.post(url("visit_consider", visit), agreed(**{"agreed-action-0-words": ""}))
    assert (wrong.status_code, "Say who sees to action 1" in wrong.content.decode()) == (422, True)
    answer = ben.post(url("visit_consider", visit), agreed(), follow=True).content.decode()
    assert "Considered on 20 November 2026" in answer
    assert "Subject leader sees to it" in answer
    with trust_scope(cast.alder):
        visit.refresh_from_db()
    assert visit.answers["considered_on"] == "2026-11-20"
    assert visit.answers["agreed_actions"] == "More writing."
    assert "More writing." in ben.get(url("school_actions", school_id=cast.dunmere.pk)).content.decode()
    assert ben.get(url("visit_consider", visit)).url == url("visit", visit)


def test_no_action_is_agreed_for_a_day_that_is_past(cast: Cast) -> None:
    visit, ben = make(cast, final), cast.client(cast.ben)
    late = {"agreed-action-0-due": "1 September 2026", "agreed-action-0-check": "2 September 2026"}
    page = ben.post(url("visit_consider", visit), agreed(**late))
    assert (page.status_code, PAST in page.content.decode(), CHECK_PAST in page.content.decode()) == (422, True, True)


def test_who_replies_and_who_considers_is_asked_once_more_about_a_name(cast: Cast) -> None:
    """Beside the field; sent again with the answer it is taken as it is."""
    waiting, ben = make(cast, sent), cast.client(cast.ben)
    reply = {"reply": "comment", "text": "Mrs Jones was away."}
    asked = ben.post(url("visit_reply", waiting), reply)
    assert (asked.status_code, "To keep it as it is, send it once more." in asked.content.decode()) == (422, True)
    sure = f'name="as_it_is" value="{asked.context["sure"]}"'
    assert sure in asked.content.decode()
    assert ben.post(url("visit_reply", waiting), reply | {"as_it_is": asked.context["sure"]}).status_code == 302
    line = agreed(**{"agreed-action-0-what": "Mrs Jones plans it.", "plan_changes": "As Mr Bell asked."})
    asked = ben.post(url("visit_consider", waiting), line)
    page = asked.content.decode()
    assert (asked.status_code, "“Mrs Jones”" in page, "“Mr Bell”" in page) == (422, True, True)
    assert ben.post(url("visit_consider", waiting), line | {"as_it_is": asked.context["sure"]}).status_code == 302


@pytest.mark.parametrize("who", ["gita", "tom"])
def test_who_writes_no_plans_considers_nothing(cast: Cast, who: str) -> None:
    visit = make(cast, final)
    assert cast.client(getattr(cast, who)).post(url("visit_consider", visit), agreed()).status_code == 403


def test_an_action_is_closed_with_a_verdict(cast: Cast) -> None:
    make(cast, considered)
    with trust_scope(cast.alder):
        action = Action.objects.get()
    ben, place = cast.client(cast.ben), reverse("action", kwargs={"trust": "alder", "pk": action.pk})
    assert ben.post(place, {"verdict": "too_early", "note": "Not yet."}).status_code == 422
    verdict = {"verdict": "partly", "note": "Books show some.", "why_early": "All see it."}
    unshown = ben.post(place, verdict)
    assert (unshown.status_code, "Say what shows it" in unshown.content.decode()) == (422, True)
    closed = ben.post(place, verdict | {"evidence": "Six books."}, follow=True)
    assert closed.redirect_chain
    assert "It worked in part" in closed.content.decode()
    shown = ben.get(place).content.decode()
    assert "What shows it" in shown
    assert "Six books." in shown
    assert cast.client(cast.gita).get(place).status_code == 200
    assert cast.client(cast.gita).post(place, {"verdict": "worked", "note": "x"}).status_code == 403
    assert cast.client(cast.cleo).get(place).status_code == 404


def test_an_action_to_look_at_soon_stands_on_top(cast: Cast, time_machine: Any) -> None:
    make(cast, considered)
    assert "Actions to look at" not in cast.client(cast.ada).get(url("monitoring")).content.decode()
    time_machine.move_to("2027-01-05T10:00Z")
    assert "Actions to look at" in cast.client(cast.ada).get(url("monitoring")).content.decode()


def test_what_the_form_asks_for_is_offered_and_nothing_is_agreed_by_itself(cast: Cast) -> None:
    visit, ben = make(cast, final), cast.client(cast.ben)
    form = ben.get(url("visit_consider", visit)).context["form"]
    assert [(one.about, one.words) for one in form.lines()] == [
        ("Year 3", "Plan more writing in science."),
        ("Recommendations to SLT", "Share what works in Year 3."),
    ]
    assert form["agreed-action-1-owner".removeprefix("agreed-")].value() == str(cast.ben.pk), "the head, by nature"
    assert ben.post(url("visit_consider", visit), {"agreed-on": "20 November 2026"}).status_code == 302
    with trust_scope(cast.alder):
        assert not Action.objects.exists()


def test_what_is_offered_begins_with_its_support_and_a_day_for_its_impact(cast: Cast) -> None:
    visit, ben = make(cast, final), cast.client(cast.ben)
    with trust_scope(cast.alder):
        Visit.objects.filter(pk=visit.pk).update(answers=visit.answers | {"r0-support": "Half a day with the lead"})
    line = {"take": "on", "what": "Share it.", "owner": str(cast.ben.pk), "check": "12 February 2027"}
    sent_so = {f"agreed-action-0-{name}": said for name, said in {**line, "support": "Half a day"}.items()}
    page = ben.get(url("visit_consider", visit)).context["form"]
    assert page["action-0-support"].value() == "Half a day with the lead"
    assert page["action-0-check"].value() == date(2027, 1, 15), "the day of the form"
    assert ben.post(url("visit_consider", visit), {"agreed-on": "20 November 2026"} | sent_so).status_code == 302
    with trust_scope(cast.alder):
        made = Action.objects.get()
    assert (made.support, made.impact_check_on) == ("Half a day", date(2027, 2, 12))
    for shown in (url("action", made), url("visit", visit), url("school_actions", school_id=cast.dunmere.pk)):
        assert "Half a day" in ben.get(shown).content.decode()
    assert ben.get(f"/api/v1/t/alder/actions/{made.pk}/").json()["support"] == "Half a day"


def test_an_action_without_a_day_for_its_impact_is_refused(cast: Cast) -> None:
    visit, ben = make(cast, final), cast.client(cast.ben)
    answer = ben.post(url("visit_consider", visit), agreed(**{"agreed-action-0-check": ""}))
    assert (answer.status_code, "Say when the impact of action 1" in answer.content.decode()) == (422, True)
    untaken = agreed() | {"agreed-action-0-take": ""}
    answer = ben.post(url("visit_consider", visit), untaken)
    assert (answer.status_code, "Tick action 1 to agree it" in answer.content.decode()) == (422, True)


@pytest.mark.parametrize(
    ("due", "check"),
    [
        (None, date(2027, 2, 12)),
        (date(2026, 12, 4), date(2027, 2, 12)),
        (date(2027, 1, 20), date(2027, 3, 26)),
        (date(2029, 1, 20), date(2029, 3, 17)),
    ],
)
def test_the_impact_is_looked_at_by_the_end_of_the_next_half_term(cast: Cast, due: date | None, check: date) -> None:
    with trust_scope(cast.alder):
        assert setting_of(cast.dunmere.pk, date(2026, 11, 20)).check_after(due) == check


def test_a_school_with_half_terms_of_its_own_has_its_own_day(cast: Cast) -> None:
    with trust_scope(cast.alder):
        usual = Period.objects.halves().filter(starts_on__gt=date(2026, 11, 20)).order_by("starts_on")[0]
        own = {"year": usual.year, "season": usual.season, "half": usual.half, "school": cast.dunmere}
        Period.objects.create(**own, starts_on=usual.starts_on, ends_on=date(2027, 2, 5))
        assert setting_of(cast.dunmere.pk, date(2026, 11, 20)).check_after() == date(2027, 2, 5)
        assert setting_of(cast.ashmere.pk, date(2026, 11, 20)).check_after() == usual.ends_on


def test_each_text_is_offered_once_and_marks_of_lists_are_not_its_words(cast: Cast) -> None:
    visit = make(cast, final)
    visit.answers |= {"recommendations": "- Read it.\n2. Write it.\n\n• plan  more writing in Science."}
    with trust_scope(cast.alder):
        assert [one.what for one in asked_for(visit)] == ["Plan more writing in science.", "Read it.", "Write it."]


def test_an_early_verdict_is_asked_why(cast: Cast) -> None:
    make(cast, considered)
    ben = cast.client(cast.ben)
    with trust_scope(cast.alder):
        made = Action.objects.get()
    verdict = {"verdict": "worked", "note": "Books show it.", "evidence": "Six books.", "again_on": ""}
    answer = ben.post(url("action", made), verdict)
    assert (answer.status_code, "Say why it can be judged now" in answer.content.decode()) == (422, True)
    assert ben.post(url("action", made), verdict | {"why_early": "All see it."}).status_code == 302
    assert "All see it." in ben.get(url("action", made)).content.decode()
