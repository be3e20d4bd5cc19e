"""Targets of a school and of the trust: set in one grid, kept in the record, with progress beside them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from evidence.models import Target
from evidence.services.targets import set_targets
from schools.audit import last_act
from schools.models import AuditEntry
from schools.tenancy import trust_scope
from tests.conftest import TODAY, Cast, stopped_at
from tests.evidence.figures import agreed_return, put

ATTENDANCE = ("attendance_rate", "all")


_today = stopped_at(TODAY)


def page_of(cast: Cast) -> str:
    return f"/t/alder/schools/{cast.dunmere.pk}/targets/"


def text_of(response) -> str:
    return " ".join(response.content.decode().split())


def typed(**boxes: str) -> dict[str, str]:
    return {"seen": "0", **{f"attendance_rate|all|{stage}": value for stage, value in boxes.items()}}


def test_a_head_sets_targets_and_sees_how_far_the_school_is(cast: Cast):
    client = cast.client(cast.ben)
    with trust_scope(cast.alder):
        put(agreed_return(cast.dunmere, cast.autumn, cast.version, cast.ada), "attendance_rate", 9300, 10000)
    boxes = {"seen": "0", "attendance_rate|all|autumn": "94", "attendance_rate|all|": "95.5"}
    assert client.post(page_of(cast), boxes).status_code == 302
    page = text_of(client.get(page_of(cast)))
    assert "1.0 to go to 94.0% by the end of autumn" in page
    with trust_scope(cast.alder):
        rows = {(row.season, row.value) for row in Target.objects.all()}
        assert rows == {("autumn", Decimal("94")), ("", Decimal("95.5"))}
        assert AuditEntry.objects.filter(did="targets.set").count() == 1


def test_a_figure_of_last_year_is_no_progress_of_this_one(cast: Cast):
    with trust_scope(cast.alder):
        handed_in = agreed_return(cast.dunmere, cast.autumn, cast.version, cast.ada)
        figure = put(handed_in, "attendance_rate", 9600, 10000)
        type(figure).objects.filter(pk=figure.pk).update(year=2025)
        Target.objects.create(school=cast.dunmere, measure="attendance_rate", year=2026, season="", value=95)
    assert "no figure yet" in text_of(cast.client(cast.ben).get(page_of(cast)))


def test_what_is_taken_out_is_taken_away_and_nothing_new_is_no_act(cast: Cast):
    client = cast.client(cast.ben)
    client.post(page_of(cast), {"seen": "0", "attendance_rate|all|autumn": "94", "gld|all|": "70"})
    with trust_scope(cast.alder):
        seen = last_act("targets.set").pk
    client.post(page_of(cast), {"seen": str(seen), "gld|all|": "70"})
    with trust_scope(cast.alder):
        assert [row.measure for row in Target.objects.all()] == ["gld"]
        seen = last_act("targets.set").pk
    client.post(page_of(cast), {"seen": str(seen), "gld|all|": "70.0"})
    with trust_scope(cast.alder):
        assert AuditEntry.objects.filter(did="targets.set").count() == 2


def test_bad_input_is_said_beside_the_box_and_kept(cast: Cast):
    answer = cast.client(cast.ben).post(
        page_of(cast), {"seen": "0", "attendance_rate|all|": "195", "gld|all|": "seventy"}
    )
    page = text_of(answer)
    assert answer.status_code == 422
    assert "Enter a number, for example 74 or 94.5." in page
    assert 'value="195"' in page
    assert 'value="seventy"' in page
    with trust_scope(cast.alder):
        assert not Target.objects.exists()


def test_more_than_all_is_refused_by_the_service_too(cast: Cast):
    with trust_scope(cast.alder), pytest.raises(ValidationError) as refusal:
        set_targets(
            2026, {ATTENDANCE: {"": Decimal(101)}}, strategy=cast.version.strategy, school=cast.dunmere, by=cast.ben
        )
    assert refusal.value.message_dict == {"attendance_rate|all|": ["Enter 100 or less."]}


def test_the_second_of_two_at_once_is_told_and_keeps_what_was_typed(cast: Cast):
    cast.client(cast.ada).post(page_of(cast), {"seen": "0", "attendance_rate|all|": "96"})
    answer = cast.client(cast.ben).post(page_of(cast), {"seen": "0", "attendance_rate|all|": "95"})
    assert answer.status_code == 422
    assert "Ada Whitlock changed this" in text_of(answer)
    assert 'value="95"' in text_of(answer)


def test_who_may(cast: Cast):
    boxes = {"seen": "0", "attendance_rate|all|": "95"}
    assert cast.client(cast.gita).get(page_of(cast)).status_code == 200
    assert '<input type="text"' not in text_of(cast.client(cast.gita).get(page_of(cast)))
    assert cast.client(cast.gita).post(page_of(cast), boxes).status_code == 403
    assert cast.client(cast.tom).post(page_of(cast), boxes).status_code == 403
    assert cast.client(cast.cleo).get(page_of(cast)).status_code == 404
    other = f"/t/alder/schools/{cast.ashmere.pk}/targets/"
    assert cast.client(cast.ben).get(other).status_code == 404
    assert cast.client(cast.ben).post("/t/alder/evidence/targets/", boxes).status_code == 403
    assert cast.client(cast.ada).post("/t/alder/evidence/targets/", boxes).status_code == 302
    with trust_scope(cast.alder):
        assert Target.objects.get().school is None


def test_the_trusts_progress_pools_its_schools(cast: Cast):
    with trust_scope(cast.alder):
        for school, counted in ((cast.dunmere, (900, 1000)), (cast.ashmere, (2850, 3000))):
            put(agreed_return(school, cast.autumn, cast.version, cast.ada), "attendance_rate", *counted)
        Target.objects.create(school=None, measure="attendance_rate", year=2026, season="", value=94)
    page = text_of(cast.client(cast.ada).get("/t/alder/evidence/targets/"))
    assert "93.8%" in page  # 3,750 of 4,000
    assert "0.2 to go to 94.0%" in page  # as both are shown


def test_the_page_asks_the_same_number_of_queries_for_any_number_of_targets(cast: Cast, queries):
    client = cast.client(cast.ben)
    client.get(page_of(cast))
    few = len(queries(lambda: client.get(page_of(cast))))
    with trust_scope(cast.alder):
        for measure in ("attendance_rate", "gld", "phonics_year_1", "suspension_rate"):
            for season in ("autumn", "spring", ""):
                Target.objects.create(school=cast.dunmere, measure=measure, year=2026, season=season, value=50)
    assert len(queries(lambda: client.get(page_of(cast)))) == few <= 15
