"""The exchange of capacity in a planted trust: offers, a matching, its lines; and one request for each route."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from plans.models import MatchLine
from plans.services.matching import remove_line, solve_matching
from plans.services.offering import OfferEntry, confirm_offer
from schools.audit import record_act
from schools.models import Period, School
from tests.architecture.planted import Planted, canary

OFFER = {
    "areas": ["behaviour"], "most_days": "4", "per": "term", "from_on": "1 September 2026", "until_on": "20 July 2027",
    "most_minutes": "50", "not_to": [], "not_to_why": "Changed.", "note": "Changed.",
}  # fmt: skip


def entry(here: Planted, **more: Any) -> OfferEntry:
    words = f"{canary(here.slug)}offer"
    told = {"not_to_why": words, "although": words, "note": words, **more}
    return OfferEntry(**{"areas": ["behaviour"], "most_days": 2, "from_on": date(2026, 9, 1), **told})


def plant_exchange(here: Planted, school: School) -> None:
    """Offers of two schools and of a person, the matching of a half term, a line of it, and one that is taken out."""
    head, lead, other = here.people["head"], here.people["si_lead"], here.rows["other_school"]
    here.rows["offer"] = confirm_offer(entry(here, not_to=[other]), by=head, school=school)
    here.rows["offer_other"] = confirm_offer(entry(here, most_days=0), by=head, school=other)
    here.rows["giver"] = here.people["director"]
    here.rows["offer_person"] = confirm_offer(
        entry(here, although="", most_days=20), by=lead, person=here.people["director"]
    )
    here.rows["half"] = Period.objects.get(year=2026, season="autumn", half=2, school=None)
    run = here.rows["match_run"] = solve_matching(here.rows["half"], by=lead)
    agreed = f"request-{here.rows['support_agreed'].pk}"
    here.rows["match_line"] = run.lines.get(key=agreed)
    record_act("match.added", MatchLine, by=lead)
    out = MatchLine.objects.create(
        run=run, offer=here.rows["offer"], school=other, key="request-0", what=f"{canary(here.slug)}what", days=1
    )
    here.rows["match_removed"] = remove_line(out, by=lead, reason=f"{canary(here.slug)}reason")


def grow_exchange(here: Planted, school: School, n: int) -> None:
    """One more school that offers, and a line for it."""
    offer = confirm_offer(entry(here, not_to=[here.rows["school"]]), by=here.people["head"], school=school)
    MatchLine.objects.create(
        run=here.rows["match_run"], offer=offer, school=school, key=f"request-0-{n}", what=f"What {n}", days=1,
        why=["Why."], others=["Who else."],
    )  # fmt: skip


def _always(**data: Any) -> Callable[[Planted], dict[str, Any]]:
    return lambda here: dict(data)


def _of_school(here: Planted) -> dict[str, Any]:
    return {**OFFER, "not_to": [here.rows["other_school"].pk], "although": "Changed."}


def _of_person(here: Planted) -> dict[str, Any]:
    return {**OFFER, "not_to": [here.rows["other_school"].pk], "base": here.rows["school"].pk}


OFFER_SENT = {
    "areas": ["behaviour"], "most_days": 4, "per": "term", "from_on": "2026-09-01", "until_on": "2027-07-20",
    "most_minutes": 50, "not_to_why": "Changed.", "note": "Changed.",
}  # fmt: skip


def _school_sent(here: Planted) -> dict[str, Any]:
    return {**OFFER_SENT, "not_to": [here.rows["other_school"].pk], "although": "Changed."}


def _person_sent(here: Planted) -> dict[str, Any]:
    return {**OFFER_SENT, "not_to": [here.rows["other_school"].pk], "base": here.rows["school"].pk}


def _accepted(here: Planted) -> dict[str, Any]:
    told = {"dates": "1 December 2026", "funder": "school", "cost": "350", "reason": "All the same."}
    return {f"accept-{name}": value for name, value in told.items()}


EXCHANGE_ACTS: dict[str, tuple[Any, ...]] = {
    "school_exchange": ("head", _of_school),
    "exchange_person_new": ("si_lead", lambda here: {**_of_person(here), "person": here.people["ceo"].pk}),
    "exchange_person": ("si_lead", _of_person),
    "api_offer_of_school": ("head", _school_sent, 1, "put"),
    "api_offer_of_person": ("si_lead", _person_sent, 1, "put"),
    "api_offer_confirm": ("head", _always()),
    "api_offer_withdraw": ("si_lead", _always()),
    "api_matching_solve": ("si_lead", _always()),
    "api_match_add": (
        "si_lead",
        lambda here: {
            "need": here.rows["match_line"].key,
            "offer": here.rows["offer_other"].pk,
            "days": 1,
            "reason": "All the same.",
        },
    ),
    "api_matching_want": ("si_lead", lambda here: {"need": here.rows["match_line"].key, "days": 2}, 1, "put"),
    "api_match_change": ("si_lead", _always(days=2, pinned=True, reason="All the same."), 1, "put"),
    "api_match_remove": ("si_lead", _always(reason="They know each other.")),
    "api_match_put_back": ("si_lead", _always()),
    "api_match_accept": (
        "si_lead",
        _always(dates=["2026-12-01"], funder="school", cost="350", reason="All the same."),
        2,
    ),
    "exchange_solve": ("si_lead", lambda here: {"period": here.rows["half"].pk}),
    "match_need": ("si_lead", _always(days="2")),
    "match_add": (
        "si_lead",
        lambda here: {"add-offer": here.rows["offer_other"].pk, "add-days": "1", "add-reason": "All the same."},
    ),
    "match_line": ("si_lead", _always(days="2", pinned="on", reason="All the same.")),
    "match_remove": ("si_lead", _always(**{"out-reason": "They know each other."})),
    "match_accept": ("si_lead", _accepted, 2),
}
"""Route -> who sends what and, where it is no one act, how many entries it leaves."""

EXCHANGE_POST_ONLY = frozenset({"exchange_solve", "match_add", "match_remove", "match_accept"})

EXCHANGE_ROWS: dict[str, str] = {
    "exchange_person.pk": "offer_person",
    **{
        f"{name}.pk": "match_run"
        for name in (
            "match_run",
            "match_need",
            "match_add",
            "api_matchings-detail",
            "api_matching_need",
            "api_match_add",
            "api_matching_want",
        )
    },
    **{
        f"{name}.pk": "match_line"
        for name in (
            "match_line",
            "match_remove",
            "match_accept",
            "api_matches-detail",
            "api_match_change",
            "api_match_remove",
            "api_match_accept",
        )
    },
    "api_match_put_back.pk": "match_removed",
    "api_matching_solve.pk": "half",
    **dict.fromkeys(("api_offers-detail.pk", "api_offer_confirm.pk"), "offer"),
    "api_offer_of_school.pk": "school",
    "api_offer_of_person.pk": "giver",
    "api_offer_withdraw.pk": "offer_person",
}
"""`parameter`, or `route.parameter` -> the planted row."""
