"""Schools on a ladder, on the pages that join several apps, and in the API."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine

from plans.models import StageChange, WatchLook
from plans.rules.ladder import Step
from schools.models import Interest, RoleGrant
from schools.queries import current_period
from schools.rules import LONDON
from schools.services.meetings import plan_meeting
from schools.tenancy import trust_scope
from tests.plans.ladder_world import LadderWorld, make_ladder_world

NOON = datetime(2026, 11, 20, 12, tzinfo=LONDON)


@pytest.fixture
def world(db: None) -> Iterator[LadderWorld]:
    with time_machine.travel(NOON, tick=False):
        yield make_ladder_world()


def text_of(response: Any) -> str:
    return " ".join(response.content.decode().split())


def test_the_overview_says_who_is_on_the_ladder_and_over_the_longest_stay(world: LadderWorld) -> None:
    assert "No school is on the ladder." in text_of(world.client("ceo").get("/t/alder/overview/"))
    with trust_scope(world.trust):
        world.opened()
    for key in ("ceo", "trustee"):
        assert "One school is on the ladder." in text_of(world.client(key).get("/t/alder/overview/"))
    with time_machine.travel(datetime(2027, 7, 13, 12, tzinfo=LONDON), tick=False):
        read = text_of(world.client("ceo").get("/t/alder/overview/"))
    assert "One school is on the ladder; Elm Primary is 12 days over its longest stay." in read


def test_a_step_waits_for_who_decides_and_not_for_who_proposed_it(world: LadderWorld) -> None:
    said = "A step on the ladder to decide"
    with trust_scope(world.trust):
        concern = world.raised(by="director")
    pages = {key: text_of(world.client(key).get("/t/alder/overview/")) for key in ("ceo", "director", "lead")}
    assert {key: said in read for key, read in pages.items()} == {"ceo": True, "director": False, "lead": False}
    with trust_scope(world.trust):
        world.decide(concern)
    assert said not in text_of(world.client("ceo").get("/t/alder/overview/"))


def listed_for(world: LadderWorld, said: str) -> set[str]:
    """Of those who decide or propose, on whose overview it is listed."""
    people = ("ceo", "director", "trust_chair", "lead")
    return {key for key in people if said in text_of(world.client(key).get("/t/alder/overview/"))}


def test_a_step_waits_for_who_stands_in_only_where_nobody_before_them_can(world: LadderWorld) -> None:
    said = "A step on the ladder to decide"
    with trust_scope(world.trust):
        world.raised()
    assert listed_for(world, said) == {"ceo"}
    with trust_scope(world.trust):
        head = RoleGrant.objects.create(membership=world.people["ceo"], role="head", school=world.school)
    assert listed_for(world, said) == {"director", "trust_chair"}
    with trust_scope(world.trust):
        head.delete()
        StageChange.objects.update(proposed_by=world.people["ceo"])
    assert listed_for(world, said) == {"director", "trust_chair"}


def test_a_step_of_a_school_in_which_somebody_has_an_interest_waits_for_who_stands_in(world: LadderWorld) -> None:
    said = "A step on the ladder to decide"
    with trust_scope(world.trust):
        world.raised()
        period = current_period(NOON.date())
        meeting = plan_meeting(
            "risk_meeting", by=world.people["clerk"], title="Meeting", place="", starts_at=NOON + timedelta(days=9),
            period=period, schools=[world.school],
        )  # fmt: skip
        for key in ("ceo", "director"):
            Interest.objects.create(meeting=meeting, person=world.people[key], school=world.school, nature="A sister")
    assert listed_for(world, said) == {"trust_chair"}


def test_a_watch_that_can_end_waits_for_who_ends_it(world: LadderWorld) -> None:
    said = "the watch can end"
    with trust_scope(world.trust):
        world.looked(world.left())
    assert listed_for(world, said) == {"ceo"}
    with trust_scope(world.trust):
        WatchLook.objects.update(by=world.people["ceo"])
    assert listed_for(world, said) == {"director", "trust_chair"}


def test_the_page_of_a_school_leads_to_its_concerns_where_there_is_a_ladder(world: LadderWorld) -> None:
    page, way = f"/t/alder/schools/{world.school.pk}/", f"/t/alder/schools/{world.school.pk}/concerns/"
    seen = {key: way in text_of(world.client(key).get(page)) for key in ("lead", "head", "chair", "leader")}
    assert seen == {"lead": True, "head": True, "chair": True, "leader": False}


def test_the_api_tells_where_a_school_stands_and_filters(world: LadderWorld) -> None:
    home = "/api/v1/t/alder/concerns/"
    with trust_scope(world.trust):
        concern = world.moved(world.opened(), Step.UP)
    lead, head = world.client("lead"), world.client("head")
    assert lead.get(home, {"state": "watched"}).json()["count"] == 0
    assert lead.get(home, {"school": world.other.pk}).json()["count"] == 0
    (row,) = lead.get(home, {"school": world.school.pk, "ladder": "scc", "state": "open"}).json()["results"]
    assert (row["id"], row["opened_on"]) == (concern.pk, "2026-11-20")
    whole = head.get(f"{home}{concern.pk}/").json()
    assert [one["step"] for one in whole["steps"]] == ["open", "up"]
    standing = whole["standing"]
    assert (standing["stage"], standing["until"], standing["days_left"]) == ("level_2", "2027-03-25", 125)
    assert "Headteacher" in standing["outstanding"]
    assert world.client("leader").get(home).status_code == 403


def test_the_api_shows_a_school_nothing_that_is_only_proposed(world: LadderWorld) -> None:
    with trust_scope(world.trust):
        concern = world.raised()
    home = "/api/v1/t/alder/concerns/"
    assert (world.client("lead").get(home).json()["count"], world.client("head").get(home).json()["count"]) == (1, 0)
    assert world.client("head").get(f"{home}{concern.pk}/").status_code == 404
