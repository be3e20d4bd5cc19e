"""What the page of a form hears that saves itself while it is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.http import JsonResponse

from schools.access import TrustRequest
from schools.forms import version_in
from schools.forms.filled import FilledForm
from schools.forms.filling import conflicts_in, told
from schools.services.filling import SavedAnswers


def autosaved(
    request: TrustRequest, form: FilledForm, save: Callable[..., SavedAnswers], more: Callable[[], Mapping[str, Any]]
) -> JsonResponse:
    """Keep what can be read and tell what cannot. Where two people meet, nothing is kept and both sides are told.

    `save` takes what was typed, `by` and `version`; `more` is what else the page is told once it is kept.
    """
    me = request.access.membership
    try:
        saved = save(form.typed(), by=me, version=version_in(request.POST))
    except ValidationError as refused:
        return JsonResponse({"errors": {"__all__": refused.messages}}, status=400)
    if saved.conflicts:
        clashes = conflicts_in(saved, form, reader=me)
        return JsonResponse({"version": saved.version, "conflicts": clashes}, status=409)
    return JsonResponse({**told(saved, form), **more()})
