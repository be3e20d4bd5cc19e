"""Trusts with rows to report on."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from reporting.models import Report
from schools.models import Trust
from schools.tenancy import trust_scope
from tests.conftest import Cast, start_trust
from tests.reporting.workers import redis_url, worker
from tests.reporting.world import World, furnish

__all__ = ["redis_url", "worker"]

STRATEGIES = ("two_axes", "numbered_categories", "sustain_to_stabilise", "four_phases", "no_categories")


@pytest.fixture
def world(cast: Cast, open_alder: Trust) -> World:
    """Alder with twelve schools more, four terms of them."""
    return furnish(cast.version, chief=cast.ruth)


@pytest.fixture
def ask(cast: Cast) -> Callable[..., Report]:
    """Ask for a report of Alder's autumn term."""
    from reporting.services import request_report

    return lambda kind="board_report", **more: request_report(kind, cast.autumn, by=cast.ada, **more)


@pytest.fixture(params=STRATEGIES)
def any_trust(request: pytest.FixtureRequest, db: None) -> Iterator[tuple[Trust, World]]:
    """A trust for each strategy that ships, with twelve schools, open."""
    trust, version = start_trust(request.param.replace("_", "-"), request.param)
    with trust_scope(trust):
        yield trust, furnish(version)
