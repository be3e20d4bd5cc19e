"""Pen portraits: the people who work in other schools, in their own words."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from reviews.forms.portraits import PortraitForm
from reviews.models import PortraitPhoto
from reviews.queries.register import portraits
from reviews.services.portraits import write_portrait
from schools.access import Permission, TrustRequest, trust_view
from schools.forms import accepted
from schools.forms.pictures import choose_again
from schools.pictures import shown

A_PAGE = 30
WORDS = ("role", "experience", "training", "availability")


@require_safe
@trust_view(needs=Permission.SEE_REVIEWS)
def portrait_list(request: TrustRequest) -> HttpResponse:
    """Everybody's."""
    page = Paginator(portraits(), A_PAGE).get_page(request.GET.get("page"))
    return render(request, "reviews/portraits.html", {"page": page})


@require_http_methods(["GET", "POST"])
@trust_view(needs=Permission.SEE_REVIEWS)
def portrait(request: TrustRequest) -> HttpResponse:
    """A person's own."""
    me = request.access.membership
    kept = portraits().filter(membership=me).first()
    initial = {name: getattr(kept, name) for name in WORDS} if kept else {}
    sent = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = PortraitForm(*sent, initial=initial, has_photo=kept is not None and kept.photos.exists())
    if request.method == "POST" and accepted(form, lambda _: write_portrait(by=me, **form.entry())):
        messages.success(request, "Saved. Schools you work in read it.")
        return redirect("portraits", trust=request.trust.slug)
    if form.errors:
        choose_again(form, "photo")
    context = {"form": form, "kept": kept}
    return render(request, "reviews/portrait.html", context, status=422 if form.errors else 200)


@require_safe
@trust_view(needs=Permission.SEE_REVIEWS)
def portrait_photo(request: TrustRequest, pk: int) -> HttpResponse:
    """The photograph beside a portrait."""
    return shown(bytes(get_object_or_404(PortraitPhoto, portrait__in=portraits(), portrait=pk).content))
