"""The pages of evidence as the demo fills them, and what each of their forms is sent filled in wrongly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils import timezone

from evidence.models import Return, SefEdition, SefSection, SelfEvaluation, Source
from evidence.queries.returns import NOT_BEGUN, returns_asked
from evidence.queries.sources import CHECK
from evidence.services.judgements import KIND
from evidence.services.returns import open_return
from schools.audit import record_act
from schools.models import RoleGrant, School
from tests.journeys.forms_with_faults import Form

if TYPE_CHECKING:
    from tests.journeys.addresses import Addresses

STATES = ("draft", "submitted", "returned", "agreed")
ATTENDANCE = "attendance_rate|all|"
"""The box of a target that every trust of the demo has."""

Rows = dict[str, list[dict[str, Any]]]


def rows_of_evidence() -> Rows:
    """By route, what its address names: self-evaluations and returns in each state, checks, judgements, targets."""
    sefs = {state: _sefs(state) for state in STATES}
    returns = {state: _returns(state) for state in STATES}
    writing, sending = (
        [*sefs["draft"], *sefs["returned"]][:2],
        [*returns["draft"], *returns["returned"]][:1] or _begun(),
    )
    of_schools = [{"school_id": one["school_id"]} for one in [*sefs["draft"], *sefs["agreed"]]]
    checks = Source.objects.filter(kind=CHECK).order_by("pk")[:1]
    return {
        "sef": [one for state in STATES for one in sefs[state]],
        "sef_area": [one | {"area": area} for one in writing for area in _areas(one)],
        "sef_changes": [*_with_editions()],
        "sef_record": [
            {"pk": pk} for pk in SelfEvaluation.objects.filter(state="agreed").values_list("pk", flat=True)[:1]
        ],
        "return_page": [*sending, *returns["submitted"], *returns["agreed"]],
        "return_upload": sending,
        "returns": of_schools,
        "checks": of_schools,
        "check_new": [{"school_id": one.school_id, "kpi": one.area} for one in checks],
        "check_correct": [{"school_id": one.school_id, "source_id": one.pk} for one in checks],
        "judgements": of_schools + [{"school_id": one.school_id} for one in _judged()],
        "school_targets": of_schools,
    }


def _sefs(state: str) -> list[dict[str, Any]]:
    rows = SelfEvaluation.objects.filter(state=state).order_by("-period__starts_on", "school__name")[:1]
    return [{"school_id": one.school_id, "period_id": one.period_id} for one in rows]


def _areas(of: dict[str, Any]) -> list[str]:
    rows = SefSection.objects.filter(part_of__school=of["school_id"], part_of__period=of["period_id"])
    return list(rows.order_by("pk").values_list("area", flat=True)[:1])


def _with_editions() -> list[dict[str, Any]]:
    latest = SefEdition.objects.order_by("-part_of__period__starts_on", "pk").select_related("part_of")[:1]
    return [{"school_id": one.part_of.school_id, "period_id": one.part_of.period_id} for one in latest]


def _returns(state: str) -> list[dict[str, Any]]:
    rows = Return.objects.filter(state=state).order_by("-period__starts_on", "school__name")[:1]
    return [{"school_id": one.school_id, "period_id": one.period_id, "point": one.point} for one in rows]


def _begun() -> list[dict[str, Any]]:
    """Nobody in the demo is filling one in: the first school with a head begins."""
    today = timezone.localdate()
    led = School.objects.filter(pk__in=RoleGrant.objects.current().filter(role="head").values("school"))
    for asked in returns_asked(led.order_by("pk"), today):
        if asked.state == NOT_BEGUN and asked.opens_on <= today:
            one = open_return(asked.school, asked.period, asked.point.key, today=today)
            return [{"school_id": one.school_id, "period_id": one.period_id, "point": one.point}]
    return []


def _judged() -> list[Source]:
    return list(Source.objects.filter(kind=KIND).order_by("pk")[:1])


def evidence_with_faults(addresses: Addresses) -> list[Form]:
    """Every form of evidence, as those send it who may."""
    known, slug = addresses.known, addresses.trust.slug

    def at(name: str, **more: Any) -> str:
        return reverse(name, kwargs={"trust": slug, **more})

    return [*_of_sefs(known, at), *_of_returns(known, at), *_of_figures(known, at)]


def _of_sefs(known: Rows, at: Any) -> list[Form]:
    section = known["sef_area"][0]
    of = {name: section[name] for name in ("school_id", "period_id")}
    head = f"head of {of['school_id']}"
    sent = _sefs("submitted") or [_send_again()]
    SefSection.objects.filter(part_of__school=of["school_id"], part_of__period=of["period_id"]).update(strengths="")
    return [
        Form("sef_area", head, at("sef_area", **section), {"evidence-0-on": "soon"}),
        Form("sef_submit", head, at("sef_area", **section), {}, at("sef_submit", **of), gone=True),
        Form("sef_return", "si_lead", at("sef", **sent[0]), {"note": ""}, "/return/"),
    ]


def _send_again() -> dict[str, Any]:
    """The demo has agreed every self-evaluation that was sent: the latest goes back one step."""
    record_act("sef.planted", SelfEvaluation, by=None)
    sef = SelfEvaluation.objects.filter(state="agreed").latest("period__starts_on", "pk")
    SelfEvaluation.objects.filter(pk=sef.pk).update(state="submitted", agreed_at=None, agreed_by=None)
    return {"school_id": sef.school_id, "period_id": sef.period_id}


def _of_returns(known: Rows, at: Any) -> list[Form]:
    open_one = known["return_upload"][0]
    head, asked = f"head of {open_one['school_id']}", (_returns("submitted") or [_return_again()])[0]
    page = at("return_page", **asked)
    return [
        Form("return_upload", head, at("return_upload", **open_one), {}),
        Form("return_back", "si_lead", page, {"note": ""}, "/back/"),
    ]


def _return_again() -> dict[str, Any]:
    record_act("return.planted", Return, by=None)
    one = Return.objects.filter(state="agreed").latest("period__starts_on", "pk")
    Return.objects.filter(pk=one.pk).update(state="submitted", agreed_at=None, agreed_by=None)
    return {"school_id": one.school_id, "period_id": one.period_id, "point": one.point}


def _of_figures(known: Rows, at: Any) -> list[Form]:
    correct, (judged,) = known["check_correct"][0], _judged()
    page = at("check_correct", **correct)
    return [
        Form("check_new", "si_lead", at("check_new", **known["check_new"][0]), {"on": "soon", "outcome": ""}),
        Form("check_correct", "si_lead", page, {"on": "soon", "reason": ""}),
        Form("check_withdraw", "si_lead", page, {"reason": ""}, "/withdraw/"),
        Form("school_targets", "si_lead", at("school_targets", **known["school_targets"][0]), {ATTENDANCE: "many"}),
        Form("trust_targets", "si_lead", at("trust_targets"), {ATTENDANCE: "many"}),
        Form("benchmarks", "si_lead", at("benchmarks"), {"measure": "", "value": "many"}),
        Form("judgements", "si_lead", at("judgements", school_id=judged.school_id), {"area": "", "on": "soon"}),
        Form(
            "judgement_withdraw", "si_lead", at("judgements", school_id=judged.school_id),
            {f"back-{judged.pk}-reason": ""}, "/withdraw/",
        ),
    ]  # fmt: skip
