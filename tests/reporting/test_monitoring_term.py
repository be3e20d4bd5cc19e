"""A term of monitoring: the rule, the page, the document and the API, with the cast."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from io import BytesIO
from typing import Any

import pikepdf
import pytest

from monitoring.services import reply_to_visit
from plans.models import Action
from plans.services import give_verdict
from reporting.rules.monitoring_term import Deed, Judged, Look, Said, TermSummary, sum_up
from schools.models import Period
from schools.tenancy import trust_scope
from tests.conftest import Cast
from tests.factories import SchoolFactory, member
from tests.monitoring.visits_world import begun, considered, final, sent

SINCE, UNTIL, TODAY = date(2026, 9, 1), date(2027, 1, 3), date(2026, 11, 20)
PAGE, FILE = "/t/alder/monitoring/term/", "/t/alder/monitoring/term/file/"


def look(number: int = 1, **more: Any) -> Look:
    usual = {"school_id": 1, "school": "Dunmere", "form": "Monitoring form", "kind": "monitoring", "state": "submitted"}
    return Look(number, **{**usual, "on": date(2026, 11, 18), "final": True, **more})


def deed(number: int, **more: Any) -> Deed:
    usual: dict[str, Any] = {"visit": 1, "school": "Dunmere", "what": "Write more.", "owner": "Subject leader"}
    usual |= {"due_on": None, "check_on": None, "is_open": True, "verdict": "", "closed_on": None}
    return Deed(number, **{**usual, **more})


def summed(*looks: Look, deeds: tuple[Deed, ...] = ()) -> TermSummary:
    return sum_up(looks, deeds, since=SINCE, until=UNTIL, today=TODAY)


# ------------------------------------------------------------------------------------------------------------ rule


def test_coverage_is_counted_by_form_subject_and_kind() -> None:
    found = summed(
        look(1, subject="Science", year_groups=("3",), sources=("Data",)),
        look(2, subject="science", year_groups=("4",), sources=("Data", "Planning"), school_id=2),
        look(3, form="Health Check", kind="health_check"),
    )
    assert (found.looks, found.schools) == (3, 2)
    assert found.forms == (("Monitoring form", 2), ("Health Check", 1))
    assert found.kinds == (("Data", 2), ("Planning", 1))
    (subject,) = found.subjects
    assert (subject.looks, subject.schools, subject.years, subject.kinds) == (2, 2, ("3", "4"), ("Data", "Planning"))
    assert [one.number for one, _ in found.checks] == [3]


def test_themes_stand_by_subject_and_judgements_by_level() -> None:
    said = (Said("Science", "Write more."), Said("Science", "Write more."), Said("Reading", "Read more."))
    again = look(2, school_id=2, said=(Said("science", "Share it."), Said("Science", "Write more.")))
    found = summed(again, look(said=said, judged=(Judged("Safeguarding culture", "Refine", 3),)))
    assert [(theme.about, [text for text, _ in theme.lines]) for theme in found.themes] == [
        ("Reading", ["Read more."]),
        ("science", ["Write more.", "Share it."]),
    ]
    assert [one.number for one in found.themes[1].lines[0][1]] == [2, 1]
    assert found.judged[0].levels == (("Refine", 3, 1),)


def test_frameworks_stand_beside_each_other_and_are_not_added_up() -> None:
    old, new = (
        Judged("Outcomes", "Good", 2, "the headings inspected from 2015 to 2019"),
        Judged("Outcomes", "Good", 2, "others"),
    )
    found = summed(look(judged=(old,)), look(2, judged=(old, new)))
    assert [(one.framework, one.levels) for one in found.judged] == [
        ("others", (("Good", 2, 1),)),
        ("the headings inspected from 2015 to 2019", (("Good", 2, 2),)),
    ]


def test_actions_are_open_overdue_or_closed_with_a_verdict() -> None:
    past = date(2026, 11, 19)
    found = summed(
        deeds=(
            deed(1),
            deed(2, due_on=past),
            deed(3, check_on=past, verdict="too_early"),
            deed(4, is_open=False, verdict="worked", closed_on=past),
            deed(5, is_open=False, verdict="partly", closed_on=date(2026, 7, 1)),
        )
    )
    acts = found.actions
    assert [[one.number for one in part] for part in (acts.open, acts.overdue, acts.closed)] == [[1], [2, 3], [4]]
    assert dict(acts.verdicts) == {"worked": 1, "partly": 0, "did_not": 0, "too_early": 1}


def test_what_was_planned_and_not_done_is_told() -> None:
    planned = {"state": "planned", "on": None, "final": False}
    found = summed(
        look(1, planned_for=date(2026, 11, 2), **planned),
        look(2, planned_for=date(2026, 12, 2), **planned),
        look(3, planned_for=date(2026, 11, 2)),
    )
    assert ([one.number for one in found.not_done], [one.number for one in found.to_come]) == ([1], [2])
    assert found.looks == 1


# ----------------------------------------------------------------------------------------------------------- pages


@pytest.fixture
def _now(time_machine: Any) -> None:
    time_machine.move_to("2026-11-20T10:00Z")


def make(cast: Cast, how: Callable[..., Any], **more: Any) -> Any:
    with trust_scope(cast.alder):
        return how(cast, **more)


def read(cast: Cast, who: str, url: str = PAGE) -> Any:
    return cast.client(getattr(cast, who)).get(url)


@pytest.mark.usefixtures("_now")
def test_a_lead_reads_the_term_of_all_schools_and_of_one(cast: Cast) -> None:
    make(cast, considered)
    make(cast, sent, school=cast.ashmere)
    make(cast, begun, planned_for=date(2026, 12, 1), school=cast.ashmere)
    page = read(cast, "ada").content.decode()
    for words in (
        "Two visits to two of two schools", "Science", "Years 3 to 5", "Plan more writing in science.",
        "Share what works in Year 3.", "1 said to be accurate", "1 still waiting", "More writing.", "To come.",
        "Ashmere",
    ):  # fmt: skip
        assert words in page, words
    one = read(cast, "ada", f"{PAGE}?school={cast.dunmere.pk}").content.decode()
    assert "A term of monitoring: Dunmere" in one
    assert "One visit." in one
    spring = read(cast, "ada", f"{PAGE}?term={_term(cast, 'summer', 2025)}").content.decode()
    assert "No visit is on record for this term." in spring


def _term(cast: Cast, season: str, year: int) -> int:
    with trust_scope(cast.alder):
        return Period.objects.get(season=season, year=year, half=0).pk


@pytest.mark.usefixtures("_now")
def test_a_comment_and_a_verdict_are_told(cast: Cast, time_machine: Any) -> None:
    visit = make(cast, sent)
    with trust_scope(cast.alder):
        reply_to_visit(visit, by=cast.ben, reply="comment", text="It was Year 4.")
    make(cast, considered)
    for day, overdue in ((18, 0), (19, 1)):  # it is to be done by the 18th; its impact is looked at on 15 January
        time_machine.move_to(f"2026-12-{day}T10:00Z")
        assert f"{overdue} overdue" in read(cast, "ada").content.decode(), day
    with trust_scope(cast.alder):
        give_verdict(
            Action.objects.get(),
            by=cast.ben,
            verdict="worked",
            note="Books show it.",
            evidence="Six.",
            why_early="All see it.",
        )
    page = read(cast, "ada").content.decode()
    for words in ("“It was Year 4.”", "1 closed in the term", "Verdicts: it worked 1"):
        assert words in page, words


@pytest.mark.usefixtures("_now")
@pytest.mark.parametrize(
    ("who", "reads"), [("ada", True), ("ruth", True), ("ben", True), ("gita", False), ("tom", False)]
)
def test_a_restricted_form_is_counted_by_form_alone(cast: Cast, who: str, reads: bool) -> None:
    make(cast, final)
    page = read(cast, who).content.decode()
    assert "Monitoring form" in page
    for words in ("Science", "Plan more writing", "Share what works"):
        assert (words in page) is reads, words
    assert ("counted by form alone" in page) is not reads
    told = read(cast, who, f"/api/v1/t/alder/periods/{cast.autumn.pk}/monitoring/").json()
    assert (told["looks"], len(told["subjects"]), told["hidden"]) == (1, int(reads), int(not reads))


@pytest.mark.usefixtures("_now")
def test_ben_reads_his_school_and_cleo_nothing(cast: Cast) -> None:
    make(cast, final, school=cast.ashmere)
    assert "No visit is on record" in read(cast, "ben").content.decode()
    assert read(cast, "ben", f"{PAGE}?school={cast.ashmere.pk}").status_code == 404
    assert read(cast, "ben", f"{FILE}?school={cast.ashmere.pk}").status_code == 404
    for url in (PAGE, FILE, f"/api/v1/t/alder/periods/{cast.autumn.pk}/monitoring/"):
        assert read(cast, "cleo", url).status_code == 404
    assert read(cast, "ada", f"{PAGE}?term=999999").status_code == 404


@pytest.mark.usefixtures("_now")
def test_the_document_is_tagged(cast: Cast) -> None:
    make(cast, considered)
    answer = read(cast, "ada", FILE)
    assert answer.headers["Content-Type"] == "application/pdf"
    with pikepdf.open(BytesIO(answer.content)) as made:
        assert made.Root.MarkInfo.Marked
        assert str(made.Root.Lang) == "en-GB"


@pytest.mark.usefixtures("_now")
@pytest.mark.parametrize("url", [PAGE, "api"])
def test_thirty_ask_no_more_than_one(cast: Cast, url: str, queries: Callable[..., list[str]]) -> None:
    ada = cast.client(cast.ada)
    url = f"/api/v1/t/alder/periods/{cast.autumn.pk}/monitoring/" if url == "api" else url
    make(cast, considered)
    make(cast, sent)
    ada.get(url)
    one = len(queries(lambda: ada.get(url)))
    with trust_scope(cast.alder):
        for _ in range(15):
            school = SchoolFactory()
            member(f"Head of {school}", "head", school)
            considered(cast, school=school)
            sent(cast, school=school)
    assert len(queries(lambda: ada.get(url))) == one <= 12
