"""How accurately schools judge themselves, for who agrees self-evaluations, and for a head the own school."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from evidence.queries.calibration import SchoolAccuracy, accuracy_of
from evidence.rules.calibration import Occasion, Pair, bias_words, occasions_of, sentence
from schools.access import Permission, TrustRequest, trust_view, where_may
from schools.charts import bias_chart
from schools.models import School
from schools.words import counted, on

P = Permission


@require_safe
@trust_view(needs=Permission.SEE_SEF)
def accuracy(request: TrustRequest) -> HttpResponse:
    """Each school: a sentence, bias and spread over time, and every pair of judgements."""
    may = where_may(request.access, P.AGREE_EVIDENCE, "pk") | where_may(request.access, P.WRITE_SEF, "pk")
    today = timezone.localdate()
    schools = list(School.objects.on(today).filter(may))
    if not schools:
        request.access.require(P.AGREE_EVIDENCE)
    found = sorted(accuracy_of(schools, today, followed=request.followed), key=_order)
    shown = [_shown(one, number) for number, one in enumerate(found)]
    context = {
        "schools": shown,
        "waiting": [each for each in shown if not each["pairs"]],
        "may_record": request.access.may(P.RECORD_JUDGEMENT),
    }
    return render(request, "evidence/accuracy.html", context)


def _order(one: SchoolAccuracy) -> tuple[bool, float, str]:
    """Most generous first; schools of which nothing can be said last."""
    return not one.accuracy.pairs, -one.accuracy.bias, one.school.name.casefold()


def _shown(one: SchoolAccuracy, number: int) -> dict[str, Any]:
    pairs = sorted(one.accuracy.pairs, key=lambda pair: pair.outside.on)
    points = [
        (f"{each.on:%b %Y}", each.accuracy.bias, each.accuracy.spread, _occasion(each))
        for each in occasions_of(one.accuracy)
    ]
    waits = f"{counted(one.waiting, 'judgement')} of its own" if one.own else ""
    return {
        "school": one.school,
        "sentence": sentence(one.accuracy),
        "waiting": f"{waits} {'waits' if one.waiting == 1 else 'wait'} for one from outside." if one.waiting else "",
        "chart": bias_chart(
            f"{one.school.name}: own judgements beside outside ones", points, above="The school judged itself stronger",
            below="The school judged itself weaker", ident=f"accuracy-{number}",
        ) if points else "",
        "pairs": [{"pair": pair, "distance": _distance(pair)} for pair in reversed(pairs)],
    }  # fmt: skip


def _occasion(one: Occasion) -> str:
    """“Ofsted inspection, 6 May 2026: 0.6 grades stronger, spread 0.5, from five judgements”."""
    spread = f", spread {one.accuracy.spread:.1f}" if one.accuracy.spread else ""
    judged = counted(len(one.accuracy.pairs), "judgement")
    return f"{one.by}, {on(one.on)}: {bias_words(one.accuracy)}{spread}, from {judged}"


def _distance(pair: Pair) -> str:
    if not pair.distance:
        return "The same"
    way = "stronger" if pair.distance > 0 else "weaker"
    return f"{counted(abs(pair.distance), 'grade')} {way} than the outside judgement".capitalize()
