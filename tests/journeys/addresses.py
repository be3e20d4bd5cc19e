"""Every page a person can open in the demo: each route with rows that show it in each of its states."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.urls import reverse

from categorisation.models import Assessment, Decision, Proposal, SchoolFact
from reporting.models import Report
from schools.models import Meeting, Membership, Period, RegisterImport, RoleGrant, School, StrategyVersion, Trust, User
from tests.architecture.routes import Route, all_routes
from tests.journeys.concerns_pages import rows_of_concerns
from tests.journeys.evidence_pages import rows_of_evidence
from tests.journeys.exchange_pages import rows_of_exchange
from tests.journeys.monitoring_pages import rows_of_monitoring
from tests.journeys.plans_pages import rows_of_plans
from tests.journeys.reviews_pages import rows_of_reviews
from tests.journeys.support_pages import rows_of_support

NOT_PAGES = frozenset(
    {"brand_css", "strategy_text", "report_file", "sef_file", "compare_file", "healthz", "matrix_autosave"}
    | {
        "review_file",
        "review_paper",
        "year_file",
        "year_paper",
        "concern_file",
        "letter_file",
        "plan_file",
        "plan_edition_file",
        "paper",
    }
    | {"offline_worker", "offline_key"}
    | {"support_file", "calendar_feed"}
    | {"visit_file", "visit_form_file", "monitoring_term_file", "visit_photo", "portrait_photo"}
)
"""Answers that are no HTML."""

PROVIDERS = ("google_", "microsoft_", "openid_connect_")
"""Routes that lead to somebody else's sign-in, where one is set up."""

OUTSIDE: dict[str, list[dict[str, Any]]] = {
    "account_confirm_email": [{"key": "not-a-key"}],
    "account_reset_password_from_key": [{"uidb36": "1", "key": "not-a-key"}],
}


class Addresses:
    """The addresses of one trust. The trust is open while they are worked out."""

    def __init__(self, trust: Trust, secret: str) -> None:
        self.trust = trust
        strategy = StrategyVersion.objects.first()
        self.criteria = [one.key for one in strategy.strategy.criteria] if strategy else []
        self.known: dict[str, list[dict[str, Any]]] = {
            "matrix": [*self.matrices("draft", "submitted", "returned", "agreed"), *self.not_begun()],
            "criterion": [
                one | {"criterion": self.criteria[place]}
                for one in self.matrices("draft", "returned", most=1)
                for place in (0, -1)
            ],
            "matrix_moderate": self.matrices("submitted"),
            "decide": list(self.to_decide()),
            "facts": [{"school_id": pk} for pk in self.with_facts()],
            "decision": [{"decision_id": pk} for pk in self.decisions()],
            "meeting": [{"meeting_id": pk} for pk in self.meetings()],
            "meeting_agenda": [{"meeting_id": pk} for pk in self.meetings(minutes_state="draft")[:1]],
            "school": [{"school_id": school.pk} for school in self.schools()],
            "report": [{"pk": report.pk} for report in Report.objects.defer("snapshot")],
            "report_preview": [{"pk": report.pk} for report in Report.objects.exclude(snapshot=None)],
            "person": [{"pk": member.pk} for member in Membership.objects.order_by("pk")[:2]],
            "setup_school": [{"pk": school.pk} for school in School.objects.order_by("pk")[:1]],
            "strategy_version": [{"pk": version.pk} for version in StrategyVersion.objects.all()],
            "strategy_shipped": [{"name": "four_phases"}],
            "calendar_year": [{"year": 2026}],
            "calendar_school": [{"year": 2026, "pk": school.pk} for school in School.objects.order_by("pk")[:1]],
            "operator_trust": [{"slug": trust.slug}],
            "invitation": [{"secret": secret}, {"secret": "not-a-secret"}],
            "register_import_status": [{"pk": one.pk} for one in RegisterImport.objects.all()],
            **rows_of_evidence(),
            **rows_of_reviews(),
            **rows_of_monitoring(),
            **rows_of_plans(),
            **rows_of_support(),
            **rows_of_exchange(),
            **rows_of_concerns(),
            **OUTSIDE,
        }

    def led(self) -> set[int]:
        """The schools whose heads see a page that nobody else sees."""
        filled_in = ("matrix", "criterion", "sef", "sef_area", "return_page", "return_upload")
        return {one["school_id"] for name in filled_in for one in self.known[name]}

    def matrices(self, *states: str, most: int = 1) -> list[dict[str, Any]]:
        found = []
        for state in states:
            rows = Assessment.objects.filter(state=state).order_by("-period__starts_on", "school__name")[:most]
            found += [{"school_id": one.school_id, "period_id": one.period_id} for one in rows]
        return found

    def not_begun(self) -> list[dict[str, Any]]:
        """A school with a head, in a term for which it has no matrix."""
        for grant in Membership.objects.filter(grants__role="head", grants__ended_at=None).values("grants__school"):
            begun = Assessment.objects.filter(school=grant["grants__school"]).values("period")
            period = Period.objects.terms().exclude(pk__in=begun).order_by("starts_on").first()
            if period and grant["grants__school"]:
                return [{"school_id": grant["grants__school"], "period_id": period.pk}]
        return []

    def to_decide(self) -> Iterator[dict[str, Any]]:
        seen = set()
        for one in Proposal.objects.order_by("-made_at").select_related("assessment"):
            if one.axis not in seen:
                seen.add(one.axis)
                yield {"school_id": one.assessment.school_id, "axis": one.axis}

    def facts(self) -> list[str]:
        """The facts people put on record."""
        strategies = [version.strategy for version in StrategyVersion.objects.all()]
        return [fact.key for strategy in strategies for fact in strategy.facts if fact.is_recorded]

    def with_facts(self) -> list[int]:
        """Two schools, of which one has something on record, where the strategy has facts at all."""
        if not self.facts():
            return []
        recorded = SchoolFact.objects.filter(until=None).values_list("school", flat=True)
        others = School.objects.exclude(pk__in=recorded).order_by("name").values_list("pk", flat=True)
        return [*recorded[:1], *others[:1]]

    def with_heads(self) -> set[int]:
        return set(RoleGrant.objects.current().filter(role="head").values_list("school", flat=True))

    def decisions(self) -> list[int]:
        """With and without a reply, and the latest."""
        latest = Decision.objects.order_by("-decided_at").values_list("pk", flat=True)
        return list({*latest.exclude(replies=None)[:1], *latest.filter(replies=None)[:1], *latest[:2]})

    def meetings(self, **which: str) -> list[int]:
        ordered = Meeting.objects.filter(**which).order_by("starts_at").values_list("pk", flat=True)
        return list({*ordered[:1], *ordered.reverse()[:2]})

    def schools(self) -> list[School]:
        return list(School.objects.order_by("name")[:4])

    def of(self, route: Route) -> list[str]:
        """The addresses of one route; none for one that is no page."""
        if route.name in NOT_PAGES or route.name.startswith(PROVIDERS) or route.api:
            return []
        own = {"trust": self.trust.slug} if route.inside else {}
        if not route.own_parameters:
            return [reverse(route.name, kwargs=own)] if "/" not in route.name else []
        return [reverse(route.name, kwargs=own | values) for values in self.known.get(route.name, [])]

    def all(self) -> list[tuple[str, str]]:
        """Each route's name with an address of it."""
        return [(route.name, url) for route in all_routes() for url in self.of(route)]


def plant_what_the_demo_lacks(operator: User) -> None:
    """Files of the register in each state of their page."""
    for state in RegisterImport.State.values:
        RegisterImport.objects.create(
            filename="edubasealldata.csv",
            as_at=date(2026, 11, 1),
            kind="Establishments",
            state=state,
            rows_read=27_000,
            percent=40,
            rows_kept=26_900,
            counts={"schools": {"new": 3, "updated": 4}},
            notes=["Two columns are new."],
            faults=["Line 12, URN: enter a URN of six digits."],
            fault_count=2,
            refusal="Two rows are wrong." if state == "refused" else "",
            uploaded_by=operator,
        )
