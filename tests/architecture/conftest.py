"""What the architecture's tests share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.db import connection

from reporting.pdf import Rendered
from tests.architecture.owner import copy_database, drop_database, take_down_keys, take_down_policies, working_in
from tests.architecture.planted import NOW, World
from tests.architecture.world import plant_world


@pytest.fixture
def undisturbed(monkeypatch: pytest.MonkeyPatch) -> None:
    """No worker is nudged, and there is no limit on how often the API is asked."""
    monkeypatch.setattr("schools.jobs.nudge", lambda *args: None)
    monkeypatch.setattr("rest_framework.throttling.SimpleRateThrottle.THROTTLE_RATES", {"user": None, "anon": None})


@pytest.fixture
def at_one_moment(undisturbed: None) -> Iterator[None]:
    """On the story's day, the clock standing still."""
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture(scope="session")
def planted_database(django_db_setup: None, django_db_blocker: Any) -> Iterator[tuple[str, World]]:
    """A copy of the test database with three planted trusts, made once per process."""
    usual = connection.settings_dict["NAME"]
    name = f"{usual}_planted"
    with django_db_blocker.unblock():
        copy_database(name, of=usual)
        with working_in(name):
            world = plant_world()
    yield name, world
    with django_db_blocker.unblock():
        drop_database(name)


@pytest.fixture(scope="session")
def open_database(planted_database: tuple[str, World], django_db_blocker: Any) -> Iterator[str]:
    """A copy of the planted one with row security and composite keys taken down."""
    planted, _ = planted_database
    name = f"{planted}_open"
    with django_db_blocker.unblock():
        copy_database(name, of=planted)
        take_down_policies(name)
        take_down_keys(name)
    yield name
    with django_db_blocker.unblock():
        drop_database(name)


@pytest.fixture(scope="module")
def world(planted_database: tuple[str, World], django_db_blocker: Any) -> Iterator[World]:
    """The planted trusts; the tests of this module work in their database."""
    name, world = planted_database
    with django_db_blocker.unblock(), working_in(name):
        yield world


@pytest.fixture(autouse=True)
def _printed_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A printed page as the text it is made from: read as such, and without a child process for every visitor."""
    monkeypatch.setattr("reporting.views.documents.typeset", lambda html, **options: Rendered(html.encode(), 1))
