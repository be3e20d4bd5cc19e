"""The pages of the exchange as the demo fills them, and what each of their forms is sent filled in wrongly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse

from plans.models import MatchLine, MatchRun, Offer
from plans.services.offering import LONGEST
from tests.journeys.forms_with_faults import Form

if TYPE_CHECKING:
    from tests.journeys.addresses import Addresses

Rows = dict[str, list[dict[str, Any]]]
TOO_LONG = "x" * (LONGEST + 1)


def rows_of_exchange() -> Rows:
    """By route, what its address names: offers in each state, the matching and what it matched and left."""
    runs = list(MatchRun.objects.order_by("pk")[:1])
    lines = list(MatchLine.objects.order_by("pk")[:2])
    needs = {one.key for one in lines[:1]} | {one["key"] for run in runs for one in run.problem["needs"][:2]}
    confirmed = list(Offer.objects.exclude(school=None).order_by("state", "pk")[:1])
    suggested = list(Offer.objects.filter(state=Offer.State.SUGGESTED)[:1])
    people = Offer.objects.exclude(person=None).order_by("pk")[:1]
    return {
        "school_exchange": [{"school_id": one.school_id} for one in (*confirmed, *suggested)],
        "exchange_person": [{"pk": one.pk} for one in people],
        "match_run": [{"pk": one.pk} for one in runs],
        "match_need": [{"pk": run.pk, "need": need} for run in runs for need in sorted(needs)],
        "match_line": [{"pk": one.pk} for one in lines],
    }


def exchange_with_faults(addresses: Addresses) -> list[Form]:
    """Every form of the exchange, as those send it who may."""
    slug, rows = addresses.trust.slug, rows_of_exchange()

    def at(name: str, **more: Any) -> str:
        return reverse(name, kwargs={"trust": slug, **more})

    wrong = {"most_days": "lots", "from_on": "soon", "note": TOO_LONG}
    school = rows["school_exchange"][0]["school_id"]
    line = at("match_line", **rows["match_line"][0])
    need = at("match_need", **rows["match_need"][0])
    return [
        Form("school_exchange", f"head of {school}", at("school_exchange", school_id=school), wrong),
        Form("exchange_person_new", "si_lead", at("exchange_person_new"), wrong),
        Form("exchange_person", "si_lead", at("exchange_person", **rows["exchange_person"][0]), wrong),
        Form("match_need", "si_lead", need, {"days": "many"}),
        Form("match_add", "si_lead", need, {"add-days": "many"}, "/add/"),
        Form("match_line", "si_lead", line, {"days": "many"}),
        Form("match_accept", "si_lead", line, {"accept-dates": "soon"}, "/accept/"),
        Form("match_remove", "si_lead", line, {"out-reason": ""}, "/remove/"),
    ]
