"""A plan that is begun, and a half term of support that is matched."""

from __future__ import annotations

import pytest

from plans.models import MatchRun, Plan
from plans.services import begin_plan
from plans.services.matching import solve_matching
from schools.tenancy import trust_scope
from tests.conftest import Cast
from tests.plans.exchange_story import asked, half, offered


@pytest.fixture
def plan(cast: Cast) -> Plan:
    """Dunmere's improvement plan, begun by its head."""
    with trust_scope(cast.alder):
        return begin_plan(cast.dunmere, "sip", by=cast.ben)


@pytest.fixture
def matched(cast: Cast) -> MatchRun:
    """Ashmere offers three days, Dunmere asked for two."""
    with trust_scope(cast.alder):
        offered(cast)
        asked(cast)
        return solve_matching(half(), by=cast.ada)
