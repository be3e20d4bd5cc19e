"""Who may do what. Roles are data here, in one place; the door to a trust asks this file and nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import wraps
from typing import Any
from urllib.parse import quote

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import BasePermission

from schools.models import HeadsSee, Membership, RoleGrant, Trust, User
from schools.queries import Followed
from schools.strategy import Role
from schools.tenancy import trust_scope


class Permission(StrEnum):
    """Something a role allows. Every view of a trust names one."""

    BELONG = "belong"  # any member of the trust
    SEE_SCHOOLS = "see schools"
    SEE_OTHERS = "see how the other schools are rated"
    SEE_OVERVIEW = "see the overview of schools"
    SEE_MATRIX = "see risk matrices"
    RATE = "rate the risk matrix"
    SUBMIT = "submit the risk matrix"
    MODERATE = "moderate risk matrices"
    SEE_DECISIONS = "see categories"
    REPLY = "reply to a decision"
    DECIDE = "decide categories"
    SEE_SEF = "see self-evaluations"
    WRITE_SEF = "write the self-evaluation"
    SUBMIT_SEF = "send the self-evaluation"
    SEE_RETURNS = "see returns"
    ENTER_RETURN = "fill in a return"
    SUBMIT_RETURN = "send a return"
    SEE_COUNTS = "see small numbers"
    AGREE_EVIDENCE = "agree or query self-evaluations and returns"
    COMPARE = "compare the figures of schools"
    SET_TARGETS = "set targets"
    RECORD_JUDGEMENT = "record judgements from outside"
    SEE_VISITS = "see monitoring visits"
    LOG_VISITS = "log monitoring visits"
    ANSWER_VISITS = "answer monitoring visits for the school"
    FOLLOW_UP = "record what a committee of trustees found"
    SEE_PLANS = "see plans and their actions"
    WRITE_PLANS = "write plans and their actions"
    SEND_PLANS = "send plans and their progress, and close plans"
    SEE_APPRAISALS = "see the appraisals they take part in"
    LEAD_APPRAISALS = "lead appraisals"
    OVERSEE_APPRAISALS = "see how every appraisal stands"
    SEE_CONCERNS = "see which schools are on a ladder"
    RAISE_CONCERN = "raise concerns and see them through"
    SEE_REVIEWS = "see reviews"
    RUN_REVIEWS = "plan and write reviews"
    ANSWER_REVIEWS = "agree and answer reviews for the school"
    SEE_SUPPORT = "see the ledger of support"
    DRAFT_SUPPORT = "write down what support a school needs"
    ASK_SUPPORT = "ask for support"
    BOOK_SUPPORT = "decide on and book support"
    CONFIRM_SUPPORT = "confirm support for the school"
    SEE_PRACTICE = "see the register of practice"
    SEE_MEETINGS = "see meetings"
    RUN_MEETINGS = "run meetings"
    SEE_REPORTS = "see reports"
    MAKE_REPORTS = "make reports"
    SEE_STRATEGY = "read the strategy"
    MANAGE_STRATEGY = "publish the strategy"
    MANAGE_PEOPLE = "manage people"
    MANAGE_TRUST = "manage schools, calendar and settings"
    SEE_AUDIT = "see the record of changes"


P = Permission
_SEES = {P.SEE_SCHOOLS, P.SEE_MATRIX, P.SEE_DECISIONS, P.SEE_STRATEGY, P.SEE_REPORTS, P.SEE_SEF, P.SEE_RETURNS}
_READS = {P.SEE_VISITS, P.SEE_PLANS, P.SEE_REVIEWS, P.SEE_PRACTICE, P.SEE_SUPPORT}
_SCHOOL = _SEES | _READS | {P.BELONG}
_LEADER = _SCHOOL | {P.RATE, P.WRITE_SEF, P.ENTER_RETURN, P.SEE_COUNTS, P.LOG_VISITS, P.WRITE_PLANS, P.DRAFT_SUPPORT}
_LEADER = _LEADER | {P.SEE_APPRAISALS}
_HEAD = (
    _LEADER
    | {P.SUBMIT, P.SUBMIT_SEF, P.SUBMIT_RETURN, P.REPLY, P.SEE_OTHERS, P.COMPARE, P.SET_TARGETS}
    | {P.ANSWER_VISITS, P.ANSWER_REVIEWS, P.ASK_SUPPORT, P.CONFIRM_SUPPORT, P.SEE_CONCERNS, P.SEND_PLANS}
    | {P.LEAD_APPRAISALS}
)
_GOVERNOR = _SCHOOL | {P.SEE_CONCERNS}
_TRUST = _SCHOOL | {P.SEE_OVERVIEW, P.SEE_MEETINGS, P.COMPARE, P.SEE_CONCERNS, P.SEE_APPRAISALS}
_LEAD = (
    _TRUST
    | {P.MODERATE, P.MAKE_REPORTS, P.RUN_MEETINGS, P.RECORD_JUDGEMENT, P.SET_TARGETS}
    | {P.LOG_VISITS, P.WRITE_PLANS, P.SEND_PLANS, P.RUN_REVIEWS, P.BOOK_SUPPORT}
)
_DATA = _LEAD | {P.AGREE_EVIDENCE, P.SEE_COUNTS, P.RAISE_CONCERN}  # nobody agrees counts that are hidden from them
_APPRAISES = {P.SEE_APPRAISALS, P.LEAD_APPRAISALS}


STANDS_IN = frozenset({P.ANSWER_VISITS, P.ANSWER_REVIEWS, P.ASK_SUPPORT, P.CONFIRM_SUPPORT, P.SEND_PLANS})
"""What the leaders of a school do in the place of its head while it has none, so that somebody can."""


@dataclass(frozen=True)
class RoleRule:
    """What a role is called, whether it is held for the whole trust, and what it allows."""

    label: str
    whole_trust: bool
    allows: frozenset[Permission]
    tells_ceo: bool = False  # granting it tells the chief executive


ROLES: dict[str, RoleRule] = {
    Role.HEAD: RoleRule("Headteacher", False, frozenset(_HEAD), tells_ceo=True),
    Role.LEADER: RoleRule("School leader", False, frozenset(_LEADER)),
    Role.CHAIR: RoleRule("Chair of governors", False, frozenset(_GOVERNOR | _APPRAISES)),
    Role.GOVERNOR: RoleRule("Local governor", False, frozenset(_GOVERNOR)),
    Role.SI_LEAD: RoleRule("School improvement lead", True, frozenset(_DATA)),
    Role.OPERATIONS: RoleRule("Operations lead", True, frozenset(_LEAD)),
    Role.CEO: RoleRule(
        "Chief executive",
        True,
        frozenset(_DATA | _APPRAISES | {P.DECIDE, P.SEE_AUDIT, P.OVERSEE_APPRAISALS}),
        tells_ceo=True,
    ),
    Role.DIRECTOR: RoleRule("Director of education", True, frozenset(_DATA | _APPRAISES | {P.DECIDE}), tells_ceo=True),
    Role.TRUSTEE: RoleRule("Trustee", True, frozenset(_TRUST | {P.FOLLOW_UP})),
    Role.TRUST_CHAIR: RoleRule("Chair of the trust", True, frozenset(_TRUST | _APPRAISES | {P.FOLLOW_UP, P.DECIDE})),
    Role.CLERK: RoleRule("Clerk", True, frozenset(_TRUST | {P.FOLLOW_UP, P.RUN_MEETINGS, P.MAKE_REPORTS})),
    Role.ADMIN: RoleRule(
        "Trust administrator",
        True,
        frozenset(
            {P.BELONG, P.SEE_SCHOOLS, P.SEE_STRATEGY, P.MANAGE_PEOPLE, P.MANAGE_TRUST, P.MANAGE_STRATEGY, P.SEE_AUDIT}
        ),
    ),
}


OPERATOR = "operator"
"""No role in a trust: who runs the installation. May stand in MFA_REQUIRED_ROLES beside the roles."""


def refuse_unknown_roles() -> None:
    """Raise ImproperlyConfigured when a second factor is asked of a role that does not exist, so of nobody."""
    known = [*ROLES, OPERATOR]
    if unknown := [name for name in settings.MFA_REQUIRED_ROLES if name not in known]:
        listed = ", ".join(map(str, known))
        raise ImproperlyConfigured(f"MFA_REQUIRED_ROLES names no role: {', '.join(unknown)}. The names are: {listed}.")


@dataclass(frozen=True)
class Access:
    """One person in one trust, worked out once per request."""

    membership: Membership
    roles: tuple[tuple[str, int | None], ...]  # (role, school id or None)
    headless: frozenset[int] = frozenset()  # schools this person is a leader of that have no head now

    @property
    def whole_trust(self) -> bool:
        return any(ROLES[role].whole_trust for role, _ in self.roles)

    @property
    def school_ids(self) -> frozenset[int]:
        return frozenset(school for role, school in self.roles if school and not ROLES[role].whole_trust)

    @property
    def role_label(self) -> str:
        return self.membership.job_title or (ROLES[self.roles[0][0]].label if self.roles else "")

    def has_role(self, *roles: str) -> bool:
        return any(role in roles for role, _ in self.roles)

    def may(self, permission: Permission, school_id: int | None = None) -> bool:
        """Whether this person may; with a school, whether they may for that school."""
        return any(whole or school_id is None or school == school_id for whole, school in self.allowing(permission))

    def allowing(self, permission: Permission) -> list[tuple[bool, int | None]]:
        """Where the person's roles allow it: for the whole trust, or at which school."""
        stands_in = self.headless if permission in STANDS_IN else frozenset()
        return [
            (ROLES[role].whole_trust, school)
            for role, school in self.roles
            if permission in ROLES[role].allows or (role == Role.LEADER and school in stands_in)
        ]

    def may_everywhere(self, permission: Permission) -> bool:
        """Whether one role for the whole trust allows it; another of the person's roles lends it no reach."""
        return any(whole for whole, _ in self.allowing(permission))

    def require(self, permission: Permission, school_id: int | None = None) -> None:
        """Raise PermissionDenied, which names the roles that may."""
        if not self.may(permission, school_id):
            raise PermissionDenied(who_may(permission))


def who_may(permission: Permission) -> str:
    """For example “Chief executive or Director of education can decide categories.”"""
    labels = [rule.label for rule in ROLES.values() if permission in rule.allows]
    listed = " or ".join([", ".join(labels[:-1]), labels[-1]] if len(labels) > 1 else labels)
    return f"{listed} can {permission.value}."


def access_of(user: User) -> Access | None:
    """The person's access to the open trust, or None when they have no current role in it. One query."""
    rows = RoleGrant.objects.current().filter(membership__user=user).select_related("membership").order_by("id")
    heads = RoleGrant.objects.current().filter(role=Role.HEAD, school=OuterRef("school"))
    grants = list(rows.annotate(has_head=Exists(heads)))
    if not grants:
        return None
    membership = grants[0].membership
    membership.user = user
    known = tuple((grant.role, grant.school_id) for grant in grants if grant.role in ROLES)
    headless = frozenset(one.school_id for one in grants if one.role == Role.LEADER and not one.has_head)
    return Access(membership, known, headless) if known else None


FEWEST_OTHERS = 5
"""Other schools, of one strategy or phase: with fewer, what is told without a name could still be told of one."""


def sees_others(access: Access, trust: Trust) -> str:
    """What this head sees of the agreed ratings of schools that are not theirs: a `HeadsSee`, the trust's setting."""
    return trust.heads_see_others if access.may(Permission.SEE_OTHERS) else HeadsSee.NOTHING


def where_may(access: Access, permission: Permission, school: str = "school") -> Q:
    """Rows of the schools for which this person may. `school` names the column, "pk" for schools themselves."""
    allowing = access.allowing(permission)
    if any(whole for whole, _ in allowing):
        return ~Q(pk__in=())
    return Q(**{f"{school}__in": {of for _, of in allowing}})


class TrustRequest(HttpRequest):
    """A request inside a trust, for annotations."""

    user: User
    trust: Trust
    access: Access
    followed: Followed  # read when a page first asks


def is_of_api(request: HttpRequest) -> bool:
    """Whether a program asks, which is answered with data and not with a page."""
    return request.path_info.startswith("/api/")


class TrustMiddleware:
    """Opens the trust named in the path around the view, and undoes everything when the answer is a refusal."""

    PATH = re.compile(r"^/(?:api/v1/)?t/([-\w]+)/")
    FEED = re.compile(r"^/t/[-\w]+/calendar/([^/]+)\.ics$")
    OF_A_PAGE = frozenset({"style", "image", "script", "font"})
    """What a page asks for by itself. Sent to sign in, it would get a form nobody sees, with a token of its own that
    takes the place of the one in the form somebody has before them."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        found = self.PATH.match(request.path_info)
        if found is None:
            return self.get_response(request)
        self._recognise(request)
        if not request.user.is_authenticated:
            if self.FEED.match(request.path_info):
                raise Http404  # a calendar's address that was stopped: a program asks, and cannot sign in
            return self._to_sign_in(request)
        trust = Trust.objects.filter(slug=found[1]).first()
        token = getattr(request, "api_token", None)
        if trust is None or (token is not None and token.trust_id != trust.pk):
            raise Http404
        with trust_scope(trust):
            return self._inside(request, trust)

    def _inside(self, request: HttpRequest, trust: Trust) -> HttpResponse:
        access = access_of(request.user)  # type: ignore[arg-type]
        if access is None:
            raise Http404
        request.trust, request.access = trust, access  # type: ignore[attr-defined]
        request.followed = SimpleLazyObject(Followed.read)  # type: ignore[attr-defined]
        if lacks_second_factor(request.user, [role for role, _ in access.roles]):
            return to_second_factor(request)
        response = self.get_response(request)
        if response.streaming and not isinstance(response, FileResponse):
            raise TypeError("a page of a trust may not stream")
        if response.status_code >= 400:
            transaction.set_rollback(True)
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    def _recognise(self, request: HttpRequest) -> None:
        if feed := self.FEED.match(request.path_info):
            from schools.sign_in import person_of_feed  # the calendar's own door

            person_of_feed(request, feed[1])
        elif is_of_api(request) and request.headers.get("Authorization", "").startswith("Token "):
            from schools.sign_in import person_of_token  # the API's own door

            person_of_token(request)

    def _to_sign_in(self, request: HttpRequest) -> HttpResponse:
        if request.headers.get("Sec-Fetch-Dest") in self.OF_A_PAGE:
            return HttpResponse(status=401)
        if is_of_api(request):
            response = HttpResponse('{"detail": "Sign in, or send a token."}', "application/json", status=401)
            response.headers["WWW-Authenticate"] = "Token"
            return response
        return HttpResponseRedirect(f"{reverse('account_login')}?next={quote(request.get_full_path())}")


def lacks_second_factor(user: Any, roles: Iterable[str]) -> bool:
    """Whether one of the person's roles needs a second factor that they have not set up."""
    return any(role in settings.MFA_REQUIRED_ROLES for role in roles) and not is_mfa_enabled(user)


def to_second_factor(request: HttpRequest) -> HttpResponse:
    """Some roles need a second factor (a setting): no page before it is there."""
    if is_of_api(request):
        words = '{"detail": "Your role needs a second factor. Set it up on the pages of your account first."}'
        return HttpResponse(words, "application/json", status=403)
    messages.warning(request, "Your role needs a second factor. Set it up once, then go on.")
    return HttpResponseRedirect(reverse("mfa_activate_totp"))


def trust_view(*, needs: Permission) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """Every view of a trust says what it needs. A role without it gets 403 with who can."""

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def inner(request: TrustRequest, trust: str, **kwargs: Any) -> HttpResponse:
            request.access.require(needs)
            return view(request, **kwargs)

        inner.needs = needs  # type: ignore[attr-defined]
        return inner

    return decorate


class MayUseApi(BasePermission):
    """The same question for the API: each view has `needs`."""

    def has_permission(self, request: Any, view: Any) -> bool:
        access: Access | None = getattr(request._request, "access", None)
        if access is None:
            return bool(getattr(view, "outside_trusts", False))
        needs = view.needs[view.action] if isinstance(view.needs, dict) else view.needs
        self.message = who_may(needs)
        return access.may(needs)


def api_refusal(exc: Exception, context: dict[str, Any]) -> Any:
    """One shape for every refusal of the API: {"detail": …} or {"errors": {field: [sentences]}}."""
    from rest_framework.views import exception_handler  # reads the settings, which name this very module

    if isinstance(exc, DjangoValidationError):
        errors = exc.message_dict if hasattr(exc, "error_dict") else {"": exc.messages}
        exc = ValidationError(errors)
    response = exception_handler(exc, context)
    if response is not None and isinstance(exc, ValidationError):
        detail = response.data
        response.data = {"errors": detail if isinstance(detail, dict) else {"": detail}}
    return response
