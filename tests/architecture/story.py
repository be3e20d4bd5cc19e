"""What has happened in a planted trust: a year of ratings, decisions, meetings and reports."""

from __future__ import annotations

import re
from datetime import date, timedelta

import time_machine
from django.utils import timezone

from categorisation.models import Assessment, Decision, Proposal, Rating, SchoolFact
from categorisation.rules.entry import Entry, asked_of
from categorisation.services import (
    agree_assessment,
    decide_category,
    open_assessment,
    reply_to_decision,
    save_ratings,
    submit_assessment,
)
from evidence.models import Benchmark, Figure, Return, SelfEvaluation, Source, Target
from evidence.queries.sef import layout_for
from evidence.rules.sef_entry import EvidenceLine, SectionEntry
from evidence.services.returns import agree_return, open_return, submit_return
from evidence.services.sef import submit_sef
from evidence.services.sef_opening import open_sef
from evidence.services.sef_writing import save_section
from reporting.contents import as_snapshot, gather
from reporting.models import Download, Report, ReportFile
from reporting.rules import kinds_of
from schools.access import ROLES
from schools.audit import record_act
from schools.models import (
    AgendaItem,
    Attendance,
    Interest,
    Meeting,
    Membership,
    Period,
    RegisterImport,
    RoleGrant,
    School,
    StrategyVersion,
    Trust,
)
from schools.services.calendar import set_year, usual_dates
from schools.services.invitations import invite_person
from schools.services.notices import tell
from schools.services.strategies import choose_strategy, publish_strategy
from schools.services.tokens import create_feed, create_token
from schools.tenancy import trust_scope
from tests.architecture.appraising import APPRAISALS, grow_appraisals, plant_appraisal
from tests.architecture.escalating import LADDERS, grow_concerns, plant_concerns
from tests.architecture.exchanging import grow_exchange, plant_exchange
from tests.architecture.multiplying import added_since, multiply, newest
from tests.architecture.planning import PLANS_OF_TRUST, grow_plans, plant_plans
from tests.architecture.planted import NOW, Planted, World, canary
from tests.architecture.reviews_story import grow_reviews, tell_reviews
from tests.architecture.supporting import grow_support, plant_support
from tests.architecture.visiting import consider, followed_up, plant_visits, write_visit
from tests.categorisation.concluding import ALL_STAYS
from tests.conftest import STRATEGIES
from tests.evidence.returns_world import filled as fill_in
from tests.factories import SchoolFactory, member

FACTS = "".join(f'\n[[facts]]\nkey = "{key}"\nlabel = "{key}"\n' for key in ("declared", "asked"))
"""The strategy has none of its own. One is on record; the other is open to be recorded."""

YEAR = """
[[forms]]
key = "programme"
label = "Programme for the year"
kind = "programme"
header = [
  { key = "year", label = "Academic year", required = true, means = "year" },
  { key = "priorities", label = "Priorities", kind = "long_text", required = true },
]
"""
"""Nor has it a record of a school and year."""


def tell_story(here: Planted) -> None:
    """Something of everything happens in the trust."""
    slug = here.slug
    with time_machine.travel("2026-03-10T10:00Z"), trust_scope(here.trust):
        _set_up(here)
        _people(here)
        first, second = (SchoolFactory(name=f"{canary(slug)}school {n}") for n in (1, 2))
        here.rows |= {"school": first, "other_school": second}
        _people_of_school(here, first)
        _term(here, first, "spring")
        here.rows["agreed"] = agree_assessment(Assessment.objects.get(), by=here.people["si_lead"])
        here.rows |= {"rating": Rating.objects.first(), "proposal": Proposal.objects.first()}
        here.rows["return_agreed"] = agree_return(_return(here, first, "spring"), by=here.people["si_lead"])
        here.rows["figure"] = Figure.objects.first()
        _decide(here, first)
    _summer(here)
    with time_machine.travel("2026-11-17T10:00Z"), trust_scope(here.trust):
        fresh = {
            "by": here.people["ceo"],
            "level": "reinforce",
            "period": here.rows["period_draft"],
            "reason": "Because.",
        }
        here.rows["fresh_decision"] = decide_category(here.rows["school"], "operational", **fresh)
    with time_machine.travel(NOW), trust_scope(here.trust):
        _autumn(here)


def _set_up(here: Planted) -> None:
    for year in (2025, 2026):
        set_year(year, usual_dates(year), by=None)
    text = (STRATEGIES / "two_axes.toml").read_text() + FACTS + LADDERS + PLANS_OF_TRUST + APPRAISALS + YEAR
    text = text.replace('key = "academic"\n', 'key = "academic"\nconcludes = true\n', 1)
    text = re.sub(r'^(title|label) = "', rf'\g<1> = "{canary(here.slug)}', text, flags=re.MULTILINE)
    version = publish_strategy(text, by=None, starts_on=date(2025, 9, 1))
    choose_strategy(version.key, by=None, from_on=date(2025, 9, 1))
    here.rows["version"] = version
    for season, name in (("spring", "agreed"), ("summer", "submitted")):
        here.rows[f"period_{name}"] = Period.objects.get(year=2025, season=season, half=0)
    here.rows["period_draft"] = Period.objects.get(year=2026, season="autumn", half=0)


def _people(here: Planted) -> None:
    record_act("person.planted", Membership, by=None)
    for role, rule in ROLES.items():
        if rule.whole_trust:
            here.people[role] = member(f"{canary(here.slug)}{role}", role)


def _people_of_school(here: Planted, school: School) -> None:
    for role, rule in ROLES.items():
        if not rule.whole_trust:
            here.people[role] = member(f"{canary(here.slug)}{role}", role, school)
    here.rows["member"] = member(f"{canary(here.slug)}spare", "governor", school)
    here.rows["grant"] = here.rows["member"].grants.get()


def _term(here: Planted, school: School, season: str) -> Assessment:
    year = 2026 if season == "autumn" else 2025
    period = Period.objects.get(year=year, season=season, half=0)
    matrix = open_assessment(school, period)
    entry = Entry(2, f"{canary(here.slug)}note", period.starts_on + timedelta(days=20), ("data", "records"))
    entries = {kpi.key: entry for kpi in asked_of(matrix.strategy_version.strategy, school.phase)}
    save_ratings(matrix, entries, by=here.people["head"])
    if season != "autumn":
        submit_assessment(matrix, by=here.people["head"], today=timezone.localdate())
    return matrix


def _return(here: Planted, school: School, season: str) -> Return:
    """A return filled in, and but for the autumn's sent."""
    period = Period.objects.get(year=2026 if season == "autumn" else 2025, season=season, half=0)
    found = open_return(school, period, f"{season}_return", today=timezone.localdate())
    fill_in(found, by=here.people["head"])
    if season != "autumn":
        submit_return(found, by=here.people["head"])
    return found


def _decide(here: Planted, school: School) -> None:
    meeting = add_meeting(here, school, here.rows["period_agreed"])
    with_interest = {"meeting": meeting, "person": here.people["trustee"], "school": school}
    Interest.objects.create(nature=f"{canary(here.slug)}nature", **with_interest)
    here.rows["meeting"] = meeting
    here.rows["decision"] = decide_category(
        school,
        "academic",
        by=here.people["ceo"],
        level="reinforce",
        period=here.rows["period_agreed"],
        reason=f"{canary(here.slug)}reason",
        meeting=meeting,
    )


def add_meeting(here: Planted, school: School, period: Period) -> Meeting:
    """A meeting with one school, one person and draft minutes."""
    record_act("meeting.planted", Meeting, by=None)
    meeting = Meeting.objects.create(
        kind="risk_meeting",
        title=f"{canary(here.slug)}meeting",
        period=period,
        starts_at=timezone.now(),
        chair=here.people["ceo"],
        minutes=f"{canary(here.slug)}minutes",
        minutes_state="draft",
    )
    AgendaItem.objects.create(meeting=meeting, school=school, position=1)
    Attendance.objects.create(meeting=meeting, person=here.people["ceo"])
    return meeting


def _summer(here: Planted) -> None:
    with time_machine.travel("2026-03-12T10:00Z"), trust_scope(here.trust):
        decision = Decision.objects.get()
        words = f"{canary(here.slug)}reply"
        reply_to_decision(decision, by=here.people["head"], text=words, today=date(2026, 3, 12))
    with time_machine.travel("2026-06-20T10:00Z"), trust_scope(here.trust):
        _term(here, here.rows["school"], "summer")
        _return(here, here.rows["school"], "summer")
        here.rows["period_sef"] = Period.objects.get(year=2025, season="summer", half=0)
        here.rows["sef"] = write_sef(here, here.rows["school"], here.rows["period_sef"])
        submit_sef(here.rows["sef"], by=here.people["head"])


def write_sef(here: Planted, school: School, period: Period) -> SelfEvaluation:
    """A self-evaluation with something in every section."""
    sef, words = open_sef(school, period), f"{canary(here.slug)}words"
    line = EvidenceLine(f"{canary(here.slug)}evidence", period.starts_on, f"{canary(here.slug)}source")
    for area in layout_for(sef).areas:
        save_section(sef, area.key, SectionEntry(area.judgements[0].key, words, words, (line,)), by=here.people["head"])
    return sef


def _autumn(here: Planted) -> None:
    admin, head, school = here.people["admin"], here.people["head"], here.rows["school"]
    here.rows["draft"] = _term(here, school, "autumn")
    here.rows["return_draft"] = _return(here, school, "autumn")
    here.rows["sef_draft"] = write_sef(here, school, here.rows["period_draft"])
    plant_visits(here, school)
    tell_reviews(here)
    plant_plans(here, school)
    plant_support(here, school)
    plant_concerns(here, school)
    plant_exchange(here, school)
    plant_appraisal(here)
    email = f"{canary(here.slug).lower()}invited@example.org"
    here.rows["invitation"], link = invite_person(email, name="Invited", role="trustee", by=admin)
    here.secret = link.rstrip("/").rsplit("/", 1)[-1]
    here.rows["feed"], _ = create_feed(by=here.people["ceo"])
    here.rows["token"], here.token = create_token(f"{canary(here.slug)}token", by=here.people["ceo"], days=30)
    tell(head, subject="Subject", body="Body", path=f"/t/{here.slug}/", not_before=timezone.now())
    since = date(2026, 9, 1)
    here.rows["fact"] = SchoolFact.objects.create(school=school, key="declared", since=since, note="A note.", by=admin)
    SchoolFact.objects.create(school=school, key="asked", since=since, until=date(2026, 10, 1), by=admin)
    Source.objects.create(
        school=school, kind="visit", area="behaviour", label="Label", on=date(2026, 10, 1), author=admin
    )
    here.rows["check"] = Source.objects.create(
        school=school, kind="check", area="single_central_record", judgement="open_points", label="Label",
        who=f"{canary(here.slug)}who", note=f"{canary(here.slug)}note", on=date(2026, 10, 2), author=admin,
    )  # fmt: skip
    here.rows["judgement"] = Source.objects.create(
        school=school, kind="outside", area="inclusion", framework="report_card_2025", judgement="Expected standard",
        label=f"{canary(here.slug)}review", on=date(2026, 10, 3), author=admin,
    )  # fmt: skip
    here.rows["target"] = Target.objects.create(school=school, measure="gld", year=2026, value=70, by=admin)
    here.rows["benchmark"] = Benchmark.objects.create(
        measure="gld", year=2025, value=69, source=f"{canary(here.slug)}source", by=admin
    )
    here.rows["report"] = add_report(here, here.rows["period_draft"])
    here.rows["failed_report"] = add_report(here, here.rows["period_draft"], made=False)


def add_report(here: Planted, period: Period, *, made: bool = True) -> Report:
    """A board report that is ready, with a file and one download; or one that has failed."""

    record_act("report.planted", Report, by=None)
    now = timezone.now()
    report = Report.objects.create(
        kind="board", template="board", title="Board report", period=period, requested_at=now, release="tests"
    )
    _fit_kind(report)
    if not made:
        report.state, report.problem = Report.State.FAILED, "It failed."
        report.save()
        return report
    report.snapshot, report.frozen_at = as_snapshot(gather(report, now=now)), now
    report.state, report.ready_at, report.pages, report.file_hash = Report.State.READY, now, 1, "0" * 64
    report.save()
    ReportFile.objects.create(report=report, content=f"%PDF-1.7 {canary(here.slug)}file".encode())
    Download.objects.create(report=report, by=here.people["trustee"], at=now)
    return report


def _fit_kind(report: Report) -> None:
    """The first kind of the strategy about the whole trust."""
    strategy = StrategyVersion.objects.latest("version").strategy
    found = next(kind for kind in kinds_of(strategy) if kind.template != "school")
    report.kind, report.template = found.key, found.template


TEMPLATES = 3


def grow_to(world: World, schools: int) -> str:
    """Alder gets so many schools with all that belongs to them, and more of everything else. What that comes to."""
    here = world.trusts["alder"]
    _more_trusts(world)
    with trust_scope(here.trust):
        _more_of_the_trust(here)
        before = newest()
        grow(here, TEMPLATES)
        made = multiply(added_since(before), (schools - School.objects.count()) // TEMPLATES)
        models = (School, Assessment, Rating, Decision, SchoolFact, Meeting, Membership, StrategyVersion, Report)
        counts = [f"{model.objects.count()} {model._meta.verbose_name_plural}" for model in models]
        years = Period.objects.values("year").distinct().count()
        assert School.objects.count() == schools
    return f"{made} rows copied; {', '.join(counts)}, {years} years, {Trust.objects.count()} trusts"


def _more_trusts(world: World) -> None:
    """More trusts and files of the register for the operator, and more trusts of the person who is in two."""
    for n in range(10):
        trust = Trust.objects.create(slug=f"more-{n}", name=f"More {n}")
        RegisterImport.objects.create(filename=f"more-{n}.csv", uploaded_by=world.operator)
        with trust_scope(trust):
            person = Membership.objects.create(user=world.both.user)
            RoleGrant.objects.create(membership=person, role="trustee")


def _more_of_the_trust(here: Planted) -> None:
    """More years and versions of the strategy, and more of all that one school and one person can have."""
    for year in (2022, 2023, 2024, 2027):
        set_year(year, usual_dates(year), by=None)
    for number, day in enumerate((date(2026, 4, 15), date(2026, 9, 1)), start=2):
        text = here.rows["version"].text.replace("version = 1", f"version = {number}", 1)
        publish_strategy(text, by=None, starts_on=day)
    ceo, school, now = here.people["ceo"], here.rows["school"], timezone.now()
    for n in range(10):
        since = date(2025, 9, 1) + timedelta(days=10 * n)
        fact = {"school": school, "key": "asked", "since": since, "until": since + timedelta(days=5), "by": ceo}
        SchoolFact.objects.create(**fact)
        Source.objects.create(school=school, kind="visit", area="behaviour", label="Label", on=since, author=ceo)
        Download.objects.create(report=here.rows["report"], by=ceo, at=now)
        Attendance.objects.create(meeting=here.rows["meeting"], person=member(f"At the meeting {n}", "trustee"))
        known = {"by": ceo, "level": "reinforce", "period": here.rows["period_agreed"], "reason": "Because."}
        known["conclusion"] = ALL_STAYS
        decide_category(school, "academic", meeting=add_meeting(here, school, here.rows["period_agreed"]), **known)


def grow(here: Planted, count: int) -> None:
    """So many more schools, each with matrices, a decision, a reply, a meeting and people. Inside the open trust."""
    ceo, head = here.people["ceo"], here.people["head"]
    for n in range(count):
        school = SchoolFactory(name=f"{canary(here.slug)}more {n}")
        RoleGrant.objects.create(membership=head, role="head", school=school)
        member(f"{canary(here.slug)}more {n}", "chair", school)
        with time_machine.travel("2026-03-10T10:00Z"):
            matrix = _term(here, school, "spring")
            agree_assessment(matrix, by=here.people["si_lead"])
        meeting = add_meeting(here, school, here.rows["period_agreed"])
        AgendaItem.objects.create(meeting=here.rows["meeting"], school=school, position=n + 2)
        Interest.objects.create(
            meeting=here.rows["meeting"], person=here.people["trustee"], school=school, nature="Friendship"
        )
        period = here.rows["period_agreed"]
        known = {"by": ceo, "level": "reinforce", "period": period, "reason": "Because.", "meeting": meeting}
        decision = decide_category(school, "academic", **known)
        Decision.objects.filter(pk=decision.pk).update(tell_at=timezone.now() - timedelta(days=1))
        decision.refresh_from_db()
        reply_to_decision(decision, by=head, text="Our reply.", today=timezone.localdate())
        with time_machine.travel("2026-06-20T10:00Z"):
            _term(here, school, "summer")
            _return(here, school, "summer")
        _term(here, school, "autumn")
        write_sef(here, school, here.rows["period_draft"])
        consider(here, write_visit(here, school, send=True))
        followed_up(here, school)
        write_visit(here, school)
        grow_reviews(here, school, n)
        grow_plans(here, school)
        grow_support(here, school, n)
        grow_concerns(here, school)
        grow_exchange(here, school, n)
        grow_appraisals(here, school, n)
        Source.objects.create(school=school, kind="visit", area="behaviour", label="Label", on=date(2026, 10, 1))
        SchoolFact.objects.create(school=school, key="declared", since=date(2026, 9, 1), by=ceo)
        invite_person(f"more{n}@example.org", name=f"More {n}", role="trustee", by=here.people["admin"])
        create_token(f"Token {n}", by=member(f"With token {n}", "trustee"), days=30)
        add_report(here, here.rows["period_draft"])
