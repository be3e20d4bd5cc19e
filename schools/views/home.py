"""Where people arrive: outside every trust, and at the door of one."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_GET, require_POST, require_safe

from schools.access import ROLES, Access, Permission, TrustRequest, trust_view
from schools.models import RoleGrant, Trust, User
from schools.rules import accent_tokens
from schools.sign_in import remember_trusts
from schools.strategy import Role
from schools.tenancy import trust_scope
from schools.views import page
from schools.words import ID_DIGITS, whole

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
DEMO_PEOPLE = User.objects.filter(email__endswith="demo.example", is_active=True)


@require_safe
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """The person's only trust, or a list of theirs; for the operator, the installation."""
    if request.user.is_operator:  # type: ignore[union-attr]
        return redirect("operator")
    trusts = remember_trusts(request)
    if len(trusts) == 1:
        return redirect("trust_home", trust=trusts[0]["slug"])
    return page(request, "schools/home_page.html", trusts=trusts)


@require_safe
@trust_view(needs=Permission.BELONG)
def trust_home(request: TrustRequest) -> HttpResponse:
    """Each role's own first page of the trust."""
    for name in _first_pages(request.access):
        try:
            return redirect(reverse(name, args=[request.trust.slug]))
        except NoReverseMatch:
            continue
    return redirect("strategy", trust=request.trust.slug)


def _first_pages(access: Access) -> list[str]:
    if access.has_role(Role.HEAD, Role.LEADER, Role.CHAIR, Role.GOVERNOR) and not access.may(Permission.SEE_OVERVIEW):
        return ["my_school"]
    return ["overview"] if access.may(Permission.SEE_OVERVIEW) else ["setup"]


@require_safe
@trust_view(needs=Permission.BELONG)
def brand_css(request: TrustRequest) -> HttpResponse:
    """The trust's accent as tokens. Kept by the browser for a week when the address names the colour."""
    accent = request.trust.accent
    tokens = "".join(f"--{name}:{value};" for name, value in accent_tokens(accent).items())
    response = HttpResponse(f":root{{{tokens}}}\n", content_type="text/css")
    named = request.META.get("QUERY_STRING") == accent.removeprefix("#")
    response["Cache-Control"] = "private, max-age=604800, immutable" if named else "private, max-age=60"
    return response


def _demo_only() -> None:
    if not settings.DEMO:
        raise Http404


@require_GET
def demo(request: HttpRequest) -> HttpResponse:
    """The invented people of the demo, by trust and role, each with a button that signs in as them."""
    _demo_only()
    trusts = []
    for trust in Trust.objects.all():
        with trust_scope(trust):
            grants = RoleGrant.objects.current().filter(membership__user__in=DEMO_PEOPLE.all())
            rows = list(grants.select_related("membership__user", "school").order_by("school__name", "id"))
        people = [(grant.membership.user, ROLES[grant.role].label, grant.school) for grant in rows]
        trusts.append((trust, people))
    operators = DEMO_PEOPLE.filter(is_operator=True)
    return page(request, "schools/demo_page.html", trusts=[each for each in trusts if each[1]], operators=operators)


@require_POST
def demo_sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in as one of the demo's people. There is no such page outside the demo."""
    _demo_only()
    person = get_object_or_404(DEMO_PEOPLE, pk=whole(request.POST.get("person", ""), digits=ID_DIGITS))
    login(request, person, backend=BACKEND)
    return redirect("home")
