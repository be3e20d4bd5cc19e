"""A form that is being written: saved by its page in between, or sent as an ordinary form."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpResponse, JsonResponse

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


def kept_or_again(
    request: TrustRequest, form: FilledForm, save: Callable[..., SavedAnswers], page: Callable[..., HttpResponse]
) -> HttpResponse | None:
    """None once all that was typed is kept. The page again where it is refused, two people meet or something is unread.

    `save` as in `autosaved`; `page` takes the form and what else is told.
    """
    me = request.access.membership
    try:
        saved = save(form.typed(), by=me, version=version_in(request.POST))
    except ValidationError as refused:
        return page(form, status=422, refused=refused.messages)
    if saved.conflicts:
        return page(form, status=409, conflicts=conflicts_in(saved, form, reader=me), version=saved.version)
    if form.errors:  # a refusal would undo what was stored
        return page(form, unsaved=True, version=saved.version)
    return None
