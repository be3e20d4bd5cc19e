"""Photographs of work of one visit, where the trust keeps any: added while it is written, read by staff."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from monitoring.forms.photos import PhotoForm
from monitoring.models import Visit, VisitPhoto
from monitoring.queries.visits import form_of, may_see_photos, may_write
from monitoring.services.photos import MOST_PHOTOS, add_photo, remove_photo
from monitoring.views.writing import address, visit_for
from schools.access import Permission, TrustRequest, trust_view
from schools.forms import accepted
from schools.forms.pictures import choose_again
from schools.pictures import shown


def _visit(request: TrustRequest, pk: int) -> Visit:
    found = visit_for(request, pk)
    if not may_see_photos(request.access, found):
        raise Http404
    return found


def _may_add(request: TrustRequest, visit: Visit) -> bool:
    return visit.school.trust.photos_of_work and may_write(request.access, visit)


def _photos(visit: Visit) -> QuerySet[VisitPhoto]:
    return VisitPhoto.objects.filter(visit=visit).defer("content").select_related("by__user").order_by("pk")


@require_http_methods(["GET", "POST"])
@trust_view(needs=Permission.SEE_VISITS)
def visit_photos(request: TrustRequest, pk: int) -> HttpResponse:
    """The photographs, and while the visit is written the form for one more."""
    found = _visit(request, pk)
    form, bad = PhotoForm(), False
    if request.method == "POST":
        if not _may_add(request, found):
            raise Http404
        form, me = PhotoForm(request.POST, request.FILES), request.access.membership
        if accepted(form, lambda data: add_photo(found, data["file"].read(), caption=data["caption"], by=me)):
            messages.success(request, "The photograph is kept.")
            return redirect(address("visit_photos", found, request.trust.slug))
        bad = True
        choose_again(form, "file")
    photos = list(_photos(found))
    context = {
        "visit": found,
        "definition": form_of(found),
        "photos": photos,
        "form": form if _may_add(request, found) and len(photos) < MOST_PHOTOS else None,
    }
    return render(request, "monitoring/photos.html", context, status=422 if bad else 200)


@require_safe
@trust_view(needs=Permission.SEE_VISITS)
def visit_photo(request: TrustRequest, pk: int, photo_id: int) -> HttpResponse:
    """The picture itself."""
    found = _visit(request, pk)
    photo = get_object_or_404(VisitPhoto, pk=photo_id, visit=found)
    return shown(bytes(photo.content))


@require_POST
@trust_view(needs=Permission.SEE_VISITS)
def photo_remove(request: TrustRequest, pk: int, photo_id: int) -> HttpResponse:
    """Take one away, also when the visit has been sent."""
    found = _visit(request, pk)
    photo = get_object_or_404(_photos(found).select_related("visit__school"), pk=photo_id)
    photo.visit = found
    remove_photo(photo, by=request.access.membership)
    messages.success(request, "The photograph is gone.")
    return redirect(address("visit_photos", found, request.trust.slug))
