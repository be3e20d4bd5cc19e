"""What a concern rests on: chosen from what is on record of the school, kept as it was called, read as links."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from categorisation.models import Decision
from monitoring.models import Visit
from plans.models import Concern
from plans.queries.sources import sources_for, sources_of
from reviews.models import Finding, Review
from schools.models import Period, School
from schools.tenancy import trust_scope
from tests.conftest import stopped_at
from tests.plans.ladder_world import TODAY, LadderWorld, make_ladder_world
from tests.plans.test_concern_pages import RAISE, at, text_of

MORNING = datetime(2026, 11, 2, 9, tzinfo=UTC)
FOUND = "Pupils wait too long for work that makes them think."


_today = stopped_at(TODAY)


@pytest.fixture
def world(db: None) -> LadderWorld:
    return make_ladder_world()


def on_record(world: LadderWorld, school: School, *, day: date = date(2026, 11, 2), **review: Any) -> dict[str, Any]:
    """A review with a finding, a visit, and a category, all of one day."""
    lead, version = world.people["lead"], world.version
    moment = datetime.combine(day, MORNING.timetz())
    told: dict[str, Any] = {"state": Review.State.PUBLISHED, "published_at": moment, **review}
    told |= {
        f"{side}_signed_{what}": value for side in ("trust", "school") for what, value in (("at", moment), ("by", lead))
    }
    made = Review.objects.create(
        school=school, strategy_version=version, kind="peer_review", form="peer_review", starts_on=day, ends_on=day,
        days=1, dates=[day], proposed_at=moment, proposed_by=lead, **told,
    )  # fmt: skip
    finding = Finding.objects.create(review=made, kind=Finding.Kind.BETTER, text=FOUND)
    Finding.objects.create(review=made, kind=Finding.Kind.WELL, text="Pupils are kind.")
    visit = Visit.objects.create(
        school=school,
        strategy_version=version,
        form="visit_record",
        lead=lead,
        on=day,
        submitted_at=moment,
        submitted_by=lead,
        state=Visit.State.SUBMITTED,
    )
    (axis,) = version.strategy.axes
    decision = Decision.objects.create(
        school=school, period=Period.objects.terms().begun(day).latest("starts_on"), axis=axis.key,
        level=version.strategy.axis_levels(axis.key)[-1].key, strategy_version=version, effective_on=day,
        decided_by=world.people["ceo"], decided_at=moment, tell_at=moment, reply_due_on=day,
    )  # fmt: skip
    return {"finding": finding, "visit": visit, "decision": decision}


def test_what_is_on_record_of_the_school_is_offered_and_nothing_else(world: LadderWorld) -> None:
    with trust_scope(world.trust):
        rows = on_record(world, world.school)
        on_record(world, world.other)
        on_record(world, world.school, day=date(2025, 9, 15))
        offered = sources_of(world.school, today=TODAY)
        assert [one.key for one in offered] == [f"{name}-{row.pk}" for name, row in rows.items()]
    labels = [one.label for one in offered]
    assert labels[0] == f"Peer Review, 2 November 2026: {FOUND}"
    assert labels[1] == "Visit record, 2 November 2026"
    assert labels[2].endswith("decided on 2 November 2026")


@pytest.mark.parametrize("state", [Review.State.PROPOSED, Review.State.WITHDRAWN])
def test_a_review_that_is_not_published_shows_nothing_yet(world: LadderWorld, state: str) -> None:
    with trust_scope(world.trust):
        on_record(world, world.school, state=state, published_at=None)
        assert [one.page for one in sources_of(world.school, today=TODAY)] == ["visit", "decision"]


def test_a_concern_keeps_what_it_rests_on_and_leads_there(world: LadderWorld) -> None:
    with trust_scope(world.trust):
        rows = on_record(world, world.school)
    lead, ceo = world.client("lead"), world.client("ceo")
    page = f"/t/alder/schools/{world.school.pk}/concerns/scc/"
    assert FOUND in text_of(lead.get(page))
    chosen = [f"finding-{rows['finding'].pk}", f"visit-{rows['visit'].pk}"]
    assert lead.post(page, {**RAISE, "sources": chosen}).status_code == 302
    with trust_scope(world.trust):
        concern = Concern.objects.get()
        assert [one["key"] for one in concern.sources] == chosen
        Finding.objects.filter(pk=rows["finding"].pk).update(text="Written anew.")
    ceo.post(at(concern, "decide/"), {"outcome": "agreed", "words": ""})
    read = text_of(world.client("head").get(at(concern)))
    assert f'href="/t/alder/reviews/{rows["finding"].review_id}/"' in read
    assert f'href="{reverse("visit", args=["alder", rows["visit"].pk])}"' in read
    assert FOUND in read
    assert f'href="/t/alder/decisions/{rows["decision"].pk}/"' not in read
    (row,) = lead.get("/api/v1/t/alder/concerns/").json()["results"]
    assert row["sources"][1] == "Visit record, 2 November 2026"


def test_what_is_of_another_school_is_refused(world: LadderWorld) -> None:
    with trust_scope(world.trust):
        foreign = on_record(world, world.other)["visit"]
        with pytest.raises(ValidationError, match="Choose from the list"):
            world.raised(sources=[f"visit-{foreign.pk}"])
        on_record(world, world.school)
    page = f"/t/alder/schools/{world.school.pk}/concerns/scc/"
    sent = world.client("lead").post(page, {**RAISE, "sources": [f"visit-{foreign.pk}"]})
    assert (sent.status_code, "Choose from the list" in text_of(sent)) == (422, True)


@pytest.mark.parametrize("role", ["lead", "governor", "clerk", "admin"])
def test_a_source_leads_only_those_to_its_page_who_read_it(world: LadderWorld, role: str) -> None:
    with trust_scope(world.trust):
        rows = on_record(world, world.school)
        concern = world.raised(sources=[f"{name}-{row.pk}" for name, row in rows.items()])
        found = sources_for(world.access(role), concern)
    client = world.client(role)
    for source, leads in found:
        assert (client.get(reverse(source.page, args=["alder", source.pk])).status_code == 200) == leads, (role, source)
