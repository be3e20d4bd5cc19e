"""What every page's frame shows: the trust, the person and the sections they may use.

Each part is worked out only when a template uses it: one query on a page that shows the footer. A page that can be
read for another term gives the choice of `periods` itself.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.dateformat import format as format_date
from django.utils.functional import SimpleLazyObject

from schools.access import TrustRequest, sees_others
from schools.models import HeadsSee
from schools.strategy import Role

Link = dict[str, Any]

_DUE, _SCHOOL = ("What is due", "my_school"), ("My school", "school")
_OVERVIEW, _SCHOOLS, _MEETINGS = ("Overview", "overview"), ("Schools", "schools"), ("Meetings", "meetings")
_EVIDENCE, _MONITORING = ("Evidence", "evidence"), ("Monitoring", "monitoring")
_REVIEWS, _PLANS, _SUPPORT = ("Reviews", "reviews"), ("Plans", "plans"), ("Support", "support")
_REPORTS, _STRATEGY, _MODERATE = ("Reports", "reports"), ("Strategy", "strategy"), ("To moderate", "waiting")
_WORK = [_EVIDENCE, _MONITORING, _REVIEWS, _PLANS, _SUPPORT]
_LOCAL = [_DUE, _SCHOOL, *_WORK, _REPORTS, _STRATEGY]
_LEAD = [_OVERVIEW, _SCHOOLS, *_WORK, _MODERATE, _MEETINGS, _REPORTS, _STRATEGY]
_BOARD = [_OVERVIEW, _SCHOOLS, *_WORK, _MEETINGS, _REPORTS, _STRATEGY]
SECTIONS: dict[str, list[tuple[str, str]]] = {
    Role.HEAD: [*_LOCAL[:7], ("Other schools", "other_schools"), *_LOCAL[7:]],
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

MOST_SECTIONS = 12
PART_OF = {
    "early_warning": "overview",
    **dict.fromkeys(("returns_board", "sefs"), "evidence"),
    **dict.fromkeys(("practice", "portraits", "trust_programme"), "reviews"),
    **dict.fromkeys(("checklists", "appraisals", "verdicts"), "plans"),
    "exchange": "support",
    "concerns": "overview",
}
"""Pages with an address of their own, and the section that each is part of."""


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
        pages = (("What is owed, and when", "calendar_page"), ("Your account", "account"))
        slug = request.trust.slug  # type: ignore[attr-defined]
        return [{"label": label, "url": reverse(name, args=[slug])} for label, name in pages]
    if request.user.is_operator:  # type: ignore[union-attr]
        return [{"label": "Trusts", "url": reverse("operator")}]
    return [{"label": "Your trusts", "url": reverse("home")}]


def sections_of(request: TrustRequest) -> list[Link]:
    """At most `MOST_SECTIONS` words, those of the person's first role first; set-up is one word beside another role."""
    roles = [role for role, _ in request.access.roles]
    words: dict[str, str] = {}
    for role in sorted(roles, key=lambda role: role == Role.ADMIN):
        own = SECTIONS[role] if role != Role.ADMIN or set(roles) == {Role.ADMIN} else SECTIONS[role][:1]
        for label, name in own:
            words.setdefault(name, label)
    urls = {name: url for name in words if (url := _url(name, request))}
    here = _here(request, urls)
    return [{"label": words[name], "url": url, "current": url == here} for name, url in urls.items()][:MOST_SECTIONS]


def _here(request: TrustRequest, urls: dict[str, str]) -> str:
    """The address of the section that the page is in: that whose own address, or whose part's, begins the page's."""
    places = {url: url for url in urls.values()}
    places |= {_url(part, request): urls[name] for part, name in PART_OF.items() if name in urls and part not in urls}
    return places.get(max((url for url in places if url and request.path.startswith(url)), key=len, default=""), "")


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
    """Which strategy the trust follows. One query, none where the page has asked which strategies are followed."""
    version = request.followed.by_trust(timezone.localdate())
    if version is None:
        return None
    published = format_date(timezone.localtime(version.published_at), "j F Y")
    return {
        "text": f"{version.title}, version {version.version}, published {published}.",
        "url": reverse("strategy", args=[request.trust.slug]),
    }
