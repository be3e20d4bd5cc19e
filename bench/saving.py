"""Saving a school's ratings, against a signed-in one-line page (measure P5).

    bin/bench saving [--requests 100]

A head's session posts one criterion's form after the other, as the page does while it saves itself, and sends all the
ratings at once through the API; each time every rating changes, and the one-line page is asked for as well. Prints the
p95 of each, the ratios and the SQL.
"""

from __future__ import annotations

import argparse
import http
import http.client
import json
import time
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bench.matrix import BACKEND, SKIPPED, SLUG, fill, p95, server, session_of
from categorisation.models import Assessment
from categorisation.rules.entry import asked_of
from categorisation.services import open_assessment
from schools.models import Membership, RoleGrant, School, Trust, User
from schools.queries import current_period, kpi_numbers
from schools.tenancy import trust_scope

GOAL_RATIO, GOAL_SQL, WARM = 10, 10, 10
SECRET = "b" * 32


class Asked(NamedTuple):
    """A request."""

    method: str
    path: str
    body: str = ""
    kind: str = "text/plain"


class Head:
    """A head at work on the one school's matrix of this term."""

    def __init__(self) -> None:
        self.user = User.objects.create_user("bench.head@demo.example", None, name="Bench Head")
        with trust_scope(Trust.objects.get(slug=SLUG)):
            school, term = School.objects.get(), current_period(timezone.localdate())
            RoleGrant.objects.create(membership=Membership.objects.create(user=self.user), role="head", school=school)
            Assessment.objects.filter(school=school, period=term).delete()
            self.matrix = open_assessment(school, term)
            self.version, self.numbers = self.matrix.version, kpi_numbers()
            self.strategy = self.matrix.strategy_version.strategy
            self.kpis = asked_of(self.strategy, school.phase)
            self.home = f"/t/{SLUG}/schools/{school.pk}/matrix/{term.pk}/"

    def requests(self, turn: int) -> dict[str, Asked]:
        """The three of one turn."""
        return {"hello": Asked("GET", f"/t/{SLUG}/hello/"), "criterion": self.criterion(turn), "all": self.all(turn)}

    def criterion(self, turn: int) -> Asked:
        criterion = self.strategy.criteria[turn % len(self.strategy.criteria)]
        fields = {"version": str(self.version)}
        for kpi in criterion.kpis:
            name = f"k{self.numbers[kpi.key]}"
            fields[f"{name}-level"] = str(turn % 4 + 1)
            fields[f"{name}-note"] = f"Seen in lessons, turn {turn}."
            fields[f"{name}-evidence_on"] = f"{timezone.localdate():%d %B %Y}"
            fields[f"{name}-sources"] = "data"
        path = f"{self.home}criteria/{criterion.key}/save/"
        return Asked("POST", path, urlencode(fields), "application/x-www-form-urlencoded")

    def all(self, turn: int) -> Asked:
        said = {"note": f"Seen, turn {turn}.", "evidence_on": timezone.localdate().isoformat(), "sources": ["data"]}
        ratings = {
            kpi.key: {**said, "level": self.strategy.levels_of(kpi.scale)[(turn + 1) % 4].key} for kpi in self.kpis
        }
        path = f"/api/v1/t/{SLUG}/assessments/{self.matrix.pk}/ratings/"
        return Asked("PATCH", path, json.dumps({"version": self.version + 1, "ratings": ratings}), "application/json")

    def heard(self, body: bytes) -> None:
        """Remember the version an answer names."""
        self.version = json.loads(body)["version"]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--requests", type=int, default=100)
    asked = parser.parse_args()
    fill(1)
    head = Head()
    with server() as port:
        took = measure(port, head, asked.requests)
    base = p95(took["hello"])
    for name, times in took.items():
        print(f"{name:9} p95 {p95(times):7.2f} ms, {p95(times) / base:.2f} x hello")
    sql = {
        name: statements(head, request)
        for name, request in head.requests(asked.requests + WARM).items()
        if name != "hello"
    }
    print(f"P5 one criterion's form: {p95(took['criterion']) / base:.2f} (goal {GOAL_RATIO}), SQL {sql['criterion']}")
    print(f"P5 all {len(head.kpis)} ratings: {p95(took['all']) / base:.2f} (goal {GOAL_RATIO}), SQL {sql['all']}")
    print(f"SQL goal {GOAL_SQL}")


def measure(port: int, head: Head, turns: int) -> dict[str, list[float]]:
    """Milliseconds of each request, in turn over one connection, after a warm-up."""
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    cookies = f"sessionid={session_of(head.user)}; csrftoken={SECRET}"
    took: dict[str, list[float]] = {"hello": [], "criterion": [], "all": []}
    for turn in range(turns + WARM):
        for name, asked in head.requests(turn).items():
            headers = {"Cookie": cookies, "X-CSRFToken": SECRET, "Content-Type": asked.kind}
            began = time.perf_counter()
            link.request(asked.method, asked.path, asked.body, headers)
            answer = link.getresponse()
            body = answer.read()
            if turn >= WARM:
                took[name].append(1000 * (time.perf_counter() - began))
            if answer.status != http.HTTPStatus.OK:
                raise RuntimeError(f"{asked.path}: {answer.status} {body[:300]!r}")
            if name != "hello":
                head.heard(body)
    link.close()
    return took


def statements(head: Head, asked: Asked) -> int:
    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(head.user, backend=BACKEND)
    with CaptureQueriesContext(connection) as captured:
        answer: Any = client.generic(asked.method, asked.path, asked.body, content_type=asked.kind)
    if answer.status_code != http.HTTPStatus.OK:
        raise RuntimeError(f"{asked.path}: {answer.status_code} {answer.content[:300]!r}")
    return sum(not query["sql"].startswith(SKIPPED) for query in captured)


if __name__ == "__main__":
    main()
