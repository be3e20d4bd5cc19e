"""Evidence set beside each other: the rule, and its pages with the cast."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from monitoring.queries.triangulation import kinds_said, range_of
from monitoring.rules.triangulation import Look, subject_key, triangulate, years_in_words, years_of_ages
from monitoring.services import reply_to_visit, send_visit
from schools.strategy import read_strategy
from schools.tenancy import trust_scope
from tests.conftest import STRATEGIES, Cast
from tests.factories import SchoolFactory, member
from tests.monitoring.visits_world import ANSWERS, begun, sent

KINDS = {"data": "Data", "work": "Pupils’ work", "views": "Pupils’ views"}
SINCE, TODAY = date(2026, 9, 1), date(2026, 11, 20)


def seen(*looks: Look, **more: Any) -> Any:
    (subject,) = triangulate(looks, KINDS, since=SINCE, today=TODAY, **more)
    return subject


def look(on: date, years: str, *sources: str, subject: str = "Science") -> Look:
    return Look(on, subject, tuple(years.split()), sources)


# ------------------------------------------------------------------------------------------------------------ rule


def test_a_gap_is_said_in_words() -> None:
    subject = seen(look(date(2026, 3, 3), "5", "data"), look(date(2026, 11, 3), "3 4", "data", "work"))
    gaps = {line.year: line.gap for line in subject.lines}
    assert gaps == {"3": "No pupils’ views yet", "4": "No pupils’ views yet", "5": "Only data, nothing since March"}
    assert [line.year for line in subject.thin] == ["5"]
    assert (subject.now, subject.before, subject.last) == (1, 1, date(2026, 11, 3))


def test_every_kind_lately_used_is_no_gap() -> None:
    (line,) = seen(look(date(2026, 11, 3), "3", "data", "work", "views")).lines
    assert (line.gap, line.is_thin) == ("", False)


def test_a_look_of_more_than_a_year_ago_names_its_year() -> None:
    (line,) = seen(look(date(2025, 10, 3), "3", "data", "work", "views")).lines
    assert line.gap == "Nothing since October 2025"


def test_a_look_that_names_no_kind_says_so() -> None:
    (line,) = seen(look(date(2026, 11, 3), "3")).lines
    assert line.gap == "No kind of evidence named"


def test_little_and_often_is_counted_by_kind() -> None:
    days = [date(2026, 9, 9), date(2026, 10, 9), date(2026, 2, 9)]
    (line,) = seen(*(look(day, "3", "work") for day in days)).lines
    work = next(kind for kind in line.kinds if kind.key == "work")
    assert (work.now, work.before, work.last) == (2, 1, date(2026, 10, 9))


def test_year_groups_nobody_looked_at_are_told_unless_a_look_names_none() -> None:
    years = years_of_ages(4, 11)
    assert years_in_words(seen(look(TODAY, "3 4 5", "data"), years=years).unseen) == "Reception, Years 1, 2 and 6"
    assert seen(look(TODAY, "", "data"), years=years).unseen == ()
    assert years_of_ages(None, 11) == ()
    assert years_of_ages(2, 5) == ("N", "R")


@pytest.mark.parametrize("written", ["Maths", " maths ", "MATHEMATICS", "Mathematics."])
def test_one_subject_is_counted_once(written: str) -> None:
    assert subject_key(written) == "mathematics"


@given(
    st.lists(
        st.builds(
            Look,
            st.dates(date(2025, 9, 1), TODAY),
            st.sampled_from(["Science", "science", "Art", ""]),
            st.lists(st.sampled_from(["R", "1", "5", "N"]), unique=True).map(tuple),
            st.lists(st.sampled_from(list(KINDS)), unique=True).map(tuple),
        ),
        max_size=12,
    )
)
def test_no_look_is_lost_and_none_counts_twice(looks: list[Look]) -> None:
    found = triangulate(looks, KINDS, since=SINCE, today=TODAY)
    assert sum(one.now + one.before for one in found) == sum(bool(one.subject) for one in looks)
    for subject in found:
        for line in subject.lines:
            assert line.now + line.before >= max(kind.looks for kind in line.kinds)
            assert bool(line.gap) or line.used == len(KINDS)


@pytest.mark.parametrize(
    ("asked", "since", "until"),
    [("", "2025-09-01", "2026-11-20"), ("this", "2026-09-01", "2026-11-20"), ("last", "2025-09-01", "2026-08-31")],
)
def test_the_years_asked_about(asked: str, since: str, until: str) -> None:
    found = range_of(asked, TODAY)
    assert (found.since.isoformat(), found.until.isoformat()) == (since, until)


def test_the_shipped_forms_say_what_they_can() -> None:
    def said(name: str) -> list[str]:
        return list(kinds_said(read_strategy((STRATEGIES / f"{name}.toml").read_text())))

    assert said("two_axes") == ["data", "work", "planning", "views", "observation"]
    assert said("no_categories") == ["monitoring", "views"]
    assert said("sustain_to_stabilise") == ["data", "monitoring", "records"]
    assert (said("numbered_categories"), said("four_phases")) == ([], [])


# ----------------------------------------------------------------------------------------------------------- pages


@pytest.fixture
def _now(time_machine: Any) -> None:
    time_machine.move_to("2026-11-20T10:00Z")


def final_of(cast: Cast, **changes: Any) -> None:
    """A final visit, its answers changed."""
    with trust_scope(cast.alder):
        visit = begun(cast, school=changes.pop("school", cast.dunmere))
        answers = {key: said for key, said in {**ANSWERS, **changes}.items() if said is not None}
        assert send_visit(visit, answers, by=cast.ada, version=1).is_sent
        reply_to_visit(visit, by=cast.ben, reply="accurate")


def page(cast: Cast, who: str, place: str = "school_triangulation", query: str = "", **more: Any) -> Any:
    kwargs = {"trust": "alder", **({"school_id": cast.dunmere.pk} if place.startswith("school") else {}), **more}
    return cast.client(getattr(cast, who)).get(reverse(place, kwargs=kwargs) + query)


@pytest.mark.usefixtures("_now")
def test_a_lead_sees_the_matrix_and_its_gaps(cast: Cast) -> None:
    final_of(cast)
    final_of(cast, **{"date": "2026-03-04", "method": ["Data"], "r0-class_year": "Year 1", "r1-class_year": "Year 6"})
    said = page(cast, "ada").content.decode()
    for words in ("Science", "Only data, nothing since March", "1 look", "Not yet", "Two looks"):
        assert words in said
    assert "Only data, nothing since March" not in page(cast, "ada", query="?years=this").content.decode()
    trust = page(cast, "ada", "triangulation").content.decode()
    assert "Science in Years 1 and 6: only data, nothing since March" in trust
    assert "Ashmere" in trust
    assert "Evidence by subject" in cast.client(cast.ada).get("/t/alder/monitoring/").content.decode()


@pytest.mark.usefixtures("_now")
def test_only_final_visits_count(cast: Cast) -> None:
    with trust_scope(cast.alder):
        sent(cast)
    assert "Science" not in page(cast, "ada").content.decode()


@pytest.mark.usefixtures("_now")
@pytest.mark.parametrize(
    ("who", "reads"), [("ada", True), ("ruth", True), ("ben", True), ("gita", False), ("tom", False)]
)
def test_a_restricted_form_stays_restricted(cast: Cast, who: str, reads: bool) -> None:
    final_of(cast)
    for place in ("school_triangulation", "triangulation"):
        said = page(cast, who, place).content.decode()
        assert ("Science" in said) is reads
        assert ("not counted here" in said) is not reads
    told = cast.client(getattr(cast, who)).get(f"/api/v1/t/alder/schools/{cast.dunmere.pk}/triangulation/").json()
    assert (len(told["subjects"]), told["hidden"]) == ((1, 0) if reads else (0, 1))


@pytest.mark.usefixtures("_now")
def test_ben_sees_his_school_and_cleo_nothing(cast: Cast) -> None:
    final_of(cast, school=cast.ashmere)
    assert "Ashmere" not in page(cast, "ben", "triangulation").content.decode()
    assert page(cast, "ben", school_id=cast.ashmere.pk).status_code == 404
    api = f"/api/v1/t/alder/schools/{cast.ashmere.pk}/triangulation/"
    assert cast.client(cast.ben).get(api).status_code == 404
    for place in ("school_triangulation", "triangulation"):
        assert page(cast, "cleo", place).status_code == 404
    assert cast.client(cast.cleo).get(api).status_code == 404


@pytest.mark.usefixtures("_now")
def test_the_api_tells_each_line_with_its_gap(cast: Cast) -> None:
    final_of(cast)
    told = cast.client(cast.ben).get(f"/api/v1/t/alder/schools/{cast.dunmere.pk}/triangulation/").json()
    assert [kind["key"] for kind in told["kinds"]] == ["data", "work", "planning", "views", "observation"]
    (subject,) = told["subjects"]
    line = subject["lines"][0]
    assert (subject["label"], line["year"], line["gap"]) == (
        "Science",
        "3",
        "No data, planning or observed teaching and assessment yet",
    )
    work = next(kind for kind in line["kinds"] if kind["key"] == "work")
    assert work == {"key": "work", "now": 1, "before": 0, "last": "2026-11-18"}


@pytest.mark.usefixtures("_now")
@pytest.mark.parametrize("place", ["school_triangulation", "triangulation", "api"])
def test_thirty_ask_no_more_than_one(cast: Cast, place: str, queries: Callable[..., list[str]]) -> None:
    ada = cast.client(cast.ada)
    url = f"/api/v1/t/alder/schools/{cast.dunmere.pk}/triangulation/"
    if place != "api":
        own = {"school_id": cast.dunmere.pk} if place.startswith("school") else {}
        url = reverse(place, kwargs={"trust": "alder", **own})
    final_of(cast)
    ada.get(url)
    one = len(queries(lambda: ada.get(url)))
    for number in range(15):
        with trust_scope(cast.alder):
            school = SchoolFactory()
            member(f"Head of {school}", "head", school)
        final_of(cast, school=school)
        final_of(cast, focus=f"Subject {number}")
    assert len(queries(lambda: ada.get(url))) == one <= 10
