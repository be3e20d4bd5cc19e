"""A school looked at each half term is decided on its half term's matrix, and goes back to terms afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from categorisation import services
from categorisation.models import Assessment, Decision
from reporting.queries.overview import overview
from schools.models import Membership, Period, School, Trust
from schools.queries import current_period
from schools.services.meetings import plan_meeting
from schools.tenancy import trust_scope
from tests.categorisation.concluding import ALL_STAYS, ALL_STAYS_TYPED
from tests.conftest import Cast, start_trust
from tests.factories import SchoolFactory, member
from tests.reporting.stories import agree, decide, rate, term

OCTOBER, NOVEMBER, DECEMBER = date(2026, 10, 14), date(2026, 11, 18), date(2026, 11, 24)


def decide_category(school: School, axis: str, **known: Any) -> Decision:
    """With what a re-assessment of this strategy concludes."""
    return services.decide_category(school, axis, conclusion=ALL_STAYS, **known)


@dataclass(frozen=True)
class Elm:
    """A trust with numbered categories, and a school in the weakest."""

    trust: Trust
    school: School
    head: Membership
    lead: Membership
    ceo: Membership


@pytest.fixture
def elm(db: None, time_machine: Any) -> Elm:
    """In October the school was put in category 4, on its matrix for the term."""
    trust, _ = start_trust("elm", "numbered_categories")
    with trust_scope(trust):
        school = SchoolFactory(name="Dunmere Primary")
        made = Elm(
            trust, school, member("Ben Osei", "head", school), member("Ada Whitlock", "si_lead"),
            member("Ruth Ellison", "ceo"),
        )  # fmt: skip
        matrix = agree(rate(school, term("autumn", 2026), head=made.head, on=OCTOBER), by=made.lead, on=OCTOBER)
        decide(matrix, by=made.ceo, level="four", reason="The school needs much support.", on=OCTOBER)
    time_machine.move_to("2026-11-24T12:00Z")
    return made


@pytest.fixture
def open_elm(elm: Elm) -> Iterator[Trust]:
    with trust_scope(elm.trust) as trust:
        yield trust


def rated(elm: Elm) -> Assessment:
    matrix = rate(elm.school, term("autumn", 2026, 2), head=elm.head, on=NOVEMBER)
    return agree(matrix, by=elm.lead, on=NOVEMBER)


def asked(elm: Elm, day: date) -> Period:
    period = current_period(day)
    assert period is not None
    asked_in = overview(period, today=day).lines[0].asked_in
    return Period.objects.get(pk=asked_in)


def shown(elm: Elm) -> str:
    return overview(term("autumn", 2026), today=DECEMBER).lines[0].categories[0].level


@pytest.mark.usefixtures("open_elm")
def test_it_is_decided_as_proposed_on_the_matrix_of_its_half_term(elm: Elm) -> None:
    matrix = rated(elm)
    proposal = matrix.proposals.get()
    assert shown(elm) == proposal.level != "four"
    made = decide_category(elm.school, "overall", by=elm.ceo, level=proposal.level, period=term("autumn", 2026))
    assert (made.proposal, made.period, made.was) == (proposal, matrix.period, "four")
    assert made.proposal is not None
    assert made.proposal.explanation["words"]["headline"]


@pytest.mark.usefixtures("open_elm")
def test_before_its_matrix_is_agreed_the_terms_still_stands(elm: Elm) -> None:
    rate(elm.school, term("autumn", 2026, 2), head=elm.head, on=NOVEMBER)
    made = decide_category(
        elm.school, "overall", by=elm.ceo, level="three", reason="Better.", period=term("autumn", 2026)
    )
    assert made.period == term("autumn", 2026)


@pytest.mark.usefixtures("open_elm")
def test_a_meeting_of_the_term_decides_on_the_half_terms_matrix(elm: Elm) -> None:
    matrix = rated(elm)
    meeting = plan_meeting(
        "risk_meeting", by=elm.lead, title="Risk meeting", period=term("autumn", 2026),
        starts_at="2026-11-24T14:00Z", place="", schools=[elm.school],
    )  # type: ignore[arg-type]  # fmt: skip
    level = matrix.proposals.get().level
    made = decide_category(elm.school, "overall", by=elm.ceo, level=level, period=meeting.period, meeting=meeting)
    assert (made.period, made.meeting) == (matrix.period, meeting)


@pytest.mark.usefixtures("open_elm")
def test_a_meeting_of_the_first_half_does_not_see_the_second(elm: Elm) -> None:
    rated(elm)
    first = term("autumn", 2026, 1)
    made = decide_category(elm.school, "overall", by=elm.ceo, level="three", reason="As discussed.", period=first)
    assert made.period == term("autumn", 2026), "the term's matrix, agreed in that half"


@pytest.mark.usefixtures("open_elm")
def test_it_returns_to_terms_from_the_next_term(elm: Elm) -> None:
    assert asked(elm, date(2026, 10, 20)) == term("autumn", 2026), "half-termly from the next half term on"
    assert asked(elm, NOVEMBER) == term("autumn", 2026, 2)
    level = rated(elm).proposals.get().level
    decide_category(elm.school, "overall", by=elm.ceo, level=level, period=term("autumn", 2026))
    line = overview(term("autumn", 2026), today=DECEMBER).lines[0]
    assert (line.asked_in, line.matrix_state) == (term("autumn", 2026).pk, "agreed"), "the half term answers for it"
    assert asked(elm, date(2027, 1, 20)) == term("spring", 2026)


@pytest.mark.usefixtures("open_elm")
def test_it_stays_half_termly_while_it_stays_in_category_four(elm: Elm) -> None:
    rated(elm)
    decide_category(elm.school, "overall", by=elm.ceo, level="four", reason="Not yet.", period=term("autumn", 2026))
    assert asked(elm, date(2027, 1, 20)) == term("spring", 2026, 1)


@pytest.mark.usefixtures("open_elm")
def test_a_matrix_of_last_term_waits_into_the_next(elm: Elm, time_machine: Any) -> None:
    """The overview shows what is proposed until somebody decides, so the page does too; it belongs to the new term."""
    proposal = rated(elm).proposals.get()
    time_machine.move_to("2027-01-12T12:00Z")
    spring = term("spring", 2026)
    made = decide_category(elm.school, "overall", by=elm.ceo, level=proposal.level, period=spring)
    assert (made.proposal, made.period) == (proposal, spring)
    again = decide_category(elm.school, "overall", by=elm.ceo, level="three", reason="A slip.", period=spring)
    assert again.proposal is None, "it has been decided on"


def test_the_page_shows_the_proposal_and_records_it(elm: Elm) -> None:
    """What the overview calls proposed is what the page proposes, and as proposed needs no reason."""
    with trust_scope(elm.trust):
        proposal = rated(elm).proposals.get()
    page = reverse("decide", kwargs={"trust": "elm", "school_id": elm.school.pk, "axis": "overall"})
    ruth = Cast.client(None, elm.ceo)  # type: ignore[arg-type]
    text = ruth.get(page).content.decode()
    assert f"The rules propose <strong>{proposal.explanation['words']['headline']}</strong>" in text
    assert "Autumn term 2026/27, second half" in text
    assert ruth.post(page, {"level": proposal.level, "reason": "", **ALL_STAYS_TYPED}).status_code == 302
    with trust_scope(elm.trust):
        assert Decision.objects.latest("decided_at").proposal == proposal
