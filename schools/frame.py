"""What every page's frame shows: the trust, the periods, the person and the sections they may use."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from schools.models import Period


def frame(request: HttpRequest) -> dict[str, Any]:
    """Context of base.html. Outside a trust only the little that is known."""
    access = getattr(request, "access", None)
    if access is None:
        return {}
    return {"trust": request.trust, "access": access}  # type: ignore[attr-defined]
