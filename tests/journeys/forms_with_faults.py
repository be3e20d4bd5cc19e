"""Each form, filled in wrongly: who sends it, from which page, and what they type."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.urls import reverse
from django.utils import timezone

from categorisation.models import Assessment, Decision, Rating, SchoolFact
from categorisation.queries import ratings_of
from schools.audit import record_act
from schools.models import Meeting, Membership, User
from tests.architecture.acts import ACTS, NO_ACT
from tests.architecture.routes import all_routes
from tests.journeys.story import GROUP

if TYPE_CHECKING:
    from tests.journeys.addresses import Addresses

BUTTON = "a button: nothing is typed"
PROGRAM = "answers a program, not a person"
READS = "takes no form"
ELSEWHERE = "only with another provider or a code by email, which are not set up"

WITHOUT_FAULTS: dict[str, str] = {
    **dict.fromkeys(("token_end", "invitation_act", "report", "operator_resend", "demo_sign_in"), BUTTON),
    **dict.fromkeys(("matrix_begin", "matrix_carry", "matrix_agree", "account_logout"), BUTTON),
    **dict.fromkeys(("mfa_generate_recovery_codes", "mfa_deactivate_totp"), BUTTON),
    **dict.fromkeys(("matrix_accept", "sef_agree", "sef_begin", "sef_remind", "return_begin"), BUTTON),
    **dict.fromkeys(("returns_chase", "benchmark_remove", "visit_remove"), BUTTON),
    **dict.fromkeys(("calendar_address", "calendar_stop"), BUTTON),
    **dict.fromkeys(("visit_save", "return_autosave", "sef_autosave"), PROGRAM),
    **dict.fromkeys(("review_sign", "review_leave", "review_begin", "review_send"), BUTTON),
    **dict.fromkeys(("support_request_send", "support_request_back"), BUTTON),
    **dict.fromkeys(
        ("practice_offer", "plans", "paper_remove", "school_plans", "plan_take_back", "concern_withdraw", "checklist"),
        BUTTON,
    ),
    "photo_remove": BUTTON,
    "exchange_solve": BUTTON,
    "visit_photos": "only where a trust keeps photographs, which is off in the demo",
    "offline": READS,
    **dict.fromkeys(("review_autosave", "plan_save", "plan_progress_save", "year_autosave"), PROGRAM),
    **dict.fromkeys(("offline_key", "offline_worker"), PROGRAM),
    "return_agree": "shares the form of return_back",
    "return_classes": "no strategy of the demo asks for classes",
    **dict.fromkeys(("appraisal", "appraisal_remove"), "no appraisal is begun in the demo"),
    "plan_checklist": "no plan of the demo's strategies begins with a checklist",
    **dict.fromkeys(
        ("year_begin", "year_write", "year_sign", "year_anew"), "no strategy of the demo writes a year down"
    ),
    "meeting_attendance": "every answer is picked from a list",
    **dict.fromkeys(("matrix_autosave", "healthz"), PROGRAM),
    **{name: READS for name in NO_ACT if name != "setup_register" and not name.startswith("api_")},
    **dict.fromkeys(("home", "demo", "operator", "register_import_status"), READS),
    **dict.fromkeys(("mfa_index", "mfa_view_recovery_codes", "mfa_download_recovery_codes"), READS),
    **dict.fromkeys(("account_inactive", "account_confirm_email", "account_email_verification_sent"), READS),
    **dict.fromkeys(("account_reset_password_done", "account_reset_password_from_key_done", "account_signup"), READS),
    **{f"account/social/{place}/": READS for place in ("connections", "login/cancelled", "login/error", "signup")},
    **dict.fromkeys(("socialaccount_connections", "socialaccount_login_cancelled"), ELSEWHERE),
    **dict.fromkeys(("socialaccount_login_error", "socialaccount_signup", "account_confirm_login_code"), ELSEWHERE),
}
"""Routes that might take a form and are not sent with faults, each with the reason."""

TOO_LONG = "x" * 501


class Form(NamedTuple):
    """One form with what is typed into it, by field."""

    route: str  # which takes it
    role: str
    page: str
    typed: dict[str, str]
    action: str = ""  # a part of the form's own address
    gone: bool = False  # the page has no such form any more: it is sent as from a page opened earlier


def might_take_a_form() -> set[str]:
    """Every act, and every route outside trusts; not the API, which answers programs."""
    known = ACTS.keys() | NO_ACT.keys() | {route.name for route in all_routes() if not route.inside}
    return {name for name in known if not name.startswith("api_")}


def forms_with_faults(addresses: Addresses) -> list[Form]:
    """Those of one trust, and those of none."""
    slug = addresses.trust.slug

    def at(name: str, **more: Any) -> str:
        return reverse(name, kwargs={"trust": slug, **more})

    return [
        *_of_no_trust(addresses),
        *_of_the_set_up(addresses, at),
        *_of_people(at),
        *_of_meetings(at),
        *_of_the_matrix(addresses, at),
        *_of_decisions(addresses, at),
    ]


def _of_no_trust(addresses: Addresses) -> list[Form]:
    secret, slug = addresses.known["invitation"][0]["secret"], addresses.trust.slug
    forgetful = User.objects.exclude(password="").order_by("pk")[0]
    link = {"uidb36": user_pk_to_url_str(forgetful), "key": default_token_generator.make_token(forgetful)}
    return [
        Form("account_login", "nobody", reverse("account_login"), {"login": "a@example.org", "password": "wrong"}),
        Form("account_reset_password", "nobody", reverse("account_reset_password"), {"email": "not an address"}),
        Form(
            "account_reset_password_from_key",
            "nobody",
            reverse("account_reset_password_from_key", kwargs=link),
            {"password1": "short", "password2": "other"},
        ),
        Form("invitation", "nobody", reverse("invitation", args=[secret]), {"password": "short", "again": "other"}),
        Form("operator_new", "operator", reverse("operator_new"), {"name": "", "slug": "a b"}),
        Form("operator_trust", "operator", reverse("operator_trust", args=[slug]), {"name": "", "email": "nowhere"}),
        Form("register_import", "operator", reverse("register_import"), {}),
        Form(
            "account_change_password",
            "admin",
            reverse("account_change_password"),
            {"oldpassword": "wrong", "password1": "short"},
        ),
        Form("account_set_password", "without a password", reverse("account_set_password"), {"password1": "short"}),
        Form("mfa_activate_totp", "admin", reverse("mfa_activate_totp"), {"code": "000000"}),
        Form("account_email", "admin", reverse("account_email"), {"email": "nowhere", "action_add": ""}),
        Form("account_reauthenticate", "signed in long ago", reverse("account_reauthenticate"), {"password": "wrong"}),
        Form("mfa_reauthenticate", "signed in long ago", reverse("mfa_reauthenticate"), {"code": "000000"}),
        Form("mfa_authenticate", "half signed in", reverse("mfa_authenticate"), {"code": "000000"}),
    ]


def _of_the_set_up(addresses: Addresses, at: Any) -> list[Form]:
    school = addresses.known["setup_school"][0]
    return [
        Form("trust_settings", "admin", at("trust_settings"), {"accent": "#ffffff", "news_hour": "3"}),
        Form("calendar", "admin", at("calendar"), {"autumn-starts_on": "", "spring-ends_on": ""}),
        Form(
            "calendar_school",
            "admin",
            at("calendar_school", **addresses.known["calendar_school"][0]),
            {"autumn-first_half_ends_on": "2019-01-01"},
        ),
        Form("calendar_year", "admin", at("calendar_year", year=2026), {"summer-starts_on": "soon"}),
        Form("setup_register", "admin", f"{at('setup_register')}?uid={GROUP}", {"joined_810000": "soon"}),
        Form("setup_school_new", "admin", at("setup_school_new"), {"urn": "12"}),
        Form("setup_school", "admin", at("setup_school", **school), {"left_on": "1999-01-01"}),
        Form("strategy_choose", "admin", at("strategy_choose"), {"name": "", "starts_on": ""}, "/setup/strategy/"),
        Form("strategy_follow", "admin", at("strategy_choose"), {"key": "", "from_on": "soon"}, "/follow/"),
        Form("strategy_upload", "admin", at("strategy_upload"), {}),
        Form("reports", "si_lead", at("reports"), {"kind": "", "period": ""}),
    ]


def _of_people(at: Any) -> list[Form]:
    person = Membership.objects.filter(grants__ended_at=None, grants__isnull=False).order_by("pk").last()
    assert person is not None
    page = at("person", pk=person.pk)
    return [
        Form("account", "head", at("account"), {"name": ""}),
        Form("people", "admin", at("people"), {"name": "", "email": "nowhere", "role": "head"}),
        Form("person", "admin", page, {"role": "head"}),
        Form("person_end", "admin", page, {"leave-why": TOO_LONG}, "/end/"),
        Form("role_end", "admin", page, {"why": TOO_LONG}, "/people/roles/"),
    ]


def _of_meetings(at: Any) -> list[Form]:
    meeting = Meeting.objects.exclude(minutes_state="agreed").order_by("-starts_at").first()
    assert meeting is not None
    first = meeting.agenda.first()
    assert first is not None
    page, agenda = at("meeting", meeting_id=meeting.pk), at("meeting_agenda", meeting_id=meeting.pk)
    late = {"version": "0", "minutes": "Written from an older page."}
    return [
        Form("meetings", "si_lead", at("meetings"), {"day": "soon", "time": ""}),
        Form("meeting_agenda", "si_lead", agenda, {f"place-{first.school_id}": "0"}),
        Form("meeting_interest", "si_lead", page, {"nature": ""}, "/interest/"),
        Form("meeting_minutes", "si_lead", page, late, "/minutes/"),
    ]


def _of_the_matrix(addresses: Addresses, at: Any) -> list[Form]:
    found: list[Form] = []
    for one in addresses.known["matrix_moderate"][:1]:
        rating, page = _first_rating(one), at("matrix_moderate", **one)
        wrong = {f"k{rating.kpi.number}-level": "4" if rating.level != 4 else "1", f"k{rating.kpi.number}-reason": ""}
        found.append(Form("moderate_rating", "si_lead", page, wrong, "/moderate/rating/"))
        found.append(Form("matrix_return", "si_lead", page, {"note": ""}, "/return/"))
    led = addresses.with_heads()
    for one in [each for each in addresses.known["criterion"] if each["school_id"] in led][:1]:
        number, head = _first_rating(one).kpi.number, f"head of {one['school_id']}"
        found.append(Form("criterion", head, at("criterion", **one), {f"k{number}-evidence_on": "last week"}))
    for matrix in Assessment.objects.filter(state__in=("draft", "returned"), school__in=led, ratings__level=None)[:1]:
        of = {"school_id": matrix.school_id, "period_id": matrix.period_id}
        head, sent_to = f"head of {matrix.school_id}", at("matrix_submit", **of)
        first = matrix.strategy_version.strategy.criteria[0].key
        found.append(Form("matrix_submit", head, at("criterion", **of, criterion=first), {}, sent_to, gone=True))
    return found


def _of_decisions(addresses: Addresses, at: Any) -> list[Form]:
    found = [
        Form("decide", "ceo", at("decide", **one), {"level": "", "reason": ""}) for one in addresses.known["decide"]
    ]
    decision = _open_to_reply(addresses)
    page = at("decision", decision_id=decision.pk)
    return [*found, Form("reply", f"head of {decision.school_id}", page, {"text": ""}, "/reply/")]


def _open_to_reply(addresses: Addresses) -> Decision:
    """The demo's decisions are all too old for a reply: the latest gets one more day."""
    record_act("decision.planted", Decision, by=None)
    decision = Decision.objects.filter(school__in=addresses.with_heads()).latest("decided_at")
    Decision.objects.filter(pk=decision.pk).update(reply_due_on=timezone.localdate() + timedelta(days=1))
    return decision


def facts_with_faults(addresses: Addresses) -> list[Form]:
    """What is on record of a school, in a trust whose strategy has facts."""
    school, key = addresses.schools()[0], addresses.facts()[0]
    record_act("fact.planted", SchoolFact, by=None)
    SchoolFact.objects.get_or_create(school=school, key=key, until=None, defaults={"since": timezone.localdate()})
    page = reverse("facts", kwargs={"trust": addresses.trust.slug, "school_id": school.pk})
    return [
        Form("facts", "si_lead", page, {"key": "", "since": "soon"}, "/facts/"),
        Form("fact_end", "si_lead", page, {"on": "soon"}, "/end/"),
    ]


def _first_rating(of: dict[str, Any]) -> Rating:
    matrix = Assessment.objects.get(school=of["school_id"], period=of["period_id"])
    strategy = matrix.strategy_version.strategy
    wanted = strategy.criterion_by_key[of["criterion"]].kpis if "criterion" in of else strategy.criteria[0].kpis
    ratings = ratings_of(matrix)
    return next(ratings[kpi.key] for kpi in wanted if kpi.key in ratings)
