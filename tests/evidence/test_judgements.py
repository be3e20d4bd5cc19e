"""Judgements from outside, entered by hand: recorded, taken back, set beside the school's own."""

from __future__ import annotations

import pytest

from evidence.models import Source
from schools.models import AuditEntry
from schools.tenancy import trust_scope
from tests.conftest import TODAY, Cast, stopped_at

TYPED = {"area": "inclusion", "judgement": "Expected standard", "on": "16/10/26", "who": "Local authority review"}


_today = stopped_at(TODAY)


def page_of(cast: Cast) -> str:
    return f"/t/alder/schools/{cast.dunmere.pk}/judgements/"


def text_of(response) -> str:
    return " ".join(response.content.decode().split())


def test_one_that_is_recorded_stands_on_the_page_and_in_the_record(cast: Cast):
    client = cast.client(cast.ada)
    assert client.post(page_of(cast), TYPED).status_code == 302
    page = text_of(client.get(page_of(cast)))
    assert "Local authority review, 16 October 2026. Report card." in page
    with trust_scope(cast.alder):
        row = Source.objects.get()
        assert (row.kind, row.framework, row.judgement) == ("outside", "report_card_2025", "Expected standard")
        assert AuditEntry.objects.get(did="judgement.recorded").after == (
            "Inclusion: Expected standard, 16 October 2026"
        )


def test_it_meets_what_the_school_said(cast: Cast):
    with trust_scope(cast.alder):
        Source.objects.create(
            school=cast.dunmere, kind="sef", area="inclusion", framework="report_card_2025",
            judgement="Strong standard", label="Self-evaluation", on="2026-07-01",
        )  # fmt: skip
    cast.client(cast.ada).post(page_of(cast), TYPED)
    page = text_of(cast.client(cast.ruth).get("/t/alder/evidence/accuracy/"))
    assert "The one judgement set beside the next from outside was more generous." in page


def test_an_older_framework_has_its_own_areas_and_words(cast: Cast):
    client = cast.client(cast.ada)
    address = f"{page_of(cast)}?layout=graded_1_to_4"
    assert "Quality of education" in text_of(client.get(address))
    typed = {"area": "quality_of_education", "judgement": "2", "on": "3 June 2019", "who": "Peer review"}
    assert client.post(address, typed).status_code == 302
    assert "Good (2)" in text_of(client.get(page_of(cast)))


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"area": ""}, "Choose one of the areas."),
        ({"judgement": "brilliant"}, "Choose the judgement."),
        ({"judgement": "Met"}, "Inclusion is judged as Exceptional, Strong standard"),
        ({"on": "tomorrow"}, "16 October 2026"),
        ({"on": "1/12/2026"}, "The day cannot be in the future."),
        ({"on": "1/12/1999"}, "Enter a day of the last 20 years."),
        ({"who": ""}, "Say who judged."),
        ({"who": "Mrs Smith"}, "Give the body or the role, not the name"),
    ],
)
def test_bad_input(cast: Cast, wrong, says):
    answer = cast.client(cast.ada).post(page_of(cast), TYPED | wrong)
    assert answer.status_code == 422
    assert says in text_of(answer)
    with trust_scope(cast.alder):
        assert not Source.objects.exists()


def test_taking_back_needs_a_reason_and_is_kept_in_the_record(cast: Cast):
    client = cast.client(cast.ada)
    client.post(page_of(cast), TYPED)
    with trust_scope(cast.alder):
        pk = Source.objects.get().pk
    answer = client.post(f"{page_of(cast)}{pk}/withdraw/", {f"back-{pk}-reason": " "})
    assert answer.status_code == 422
    assert "Say why, in a sentence." in text_of(answer)
    assert client.post(f"{page_of(cast)}{pk}/withdraw/", {f"back-{pk}-reason": "Of another school."}).status_code == 302
    with trust_scope(cast.alder):
        assert not Source.objects.exists()
        assert AuditEntry.objects.get(did="judgement.withdrawn").why == "Of another school."


def test_who_may(cast: Cast):
    assert cast.client(cast.cleo).get(page_of(cast)).status_code == 404
    for person in (cast.ben, cast.tom, cast.gita, cast.olive):
        assert cast.client(person).post(page_of(cast), TYPED).status_code == 403


def test_a_check_of_a_dated_indicator_is_not_taken_back_here(cast: Cast):
    with trust_scope(cast.alder):
        row = Source.objects.create(school=cast.dunmere, kind="check", area="safeguarding_audit", label="x", on=TODAY)
    client = cast.client(cast.ada)
    assert client.post(f"{page_of(cast)}{row.pk}/withdraw/", {f"back-{row.pk}-reason": "x"}).status_code == 404
