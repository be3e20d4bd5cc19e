"""Reports: the list and the request, the page of one while it is made and after, its preview and its file."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django.views.decorators.http import require_GET, require_http_methods

from reporting.build import build_html
from reporting.forms.reports import RequestForm, kinds_offered
from reporting.models import Report
from reporting.queries.reports import downloads_of, report_list, visible_reports
from reporting.services import ask_again, download_report
from schools.access import Permission, TrustRequest, trust_view

PAGE = 50


@require_http_methods(["GET", "HEAD", "POST"])
@trust_view(needs=Permission.SEE_REPORTS)
def reports(request: TrustRequest) -> HttpResponse:
    """Every report this person may see; with the form to ask for one, for those who may."""
    may_make = request.access.may(Permission.MAKE_REPORTS)
    form = None
    if may_make:
        form = RequestForm(request.POST or None, access=request.access, kinds=kinds_offered(request.followed))
    if request.method == "POST":
        request.access.require(Permission.MAKE_REPORTS)
        if (asked := _asked(form)) is not None:
            return HttpResponseRedirect(_url("report", request, asked))
    listed = Paginator(report_list(request.access), PAGE).get_page(request.GET.get("page"))
    context = {"form": form, "page": listed, "reports": _by_period(listed), "may_make": may_make}
    return render(request, "reporting/reports.html", context, status=422 if form and form.errors else 200)


def _asked(form: RequestForm | None) -> Report | None:
    """The report asked for, or None with the form saying why not."""
    if form is None or not form.is_valid():
        return None
    try:
        return form.save()
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return None


def _by_period(listed: object) -> list[tuple[str, list[Report]]]:
    groups: dict[str, list[Report]] = {}
    for report in listed:  # type: ignore[attr-defined]
        groups.setdefault(str(report.period), []).append(report)
    return list(groups.items())


def _url(name: str, request: TrustRequest, report: Report) -> str:
    return reverse(name, kwargs={"trust": request.trust.slug, "pk": report.pk})


@require_http_methods(["GET", "HEAD", "POST"])
@trust_view(needs=Permission.SEE_REPORTS)
def report(request: TrustRequest, pk: int) -> HttpResponse:
    """How far it is; once it is ready, where to read it. A failed one can be asked for again."""
    found = get_object_or_404(visible_reports(request.access), pk=pk)
    may_make = request.access.may(Permission.MAKE_REPORTS)
    if request.method == "POST":
        request.access.require(Permission.MAKE_REPORTS)
        try:
            found = ask_again(found, by=request.access.membership)
        except ValidationError as refusal:
            messages.error(request, " ".join(refusal.messages))
        return HttpResponseRedirect(_url("report", request, found))
    context = {"report": found, "may_make": may_make, "under_way": found.state in ("queued", "building")}
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "reporting/report_status.html", context)
    context["downloads"] = downloads_of(found) if may_make else []
    return render(request, "reporting/report.html", context)


@require_GET
@trust_view(needs=Permission.SEE_REPORTS)
def report_preview(request: TrustRequest, pk: int) -> HttpResponse:
    """The same document in the browser, from the same snapshot."""
    found = get_object_or_404(visible_reports(request.access).exclude(snapshot=None), pk=pk)
    brand = reverse("brand_css", kwargs={"trust": request.trust.slug})
    page = build_html(found.snapshot or {}, preview=True, back_url=_url("report", request, found), brand_url=brand)
    return HttpResponse(page)


@require_GET
@trust_view(needs=Permission.SEE_REPORTS)
def report_file(request: TrustRequest, pk: int) -> HttpResponse:
    """The file itself. That a copy was taken is written down."""
    found = get_object_or_404(visible_reports(request.access), pk=pk)
    if found.state != Report.State.READY:
        raise Http404
    response = HttpResponse(download_report(found, by=request.access.membership), "application/pdf")
    name = f"{slugify(found.title)[:80] or 'report'}-{slugify(found.period.label)}-{found.record_number}.pdf"
    response.headers["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
