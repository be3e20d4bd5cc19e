"""What the matrix pages say when a service refuses: its sentence, on the matrix as it stands now."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect

from schools.access import TrustRequest


def says_refusals(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A refusal undoes what the view wrote and leads to the matrix, which says why. For views of one matrix.

    A view that has to give back what was typed catches the refusal itself.
    """

    @wraps(view)
    def inner(request: TrustRequest, *, school_id: int, period_id: int, **kwargs: Any) -> HttpResponse:
        try:
            with transaction.atomic():
                return view(request, school_id=school_id, period_id=period_id, **kwargs)
        except ValidationError as refused:
            for sentence in refused.messages:
                messages.warning(request, sentence)
            return redirect("matrix", trust=request.trust.slug, school_id=school_id, period_id=period_id)

    return inner
