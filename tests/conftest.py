"""The cast, and a database that is used as the application's own login.

Ada leads improvement at Alder Trust, Ben heads one Alder school, Cleo leads Birch Trust.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
import pytest
import time_machine
from django.conf import settings
from django.core.cache import cache
from django.db import OperationalError, connection
from django.db.backends.postgresql.operations import DatabaseOperations
from django.test import Client
from hypothesis import settings as properties

from schools.models import Membership, Period, School, StrategyVersion, Trust
from schools.services.calendar import set_year, usual_dates
from schools.services.strategies import choose_strategy, publish_strategy
from schools.tenancy import trust_scope
from tests.factories import SchoolFactory, TrustFactory, member

TODAY = date(2026, 11, 20)
"""A Friday in the autumn term; tests pass it or freeze it."""

SAID = "said"
"""The name under which a test's counts travel with its report."""

SHARED = Path(settings.BASE_DIR).parent / "shared"
STRATEGIES = settings.BASE_DIR / "strategies"

properties.register_profile("untimed", deadline=None)  # a busy machine is no failure
properties.load_profile("untimed")


def stopped_at(moment: date | datetime) -> Any:
    """A fixture for a whole file: its tests run at this moment, and the clock stands."""

    @pytest.fixture(autouse=True)
    def stopped() -> Iterator[None]:
        with time_machine.travel(moment, tick=False):
            yield

    return stopped


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests that read the shared data are skipped where it is absent, except on a build server."""
    if SHARED.exists() or os.environ.get("CI") == "true":
        return
    for item in items:
        if item.get_closest_marker("shared"):
            item.add_marker(pytest.mark.skip(reason="the shared data is not beside this checkout"))


@pytest.fixture
def say(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Put a count under the run's results, whatever process the test ran in."""
    return lambda line: request.node.user_properties.append((SAID, line))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What the tests counted."""
    reports = (report for kind in ("passed", "failed") for report in terminalreporter.stats.get(kind, []))
    said = [
        words for report in reports if report.when == "call" for name, words in report.user_properties if name == SAID
    ]
    if said:
        terminalreporter.section("counted")
        terminalreporter.write_line("\n".join(said))


def _log_in(login: dict[str, Any]) -> None:
    connection.close()
    if getattr(connection, "pool", None):
        connection.close_pool()
    connection.settings_dict.update(login)


def _login_of(url: str) -> dict[str, Any]:
    parsed = environ.Env.db_url_config(url)
    return {part: parsed.get(part, "") for part in ("USER", "PASSWORD", "HOST", "PORT")}


@pytest.fixture(scope="session")
def _as_owner() -> None:
    """The test database is made, and dropped again, by the owner."""
    _log_in(_login_of(os.environ["DATABASE_OWNER_URL"]))


@pytest.fixture(scope="session")
def django_db_setup(_as_owner: None, django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Every test then runs as the application, whose login owns nothing."""
    assert connection.settings_dict["NAME"].startswith("test_"), "no test database was made"
    with django_db_blocker.unblock():
        _log_in(_login_of(os.environ["DATABASE_URL"]))
    yield
    with django_db_blocker.unblock():
        _log_in(_login_of(os.environ["DATABASE_OWNER_URL"]))


def _empty(sql_list: list[str], tries: int = 5) -> None:
    """A request that a closed browser left behind may hold rows in another order: the database ends one of them."""
    try:
        with connection.cursor() as cursor:
            for sql in sql_list:
                cursor.execute(sql)
    except OperationalError:
        if tries == 1:
            raise
        time.sleep(1)
        _empty(sql_list, tries - 1)


@pytest.fixture(scope="session", autouse=True)
def _flush_as_owner() -> Iterator[None]:
    """Tests with real transactions end in TRUNCATE, which the application may not do."""

    def flush(self: DatabaseOperations, using: str, sql_list: list[str]) -> None:
        as_application = {part: connection.settings_dict[part] for part in ("USER", "PASSWORD", "HOST", "PORT")}
        _log_in(_login_of(os.environ["DATABASE_OWNER_URL"]))
        try:
            _empty(sql_list)
        finally:
            _log_in(as_application)

    usual = DatabaseOperations.execute_sql_flush
    DatabaseOperations.execute_sql_flush = lambda self, sql_list: flush(self, "default", sql_list)  # type: ignore[method-assign]
    yield
    DatabaseOperations.execute_sql_flush = usual  # type: ignore[method-assign]


def database_url() -> str:
    """DATABASE_URL with the database that the tests use, for processes that they start."""
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}").geturl()


WORKER = os.environ.get("PYTEST_XDIST_WORKER", "only")

PLAIN_STATIC = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
"""Static files are not collected for the tests, so their names carry no hash."""


@pytest.fixture(autouse=True)
def _own_cache(settings: Any) -> None:
    """Each test process has its own corner of the cache, emptied before each test."""
    settings.STORAGES = {**settings.STORAGES, "staticfiles": PLAIN_STATIC}
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": WORKER}}
    cache.clear()


@dataclass(frozen=True)
class Cast:
    """The people, trusts and schools most tests need."""

    alder: Trust
    birch: Trust
    ada: Membership  # school improvement lead, Alder
    ben: Membership  # headteacher of Dunmere, Alder
    ruth: Membership  # chief executive, Alder
    tom: Membership  # trustee, Alder
    gita: Membership  # chair of governors of Dunmere, Alder
    olive: Membership  # trust administrator, Alder
    carl: Membership  # clerk, Alder
    cleo: Membership  # school improvement lead, Birch
    dunmere: School
    ashmere: School
    birchwood: School
    version: StrategyVersion
    autumn: Period

    def client(self, person: Membership) -> Client:
        """A browser in which this person is signed in."""
        client = Client()
        client.force_login(person.user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client


def start_trust(
    slug: str, strategy: str = "two_axes", *, changed: tuple[str, str] = ("", "")
) -> tuple[Trust, StrategyVersion]:
    """A trust with a calendar and a published strategy, whose file says `changed[1]` in the place of `changed[0]`."""
    trust = TrustFactory(slug=slug)
    with trust_scope(trust):
        for year in (2024, 2025, 2026):
            set_year(year, usual_dates(year), by=None)
        text = (STRATEGIES / f"{strategy}.toml").read_text()
        assert changed[0] in text
        version = publish_strategy(text.replace(*changed), by=None, starts_on=date(2024, 9, 1))
        choose_strategy(version.key, by=None, from_on=date(2024, 9, 1))
    return trust, version


def make_cast() -> Cast:
    alder, version = start_trust("alder")
    birch, _ = start_trust("birch")
    with trust_scope(alder):
        dunmere = SchoolFactory(name="Dunmere Primary")
        ashmere = SchoolFactory(name="Ashmere Primary")
        people = {
            "ada": member("Ada Whitlock", "si_lead"),
            "ben": member("Ben Osei", "head", dunmere),
            "ruth": member("Ruth Ellison", "ceo"),
            "tom": member("Tom Trustee", "trustee"),
            "gita": member("Gita Chair", "chair", dunmere),
            "olive": member("Olive Admin", "admin"),
            "carl": member("Carl Clerk", "clerk"),
        }
        autumn = Period.objects.get(year=2026, season="autumn", half=0)
    with trust_scope(birch):
        birchwood = SchoolFactory(name="Birchwood Primary")
        people["cleo"] = member("Cleo Birch", "si_lead")
    return Cast(
        alder=alder, birch=birch, dunmere=dunmere, ashmere=ashmere, birchwood=birchwood, version=version,
        autumn=autumn, **people,
    )  # fmt: skip


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


@pytest.fixture
def live_cast(transactional_db: None) -> Cast:
    """The cast with real transactions, for workers, locks and browsers."""
    return make_cast()


@pytest.fixture
def open_alder(cast: Cast) -> Iterator[Trust]:
    """Alder Trust is open."""
    with trust_scope(cast.alder) as trust:
        yield trust


@pytest.fixture
def queries() -> Callable[[Callable[[], Any]], list[str]]:
    """Count the SQL of a call, without transaction and setting statements."""
    from django.test.utils import CaptureQueriesContext

    def count(call: Callable[[], Any]) -> list[str]:
        with CaptureQueriesContext(connection) as captured:
            call()
        skipped = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK", "select set_config")
        return [query["sql"] for query in captured if not query["sql"].startswith(skipped)]

    return count
