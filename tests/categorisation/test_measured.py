"""A matrix opens with what figures and dates suggest; one press accepts it, another level needs words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from categorisation.models import Assessment, Rating
from categorisation.queries import entries_of, suggestions_of
from categorisation.rules.entry import ASK_OWN_DAY, Entry, asked_of
from categorisation.services import (
    accept_suggestions,
    agree_assessment,
    carry_forward,
    moderate_rating,
    open_assessment,
    return_assessment,
    save_ratings,
    submit_assessment,
)
from evidence.models import Benchmark, Figure, PublishedFigure, Return
from evidence.queries.besides import ENGLAND
from evidence.services.sources import record_source
from schools.models import Kpi, Period
from schools.tenancy import trust_scope
from tests.conftest import TODAY, Cast

JUDGED = Entry(2, "As last term.", date(2026, 10, 16), ("data", "records"))


@pytest.fixture(autouse=True)
def _in_the_autumn_term(time_machine: Any) -> None:
    time_machine.move_to("2026-11-20T10:00Z")


def published(code: str, value: str, *, place: str = "school", year: int = 2025, **more: Any) -> None:
    told = {"denominator": 25 if place == "school" else None, "source": "Key stage 2 results", **more}
    told["numerator"] = int(value) * 25 // 100 if place == "school" else None
    PublishedFigure.objects.create(
        place=place, code=code, measure="ks2_rwm_expected", year=year, value=value, as_at=date(2026, 11, 1), **told
    )


@pytest.fixture
def figures(cast: Cast) -> None:
    """Key stage 2 of Dunmere and of England, and a check of the single central record."""
    with trust_scope(cast.alder):
        published(cast.dunmere.urn, "68")
        published(ENGLAND, "62", place="england")
        kpi = cast.version.strategy.kpi_by_key["single_central_record"]
        record_source(cast.dunmere, kpi, by=cast.ben, on=date(2026, 11, 2), outcome="put_right", who="Trust lead")


@pytest.fixture
def matrix(cast: Cast, figures: None) -> Any:
    with trust_scope(cast.alder):
        yield open_assessment(cast.dunmere, cast.autumn)


def judged(
    cast: Cast, matrix: Assessment, but: tuple[str, ...] = ("attainment_progress", "single_central_record")
) -> None:
    entries = {kpi.key: JUDGED for kpi in asked_of(cast.version.strategy, "primary") if kpi.key not in but}
    save_ratings(matrix, entries, by=cast.ben)


def rating(key: str) -> Rating:
    return Rating.objects.get(kpi__key=key)


def test_it_opens_filled_in(cast: Cast, matrix: Assessment) -> None:
    assert entries_of(matrix) == {
        "attainment_progress": Entry(1, "", date(2026, 8, 31), ("data",)),
        "single_central_record": Entry(2, "", date(2026, 11, 2), ("records",)),
    }
    one = rating("attainment_progress")
    assert (one.filled, one.author, one.suggested) == (True, None, 1)
    assert one.measured["arithmetic"] == "68% − 62% = +6 points; 3 or more suggests Sustain."
    assert one.measured["on"] == "2026-08-31"


def test_sending_accepts_what_was_filled_in(cast: Cast, matrix: Assessment) -> None:
    judged(cast, matrix)
    submit_assessment(matrix, by=cast.ben, today=TODAY)
    one = rating("attainment_progress")
    assert (one.level, one.author, one.filled, one.suggested) == (1, cast.ben, True, 1)


def test_another_level_needs_words_and_the_suggested_one_none(cast: Cast, matrix: Assessment) -> None:
    judged(cast, matrix)
    save_ratings(matrix, {"attainment_progress": Entry(3, "", date(2026, 8, 31), ("data",))}, by=cast.ben)
    with pytest.raises(ValidationError) as refused:
        submit_assessment(matrix, by=cast.ben, today=TODAY)
    assert refused.value.message_dict == {
        "note-attainment_progress": ["Say in a sentence why you see this differently: Sustain is suggested"],
        "date-attainment_progress": [ASK_OWN_DAY],
    }
    words = "A very strong cohort, and this year's is not."
    save_ratings(matrix, {"attainment_progress": Entry(3, words, date(2026, 8, 31), ("data",))}, by=cast.ben)
    submit_assessment(matrix, by=cast.ben, today=TODAY)
    one = rating("attainment_progress")
    assert (one.level, one.suggested, one.filled, one.note) == (3, 1, False, words)


def test_the_figures_date_and_source_go_with_its_level(cast: Cast, matrix: Assessment) -> None:
    own = Entry(3, "A very strong cohort.", date(2026, 8, 31), ("data", "records"))
    save_ratings(matrix, {"attainment_progress": own}, by=cast.ben)
    assert entries_of(matrix)["attainment_progress"] == Entry(3, own.note, None, ("records",))
    save_ratings(matrix, {"attainment_progress": own}, by=cast.ben)
    assert entries_of(matrix)["attainment_progress"] == own, "what the head dates anew is the head’s"


def test_evidence_of_another_day_is_the_heads_own(cast: Cast, matrix: Assessment) -> None:
    own = Entry(3, "Books in October.", date(2026, 10, 16), ("data",))
    save_ratings(matrix, {"attainment_progress": own}, by=cast.ben)
    assert entries_of(matrix)["attainment_progress"] == own


def fields(cast: Cast, **changes: Any) -> dict[str, Any]:
    """What the page sends: the figure's rating with the changes, and others that lack nothing."""
    with trust_scope(cast.alder):
        numbers = dict(Kpi.objects.values_list("key", "number"))
    sent: dict[str, Any] = {"version": "9"}
    for kpi in cast.version.strategy.criterion_by_key["quality_of_education"].kpis:
        given = {"level": "2", "note": "As last term.", "evidence_on": "16 October 2026", "sources": ["records"]}
        if kpi.key == "attainment_progress":
            given = {"level": "1", "note": "", "evidence_on": "31 August 2026", "sources": ["data"], **changes}
        sent |= {f"k{numbers[kpi.key]}-{name}": value for name, value in given.items()}
    return sent


def test_a_missing_reason_is_said_where_it_is_to_be_written(cast: Cast, ben: Client) -> None:
    asked = "Say in a sentence why you see this differently: Sustain is suggested"
    page = url(cast, "criterion", criterion="quality_of_education")
    assert asked not in ben.get(page).content.decode()
    answer = ben.post(url(cast, "matrix_autosave", criterion="quality_of_education"), fields(cast, level="4")).json()
    with trust_scope(cast.alder):
        name = f"k{Kpi.objects.get(key='attainment_progress').number}"
    assert answer["missing"] == {f"{name}-note": asked, f"{name}-evidence_on": ASK_OWN_DAY}
    assert answer["values"] == {f"{name}-evidence_on": [""], f"{name}-sources": []}
    assert answer["states"][name] == "rated"
    html = ben.get(page).content.decode()
    assert asked in html
    assert ASK_OWN_DAY in html


def test_the_matrix_is_not_ready_while_a_reason_is_missing(cast: Cast, ben: Client) -> None:
    with trust_scope(cast.alder):
        judged(cast, open_assessment(cast.dunmere, cast.autumn))
    whole = ben.get(url(cast, "matrix")).content.decode()
    assert "then send it" in whole
    page = url(cast, "criterion", criterion="quality_of_education")
    ben.post(page, fields(cast, level="4", evidence_on="16 October 2026"))
    html = ben.get(url(cast, "matrix")).content.decode()
    assert "then send it" not in html
    assert "Send to the trust" not in html
    assert "1 still needs something before the matrix can be sent" in html
    assert "Sustain is suggested</li>" in html
    asked = len(list(cast.version.strategy.criterion_by_key["quality_of_education"].kpis))
    assert f"{asked - 1} of {asked}" in ben.get(page).content.decode()
    assert ben.post(url(cast, "matrix_submit")).status_code == 422


def test_rated_so_is_said_only_of_the_level_chosen(cast: Cast, ben: Client) -> None:
    page = url(cast, "criterion", criterion="quality_of_education")
    ben.post(page, fields(cast) | {"accept": "attainment_progress"})
    assert "data-rated-so>" in ben.get(page).content.decode()
    ben.post(page, fields(cast, level="4"))
    html = ben.get(page).content.decode()
    assert "data-rated-so hidden>" in html
    assert 'value="attainment_progress">' in html, "it can be accepted again"


def test_what_was_suggested_stays_as_it_was_when_it_was_sent(cast: Cast, matrix: Assessment) -> None:
    judged(cast, matrix)
    submit_assessment(matrix, by=cast.ben, today=TODAY)
    PublishedFigure.objects.filter(place="england").update(value=80)
    html = cast.client(cast.ada).get(url(cast, "matrix_moderate")).content.decode()
    assert "68% − 62% = +6 points" in html
    assert "80%" not in html


def test_a_fresher_figure_is_filled_in_and_not_carried_over(cast: Cast, matrix: Assessment, time_machine: Any) -> None:
    judged(cast, matrix)
    submit_assessment(matrix, by=cast.ben, today=TODAY)
    agree_assessment(matrix, by=cast.ada)
    time_machine.move_to("2027-01-20T10:00Z")
    published(cast.dunmere.urn, "58", year=2026, span="autumn")  # another span changes nothing
    Benchmark.objects.create(measure="ks2_rwm_expected", year=2025, value="70", source="Revised in January")
    spring = open_assessment(cast.dunmere, Period.objects.get(year=2026, season="spring", half=0))
    carry_forward(spring, by=cast.ben, today=date(2027, 1, 20))
    one = Rating.objects.get(kpi__key="attainment_progress", assessment=spring)
    assert (one.level, one.filled, one.carried) == (3, True, False)
    assert one.measured["beside"] == "70%"
    judged_one = Rating.objects.get(kpi__key="bullying_logs", assessment=spring)
    assert (judged_one.carried, judged_one.level) == (True, 2)


def test_later_evidence_of_the_schools_own_is_not_overwritten(
    cast: Cast, matrix: Assessment, time_machine: Any
) -> None:
    judged(cast, matrix)
    own = Entry(3, "Mock tests in November say otherwise.", date(2026, 11, 10), ("data",))
    save_ratings(matrix, {"attainment_progress": own}, by=cast.ben)
    submit_assessment(matrix, by=cast.ben, today=TODAY)
    agree_assessment(matrix, by=cast.ada)
    time_machine.move_to("2027-01-20T10:00Z")
    spring = open_assessment(cast.dunmere, Period.objects.get(year=2026, season="spring", half=0))
    assert "attainment_progress" not in entries_of(spring)
    carry_forward(spring, by=cast.ben, today=date(2027, 1, 20))
    one = Rating.objects.get(kpi__key="attainment_progress", assessment=spring)
    assert (one.level, one.carried, one.note) == (3, True, own.note)


def test_accept_all_takes_what_nobody_rated_by_hand(cast: Cast, matrix: Assessment) -> None:
    save_ratings(matrix, {"single_central_record": Entry(4, "Mine.", date(2026, 11, 2), ())}, by=cast.ben)
    saved = accept_suggestions(matrix, by=cast.ben, today=TODAY)
    assert saved.written == 1
    one = rating("attainment_progress")
    assert (one.filled, one.author) == (False, cast.ben)
    assert rating("single_central_record").level == 4
    accept_suggestions(matrix, by=cast.ben, today=TODAY, only="single_central_record")
    one = rating("single_central_record")
    assert (one.level, one.note, one.suggested) == (2, "Mine.", 2)
    with pytest.raises(ValidationError, match="Nothing is suggested"):
        accept_suggestions(matrix, by=cast.ben, today=TODAY, only="gld")


def test_accept_all_leaves_what_was_moderated(cast: Cast, matrix: Assessment) -> None:
    judged(cast, matrix)
    submit_assessment(matrix, by=cast.ben, today=TODAY)
    moderate_rating(matrix, "attainment_progress", by=cast.ada, level=3, reason="A small cohort.")
    return_assessment(matrix, by=cast.ada, note="Look again.")
    assert accept_suggestions(matrix, by=cast.ben, today=TODAY).written == 0
    assert rating("attainment_progress").moderated_level == 3
    accept_suggestions(matrix, by=cast.ben, today=TODAY, only="attainment_progress")
    assert (rating("attainment_progress").moderated_level, rating("attainment_progress").set_aside_level) == (None, 3)


def url(cast: Cast, name: str, **more: Any) -> str:
    return reverse(name, kwargs={"trust": "alder", "school_id": cast.dunmere.pk, "period_id": cast.autumn.pk, **more})


@pytest.fixture
def ben(cast: Cast, figures: None) -> Client:
    client = cast.client(cast.ben)
    client.post(url(cast, "matrix_begin"))
    return client


def test_the_page_shows_the_sum_and_accepts_in_one_press(cast: Cast, ben: Client) -> None:
    page = url(cast, "criterion", criterion="quality_of_education")
    html = ben.get(page).content.decode()
    for words in (
        "68% − 62% = +6 points",
        "17 of 25",
        "England 2025/26",
        "one pupil is 4 points",
        "filled in, check it",
    ):
        assert words in html, words
    with trust_scope(cast.alder):
        number, other = (Kpi.objects.get(key=key).number for key in ("attainment_progress", "curriculum_intent"))
    answer = ben.post(
        page, {"version": "2", f"k{number}-level": "4", f"k{other}-note": "Typed.", "accept": "attainment_progress"}
    )
    assert answer.url == f"{page}#k{number}-title"
    with trust_scope(cast.alder):
        assert (rating("attainment_progress").level, rating("attainment_progress").filled) == (1, False)
        assert rating("curriculum_intent").note == "Typed."
    assert "Rated so" in ben.get(page).content.decode()


def test_the_matrix_offers_all_suggestions_in_one_press(cast: Cast, ben: Client) -> None:
    assert "Accept all 2 suggestions" in ben.get(url(cast, "matrix")).content.decode()
    answer = ben.post(url(cast, "matrix_accept"), follow=True)
    html = answer.content.decode()
    assert "Two indicators are rated as suggested." in html
    assert "Accept all" not in html
    for person, status in ((cast.gita, 403), (cast.ada, 403), (cast.cleo, 404)):
        assert cast.client(person).post(url(cast, "matrix_accept")).status_code == status


def test_where_no_file_holds_it_the_page_leads_to_the_return(cast: Cast, ben: Client) -> None:
    html = ben.get(url(cast, "criterion", criterion="early_years")).content.decode()
    assert "No figure is known yet. It comes from your summer collection." in html
    assert reverse("returns", kwargs={"trust": "alder", "school_id": cast.dunmere.pk}) in html


def test_small_numbers_are_not_shown_to_governors_and_trustees(cast: Cast) -> None:
    with trust_scope(cast.alder):
        made = Return.objects.create(
            school=cast.dunmere, period=cast.autumn, strategy_version=cast.version, point="autumn_return",
            state="agreed", opens_on=TODAY, due_on=TODAY, submitted_at="2026-11-06T09:00Z",
            agreed_at="2026-11-06T09:00Z",
        )  # fmt: skip
        Figure.objects.create(
            part_of=made, school=cast.dunmere, period=cast.autumn, measure="ks2_rwm_expected", year=2025, span="year",
            numerator=4, denominator=25,
        )  # fmt: skip
        published(ENGLAND, "62", place="england")
        matrix = open_assessment(cast.dunmere, cast.autumn)
        judged(cast, matrix, but=("attainment_progress",))
        submit_assessment(matrix, by=cast.ben, today=TODAY)
        agree_assessment(matrix, by=cast.ada)
    for person in (cast.ada, cast.ben):
        assert "16%" in cast.client(person).get(url(cast, "matrix")).content.decode()
    for person in (cast.gita, cast.tom):
        html = cast.client(person).get(url(cast, "matrix")).content.decode()
        assert "16%" not in html
        assert "−46" not in html
        assert "The figure is of so few pupils that it is not shown here." in html
        said = cast.client(person).get("/api/v1/t/alder/ratings/?kpi=attainment_progress").json()["results"][0]
        assert "16%" not in str(said)
        assert said["suggested"] == "stabilise"
    said = cast.client(cast.ada).get("/api/v1/t/alder/ratings/?kpi=attainment_progress").json()["results"][0]
    assert said["measured"]["value"] == "16%"


def test_suggestions_ask_the_same_however_much_is_known(
    cast: Cast, matrix: Assessment, queries: Callable[..., list[str]]
) -> None:
    few = queries(lambda: suggestions_of(matrix, today=TODAY))
    for measure in ("attendance_rate", "persistent_absence_rate", "suspension_rate", "gld"):
        for year in (2022, 2023, 2024):
            for place, code in (("school", cast.dunmere.urn), ("school", cast.ashmere.urn), ("england", ENGLAND)):
                PublishedFigure.objects.create(
                    place=place, code=code, measure=measure, year=year, value="9", source="Census", as_at=TODAY
                )
    assert len(queries(lambda: suggestions_of(matrix, today=TODAY))) == len(few) <= 6


@pytest.mark.parametrize("page", ["matrix", "criterion"])
def test_the_pages_keep_within_fifteen_statements(
    cast: Cast, ben: Client, queries: Callable[..., list[str]], page: str
) -> None:
    """The criterion with a local comparison as well as a national one asks most."""
    more = {"criterion": "behaviour"} if page == "criterion" else {}
    ben.get(url(cast, page, **more))
    sent = queries(lambda: ben.get(url(cast, page, **more)))
    assert len(sent) <= 15, "\n".join(sent)
    saved = queries(lambda: ben.post(url(cast, "matrix_accept")))
    assert len(saved) <= 20, "\n".join(saved)
