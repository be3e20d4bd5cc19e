"""The operator's pages for the national register: give a file, see what it would do, import it, see what it did."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods

from schools.forms import accepted
from schools.forms.register import RegisterFileForm
from schools.models import RegisterImport
from schools.services.register.uploads import receive_file, start_import
from schools.views import operator_required, page

LISTED = 20


@require_http_methods(["GET", "POST"])
@operator_required
def register_import(request: HttpRequest) -> HttpResponse:
    """The files given lately, and the form for another."""
    form = RegisterFileForm(request.POST, request.FILES) if request.method == "POST" else RegisterFileForm()
    received: list[RegisterImport] = []

    def receive(data: dict[str, Any]) -> None:
        given = receive_file(data["file"], as_at=data["as_at"], year=data["year"], by=request.user)  # type: ignore[arg-type]
        received.append(given)

    if request.method == "POST" and accepted(form, receive):
        return redirect("register_import_status", pk=received[0].pk)
    return page(request, "schools/register_import_page.html", form=form, uploads=RegisterImport.objects.all()[:LISTED])


@require_http_methods(["GET", "POST"])
@operator_required
def register_import_status(request: HttpRequest, pk: int) -> HttpResponse:
    """One file: its progress, what it would change or has changed, and the rows that stand in its way."""
    upload = get_object_or_404(RegisterImport, pk=pk)
    if request.method == "POST":
        try:
            start_import(upload)
        except ValidationError as refusal:
            messages.error(request, " ".join(refusal.messages))
        return redirect("register_import_status", pk=pk)
    if request.htmx:  # type: ignore[attr-defined]
        return page(request, "schools/register_import_progress.html", upload=upload)
    return page(request, "schools/register_status_page.html", upload=upload)
