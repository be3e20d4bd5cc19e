"""Moderation: set aside when the school rates anew, two moderators at once, and who reads it when."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from categorisation.models import Assessment, Rating
from categorisation.queries import previous_entries
from categorisation.rules.entry import Entry
from categorisation.services import (
    agree_assessment,
    carry_forward,
    moderate_rating,
    return_assessment,
    save_ratings,
    submit_assessment,
)
from categorisation.services.moderation import ModeratedSince
from categorisation.services.read_row import differing_read_rows
from schools.models import AuditEntry, Period
from schools.tenancy import trust_scope
from tests.categorisation.test_api import keys_of, read
from tests.categorisation.test_matrix_pages import GOOD, numbers, rate_all, url
from tests.conftest import TODAY, Cast
from tests.factories import member

REASON = "Year 4 is at 88%."


@pytest.fixture(autouse=True)
def _in_the_autumn_term(time_machine: Any) -> None:
    time_machine.move_to("2026-11-20T10:00Z")


@pytest.fixture
def submitted(cast: Cast) -> Assessment:
    with trust_scope(cast.alder):
        return submit_assessment(rate_all(cast), by=cast.ben, today=TODAY)


def rating(kpi: str = "attendance") -> Rating:
    return Rating.objects.get(kpi__key=kpi)


def moderated(cast: Cast, level: int = 4, by: Any = None, **more: Any) -> Rating:
    matrix = Assessment.objects.get(school=cast.dunmere)
    return moderate_rating(matrix, "attendance", by=by or cast.ada, level=level, reason=REASON, **more)


def rated_anew(cast: Cast, entry: Entry, kpi: str = "attendance") -> Assessment:
    """Returned, written again, and sent again."""
    matrix = return_assessment(Assessment.objects.get(), by=cast.ada, note="Look at attendance again.")
    save_ratings(matrix, {kpi: entry}, by=cast.ben)
    return submit_assessment(matrix, by=cast.ben, today=TODAY)


# Set aside


@pytest.mark.parametrize(
    "changed",
    [
        Entry(1, "Better now.", GOOD.evidence_on, GOOD.sources),
        Entry(GOOD.level, "Other words.", GOOD.evidence_on, GOOD.sources),
        Entry(GOOD.level, GOOD.note, date(2026, 11, 1), GOOD.sources),
        Entry(GOOD.level, GOOD.note, GOOD.evidence_on, ("data",)),
    ],
)
def test_rating_anew_sets_the_moderated_level_aside(cast: Cast, submitted: Assessment, changed: Entry) -> None:
    with trust_scope(cast.alder):
        moderated(cast)
        rated_anew(cast, changed)
        now = rating()
        assert (now.moderated_level, now.counts_as) == (None, changed.level)
        assert (now.set_aside_level, now.set_aside_reason) == (4, REASON)
        assert differing_read_rows() == []


def test_what_the_school_leaves_alone_keeps_the_moderated_level(cast: Cast, submitted: Assessment) -> None:
    with trust_scope(cast.alder):
        moderated(cast)
        rated_anew(cast, Entry(1, "Fine.", GOOD.evidence_on, GOOD.sources), kpi="persistent_absence")
        assert (rating().counts_as, rating().set_aside_level) == (4, None)


def test_what_is_set_aside_stays_in_history(cast: Cast, submitted: Assessment) -> None:
    with trust_scope(cast.alder):
        moderated(cast)
        rated_anew(cast, Entry(1, "Better now.", GOOD.evidence_on, GOOD.sources))
        kept = rating().history.order_by("pgh_id").values_list("moderated_level", "set_aside_level")
        assert {(4, None), (None, 4)} <= set(kept)
        assert AuditEntry.objects.get(did="rating.moderated").why == REASON


def test_the_lead_is_asked_again_and_settles_it(cast: Cast, submitted: Assessment) -> None:
    with trust_scope(cast.alder):
        moderated(cast)
        rated_anew(cast, Entry(1, "Better now.", GOOD.evidence_on, GOOD.sources))
        word = cast.version.strategy.levels_of(cast.version.strategy.kpi_by_key["attendance"].scale)[3].label
    ada = cast.client(cast.ada)
    page = ada.get(url(cast, "matrix_moderate")).content.decode()
    assert "has changed 1 rating to which another level had been given" in page
    assert "<strong>Rated anew.</strong> Before, Ada Whitlock gave" in page
    assert all(shown in page for shown in (REASON, "Better now.", word))
    assert ada.post(url(cast, "moderate_rating"), form(cast, level="1", reason="")).status_code == 302
    assert "Rated anew" not in ada.get(url(cast, "matrix_moderate")).content.decode()
    with trust_scope(cast.alder):
        assert (rating().set_aside_level, rating().counts_as) == (None, 1)


def test_agreed_as_it_stands_the_schools_level_counts(cast: Cast, submitted: Assessment) -> None:
    with trust_scope(cast.alder):
        moderated(cast)
        agree_assessment(rated_anew(cast, Entry(1, "Better now.", GOOD.evidence_on, GOOD.sources)), by=cast.ada)
    page = cast.client(cast.ben).get(url(cast, "matrix")).content.decode()
    assert "the school has rated anew" in page
    assert f"<strong>Trust, before:</strong> {REASON}" in page


def test_taking_it_back_asks_for_no_reason_and_loses_none(cast: Cast, submitted: Assessment) -> None:
    ada, page = cast.client(cast.ada), url(cast, "moderate_rating")
    assert ada.post(page, form(cast, level="3", reason=REASON)).status_code == 302
    assert ada.post(page, form(cast, level=str(GOOD.level), reason=REASON)).status_code == 302, "as shown"
    with trust_scope(cast.alder):
        assert (rating().moderated_level, rating().moderated_reason) == (None, "")
    kept = ada.post(page, form(cast, level=str(GOOD.level), reason="Well seen."))
    assert kept.status_code == 422
    assert "Well seen." in kept.content.decode()
    assert "no reason is kept" in kept.content.decode()


# Two moderators


def form(cast: Cast, *, level: str = "3", reason: str = "Mine.", version: int | None = None) -> dict[str, str]:
    number = numbers(cast)["attendance"]
    with trust_scope(cast.alder):
        version = version or Assessment.objects.get(school=cast.dunmere).version
    return {"kpi": "attendance", "version": str(version), f"k{number}-level": level, f"k{number}-reason": reason}


@pytest.fixture
def otto(cast: Cast) -> Client:
    with trust_scope(cast.alder):
        return cast.client(member("Otto Other", "si_lead"))


def test_the_second_moderator_is_shown_the_first_and_keeps_their_words(
    cast: Cast, submitted: Assessment, otto: Client
) -> None:
    ada, opened = cast.client(cast.ada), submitted.version
    assert ada.post(url(cast, "moderate_rating"), form(cast, reason=REASON, version=opened)).status_code == 302
    answer = otto.post(url(cast, "moderate_rating"), form(cast, level="4", reason="Otto’s words.", version=opened))
    html = answer.content.decode()
    assert answer.status_code == 409
    assert "Ada Whitlock, 10:00:" in html
    assert REASON in html
    assert "Otto’s words." in html
    with trust_scope(cast.alder):
        assert (rating().moderated_level, rating().moderator) == (3, cast.ada), "nothing was replaced"
    assert f'name="version" value="{opened + 1}"' in html
    again = otto.post(url(cast, "moderate_rating"), form(cast, level="4", reason="Otto’s words.", version=opened + 1))
    assert again.status_code == 302
    with trust_scope(cast.alder):
        assert rating().moderated_level == 4


def test_two_moderators_on_different_ratings_do_not_meet(cast: Cast, submitted: Assessment) -> None:
    with trust_scope(cast.alder):
        opened = submitted.version
        moderated(cast, version=opened)
        second = {"level": 3, "reason": REASON, "version": opened}
        moderate_rating(submitted, "persistent_absence", by=cast.ruth, **second)
        with pytest.raises(ModeratedSince):
            moderated(cast, level=3, by=cast.ruth, version=opened)


def test_a_page_from_before_the_school_rated_anew_is_old(cast: Cast, submitted: Assessment) -> None:
    opened = submitted.version
    with trust_scope(cast.alder):
        rated_anew(cast, Entry(1, "Better now.", GOOD.evidence_on, GOOD.sources))
    answer = cast.client(cast.ada).post(url(cast, "moderate_rating"), form(cast, version=opened))
    assert answer.status_code == 409
    assert "Ben Osei, 10:00:" in answer.content.decode()
    assert "(as the school). Better now." in answer.content.decode()


def test_nobody_agrees_what_they_have_not_read(cast: Cast, submitted: Assessment, otto: Client) -> None:
    opened = {"version": str(submitted.version)}
    with trust_scope(cast.alder):
        moderated(cast)
    answer = otto.post(url(cast, "matrix_agree"), opened)
    assert "Ratings have changed since you opened the page" in otto.get(answer.url).content.decode()
    with trust_scope(cast.alder):
        assert Assessment.objects.get().state == "submitted"
        now = Assessment.objects.get().version
    otto.post(url(cast, "matrix_agree"), {"version": str(now)})
    with trust_scope(cast.alder):
        assert Assessment.objects.get().state == "agreed"


@pytest.mark.parametrize("version", ["", "soon", "9" * 30])
def test_a_version_that_makes_no_sense_is_no_fault(cast: Cast, submitted: Assessment, version: str) -> None:
    data = form(cast) | {"version": version}
    assert cast.client(cast.ada).post(url(cast, "moderate_rating"), data).status_code == 302


# Who reads it when


def test_the_school_reads_moderation_once_it_is_told(cast: Cast, submitted: Assessment) -> None:
    with trust_scope(cast.alder):
        moderated(cast)
    ben, ada = cast.client(cast.ben), cast.client(cast.ada)
    assert REASON not in ben.get(url(cast, "matrix")).content.decode()
    assert "It is with the trust." in ben.get(url(cast, "matrix")).content.decode()
    assert REASON in ada.get(url(cast, "matrix")).content.decode()
    with trust_scope(cast.alder):
        return_assessment(Assessment.objects.get(), by=cast.ada, note="Why?")
    assert REASON in ben.get(url(cast, "matrix")).content.decode()


def test_a_criterions_level_does_not_give_moderation_away(cast: Cast, submitted: Assessment) -> None:
    """Every indicator of a criterion is moderated down: the head's page shows the level as it was sent."""
    with trust_scope(cast.alder):
        strategy = cast.version.strategy
        kpis = strategy.criterion_by_key["behaviour"].kpis
        labels = [level.label for level in strategy.levels_of(kpis[0].scale)]
        before = cast.client(cast.ben).get(url(cast, "matrix")).content.decode().count(labels[3])
        for kpi in kpis:
            matrix = Assessment.objects.get()
            moderate_rating(matrix, kpi.key, by=cast.ada, level=4, reason=REASON)
    assert cast.client(cast.ben).get(url(cast, "matrix")).content.decode().count(labels[3]) == before
    assert cast.client(cast.ada).get(url(cast, "matrix")).content.decode().count(labels[3]) > before


def test_the_api_tells_the_school_no_sooner(cast: Cast, submitted: Assessment) -> None:
    with trust_scope(cast.alder):
        moderated(cast)
        keys = keys_of(Assessment.objects.select_related("strategy_version").get())

    def parts(who: str) -> list[Any]:
        sheet = read(cast, who, f"assessments/{submitted.pk}/").json()["ratings"]["attendance"]
        row = read(cast, who, f"ratings/?kpi=attendance&school={cast.dunmere.pk}").json()["results"][0]
        names = ("moderated_level", "moderated_reason", "counts_as")
        assert [sheet[name] for name in names] == [row[name] for name in names]
        assert (row["moderated_at"] is None) == (row["moderated_level"] is None)
        return [row[name] for name in names]

    def counted(who: str, query: str) -> int:
        return read(cast, who, f"ratings/?{query}").json()["count"]

    since = "since=2026-11-20T11:00Z"
    with trust_scope(cast.alder):
        Rating.objects.update(moderated_at="2026-11-20T12:00Z")
    assert parts("ben") == [None, "", keys[1]]
    assert parts("ada") == [keys[3], REASON, keys[3]]
    assert (counted("ben", "moderated=true"), counted("ben", "moderated=false")) == (0, 39)
    assert (counted("ada", "moderated=true"), counted("ada", "moderated=false")) == (1, 38)
    assert (counted("ben", since), counted("ada", since)) == (0, 39)
    with trust_scope(cast.alder):
        agree_assessment(Assessment.objects.get(), by=cast.ada)
    assert parts("ben") == [keys[3], REASON, keys[3]]
    assert (counted("ben", "moderated=true"), counted("ben", since)) == (1, 39)


def test_carrying_forward_takes_no_moderation_that_is_not_agreed(
    cast: Cast, submitted: Assessment, time_machine: Any
) -> None:
    """The next term begins while the last matrix is still being moderated."""
    with trust_scope(cast.alder):
        moderated(cast)
        time_machine.shift(timedelta(days=60))
        from categorisation.services import open_assessment

        spring = open_assessment(cast.dunmere, Period.objects.get(year=2026, season="spring", half=0))
        carry_forward(spring, by=cast.ben, today=TODAY)
        assert previous_entries(spring)["attendance"].level == GOOD.level
        assert Rating.objects.get(assessment=spring, kpi__key="attendance").level == GOOD.level
        agree_assessment(submitted, by=cast.ada)
        assert previous_entries(spring)["attendance"].level == 4
