"""The trust matrix, 50 schools by every indicator, against a signed-in one-line page (measures P1, P2, P12).

    DATABASE_URL=… .venv/bin/python -m bench.matrix [--schools 50] [--requests 200]

It fills a trust named `bench-matrix` in the database it is given (an empty, migrated one: the rows stay), starts the
product's own server, and asks for the two pages in turn over one kept connection. Prints both p95, their ratio, the
bytes on the wire and the number of SQL statements.
"""

from __future__ import annotations

import argparse
import gzip
import http.client
import os
import random
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trust_si.settings")

import django

django.setup()

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.utils import timezone  # noqa: E402

from categorisation.models import Assessment, Decision, Proposal  # noqa: E402
from schools.models import Membership, Period, RoleGrant, School, StrategyVersion, Trust, User  # noqa: E402
from schools.queries import current_period, kpi_numbers  # noqa: E402
from schools.services.calendar import set_year, usual_dates  # noqa: E402
from schools.services.strategies import choose_strategy, publish_strategy  # noqa: E402
from schools.tenancy import trust_scope  # noqa: E402

SLUG, BACKEND = "bench-matrix", "allauth.account.auth_backends.AuthenticationBackend"
GOAL_RATIO, GOAL_KB, GOAL_SQL = 8, 25, 15
SKIPPED = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK", "select set_config")


def main() -> None:
    asked = _arguments()
    user = fill(asked.schools)
    cookie = session_of(user)
    pages = {
        "hello": f"/t/{SLUG}/hello/",
        "matrix": f"/t/{SLUG}/overview/?by=indicators",
        "criteria": f"/t/{SLUG}/overview/",
    }
    with server() as port:
        took, sizes = measure(port, pages, cookie, asked.requests)
    base = p95(took["hello"])
    for name in pages:
        wire = len(sizes[name])
        middle = statistics.median(took[name])
        print(f"{name:9} p95 {p95(took[name]):7.2f} ms  median {middle:7.2f} ms  {wire / 1000:6.1f} kB")
    ratio, kilobytes, sql = p95(took["matrix"]) / base, len(sizes["matrix"]) / 1000, statements(user, pages["matrix"])
    print(f"schools {asked.schools}, cells {cells(sizes['matrix'])}, requests {asked.requests} each, in turn")
    print(
        f"P1 matrix p95 / hello p95: {ratio:.2f} (goal {GOAL_RATIO}); by criterion {p95(took['criteria']) / base:.2f}"
    )
    print(f"P12 matrix gzipped: {kilobytes:.1f} kB (goal {GOAL_KB})")
    print(f"P2 SQL of the matrix: {sql} (goal {GOAL_SQL})")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--schools", type=int, default=50)
    parser.add_argument("--requests", type=int, default=200)
    return parser.parse_args()


def p95(times: list[float]) -> float:
    return statistics.quantiles(times, n=20)[-1]


def cells(body: bytes) -> int:
    return gzip.decompress(body).count(b'<td role="cell" class="r')


def fill(schools: int) -> User:
    """A trust with two years of agreed matrices, written straight to the tables."""
    trust, made = Trust.objects.get_or_create(slug=SLUG, defaults={"name": "Bench Trust"})
    user = User.objects.filter(email="bench@demo.example").first() or User.objects.create_user(
        "bench@demo.example", None, name="Bench Person"
    )
    with trust_scope(trust):
        if made:
            _set_up(user)
        if School.objects.count() < schools:
            _schools(schools - School.objects.count())
    return user


def _set_up(user: User) -> None:
    today = timezone.localdate()
    for year in range(today.year - 2, today.year + 1):
        set_year(year, usual_dates(year), by=None)
    from_on = date(today.year - 2, 9, 1)
    version = publish_strategy(open("strategies/two_axes.toml").read(), by=None, starts_on=from_on)  # noqa: SIM115
    choose_strategy(version.key, by=None, from_on=from_on)
    membership = Membership.objects.create(user=user, job_title="Chief executive")
    RoleGrant.objects.create(membership=membership, role="ceo")


def _schools(count: int) -> None:
    luck, first = random.Random(1), School.objects.count()
    version, chief = StrategyVersion.objects.get(), Membership.objects.get()
    now, today = timezone.now(), timezone.localdate()
    current = current_period(today)
    terms = list(Period.objects.terms().filter(starts_on__lte=today).order_by("starts_on"))[-6:]
    schools = School.objects.bulk_create(
        School(urn=str(700_000 + first + n), name=f"School number {first + n} Primary", phase="primary",
               pupils=luck.randint(80, 900), joined_on=date(2020, 9, 1))
        for n in range(count)
    )  # fmt: skip
    size = max(kpi_numbers().values()) + 1
    matrices = Assessment.objects.bulk_create(
        Assessment(school=school, period=term, strategy_version=version, state="agreed", due_on=term.ends_on,
                   agreed_at=now, agreed_by=chief, **slots)
        for school in schools
        for term, slots in _terms(luck, size, terms, today)
    )  # fmt: skip
    latest = [one for one in matrices if one.period_id == current.pk]
    words = {"words": {"held": ["Quality of Education is at Reinforce: “Staff voice” and “Pupil voice”."]}}
    for axis in ("academic", "operational"):
        Proposal.objects.bulk_create(
            Proposal(assessment=one, axis=axis, level="reinforce", best="reinforce", worst="reinforce",
                     explanation=words, made_at=now, of_version=1)
            for one in latest
        )  # fmt: skip
        Decision.objects.bulk_create(
            Decision(school=one.school, period=terms[-2], axis=axis, level=luck.choice(["refine", "reinforce"]),
                     strategy_version=version, effective_on=terms[-2].ends_on, decided_by=chief,
                     decided_at=now - timedelta(days=90), tell_at=now, reply_due_on=terms[-2].ends_on)
            for one in latest
        )  # fmt: skip


def _terms(
    luck: random.Random, size: int, terms: list[Period], today: date
) -> Iterator[tuple[Period, dict[str, list[int | None]]]]:
    """A school's slots term by term: one rating in eight moves, one in thirty is unknown, one in twenty is old."""
    levels = [luck.choice([1, 2, 2, 2, 3, 3, 4]) for _ in range(size)]
    for term in terms:
        levels = [luck.randint(1, 4) if luck.random() < 1 / 8 else level for level in levels]
        day = min(term.ends_on, today)
        ages = [500 if luck.random() < 1 / 20 else luck.choice([20, 40, 60]) for _ in range(size)]
        yield (
            term,
            {
                "levels": [0 if luck.random() < 1 / 30 else level for level in levels],
                "evidence_days": [(day - timedelta(days=age)).toordinal() for age in ages],
                "source_counts": [luck.choice([1, 2, 2, 2, 3]) for _ in range(size)],
            },
        )


def session_of(user: User) -> str:
    session = SessionStore()
    session[SESSION_KEY], session[BACKEND_SESSION_KEY] = str(user.pk), BACKEND
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return session.session_key


@contextmanager
def server() -> Iterator[int]:
    """The product's own server, one worker."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--workers", "1", "--host", "127.0.0.1"]
    process = subprocess.Popen([*command, "--port", str(port), "--log-level", "error", "bench.hello:application"])
    try:
        _wait_for(port)
        yield port
    finally:
        process.terminate()
        process.wait(20)


def _wait_for(port: int) -> None:
    for _ in range(120):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.5)
    raise TimeoutError("the server did not start")


def measure(
    port: int, pages: dict[str, str], cookie: str, requests: int
) -> tuple[dict[str, list[float]], dict[str, bytes]]:
    """Milliseconds of each page, in turn over one connection, after a warm-up; and the body as sent."""
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"Cookie": f"sessionid={cookie}", "Accept-Encoding": "gzip"}
    took: dict[str, list[float]] = {name: [] for name in pages}
    sizes: dict[str, bytes] = {}
    for turn in range(requests + 10):
        for name, path in pages.items():
            began = time.perf_counter()
            link.request("GET", path, headers=headers)
            answer = link.getresponse()
            body = answer.read()
            if turn >= 10:
                took[name].append(1000 * (time.perf_counter() - began))
            if answer.status != http.HTTPStatus.OK:
                raise RuntimeError(f"{path}: {answer.status}")
            sizes[name] = body
    link.close()
    return took, sizes


def statements(user: User, path: str) -> int:
    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(user, backend=BACKEND)
    client.get(path)
    with CaptureQueriesContext(connection) as captured:
        client.get(path)
    return sum(not query["sql"].startswith(SKIPPED) for query in captured)


if __name__ == "__main__":
    main()
