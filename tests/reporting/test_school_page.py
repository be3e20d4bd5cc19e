"""The list of schools and the page of one: who sees what of a school, and when."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from categorisation.models import Decision, Proposal
from categorisation.services import reply_to_decision
from evidence.models import Inspection
from schools.models import Membership, School, Trust
from schools.tenancy import trust_scope
from tests.conftest import TODAY, Cast, start_trust, stopped_at
from tests.factories import SchoolFactory, member
from tests.reporting.stories import agree, decide, moment, plan, rate, term
from tests.reporting.world import furnish

_today = stopped_at(moment(TODAY, 14))


def address(school: School, trust: str = "alder") -> str:
    return reverse("school", kwargs={"trust": trust, "school_id": school.pk})


def page(cast: Cast, person: Membership, school: School | None = None) -> str:
    response = cast.client(person).get(address(school or cast.dunmere))
    assert response.status_code == 200
    return response.content.decode()


@pytest.fixture
def story(cast: Cast) -> Cast:
    """Dunmere was decided at Refine in summer and is proposed to be at Reinforce; a meeting is ahead."""
    with trust_scope(cast.alder):
        summer = agree(rate(cast.dunmere, term("summer", 2025), head=cast.ben, level=2), by=cast.ada)
        decide(summer, by=cast.ruth, level="refine")
        plan("risk_meeting", cast.autumn, date(2026, 12, 1))
        agree(rate(cast.dunmere, cast.autumn, head=cast.ben, level=3), by=cast.ada)
    return cast


def decide_today(cast: Cast, **more: Any) -> list[Decision]:
    """Decided this Friday morning: the school is told on Monday at eight."""
    with trust_scope(cast.alder):
        matrix = cast.dunmere.assessments.latest("period__starts_on")
        return decide(matrix, by=cast.ruth, on=TODAY, level="stabilise", reason="Pupils do not learn enough.", **more)


def test_who_finds_the_page(cast: Cast) -> None:
    for person in (cast.ada, cast.ruth, cast.tom, cast.ben, cast.gita, cast.olive, cast.carl):
        assert cast.client(person).get(address(cast.dunmere)).status_code == 200
    assert cast.client(cast.ben).get(address(cast.ashmere)).status_code == 404
    assert cast.client(cast.cleo).get(address(cast.dunmere)).status_code == 404
    assert cast.client(cast.cleo).get(address(cast.dunmere, "birch")).status_code == 404
    assert reverse("account_login") in Client().get(address(cast.dunmere)).headers["Location"]


def test_it_opens_with_its_answer_and_says_why(story: Cast) -> None:
    html = page(story, story.ruth)
    assert "Proposed to move to <strong>Reinforce</strong> for academic support and operational support." in html
    assert "The risk meeting decides on 1 December." in html
    assert "Was Refine, agreed 1 June 2026" in html
    assert "What held it at Reinforce" in html
    assert "What would move it" in html
    assert "A limit is reached: Safeguarding is at Reinforce or weaker." in html
    assert reverse("decide", kwargs={"trust": "alder", "school_id": story.dunmere.pk, "axis": "academic"}) in html


def test_trust_wide_roles_and_the_head_see_what_is_proposed(story: Cast) -> None:
    for person in (story.ada, story.ruth, story.carl, story.tom, story.ben):
        assert "Academic, proposed" in page(story, person)
    for person in (story.gita, story.olive):
        html = page(story, person)
        assert ", proposed" not in html
        assert "Reinforce</span></p>" not in html
    Trust.objects.filter(pk=story.alder.pk).update(heads_see_proposals=False)
    assert "Academic, proposed" not in page(story, story.ben)
    assert "Academic, agreed 1 June 2026" in page(story, story.ben)
    assert "Academic, proposed" in page(story, story.ada)


def test_the_school_learns_of_a_decision_when_it_is_told(story: Cast) -> None:
    decide_today(story)
    for person in (story.ada, story.ruth, story.tom):
        assert "Pupils do not learn enough." in page(story, person)
    for person in (story.ben, story.gita):
        html = page(story, person)
        assert "Pupils do not learn enough." not in html
        assert "Stabilise</span></p>" not in html
    with time_machine.travel(moment(date(2026, 11, 23), 9), tick=False):
        for person in (story.ben, story.gita):
            assert "Pupils do not learn enough." in page(story, person)


def test_the_reply_stands_beside_the_decision_or_its_deadline(story: Cast) -> None:
    decided = decide_today(story)
    assert "The school may reply until 4 December 2026." in page(story, story.ruth)
    with time_machine.travel(moment(date(2026, 11, 24)), tick=False), trust_scope(story.alder):
        reply_to_decision(decided[0], by=story.ben, text="We <b>ask</b> for the cohort to be read.", today=TODAY)
    html = page(story, story.tom)
    assert "We &lt;b&gt;ask&lt;/b&gt; for the cohort to be read." in html
    assert "Ben Osei, headteacher, 24 November 2026" in html
    with time_machine.travel(moment(date(2026, 12, 9)), tick=False):
        assert "The school did not reply by 4 December 2026." in page(story, story.ruth)


def test_an_administrator_sees_the_school_and_no_judgement(story: Cast) -> None:
    decide_today(story)
    html = page(story, story.olive)
    assert "URN" in html
    for word in ("Refine", "Reinforce", "Stabilise", "History", "Risk matrix"):
        assert word not in html


def test_governors_see_agreed_matrices_only(cast: Cast) -> None:
    with trust_scope(cast.alder):
        rate(cast.dunmere, cast.autumn, head=cast.ben, level=3)
    html = page(cast, cast.gita)
    assert "No matrix has been agreed yet." in html
    assert "Reinforce" not in html
    assert "Moderate the risk matrix" in page(cast, cast.ada)
    assert "Moderate" not in page(cast, cast.ben)


def test_a_head_is_led_to_the_matrix(cast: Cast) -> None:
    matrix = reverse("matrix", kwargs={"trust": "alder", "school_id": cast.dunmere.pk, "period_id": cast.autumn.pk})
    assert f'href="{matrix}">Begin the risk matrix' in page(cast, cast.ben)
    assert "Begin the risk matrix" not in page(cast, cast.gita)


def test_history_by_term_and_by_criterion(story: Cast) -> None:
    html = page(story, story.ruth)
    history = html[html.index("Categories by term") :]
    for label in ("Spring 25", "Summer 26", "Autumn 26", "Reinforce, proposed", "Not yet"):
        assert label in history
    criteria = html[html.index("Criteria by term") :]
    assert criteria.index("Summer 26") < criteria.index("Autumn 26")
    assert "Quality of Education" in criteria
    assert "Of eleven criteria 11 need support." in html


def test_inspections_stand_under_their_own_framework(cast: Cast) -> None:
    with trust_scope(cast.alder):
        School.objects.filter(pk=cast.dunmere.pk).update(joined_on=date(2022, 9, 1))
        urn = cast.dunmere.urn
    known = {"urn": urn, "source": "Ofsted management information", "as_at": date(2026, 10, 31)}
    Inspection.objects.create(framework="graded_1_to_4", inspected_on=date(2019, 3, 5), overall="2", **known)
    Inspection.objects.create(framework="report_card_2025", inspected_on=date(2026, 3, 5), safeguarding="Met", **known)
    html = page(cast, cast.ben)
    assert "Before joining" in html
    assert "After joining" in html
    assert html.index("5 March 2026") < html.index("5 March 2019")
    assert "Ofsted management information, as at 31 October 2026" in html


def test_a_school_may_be_called_anything(cast: Cast) -> None:
    with trust_scope(cast.alder):
        School.objects.filter(pk=cast.dunmere.pk).update(name='<img src=x onerror="alert(1)">', la_name="<b>")
    lists = cast.client(cast.ada).get(reverse("schools", kwargs={"trust": "alder"})).content.decode()
    for html in (page(cast, cast.ada), lists):
        assert "<img src=x" not in html
        assert "&lt;img src=x" in html


@pytest.mark.parametrize(
    ("strategy", "axes"),
    [
        ("two_axes", 2),
        ("numbered_categories", 1),
        ("sustain_to_stabilise", 1),
        ("four_phases", 1),
        ("no_categories", 0),
    ],
)
def test_every_strategy_has_a_page(db: None, strategy: str, axes: int) -> None:
    trust, _ = start_trust("elm", strategy)
    with trust_scope(trust):
        school = SchoolFactory(name="Elm Primary")
        lead, head = member("Lena Lead", "si_lead"), member("Hari Head", "head", school)
        agree(rate(school, term("autumn", 2026), head=head, level=3), by=lead)
        assert Proposal.objects.count() == axes
    client = Client()
    client.force_login(lead.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    html = client.get(address(school, "elm")).content.decode()
    assert html.count('class="catbox') == axes
    assert html.count('class="why"') == axes
    assert "Criteria by term" in html
    assert ("Categories by term" in html) is False  # nothing has been decided


def test_the_page_costs_the_same_however_much_is_on_record(
    story: Cast, queries: Callable[[Callable[[], Any]], list[str]], say: Callable[[str], None]
) -> None:
    client = story.client(story.ada)
    client.get(address(story.dunmere))
    few = queries(lambda: client.get(address(story.dunmere)))
    with trust_scope(story.alder):
        school = furnish(story.version, schools=28, chief=story.ruth).schools[0]
    many = queries(lambda: client.get(address(school)))
    say(f"school: {len(few)} statements with two terms on record, {len(many)} with four")
    assert len(many) == len(few), "\n".join(many)
    assert len(many) <= 15


# The list


def listed(cast: Cast, person: Membership, **asked: str) -> str:
    response = cast.client(person).get(reverse("schools", kwargs={"trust": "alder"}), asked)
    assert response.status_code == 200
    return response.content.decode()


def test_the_list_has_the_schools_a_person_may_see(story: Cast) -> None:
    for person in (story.ada, story.tom, story.olive):
        assert "Ashmere Primary" in listed(story, person)
    for person in (story.ben, story.gita):
        html = listed(story, person)
        assert "Dunmere Primary" in html
        assert "Ashmere Primary" not in html
    assert story.client(story.cleo).get(reverse("schools", kwargs={"trust": "alder"})).status_code == 404


def test_the_list_has_agreed_categories_for_those_who_may_see_them(story: Cast) -> None:
    html = listed(story, story.ada)
    assert '<th scope="col">Academic</th><th scope="col">Operational</th>' in html
    assert "Refine" in html
    assert "Reinforce" not in html  # proposed is not agreed
    assert "Refine" not in listed(story, story.olive)
    decide_today(story)
    assert "Stabilise" in listed(story, story.tom)
    assert "Stabilise" not in listed(story, story.ben)


def test_the_list_is_filtered_in_the_address(cast: Cast) -> None:
    with trust_scope(cast.alder):
        SchoolFactory(name="Gone Primary", left_on=TODAY - timedelta(days=90))
        SchoolFactory(name="Zeta Academy", phase="secondary")
    assert "Gone Primary" not in listed(cast, cast.ada)
    assert "left August 2026" in listed(cast, cast.ada, here="all")
    only = listed(cast, cast.ada, phase="secondary")
    assert "Zeta Academy" in only
    assert "Ashmere" not in only
    assert "No school fits these filters." in listed(cast, cast.ada, phase="nursery")


def test_the_list_costs_the_same_for_thirty_schools(
    story: Cast, queries: Callable[[Callable[[], Any]], list[str]], say: Callable[[str], None]
) -> None:
    client, path = story.client(story.ada), reverse("schools", kwargs={"trust": "alder"})
    client.get(path)
    few = queries(lambda: client.get(path))
    with trust_scope(story.alder):
        furnish(story.version, schools=28, chief=story.ruth)
    many = queries(lambda: client.get(path))
    say(f"schools: {len(few)} statements for 2 schools, {len(many)} for 30")
    assert len(many) == len(few) <= 15
