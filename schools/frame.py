"""What every page's frame shows: the trust, the periods, the person and the sections they may use.

Each part is worked out only when a template uses it: two queries on a page that shows periods and footer.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.dateformat import format as format_date
from django.utils.functional import SimpleLazyObject

from schools.access import TrustRequest, sees_others
from schools.models import HeadsSee
from schools.queries import terms_begun, trusts_own_version
from schools.strategy import Role

Link = dict[str, Any]

_DUE, _SCHOOL = ("What is due", "my_school"), ("My school", "school")
_OVERVIEW, _SCHOOLS, _MEETINGS = ("Overview", "overview"), ("Schools", "schools"), ("Meetings", "meetings")
_REPORTS, _STRATEGY, _MODERATE = ("Reports", "reports"), ("Strategy", "strategy"), ("To moderate", "waiting")
_LOCAL = [_DUE, _SCHOOL, _REPORTS, _STRATEGY]
_LEAD = [_OVERVIEW, _SCHOOLS, _MODERATE, _MEETINGS, _REPORTS, _STRATEGY]
_BOARD = [_OVERVIEW, _SCHOOLS, _MEETINGS, _REPORTS, _STRATEGY]
SECTIONS: dict[str, list[tuple[str, str]]] = {
    Role.HEAD: [_DUE, _SCHOOL, ("Other schools", "other_schools"), _REPORTS, _STRATEGY],
    Role.LEADER: _LOCAL,
    Role.CHAIR: _LOCAL,
    Role.GOVERNOR: _LOCAL,
    Role.SI_LEAD: _LEAD,
    Role.OPERATIONS: _LEAD,
    Role.CEO: _LEAD,
    Role.DIRECTOR: _LEAD,
    Role.TRUSTEE: _BOARD,
    Role.TRUST_CHAIR: _BOARD,
    Role.CLERK: [_MEETINGS, _OVERVIEW, _SCHOOLS, _REPORTS, _STRATEGY],
    Role.ADMIN: [
        ("Set-up", "setup"),
        ("People", "people"),
        ("Schools", "setup_schools"),
        ("Calendar", "calendar"),
        _STRATEGY,
        ("Settings", "trust_settings"),
        ("Record", "audit"),
    ],
}
"""The words of the navigation, by role, and the page each leads to. A page that does not exist is left out."""

MOST_SECTIONS = 7


def frame(request: HttpRequest) -> dict[str, Any]:
    """Context of base.html. Outside a trust only the little that is known."""
    access = getattr(request, "access", None)
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"demo_url": reverse("demo")} if settings.DEMO else {}
    known = {
        "my_trusts": SimpleLazyObject(lambda: my_trusts_of(request)),
        "person": {"name": user.name, "initials": user.initials, "role_label": access.role_label if access else ""},
        "account_links": account_links(request),
    }
    if access is None:
        return known
    inside: TrustRequest = request  # type: ignore[assignment]
    return known | {
        "trust": inside.trust,
        "access": access,
        "periods": SimpleLazyObject(lambda: periods_of(inside)),
        "sections": SimpleLazyObject(lambda: sections_of(inside)),
        "strategy_footer": SimpleLazyObject(lambda: footer_of(inside)),
    }


def my_trusts_of(request: HttpRequest) -> list[Link]:
    """The person's trusts as the session remembers them: no query."""
    here = getattr(getattr(request, "trust", None), "slug", None)
    return [
        {"name": each["name"], "url": reverse("trust_home", args=[each["slug"]]), "current": each["slug"] == here}
        for each in request.session.get("my_trusts", [])
    ]


def account_links(request: HttpRequest) -> list[Link]:
    """Pages of the person's own, beside password and second factor."""
    if hasattr(request, "access"):
        url = reverse("account", args=[request.trust.slug])  # type: ignore[attr-defined]
        return [{"label": "Your account", "url": url}]
    if request.user.is_operator:  # type: ignore[union-attr]
        return [{"label": "Trusts", "url": reverse("operator")}]
    return [{"label": "Your trusts", "url": reverse("home")}]


def periods_of(request: TrustRequest) -> list[Link]:
    """The terms begun in the last three years, latest first. Choosing one keeps the rest of the address."""
    terms = terms_begun(timezone.localdate())
    asked = request.GET.get("period", "")
    chosen = asked if asked in {str(term.pk) for term in terms} else str(terms[0].pk) if terms else ""
    rest = {name: value for name, value in request.GET.items() if name not in {"period", "page"}}
    return [
        {
            "label": term.label,
            "url": f"{request.path}?{urlencode({**rest, 'period': term.pk})}",
            "current": str(term.pk) == chosen,
        }
        for term in terms
    ]


def sections_of(request: TrustRequest) -> list[Link]:
    """At most seven words, those of the person's first role first; set-up is one word beside another role."""
    roles = [role for role, _ in request.access.roles]
    words: dict[str, str] = {}
    for role in sorted(roles, key=lambda role: role == Role.ADMIN):
        own = SECTIONS[role] if role != Role.ADMIN or set(roles) == {Role.ADMIN} else SECTIONS[role][:1]
        for label, name in own:
            words.setdefault(name, label)
    found = [(label, url) for name, label in words.items() if (url := _url(name, request))]
    here = max((url for _, url in found if request.path.startswith(url)), key=len, default="")
    return [{"label": label, "url": url, "current": url == here} for label, url in found[:MOST_SECTIONS]]


def _url(name: str, request: TrustRequest) -> str:
    """The address of a section. “My school” is only for who has one, “Other schools” where the trust shows them."""
    own = request.access.school_ids
    if name == "school":
        return reverse(name, args=[request.trust.slug, *own]) if len(own) == 1 else ""
    if name == "other_schools" and sees_others(request.access, request.trust) == HeadsSee.NOTHING:
        return ""
    try:
        return reverse(name, args=[request.trust.slug])
    except NoReverseMatch:
        return ""


def footer_of(request: TrustRequest) -> Link | None:
    """Which strategy the trust follows. One query."""
    version = trusts_own_version(timezone.localdate())
    if version is None:
        return None
    published = format_date(timezone.localtime(version.published_at), "j F Y")
    return {
        "text": f"{version.title}, version {version.version}, published {published}.",
        "url": reverse("strategy", args=[request.trust.slug]),
    }
