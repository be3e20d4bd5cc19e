"""The trust's own list of schools: from the register, by hand, joined and left."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Max
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from schools.access import Permission, TrustRequest, trust_view
from schools.forms import accepted
from schools.forms.setup import GroupForm, PickForm, SchoolDatesForm, SchoolForm
from schools.models import Establishment, EstablishmentGroup, School
from schools.queries import schools_of_group
from schools.services.register_schools import add_school, add_schools_from_register, change_school
from schools.views import page


@require_safe
@trust_view(needs=Permission.MANAGE_TRUST)
def setup_schools(request: TrustRequest) -> HttpResponse:
    """Every school the trust has or had."""
    today = timezone.localdate()
    schools = list(School.objects.all())
    gone = [school for school in schools if school.left_on is not None and school.left_on <= today]
    now = [school for school in schools if school not in gone]
    return page(request, "schools/schools_page.html", schools=now, gone=gone)


@require_http_methods(["GET", "POST"])
@trust_view(needs=Permission.MANAGE_TRUST)
def setup_register(request: TrustRequest) -> HttpResponse:
    """Pick the trust's schools by its group UID: see what the register says, tick, add."""
    ask = GroupForm(request.GET if "uid" in request.GET else None, initial={"uid": request.trust.group_uid})
    if not ask.is_valid():
        return page(request, "schools/register_page.html", ask=ask)
    uid, me = ask.cleaned_data["uid"], request.access.membership
    rows = schools_of_group(uid)
    here = set(School.objects.filter(urn__in=[row.urn for row in rows]).values_list("urn", flat=True))
    form = PickForm(request.POST or None, rows=rows, here=here)
    if request.method == "POST" and accepted(
        form, lambda data: add_schools_from_register(uid, form.chosen(data), by=me)
    ):
        messages.success(request, f"Schools added: {len(form.chosen(form.cleaned_data))}.")
        return redirect("setup_schools", trust=request.trust.slug)
    newest = Establishment.objects.aggregate(day=Max("as_at"))["day"] if not rows else None
    group = EstablishmentGroup.objects.filter(uid=uid).first()
    old = [row for row in rows if row.urn in here]
    context = {"ask": ask, "uid": uid, "group": group, "rows": rows, "old": old, "form": form, "as_at": newest}
    return page(request, "schools/register_page.html", **context)


@require_http_methods(["GET", "POST"])
@trust_view(needs=Permission.MANAGE_TRUST)
def setup_school_new(request: TrustRequest) -> HttpResponse:
    """Add a school by hand."""
    form, me = SchoolForm(request.POST or None), request.access.membership
    if request.method == "POST" and accepted(form, lambda data: add_school(by=me, **data)):
        messages.success(request, f"{form.cleaned_data['name']} is added.")
        return redirect("setup_schools", trust=request.trust.slug)
    return page(request, "schools/school_new_page.html", form=form)


@require_http_methods(["GET", "POST"])
@trust_view(needs=Permission.MANAGE_TRUST)
def setup_school(request: TrustRequest, pk: int) -> HttpResponse:
    """Correct when a school joined or left, its phase, its short name and where it stands."""
    school, me = get_object_or_404(School, pk=pk), request.access.membership
    fields = ("short_name", "phase", "joined_on", "left_on", "easting", "northing")
    form = SchoolDatesForm(request.POST or None, initial={field: getattr(school, field) for field in fields})
    if request.method == "POST" and accepted(form, lambda data: change_school(school, by=me, **data)):
        messages.success(request, f"{school} is saved.")
        return redirect("setup_schools", trust=request.trust.slug)
    return page(request, "schools/school_edit_page.html", school=school, form=form)
