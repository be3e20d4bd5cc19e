"""Self-judgements beside inspections and other outside judgements, on the page."""

from __future__ import annotations

from datetime import date

from evidence.models import Inspection, Source
from evidence.queries.calibration import accuracy_of
from schools.tenancy import trust_scope
from tests.conftest import TODAY, Cast, stopped_at
from tests.factories import SchoolFactory

PAGE = "/t/alder/evidence/accuracy/"
CARD = "report_card_2025"


_today = stopped_at(TODAY)


def said(school, area: str, judgement: str, on: date, *, kind: str = "sef", label: str = "Self-evaluation") -> Source:
    return Source.objects.create(
        school=school, kind=kind, area=area, framework=CARD, judgement=judgement, label=label, on=on
    )


def inspected(urn: str, on: date, **grades: str) -> Inspection:
    return Inspection.objects.create(
        urn=urn, framework=CARD, inspected_on=on, grades=grades, safeguarding="Met", source="mi.csv", as_at=on
    )


def test_a_self_judgement_meets_the_next_inspection(cast: Cast):
    with trust_scope(cast.alder):
        said(cast.dunmere, "inclusion", "Strong standard", date(2026, 3, 1))
        said(cast.dunmere, "achievement", "Expected standard", date(2026, 3, 1))
        inspected(cast.dunmere.urn, date(2026, 5, 6), inclusion="Expected standard", achievement="Expected standard")
        (found, other) = accuracy_of([cast.dunmere, cast.ashmere], TODAY)
    assert [(pair.own.area, pair.distance) for pair in found.accuracy.pairs] == [("inclusion", 1), ("achievement", 0)]
    assert (other.own, other.accuracy.pairs) == (0, ())


def test_an_outside_judgement_entered_by_hand_counts_too_and_safeguarding_has_two_words(cast: Cast):
    with trust_scope(cast.alder):
        said(cast.dunmere, "safeguarding", "Met", date(2026, 3, 1))
        said(cast.dunmere, "safeguarding", "Not met", date(2026, 6, 1), kind="review", label="Trust review")
        (found,) = accuracy_of([cast.dunmere], TODAY)
    (pair,) = found.accuracy.pairs
    assert (pair.distance, pair.outside.by) == (1, "Trust review")


def test_words_that_are_no_judgement_of_the_area_are_left_out(cast: Cast):
    with trust_scope(cast.alder):
        said(cast.dunmere, "inclusion", "na", date(2026, 3, 1))
        said(cast.dunmere, "nowhere", "Met", date(2026, 3, 1))
        (found,) = accuracy_of([cast.dunmere], TODAY)
    assert found.own == 0


def test_the_page_says_it_in_a_sentence_and_a_chart(cast: Cast):
    with trust_scope(cast.alder):
        for area in ("inclusion", "achievement", "leadership_and_governance"):
            said(cast.dunmere, area, "Strong standard", date(2026, 3, 1))
        inspected(
            cast.dunmere.urn, date(2026, 5, 6), inclusion="Expected standard", achievement="Expected standard",
            leadership_and_governance="Expected standard",
        )  # fmt: skip
    page = " ".join(cast.client(cast.ruth).get(PAGE).content.decode().split())
    assert "3 were more generous. On average it judges itself 1.0 grades stronger than others do." in page
    assert "<svg" in page
    assert "Ofsted inspection, 6 May 2026" in page


def test_who_may(cast: Cast):
    page = cast.client(cast.ben).get(PAGE).content.decode()
    assert "Dunmere" in page
    assert "Ashmere" not in page
    assert cast.client(cast.tom).get(PAGE).status_code == 403
    assert cast.client(cast.gita).get(PAGE).status_code == 403
    assert cast.client(cast.cleo).get(PAGE).status_code == 404


def test_the_number_of_queries_does_not_grow(cast: Cast, queries):
    client = cast.client(cast.ruth)
    client.get(PAGE)
    few = len(queries(lambda: client.get(PAGE)))
    with trust_scope(cast.alder):
        for _ in range(30):
            school = SchoolFactory()
            said(school, "inclusion", "Strong standard", date(2026, 3, 1))
            inspected(school.urn, date(2026, 5, 6), inclusion="Expected standard")
    assert len(queries(lambda: client.get(PAGE))) == few <= 12
