"""Every strategy that ships, over HTTP: rated, sent, moderated, agreed, proposed, decided, overviewed and reported."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from categorisation.models import Assessment, Decision, Proposal
from reporting.build import build_html, html_hash
from reporting.models import Report
from reporting.rules import kinds_of
from reporting.services import make_report
from schools.models import Membership, Period, School, StrategyVersion, Trust
from schools.strategy import Strategy
from schools.tenancy import trust_scope
from tests.conftest import Cast, start_trust
from tests.factories import SchoolFactory, member
from tests.journeys.reading import faults, read

STRATEGIES = ("two_axes", "numbered_categories", "sustain_to_stabilise", "four_phases", "no_categories")
NOW = "2026-11-20T10:00Z"
MORNING_AFTER = "2026-11-23T09:00Z"


@dataclass
class Journey:
    """One trust with two schools on its way from rating to report; the second school rates nothing."""

    trust: Trust
    version: StrategyVersion
    school: School
    period: Period
    people: dict[str, Membership]
    pages: int = 0

    @property
    def strategy(self) -> Strategy:
        return self.version.strategy

    def client(self, who: str) -> Client:
        return Cast.client(None, self.people[who])  # type: ignore[arg-type]

    def url(self, name: str, **more: Any) -> str:
        if name in ("matrix", "criterion") or name.startswith(("matrix_", "moderate_")):
            more |= {"school_id": self.school.pk, "period_id": self.period.pk}
        return reverse(name, kwargs={"trust": self.trust.slug, **more})

    def see(self, who: str, url: str, status: int = 200) -> HttpResponse:
        """Open a page that has to be whole."""
        answer = self.client(who).get(url)
        assert answer.status_code == status, f"{who} {url}: {answer.status_code}"
        assert not faults(answer.text), f"{who} {url}: {faults(answer.text)}"
        self.pages += 1
        return answer

    def send(self, who: str, url: str, data: dict[str, Any] | None = None) -> HttpResponse:
        answer = self.client(who).post(url, data or {})
        assert answer.status_code == 302, f"{who} {url}: {answer.status_code}\n{read(answer.text).text[:1500]}"
        return answer


@pytest.fixture(params=STRATEGIES)
def journey(request: pytest.FixtureRequest, db: None, time_machine: Any) -> Journey:
    time_machine.move_to(NOW)
    trust, version = start_trust(request.param.replace("_", "-"), request.param)
    with trust_scope(trust):
        school, _ = SchoolFactory(name="Dunmere Primary"), SchoolFactory(name="Ashmere Primary")
        people = {
            "head": member("Ben Osei", "head", school),
            "lead": member("Ada Whitlock", "si_lead"),
            "ceo": member("Ruth Ellison", "ceo"),
            "trustee": member("Tom Trustee", "trustee"),
            "chair": member("Gita Chair", "chair", school),
        }
        period = Period.objects.get(year=2026, season="autumn", half=0)
    return Journey(trust, version, school, period, people)


def filled(form: Any, place: int) -> dict[str, Any]:
    """What a head says of one indicator. Every seventh is unknown; the others go up and down the scale."""
    tiles = [tile["key"] for tile in form.tiles]
    level = 0 if place % 7 == 6 else tiles[:-1][place % (len(tiles) - 1)]
    said = {"level": level, "note": "We looked at it in October.", "evidence_on": "16 October 2026"}
    return {f"{form.prefix}-{name}": value for name, value in said.items()} | {
        f"{form.prefix}-sources": ["data", "records"]
    }


def rate_everything(journey: Journey) -> int:
    """Fill in every criterion's form, as the browser would, and send the matrix. How many indicators there were."""
    journey.see("head", journey.url("matrix"))
    journey.send("head", journey.url("matrix_begin"))
    rated = 0
    for step in journey.see("head", journey.url("matrix")).context["steps"]:
        page = journey.see("head", step["url"])
        data: dict[str, Any] = {"version": page.context["assessment"].version}
        for sheet in page.context["sheets"]:
            data |= filled(sheet.form, rated)
            rated += 1
        journey.send("head", step["url"], data)
    journey.see("head", journey.url("matrix"))
    journey.send("head", journey.url("matrix_submit"))
    return rated


def moderate_and_agree(journey: Journey) -> None:
    journey.see("lead", journey.url("waiting"))
    page = journey.see("lead", journey.url("matrix_moderate"))
    line = page.context["steps"][0]["ratings"][0]
    level = line["form"].tiles[1]["key"]
    typed = {f"k{line['number']}-level": level, f"k{line['number']}-reason": "The visit showed another picture."}
    journey.send("lead", journey.url("moderate_rating"), {"kpi": line["key"], **typed})
    journey.see("lead", journey.url("matrix_moderate"))
    journey.send("lead", journey.url("matrix_agree"))
    assert "The visit showed another picture." in journey.see("head", journey.url("matrix")).text


def decide_every_axis(journey: Journey) -> int:
    """The chief executive decides otherwise than proposed, with a reason, on each axis there is."""
    made = 0
    with trust_scope(journey.trust):
        proposals = list(Proposal.objects.order_by("axis"))
    for proposal in proposals:
        page = journey.url("decide", school_id=journey.school.pk, axis=proposal.axis)
        assert proposal.explanation["words"]["headline"] in journey.see("ceo", page).text
        levels = [level.key for level in journey.strategy.axis_levels(proposal.axis)]
        other = next(key for key in levels if key != proposal.level)
        journey.send("ceo", page, {"level": other, "reason": "Two leaders leave at Christmas."})
        made += 1
    return made


@pytest.mark.django_db
def test_from_rating_to_report(journey: Journey, time_machine: Any, say: Callable[[str], None]) -> None:
    rated = rate_everything(journey)
    moderate_and_agree(journey)
    decided = decide_every_axis(journey)
    with trust_scope(journey.trust):
        assert Assessment.objects.get().state == "agreed"
        assert Decision.objects.count() == decided == len(journey.strategy.axes)
        decisions = list(Decision.objects.values_list("pk", flat=True))
    time_machine.move_to(MORNING_AFTER)
    for pk in decisions:
        page = journey.url("decision", decision_id=pk)
        journey.send("head", page + "reply/", {"text": "We accept this."})
        assert "We accept this." in journey.see("trustee", page).text
    look_round(journey)
    reports = make_every_report(journey)
    say(
        f"{journey.version.key}: indicators {rated}, axes {len(journey.strategy.axes)}, decisions {decided}, "
        f"reports {reports}, pages {journey.pages}"
    )


def look_round(journey: Journey) -> None:
    """The pages on which a column could be empty; without categories none of them names one."""
    seen = [journey.see(who, journey.url("overview")) for who in ("ceo", "lead", "trustee")]
    seen += [journey.see(who, journey.url("schools")) for who in ("ceo", "head", "chair")]
    with trust_scope(journey.trust):
        schools = list(School.objects.values_list("pk", flat=True))
    seen += [journey.see("ceo", journey.url("school", school_id=pk)) for pk in schools]
    seen.append(journey.see("head", journey.url("school", school_id=journey.school.pk)))
    journey.see("trustee", journey.url("strategy"))
    if not journey.strategy.axes:
        assert all("categor" not in head.lower() for page in seen for head in read(page.text).heads)


def make_every_report(journey: Journey) -> int:
    """Each report that can be made, asked for on its page and laid out; its snapshot gives the same document again."""
    made = 0
    for kind in kinds_of(journey.strategy):
        about = journey.school.pk if kind.template == "school" else ""
        asked = {"kind": kind.key, "period": journey.period.pk, "meeting": "", "school": about}
        page = journey.send("lead", journey.url("reports"), asked).url
        pk = int(page.rstrip("/").rpartition("/")[2])
        journey.see("lead", page)
        make_report(journey.trust.pk, pk)
        with trust_scope(journey.trust):
            report = Report.objects.get(pk=pk)
        assert (report.state, report.problem) == ("ready", "")
        html = build_html(report.snapshot)
        assert html_hash(html) == report.html_hash
        assert not faults(html), f"{kind.key}: {faults(html)}"
        journey.see("lead", page)
        journey.see("lead", page + "preview/")
        file = journey.client("trustee").get(page + "file/")
        assert b"".join(file.streaming_content if file.streaming else [file.content]).startswith(b"%PDF-")
        made += 1
    journey.see("trustee", journey.url("reports"))
    return made
