"""What heads see of the trust's other schools: nothing, levels without names, or levels with names."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from django.test import Client
from django.urls import reverse

from categorisation.models import Assessment, Rating
from reporting.queries.others import letters, unnamed
from reporting.queries.overview import overview
from schools.models import School, Trust
from schools.tenancy import trust_scope
from tests.conftest import Cast
from tests.factories import SchoolFactory
from tests.reporting.world import World, furnish

URL = "/t/alder/other-schools/"


@pytest.fixture
def head(cast: Cast) -> Client:
    """Twelve schools with four terms each; this head leads the first of them. Two schools more have no rating."""
    with trust_scope(cast.alder):
        world: World = furnish(cast.version, chief=cast.ruth)
    return cast.client(world.head)


def shows(cast: Cast, what: str) -> None:
    Trust.objects.filter(pk=cast.alder.pk).update(heads_see_others=what)


def names(text: str) -> list[str]:
    return re.findall(r'scope="row">(?:<a[^>]*>|<b>)([^<]+)', text)


def test_nothing_is_shown_unless_the_trust_says_so(cast: Cast, head: Client) -> None:
    assert head.get(URL).status_code == 404
    assert URL not in head.get(reverse("my_school", args=["alder"])).text
    shows(cast, "named")
    assert URL in head.get(reverse("my_school", args=["alder"])).text


@pytest.mark.parametrize("person", ["gita", "ada", "olive", "tom"])
def test_it_is_the_heads_page(cast: Cast, person: str) -> None:
    shows(cast, "named")
    answer = cast.client(getattr(cast, person)).get(URL)
    assert answer.status_code == 403
    assert "Headteacher can see how the other schools are rated." in answer.text
    assert cast.client(cast.cleo).get(URL).status_code == 404


def test_with_names_every_school_is_there_and_only_the_heads_own_is_a_link(cast: Cast, head: Client) -> None:
    shows(cast, "named")
    text = head.get(URL).text
    with trust_scope(cast.alder):
        everyone = {school.known_as for school in School.objects.all()}
        own = School.objects.filter(grants__membership__user__name="Ben Oseije").get()
    assert set(names(text)) == everyone
    assert set(re.findall(r"/t/alder/schools/(\d+)/", text)) == {str(own.pk)}


def test_without_names_nothing_tells_which_school_it_is(cast: Cast, head: Client) -> None:
    shows(cast, "unnamed")
    text = head.get(URL).text
    with trust_scope(cast.alder):
        own = School.objects.filter(grants__membership__user__name="Ben Oseije").get()
        others = list(School.objects.exclude(pk=own.pk))
    assert names(text) == [own.known_as, *(f"School {letters(number)}" for number in range(11))]
    assert not [school for school in others if school.name in text or f"{school.pupils} pupils" in text]
    assert names(head.get(URL).text) == names(text)


def test_the_order_is_another_for_each_head(cast: Cast, head: Client) -> None:
    with trust_scope(cast.alder):
        (sheet,) = overview(cast.autumn, today=cast.autumn.ends_on, proposals=()).sheets
    one, other = unnamed(sheet, (), lambda pk: f"{pk:09}"), unnamed(sheet, (), lambda pk: f"{10**9 - pk:010}")
    assert [line.cells for line in one.lines] == [line.cells for line in reversed(other.lines)]
    assert {line.school_id for line in one.lines} == {0}


def test_too_few_schools_are_not_shown_without_names(cast: Cast) -> None:
    with trust_scope(cast.alder):
        leads = furnish(cast.version, chief=cast.ruth, schools=5).head
    shows(cast, "unnamed")
    page = cast.client(leads).get(URL)
    assert "too few schools" in page.text
    assert "School A" not in page.text
    shows(cast, "named")
    assert "too few" not in cast.client(leads).get(URL).text


def test_no_draft_note_proposal_or_category_crosses(cast: Cast, head: Client) -> None:
    with trust_scope(cast.alder):
        Rating.objects.update(note="A note of theirs.", moderated_reason="A reason of theirs.")
        matrix = Assessment.objects.filter(period=cast.autumn).order_by("pk").last()
        Assessment.objects.filter(pk=matrix.pk).update(state="submitted", agreed_at=None, agreed_by=None)
    shows(cast, "named")
    text = head.get(URL).text.partition("<table")[2].partition("</table>")[0]
    for words in ("of theirs", "proposed", "Academic", "submitted", "/decisions/", "was "):
        assert words not in text
    with trust_scope(cast.alder):
        name = School.objects.get(pk=matrix.school_id).known_as
    assert re.search(f"{name}</b><small>[^<]*rated Summer 26", text)


def test_a_column_that_only_some_are_asked_names_the_phase(cast: Cast, head: Client) -> None:
    with trust_scope(cast.alder):
        (sheet,) = overview(cast.autumn, today=cast.autumn.ends_on, proposals=()).sheets
    line = next(line for line in sheet.lines if line.rated_on)
    asked_less = replace(line, cells=(replace(line.cells[0], word=""), *line.cells[1:]))
    lines = tuple(asked_less if each is line else each for each in sheet.lines)
    shown = unnamed(replace(sheet, lines=lines), (), str)
    assert shown is not None
    assert [column.key for column in shown.columns] == [column.key for column in sheet.columns][1:]


def test_the_page_takes_a_fixed_number_of_queries(cast: Cast, head: Client, queries) -> None:
    shows(cast, "unnamed")
    head.get(URL)
    few = len(queries(lambda: head.get(URL)))
    with trust_scope(cast.alder):
        SchoolFactory.create_batch(10)
    assert len(queries(lambda: head.get(URL))) == few


def test_letters_go_on_after_z() -> None:
    assert [letters(number) for number in (0, 25, 26, 51, 52)] == ["A", "Z", "AA", "AZ", "BA"]
