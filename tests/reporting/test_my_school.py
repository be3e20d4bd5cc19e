"""What is due, for the people of a school."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from categorisation.rules.entry import Entry
from categorisation.services import open_assessment, return_assessment, save_ratings
from evidence.models import Return, SelfEvaluation
from schools.models import Membership, RoleGrant, School, Trust
from schools.tenancy import trust_scope
from tests.conftest import TODAY, Cast, start_trust, stopped_at
from tests.factories import SchoolFactory, member
from tests.reporting.stories import agree, decide, moment, plan, rate, term

ADDRESS = "/t/alder/my-school/"


_today = stopped_at(moment(TODAY, 9))


def page(cast: Cast, person: Membership) -> str:
    response = cast.client(person).get(ADDRESS)
    assert response.status_code == 200
    return response.content.decode()


def section(html: str, title: str) -> str:
    """From a section's title to the next one's."""
    start = html.index(f">{title}</h2>")
    end = html.find("</section>", start)
    return html[start:end]


def test_who_finds_the_page(cast: Cast) -> None:
    assert cast.client(cast.ben).get(ADDRESS).status_code == 200
    assert "You hold no role in one school." in page(cast, cast.ada)
    assert cast.client(cast.cleo).get(ADDRESS).status_code == 404
    assert reverse("account_login") in Client().get(ADDRESS).headers["Location"]


@pytest.mark.parametrize(
    ("hour", "words"), [(8, "Good morning, Ben"), (14, "Good afternoon, Ben"), (20, "Good evening")]
)
def test_it_greets_by_the_time_of_day(cast: Cast, hour: int, words: str) -> None:
    with time_machine.travel(moment(TODAY, hour), tick=False):
        assert words in page(cast, cast.ben)


def test_the_matrix_is_due_before_it_is_begun(cast: Cast) -> None:
    html = page(cast, cast.ben)
    matrix = reverse("matrix", kwargs={"trust": "alder", "school_id": cast.dunmere.pk, "period_id": cast.autumn.pk})
    week = section(html, "This week")
    assert f'href="{matrix}">Autumn risk matrix' in week
    assert "Not begun: 11 criteria, 39 indicators." in week
    assert "Due Wed 25 Nov" in week
    assert "about 50 minutes are left" in html
    assert ">Begin the risk matrix</a>" in html


def test_progress_is_counted_by_criterion(cast: Cast) -> None:
    with trust_scope(cast.alder):
        matrix = open_assessment(cast.dunmere, cast.autumn)
        done = cast.version.strategy.criteria[0].kpis + cast.version.strategy.criteria[1].kpis[:1]
        save_ratings(matrix, {kpi.key: Entry(2, "", TODAY, ("data",)) for kpi in done}, by=cast.ben)
    html = page(cast, cast.ben)
    assert "1 of 11 criteria rated." in html
    assert ">Carry on with the risk matrix</a>" in html


def test_what_is_late_is_overdue_and_what_is_far_comes_later(cast: Cast) -> None:
    with trust_scope(cast.alder):
        plan("risk_meeting", cast.autumn, date(2026, 12, 8))
    html = page(cast, cast.ben)
    assert "Nothing is due this week." in html
    assert "Due Wed 2 Dec" in section(html, "Later this term")
    with time_machine.travel(moment(date(2026, 12, 5)), tick=False):
        assert "Overdue by 3 days" in section(page(cast, cast.ben), "This week")


def test_a_returned_matrix_comes_with_its_question(cast: Cast) -> None:
    with trust_scope(cast.alder):
        matrix = rate(cast.dunmere, cast.autumn, head=cast.ben)
        return_assessment(matrix, by=cast.ada, note="What of Year 4 <b>now</b>?")
    html = page(cast, cast.ben)
    returned = section(html, "Returned to you")
    assert "“What of Year 4 &lt;b&gt;now&lt;/b&gt;?”" in returned
    assert "Returned to you</span>" in returned


def test_what_is_sent_and_agreed_is_with_others(cast: Cast) -> None:
    with trust_scope(cast.alder):
        matrix = rate(cast.dunmere, cast.autumn, head=cast.ben, on=date(2026, 11, 16))
    assert "With the trust since 16 November 2026." in section(page(cast, cast.ben), "With others")
    with trust_scope(cast.alder):
        agree(matrix, by=cast.ada, on=date(2026, 11, 18))
    html = page(cast, cast.ben)
    assert "Agreed on 18 November 2026." in section(html, "With others")
    assert "The spring risk matrix opens on 4 January 2027." in html


def test_news_comes_when_the_school_is_told_with_the_way_to_reply(cast: Cast) -> None:
    with trust_scope(cast.alder):
        matrix = agree(rate(cast.dunmere, cast.autumn, head=cast.ben, level=3), by=cast.ada)
        decided = decide(matrix, by=cast.ruth, on=date(2026, 11, 20), level="stabilise", reason="So we decided.")
    assert "agreed 20 November" not in page(cast, cast.ben)
    with time_machine.travel(moment(date(2026, 11, 23), 9), tick=False):
        html = page(cast, cast.ben)
        governor = page(cast, cast.gita)
    news = section(html, "Decided about you")
    assert "Academic, agreed 20 November:" in news
    assert reverse("decision", kwargs={"trust": "alder", "decision_id": decided[0].pk}) in news
    assert "Why, and your reply" in news
    assert "Reply to the decision on academic support" in section(html, "Later this term")
    assert "Why, and your reply" not in governor
    assert "Stabilise" in section(governor, "Where it stands")


def test_a_head_sees_a_proposal_where_the_trust_says_so_and_a_leader_never(cast: Cast) -> None:
    with trust_scope(cast.alder):
        agree(rate(cast.dunmere, cast.autumn, head=cast.ben, level=3), by=cast.ada)
        leader = member("Maya Grant", "leader", cast.dunmere)
    assert "Academic, proposed:" in page(cast, cast.ben)
    assert "proposed" not in page(cast, leader)
    assert "proposed" not in page(cast, cast.gita)
    Trust.objects.filter(pk=cast.alder.pk).update(heads_see_proposals=False)
    assert "proposed" not in page(cast, cast.ben)


def test_governors_read_what_is_agreed_and_enter_nothing(cast: Cast) -> None:
    html = page(cast, cast.gita)
    assert "No risk matrix has been agreed yet." in html
    assert "This week" not in html
    with trust_scope(cast.alder):
        agree(rate(cast.dunmere, cast.autumn, head=cast.ben, level=3), by=cast.ada)
    html = page(cast, cast.gita)
    matrix = section(html, "Risk matrix")
    assert "Quality of Education" in matrix
    assert "Eleven criteria need support." in html
    for word in ("Begin", "Carry on", "Rate", "<form", "Not enough"):
        assert word not in html.split("<main", 1)[1]


def _second(cast: Cast, person: Membership, number: int = 1) -> None:
    for place in range(number):
        school = SchoolFactory(name=f"Second {place}")
        RoleGrant.objects.create(membership=person, role="head", school=school)


def test_an_executive_head_has_a_section_for_each_school(cast: Cast) -> None:
    with trust_scope(cast.alder):
        _second(cast, cast.ben)
    html = page(cast, cast.ben)
    assert "Due Wed 25 Nov" in section(html, "Dunmere Primary")
    assert "Due Wed 25 Nov" in section(html, "Second 0")
    assert "Ashmere" not in html
    assert "Begin the risk matrix of Dunmere Primary" in html


def test_a_school_that_left_is_told_apart(cast: Cast) -> None:
    with trust_scope(cast.alder):
        School.objects.filter(pk=cast.dunmere.pk).update(left_on=date(2026, 9, 1))
    assert "Your school is not in the trust today." in page(cast, cast.ben)


@pytest.mark.parametrize("strategy", ["numbered_categories", "sustain_to_stabilise", "four_phases", "no_categories"])
def test_every_strategy_has_a_page(db: None, strategy: str) -> None:
    trust, version = start_trust("elm", strategy)
    with trust_scope(trust):
        school = SchoolFactory(name="Elm Primary")
        lead, head = member("Lena Lead", "si_lead"), member("Hari Head", "head", school)
        chair = member("Cara Chair", "chair", school)
        agree(rate(school, term("autumn", 2026), head=head, level=3), by=lead)
    for person in (head, chair):
        client = Client()
        client.force_login(person.user, backend="allauth.account.auth_backends.AuthenticationBackend")
        html = client.get("/t/elm/my-school/").content.decode()
        assert "Elm Primary" in html
        assert ("Where it stands" in html) == (person is chair and bool(version.strategy.axes))


def test_thirty_schools_cost_as_many_queries_as_one(
    cast: Cast, queries: Callable[[Callable[[], Any]], list[str]], say: Callable[[str], None]
) -> None:
    with trust_scope(cast.alder):
        matrix = agree(rate(cast.dunmere, cast.autumn, head=cast.ben, level=3), by=cast.ada)
        decide(matrix, by=cast.ruth, on=date(2026, 11, 12))
    client = cast.client(cast.ben)
    client.get(ADDRESS)
    one = queries(lambda: client.get(ADDRESS))
    with trust_scope(cast.alder):
        _second(cast, cast.ben, 29)
    thirty = queries(lambda: client.get(ADDRESS))
    say(f"my school: {len(one)} statements for 1 school, {len(thirty)} for 30")
    assert len(thirty) == len(one) <= 17, "\n".join(thirty)


def test_returns_and_the_self_evaluation_stand_in_the_same_list(cast: Cast) -> None:
    with time_machine.travel(moment(date(2026, 12, 8)), tick=False):
        html = page(cast, cast.ben)
        later, week = section(html, "Later this term"), section(html, "This week")
    assert "Autumn collection" in later
    assert "Due Fri 18 Dec" in later
    assert "Overdue by 4 days" in week  # the self-evaluation
    assert "Self-evaluation" in week
    assert "Summer collection" not in html  # of last year, never begun


def test_a_returned_return_and_self_evaluation_come_with_their_questions(cast: Cast) -> None:
    with trust_scope(cast.alder):
        common = {"school": cast.dunmere, "period": cast.autumn, "strategy_version": cast.version, "due_on": TODAY}
        Return.objects.create(
            **common, point="autumn_return", opens_on=TODAY, state="returned", returned_note="Is Year 4 right?"
        )
        SelfEvaluation.objects.create(
            **common, layout="report_card_2025", state="returned", returned_note="What of <b>inclusion</b>?"
        )
    returned = section(page(cast, cast.ben), "Returned to you")
    assert "“Is Year 4 right?”" in returned
    assert "“What of &lt;b&gt;inclusion&lt;/b&gt;?”" in returned
    assert "Is Year 4 right?" not in page(cast, cast.gita)
