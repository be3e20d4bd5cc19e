"""The figures that frame a visit: of the last agreed return, and none that is hidden from who reads."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from evidence.models import Figure
from reporting.queries.known_figures import MOST_FIGURES, figures_of
from reporting.views.known import is_framed
from schools.access import Access, access_of
from schools.models import Membership
from schools.tenancy import trust_scope
from tests.conftest import TODAY, Cast
from tests.evidence.returns_world import agreed
from tests.monitoring.visits_world import begun
from tests.strategies.reading import keyed, shipped


@pytest.fixture(autouse=True)
def _today(time_machine: Any) -> None:
    time_machine.move_to("2026-11-20T13:00Z")


def access(person: Membership) -> Access:
    found = access_of(person.user)
    assert found is not None
    return found


def test_the_last_agreed_return_frames_the_visit(cast: Cast) -> None:
    with trust_scope(cast.alder):
        assert figures_of(access(cast.ada), cast.dunmere, TODAY) == ()
        agreed(cast)
        found = figures_of(access(cast.ada), cast.dunmere, TODAY)
        assert 0 < len(found) <= MOST_FIGURES
        assert all(words and "2026/27" in about for _, words, about in found)
        assert figures_of(access(cast.ada), cast.dunmere, date(2026, 11, 1)) == ()
        assert figures_of(access(cast.ada), cast.ashmere, TODAY) == ()
        visit = begun(cast, form="health_check")
    page = cast.client(cast.ada).get(reverse("visit_write", kwargs={"trust": "alder", "pk": visit.pk}))
    label, words, _ = found[0]
    assert f"{label}: <strong>{words}</strong>" in page.content.decode()


def test_a_figure_of_few_pupils_is_hidden_from_who_sees_no_counts(cast: Cast) -> None:
    with trust_scope(cast.alder):
        agreed(cast)
        Figure.objects.update(hidden=True)
        assert figures_of(access(cast.ada), cast.dunmere, TODAY)
        assert figures_of(access(cast.tom), cast.dunmere, TODAY) == ()


def test_forms_that_are_framed() -> None:
    forms = keyed(shipped("numbered_categories").forms)
    framed = {key for key, form in forms.items() if is_framed(form)}
    assert framed == {"visit_record", "health_check"}
