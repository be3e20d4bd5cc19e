"""Three trusts with a whole story each, and a canary in every text that belongs to one."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import time_machine
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from psycopg import sql

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
from evidence.models import Source
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
    User,
)
from schools.services.calendar import set_year, usual_dates
from schools.services.invitations import invite_person
from schools.services.notices import tell
from schools.services.people import end_membership
from schools.services.strategies import choose_strategy, publish_strategy
from schools.services.tokens import create_token
from schools.tenancy import TrustOwned, trust_scope
from tests.architecture.owner import connect_as_owner
from tests.conftest import STRATEGIES
from tests.factories import MembershipFactory, SchoolFactory, TrustFactory, UserFactory, member

NOW = "2026-11-20T10:00Z"
SLUGS = ("alder", "birch", "cedar")

MACHINE_WORDS = frozenset(
    {"key", "kind", "axis", "level", "was", "best", "worst", "role", "phase", "urn", "laestab", "ukprn", "template"}
    | {"did", "about", "route", "path", "html_hash", "file_hash", "area", "judgement", "text", "release"}
)
"""Text columns that hold keys, addresses or hashes: a canary there would only break the page."""


def canary(slug: str) -> str:
    """What every planted text of a trust begins with. No address and no key holds it."""
    return f"CANARY-{slug}-"


@dataclass
class Planted:
    """One trust with its people, by role, and the rows that addresses name."""

    slug: str
    trust: Trust
    people: dict[str, Membership] = field(default_factory=dict)
    rows: dict[str, Any] = field(default_factory=dict)
    secret: str = ""
    token: str = ""


def plant(slug: str) -> Planted:
    """A trust in which something of everything has happened."""
    here = Planted(slug, TrustFactory(slug=slug, name=f"{canary(slug)}whole"))
    with time_machine.travel("2026-03-10T10:00Z"), trust_scope(here.trust):
        _set_up(here)
        _people(here)
        first, second = (SchoolFactory(name=f"{canary(slug)}school {n}") for n in (1, 2))
        here.rows |= {"school": first, "other_school": second}
        _people_of_school(here, first)
        _term(here, first, "spring")
        here.rows["agreed"] = agree_assessment(Assessment.objects.get(), by=here.people["si_lead"])
        here.rows |= {"rating": Rating.objects.first(), "proposal": Proposal.objects.first()}
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
    fill_what_is_empty(here)
    write_canaries(here)
    return here


def _set_up(here: Planted) -> None:
    for year in (2025, 2026):
        set_year(year, usual_dates(year), by=None)
    text = (STRATEGIES / "two_axes.toml").read_text()
    text = re.sub(r'^(title|label) = "', rf'\g<1> = "{canary(here.slug)}', text, flags=re.MULTILINE)
    version = publish_strategy(text, by=None, starts_on=date(2025, 9, 1))
    choose_strategy(version.key, by=None, from_on=date(2025, 9, 1))
    here.rows["version"] = version
    for season, name in (("spring", "agreed"), ("summer", "submitted")):
        here.rows[f"period_{name}"] = Period.objects.get(year=2025, season=season, half=0)
    here.rows["period_next"] = Period.objects.get(year=2025, season="autumn", half=0)  # nothing was rated in it
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


def _autumn(here: Planted) -> None:
    admin, head, school = here.people["admin"], here.people["head"], here.rows["school"]
    here.rows["draft"] = _term(here, school, "autumn")
    email = f"{canary(here.slug).lower()}invited@example.org"
    here.rows["invitation"], link = invite_person(email, name="Invited", role="trustee", by=admin)
    here.secret = link.rstrip("/").rsplit("/", 1)[-1]
    here.rows["token"], here.token = create_token(f"{canary(here.slug)}token", by=here.people["ceo"], days=30)
    tell(head, subject="Subject", body="Body", path=f"/t/{here.slug}/", not_before=timezone.now())
    SchoolFact.objects.create(school=school, key="declared", since=date(2026, 9, 1), by=admin)
    Source.objects.create(
        school=school, kind="visit", area="behaviour", label="Label", on=date(2026, 10, 1), author=admin
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
    strategy = StrategyVersion.objects.get().strategy
    found = next(kind for kind in kinds_of(strategy) if kind.template != "school")
    report.kind, report.template = found.key, found.template


def grow(here: Planted, count: int) -> None:
    """So many more schools, each with matrices, a decision, a reply, a meeting and people. Inside the open trust."""
    ceo, head = here.people["ceo"], here.people["head"]
    for n in range(count):
        school = SchoolFactory(name=f"{canary(here.slug)}more {n}")
        RoleGrant.objects.create(membership=head, role="head", school=school)
        member(f"{canary(here.slug)}more {n}", "chair", school)
        matrix = _term(here, school, "spring")
        agree_assessment(matrix, by=here.people["si_lead"])
        meeting = add_meeting(here, school, here.rows["period_agreed"])
        AgendaItem.objects.create(meeting=here.rows["meeting"], school=school, position=n + 2)
        Interest.objects.create(meeting=here.rows["meeting"], person=ceo, school=school, nature="Friendship")
        period = here.rows["period_agreed"]
        known = {"by": ceo, "level": "reinforce", "period": period, "reason": "Because.", "meeting": meeting}
        decision = decide_category(school, "academic", **known)
        Decision.objects.filter(pk=decision.pk).update(tell_at=timezone.now() - timedelta(days=1))
        decision.refresh_from_db()
        reply_to_decision(decision, by=head, text="Our reply.", today=timezone.localdate())
        _term(here, school, "summer")
        _term(here, school, "autumn")
        Source.objects.create(school=school, kind="visit", area="behaviour", label="Label", on=date(2026, 10, 1))
        invite_person(f"more{n}@example.org", name=f"More {n}", role="trustee", by=here.people["admin"])
        create_token(f"Token {n}", by=member(f"With token {n}", "trustee"), days=30)
        add_report(here, here.rows["period_draft"])


def tenant_models() -> list[type[TrustOwned]]:
    """Every tenant model that is not history."""
    from tests.architecture.catalogue import all_models

    return [model for model in all_models() if issubclass(model, TrustOwned)]


def fill_what_is_empty(here: Planted) -> None:
    """One made-up row in every tenant table the story has not reached, so that new tables are tried at once."""
    with time_machine.travel(NOW), trust_scope(here.trust):
        record_act("row.planted", School, by=None)
        for _ in range(3):  # a table may need a row of another
            for model in tenant_models():
                if not model.objects.exists():
                    _made_up(model, here)


def _made_up(model: type[models.Model], here: Planted) -> None:
    values: dict[str, Any] = {}
    for one in model._meta.local_concrete_fields:
        if one.primary_key or one.name == "trust" or one.null or one.has_default() or getattr(one, "auto_now_add", 0):
            continue
        values[one.name] = _value(one, here)
    if None not in values.values():
        model.objects.create(**values)


def _value(one: models.Field, here: Planted) -> Any:
    if one.is_relation:
        return one.remote_field.model._base_manager.first()
    if one.choices:
        return one.choices[0][0]
    made: list[tuple[type[models.Field], Any]] = [
        (models.DateTimeField, timezone.now()),
        (models.DateField, timezone.localdate()),
        (models.IntegerField, 1),
        (models.BooleanField, False),
        (models.BinaryField, canary(here.slug).encode()),
        (models.JSONField, {"words": f"{canary(here.slug)}words"}),
        (ArrayField, []),
        (models.Field, f"{canary(here.slug)}text"[: one.max_length or 200]),
    ]
    return next(value for kind, value in made if isinstance(one, kind))


def text_columns(model: type[models.Model]) -> list[models.Field]:
    """The columns of a table in which a canary can be planted."""
    return [
        one
        for one in model._meta.local_concrete_fields
        if isinstance(one, models.CharField | models.TextField)
        and not one.choices
        and one.name not in MACHINE_WORDS
        and not one.name.startswith("pgh_")
        and (one.max_length or 200) >= len(canary("alder")) + 4
    ]


def write_canaries(here: Planted) -> None:
    """Overwrite every text of the trust, its history too. The owner does it: some of it nobody else may change."""
    from tests.architecture.catalogue import all_models

    with connect_as_owner() as owner:
        owner.execute("set local row_security = on")
        owner.execute("select set_config('app.trust', %s, true)", [str(here.trust.pk)])
        for model in all_models():
            behind = issubclass(model, TrustOwned) or hasattr(model, "pgh_tracked_model")
            columns = text_columns(model) if behind else []
            if columns:
                owner.execute(_overwrite(model, columns, here.slug))


def _overwrite(model: type[models.Model], columns: list[models.Field], slug: str) -> sql.Composed:
    key = sql.Identifier(model._meta.pk.column)
    parts = []
    for one in columns:
        words = f"{canary(slug)}{model._meta.model_name}.{one.name}."
        words = f"{words.lower()}" if isinstance(one, models.EmailField) else words
        ending = "@example.org" if isinstance(one, models.EmailField) else ""
        text = sql.SQL("left({} || {} || {}, {})").format(words, key, ending, one.max_length or 2000)
        parts.append(sql.SQL("{} = {}").format(sql.Identifier(one.column), text))
    return sql.SQL("update {} set {}").format(sql.Identifier(model._meta.db_table), sql.SQL(", ").join(parts))


@dataclass
class World:
    """The three trusts, and the people who are in two of them, in none, or no longer in one."""

    trusts: dict[str, Planted]
    both: Membership  # improvement lead at Alder, trustee at Birch
    removed: Membership  # was improvement lead at Alder
    operator: User
    upload: RegisterImport


def plant_world() -> World:
    """Alder, Birch and Cedar."""
    with time_machine.travel(NOW):
        person = UserFactory(name="Bo Both")
        trusts = {slug: plant(slug) for slug in SLUGS}
        both = _joins(person, "si_lead", trusts["alder"])
        _joins(person, "trustee", trusts["birch"])
        removed = _joins(UserFactory(name="Rae Removed"), "si_lead", trusts["alder"])
        with trust_scope(trusts["alder"].trust):
            end_membership(removed, by=trusts["alder"].people["admin"])
        operator = UserFactory(name="Oz Operator", is_operator=True)
        upload = RegisterImport.objects.create(filename="planted.csv", uploaded_by=operator)
    return World(trusts, both, removed, operator, upload)


def _joins(person: User, role: str, here: Planted) -> Membership:
    with trust_scope(here.trust):
        membership = MembershipFactory(user=person)
        RoleGrant.objects.create(membership=membership, role=role)
    return membership
