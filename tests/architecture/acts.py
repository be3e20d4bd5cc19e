"""One good request for every address that writes: each is an act, replayed by the tests of history and fields."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from categorisation.models import Assessment, Rating
from evidence.models import Return, SelfEvaluation
from schools.models import Kpi, Meeting
from schools.tenancy import trust_scope
from tests.architecture.escalating import CONCERN_ACTS, CONCERN_POST_ONLY
from tests.architecture.exchanging import EXCHANGE_ACTS, EXCHANGE_POST_ONLY
from tests.architecture.planning import PLAN_ACTS, PLAN_POST_ONLY
from tests.architecture.planted import Planted
from tests.architecture.reviews_story import REVIEW_ACTS, REVIEW_POST_ONLY
from tests.architecture.routes import Route, address
from tests.architecture.supporting import SUPPORT_ACTS, SUPPORT_POST_ONLY
from tests.architecture.visiting import (
    VISIT_TOKEN,
    api_followed,
    api_visit,
    visit_considered,
    visit_followed,
    visit_form,
    visit_photo,
    visit_sending,
)
from tests.conftest import STRATEGIES

Data = Callable[[Planted], dict[str, Any]]

CONCLUDED = {
    "provision": "change", "provision_words": "One more day.",
    "capacity": "moves", "capacity_words": "From Elm to Fern.",
}  # fmt: skip


@dataclass(frozen=True)
class Act:
    """Who sends what, and how many entries it leaves in the record: one, or none for a draft."""

    reader: str
    data: Data
    entries: int = 1
    method: str = "post"
    rows: dict[str, str] | None = None  # parameter -> planted row, where the route's usual one would be refused


def targets(here: Planted) -> dict[str, Any]:
    """One more target of the school."""
    return {"seen": "0", "attendance_rate|all|": "96", "gld|all|": "70"}


def nothing(here: Planted) -> dict[str, Any]:
    return {}


def always(**data: Any) -> Data:
    return lambda here: dict(data)


def rating(here: Planted) -> dict[str, Any]:
    """The form of one criterion, with one word changed."""
    with trust_scope(here.trust):
        number = Kpi.objects.get(trust=here.trust, key="attendance").number
    parts = {"level": "3", "note": "Changed.", "evidence_on": "16 October 2026", "sources": ["data"]}
    return {"version": str(here.rows["draft"].version), **{f"k{number}-{name}": value for name, value in parts.items()}}


def moderation(here: Planted) -> dict[str, Any]:
    with trust_scope(here.trust):
        number = Kpi.objects.get(trust=here.trust, key="attendance").number
    return {"kpi": "attendance", f"k{number}-level": "3", f"k{number}-reason": "Attendance fell."}


def minutes(here: Planted) -> dict[str, Any]:
    with trust_scope(here.trust):
        return {"minutes": "What was said.", "version": Meeting.objects.get(pk=here.rows["meeting"].pk).version}


def agenda(here: Planted) -> dict[str, Any]:
    """Another school is put on it."""
    on, put = here.rows["school"].pk, here.rows["other_school"].pk
    return {"seen": str(on), f"on-{on}": "on", f"place-{on}": "1", f"on-{put}": "on", f"place-{put}": ""}


def terms(here: Planted) -> dict[str, Any]:
    days = {
        "autumn": ("2026-09-02", "2026-10-23", "2026-11-02", "2026-12-18"),
        "spring": ("2027-01-04", "2027-02-12", "2027-02-22", "2027-03-26"),
        "summer": ("2027-04-12", "2027-05-28", "2027-06-07", "2027-07-21"),
    }
    names = ("starts_on", "first_half_ends_on", "second_half_on", "ends_on")
    return {f"{term}-{name}": day for term, each in days.items() for name, day in zip(names, each, strict=True)}


def own_breaks(here: Planted) -> dict[str, Any]:
    days = {"autumn": ("2026-10-16", "2026-11-02"), "spring": ("2027-02-05", "2027-02-22"), "summer": ("", "")}
    names = ("first_half_ends_on", "second_half_on")
    return {f"{term}-{name}": day for term, each in days.items() for name, day in zip(names, each, strict=True)}


def strategy_file(here: Planted) -> dict[str, Any]:
    text = (STRATEGIES / "two_axes.toml").read_text().replace("version = 1", "version = 2", 1)
    file = SimpleUploadedFile("two.toml", text.encode())
    return {"file": file, "starts_on": "2026-11-20", "why": "New words.", "follow": ""}


def not_begun(here: Planted) -> dict[str, Any]:
    """Only the matrix that is asked for now can be begun, so the one that has been is taken away."""
    with trust_scope(here.trust):
        Rating.objects.filter(assessment=here.rows["draft"]).delete()
        Assessment.objects.filter(pk=here.rows["draft"].pk).delete()
    return {"carry": ""}


def every_rating_gone(here: Planted) -> dict[str, Any]:
    """The press that carries forward finds nothing to do unless something is missing."""
    with trust_scope(here.trust):
        Rating.objects.filter(assessment=here.rows["draft"]).update(level=None)
    return {"kpi": "", "criterion": ""}


def sef_section(here: Planted) -> dict[str, Any]:
    """The form of one section, with its words changed."""
    words = {"judgement": "Needs attention", "strengths": "Changed.", "development": "Changed."}
    line = {"what": "Books", "on": "16 October 2026", "source": "Book look"}
    return {"version": "99", **words, **{f"evidence-0-{name}": value for name, value in line.items()}}


def api_section(here: Planted) -> dict[str, Any]:
    with trust_scope(here.trust):
        version = SelfEvaluation.objects.get(pk=here.rows["sef_draft"].pk).version
    return {"version": version, "strengths": "Changed."}


def sef_not_begun(here: Planted) -> dict[str, Any]:
    """The draft is taken away, so that it can be begun."""
    with trust_scope(here.trust):
        SelfEvaluation.objects.filter(pk=here.rows["sef_draft"].pk).delete()
    return {}


def sef_reminder(here: Planted) -> dict[str, Any]:
    return {"period": here.rows["period_draft"].pk, "school": here.rows["school"].pk}


def nothing_accepted(here: Planted) -> dict[str, Any]:
    """A check is recorded, and nobody has rated yet what it suggests."""
    with trust_scope(here.trust):
        Rating.objects.filter(assessment=here.rows["draft"], kpi__key="single_central_record").update(level=None)
    return {}


def api_rating(here: Planted) -> dict[str, Any]:
    return {"version": here.rows["draft"].version, "ratings": {"attendance": {"note": "Changed."}}}


ATTENDED = "attendance_rate~all~~~n"


def return_cells(here: Planted) -> dict[str, Any]:
    """The form of a return, with one figure changed."""
    return {"version": "99", ATTENDED: "12", "analysis": "Changed."}


def return_not_begun(here: Planted) -> dict[str, Any]:
    """The draft is taken away, so that it can be begun."""
    with trust_scope(here.trust):
        Return.objects.filter(pk=here.rows["return_draft"].pk).delete()
    return {}


def return_file(here: Planted) -> dict[str, Any]:
    """A file whose columns are known, in its last step."""
    table = {"header": ["measure", "number", "out of"], "rows": [[2, ["attendance_rate", "13", "30"]]]}
    columns = {"col-0": "measure|||", "col-1": "figure|||first", "col-2": "figure|||d"}
    return {"table": json.dumps(table), "version": "99", "take": "all", **columns}


def return_chase(here: Planted) -> dict[str, Any]:
    term = here.rows["period_draft"].pk
    return {"period": term, "during": term, "school": here.rows["school"].pk, "point": "autumn_return"}


def api_figures(here: Planted) -> dict[str, Any]:
    return {
        "version": here.rows["return_draft"].version,
        "figures": [{"measure": "attendance_rate", "numerator": "12"}],
    }


PERSON_AND_SCHOOL: Data = lambda here: {  # noqa: E731 - one of many of its kind
    "person": here.people["ceo"].pk,
    "school": here.rows["school"].pk,
    "nature": "Was headteacher there until 2024.",
}

ACTS: dict[str, Act] = {
    "account": Act("ceo", always(name="Spreadsheet", days="30")),
    "token_end": Act("ceo", nothing),
    "calendar_address": Act("ceo", nothing, entries=2),
    "calendar_stop": Act("ceo", nothing),
    "reply": Act("head", always(text="Our reply.")),
    "meetings": Act(
        "clerk",
        always(kind="risk_meeting", day="1 December 2026", time="09:30", title="Risk", place="Hall"),
    ),
    "meeting_agenda": Act("clerk", agenda),
    "meeting_attendance": Act("clerk", lambda here: {f"person-{here.people['ceo'].pk}": "present"}),
    "meeting_interest": Act("clerk", PERSON_AND_SCHOOL),
    "meeting_minutes": Act("clerk", minutes),
    "people": Act("admin", always(name="New Person", email="new.person@example.org", role="clerk", school="")),
    "person": Act("admin", always(role="clerk", school="", why="Needed.")),
    "person_end": Act("admin", always(**{"leave-why": "Moved away."})),
    "role_end": Act("admin", always(why="Stepped down.")),
    "invitation_act": Act("admin", always(act="withdraw")),
    "reports": Act("si_lead", lambda here: _board(here)),
    "report": Act("si_lead", nothing, rows={"pk": "failed_report"}),
    "decide": Act("ceo", always(level="refine", reason="Because of this.", **CONCLUDED)),
    "facts": Act("si_lead", always(key="asked", since="1 November 2026", note="Because of this.")),
    "fact_end": Act("si_lead", always(on="1 November 2026", reason="Because of this.")),
    "check_new": Act("si_lead", always(on="20 October 2026", outcome="put_right", who="Trust lead", note="A note.")),
    "check_correct": Act(
        "head", always(on="3 October 2026", outcome="no_points", who="Trust lead", note="A note.", reason="Wrong day.")
    ),
    "check_withdraw": Act("head", always(reason="Of another school.")),
    "school_targets": Act("head", targets),
    "trust_targets": Act("si_lead", always(**{"seen": "0", "attendance_rate|all|": "96"})),
    "benchmarks": Act(
        "si_lead",
        always(
            measure="gld",
            group="all",
            against="national",
            phase="",
            place="",
            year="2024",
            span="year",
            value="68.3",
            release="final",
            source="Early years foundation stage profile, DfE",
        ),
    ),
    "benchmark_remove": Act("si_lead", nothing),
    "judgements": Act(
        "si_lead", always(area="achievement", judgement="Strong standard", on="2 October 2026", who="Peer review")
    ),
    "judgement_withdraw": Act("si_lead", lambda here: {f"back-{here.rows['judgement'].pk}-reason": "Of another."}),
    "matrix_accept": Act("head", nothing_accepted, entries=0),
    "matrix_begin": Act("head", not_begun, entries=0, rows={"period_id": "period_draft"}),
    "matrix_carry": Act("head", every_rating_gone, entries=0),
    "matrix_submit": Act("head", nothing),
    "criterion": Act("head", rating, entries=0),
    "matrix_autosave": Act("head", rating, entries=0),
    "moderate_rating": Act("si_lead", moderation),
    "matrix_return": Act("si_lead", always(note="Look again.")),
    "matrix_agree": Act("si_lead", nothing),
    "sef_begin": Act("head", sef_not_begun, entries=0),
    "sef_area": Act("head", sef_section, entries=0),
    "sef_autosave": Act("head", sef_section, entries=0),
    "sef_submit": Act("head", nothing),
    "sef_return": Act("si_lead", always(note="Look again.")),
    "sef_agree": Act("si_lead", nothing),
    "api_sef_write": Act("head", api_section, entries=0, method="patch"),
    "sef_remind": Act("si_lead", sef_reminder),
    "visit_begin": Act(
        "si_lead", lambda here: {"school": here.rows["school"].pk, "form": "monitoring_form", "planned_for": ""}
    ),
    "visit_write": Act("si_lead", visit_sending),
    "visit_save": Act("si_lead", visit_form, entries=0),
    "visit_reply": Act("head", always(reply="comment", text="It was Year 4.")),
    "visit_consider": Act("si_lead", visit_considered),
    "visit_follow_up": Act("trustee", visit_followed),
    "api_visit_follow_up": Act("trustee", api_followed),
    "visit_remove": Act("si_lead", nothing),
    "visit_photos": Act("si_lead", visit_photo),
    "photo_remove": Act("si_lead", nothing),
    "action": Act(
        "si_lead",
        always(verdict="worked", note="Books show it.", evidence="Four books.", again_on="", why_early="All see it."),
    ),
    "api_visit_answers": Act("si_lead", api_visit, entries=0, method="patch"),
    "api_visit_submit": Act("si_lead", lambda here: api_visit(here) | {"token": VISIT_TOKEN}),
    **{
        name: Act(*parts)
        for name, parts in {**REVIEW_ACTS, **PLAN_ACTS, **SUPPORT_ACTS, **CONCERN_ACTS, **EXCHANGE_ACTS}.items()
    },
    "calendar": Act("admin", terms),
    "calendar_year": Act("admin", terms),
    "calendar_school": Act("admin", own_breaks),
    "setup_school": Act(
        "admin",
        always(
            short_name="Short",
            phase="primary",
            joined_on="2020-09-01",
            left_on="",
            easting="431000",
            northing="286000",
            why="Shorter.",
        ),
    ),
    "setup_school_new": Act("admin", always(name="New School", urn="987654", phase="primary", joined_on="2026-09-01")),
    "trust_settings": Act(
        "admin",
        always(
            accent="#2b4a86",
            small_number_threshold="7",
            heads_see_proposals="on",
            heads_see_others="named",
            news_hour="9",
            photos_of_work="on",
        ),
    ),
    "strategy_choose": Act("admin", always(name="four_phases", starts_on="2026-11-20"), entries=2),
    "strategy_follow": Act(
        "admin", lambda here: {"key": "two_axes", "school": here.rows["school"].pk, "from_on": "2026-11-20"}
    ),
    "strategy_upload": Act("admin", strategy_file),
    "returns_chase": Act("si_lead", return_chase),
    "return_begin": Act("head", return_not_begun, entries=0),
    "return_autosave": Act("head", return_cells, entries=0),
    "return_classes": Act("head", always(classes="1A, Oak"), entries=0),
    "return_upload": Act("head", return_file, entries=0),
    "return_back": Act("si_lead", always(note="Look again.")),
    "return_agree": Act("si_lead", nothing),
    "api_return_figures": Act("head", api_figures, entries=0, method="put"),
    "api_ratings_write": Act("head", api_rating, entries=0, method="patch"),
}
"""Route -> the request. Two acts are two entries: a strategy is published, and the trust follows it."""

READS = "reads; it answers a POST like a GET and writes nothing"

NO_ACT: dict[str, str] = {
    "setup_register": "needs the national register; tests/schools shows it",
    "decision": READS,
    "return_page": "saves as return_autosave does, and sends what the test of pages sends",
    "return_template": READS,
    "returns": READS,
    "returns_board": READS,
    "matrix": READS,
    "matrix_moderate": READS,
    "meeting": READS,
    "waiting": READS,
}
"""Routes that take a POST and are not replayed here, each with the reason."""


POST_ONLY = (
    REVIEW_POST_ONLY
    | PLAN_POST_ONLY
    | SUPPORT_POST_ONLY
    | EXCHANGE_POST_ONLY
    | CONCERN_POST_ONLY
    | frozenset(
        {
            "token_end",
            "calendar_address",
            "calendar_stop",
            "strategy_follow",
            "fact_end",
            "check_withdraw",
            "judgement_withdraw",
            "benchmark_remove",
            "meeting_attendance",
            "meeting_interest",
            "meeting_minutes",
        }
        | {"visit_save", "visit_reply", "visit_remove", "photo_remove"}
        | {"returns_chase", "return_begin", "return_autosave", "return_classes", "return_back", "return_agree"}
        | {"person_end", "role_end", "invitation_act", "moderate_rating"}
        | {"sef_begin", "sef_autosave", "sef_submit", "sef_return", "sef_agree", "sef_remind"}
        | {f"matrix_{act}" for act in ("accept", "agree", "autosave", "begin", "carry", "return", "submit")}
    )
)
"""Routes of which a GET leads back to the page of the form, whatever rows the address names."""


def _board(here: Planted) -> dict[str, Any]:
    return {"kind": here.rows["report"].kind, "period": here.rows["period_agreed"].pk, "meeting": "", "school": ""}


def send(client: Client, route: Route, here: Planted, *, more: dict[str, Any] | None = None) -> Any:
    """Send the request, with more fields if given."""
    act = ACTS[route.name]
    data = (more or {}) | act.data(here)
    options = {"content_type": "application/json"} if route.api else {}
    return getattr(client, act.method)(address(route, here, rows=act.rows), data, **options)
