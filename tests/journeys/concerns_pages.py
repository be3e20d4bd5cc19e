"""The pages of concerns as the demo fills them, and what each of their forms is sent filled in wrongly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils import timezone

from plans.models import Concern, Letter
from plans.queries.concerns import Standing, in_full, standings
from schools.models import School, StrategyVersion
from tests.journeys.forms_with_faults import Form

if TYPE_CHECKING:
    from tests.journeys.addresses import Addresses

Rows = dict[str, list[dict[str, Any]]]
LONG = "x" * 4001


def _standings() -> list[Standing]:
    rows = Concern.objects.select_related("school__trust", "strategy_version").order_by("pk")
    return standings(list(in_full(rows)), today=timezone.localdate())


def rows_of_concerns() -> Rows:
    """By route, what its address names: a concern in each state, each step from where it stands, a letter."""
    known = _standings()
    states = {one.concern.state: one for one in known}
    steps = [{"pk": one.concern.pk, "step": step.value} for one in known for step in one.steps]
    letter = Letter.objects.order_by("-pk").first()
    return {
        "concern": [{"pk": one.concern.pk} for one in known],
        "concern_step": list({one["step"]: one for one in steps}.values()),
        "concern_letter": [{"pk": one.concern.pk} for one in states.values() if one.entered],
        "letter": [{"pk": letter.concern_id, "letter_id": letter.pk}] if letter else [],
        "school_concerns": [{"school_id": one.concern.school_id} for one in states.values()],
        "concern_new": [{"school_id": pk, "ladder": key} for pk, key in _not_on_it()],
    }


def _not_on_it() -> list[tuple[int, str]]:
    on_it = Concern.objects.values("school")
    schools = School.objects.filter(left_on=None).exclude(pk__in=on_it).order_by("pk")[:1]
    ladders = [one.key for version in StrategyVersion.objects.all() for one in version.strategy.ladders]
    return [(school.pk, key) for school in schools for key in ladders]


def concerns_with_faults(addresses: Addresses) -> list[Form]:
    """Every form of concerns and of appraisals, as those send it who may."""
    slug, rows, known = addresses.trust.slug, rows_of_concerns(), _standings()

    def at(name: str, **more: Any) -> str:
        return reverse(name, kwargs={"trust": slug, **(more or rows[name][0])})

    def page(found: list[Standing]) -> str:
        return at("concern", pk=found[0].concern.pk)

    on_it = [one for one in known if one.stage]
    watched = [one for one in known if one.next_look]
    return [
        Form("concern_new", "si_lead", at("concern_new"), {"reason": "", "discussed_on": "soon", "evidence": LONG}),
        Form("concern_step", "si_lead", at("concern_step", pk=on_it[0].concern.pk, step="close"), {"exit-0": ""}),
        Form("concern_letter", "si_lead", at("concern_letter"), {"subject": "", "name-0": "The deputy"}),
        Form("concern_decide", "ceo", page([one for one in known if one.waiting]), {"words": LONG}, "/decide/"),
        Form("concern_duty", "si_lead", page([one for one in on_it if one.outstanding]), {"on": "soon"}, "/done/"),
        Form("concern_plan", "si_lead", page([one for one in on_it if one.open_plan]), {"words": ""}, "/plan/"),
        Form("concern_look", "si_lead", page(watched), {"on": "soon", "words": ""}, "/look/"),
        Form("appraisal_new", "ceo", reverse("appraisal_new", kwargs={"trust": slug}), {"person": ""}),
        Form("concern_end", "ceo", page([one for one in known if one.may_end]), {"words": ""}, "/end/"),
    ]
