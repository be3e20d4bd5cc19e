"""What worked, for whom, at what dose."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from plans.forms.verdicts import VerdictSearch
from plans.queries.verdicts import found_verdicts, judged, told_of_others
from schools.access import FEWEST_OTHERS, Permission, TrustRequest, sees_others, trust_view
from schools.models import HeadsSee
from schools.words import number

A_PAGE = 20


@require_safe
@trust_view(needs=Permission.SEE_PLANS)
def verdicts(request: TrustRequest) -> HttpResponse:
    """The verdicts on closed actions and plans that this person reads or is told of, searched and filtered."""
    told = told_of_others(sees_others(request.access, request.trust))
    version = request.followed.by_trust(timezone.localdate())
    whole = request.access.may_everywhere(Permission.SEE_PLANS)
    followed = [one.strategy for one in request.followed.on(timezone.localdate()).values()]
    strategy = version.strategy if version else None
    form = VerdictSearch(request.GET, strategy=strategy, followed=followed, whole=whole)
    page = Paginator(found_verdicts(request.access, form.sought(), told), A_PAGE).get_page(request.GET.get("page"))
    rest = request.GET.copy()
    rest.pop("page", None)
    context = {
        "form": form,
        "page": page,
        "rows": judged(list(page.object_list), told, request.access),
        "is_narrow": any(request.GET.get(name) for name in form.fields),
        "rest": rest.urlencode(),
        "reach": "" if whole else _reach(request, told.shown),
    }
    return render(request, "plans/verdicts.html", context)


def _reach(request: TrustRequest, shown: str) -> str:
    """Whose verdicts somebody finds here who does not read every school's plans, in words."""
    if shown == HeadsSee.NAMED:
        return (
            "Of the other schools you see what was done, for whom, at what dose and the verdict; not the notes,"
            " nor at which level they stood."
        )
    if shown == HeadsSee.UNNAMED:
        return (
            "Of the other schools you see what was done, for whom, at what dose and the verdict, without names or"
            f" notes, and only of a phase with at least {number(FEWEST_OTHERS)} other schools. At which level one stood"
            " is told where as many of its phase stood there too."
        )
    if request.access.may(Permission.SEE_OTHERS):
        return "You see the verdicts of your own school. The trust has not opened those of the others to heads."
    return "You see the verdicts of your own school."
