"""The overview: who sees it, what it says, and what it costs."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from categorisation.rules.entry import Entry
from schools.models import Membership, School
from schools.tenancy import trust_scope
from tests.conftest import TODAY, Cast, start_trust, stopped_at
from tests.factories import SchoolFactory, member
from tests.reporting.stories import agree, decide, moment, plan, rate, term
from tests.reporting.world import furnish

OLD = Entry(2, "Still true.", date(2024, 11, 3), ("data", "records"))
UNKNOWN = Entry(0, "", None, ())
ONE_SOURCE = Entry(2, "So we hear.", date(2026, 10, 16), ("records",))


_today = stopped_at(moment(TODAY, 14))


def address(trust: str = "alder", **asked: str) -> str:
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    return reverse("overview", kwargs={"trust": trust}) + (f"?{query}" if query else "")


def signed_in(person: Membership) -> Client:
    client = Client()
    client.force_login(person.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def page(client: Client, **asked: str) -> str:
    response = client.get(address(**asked))
    assert response.status_code == 200
    return response.content.decode()


def row_of(html: str, school: str) -> str:
    """The line of one school in the matrix."""
    rows = re.findall(r'<tr role="row"><th role="rowheader".*?</tr>', html, re.S)
    return next(row for row in rows if school in row)


@pytest.fixture
def story(cast: Cast) -> Cast:
    """Dunmere was at Refine and is proposed to fall; Ashmere has never been rated; a meeting is ahead."""
    with trust_scope(cast.alder):
        plan("risk_meeting", term("summer", 2025), date(2026, 6, 30))
        roll = {kpi.key: 3 for kpi in cast.version.strategy.criterion_by_key["roll"].kpis}
        summer = agree(rate(cast.dunmere, term("summer", 2025), head=cast.ben, level=2, but=roll), by=cast.ada)
        decide(summer, by=cast.ruth, level="refine")
        plan("risk_meeting", cast.autumn, date(2026, 12, 1))
        weak = {kpi.key: 4 for criterion in cast.version.strategy.criteria[:3] for kpi in criterion.kpis}
        odd = {"bullying_logs": UNKNOWN, "roll_pan": OLD}
        finance = {kpi.key: ONE_SOURCE for kpi in cast.version.strategy.criterion_by_key["finance"].kpis}
        agree(rate(cast.dunmere, cast.autumn, head=cast.ben, level=3, but=weak | odd | finance), by=cast.ada)
    return cast


def test_ada_may_ben_is_told_who_can_cleo_finds_nothing(cast: Cast) -> None:
    assert cast.client(cast.ada).get(address()).status_code == 200
    refused = cast.client(cast.ben).get(address())
    assert refused.status_code == 403
    assert "School improvement lead" in refused.content.decode()
    assert cast.client(cast.cleo).get(address()).status_code == 404
    assert cast.client(cast.olive).get(address()).status_code == 403
    assert reverse("account_login") in Client().get(address()).headers["Location"]


def test_it_opens_with_its_answer(story: Cast) -> None:
    html = page(story.client(story.ruth))
    assert "Friday 20 November 2026, evidence as it stands today" in html
    assert "<h1>Before the risk meeting</h1>" in html
    assert "Two support levels move down." in html
    assert "The meeting is on Tuesday 1 December at 09:30." in html
    assert "What changed since 30 June" in html


def test_a_change_has_its_reason(story: Cast) -> None:
    html = page(story.client(story.ruth))
    changes = html[html.index("What changed since") : html.index("Every school, every criterion")]
    assert "Academic, proposed" in changes
    assert "A limit is reached: Safeguarding is at Reinforce or weaker." in changes


def test_the_matrix_says_how_well_each_rating_is_known(story: Cast) -> None:
    html = page(story.client(story.ada))
    row = row_of(html, "Dunmere")
    assert ">proposed</span>" in row
    assert "was Refine" in row
    assert "one source" in row
    assert "24 months" in row
    assert 'class="r3 stale' in row or "stale" in row
    assert "Unknown" in row_of(html, "Ashmere")
    assert "due 1 Dec" in row_of(html, "Ashmere")


def test_what_is_only_part_known_says_so(cast: Cast) -> None:
    with trust_scope(cast.alder):
        halves = {kpi.key: UNKNOWN for kpi in cast.version.strategy.criteria[0].kpis[:2]}
        agree(rate(cast.dunmere, cast.autumn, head=cast.ben, level=1, but=halves), by=cast.ada)
    row = row_of(page(cast.client(cast.ada)), "Dunmere")
    assert "Part known" in row
    assert "2 of 4" in row


def test_trustees_see_what_is_proposed_and_what_was_decided(story: Cast) -> None:
    html = page(story.client(story.tom))
    assert "proposed" in row_of(html, "Dunmere")
    assert "Refine" in row_of(html, "Dunmere")


def test_a_decision_is_news_until_the_next_meeting(story: Cast) -> None:
    with trust_scope(story.alder):
        matrix = story.dunmere.assessments.latest("pk")
        decide(matrix, by=story.ruth, on=date(2026, 11, 18), level="stabilise", reason="Pupils do not learn enough.")
    html = page(story.client(story.ruth))
    assert "Academic, agreed 18 Nov" in html
    assert "Pupils do not learn enough. The school may reply until 2 December." in html


def test_what_was_rated_earlier_is_dated(cast: Cast) -> None:
    with trust_scope(cast.alder):
        agree(rate(cast.dunmere, term("spring", 2025), head=cast.ben), by=cast.ada)
    html = page(cast.client(cast.ada))
    assert "200 pupils, rated Spring 26" in row_of(html, "Dunmere")
    assert ">Overdue<" not in html
    assert html.count("Risk matrix, Autumn 26: not begun") == 0  # due 25 November


def test_an_overdue_matrix_is_listed_whether_begun_or_not(cast: Cast) -> None:
    with time_machine.travel(moment(date(2026, 12, 4)), tick=False):
        html = page(cast.client(cast.ada))
    assert html.count("Risk matrix, Autumn 26: not begun") == 2
    assert "Two returns are overdue." in html
    assert "Overdue by 9 days" in html


def test_a_past_term_stands_as_it_stood(story: Cast) -> None:
    with trust_scope(story.alder):
        summer = term("summer", 2025)
    html = page(story.client(story.ruth), period=str(summer.pk))
    assert "<h1>Every school, Summer term 2025/26</h1>" in html
    assert "proposed" not in row_of(html, "Dunmere")
    assert 'aria-current="true"' in html


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ({}, {"Dunmere", "Ashmere", "Zeta"}),
        ({"phase": "secondary"}, {"Zeta"}),
        ({"phase": "nonsense"}, {"Dunmere", "Ashmere", "Zeta"}),
        ({"category": "proposed"}, {"Dunmere"}),
        ({"category": "reinforce"}, {"Dunmere"}),
        ({"category": "weak"}, {"Dunmere"}),
        ({"category": "open"}, {"Ashmere", "Zeta"}),
        ({"show": "changed"}, {"Dunmere"}),
        ({"show": "unsure"}, {"Dunmere", "Ashmere", "Zeta"}),
        ({"category": "sustain"}, set()),
    ],
)
def test_filters_are_in_the_address(story: Cast, asked: dict[str, str], shown: set[str]) -> None:
    with trust_scope(story.alder):
        SchoolFactory(name="Zeta Academy", phase="secondary", pupils=900)
    html = page(story.client(story.ada), **asked)
    rows = " ".join(re.findall(r'scope="row"><a [^>]*>([^<]*)</a>', html))
    assert {name for name in ("Dunmere", "Ashmere", "Zeta") if name in rows} == shown
    assert shown or "No school fits these filters." in html


@pytest.mark.parametrize(("order", "first"), [("", "Dunmere"), ("name", "Ashmere"), ("pupils", "Zeta")])
def test_order_is_in_the_address(story: Cast, order: str, first: str) -> None:
    with trust_scope(story.alder):
        SchoolFactory(name="Zeta Academy", phase="secondary", pupils=900)
    html = page(story.client(story.ada), order=order)
    assert re.findall(r'scope="row"><a [^>]*>([^<]*)</a>', html)[0].startswith(first)


def test_every_indicator_has_a_column_and_keeps_the_filters(story: Cast) -> None:
    html = page(story.client(story.ada), by="indicators", order="name")
    assert html.count('class="turn"') == 39
    assert 'role="region"' in html
    assert '<input type="hidden" name="by" value="indicators">' in html


def test_a_school_may_be_called_anything(cast: Cast) -> None:
    with trust_scope(cast.alder):
        School.objects.filter(pk=cast.dunmere.pk).update(name='<script>alert("1")</script> & "Co"')
    for asked in ({}, {"by": "indicators"}):
        html = page(cast.client(cast.ada), **asked)
        assert "<script>alert" not in html
        assert "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &quot;Co&quot;" in html


STRATEGY_COLUMNS = [
    ("two_axes", ["Academic", "Operational"], 11),
    ("numbered_categories", ["Now"], 5),
    ("sustain_to_stabilise", ["Now"], 6),
    ("four_phases", ["Now"], 9),
    ("no_categories", [], 11),
]


@pytest.mark.parametrize(("strategy", "axes", "criteria"), STRATEGY_COLUMNS)
def test_every_strategy_has_its_own_columns_and_none_is_empty(
    db: None, strategy: str, axes: list[str], criteria: int
) -> None:
    trust, _ = start_trust("elm", strategy)
    with trust_scope(trust):
        school = SchoolFactory(name="Elm Primary")
        lead, head = member("Lena Lead", "si_lead"), member("Hari Head", "head", school)
        agree(rate(school, term("autumn", 2026), head=head, level=3), by=lead)
    html = signed_in(lead).get(address("elm")).content.decode()
    row = row_of(html, "Elm Primary")
    assert re.findall(r'class="flat">([^<]*)<', html) == axes
    assert len(re.findall(r'<td role="cell" class="cat', row)) == len(axes)
    assert len(re.findall(r"<td ", row)) == len(axes) + criteria + 1  # and the sentence of the narrow card
    assert 'colspan="0"' not in html
    assert ('name="category"' in html) == bool(axes)


def test_a_half_termly_school_is_asked_by_the_half_term(db: None) -> None:
    trust, _ = start_trust("elm", "numbered_categories")
    with trust_scope(trust):
        school, other = SchoolFactory(name="Elm Primary"), SchoolFactory(name="Oak Primary")
        lead, chief = member("Lena Lead", "si_lead"), member("Cher Chief", "ceo")
        for one in (school, other):
            head = member(f"Head {one.name}", "head", one)
            matrix = agree(rate(one, term("autumn", 2026), head=head, level=3, on=date(2026, 9, 20)), by=lead)
            level = "four" if one is school else "three"
            decide(matrix, by=chief, level=level, reason="As it is.", on=date(2026, 10, 1))
    with time_machine.travel(moment(date(2026, 12, 4)), tick=False):
        html = signed_in(lead).get(address("elm")).content.decode()
    assert "Risk matrix, Autumn 26 (2): not begun" in html
    assert html.count(": not begun") == 1
    assert "Category 4" in row_of(html, "Elm Primary")


def test_thirty_schools_cost_as_many_queries_as_two(
    story: Cast, queries: Callable[[Callable[[], Any]], list[str]], say: Callable[[str], None]
) -> None:
    client = story.client(story.ada)
    client.get(address())
    few = queries(lambda: client.get(address()))
    with trust_scope(story.alder):
        furnish(story.version, schools=28, chief=story.ruth)
    many = queries(lambda: client.get(address()))
    say(f"overview: {len(few)} statements for 2 schools, {len(many)} for 30")
    assert len(many) == len(few), "\n".join(many)
    assert len(few) <= 15
    assert len(queries(lambda: client.get(address(by="indicators")))) == len(few)
