"""Schools on ladders in a planted trust: one in each state, and one request for each route."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from plans.models import Concern, WatchLook
from plans.queries.concerns import in_full, standing_of
from plans.queries.sources import sources_of
from plans.rules.ladder import Step
from plans.services.escalating import ConcernEntry, StepEntry, decide_step, propose_step, raise_concern
from plans.services.notifying import To, send_letter
from plans.services.seeing_through import record_duty
from schools.access import access_of
from schools.models import School
from tests.architecture.planning import DRAFT
from tests.architecture.planted import Planted, canary

TODAY, REVIEW = date(2026, 11, 20), date(2027, 1, 15)
KEYS = ("fresh", "open", "waiting", "agreed", "watched", "looked")
LADDERS = "".join(
    f"""
[[ladders]]
key = "{key}"
label = "{key}"
entry = ["A concern that was raised"]
before = ["A headteacher is agreed", "Checks are made"]
reached_as = {{ Head = ["head"], Board = ["trust_chair"] }}
watch = {{ at_most = 2, unit = "terms" }}

[[ladders.stages]]
key = "one"
label = "Stage one"
plan = "{DRAFT}"
duties = ["Causes are found", "They are talked through"]
notify = ["Head", "Board"]
longest_stay = {{ at_most = 2, unit = "terms" }}
exit_tests = ["Milestones are met"]

[[ladders.stages]]
key = "two"
label = "Stage two"
notify = ["Head"]
decided_by = {["ceo", "trust_chair"] if key == "agreed" else []}
"""
    for key in KEYS
)
"""The strategy has none of its own. One a state, for a school is on a ladder once."""

STEP = {
    "reason": "Changed.", "causes": "Changed.", "discussed_with": "The head", "discussed_on": "18 November 2026",
    "review_on": "15 January 2027",
}  # fmt: skip

SENT = STEP | {"discussed_on": "2026-11-18", "review_on": "2027-01-15"}


def _concern(here: Planted, school: School, ladder: str) -> Concern:
    words = f"{canary(here.slug)}concern"
    rests = [one.key for one in sources_of(school, today=TODAY)]
    step = StepEntry(words, "", words, words, TODAY, REVIEW)
    entry = ConcernEntry(ladder, ["A concern that was raised"], words, step, rests)
    concern = raise_concern(school, entry, by=here.people["si_lead"])
    _agree(here, concern)
    return concern


def _agree(here: Planted, concern: Concern) -> None:
    ceo = access_of(here.people["ceo"].user)
    assert ceo is not None  # planted with a role
    decide_step(concern, access=ceo, outcome="agreed", words=f"{canary(here.slug)}agreed")


def plant_concerns(here: Planted, school: School) -> None:
    """One in each state: at a stage, with a step that waits for one or for a second, watched, every look taken."""
    lead, words = here.people["si_lead"], f"{canary(here.slug)}words"
    for ladder in KEYS[1:]:
        here.rows[f"concern_{ladder}"] = _concern(here, school, ladder)
    record_duty(here.rows["concern_open"], "Checks are made", by=lead, on=TODAY, words=words)
    to = [To("Head", here.people["head"].user.name, person=here.people["head"]), To("Board", words, words)]
    here.rows["letter"] = send_letter(here.rows["concern_open"], by=lead, to=to, subject=words, text=words)
    step = StepEntry(words, "", words, words, TODAY, REVIEW)
    propose_step(here.rows["concern_waiting"], Step.UP, step, by=here.people["director"])
    propose_step(here.rows["concern_agreed"], Step.UP, step, by=here.people["director"])
    _agree(here, here.rows["concern_agreed"])  # and the chair of the trust has still to
    for ladder in ("watched", "looked"):
        concern = here.rows[f"concern_{ladder}"]
        propose_step(concern, Step.CLOSE, StepEntry(words, exit_tests={"Milestones are met": words}), by=lead)
        _agree(here, concern)
    standing = standing_of(in_full(Concern.objects.all()).get(pk=here.rows["concern_looked"].pk), today=TODAY)
    for due in standing.looks:
        WatchLook.objects.create(
            concern=standing.concern, change=standing.entered, number=due.number, due_on=due.due_on, on=TODAY,
            finding="holds", words=words, by=lead,
        )  # fmt: skip


def grow_concerns(here: Planted, school: School) -> None:
    """One more school on a ladder, with a letter, and with a step that waits."""
    lead, words, concern = here.people["si_lead"], f"{canary(here.slug)}words", _concern(here, school, "waiting")
    send_letter(concern, by=lead, to=[To("Head", words, words)], subject=words, text=words)
    propose_step(concern, Step.UP, StepEntry(words, "", words, words, TODAY, REVIEW), by=here.people["director"])


def _always(**data: Any) -> Callable[[Planted], dict[str, Any]]:
    return lambda here: dict(data)


def _letter(here: Planted) -> dict[str, Any]:
    nobody = {f"{part}-{line}": "" for part in ("name", "address") for line in ("0", "1")}
    to = {"to-0": here.people["head"].pk, "to-1": here.people["trust_chair"].pk}
    other = {"name-else": "The DfE", "address-else": "By post"}
    return {**nobody, **to, **other, "subject": "Changed.", "text": "Changed.", "at_once": "on", "why_now": "Changed."}


CONCERN_ACTS: dict[str, tuple[Any, ...]] = {
    "concern_new": (
        "si_lead",
        lambda here: {
            "entry_tests": "ladder-0",
            "stage": "one",
            "evidence": "Changed.",
            "sources": f"decision-{here.rows['fresh_decision'].pk}",
            "why_now": "Changed.",
            **STEP,
        },
    ),
    "concern_step": ("si_lead", _always(**STEP, why_now="Changed.")),
    "concern_withdraw": ("director", _always()),
    "concern_decide": ("ceo", _always(outcome="agreed", words="Changed.", why_now="Changed.")),
    "concern_duty": ("si_lead", _always(duty="Causes are found", on="18 November 2026", words="Changed.")),
    "concern_plan": ("si_lead", _always(words="Changed.")),
    "concern_look": ("si_lead", _always(on="20 November 2026", finding="holds", words="Changed.")),
    "concern_end": ("ceo", _always(words="Changed.")),
    "concern_letter": ("si_lead", _letter),
    "api_concern_raise": (
        "si_lead",
        lambda here: {
            "ladder": "fresh",
            "stage": "one",
            "entry_tests": ["A concern that was raised"],
            "evidence": "Changed.",
            "sources": [f"decision-{here.rows['fresh_decision'].pk}"],
            "why_now": "Changed.",
            **SENT,
        },
    ),
    "api_concern_propose": ("si_lead", _always(step="up", stage="", plan_words="", exit_tests=[], **SENT)),
    "api_concern_decide": ("ceo", _always(outcome="agreed", words="Changed.", why_now="Changed.")),
    "api_concern_duty": ("si_lead", _always(duty="Causes are found", on="2026-11-18", words="Changed.")),
    "api_concern_look": ("si_lead", _always(on="2026-11-20", finding="holds", words="Changed.")),
    "api_concern_withdraw": ("director", _always()),
    "api_concern_plan": ("si_lead", _always(words="Changed.")),
    "api_concern_end": ("ceo", _always(words="Changed.")),
    "api_concern_letter": (
        "si_lead",
        lambda here: {
            "to": [{"told_as": "Head", "person": here.people["head"].pk, "name": "", "address": ""}],
            "subject": "Changed.",
            "text": "Changed.",
            "why_now": "Changed.",
        },
    ),
}
"""Route -> who sends what."""

CONCERN_POST_ONLY = frozenset(
    f"concern_{one}" for one in ("withdraw", "decide", "duty", "plan", "look", "end")
)  # the others show their form

CONCERN_ROWS: dict[str, str] = {
    **{
        f"{name}.pk": "concern_open"
        for name in ("concern", "concern_step", "concern_duty", "concern_plan", "concern_letter", "letter",
                     "concern_file", "letter_file", "api_concerns-detail", "api_concern_propose", "api_concern_duty",
                     "api_concern_letter", "api_concern_plan")
    },
    **{f"{name}.pk": "concern_waiting" for name in ("concern_withdraw", "concern_decide", "api_concern_withdraw",
                                                     "api_concern_decide")},
    **{f"{name}.pk": "concern_watched" for name in ("concern_look", "api_concern_look")},
    "api_concern_raise.pk": "school",
    "concern_end.pk": "concern_looked",
    "api_concern_end.pk": "concern_looked",
    "letter_id": "letter",
}  # fmt: skip
"""`parameter`, or `route.parameter` -> the planted row."""
