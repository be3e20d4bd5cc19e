"""What worked, for whom, at what dose."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from plans.forms.verdicts import VerdictSearch
from plans.queries.verdicts import found_verdicts, judged
from schools.access import Permission, TrustRequest, trust_view

A_PAGE = 20


@require_safe
@trust_view(needs=Permission.SEE_PLANS)
def verdicts(request: TrustRequest) -> HttpResponse:
    """The verdicts on closed actions and plans that this person reads, searched and filtered."""
    version = request.followed.by_trust(timezone.localdate())
    criteria = [(one.key, one.label) for one in version.strategy.criteria] if version else []
    form = VerdictSearch(request.GET, criteria=criteria)
    page = Paginator(found_verdicts(request.access, form.sought()), A_PAGE).get_page(request.GET.get("page"))
    rest = request.GET.copy()
    rest.pop("page", None)
    context = {
        "form": form,
        "page": page,
        "rows": judged(list(page.object_list)),
        "is_narrow": any(request.GET.get(name) for name in form.fields),
        "rest": rest.urlencode(),
    }
    return render(request, "plans/verdicts.html", context)
