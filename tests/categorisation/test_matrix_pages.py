"""The matrix in the browser's eyes: rating, saving, sending, moderating, deciding, replying."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from categorisation.models import Assessment, Decision, Rating
from categorisation.rules.entry import Entry, asked_of
from categorisation.services import agree_assessment, decide_category, open_assessment, save_ratings, submit_assessment
from schools.models import Kpi, School
from schools.tenancy import trust_scope
from tests.conftest import TODAY, Cast

GOOD = Entry(2, "As last term.", date(2026, 10, 16), ("data", "records"))


@pytest.fixture(autouse=True)
def _in_the_autumn_term(time_machine: Any) -> None:
    time_machine.move_to("2026-11-20T10:00Z")


def url(cast: Cast, name: str, **more: Any) -> str:
    kwargs = {"trust": "alder", "school_id": cast.dunmere.pk, "period_id": cast.autumn.pk, **more}
    return reverse(name, kwargs=kwargs)


def rate_all(cast: Cast, school: School | None = None, entry: Entry = GOOD) -> Assessment:
    matrix = open_assessment(school or cast.dunmere, cast.autumn)
    entries = {kpi.key: entry for kpi in asked_of(matrix.strategy_version.strategy, "primary")}
    save_ratings(matrix, entries, by=cast.ben)
    return matrix


def numbers(cast: Cast) -> dict[str, int]:
    with trust_scope(cast.alder):
        return dict(Kpi.objects.values_list("key", "number"))


@pytest.fixture
def ben(cast: Cast) -> Client:
    client = cast.client(cast.ben)
    client.post(url(cast, "matrix_begin"))
    return client


def behaviour(cast: Cast, **changes: str) -> dict[str, str]:
    number = numbers(cast)["attendance"]
    fields = {"level": "2", "note": "Better than summer.", "evidence_on": "16 October 2026", **changes}
    return {"version": "1", **{f"k{number}-{name}": value for name, value in fields.items()}}


def test_a_head_begins_rates_and_finds_it_again(cast: Cast, ben: Client) -> None:
    page = url(cast, "criterion", criterion="behaviour")
    assert ben.get(page).status_code == 200
    answer = ben.post(page, behaviour(cast))
    assert answer.url == url(cast, "matrix")
    assert "Better than summer." in ben.get(page).content.decode()


def test_autosave_answers_with_the_time_and_the_version(cast: Cast, ben: Client) -> None:
    answer = ben.post(url(cast, "matrix_autosave", criterion="behaviour"), behaviour(cast))
    told = answer.json()
    assert (told["saved_at"], told["version"]) == ("10:00", 2)
    assert (told["missing"], told["values"]) == ({}, {})
    assert told["states"][f"k{numbers(cast)['attendance']}"] == "rated"


def test_a_bad_day_is_said_beside_the_field(cast: Cast, ben: Client) -> None:
    answer = ben.post(url(cast, "matrix_autosave", criterion="behaviour"), behaviour(cast, evidence_on="last week"))
    field = f"k{numbers(cast)['attendance']}-evidence_on"
    assert (answer.status_code, answer.json()) == (400, {"errors": {field: ["Enter the day like 16 October 2026"]}})
    page = ben.post(url(cast, "criterion", criterion="behaviour"), behaviour(cast, evidence_on="last week"))
    assert "Enter the day like 16 October 2026" in page.content.decode()
    assert "Better than summer." in page.content.decode()


@pytest.mark.parametrize("day", ["16/10/26", "16.10.2026", "16 Oct 2026", "2026-10-16"])
def test_a_day_as_people_write_it(cast: Cast, ben: Client, day: str) -> None:
    assert (
        ben.post(url(cast, "matrix_autosave", criterion="behaviour"), behaviour(cast, evidence_on=day)).json()[
            "version"
        ]
        == 2
    )
    assert 'value="16 October 2026"' in ben.get(url(cast, "criterion", criterion="behaviour")).content.decode()


def test_evidence_from_the_future_is_refused_beside_the_field(cast: Cast, ben: Client) -> None:
    data = behaviour(cast, evidence_on="16 October 2027")
    answer = ben.post(url(cast, "matrix_autosave", criterion="behaviour"), data)
    assert answer.json()["errors"].popitem()[1] == ["The date of the evidence cannot be in the future"]
    with trust_scope(cast.alder):
        assert not Rating.objects.exists()
        with pytest.raises(ValidationError, match="in the future"):
            save_ratings(Assessment.objects.get(), {"attendance": Entry(2, "", date(2027, 10, 16))}, by=cast.ben)


def test_a_refused_page_keeps_the_version_it_was_written_on(cast: Cast, ben: Client) -> None:
    with trust_scope(cast.alder):
        save_ratings(Assessment.objects.get(), {"attendance": Entry(3, "Maya wrote this.", None, ())}, by=cast.ada)
    page = ben.post(url(cast, "criterion", criterion="behaviour"), behaviour(cast, evidence_on="last week"))
    assert 'name="version" value="1"' in page.content.decode()


def test_the_second_of_two_people_is_told_and_keeps_their_text(cast: Cast, ben: Client) -> None:
    with trust_scope(cast.alder):
        matrix = Assessment.objects.get()
        save_ratings(matrix, {"attendance": Entry(3, "Maya wrote this.", None, ())}, by=cast.ada)
    answer = ben.post(url(cast, "matrix_autosave", criterion="behaviour"), behaviour(cast))
    assert answer.status_code == 409
    told = {clash["field"].split("-")[1]: clash for clash in answer.json()["conflicts"]}
    assert (told["note"]["by"], told["note"]["theirs"]) == ("Ada Whitlock", "Maya wrote this.")
    page = ben.post(url(cast, "criterion", criterion="behaviour"), behaviour(cast)).content.decode()
    assert "Maya wrote this." in page
    assert "Better than summer." in page


def test_sending_too_early_lists_what_is_missing(cast: Cast, ben: Client) -> None:
    answer = ben.post(url(cast, "matrix_submit"))
    assert answer.status_code == 422
    assert answer.content.decode().count("Choose a rating") == 39


def test_from_sending_to_reply(cast: Cast, ben: Client, time_machine: Any) -> None:
    with trust_scope(cast.alder):
        rate_all(cast)
    assert ben.post(url(cast, "matrix_submit")).status_code == 302
    ada = cast.client(cast.ada)
    assert "Dunmere" in ada.get(reverse("waiting", kwargs={"trust": "alder"})).content.decode()
    number = numbers(cast)["attendance"]
    assert ada.get(url(cast, "matrix_moderate")).status_code == 200
    moderated = {"kpi": "attendance", f"k{number}-level": "3", f"k{number}-reason": "Year 4 is at 88%."}
    assert ada.post(url(cast, "moderate_rating"), moderated).status_code == 302
    assert ada.post(url(cast, "matrix_agree")).status_code == 302
    assert "Year 4 is at 88%." in ben.get(url(cast, "matrix")).content.decode()

    ruth = cast.client(cast.ruth)
    page = reverse("decide", kwargs={"trust": "alder", "school_id": cast.dunmere.pk, "axis": "academic"})
    assert ruth.get(page).status_code == 200
    assert ruth.post(page, {"level": "reinforce"}).status_code == 422
    assert ruth.post(page, {"level": "reinforce", "reason": "Two leaders leave at Christmas."}).status_code == 302
    with trust_scope(cast.alder):
        decision = Decision.objects.get()
    read = reverse("decision", kwargs={"trust": "alder", "decision_id": decision.pk})
    assert ben.get(read).status_code == 404, "the head is told in the morning"
    time_machine.move_to("2026-11-23T09:00Z")
    ben = cast.client(cast.ben)
    assert "Two leaders leave at Christmas." in ben.get(read).content.decode()
    assert ben.post(read + "reply/", {"text": "We accept this."}).status_code == 302
    assert "We accept this." in cast.client(cast.tom).get(read).content.decode()


@pytest.mark.parametrize(("who", "status"), [("ada", 404), ("gita", 404), ("tom", 404), ("cleo", 404), ("olive", 403)])
def test_a_draft_is_the_schools_own(cast: Cast, ben: Client, who: str, status: int) -> None:
    assert cast.client(getattr(cast, who)).get(url(cast, "matrix")).status_code == status


def test_a_head_does_not_reach_another_school(cast: Cast, ben: Client) -> None:
    for name in ("matrix", "matrix_begin", "matrix_carry", "matrix_submit"):
        assert ben.post(url(cast, name, school_id=cast.ashmere.pk)).status_code == 404


def test_a_head_does_not_moderate(cast: Cast, ben: Client) -> None:
    answer = ben.get(url(cast, "matrix_moderate"))
    assert answer.status_code == 403
    assert "can moderate risk matrices" in answer.content.decode()


def test_saving_a_criterion_stays_within_ten_statements(cast: Cast, ben: Client, queries: Any) -> None:
    data, page = behaviour(cast), url(cast, "matrix_autosave", criterion="behaviour")
    ben.post(page, data)  # the strategy is read once per process
    changed = {name: value.replace("summer", "spring") for name, value in data.items()} | {"version": "2"}
    sent = queries(lambda: ben.post(page, changed))
    assert len(sent) <= 10, "\n".join(sent)


def test_a_retried_save_changes_nothing(cast: Cast, ben: Client) -> None:
    for _ in range(2):
        ben.post(url(cast, "matrix_autosave", criterion="behaviour"), behaviour(cast))
    with trust_scope(cast.alder):
        assert Assessment.objects.get().version == 2
        assert Rating.objects.count() == 1


def test_carrying_forward_in_one_press(cast: Cast, time_machine: Any) -> None:
    from schools.models import Period

    with trust_scope(cast.alder):
        submit_assessment(rate_all(cast), by=cast.ben, today=TODAY)
        agree_assessment(Assessment.objects.get(), by=cast.ada)
        decide_category(cast.dunmere, "academic", by=cast.ruth, level="refine", period=cast.autumn)
        spring = Period.objects.get(year=2026, season="spring", half=0)
    time_machine.move_to("2027-01-20T10:00Z")
    ben = cast.client(cast.ben)
    assert ben.post(url(cast, "matrix_begin", period_id=spring.pk), {"carry": "1"}).status_code == 302
    with trust_scope(cast.alder):
        assert Rating.objects.filter(period=spring, level=2, carried=True).count() == 39
