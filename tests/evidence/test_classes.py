"""Figures by class: ranked in the school, then in the trust, for those who see small numbers."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from evidence.models import Figure, Return
from schools.models import Membership, Period, School, StrategyVersion
from schools.tenancy import trust_scope
from tests.conftest import TODAY, start_trust, stopped_at
from tests.factories import SchoolFactory, member

SENT = datetime(2026, 11, 16, 12, tzinfo=UTC)
PAGE = "/t/elm/evidence/compare/?measure=class_on_track"


_today = stopped_at(TODAY)


def hand_in(school: School, version: StrategyVersion, by: Membership, classes: dict[str, tuple[int, int]]) -> None:
    period = Period.objects.get(year=2026, season="autumn", half=0)
    made = Return.objects.create(
        school=school, period=period, strategy_version=version, point="autumn_return", state="agreed",
        opens_on=date(2026, 11, 2), due_on=date(2026, 12, 18), submitted_at=SENT, agreed_at=SENT, agreed_by=by,
        submitted_by=by,
    )  # fmt: skip
    for name, (numerator, denominator) in classes.items():
        Figure.objects.create(
            part_of=made, school=school, period=period, measure="class_on_track", class_name=name, year=2026,
            span="autumn", numerator=numerator, denominator=denominator,
        )  # fmt: skip


@pytest.fixture
def elm(db: None) -> dict[str, Membership]:
    trust, version = start_trust("elm", "no_categories")
    with trust_scope(trust):
        one, two = SchoolFactory(name="Elm Primary"), SchoolFactory(name="Oak Primary")
        people = {
            "lead": member("Lena Lead", "si_lead"),
            "head": member("Hal Head", "head", one),
            "trustee": member("Tess Trustee", "trustee"),
        }
        hand_in(one, version, people["lead"], {"Ash": (27, 30), "Birch": (26, 30), "Cedar": (12, 30)})
        hand_in(two, version, people["lead"], {"Elder": (30, 30)})
    return people


def read(client, person: Membership) -> str:
    client.force_login(person.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return " ".join(client.get(PAGE).content.decode().split())


def places_of(page: str, name: str) -> list[str]:
    row = page.split(f'data-label="Class">{name}<')[1].split("</tr>")[0]
    return [part.split("</td>")[0].split(">")[-1] for part in row.split('class="num">')[2:]]


def test_places_in_the_school_and_in_the_trust(client, elm):
    page = read(client, elm["lead"])
    assert places_of(page, "Ash") == ["1 to 2", "2 to 3"]
    assert places_of(page, "Birch") == ["1 to 2", "2 to 3"]  # one pupil fewer is no lower place
    assert places_of(page, "Cedar") == ["3", "4"]
    assert places_of(page, "Elder") == ["1", "1"]


def test_a_head_reads_the_own_classes_and_a_trustee_none(client, elm):
    page = read(client, elm["head"])
    assert "Cedar" in page
    assert "Elder" not in page
    assert places_of(page, "Cedar")[0] == "3"
    page = read(client, elm["trustee"])
    assert "Cedar" not in page
    assert "Elder" not in page
