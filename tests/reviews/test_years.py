"""The programme of a school and year: written by both sides, signed by both, taken up anew, and read by whom."""

from __future__ import annotations

import re
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, ProgrammingError, transaction

from reviews.models import ProgrammeEdition, YearProgramme
from reviews.rules.years import form_of_year, to_write
from reviews.services.years import begin_year, save_year, sign_year, take_up_year
from schools.models import AuditEntry, Notice
from schools.strategy import StrategyError, read_strategy
from schools.tenancy import trust_scope
from schools.words import year_words
from tests.conftest import STRATEGIES, TODAY, Cast
from tests.factories import member
from tests.reviews.years_world import WORDS, Cedar
from tests.strategies.reading import shipped


@pytest.fixture
def cedar(db: None):
    with time_machine.travel(TODAY, tick=False):
        yield Cedar()


def text_of(response: Any) -> str:
    return " ".join(response.content.decode().split())


def test_the_record_is_named_by_the_kind_of_its_form_and_by_no_key() -> None:
    text = (STRATEGIES / "no_categories.toml").read_text().replace('key = "programme"\n', 'key = "our_year"\n')
    assert form_of_year(read_strategy(text)).key == "our_year"
    assert [form_of_year(shipped(name)) for name in ("two_axes", "four_phases", "numbered_categories")] == [None] * 3
    with pytest.raises(StrategyError, match="a school and year has one record"):
        read_strategy(text.replace('label = "Work agreement"\nkind = "review"', 'label = "Two"\nkind = "programme"'))


def test_the_year_is_not_typed_but_stands_in_the_record(cedar: Cedar) -> None:
    with trust_scope(cedar.trust):
        row = cedar.begun()
    assert row.answers == {"year": "2026/27"}
    form = form_of_year(cedar.version.strategy)
    assert [field.key for field in form.header][:2] == ["year", "priorities"]
    assert [field.key for field in to_write(form).header] == list(WORDS) == list(to_write(form).head_fields)
    assert (year_words(1999), year_words(2026)) == ("1999/00", "2026/27")


def test_it_is_agreed_when_both_sides_have_signed_the_same_words(cedar: Cedar) -> None:
    with trust_scope(cedar.trust):
        row = cedar.begun()
        with pytest.raises(ValidationError, match="Priorities for the year"):
            sign_year(row, "trust", by=cedar.ivy, read=1)
        save_year(row, WORDS, by=cedar.hal, version=1)
        with pytest.raises(ValidationError, match="has changed since"):
            sign_year(row, "trust", by=cedar.ivy, read=1)
        assert sign_year(row, "trust", by=cedar.ivy, read=2).state_words == "Signed by the trust"
        with pytest.raises(ValidationError, match="Signed by the trust, so it cannot be changed"):
            save_year(row, {"priorities": "Other."}, by=cedar.hal, version=2)
        with pytest.raises(ValidationError, match="signed already"):
            sign_year(row, "trust", by=cedar.ivy, read=2)
        with pytest.raises(ValidationError, match="signed for the other side"):
            sign_year(row, "school", by=cedar.ivy, read=2)
        assert not ProgrammeEdition.objects.exists()
        assert sign_year(row, "school", by=cedar.hal, read=2).is_agreed
        edition = ProgrammeEdition.objects.get()
        assert (edition.number, edition.answers) == (1, {"year": "2026/27", **WORDS})
        said = list(AuditEntry.objects.filter(did__startswith="programme.").order_by("pk").values_list("did", "after"))
        assert said == [
            ("programme.begun", "2026/27"),
            ("programme.signed", "for the trust"),
            ("programme.signed", "for the school"),
        ]


def test_the_database_keeps_one_a_year_and_two_people(cedar: Cedar) -> None:
    with trust_scope(cedar.trust):
        row = cedar.agreed()
        with pytest.raises(ValidationError, match="begun this record already"):
            cedar.begun()
        with pytest.raises(IntegrityError, match="programme_once_a_year"), transaction.atomic():
            YearProgramme.objects.create(
                school=cedar.school, strategy_version=cedar.version, form="programme", year=2026,
                begun_at=row.begun_at, begun_by=cedar.ivy,
            )  # fmt: skip
        with pytest.raises(IntegrityError, match="programme_signed_by_two_people"), transaction.atomic():
            YearProgramme.objects.update(trust_signed_by=cedar.hal)
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            ProgrammeEdition.objects.update(number=7)


@pytest.mark.parametrize("year", [2025, 2028, 0])
def test_it_is_begun_for_this_year_or_the_next(cedar: Cedar, year: int) -> None:
    with trust_scope(cedar.trust), pytest.raises(ValidationError, match="this year or for the next"):
        begin_year(cedar.school, cedar.version, year=year, by=cedar.ivy)


def test_taken_up_anew_it_keeps_what_was_agreed(cedar: Cedar) -> None:
    with trust_scope(cedar.trust):
        row = cedar.agreed()
        with pytest.raises(ValidationError) as refused:
            take_up_year(row, "school", by=cedar.hal, reason=" ")
        assert list(refused.value.message_dict) == ["reason"]
        row = take_up_year(row, "school", by=cedar.hal, reason="Two classes are joined.")
        assert row.is_written
        save_year(row, {"priorities": "Writing."}, by=cedar.hal, version=2)
        sign_year(row, "school", by=cedar.hal, read=3)
        sign_year(row, "trust", by=cedar.ivy, read=3)
        kept = list(ProgrammeEdition.objects.order_by("number").values_list("answers__priorities", flat=True))
        assert kept == [WORDS["priorities"], "Writing."]
        told = Notice.objects.filter(to=cedar.ivy, subject__contains="taken up anew").get()
        assert "Two classes are joined." in told.body
        with pytest.raises(ValidationError, match="written already"):
            take_up_year(take_up_year(row, "trust", by=cedar.ivy, reason="Again."), "trust", by=cedar.ivy, reason="x")


def test_both_sides_fill_it_in_on_the_page_and_everybody_else_reads_what_is_agreed(cedar: Cedar) -> None:
    ivy, hal, gov = (cedar.client(one) for one in (cedar.ivy, cedar.hal, cedar.gov))
    assert "Nothing has been agreed for 2026/27." in text_of(gov.get(cedar.page))
    assert "Nothing is written for 2026/27 yet." in text_of(hal.get(cedar.page))
    there = hal.post(f"{cedar.page}begin/", {"year": "2026"})["Location"]
    assert 'name="year"' not in hal.get(there).content.decode()
    assert "Before it can be signed" in text_of(ivy.get(cedar.page))
    assert ivy.post(there, {"version": "1", "priorities": WORDS["priorities"]}).status_code == 302
    rest = {key: WORDS[key] for key in WORDS if key != "priorities"}
    assert hal.post(f"{there}save/", {"version": "2", **rest}).json()["version"] == 3
    assert gov.get(there).status_code == 404
    assert WORDS["priorities"] not in text_of(gov.get(cedar.page))
    at = there.removesuffix("write/")
    read = re.search(r'name="read" value="(\d+)"', hal.get(cedar.page).content.decode())[1]
    assert "The other side signs next." in text_of(hal.post(f"{at}sign/", {"read": read}, follow=True))
    assert "It waits for the trust to sign." in text_of(hal.get(cedar.page))
    assert "Both sides have agreed." in text_of(ivy.post(f"{at}sign/", {"read": read}, follow=True))
    shown = text_of(gov.get(cedar.page))
    assert all(words in shown for words in WORDS.values())
    assert "Ivy Long signed for the trust on" in shown
    assert "Take it up anew" not in shown
    refused = hal.post(f"{at}anew/", {"anew-reason": ""})
    assert (refused.status_code, "Say why, in a sentence" in text_of(refused)) == (422, True)
    hal.post(f"{at}anew/", {"anew-reason": "Two classes are joined."})
    hal.post(there, {"version": read, "priorities": "Writing."})
    assert "As agreed on" in text_of(hal.get(cedar.page))
    assert "Writing." not in text_of(gov.get(cedar.page))  # until both have signed it


@pytest.mark.parametrize(("person", "status"), [("gov", 403), ("lee", 403), ("nia", 404)])
def test_who_acts_for_neither_side_writes_and_signs_nothing(cedar: Cedar, person: str, status: int) -> None:
    with trust_scope(cedar.trust):
        row = cedar.agreed()
    client = cedar.client(getattr(cedar, person))
    at = f"/t/cedar/programme/{row.pk}/"
    for route, data in (("sign", {"read": "2"}), ("anew", {"anew-reason": "x"}), ("write/save", {"version": "2"})):
        assert client.post(f"{at}{route}/", data).status_code == status
    assert client.get(f"{at}write/").status_code == status
    assert client.post(f"{cedar.page}begin/", {"year": "2027"}).status_code == status
    assert client.get(f"{at}file/").status_code == (200 if status == 403 else 404)
    assert client.get(f"{at}paper/").status_code == 404


def test_a_person_of_both_sides_signs_one(cedar: Cedar) -> None:
    """An improvement lead who leads the school acts for the school alone."""
    with trust_scope(cedar.trust):
        both = member("Bo Both", "head", cedar.school)
        both.grants.create(role="si_lead")
        row = cedar.begun()
        save_year(row, WORDS, by=cedar.ivy, version=1)
    client = cedar.client(both)
    assert "Sign for the school" in text_of(client.get(cedar.page))
    client.post(f"/t/cedar/programme/{row.pk}/sign/", {"read": "2"})
    client.post(f"/t/cedar/programme/{row.pk}/sign/", {"read": "2"})
    with trust_scope(cedar.trust):
        row.refresh_from_db()
    assert (row.school_signed_by_id, row.trust_signed_by_id) == (both.pk, None)


def test_what_waits_to_be_signed_stands_in_the_list_of_the_other_side(cedar: Cedar) -> None:
    with trust_scope(cedar.trust):
        row = cedar.begun()
        save_year(row, WORDS, by=cedar.ivy, version=1)
        sign_year(row, "trust", by=cedar.ivy, read=2)
    line = "Programme for 2026/27: read it and sign"
    assert line in text_of(cedar.client(cedar.hal).get("/t/cedar/my-school/"))
    with trust_scope(cedar.trust):
        take_up_year(row, "trust", by=cedar.ivy, reason="One more thing.")
        sign_year(row, "school", by=cedar.hal, read=2)
    assert line not in text_of(cedar.client(cedar.hal).get("/t/cedar/my-school/"))
    assert line in text_of(cedar.client(cedar.ivy).get("/t/cedar/overview/"))


def test_the_trust_sees_which_years_are_agreed(cedar: Cedar) -> None:
    with trust_scope(cedar.trust):
        cedar.agreed()
    shown = text_of(cedar.client(cedar.ivy).get("/t/cedar/programme/"))
    assert "Agreed by both sides" in shown
    assert "not begun" in shown


def test_a_trust_whose_strategy_writes_no_year_down_shows_nothing(cast: Cast) -> None:
    with time_machine.travel(TODAY, tick=False):
        page = text_of(cast.client(cast.ben).get(f"/t/alder/schools/{cast.dunmere.pk}/programme/"))
        assert 'id="record"' not in page
        assert "Agreed for the year" not in text_of(cast.client(cast.ada).get("/t/alder/programme/"))
        assert (
            cast.client(cast.ben)
            .post(f"/t/alder/schools/{cast.dunmere.pk}/programme/begin/", {"year": "2026"}, follow=True)
            .context["messages"]
        )


def test_programs_read_it_as_it_was_filled_in(cedar: Cedar) -> None:
    with trust_scope(cedar.trust):
        row = cedar.agreed()
        take_up_year(row, "school", by=cedar.hal, reason="Two classes are joined.")
    at = f"/api/v1/t/cedar/programmes/{row.pk}/"
    mine, theirs = cedar.client(cedar.hal).get(at).json(), cedar.client(cedar.gov).get(at).json()
    assert mine["filled"]["answers"] == {"year": "2026/27", **WORDS}
    assert theirs["filled"] is None
    assert theirs["editions"][0]["filled"]["answers"] == mine["filled"]["answers"]
    assert theirs["state"] == "draft"
    assert {field["key"] for field in mine["definition"]["header"]} == {"year", *WORDS}
    assert cedar.client(cedar.nia).get(at).status_code == 404
    listed = cedar.client(cedar.ivy).get("/api/v1/t/cedar/programmes/?agreed=true").json()
    assert listed["count"] == 0
