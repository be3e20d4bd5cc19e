"""Every route the resolver knows, and what to put into its address."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from schools.access import Permission
from tests.architecture.escalating import CONCERN_ROWS
from tests.architecture.exchanging import EXCHANGE_ROWS
from tests.architecture.planning import PLAN_ROWS
from tests.architecture.planted import Planted, World
from tests.architecture.reviews_story import REVIEW_ROWS
from tests.architecture.supporting import SUPPORT_ROWS

INSIDE = re.compile(r"^(?:api/v1/)?t/<slug:trust>/")
ABSENT = {int: 999_999_999, str: "nowhere"}


@dataclass(frozen=True)
class Route:
    """One address pattern with its view."""

    name: str
    pattern: str
    view: Callable[..., Any]
    parameters: tuple[str, ...]

    @property
    def inside(self) -> bool:
        """Whether it belongs to a trust."""
        return INSIDE.match(self.pattern) is not None

    @property
    def api(self) -> bool:
        return self.pattern.startswith("api/")

    @property
    def own_parameters(self) -> tuple[str, ...]:
        """Its parameters beside the trust."""
        return tuple(name for name in self.parameters if not (self.inside and name == "trust"))

    @property
    def needs(self) -> Any:
        """What the view asks for: `@trust_view` sets it on the function, an API view has it on its class."""
        return getattr(self.view, "needs", None) or getattr(getattr(self.view, "cls", None), "needs", None)

    def allows(self, role_allows: frozenset[Permission]) -> bool:
        needs = self.needs
        wanted = set(needs.values()) if isinstance(needs, dict) else {needs}
        return bool(wanted & role_allows)


def walk(resolver: URLResolver, before: str = "", spaces: tuple[str, ...] = ()) -> Iterator[Route]:
    for entry in resolver.url_patterns:
        pattern = before + str(entry.pattern)
        if isinstance(entry, URLResolver):
            inner = (*spaces, entry.namespace) if entry.namespace else spaces
            yield from walk(entry, pattern, inner)
        elif isinstance(entry, URLPattern):
            parameters = tuple(re.findall(r"<(?:[a-z]+:)?([a-z_]\w*)>", pattern))
            yield Route(":".join((*spaces, entry.name or pattern)), pattern, entry.callback, parameters)


def all_routes() -> list[Route]:
    """In the order of the address; the second address of one name (a format suffix) counts as well."""
    return sorted(walk(get_resolver()), key=lambda route: (route.pattern, route.name))


def trust_routes() -> list[Route]:
    return [route for route in all_routes() if route.inside]


FILLERS: dict[str, Callable[[Planted], Any]] = {
    "school_id": lambda here: here.rows["school"].pk,
    "period_id": lambda here: here.rows["period_agreed"].pk,
    "matrix_moderate.period_id": lambda here: here.rows["period_submitted"].pk,
    "moderate_rating.period_id": lambda here: here.rows["period_submitted"].pk,
    "matrix_return.period_id": lambda here: here.rows["period_submitted"].pk,
    "matrix_agree.period_id": lambda here: here.rows["period_submitted"].pk,
    "matrix_accept.period_id": lambda here: here.rows["period_draft"].pk,
    "matrix_submit.period_id": lambda here: here.rows["period_draft"].pk,
    "matrix_carry.period_id": lambda here: here.rows["period_draft"].pk,
    "matrix_autosave.period_id": lambda here: here.rows["period_draft"].pk,
    "criterion.period_id": lambda here: here.rows["period_draft"].pk,
    **{
        f"sef{name}.period_id": lambda here, row=row: here.rows[row].pk
        for row, names in {
            "period_sef": ("", "_changes", "_file", "_agree", "_return"),
            "period_draft": ("_begin", "_area", "_autosave", "_submit"),
        }.items()
        for name in names
    },
    "api_sef_write.pk": lambda here: here.rows["sef_draft"].pk,
    "api_self_evaluations-detail.pk": lambda here: here.rows["sef"].pk,
    "sef_record.pk": lambda here: here.rows["sef"].pk,
    **{
        f"return_{name}.period_id": lambda here, row=row: here.rows[row].pk
        for row, names in {
            "period_agreed": ("page", "template"),
            "period_submitted": ("back", "agree"),
            "period_draft": ("begin", "autosave", "classes", "upload"),
        }.items()
        for name in names
    },
    **{
        f"{name}.pk": lambda here, row=row: here.rows[row].pk
        for row, names in {
            "visit": ("visit", "visit_file", "api_visits-detail"),
            "visit_draft": (
                "visit_write",
                "visit_save",
                "visit_remove",
                "visit_photos",
                "visit_photo",
                "photo_remove",
                "api_visit_answers",
                "api_visit_submit",
            ),
            "visit_sent": ("visit_reply",),
            "visit_final": ("visit_consider",),
            "visit_checked": ("visit_follow_up", "api_visit_follow_up"),
            "action": ("action", "api_actions-detail"),
        }.items()
        for name in names
    },
    **{
        name: lambda here, row=row: here.rows[row].pk
        for name, row in {**REVIEW_ROWS, **PLAN_ROWS, **SUPPORT_ROWS, **CONCERN_ROWS, **EXCHANGE_ROWS}.items()
    },
    **dict.fromkeys(
        ("match_need.need", "match_add.need", "api_matching_need.need"), lambda here: here.rows["match_line"].key
    ),
    "api_monitoring_term.pk": lambda here: here.rows["period_agreed"].pk,
    "api_owed.pk": lambda here: here.rows["school"].pk,
    "api_triangulation.pk": lambda here: here.rows["school"].pk,
    "api_return_figures.pk": lambda here: here.rows["return_draft"].pk,
    "reply.decision_id": lambda here: here.rows["fresh_decision"].pk,
    "decision_id": lambda here: here.rows["decision"].pk,
    "fact_id": lambda here: here.rows["fact"].pk,
    "photo_id": lambda here: here.rows["photo"].pk,
    "source_id": lambda here: here.rows["check"].pk,
    "judgement_withdraw.source_id": lambda here: here.rows["judgement"].pk,
    "benchmark_remove.pk": lambda here: here.rows["benchmark"].pk,
    "meeting_id": lambda here: here.rows["meeting"].pk,
    "report.pk": lambda here: here.rows["report"].pk,
    "report_file.pk": lambda here: here.rows["report"].pk,
    "report_preview.pk": lambda here: here.rows["report"].pk,
    "person.pk": lambda here: here.rows["member"].pk,
    "person_end.pk": lambda here: here.rows["member"].pk,
    "role_end.pk": lambda here: here.rows["grant"].pk,
    "invitation_act.pk": lambda here: here.rows["invitation"].pk,
    "calendar_school.pk": lambda here: here.rows["school"].pk,
    "setup_school.pk": lambda here: here.rows["school"].pk,
    "strategy_version.pk": lambda here: here.rows["version"].pk,
    "strategy_text.pk": lambda here: here.rows["version"].pk,
    "token_end.pk": lambda here: here.rows["token"].pk,
    "api_ratings_write.pk": lambda here: here.rows["draft"].pk,
    "api_report_file.pk": lambda here: here.rows["report"].pk,
    **{
        f"api_{noun}-detail.pk": lambda here, row=row: here.rows[row].pk
        for noun, row in {
            "schools": "school",
            "periods": "period_agreed",
            "strategies": "version",
            "assessments": "agreed",
            "ratings": "rating",
            "proposals": "proposal",
            "decisions": "decision",
            "reports": "report",
            "returns": "return_agreed",
            "figures": "figure",
            "targets": "target",
            "benchmarks": "benchmark",
        }.items()
    },
    "invitation.secret": lambda here: here.secret,
    "register_import_status.pk": lambda here: here.rows["upload"].pk,
    "operator_trust.slug": lambda here: here.slug,
    "operator_resend.slug": lambda here: here.slug,
    "operator_resend.pk": lambda here: here.rows["invitation"].pk,
}
"""`parameter`, or `route.parameter` where that differs -> its value among the rows planted in one trust."""

CONSTANTS: dict[str, Any] = {
    "axis": "academic",
    "point": "autumn_return",
    **dict.fromkeys(("return_page.point", "return_template.point"), "spring_return"),
    **dict.fromkeys(("return_back.point", "return_agree.point"), "summer_return"),
    "criterion": "behaviour",
    "visit_form_file.form": "monitoring_form",
    **dict.fromkeys(("plan_edition.number", "plan_edition_file.number"), 1),
    "concern_new.ladder": "fresh",
    "concern_step.step": "up",
    "kpi": "single_central_record",
    "area": "inclusion",
    "calendar_year.year": 2026,
    "calendar_school.year": 2026,
    "calendar_feed.secret": "not-a-secret-of-anybody-s-calendar-not-one",
    "strategy_shipped.name": "two_axes",
    "account_confirm_email.key": "not-a-key",
    "account_reset_password_from_key.uidb36": "1",
    "account_reset_password_from_key.key": "not-a-key",
}
"""Parameters that name nothing of a trust."""


def is_of_trust(route: Route, parameter: str) -> bool:
    """Whether the parameter names a row of a trust. Fails for one this file does not know."""
    for key in (f"{route.name}.{parameter}", parameter):
        if key in CONSTANTS:
            return False
        if key in FILLERS:
            return True
    pytest.fail(
        f"The route {route.name} ({route.pattern}) has a parameter nobody told the crawl about: add "
        f"'{route.name}.{parameter}' to FILLERS or CONSTANTS in tests/architecture/routes.py"
    )


def _value(table: dict[str, Any], route: Route, parameter: str) -> Any:
    return table.get(f"{route.name}.{parameter}", table.get(parameter))


def address(
    route: Route,
    here: Planted,
    *,
    trust: str | None = None,
    absent: bool = False,
    rows: Mapping[str, str] | None = None,
    elsewhere: Mapping[str, Planted] | None = None,
    missing: str = "",
) -> str:
    """The address of a route with the rows of `here`, in another trust's path if given, or with rows nobody has.

    `rows` names, by parameter, a planted row that is not the usual one; `elsewhere` whose row it is, if not `here`'s;
    `missing` is the one parameter with a row nobody has.
    """
    if "/" in route.name:  # a redirect of a framework, without a name
        return f"/{route.pattern}"
    values: dict[str, Any] = {"trust": trust or here.slug} if route.inside else {}
    for name in route.own_parameters:
        if not is_of_trust(route, name):
            values[name] = _value(CONSTANTS, route, name)
            continue
        whose = (elsewhere or {}).get(name, here)
        value = whose.rows[rows[name]].pk if rows and name in rows else _value(FILLERS, route, name)(whose)
        values[name] = ABSENT[type(value)] if absent or name == missing else value
    return reverse(route.name, kwargs=values)


def names_of_rows(route: Route) -> list[str]:
    """The parameters of the address that name a row of a trust."""
    return [name for name in route.own_parameters if is_of_trust(route, name)]


def names_rows(route: Route) -> bool:
    """Whether the address names a row of a trust."""
    return bool(names_of_rows(route))


def mixed_addresses(
    route: Route, here: Planted, theirs: Planted, rows: Mapping[str, str] | None = None
) -> list[tuple[str, str]]:
    """Where the address names two rows: each of them in turn another trust's, the other one `here`'s.

    Beside each the address in which that row is nobody's.
    """
    names = names_of_rows(route)
    if len(names) < 2:
        return []
    return [
        (address(route, here, rows=rows, elsewhere={name: theirs}), address(route, here, rows=rows, missing=name))
        for name in names
    ]


def foreign_words(world: World, slug: str) -> dict[str, str]:
    """The names pages read from the query or from forms, each with a row of another trust."""
    theirs = world.trusts[slug]
    rows = theirs.rows
    people = theirs.people["head"].pk
    return {
        "school": rows["school"].pk,
        "schools": rows["school"].pk,
        "school_id": rows["school"].pk,
        "period": rows["period_draft"].pk,
        "since_meeting": rows["meeting"].pk,
        "meeting": rows["meeting"].pk,
        "person": people,
        "by": people,
        "member": people,
        "chair": people,
        "membership": people,
        "report": rows["report"].pk,
        "decision": rows["decision"].pk,
        "proposal": rows["proposal"].pk,
        "assessment": rows["agreed"].pk,
        "strategy_version": rows["version"].pk,
        "version": rows["version"].pk,
        "trust": theirs.trust.pk,
        "id": rows["school"].pk,
        "pk": rows["school"].pk,
        "ids": rows["school"].pk,
    }
